package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

var (
	oldNow    = Key{Accepted: later, Facts: store.Facts{Account: "main", Label: "seen"}}
	newNow    = Key{Masked: "new-…ange", Fingerprint: "fp"}
	tooLittle = &Review{At: later, Narrower: []string{"less"}}
)

var whatEffectsMake = []reply{
	{"our address", stateAt(Create, StepIPs, func(s *State) { s.Plan.WantMine = true }), Event{Done: DoEcho, Mine: []string{"203.0.113.7"}}, StepIPs,
		func(s State) bool { return !s.Plan.WantMine && slices.Equal(s.Plan.Mine, []string{"203.0.113.7"}) }},
	{"preflight", stateAt(Rotate, StepPreflight), Event{Done: DoPreflight, Key: oldNow, Kill: ByAPI, Killer: Killer{New: true}}, StepMake,
		func(s State) bool {
			return s.Old.Facts.Label == "seen" && s.Old.Accepted.Equal(later) && s.Plan.Kill == ByAPI && s.Plan.Killer.New && noted(s, store.ActionFlowBegun)
		}},
	{"preflight of a creation", stateAt(Create, StepPreflight), Event{Done: DoPreflight}, StepMake, func(s State) bool { return s.Old.Slot == "" }},
	{"preflight, refused", stateAt(Rotate, StepPreflight), Event{Done: DoPreflight, Key: Key{Refused: "no such key"}}, StepPreflight,
		func(s State) bool { return s.Old.Facts.Label == "orig" && s.Old.Accepted.IsZero() }},
	{"preflight, without the secret", stateAt(Rotate, StepPreflight), Event{Done: DoPreflight, Key: Key{Blind: true}}, StepPreflight, func(s State) bool { return s.Old.Blind }},
	{"pair", stateAt(Create, StepPair), Event{Done: DoPair, Public: "PEM"}, StepMake, func(s State) bool { return s.Plan.Public == "PEM" }},
	{"created", stateAt(Create, StepMake, byAPI), Event{Done: DoCreate, Key: newNow}, StepVerify,
		func(s State) bool {
			return s.New.Masked == "new-…ange" && s.New.Fingerprint == "fp" && s.New.Made.Equal(later) && s.New.Slot == "key-rec.new" && noted(s, store.ActionCreated)
		}},
	{"pasted", stateAt(Rotate, StepMake), Event{Done: DoStage, Key: newNow}, StepVerify, func(s State) bool { return strings.Contains(s.Audit[0].Detail, "by hand") }},
	{"recalled", stateAt(Rotate, StepMake, func(s *State) { s.Recall = true }), Event{Done: DoRecall, Found: FoundWhole, Key: newNow}, StepVerify, func(s State) bool { return !s.Recall }},
	{"not recalled", stateAt(Rotate, StepMake, func(s *State) { s.Recall = true }), Event{Done: DoRecall, Found: FoundNone}, StepMake, func(s State) bool { return Decide(s).Ask == AskPaste }},
	{"found with its secret", stateAt(Create, StepReconcile, byAPI), Event{Done: DoReconcile, Found: FoundWhole, Key: newNow}, StepVerify, nil},
	{"found without its secret", stateAt(Create, StepReconcile, byAPI), Event{Done: DoReconcile, Found: FoundStray, Label: "L2", Notes: []string{"revoked"}}, StepMake,
		func(s State) bool { return s.Plan.Label == "L2" && slices.Equal(s.Notes, []string{"revoked"}) }},
	{"not found yet", stateAt(Create, StepReconcile, byAPI), Event{Done: DoReconcile, Found: FoundNone}, StepReconcile,
		func(s State) bool {
			return Decide(s).Wait && s.Due.Equal(later.Add(relookAfter)) && s.Plan.Label == "keyrota-grid-0001"
		}},
	{"not found at the second look", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Looks = 1 }), Event{Done: DoReconcile, Found: FoundNone, Label: "L2"}, StepMake,
		func(s State) bool { return s.Plan.Label == "L2" && s.Looks == 0 && s.Due.IsZero() }},
	{"restricted", stateAt(Create, StepRestrict, byAPI), Event{Done: DoRestrict}, StepVerify, nil},
	{"mended", stateAt(Create, StepVerify, byAPI, func(s *State) { s.Mend, s.Review = true, tooLittle }), Event{Done: DoRestrict}, StepVerify, func(s State) bool { return Decide(s).Do == DoVerify }},
	{"verified", stateAt(Rotate, StepVerify), Event{Done: DoVerify, Review: &Review{}, Facts: store.Facts{Label: "L"}}, StepSwitch,
		func(s State) bool { return s.New.Verified && s.New.Accepted.Equal(later) && s.New.Facts.Label == "L" }},
	{"verified, with a doubt", stateAt(Rotate, StepVerify), Event{Done: DoVerify, Review: tooLittle}, StepVerify, func(s State) bool { return Decide(s).Ask == AskReview && !s.New.Verified }},
	{"switched", stateAt(Rotate, StepSwitch), Event{Done: DoSwitch}, StepWatch, func(s State) bool { return s.Watch.Since.Equal(later) && noted(s, store.ActionSwitched) }},
	{"stored", stateAt(Create, StepSwitch, func(s *State) { s.New.Verified = true }), Event{Done: DoSwitch, Name: "grid-2"}, StepDone,
		func(s State) bool {
			return s.Name == "grid-2" && s.Outcome == "grid-2 is stored and works." && s.Audit[0].Action == store.ActionAdded
		}},
	{"hook ran", stateAt(Rotate, StepConsumers, func(s *State) { s.Consumers[0].State = Asked }), Event{Done: DoHook}, StepWatch, func(s State) bool { return s.Consumers[0].State == Handed }},
	{"file written", stateAt(Create, StepConsumers, func(s *State) {
		s.New.Verified = true
		s.Consumers[0] = Handover{Consumer: store.Consumer{Name: "bot", By: store.HandFile}, State: Asked}
	}),
		Event{Done: DoFile}, StepDone, func(s State) bool {
			return s.Outcome == "grid is stored and works." && s.Audit[0].Detail == "bot, file written"
		}},
	{"looked", stateAt(Rotate, StepWatch), Event{Done: DoLook, Used: exchanges.At(noon), Facts: store.Facts{Label: "x"}}, StepWatch,
		func(s State) bool {
			return s.Watch.Asked.Equal(later) && s.Watch.Used.Known() && s.Old.Facts.Label == "x"
		}},
	{"revoked", stateAt(Rotate, StepRevoke, byAPI, func(s *State) { s.Confirmed = true }), Event{Done: DoRevoke}, StepProve, func(s State) bool { return s.Old.Gone && s.Proof.Since.Equal(later) }},
	{"forgotten", stateAt(Rotate, StepForget, func(s *State) { s.Proof.Verdict = Proven }), Event{Done: DoForget}, StepDone,
		func(s State) bool {
			return strings.Contains(s.Outcome, "proven dead") && noted(s, store.ActionSecretForgotten)
		}},
	{"the new key is deleted", stateAt(Rotate, StepUndo, func(s *State) { s.Deleted = true }), Event{Done: DoUndo}, StepUndo, func(s State) bool { return s.New.Gone && noted(s, store.ActionRevoked) }},
	{"and its secret forgotten", stateAt(Rotate, StepUndo, func(s *State) { s.New.Gone, s.New.Accepted = true, s.Began }), Event{Done: DoUndo}, StepDone, func(s State) bool { return s.Ended && strings.Contains(s.Outcome, "deleted again") }},
	{"that never worked", stateAt(Rotate, StepUndo, func(s *State) { s.New.Gone = true }), Event{Done: DoUndo}, StepDone, func(s State) bool { return s.Ended && strings.Contains(s.Outcome, "by your word") }},
	{"nothing undone", stateAt(Rotate, StepUndo, func(s *State) { s.New.Masked = "" }), Event{Done: DoUndo}, StepDone, func(s State) bool { return s.Outcome == "Abandoned. Nothing was changed." }},
	{"kept", stateAt(Rotate, StepKeep), Event{Done: DoKeep, Name: "grid-new"}, StepDone, func(s State) bool {
		return s.Ended && strings.Contains(s.Outcome, "grid-new") && noted(s, store.ActionKept)
	}},
	{"written down", stateAt(Rotate, StepWatch, func(s *State) { s.Audit = []store.Event{{}} }), Event{Done: DoAudit}, StepWatch, func(s State) bool { return len(s.Audit) == 0 }},
}

