package flow

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Effect is something that a flow does to the world.
type Effect string

// The effects. Creating and staging are looked up after an interruption, a
// hook is asked about; the others are safe to do again.
const (
	DoEcho      Effect = "ask-address"
	DoPreflight Effect = "preflight"
	DoPair      Effect = "make-pair"
	DoCreate    Effect = "create-key" // see DoReconcile
	DoReconcile Effect = "find-key"
	DoStage     Effect = "stage-secret"  // of a pasted key: see DoRecall
	DoRecall    Effect = "recall-secret" // did it reach its slot?
	DoRestrict  Effect = "restrict-key"
	DoVerify    Effect = "verify-key"
	DoSwitch    Effect = "switch-record"
	DoHook      Effect = "run-hook"
	DoFile      Effect = "write-file"
	DoLook      Effect = "look-at-use"
	DoRevoke    Effect = "revoke-key"
	DoProve     Effect = "probe-key"
	DoForget    Effect = "forget-secret"
	DoUndo      Effect = "undo-key"
	DoKeep      Effect = "keep-key"
	DoAudit     Effect = "write-audit"
)

// Action is what a flow wants next: an answer, an effect, a pause until
// State.Due, or nothing any more.
type Action struct {
	Ask  PromptID
	Do   Effect
	Wait bool
	Done bool
}

// Decide returns what the flow wants next. It is pure.
func Decide(s State) Action {
	switch {
	case len(s.Audit) > 0 && s.Problem == nil:
		return Action{Do: DoAudit} // before all else: what happened is written down first
	case s.Step == StepDone && s.Problem == nil:
		return Action{Done: true}
	case s.Leaving:
		return Action{Ask: AskAbandon}
	case s.WantCode != "":
		return Action{Ask: AskCode}
	case s.Problem != nil:
		return Action{Ask: AskProblem}
	}
	return deciders[s.Step](&s)
}

var deciders = map[Step]func(*State) Action{
	StepWhere:     ask(AskWhere),
	StepVenue:     ask(AskVenue),
	StepPurpose:   ask(AskPurpose),
	StepIPs:       decideIPs,
	StepPlan:      decidePlan,
	StepPreflight: decidePreflight,
	StepPair:      do(DoPair),
	StepMake:      decideMake,
	StepReconcile: decideReconcile,
	StepRestrict:  do(DoRestrict),
	StepVerify:    decideVerify,
	StepSwitch:    do(DoSwitch),
	StepConsumers: decideConsumers,
	StepWatch:     decideWatch,
	StepRevoke:    decideRevoke,
	StepProve:     decideProve,
	StepForget:    do(DoForget),
	StepUndo:      decideUndo,
	StepKeep:      do(DoKeep),
}

func ask(p PromptID) func(*State) Action { return func(*State) Action { return Action{Ask: p} } }

func do(e Effect) func(*State) Action { return func(*State) Action { return Action{Do: e} } }

func decideIPs(s *State) Action {
	if s.Plan.WantMine {
		return Action{Do: DoEcho}
	}
	return Action{Ask: AskIPs}
}

func decidePlan(s *State) Action {
	if s.Plan.WantMine {
		return Action{Do: DoEcho}
	}
	return Action{Ask: AskPlan}
}

func decidePreflight(s *State) Action {
	if s.Old.Refused != "" || s.Old.Blind {
		return Action{Ask: AskOldDead}
	}
	return Action{Do: DoPreflight}
}

func decideMake(s *State) Action {
	switch {
	case s.Recall:
		return Action{Do: DoRecall}
	case s.Plan.Route == ByAPI:
		return Action{Do: DoCreate}
	}
	return Action{Ask: AskPaste}
}

func decideReconcile(s *State) Action {
	switch {
	case s.Recall:
		return Action{Do: DoRecall}
	case !s.Plan.Can.List, s.Plan.Route == ByHand:
		return Action{Ask: AskLook}
	case !s.Due.IsZero():
		return Action{Wait: true}
	}
	return Action{Do: DoReconcile}
}

func decideVerify(s *State) Action {
	switch r := s.Review; {
	case s.Plan.Manual:
		return Action{Ask: AskWorks}
	case s.Mend:
		return Action{Do: DoRestrict}
	case r == nil:
		return Action{Do: DoVerify}
	default:
		return Action{Ask: AskReview} // what needs no decision went on by itself
	}
}

// handover returns the index of the consumer whose turn it is, -1 for none.
//
//go:noinline // copied into its callers, it would take 3 kB
func (s *State) handover() int {
	for i, h := range s.Consumers {
		if h.State == Waiting || h.State == Asked {
			return i
		}
	}
	return -1
}

func decideConsumers(s *State) Action {
	h := s.Consumers[s.handover()]
	switch {
	case h.State == Waiting:
		return Action{Ask: AskConsumer}
	case h.byFile():
		return Action{Do: DoFile}
	}
	return Action{Do: DoHook}
}

func decideWatch(s *State) Action {
	if s.Plan.Can.LastUsed && !s.Old.Blind && s.Watch.Asked.IsZero() {
		return Action{Do: DoLook}
	}
	return Action{Ask: AskWatch}
}

func decideRevoke(s *State) Action {
	switch {
	case !s.Confirmed:
		return Action{Ask: AskRevoke}
	case s.Plan.Kill == ByAPI:
		return Action{Do: DoRevoke}
	}
	return Action{Ask: AskGone}
}

func decideProve(s *State) Action {
	if !s.Proof.Judged {
		return Action{Do: DoProve}
	}
	return Action{Ask: AskProve}
}

func decideUndo(s *State) Action {
	if s.undoesKey() && s.Plan.Route != ByAPI && !s.Deleted {
		return Action{Ask: AskUndo}
	}
	return Action{Do: DoUndo}
}

// undoesKey reports whether there is a new key that is still to be deleted.
func (s *State) undoesKey() bool { return s.New.Masked != "" && !s.New.Gone }

// skips reports whether the flow has no use for a step.
func (s *State) skips(step Step) bool {
	switch step {
	case StepVenue:
		return !s.Plan.Manual || s.Plan.Named
	case StepPair:
		return s.Plan.Source != exchanges.FromKeyPair || s.Plan.Public != ""
	case StepRestrict:
		return s.Plan.Route != ByAPI || !s.Plan.Can.IPsByEdit || s.Plan.IPs.State != exchanges.IPList
	case StepConsumers:
		return s.handover() < 0
	case StepWatch, StepRevoke:
		return s.Old.Dead
	default:
		return false
	}
}

// next moves the flow to the first step after the present one that it has a
// use for.
func (s *State) next() {
	path := paths[s.Kind]
	for i, step := range path {
		if step != s.Step {
			continue
		}
		for _, later := range path[i+1:] {
			if !s.skips(later) {
				s.Step = later
				return
			}
		}
	}
	s.Step = StepDone
}

// back moves the flow to the question before the present one.
func (s *State) back() {
	path := paths[s.Kind]
	for i := slices.Index(path, s.Step) - 1; i >= 0; i-- {
		if !s.skips(path[i]) {
			s.Step = path[i]
			return
		}
	}
}
