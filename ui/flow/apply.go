package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Apply takes in what happened and returns the state after it. It is pure, and
// the only thing that reads events. An event that does not fit the state is an
// error and changes nothing.
func Apply(s State, e Event) (State, error) {
	next := s.clone()
	var err error
	switch want := Decide(s); {
	case e.Answer != nil:
		err = next.answered(want.Ask, e)
	case e.Done != "":
		err = next.ended(want.Do, e)
	case e.Failed != nil:
		err = next.failed(want.Do, e)
	case e.Broken != "":
		err = next.broken(want, e)
	case e.Due:
		err = next.dueNow()
	default:
		err = fmt.Errorf("an event that says nothing")
	}
	if err != nil {
		return s, err
	}
	next.Rev++
	next.Moved = e.At
	next.Notes = append(next.Notes, e.Notes...)
	return next, nil
}

// clone returns a copy whose lists can be appended to and changed.
func (s *State) clone() State {
	c := *s
	c.Consumers, c.Audit, c.Trash = slices.Clone(s.Consumers), slices.Clone(s.Audit), slices.Clone(s.Trash)
	c.Notes, c.Left = slices.Clip(s.Notes), slices.Clip(s.Left)
	c.Plan.Earlier = slices.Clip(s.Plan.Earlier)
	if s.Review != nil {
		r := *s.Review
		c.Review = &r
	}
	return c
}

// answered takes in an answer to the prompt that is open.
func (s *State) answered(open PromptID, e Event) error {
	a := *e.Answer
	if a.Prompt != open {
		return fmt.Errorf("an answer to %q, but the flow asks %q", a.Prompt, open)
	}
	if a.Choice == Abandon {
		s.Leaving = true
		return nil
	}
	take := answers[open]
	if take == nil {
		return fmt.Errorf("nobody asks %q", open)
	}
	s.Due = s.Due.Truncate(0)
	return take(s, a, e)
}

var answers map[PromptID]func(*State, Answered, Event) error

func init() { // not a literal: the functions refer to Decide, which refers to them
	answers = map[PromptID]func(*State, Answered, Event) error{
		AskVenue: (*State).takeVenue, AskWorks: (*State).takeWorks,
		AskWhere: (*State).takeWhere, AskPurpose: (*State).takePurpose, AskIPs: (*State).takeIPs, AskPlan: (*State).takePlan,
		AskOldDead: (*State).takeOldDead, AskPaste: (*State).takePaste, AskLook: (*State).takeLook, AskReview: (*State).takeReview,
		AskConsumer: (*State).takeConsumer, AskWatch: (*State).takeWatch, AskRevoke: (*State).takeRevoke, AskGone: (*State).takeGone,
		AskProve: (*State).takeProve, AskCode: (*State).takeCode, AskProblem: (*State).takeProblem,
		AskAbandon: (*State).takeAbandon, AskUndo: (*State).takeUndo,
	}
}

//go:noinline // copied into its callers, it would take 4 kB
func unknownChoice(a Answered) error {
	return &FieldError{What: fmt.Sprintf("%q is no answer to %q", a.Choice, a.Prompt)}
}

func (s *State) takeWhere(a Answered, e Event) error {
	v := a.Values
	s.Plan.Exchange, s.Plan.Environment, s.Plan.Site = exchanges.ID(v["exchange"]), exchanges.Environment(v["environment"]), v["site"]
	s.Plan.SubAccount, s.Name = v["sub_account"], v["name"]
	s.Plan.Can, s.Plan.Usual = e.Can, e.Usual
	s.setManual(e.Manual)
	s.next()
	return nil
}

func (s *State) takePurpose(a Answered, _ Event) error {
	if a.Choice == Back {
		s.back()
		return nil
	}
	s.Plan.Purpose = a.Values["purpose"]
	s.Plan.Permissions = strings.Fields(a.Values["permissions"])
	if p, ok := PurposeByID(s.Plan.Purpose); ok && len(p.Permissions) > 0 {
		s.Plan.Permissions = words(p.Permissions)
		s.Plan.Purpose = p.Words
	}
	s.mustRead()
	s.next()
	return nil
}

