package flow

import (
	"fmt"
	"slices"
	"time"

	"github.com/keyrota/keyrota/store"
)

var noTime time.Time

// relookAfter is how long after a list without our label it is looked at again:
// what was made a moment ago may not be in it yet.
const relookAfter = 3 * time.Second

// ended takes in an effect that ended well.
func (s *State) ended(want Effect, e Event) error {
	if e.Done == DoStage { // asked for by an answer, not by Decide
		if Decide(*s).Ask != AskPaste {
			return fmt.Errorf("a key was pasted in step %s", s.Step)
		}
	} else if e.Done != want {
		return fmt.Errorf("%s ended in step %s", e.Done, s.Step)
	}
	s.Problem, s.Due, s.Tries = nil, noTime, 0
	return endings[e.Done](s, e)
}

var endings map[Effect]func(*State, Event) error

func init() { // not a literal: see answers
	endings = map[Effect]func(*State, Event) error{
		DoEcho:      (*State).echoed,
		DoPreflight: (*State).preflown,
		DoPair:      func(s *State, e Event) error { s.Plan.Public = e.Public; s.next(); return nil },
		DoCreate:    (*State).made,
		DoStage:     (*State).made,
		DoRecall:    (*State).recalled,
		DoReconcile: (*State).reconciled,
		DoRestrict:  (*State).restricted,
		DoVerify:    (*State).verified,
		DoSwitch:    (*State).switched,
		DoHook:      (*State).handed,
		DoFile:      (*State).handed,
		DoLook:      (*State).looked,
		DoRevoke:    func(s *State, e Event) error { s.killed(e, "by API"); return nil },
		DoProve:     (*State).probed,
		DoForget:    (*State).forgotten,
		DoUndo:      (*State).undone,
		DoKeep:      (*State).kept,
		DoAudit:     func(s *State, _ Event) error { s.Audit = nil; return nil },
	}
}

func (s *State) echoed(e Event) error {
	s.Plan.WantMine, s.Plan.Mine = false, e.Mine
	return nil
}

// preflown takes in what was found before anything is changed. An old key that
// the exchange does not take, or that cannot be asked about, is a question.
func (s *State) preflown(e Event) error {
	if s.Kind != Create {
		k := e.Key
		s.Old.Blind, s.Old.Accepted, s.Old.Refused = k.Blind, k.Accepted, k.Refused
		s.Old.Lives, s.Old.Listed = k.Lives, k.Listed
		if !k.Accepted.IsZero() || k.Listed {
			s.Old.Facts = k.Facts
		}
		s.Plan.Kill, s.Plan.Killer = e.Kill, e.Killer
	}
	if !s.Noted { // preflight may be asked for again
		s.note(e, store.ActionFlowBegun, "ok", string(s.Kind))
		s.Noted = true
	}
	if s.Old.Refused == "" && !s.Old.Blind {
		s.next()
	}
	return nil
}

// made takes in the new key. Its secret is in the keyring by now.
func (s *State) made(e Event) error {
	s.New.Masked, s.New.Fingerprint, s.New.Made = e.Key.Masked, e.Key.Fingerprint, e.At
	s.Recall, s.Looks, s.Lost = false, 0, nil
	s.stateMade(e)
	how := "by hand"
	if s.Plan.Route == ByAPI {
		how = "by API"
	}
	s.noteUse(e, &s.New, store.ActionCreated, "ok", fmt.Sprintf("%s %s, label %s", s.New.Masked, how, s.Plan.Label), s.consumers()...)
	s.Step = StepMake
	s.next()
	return nil
}

func (s *State) recalled(e Event) error {
	if e.Found == FoundWhole {
		return s.made(e)
	}
	s.Recall = false
	return nil
}

func (s *State) reconciled(e Event) error {
	switch e.Found {
	case FoundWhole:
		return s.made(e)
	case FoundStray:
		s.newLabel(e)
		s.makeAgain(e)
	case FoundNone:
		if s.Looks++; s.Looks < 2 {
			s.Due = e.At.Add(relookAfter)
			return nil
		}
		s.Notes = append(s.Notes, fmt.Sprintf("No key labelled %s was found. Should one appear, delete it: nobody has its secret.", s.Plan.Label))
		s.relabel(e)
		s.makeAgain(e)
	}
	return nil
}

