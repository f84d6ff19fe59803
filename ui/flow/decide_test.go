package flow

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// decision is what a state wants next.
type decision struct {
	name string
	s    State
	want Action
}

func doing(e Effect) Action    { return Action{Do: e} }
func asking(p PromptID) Action { return Action{Ask: p} }

func checkDecisions(t *testing.T, all []decision) {
	t.Helper()
	for _, c := range all {
		if got := Decide(c.s); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDecide(t *testing.T) {
	checkDecisions(t, []decision{
		{"create begins with a question", stateAt(Create, StepWhere), asking(AskWhere)},
		{"purpose", stateAt(Create, StepPurpose), asking(AskPurpose)},
		{"addresses", stateAt(Create, StepIPs), asking(AskIPs)},
		{"addresses, after asking for ours", stateAt(Create, StepIPs, func(s *State) { s.Plan.WantMine = true }), doing(DoEcho)},
		{"plan", stateAt(Rotate, StepPlan), asking(AskPlan)},
		{"plan, after asking for ours", stateAt(Rotate, StepPlan, func(s *State) { s.Plan.WantMine = true }), doing(DoEcho)},
		{"preflight", stateAt(Rotate, StepPreflight), doing(DoPreflight)},
		{"preflight, old key refused", stateAt(Rotate, StepPreflight, func(s *State) { s.Old.Refused = "no" }), asking(AskOldDead)},
		{"preflight, old secret missing", stateAt(Revoke, StepPreflight, func(s *State) { s.Old.Blind = true }), asking(AskOldDead)},
		{"pair", stateAt(Create, StepPair), doing(DoPair)},
		{"make by hand", stateAt(Create, StepMake), asking(AskPaste)},
		{"make by API", stateAt(Create, StepMake, byAPI), doing(DoCreate)},
		{"make, after a crash in the middle of a paste", stateAt(Create, StepMake, func(s *State) { s.Recall = true }), doing(DoRecall)},
		{"reconcile", stateAt(Create, StepReconcile, byAPI), doing(DoReconcile)},
		{"reconcile, between two looks", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Due = later }), Action{Wait: true}},
		{"reconcile where nothing can be listed", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Plan.Can.List = false }), asking(AskLook)},
		{"restrict", stateAt(Create, StepRestrict, byAPI), doing(DoRestrict)},
		{"verify", stateAt(Create, StepVerify), doing(DoVerify)},
		{"verify, with a doubt", stateAt(Create, StepVerify, func(s *State) { s.Review = &Review{Narrower: []string{"less"}} }), asking(AskReview)},
		{"verify, being mended", stateAt(Create, StepVerify, func(s *State) { s.Review, s.Mend = &Review{}, true }), doing(DoRestrict)},
		{"switch", stateAt(Rotate, StepSwitch), doing(DoSwitch)},
		{"consumer", stateAt(Rotate, StepConsumers), asking(AskConsumer)},
		{"consumer, hook said yes to", stateAt(Rotate, StepConsumers, func(s *State) { s.Consumers[0].State = Asked }), doing(DoHook)},
		{"consumer, file said yes to", stateAt(Rotate, StepConsumers, func(s *State) {
			s.Consumers[0] = Handover{Consumer: store.Consumer{By: store.HandFile}, State: Asked}
		}), doing(DoFile)},
		{"watch", stateAt(Rotate, StepWatch), doing(DoLook)},
		{"watch, looked", stateAt(Rotate, StepWatch, func(s *State) { s.Watch.Asked = noon }), asking(AskWatch)},
		{"watch where the exchange does not tell", stateAt(Rotate, StepWatch, func(s *State) { s.Plan.Can.LastUsed = false }), asking(AskWatch)},
		{"watch without the old secret", stateAt(Rotate, StepWatch, func(s *State) { s.Old.Blind = true }), asking(AskWatch)},
		{"revoke", stateAt(Rotate, StepRevoke), asking(AskRevoke)},
		{"revoke by hand, confirmed", stateAt(Rotate, StepRevoke, func(s *State) { s.Confirmed = true }), asking(AskGone)},
		{"revoke by API, confirmed", stateAt(Rotate, StepRevoke, byAPI, func(s *State) { s.Confirmed = true }), doing(DoRevoke)},
		{"prove", stateAt(Rotate, StepProve), doing(DoProve)},
		{"prove, judged", stateAt(Rotate, StepProve, func(s *State) { s.Proof.Judged = true }), asking(AskProve)},
		{"forget", stateAt(Rotate, StepForget), doing(DoForget)},
		{"undo by hand", stateAt(Rotate, StepUndo), asking(AskUndo)},
		{"undo by hand, deleted", stateAt(Rotate, StepUndo, func(s *State) { s.Deleted = true }), doing(DoUndo)},
		{"undo by API", stateAt(Rotate, StepUndo, byAPI), doing(DoUndo)},
		{"undo of nothing", stateAt(Rotate, StepUndo, func(s *State) { s.New.Masked = "" }), doing(DoUndo)},
		{"keep", stateAt(Rotate, StepKeep), doing(DoKeep)},
		{"done", stateAt(Rotate, StepDone), Action{Done: true}},
	})
}

// TestWhatComesFirst: what holds at any step.
func TestWhatComesFirst(t *testing.T) {
	checkDecisions(t, []decision{
		{"a code is wanted", stateAt(Rotate, StepRevoke, func(s *State) { s.WantCode = DoRevoke }), asking(AskCode)},
		{"a problem", stateAt(Rotate, StepRevoke, withProblem(DoRevoke)), asking(AskProblem)},
		{"leaving comes before a problem", stateAt(Rotate, StepRevoke, withProblem(DoRevoke), func(s *State) { s.Leaving = true }), asking(AskAbandon)},
		{"what happened is written down before all else", stateAt(Rotate, StepRevoke, func(s *State) {
			s.Leaving, s.Audit = true, []store.Event{{}}
		}), doing(DoAudit)},
		{"even at the end", stateAt(Rotate, StepDone, func(s *State) { s.Audit = []store.Event{{}} }), doing(DoAudit)},
		{"an end that cannot be written down is not the end", stateAt(Rotate, StepDone, withProblem(DoAudit), func(s *State) {
			s.Audit = []store.Event{{}}
		}), asking(AskProblem)},
	})
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
