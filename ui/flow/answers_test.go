package flow

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// reply is one answer to one prompt, and what it must make of the flow.
type reply struct {
	name string
	s    State
	e    Event
	step Step
	then func(State) bool // nil: the step says it all
}

func checkReplies(t *testing.T, all []reply) {
	t.Helper()
	for _, c := range all {
		next := after(t, c.s, c.e)
		if next.Step != c.step {
			t.Errorf("%s: at %s, want %s", c.name, next.Step, c.step)
		}
		if c.then != nil && !c.then(next) {
			t.Errorf("%s: %+v", c.name, next)
		}
	}
}

var repliesThatPlanACreation = []reply{
	{"where", stateAt(Create, StepWhere), says(AskWhere, Go, "exchange", "toy", "environment", "testnet", "site", "eu", "name", "tax", "sub_account", "s1"), StepPurpose,
		func(s State) bool {
			p := s.Plan
			return s.Name == "tax" && p.Exchange == "toy" && p.Environment == exchanges.Testnet && p.Site == "eu" && p.SubAccount == "s1" && p.Can == byHandOnly
		}},
	{"a preset", stateAt(Create, StepPurpose), says(AskPurpose, Go, "purpose", "futures-bot", "permissions", "withdraw"), StepIPs,
		func(s State) bool {
			return s.Plan.Purpose == "Futures bot" && slices.Equal(s.Plan.Permissions, []string{"read", "futures"})
		}},
	{"an own choice", stateAt(Create, StepPurpose), says(AskPurpose, Go, "purpose", OwnChoice, "permissions", "read  earn"), StepIPs,
		func(s State) bool { return slices.Equal(s.Plan.Permissions, []string{"read", "earn"}) }},
	{"back from the purpose", stateAt(Create, StepPurpose), says(AskPurpose, Back), StepWhere, nil},
	{"addresses", stateAt(Create, StepIPs), says(AskIPs, Go, "ips", "198.51.100.2, 203.0.113.9"), StepPlan,
		func(s State) bool { return slices.Equal(s.Plan.IPs.Entries, []string{"198.51.100.2", "203.0.113.9"}) }},
	{"our own address", stateAt(Create, StepIPs), says(AskIPs, Lookup), StepIPs, func(s State) bool { return Decide(s).Do == DoEcho }},
	{"back from the addresses", stateAt(Create, StepIPs), says(AskIPs, Back), StepPurpose, nil},
	{"back from the plan", stateAt(Create, StepPlan), says(AskPlan, Back), StepIPs, func(s State) bool { return s.New.Slot == "" }},
	{"the plan by hand", stateAt(Create, StepPlan), says(AskPlan, Go, "route", "hand", "source", "secret", "consumers", " bot ,, tax "), StepPreflight,
		func(s State) bool {
			return s.Plan.Route == ByHand && s.Plan.Label == "keyrota-grid-0002" && s.New.Slot == "key-rec.fresh" &&
				len(s.Consumers) == 2 && s.Consumers[1].Consumer.Name == "tax" && s.Consumers[1].State == Waiting
		}},
	{"the plan by API", stateAt(Create, StepPlan), says(AskPlan, Go, "route", "api:boss", "source", "key-pair"), StepPreflight,
		func(s State) bool {
			return s.Plan.Route == ByAPI && s.Plan.Manager == "boss" && s.Plan.Source == exchanges.FromKeyPair
		}},
}

func TestAnswersThatPlanACreation(t *testing.T) { checkReplies(t, repliesThatPlanACreation) }

func TestAnswersThatPlanARotation(t *testing.T) {
	checkReplies(t, []reply{
		{"begin", stateAt(Rotate, StepPlan), says(AskPlan, Go, "route", "hand", "source", "secret", "permissions", "read", "ips", "any"), StepPreflight,
			func(s State) bool {
				return slices.Equal(s.Plan.Permissions, []string{"read"}) && s.Plan.IPs.State == exchanges.IPAny && len(s.Consumers) == 0
			}},
		{"our own address", stateAt(Rotate, StepPlan), says(AskPlan, Lookup), StepPlan, func(s State) bool { return s.Plan.WantMine }},
	})
}