// loseTrack notes that nobody knows whether the key was made. The keyring is
// looked at before the exchange is: a secret that lies there is that of the
// key, whatever the exchange's list says yet.
func (s *State) loseTrack(why *Problem) {
	if why != nil && s.Lost != nil {
		why.Tries = s.Lost.Tries
	}
	if why != nil {
		why.Tries++
		s.Lost = why
	}
	s.Step, s.Looks, s.Problem, s.Recall = StepReconcile, 0, nil, true
}

// makeAgain starts over by itself once. What fails twice in one way would make
// and delete keys for ever: then the person decides.
func (s *State) makeAgain(e Event) {
	s.Step = StepMake
	if s.Lost == nil || s.Lost.Tries < 2 {
		return
	}
	p := *s.Lost
	p.Effect, p.Unknown, p.At = DoCreate, false, e.At
	s.Problem = &p
}

func (s *State) restricted(Event) error {
	if s.Step == StepVerify {
		s.Mend, s.Review = false, nil
		return nil
	}
	s.next()
	return nil
}

func (s *State) verified(e Event) error {
	s.Review = e.Review
	s.New.Facts, s.New.Accepted = e.Facts, e.At
	if len(e.Review.Wider) == 0 && len(e.Review.Narrower) == 0 {
		s.New.Verified = true
		s.next()
	}
	return nil
}

func (s *State) switched(e Event) error {
	if e.Name != "" {
		s.Name = e.Name
	}
	s.meet(e.Consumers)
	s.Watch.Since = e.At
	if s.Kind == Create {
		s.noteUse(e, &s.New, store.ActionAdded, "ok", s.New.Masked+" for "+s.purpose(), s.consumers()...)
	} else {
		s.noteUse(e, &s.New, store.ActionSwitched, "ok", s.Old.Masked+" → "+s.New.Masked, s.consumers()...)
	}
	s.next()
	if s.Step == StepDone {
		s.Outcome = s.ending()
	}
	return nil
}

// meet adds the consumers that the record was given since the flow began.
func (s *State) meet(all []store.Consumer) {
	for _, c := range all {
		if !slices.ContainsFunc(s.Consumers, func(h Handover) bool { return h.Consumer.Name == c.Name }) {
			s.Consumers = append(s.Consumers, Handover{Consumer: c, State: Waiting})
		}
	}
}

func (s *State) purpose() string {
	if s.Plan.Purpose == "" {
		return "no stated purpose"
	}
	return s.Plan.Purpose
}

func (s *State) handed(e Event) error {
	h := &s.Consumers[s.handover()]
	h.State, h.Error = Handed, ""
	how := "hook ran"
	if e.Done == DoFile {
		how = "file written"
	}
	s.noteUse(e, &s.New, store.ActionHandedOver, "ok", h.Consumer.Name+", "+how, h.Consumer)
	s.passConsumers()
	return nil
}

func (s *State) looked(e Event) error {
	s.Watch.Asked, s.Watch.Used = e.At, e.Used
	s.Old.Facts = e.Facts
	return nil
}

func (s *State) forgotten(e Event) error {
	s.note(e, store.ActionSecretForgotten, "ok", s.Old.Masked).KeyID = s.Old.Masked
	s.next()
	s.Outcome = s.ending()
	return nil
}

func (s *State) undone(e Event) error {
	if s.undoesKey() {
		s.New.Gone = true
		s.note(e, store.ActionRevoked, "ok", s.New.Masked+", abandoned").KeyID = s.New.Masked
		return nil
	}
	if s.Left == nil { // where there was no key to undo, what may be left was said before
		s.Left = s.strays()
	}
	switch {
	case s.New.Masked != "" && s.Plan.Route != ByAPI && s.New.Accepted.IsZero(): // refused as it ever was
		s.Outcome = "Abandoned. The new key is deleted, by your word; everything else is as it was."
	case s.New.Masked != "":
		s.Outcome = "Abandoned. The new key is deleted again; everything is as it was."
	case len(s.Left) > 0:
		s.Outcome = "Abandoned."
	default:
		s.Outcome = "Abandoned. Nothing was changed."
	}
	s.note(e, store.ActionFlowAbandoned, "ok", s.Outcome)
	s.Step, s.Ended = StepDone, true
	return nil
}

