package flow

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func TestDecide(t *testing.T) {
	do := func(e Effect) Action { return Action{Do: e} }
	ask := func(p PromptID) Action { return Action{Ask: p} }
	for _, c := range []struct {
		name string
		s    State
		want Action
	}{
		{"create begins with a question", stateAt(Create, StepWhere), ask(AskWhere)},
		{"purpose", stateAt(Create, StepPurpose), ask(AskPurpose)},
		{"addresses", stateAt(Create, StepIPs), ask(AskIPs)},
		{"addresses, after asking for ours", stateAt(Create, StepIPs, func(s *State) { s.Plan.WantMine = true }), do(DoEcho)},
		{"plan", stateAt(Rotate, StepPlan), ask(AskPlan)},
		{"plan, after asking for ours", stateAt(Rotate, StepPlan, func(s *State) { s.Plan.WantMine = true }), do(DoEcho)},
		{"preflight", stateAt(Rotate, StepPreflight), do(DoPreflight)},
		{"preflight, old key refused", stateAt(Rotate, StepPreflight, func(s *State) { s.Old.Refused = "no" }), ask(AskOldDead)},
		{"preflight, old secret missing", stateAt(Revoke, StepPreflight, func(s *State) { s.Old.Blind = true }), ask(AskOldDead)},
		{"pair", stateAt(Create, StepPair), do(DoPair)},
		{"make by hand", stateAt(Create, StepMake), ask(AskPaste)},
		{"make by API", stateAt(Create, StepMake, byAPI), do(DoCreate)},
		{"make, after a crash in the middle of a paste", stateAt(Create, StepMake, func(s *State) { s.Recall = true }), do(DoRecall)},
		{"reconcile", stateAt(Create, StepReconcile, byAPI), do(DoReconcile)},
		{"reconcile, between two looks", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Due = later }), Action{Wait: true}},
		{"reconcile where nothing can be listed", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Plan.Can.List = false }), ask(AskLook)},
		{"restrict", stateAt(Create, StepRestrict, byAPI), do(DoRestrict)},
		{"verify", stateAt(Create, StepVerify), do(DoVerify)},
		{"verify, with a doubt", stateAt(Create, StepVerify, func(s *State) { s.Review = &Review{Narrower: []string{"less"}} }), ask(AskReview)},
		{"verify, being mended", stateAt(Create, StepVerify, func(s *State) { s.Review, s.Mend = &Review{}, true }), do(DoRestrict)},
		{"switch", stateAt(Rotate, StepSwitch), do(DoSwitch)},
		{"consumer", stateAt(Rotate, StepConsumers), ask(AskConsumer)},
		{"consumer, hook said yes to", stateAt(Rotate, StepConsumers, func(s *State) { s.Consumers[0].State = Asked }), do(DoHook)},
		{"consumer, file said yes to", stateAt(Rotate, StepConsumers, func(s *State) {
			s.Consumers[0] = Handover{Consumer: store.Consumer{By: store.HandFile}, State: Asked}
		}), do(DoFile)},
		{"watch", stateAt(Rotate, StepWatch), do(DoLook)},
		{"watch, looked", stateAt(Rotate, StepWatch, func(s *State) { s.Watch.Asked = noon }), ask(AskWatch)},
		{"watch where the exchange does not tell", stateAt(Rotate, StepWatch, func(s *State) { s.Plan.Can.LastUsed = false }), ask(AskWatch)},
		{"watch without the old secret", stateAt(Rotate, StepWatch, func(s *State) { s.Old.Blind = true }), ask(AskWatch)},
		{"revoke", stateAt(Rotate, StepRevoke), ask(AskRevoke)},
		{"revoke by hand, confirmed", stateAt(Rotate, StepRevoke, func(s *State) { s.Confirmed = true }), ask(AskGone)},
		{"revoke by API, confirmed", stateAt(Rotate, StepRevoke, byAPI, func(s *State) { s.Confirmed = true }), do(DoRevoke)},
		{"prove", stateAt(Rotate, StepProve), do(DoProve)},
		{"prove, judged", stateAt(Rotate, StepProve, func(s *State) { s.Proof.Judged = true }), ask(AskProve)},
		{"forget", stateAt(Rotate, StepForget), do(DoForget)},
		{"undo by hand", stateAt(Rotate, StepUndo), ask(AskUndo)},
		{"undo by hand, deleted", stateAt(Rotate, StepUndo, func(s *State) { s.Deleted = true }), do(DoUndo)},
		{"undo by API", stateAt(Rotate, StepUndo, byAPI), do(DoUndo)},
		{"undo of nothing", stateAt(Rotate, StepUndo, func(s *State) { s.New.Masked = "" }), do(DoUndo)},
		{"keep", stateAt(Rotate, StepKeep), do(DoKeep)},
		{"done", stateAt(Rotate, StepDone), Action{Done: true}},
		{"a code is wanted", stateAt(Rotate, StepRevoke, func(s *State) { s.WantCode = DoRevoke }), ask(AskCode)},
		{"a problem", stateAt(Rotate, StepRevoke, withProblem(DoRevoke)), ask(AskProblem)},
		{"leaving comes before a problem", stateAt(Rotate, StepRevoke, withProblem(DoRevoke), func(s *State) { s.Leaving = true }), ask(AskAbandon)},
		{"what happened is written down before all else", stateAt(Rotate, StepRevoke, func(s *State) {
			s.Leaving, s.Audit = true, []store.Event{{}}
		}), do(DoAudit)},
		{"even at the end", stateAt(Rotate, StepDone, func(s *State) { s.Audit = []store.Event{{}} }), do(DoAudit)},
		{"an end that cannot be written down is not the end", stateAt(Rotate, StepDone, withProblem(DoAudit), func(s *State) {
			s.Audit = []store.Event{{}}
		}), ask(AskProblem)},
	} {
		if got := Decide(c.s); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestStepsThatAFlowHasNoUseFor(t *testing.T) {
	pair := func(s *State) { s.Plan.Source = exchanges.FromKeyPair }
	edit := func(s *State) { byAPI(s); s.Plan.Can.IPsByEdit = true }
	noList := func(s *State) { s.Plan.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} }
	handed := func(s *State) { s.Consumers = []Handover{{State: Handed}, {State: Skipped}} }
	waiting := func(s *State) { s.Consumers = []Handover{{State: Handed}, {State: Waiting}} }
	dead := func(s *State) { s.Old.Dead = true }
	for _, c := range []struct {
		s    State
		want Step
	}{
		{stateAt(Create, StepWhere), StepPurpose},
		{stateAt(Create, StepPurpose), StepIPs},
		{stateAt(Create, StepIPs), StepPlan},
		{stateAt(Create, StepPlan), StepPreflight},
		{stateAt(Create, StepPreflight), StepMake},
		{stateAt(Create, StepPreflight, pair), StepPair},
		{stateAt(Create, StepPreflight, pair, func(s *State) { s.Plan.Public = "PEM" }), StepMake},
		{stateAt(Create, StepMake), StepVerify},
		{stateAt(Create, StepMake, byAPI), StepVerify},
		{stateAt(Create, StepMake, edit), StepRestrict},
		{stateAt(Create, StepMake, edit, noList), StepVerify},
		{stateAt(Create, StepVerify), StepSwitch},
		{stateAt(Create, StepSwitch), StepDone},
		{stateAt(Create, StepSwitch, waiting), StepConsumers},
		{stateAt(Create, StepConsumers, handed), StepDone},
		{stateAt(Rotate, StepSwitch), StepWatch},
		{stateAt(Rotate, StepSwitch, waiting), StepConsumers},
		{stateAt(Rotate, StepConsumers, handed), StepWatch},
		{stateAt(Rotate, StepConsumers, handed, dead), StepProve},
		{stateAt(Rotate, StepWatch), StepRevoke},
		{stateAt(Rotate, StepRevoke), StepProve},
		{stateAt(Rotate, StepProve), StepForget},
		{stateAt(Rotate, StepForget), StepDone},
		{stateAt(Revoke, StepPreflight), StepRevoke},
		{stateAt(Revoke, StepPreflight, dead), StepProve},
	} {
		s := c.s
		if s.next(); s.Step != c.want {
			t.Errorf("%s: after %s comes %s, want %s", s.Kind, c.s.Step, s.Step, c.want)
		}
	}
}