func TestAnswersAboutAnOldKeyThatDoesNotWork(t *testing.T) {
	refused := func(s *State) { s.Old.Refused, s.Old.Accepted = "no", noTime }
	blind := func(s *State) { s.Old.Blind = true }
	checkReplies(t, []reply{
		{"ask again", stateAt(Rotate, StepPreflight, refused), says(AskOldDead, Retry), StepPreflight, func(s State) bool { return Decide(s).Do == DoPreflight }},
		{"look for the secret again", stateAt(Rotate, StepPreflight, blind), says(AskOldDead, Retry), StepPreflight, func(s State) bool { return Decide(s).Do == DoPreflight }},
		{"it may be alive", stateAt(Rotate, StepPreflight, refused), says(AskOldDead, Go), StepMake, func(s State) bool { return !s.Old.Dead }},
		{"it is deleted", stateAt(Rotate, StepPreflight, refused), says(AskOldDead, GoneBefore), StepMake,
			func(s State) bool { return s.Old.Dead && s.Proof.Since.Equal(later) }},
		{"it is deleted, and was to be revoked", stateAt(Revoke, StepPreflight, blind), says(AskOldDead, GoneBefore), StepProve, nil},
	})
}

func TestAnswersWhileTheKeyIsMade(t *testing.T) {
	relabelled := func(s State) bool {
		return s.Plan.Label == "keyrota-grid-0002" && slices.Equal(s.Plan.Earlier, []string{"keyrota-grid-0001"})
	}
	again := func(s State) bool {
		return s.New.Slot == "key-rec.fresh" && s.New.Masked == "" && slices.Equal(s.Trash, []store.Slot{"key-rec.new"}) && s.Review == nil && s.Plan.Route == ByHand
	}
	narrow := func(s *State) { s.Review = &Review{Narrower: []string{"less"}} }
	checkReplies(t, []reply{
		{"another label", stateAt(Rotate, StepMake), says(AskPaste, Relabel), StepMake, relabelled},
		{"there is none", stateAt(Rotate, StepReconcile, func(s *State) { s.Plan.Can.List = false }), says(AskLook, None), StepMake, relabelled},
		{"it was there", stateAt(Rotate, StepReconcile, func(s *State) { s.Plan.Can.List = false }), says(AskLook, There), StepMake, func(s State) bool {
			return s.Plan.Label == "keyrota-grid-0002" && len(s.Plan.Earlier) == 0 // it is deleted
		}},
		{"check again", stateAt(Rotate, StepVerify, narrow), says(AskReview, Retry), StepVerify, func(s State) bool { return Decide(s).Do == DoVerify }},
		{"as it is", stateAt(Rotate, StepVerify, narrow), says(AskReview, Go), StepSwitch, func(s State) bool { return s.Review.Accepted && s.New.Verified }},
		{"mend it", stateAt(Rotate, StepVerify, narrow, byAPI), says(AskReview, Mend), StepVerify, func(s State) bool { return Decide(s).Do == DoRestrict }},
		{"paste another", stateAt(Rotate, StepVerify, narrow), says(AskReview, Paste), StepMake, again},
		{"paste another after a problem", stateAt(Rotate, StepVerify, withProblem(DoVerify)), says(AskProblem, Paste), StepMake, again},
	})
}

func TestAnswersAboutConsumers(t *testing.T) {
	two := func(s *State) {
		s.Consumers = append(s.Consumers, Handover{Consumer: store.Consumer{Name: "tax"}, State: Waiting})
		s.Consumers[0].Error = "exit status 1"
	}
	state := func(i int, want string) func(State) bool {
		return func(s State) bool { return s.Consumers[i].State == want && s.Consumers[i].Error == "" }
	}
	checkReplies(t, []reply{
		{"run", stateAt(Rotate, StepConsumers, two), says(AskConsumer, Run), StepConsumers, state(0, Asked)},
		{"write", stateAt(Rotate, StepConsumers, two), says(AskConsumer, Write), StepConsumers, state(0, Asked)},
		{"it has the key", stateAt(Rotate, StepConsumers, two), says(AskConsumer, Done), StepConsumers, state(0, Handed)},
		{"skip the last", stateAt(Rotate, StepConsumers), says(AskConsumer, Skip), StepWatch,
			func(s State) bool { return state(0, Skipped)(s) && noted(s, store.ActionHandedOver) }},
		{"the last of a creation", stateAt(Create, StepConsumers), says(AskConsumer, Done), StepDone,
			func(s State) bool { return s.Outcome != "" && !s.Ended }},
	})
}