func (s *State) kept(e Event) error {
	s.note(e, store.ActionKept, "ok", fmt.Sprintf("as %q", e.Name))
	s.Step, s.Ended = StepDone, true
	s.Outcome = fmt.Sprintf("Abandoned. The new key is a record of its own now: %s.", e.Name)
	if !s.Watch.Since.IsZero() {
		s.Outcome = fmt.Sprintf("Abandoned. The old key is %s, and a record of its own now: %s.", s.oldIs(), e.Name)
	}
	s.Left = s.strays()
	return nil
}

// ending says how a flow that went to its end ended.
func (s *State) ending() string {
	switch s.Kind {
	case Create:
		if !s.New.Verified {
			return fmt.Sprintf("%s is stored; it was not verified to be what was planned.", s.Name)
		}
		if s.Plan.Manual {
			return fmt.Sprintf("%s is stored, and works by your word.", s.Name)
		}
		return fmt.Sprintf("%s is stored and works.", s.Name)
	case Rotate:
		return fmt.Sprintf("%s uses %s now. %s", s.Name, s.New.Masked, s.death())
	case Revoke:
		return fmt.Sprintf("%s is gone from keyrota. %s", s.Name, s.death())
	}
	return ""
}

// oldIs says what is known of the old key at this moment.
func (s *State) oldIs() string {
	switch {
	case s.Proof.Alive:
		return "live"
	case s.Proof.Verdict == Proven:
		return "proven dead"
	case s.Old.Dead:
		return "deleted, by your word"
	case s.Old.Gone:
		return "revoked, which is not proven"
	case s.Old.Accepted.IsZero():
		return "perhaps live"
	}
	return "live"
}

// death says in one sentence what is known of the old key's end.
func (s *State) death() string {
	switch s.Proof.Verdict {
	case Proven:
		return fmt.Sprintf("The old key %s is proven dead: the exchange does not know it any more.", s.Old.Masked)
	case Refused:
		return fmt.Sprintf("The old key %s is refused; the exchange does not say why, so that is not proven.", s.Old.Masked)
	case Stated:
		return fmt.Sprintf("The old key %s is deleted by your word; keyrota could not ask.", s.Old.Masked)
	case Open:
	}
	return fmt.Sprintf("Nothing is known of the old key %s.", s.Old.Masked)
}

// failed takes in an effect that did not end well.
func (s *State) failed(want Effect, e Event) error {
	f := e.Failed
	if f.Effect != want || want == "" {
		return fmt.Errorf("%s failed in step %s", f.Effect, s.Step)
	}
	s.Due = noTime
	switch {
	case f.Ignored:
		s.Plan.WantMine = false
		s.Notes = append(s.Notes, f.What)
		return nil
	case f.Code:
		s.WantCode, s.Problem = f.Effect, nil
		s.CodeRefused = ""
		if f.Given {
			s.CodeRefused = f.What
		}
		return nil
	case f.Hook:
		h := &s.Consumers[s.handover()]
		h.State, h.Error = Waiting, f.What
		s.noteUse(e, &s.New, store.ActionHandOverFailed, f.Kind, h.Consumer.Name, h.Consumer)
		return nil
	case f.Effect == DoCreate && f.Unknown:
		why := f.Problem
		s.loseTrack(&why)
		return nil
	}
	s.Tries++
	p := f.Problem
	p.Tries = s.Tries
	s.Problem = &p
	if f.Wait > 0 {
		s.Due = e.At.Add(f.Wait)
	}
	return nil
}

// broken takes in that keyrota ended while an effect was under way.
func (s *State) broken(want Action, e Event) error {
	if e.Broken != want.Do && (e.Broken != DoStage || want.Ask != AskPaste) {
		return fmt.Errorf("%s was interrupted in step %s", e.Broken, s.Step)
	}
	s.Due = noTime
	switch e.Broken {
	case DoCreate:
		s.loseTrack(nil)
	case DoStage:
		s.Recall = true
	case DoHook: // it may have run, or half of it: the person knows better
		h := &s.Consumers[s.handover()]
		h.State, h.Error = Waiting, "keyrota ended while the command ran; whether it ended well is not known."
	default: // safe to do again
	}
	return nil
}

// dueNow goes on without an answer.
func (s *State) dueNow() error {
	if s.Due.IsZero() {
		return fmt.Errorf("nothing was due in step %s", s.Step)
	}
	if s.Step == StepProve && s.Problem == nil {
		s.Proof.Judged = false
	}
	s.Problem, s.Due = nil, noTime
	return nil
}