func TestWhatEffectsMakeOfAFlow(t *testing.T) {
	checkReplies(t, whatEffectsMake)
}

func TestAnEffectThatSucceedsClearsItsProblem(t *testing.T) {
	s := stateAt(Rotate, StepSwitch, func(s *State) { s.Tries = 4 })
	if next := after(t, s, Event{Done: DoSwitch}); next.Tries != 0 || next.Problem != nil || !next.Due.IsZero() {
		t.Errorf("%+v", next)
	}
}

func waits(d time.Duration) func(*Failure) { return func(f *Failure) { f.Wait = d } }

var whatFailuresMake = []reply{
	{"a failure is a problem", stateAt(Rotate, StepVerify), fails(DoVerify, exchanges.Auth), StepVerify,
		func(s State) bool {
			return Decide(s).Ask == AskProblem && s.Problem.Tries == 1 && s.Tries == 1 && s.Due.IsZero()
		}},
	{"which is tried again after a while", stateAt(Rotate, StepVerify, func(s *State) { s.Tries = 1 }), fails(DoVerify, exchanges.Network, waits(time.Hour)), StepVerify,
		func(s State) bool { return s.Problem.Tries == 2 && s.Due.Equal(later.Add(time.Hour)) }},
	{"a lost reply to a creation", stateAt(Create, StepMake, byAPI, func(s *State) { s.Looks = 1 }), fails(DoCreate, exchanges.Network, func(f *Failure) { f.Unknown = true }), StepReconcile,
		func(s State) bool { return Decide(s).Do == DoRecall && s.Looks == 0 && s.Lost.Tries == 1 }},
	{"a lost reply to anything else", stateAt(Rotate, StepRevoke, byAPI, func(s *State) { s.Confirmed = true }), fails(DoRevoke, exchanges.Network, func(f *Failure) { f.Unknown = true }), StepRevoke,
		func(s State) bool { return Decide(s).Ask == AskProblem && s.Problem.Unknown }},
	{"a code is wanted", stateAt(Create, StepMake, byAPI), fails(DoCreate, exchanges.SecondFactor, func(f *Failure) { f.Code, f.What = true, "a code is wanted" }), StepMake,
		func(s State) bool {
			return Decide(s).Ask == AskCode && s.WantCode == DoCreate && s.CodeRefused == "" && s.Problem == nil
		}},
	{"another code is wanted", stateAt(Create, StepMake, byAPI), fails(DoCreate, exchanges.SecondFactor, func(f *Failure) { f.Code, f.Given, f.What = true, true, "wrong code" }), StepMake,
		func(s State) bool { return s.WantCode == DoCreate && s.CodeRefused == "wrong code" }},
	{"an address that cannot be asked for", stateAt(Create, StepIPs, func(s *State) { s.Plan.WantMine = true }), fails(DoEcho, exchanges.Network, func(f *Failure) { f.Ignored = true }), StepIPs,
		func(s State) bool { return Decide(s).Ask == AskIPs && slices.Equal(s.Notes, []string{"it failed"}) }},
	{"a hook that fails", stateAt(Rotate, StepConsumers, func(s *State) { s.Consumers[0].State = Asked }), fails(DoHook, "hook", func(f *Failure) { f.Hook = true }), StepConsumers,
		func(s State) bool {
			return s.Consumers[0].State == Waiting && s.Consumers[0].Error == "it failed" && noted(s, store.ActionHandOverFailed)
		}},
}