func TestAnswersThatEndTheOldKey(t *testing.T) {
	sure := func(s *State) { s.Confirmed = true }
	judged := func(v Verdict) func(*State) {
		return func(s *State) {
			s.Proof = Proof{Tries: 3, Since: noon, Judged: true, Verdict: v, NoList: true, Refusals: 3, First: noon, Last: noon, Kind: "auth"}
			s.Due = later
		}
	}
	checkReplies(t, []reply{
		{"look again", stateAt(Rotate, StepWatch, func(s *State) { s.Watch.Asked = noon }), says(AskWatch, Look), StepWatch, func(s State) bool { return Decide(s).Do == DoLook }},
		{"enough watched", stateAt(Rotate, StepWatch, func(s *State) { s.Watch.Asked = noon }), says(AskWatch, Go), StepRevoke, nil},
		{"revoke", stateAt(Rotate, StepRevoke, byAPI), says(AskRevoke, Go), StepRevoke, func(s State) bool { return Decide(s).Do == DoRevoke }},
		{"revoke by hand", stateAt(Rotate, StepRevoke, byAPI), says(AskRevoke, Hand), StepRevoke, func(s State) bool { return Decide(s).Ask == AskGone }},
		{"it is deleted", stateAt(Rotate, StepRevoke, sure), says(AskGone, Go), StepProve,
			func(s State) bool {
				return s.Old.Gone && s.Proof.Since.Equal(later) && noted(s, store.ActionRevoked)
			}},
		{"it is not deleted yet", stateAt(Rotate, StepRevoke, sure), says(AskGone, Back), StepRevoke, func(s State) bool { return Decide(s).Ask == AskRevoke }},
		{"ask now", stateAt(Rotate, StepProve, judged(Open)), says(AskProve, Retry), StepProve, func(s State) bool { return Decide(s).Do == DoProve && s.Due.IsZero() }},
		{"revoke once more", stateAt(Rotate, StepProve, byAPI, judged(Open), sure), says(AskProve, Again), StepRevoke,
			func(s State) bool {
				return Decide(s).Do == DoRevoke && !s.Old.Gone && s.Proof == (Proof{Tries: 3, NoList: true}) && s.Due.IsZero()
			}},
		{"revoke once more by hand", stateAt(Rotate, StepProve, byAPI, judged(Open), sure), says(AskProve, Hand), StepRevoke, func(s State) bool { return Decide(s).Ask == AskGone }},
		{"my word", stateAt(Rotate, StepProve, judged(Open)), says(AskProve, ByWord), StepForget,
			func(s State) bool { return s.Proof.Verdict == Stated && noted(s, store.ActionFoundRefused) }},
		{"the evidence is enough", stateAt(Rotate, StepProve, judged(Refused)), says(AskProve, Go), StepForget,
			func(s State) bool { return noted(s, store.ActionFoundRefused) && !noted(s, store.ActionProvenDead) }},
	})
	if err := unfit(t, stateAt(Rotate, StepProve, judged(Open)), says(AskProve, Go)); !isFieldError(err) {
		t.Errorf("going on without a verdict: %v", err)
	}
}

// wantCode is a flow that waits for a one-time code.
func wantCode(e Effect) func(*State) {
	return func(s *State) { s.WantCode, s.CodeRefused = e, "wrong" }
}

func isOver(s State) bool {
	return s.Problem == nil && s.WantCode == "" && s.Due.IsZero() && Decide(s).Ask != AskProblem
}