// mustRead adds the right to read, which every other right brings with it or
// needs: a key that cannot read can neither be verified nor proven dead. A
// rotation leaves it off where the old key is known to lack it.
func (s *State) mustRead() {
	reads := exchanges.Read.String()
	if slices.Contains(s.Plan.Permissions, reads) || s.Kind == Rotate && s.Old.Facts.Permissions.Get(exchanges.Read) == exchanges.NotGranted {
		return
	}
	s.Plan.Permissions = append([]string{reads}, s.Plan.Permissions...)
}

func (s *State) takeIPs(a Answered, _ Event) error {
	switch a.Choice {
	case Back:
		s.back()
	case Lookup:
		s.Plan.WantMine, s.Plan.Mine = true, nil
	default:
		s.Plan.IPs = ParseIPs(a.Values["ips"])
		s.next()
	}
	return nil
}

// takePlan fixes what will be made and by whom. From here on the slot of the
// new secret is in the journal.
func (s *State) takePlan(a Answered, e Event) error {
	v := a.Values
	switch {
	case a.Choice == Back:
		s.back()
		return nil
	case a.Choice == Lookup:
		s.Plan.WantMine, s.Plan.Mine = true, nil
		return nil
	case s.Kind == Rotate:
		s.Plan.Permissions = strings.Fields(v["permissions"])
		s.Plan.IPs = ParseIPs(v["ips"])
		s.mustRead()
	default:
		consumers, err := store.ParseConsumers(v["consumers"])
		if err != nil {
			return &FieldError{Field: "consumers", What: err.Error()}
		}
		for _, c := range consumers {
			s.Consumers = append(s.Consumers, Handover{Consumer: c, State: Waiting})
		}
	}
	s.Plan.Route = ByHand
	if manager, ok := strings.CutPrefix(v[fieldRoute], "api:"); ok {
		s.Plan.Route, s.Plan.Manager = ByAPI, store.RecordID(manager)
	}
	s.Plan.Source = exchanges.KeySource(v["source"])
	s.Plan.Label = e.Label
	s.New.Slot = e.Slot
	s.next()
	return nil
}

func (s *State) takeOldDead(a Answered, e Event) error {
	switch a.Choice {
	case Retry:
		s.Old.Refused, s.Old.Blind = "", false
	case Go:
		s.next()
	case GoneBefore:
		s.Old.Dead = true
		s.Proof.Since = e.At
		s.next()
	default:
		return unknownChoice(a)
	}
	return nil
}

// takePaste is for the answers that bring no credential; one that does is
// DoStage, since the secret must be in the keyring first.
func (s *State) takePaste(a Answered, e Event) error {
	if a.Choice != Relabel {
		return unknownChoice(a)
	}
	s.relabel(e)
	return nil
}

// relabel goes on with a fresh label and remembers the last one: a key may
// still appear under it.
//
//go:noinline // copied into its callers, it would take 3 kB
func (s *State) relabel(e Event) {
	s.Plan.Earlier = append(s.Plan.Earlier, s.Plan.Label)
	s.newLabel(e)
}

func (s *State) newLabel(e Event) {
	s.Plan.Label = e.Label
	s.Looks, s.Due = 0, noTime
}

func (s *State) takeLook(a Answered, e Event) error {
	switch a.Choice {
	case None:
		s.relabel(e)
		s.Step = StepMake
	case There:
		s.newLabel(e)
		s.Step = StepMake
	default:
		return unknownChoice(a)
	}
	return nil
}

func (s *State) takeReview(a Answered, e Event) error {
	switch a.Choice {
	case Retry:
		s.Review = nil
	case Go: // offered only where the key is narrower
		s.Review.Accepted = true
		s.New.Verified = true
		s.next()
	case Mend:
		s.Mend = true
	case Paste:
		s.pasteAgain(e)
	default:
		return unknownChoice(a)
	}
	return nil
}