func TestWhatFailuresMakeOfAFlow(t *testing.T) {
	checkReplies(t, whatFailuresMake)
}

func TestWhatInterruptionsMakeOfAFlow(t *testing.T) {
	asked := func(s *State) { s.Consumers[0].State = Asked }
	checkReplies(t, []reply{
		{"a creation is looked up", stateAt(Create, StepMake, byAPI), Event{Broken: DoCreate}, StepReconcile, func(s State) bool { return Decide(s).Do == DoRecall && s.Lost == nil }},
		{"and then at the exchange", stateAt(Create, StepReconcile, byAPI, func(s *State) { s.Recall = true }), Event{Done: DoRecall, Found: FoundNone}, StepReconcile, func(s State) bool { return Decide(s).Do == DoReconcile }},
		{"a paste is looked up", stateAt(Create, StepMake), Event{Broken: DoStage}, StepMake, func(s State) bool { return Decide(s).Do == DoRecall }},
		{"a hook is asked about", stateAt(Rotate, StepConsumers, asked), Event{Broken: DoHook}, StepConsumers, func(s State) bool { return Decide(s).Ask == AskConsumer && s.Consumers[0].Error != "" }},
		{"a file is written again", stateAt(Rotate, StepConsumers, func(s *State) { asked(s); s.Consumers[0].Consumer.By = store.HandFile }), Event{Broken: DoFile}, StepConsumers, func(s State) bool { return Decide(s).Do == DoFile }},
	})
	for _, s := range []State{stateAt(Rotate, StepPreflight), stateAt(Rotate, StepPair), stateAt(Rotate, StepReconcile, byAPI), stateAt(Rotate, StepRestrict, byAPI), stateAt(Rotate, StepVerify),
		stateAt(Rotate, StepSwitch), stateAt(Rotate, StepWatch), stateAt(Rotate, StepProve), stateAt(Rotate, StepForget), stateAt(Rotate, StepKeep)} {
		do := Decide(s).Do
		if next := after(t, s, Event{Broken: do}); Decide(next).Do != do {
			t.Errorf("after an interruption of %s comes %+v", do, Decide(next))
		}
	}
}