var repliesToProblems = []reply{
	{"try again", stateAt(Create, StepMake, byAPI, withProblem(DoCreate)), says(AskProblem, Retry), StepMake, func(s State) bool { return isOver(s) && Decide(s).Do == DoCreate }},
	{"another label", stateAt(Create, StepMake, byAPI, withProblem(DoCreate)), says(AskProblem, Relabel), StepMake, func(s State) bool { return isOver(s) && s.Plan.Label == "keyrota-grid-0002" }},
	{"make it by hand", stateAt(Create, StepMake, byAPI, withProblem(DoCreate)), says(AskProblem, Hand), StepMake, func(s State) bool { return isOver(s) && Decide(s).Ask == AskPaste }},
	{"look by hand", stateAt(Create, StepReconcile, byAPI, withProblem(DoReconcile)), says(AskProblem, Hand), StepReconcile, func(s State) bool { return isOver(s) && Decide(s).Ask == AskLook }},
	{"restrict it by hand", stateAt(Create, StepRestrict, byAPI, withProblem(DoRestrict)), says(AskProblem, Hand), StepVerify, isOver},
	{"mend it by hand", stateAt(Create, StepVerify, byAPI, withProblem(DoRestrict), func(s *State) { s.Review, s.Mend = &Review{}, true }), says(AskProblem, Hand), StepVerify,
		func(s State) bool { return isOver(s) && Decide(s).Ask == AskReview }},
	{"revoke by hand", stateAt(Rotate, StepRevoke, byAPI, withProblem(DoRevoke), func(s *State) { s.Confirmed = true }), says(AskProblem, Hand), StepRevoke, func(s State) bool { return isOver(s) && Decide(s).Ask == AskGone }},
	{"undo by hand", stateAt(Rotate, StepUndo, byAPI, withProblem(DoUndo)), says(AskProblem, Hand), StepUndo, func(s State) bool { return isOver(s) && Decide(s).Ask == AskUndo }},
	{"preflight by hand", stateAt(Rotate, StepPreflight, byAPI, withProblem(DoPreflight)), says(AskProblem, Hand), StepPreflight, func(s State) bool { return isOver(s) && s.Plan.Route == ByHand }},
	{"no audit entry", stateAt(Rotate, StepWatch, withProblem(DoAudit), func(s *State) { s.Audit = make([]store.Event, 2) }), says(AskProblem, Skip), StepWatch,
		func(s State) bool {
			return isOver(s) && len(s.Audit) == 0 && slices.Contains(s.Notes, "2 entries are missing from the audit log.")
		}},
	{"do not look", stateAt(Rotate, StepWatch, withProblem(DoLook)), says(AskProblem, Skip), StepWatch, func(s State) bool { return isOver(s) && Decide(s).Ask == AskWatch }},
	{"leave the new secret", stateAt(Rotate, StepUndo, withProblem(DoUndo)), says(AskProblem, Skip), StepDone, func(s State) bool { return s.Ended && len(s.Left) > 0 }},
	{"a code", stateAt(Rotate, StepRevoke, byAPI, wantCode(DoRevoke), func(s *State) { s.Confirmed = true }), says(AskCode, Go), StepRevoke, func(s State) bool { return isOver(s) && s.CodeRefused == "" && Decide(s).Do == DoRevoke }},
	{"no code, by hand", stateAt(Rotate, StepRevoke, byAPI, wantCode(DoRevoke), func(s *State) { s.Confirmed = true }), says(AskCode, Hand), StepRevoke, func(s State) bool { return isOver(s) && Decide(s).Ask == AskGone }},
	{"no code for the list", stateAt(Rotate, StepProve, byAPI, wantCode(DoProve)), says(AskCode, Without), StepProve, func(s State) bool { return isOver(s) && s.Proof.NoList && Decide(s).Do == DoProve }},
}