func TestBackGoesToTheQuestionBefore(t *testing.T) {
	for from, want := range map[Step]Step{StepPurpose: StepWhere, StepIPs: StepPurpose, StepPlan: StepIPs, StepWhere: StepWhere} {
		s := stateAt(Create, from)
		if s.back(); s.Step != want {
			t.Errorf("back from %s is %s, want %s", from, s.Step, want)
		}
	}
}

// stagesText writes the stages as a line: done in small letters, here in
// brackets, what comes after in parentheses.
func stagesText(s State) []string {
	var out []string
	for _, g := range s.Stages() {
		switch {
		case g.Here:
			out = append(out, "["+g.Name+"]")
		case g.Done:
			out = append(out, g.Name)
		default:
			out = append(out, "("+g.Name+")")
		}
	}
	return out
}

func TestStagesSayWhereAFlowIs(t *testing.T) {
	for _, c := range []struct {
		k    Kind
		step Step
		want []string
	}{
		{Create, StepWhere, []string{"[exchange]", "(purpose)", "(addresses)", "(plan)", "(preflight)", "(create)", "(verify)", "(store)", "(consumers)", "(done)"}},
		{Create, StepReconcile, []string{"exchange", "purpose", "addresses", "plan", "preflight", "[create]", "(verify)", "(store)", "(consumers)", "(done)"}},
		{Create, StepSwitch, []string{"exchange", "purpose", "addresses", "plan", "preflight", "create", "verify", "[store]", "(consumers)", "(done)"}},
		{Rotate, StepRestrict, []string{"plan", "preflight", "[create]", "(verify)", "(switch)", "(consumers)", "(watch)", "(revoke)", "(prove dead)", "(forget)", "(done)"}},
		{Rotate, StepProve, []string{"plan", "preflight", "create", "verify", "switch", "consumers", "watch", "revoke", "[prove dead]", "(forget)", "(done)"}},
		{Revoke, StepPreflight, []string{"[preflight]", "(revoke)", "(prove dead)", "(forget)", "(done)"}},
		{Revoke, StepDone, []string{"preflight", "revoke", "prove dead", "forget", "done"}},
	} {
		if got := stagesText(stateAt(c.k, c.step)); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %q", c.k, c.step, got)
		}
	}
}