func TestWhatTheTimeMakesOfAFlow(t *testing.T) {
	due := func(s *State) { s.Due = later }
	checkReplies(t, []reply{
		{"a problem is tried again", stateAt(Rotate, StepVerify, withProblem(DoVerify)), Event{Due: true}, StepVerify, func(s State) bool { return Decide(s).Do == DoVerify && s.Tries == 2 }},
		{"a second look", stateAt(Create, StepReconcile, byAPI, due), Event{Due: true}, StepReconcile, func(s State) bool { return Decide(s).Do == DoReconcile }},
		{"another try of the old key", stateAt(Rotate, StepProve, due, func(s *State) { s.Proof.Judged = true }), Event{Due: true}, StepProve, func(s State) bool { return Decide(s).Do == DoProve }},
		{"a problem of the proof", stateAt(Rotate, StepProve, withProblem(DoAudit), func(s *State) { s.Proof.Judged = true }), Event{Due: true}, StepProve, func(s State) bool { return s.Proof.Judged && s.Problem == nil }},
	})
}

func TestEventsThatFitNothing(t *testing.T) {
	for _, c := range []struct {
		s State
		e Event
	}{
		{stateAt(Rotate, StepSwitch), Event{}},
		{stateAt(Rotate, StepSwitch), Event{Done: DoCreate}},
		{stateAt(Rotate, StepVerify), Event{Done: DoStage}},
		{stateAt(Rotate, StepDone), Event{Done: DoForget}},
		{stateAt(Rotate, StepSwitch), fails(DoCreate, exchanges.Network, func(f *Failure) { f.Unknown = true })},
		{stateAt(Rotate, StepRevoke), fails(DoRevoke, exchanges.Network)}, // it asks, and does nothing
		{stateAt(Rotate, StepSwitch), Event{Broken: DoCreate}},
		{stateAt(Rotate, StepVerify), Event{Broken: DoStage}},
		{stateAt(Rotate, StepRevoke), Event{Due: true}},
	} {
		unfit(t, c.s, c.e)
	}
}

func TestHowFlowsEnd(t *testing.T) {
	verdict := func(v Verdict) func(*State) { return func(s *State) { s.Proof.Verdict = v } }
	for _, c := range []struct {
		s         State
		want, not string
	}{
		{stateAt(Rotate, StepForget, verdict(Proven)), "proven dead", "refused"},
		{stateAt(Rotate, StepForget, verdict(Refused)), "is refused; the exchange does not say why, so that is not proven", "dead"},
		{stateAt(Rotate, StepForget, verdict(Stated)), "by your word", "proven"},
		{stateAt(Rotate, StepForget, verdict(Open)), "Nothing is known", "proven"},
		{stateAt(Revoke, StepForget, verdict(Proven)), "grid is gone from keyrota", "uses"},
		{stateAt(Create, StepSwitch, func(s *State) { s.New.Verified = true }), "is stored and works", "old key"},
		{stateAt(Create, StepSwitch), "not verified", "works"},
	} {
		if got := c.s.ending(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
			t.Errorf("%s with %q: %q", c.s.Kind, c.s.Proof.Verdict, got)
		}
	}
}
