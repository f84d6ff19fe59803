package flow

import "github.com/keyrota/keyrota/store"

func (s *State) takeWatch(a Answered, _ Event) error {
	switch a.Choice {
	case Look:
		s.Watch.Asked = noTime
	case Go:
		s.next()
	default:
		return unknownChoice(a)
	}
	return nil
}

func (s *State) takeRevoke(a Answered, e Event) error {
	switch a.Choice {
	case Go:
		s.Confirmed = true
	case Hand:
		s.Confirmed, s.Plan.Kill = true, ByHand
	default:
		return unknownChoice(a)
	}
	return nil
}

func (s *State) takeGone(a Answered, e Event) error {
	if a.Choice == Back {
		s.Confirmed = false
		return nil
	}
	s.killed(e, "by hand, says the person")
	return nil
}

// killed notes that the old key was revoked and goes on to the proof.
func (s *State) killed(e Event, how string) {
	s.Old.Gone = true
	s.Proof.Since = e.At
	s.note(e, store.ActionRevoked, "ok", s.Old.Masked+" "+how).KeyID = s.Old.Masked
	s.Step = StepProve
	if s.Plan.Manual { // there is no better proof than the word that was just given
		s.Proof.Verdict = Stated
		s.proven(e)
	}
}

func (s *State) takeProve(a Answered, e Event) error {
	switch a.Choice {
	case Retry:
		s.Proof.Judged, s.Due = false, noTime
	case Again, Hand:
		if a.Choice == Hand {
			s.Plan.Kill = ByHand
		}
		s.Proof, s.Due = Proof{Tries: s.Proof.Tries, NoList: s.Proof.NoList}, noTime
		s.Old.Gone, s.Step = false, StepRevoke
	case ByWord:
		s.Proof.Verdict = Stated
		s.proven(e)
	case Go:
		if s.Proof.Verdict == Open {
			return unknownChoice(a)
		}
		s.proven(e)
	default:
		return unknownChoice(a)
	}
	return nil
}

// takeAbandon ends the flow, or does not.
func (s *State) takeAbandon(a Answered, e Event) error {
	s.Leaving = false
	switch a.Choice {
	case Back:
		return nil
	case End:
		s.clearWay()
		if s.New.Slot != "" && s.Watch.Since.IsZero() {
			s.Left = s.leftovers()
			s.Deleted, s.Step = true, StepUndo // there may be a secret in the keyring
			return nil
		}
		s.abandoned(e)
	case UndoNew:
		s.clearWay()
		s.Step = StepUndo
	case KeepKey:
		s.clearWay()
		s.Step = StepKeep
		if s.Kind == Create { // a created key is kept by storing it
			s.Step = StepSwitch
		}
	default:
		s.Leaving = true
		return unknownChoice(a)
	}
	return nil
}

func (s *State) clearWay() {
	s.Problem, s.WantCode, s.Mend, s.Due = nil, "", false, noTime
}

func (s *State) takeUndo(a Answered, _ Event) error {
	if a.Choice == Back {
		s.Leaving = true
		return nil
	}
	s.Deleted = true
	return nil
}

// abandoned ends the flow with a statement of what is left.
func (s *State) abandoned(e Event) {
	if s.Left == nil {
		s.Left = s.leftovers()
	}
	s.note(e, store.ActionFlowAbandoned, "ok", string(s.Kind)+" at "+stageNames[s.Step])
	s.Step, s.Ended = StepDone, true
	s.Outcome = "Abandoned. Nothing was changed."
	if len(s.Left) > 0 {
		s.Outcome = "Abandoned."
	}
}
