package flow

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// noon is when the states of these tests were reached, later is when the next
// thing happens.
var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Minute)
)

// stateAt is a flow in the middle, with everything that has been found out
// before the step. change makes it another one.
func stateAt(k Kind, step Step, change ...func(*State)) State {
	may := exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)
	home := exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}
	facts := store.Facts{Seen: noon, Label: "orig", Account: "main", Permissions: may, ExchangePermissions: []string{"read", "spot"}, IPs: home}
	s := State{
		ID: "abc", Kind: k, Rev: 7, Step: step, Began: noon, Moved: noon, Record: "rec", Name: "grid",
		Plan: Plan{Exchange: testExchange, Environment: exchanges.Live, Permissions: []string{"read", "spot"}, IPs: home,
			Label: "keyrota-grid-0001", Route: ByHand, Source: exchanges.FromExchange, Kill: ByHand, Can: full},
		New: Key{Slot: "key-rec.new", Masked: "key-…ange", Fingerprint: "new", Made: noon},
	}
	if k != Create {
		s.Old = Key{Slot: "key-rec", Masked: "old-…ange", Fingerprint: "old", Accepted: noon, Facts: facts}
	}
	if k == Revoke {
		s.New = Key{}
	}
	switch step {
	case StepWhere, StepVenue, StepPurpose, StepIPs, StepPlan:
		s.New, s.Plan.Label, s.Plan.Route, s.Plan.Source, s.Plan.Kill = Key{}, "", "", "", ""
	case StepPreflight, StepPair, StepMake, StepReconcile:
		s.New = Key{Slot: s.New.Slot}
	case StepConsumers, StepWatch, StepRevoke, StepProve, StepForget:
		s.Watch.Since = noon
		if k == Revoke {
			s.Watch.Since = noTime
		}
	default:
	}
	switch step {
	case StepConsumers:
		s.Consumers = []Handover{{Consumer: store.Consumer{Name: "bot", OnRotate: "restart bot"}, State: Waiting}}
	case StepProve, StepForget:
		s.Old.Gone, s.Proof.Since = true, noon
	default:
	}
	for _, f := range change {
		f(&s)
	}
	return s
}

// copied is a deep copy: what is written to the journal and read again.
func copied(t testing.TB, s State) State {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out State
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// after applies an event that fits. Whatever it is, the revision grows by one,
// the time is that of the event, and the state before is left alone.
func after(t testing.TB, s State, e Event) State {
	t.Helper()
	before := copied(t, s)
	if e.At.IsZero() {
		e.At = later
	}
	next, err := Apply(s, e)
	if err != nil {
		t.Fatalf("%s %s: %v", s.Kind, s.Step, err)
	}
	if next.Rev != s.Rev+1 || !next.Moved.Equal(e.At) {
		t.Errorf("revision %d at %s after %d at %s", next.Rev, next.Moved, s.Rev, e.At)
	}
	if !reflect.DeepEqual(copied(t, s), before) {
		t.Errorf("%s %s: Apply changed its argument", s.Kind, s.Step)
	}
	return next
}

// unfit applies an event that does not fit and wants nothing to change.
func unfit(t testing.TB, s State, e Event) error {
	t.Helper()
	before := copied(t, s)
	e.At = later
	next, err := Apply(s, e)
	if err == nil {
		t.Fatalf("%s %s: %+v was taken", s.Kind, s.Step, e)
	}
	if !reflect.DeepEqual(copied(t, next), before) {
		t.Errorf("%s %s: the refusal changed the state", s.Kind, s.Step)
	}
	return err
}

// says is the event of an answer, with what the engine supplies.
func says(p PromptID, choice string, kv ...string) Event {
	v := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		v[kv[i]] = kv[i+1]
	}
	return Event{Answer: &Answered{Prompt: p, Choice: choice, Values: v}, Slot: "key-rec.fresh", Label: "keyrota-grid-0002", Can: byHandOnly}
}

// fails is the event of an effect that did not end well.
func fails(do Effect, kind exchanges.Kind, change ...func(*Failure)) Event {
	f := &Failure{Problem: Problem{Effect: do, Kind: string(kind), What: "it failed", At: later}}
	for _, c := range change {
		c(f)
	}
	return Event{Failed: f, Slot: "key-rec.fresh", Label: "keyrota-grid-0002"}
}

func noted(s State, a store.Action) bool {
	for _, e := range s.Audit {
		if e.Action == a {
			return e.Flow == string(s.ID) && e.Record == s.Record && e.Key == s.Name && !e.At.IsZero()
		}
	}
	return false
}

func isFieldError(err error) bool {
	_, ok := errors.AsType[*FieldError](err)
	return ok
}

func withProblem(do Effect) func(*State) {
	return func(s *State) {
		s.Problem = &Problem{Effect: do, Kind: "network", What: "it failed", Tries: 2, At: noon}
		s.Tries, s.Due = 2, later
	}
}

func byAPI(s *State) { s.Plan.Route, s.Plan.Manager, s.Plan.Kill = ByAPI, "boss", ByAPI }