func TestAnswersToProblemsAndCodes(t *testing.T) {
	checkReplies(t, repliesToProblems)
	for _, c := range []reply{
		{"a consumer cannot be made by hand", stateAt(Rotate, StepConsumers, withProblem(DoHook)), says(AskProblem, Hand), "", nil},
		{"a switch cannot be skipped", stateAt(Rotate, StepSwitch, withProblem(DoSwitch)), says(AskProblem, Skip), "", nil},
	} {
		if err := unfit(t, c.s, c.e); !isFieldError(err) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnswersThatAbandon(t *testing.T) {
	leaving := func(s *State) { s.Leaving = true }
	checkReplies(t, []reply{
		{"asked to", stateAt(Rotate, StepVerify, withProblem(DoVerify)), says(AskProblem, Abandon), StepVerify, func(s State) bool { return Decide(s).Ask == AskAbandon }},
		{"no, go on", stateAt(Rotate, StepVerify, leaving), says(AskAbandon, Back), StepVerify, func(s State) bool { return !s.Leaving && Decide(s).Do == DoVerify }},
		{"end while planning", stateAt(Rotate, StepPlan, leaving), says(AskAbandon, End), StepDone, func(s State) bool { return s.Ended && len(s.Left) == 0 && s.Outcome != "" }},
		{"end where a secret may lie", stateAt(Rotate, StepMake, leaving), says(AskAbandon, End), StepUndo, func(s State) bool { return Decide(s).Do == DoUndo }},
		{"end where a key may be", stateAt(Rotate, StepReconcile, byAPI, leaving), says(AskAbandon, End), StepUndo, func(s State) bool { return Decide(s).Do == DoUndo && len(s.Left) > 0 }},
		{"end of a revocation", stateAt(Revoke, StepRevoke, leaving), says(AskAbandon, End), StepDone, func(s State) bool { return s.Ended && len(s.Left) == 1 && noted(s, store.ActionFlowAbandoned) }},
		{"delete the new key", stateAt(Rotate, StepVerify, leaving, withProblem(DoVerify)), says(AskAbandon, UndoNew), StepUndo, func(s State) bool { return s.Problem == nil && Decide(s).Ask == AskUndo }},
		{"keep the new key", stateAt(Rotate, StepVerify, leaving, withProblem(DoVerify)), says(AskAbandon, KeepKey), StepKeep, func(s State) bool { return Decide(s).Do == DoKeep }},
		{"keep a created key", stateAt(Create, StepVerify, leaving), says(AskAbandon, KeepKey), StepSwitch, nil},
		{"deleted by hand", stateAt(Rotate, StepUndo), says(AskUndo, Go), StepUndo, func(s State) bool { return s.Deleted && Decide(s).Do == DoUndo }},
		{"not deleted by hand", stateAt(Rotate, StepUndo), says(AskUndo, Back), StepUndo, func(s State) bool { return Decide(s).Ask == AskAbandon }},
	})
}

func TestAnswersThatFitNothing(t *testing.T) {
	for _, c := range []struct {
		s State
		e Event
	}{
		{stateAt(Rotate, StepMake), says(AskPlan, Go)},     // to another prompt
		{stateAt(Rotate, StepVerify), says(AskReview, Go)}, // while it works
		{stateAt(Rotate, StepDone), says(AskPlan, Go)},
		{stateAt(Rotate, StepMake), says(AskPaste, Go)}, // a credential comes by DoStage only
		{stateAt(Rotate, StepPreflight, func(s *State) { s.Old.Blind = true }), says(AskOldDead, Skip)},
		{stateAt(Rotate, StepReconcile, func(s *State) { s.Plan.Can.List = false }), says(AskLook, Go)},
		{stateAt(Rotate, StepVerify, func(s *State) { s.Review = &Review{} }), says(AskReview, Skip)},
		{stateAt(Rotate, StepConsumers), says(AskConsumer, Go)},
		{stateAt(Rotate, StepWatch, func(s *State) { s.Watch.Asked = noon }), says(AskWatch, Skip)},
		{stateAt(Rotate, StepRevoke), says(AskRevoke, Later)},
		{stateAt(Rotate, StepProve, func(s *State) { s.Proof.Judged = true }), says(AskProve, Skip)},
		{stateAt(Rotate, StepRevoke, func(s *State) { s.WantCode = DoRevoke }), says(AskCode, Skip)},
		{stateAt(Rotate, StepRevoke, withProblem(DoRevoke)), says(AskProblem, Go)},
		{stateAt(Rotate, StepVerify, func(s *State) { s.Leaving = true }), says(AskAbandon, Go)},
	} {
		unfit(t, c.s, c.e)
	}
}