func TestEveryStepIsAStage(t *testing.T) {
	for _, k := range []Kind{Create, Rotate, Revoke} {
		for step := range stageNames {
			here, done := 0, 0
			s := stateAt(k, step)
			stages := s.Stages()
			for _, g := range stages {
				if g.Name == "" {
					t.Errorf("%s %s: a stage without a name", k, step)
				}
				if g.Here {
					here++
				}
				if g.Done {
					done++
				}
			}
			if step == StepDone && (here != 0 || done != len(stages)) || step != StepDone && here != 1 {
				t.Errorf("%s %s: %v", k, step, stages)
			}
		}
	}
}

func TestAFlowIsUntouchedWhileItPlans(t *testing.T) {
	for step, want := range map[Step]bool{StepPlan: true, StepMake: false, StepSwitch: false, StepProve: false} {
		s := stateAt(Rotate, step)
		if got := s.Summary().Untouched; got != want {
			t.Errorf("%s: untouched is %v", step, got)
		}
	}
	s := stateAt(Rotate, StepRevoke, withProblem(DoRevoke))
	if got := s.Summary(); got.Problem != "it failed" || got.Name != "grid" || got.Record != "rec" || got.Kind != Rotate || got.Exchange != testExchange {
		t.Errorf("summary: %+v", got)
	}
}