// pasteAgain gives the new key up for another one. Its secret goes, the person
// has it: they pasted it.
func (s *State) pasteAgain(e Event) {
	s.Trash = append(s.Trash, s.New.Slot)
	s.Notes = append(s.Notes, fmt.Sprintf("The key %s was pasted first and is not used: if it was made for this, delete it on the exchange's page.", s.New.Masked))
	s.New = Key{Slot: e.Slot}
	s.Review, s.Problem, s.Mend, s.Due = nil, nil, false, noTime
	s.Plan.Route, s.Plan.Source, s.Plan.Public = ByHand, exchanges.FromExchange, ""
	s.Step = StepMake
}

func (s *State) takeConsumer(a Answered, e Event) error {
	h := &s.Consumers[s.handover()]
	h.Error = ""
	switch a.Choice {
	case Run, Write:
		h.State = Asked
	case Done, Skip:
		h.State = Handed
		result := "by the person"
		if a.Choice == Skip {
			h.State, result = Skipped, "skipped"
		}
		s.noteUse(e, &s.New, store.ActionHandedOver, "ok", h.Consumer.Name+", "+result, h.Consumer)
		s.passConsumers()
	default:
		return unknownChoice(a)
	}
	return nil
}

func (s *State) passConsumers() {
	if s.handover() < 0 {
		s.next()
	}
	if s.Step == StepDone {
		s.Outcome = s.ending()
	}
}

func (s *State) takeCode(a Answered, _ Event) error {
	switch a.Choice {
	case Go: // the code itself is in the engine's memory only
		s.CodeRefused = ""
	case Without:
		s.Proof.NoList = true
	case Hand:
		return s.byHand()
	default:
		return unknownChoice(a)
	}
	s.WantCode = ""
	return nil
}

// byHand lets the person do on the exchange's page what the API did not.
func (s *State) byHand() error {
	s.Problem, s.WantCode, s.Due = nil, "", noTime
	switch s.Step {
	case StepMake, StepPair, StepPreflight, StepReconcile, StepUndo:
		s.Plan.Route = ByHand
	case StepRevoke:
		s.Plan.Kill = ByHand
	case StepRestrict:
		s.next() // the verification shows what is missing
	case StepVerify:
		s.Mend = false // the review shows what is to be changed
	default:
		return &FieldError{What: "this step cannot be done by hand"}
	}
	return nil
}

func (s *State) takeProblem(a Answered, e Event) error {
	switch a.Choice {
	case Retry:
		s.Problem, s.Due = nil, noTime
	case Relabel:
		s.Problem, s.Due = nil, noTime
		s.relabel(e)
	case Hand:
		return s.byHand()
	case Paste:
		s.pasteAgain(e)
	case Skip:
		return s.skipEffect(a, e)
	default:
		return unknownChoice(a)
	}
	return nil
}

// skipEffect goes on without something that the keys do not depend on.
func (s *State) skipEffect(a Answered, e Event) error {
	effect := s.Problem.Effect
	s.Problem, s.Due, s.Tries = nil, noTime, 0
	switch effect {
	case DoAudit:
		s.Notes = append(s.Notes, fmt.Sprintf("%d entries are missing from the audit log.", len(s.Audit)))
		s.Audit = nil
	case DoLook:
		s.Watch.Asked = e.At
	case DoUndo:
		if s.Left == nil {
			s.Left = s.leftovers()
		}
		if s.undoesKey() {
			s.Left = append(s.Left, fmt.Sprintf("The new key %s (label %s) may still be live: delete it on the exchange's page.", s.New.Masked, s.Plan.Label))
		}
		s.Left = append(s.Left, fmt.Sprintf("The keyring may still hold the secret of the new key, in %s.", s.New.Slot))
		s.abandoned(e)
	default:
		return unknownChoice(a)
	}
	return nil
}

func words(ps []exchanges.Permission) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.String()
	}
	return out
}

// sanitised returns values with only the fields that a prompt has.
func sanitised(values map[string]string, fields []Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		if v, ok := values[f.Name]; ok && f.Name != "" {
			out[f.Name] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return maps.Clone(out)
}
