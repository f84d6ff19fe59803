package flow

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

const (
	testVenue = "Phemex"
	testPage  = "https://phemex.example/account/api"
)

// handOnly makes a state that of a flow at an exchange without API.
func handOnly(s *State) {
	s.Plan.Manual, s.Plan.Venue, s.Plan.KeysPage, s.Plan.Can = true, testVenue, testPage, exchanges.Capabilities{}
	s.Old.Accepted, s.Old.Facts.Stated, s.Old.Facts.ExchangePermissions = noTime, true, nil
}

// manualSetup begins a flow in a world whose exchange nobody can ask.
func manualSetup(k Kind) func(*world) Request {
	return func(w *world) Request {
		w.info.Manual = true
		if k == Create {
			return Request{Kind: Create, Name: "fresh"}
		}
		r := w.addRecord("grid", w.venue.make("orig", exchanges.Read, exchanges.Spot), func(r *store.Record) {
			r.Venue, r.KeysPage, r.Consumers = testVenue, testPage, []store.Consumer{{Name: "bot"}}
			r.Facts = store.Facts{Stated: true, Seen: w.now(), IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
				Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Spot, exchanges.Granted)}
			r.Check = store.Check{}
		})
		return Request{Kind: k, Record: r.ID}
	}
}

// manualDriver is a person who does everything on the page and says so.
func manualDriver(w *world, id ID) *driver {
	d := creator(w, id)
	d.answers[AskVenue] = values(Go, "venue", testVenue, "keys_page", testPage)
	d.answers[AskWorks] = choose(Go)
	plan := d.answers[AskPlan]
	d.answers[AskPlan] = func(u Update) Answer {
		if u.State.Kind == Rotate {
			return Answer{Choice: Go, Values: map[string]string{"ips": "203.0.113.7"}}
		}
		return plan(u)
	}
	return d
}

func rotatedByWord(t *testing.T, w *world) {
	t.Helper()
	if live := w.venue.live(); len(live) != 1 || live[0] == "orig" {
		t.Errorf("live keys: %v", live)
	}
	w.checkStated(t, "grid")
}

func createdByWord(t *testing.T, w *world) {
	t.Helper()
	if live := w.venue.live(); len(live) != 1 {
		t.Errorf("live keys: %v", live)
	}
	w.checkStated(t, "fresh")
}

// checkStated wants a record that says what was planned, as the person's word,
// and an exchange that nobody asked.
func (w *world) checkStated(t *testing.T, name string) {
	t.Helper()
	if len(w.venue.calls) > 0 {
		t.Errorf("the exchange was asked: %v", w.venue.calls)
	}
	w.checkWhole(t, name)
	r, _ := w.store.Snapshot().ByName(name)
	made, told := r.Facts.Created.Time()
	if r.Status() != store.Stated || !told || made.Before(noon) || made.After(w.now()) || r.Check != (store.Check{}) {
		t.Errorf("status %s, made %s, check %+v", r.Status(), made, r.Check)
	}
	if r.Venue != testVenue || r.KeysPage != testPage {
		t.Errorf("at %q, %q", r.Venue, r.KeysPage)
	}
	may := exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)
	if r.Facts.Permissions != may || !slices.Equal(r.Facts.IPs.Entries, []string{"203.0.113.7"}) {
		t.Errorf("stated: %+v", r.Facts)
	}
}

// manualFlow begins a flow without API and walks on to a prompt.
func manualFlow(t *testing.T, k Kind, stop PromptID) (*driver, Update) {
	t.Helper()
	w := newWorld(t, exchanges.Capabilities{})
	d := manualDriver(w, w.begin(manualSetup(k)(w)))
	delete(d.answers, stop)
	u := d.run()
	if u.Prompt == nil || u.Prompt.ID != stop {
		t.Fatalf("stopped at %+v", u.Prompt)
	}
	return d, u
}

func TestRotationWithoutAPIEndsByTheWordOfThePerson(t *testing.T) {
	d, u := manualFlow(t, Rotate, AskGone)
	if !strings.Contains(strings.Join(u.Prompt.Text, " "), "your word counts") || u.Prompt.Page != testPage || !strings.Contains(u.Prompt.Title, testVenue) {
		t.Errorf("asks %+v", u.Prompt)
	}
	d.answers[AskGone] = choose(Go)
	u = d.run()
	if !u.Done || u.State.Proof.Verdict != Stated || !strings.Contains(u.State.Outcome, "deleted by your word") {
		t.Errorf("ended with %q, proof %+v", u.State.Outcome, u.State.Proof)
	}
	if slices.Contains(d.asked, AskProve) || slices.Contains(d.asked, AskOldDead) {
		t.Errorf("asked %v", d.asked)
	}
}

func TestAKeyThatDoesNotWorkIsPastedAgain(t *testing.T) {
	d, u := manualFlow(t, Create, AskWorks)
	first := u.State.New
	d.answers[AskWorks] = func(u Update) Answer {
		if u.State.New.Fingerprint == first.Fingerprint {
			return Answer{Choice: Paste}
		}
		return Answer{Choice: Go}
	}
	if u = d.run(); !u.Done || !strings.Contains(u.State.Outcome, "works by your word") {
		t.Fatalf("ended with %q", u.State.Outcome)
	}
	r, _ := d.w.store.Snapshot().ByName("fresh")
	if r.Fingerprint == first.Fingerprint || !strings.Contains(strings.Join(u.State.Notes, " "), first.Masked) {
		t.Errorf("stored %s; notes %v", r.KeyID, u.State.Notes)
	}
	d.w.checkTidy(t)
}

func TestAFlowThatWaitsForTheWordIsLeftAndResumed(t *testing.T) {
	d, u := manualFlow(t, Create, AskWorks)
	if u.Prompt.Choices[0].ID != Later {
		t.Errorf("by default the answer is %+v", u.Prompt.Choices[0])
	}
	err := d.w.engine.Answer(context.Background(), d.id, u.State.Rev, Answer{Choice: Later})
	if !isFieldError(err) {
		t.Errorf("not yet: %v", err)
	}
	d.w.halt()
	d.w.boot()
	d.answers[AskWorks] = choose(Go)
	if u = d.run(); !u.Done {
		t.Errorf("stopped at %+v", u.Prompt)
	}
	createdByWord(t, d.w)
}

func TestAKeyThatNobodyVouchedForIsKeptAsMadeAndNoMore(t *testing.T) {
	d, _ := manualFlow(t, Rotate, AskWorks)
	d.answers[AskWorks] = choose(Abandon)
	d.answers[AskAbandon] = choose(KeepKey)
	if u := d.run(); !u.Done {
		t.Fatalf("stopped at %+v", u.Prompt)
	}
	r, ok := d.w.store.Snapshot().ByName("grid-new")
	if !ok || r.Status() != store.Stated || r.Facts.Permissions.Known() || !r.Facts.Created.Known() || r.Venue != testVenue {
		t.Errorf("kept %+v", r)
	}
}

func TestWhatIsNotKnownOfTheOldKeyIsNotStatedOfTheNewOne(t *testing.T) {
	s := stateAt(Rotate, StepVerify, handOnly)
	s.Plan.Permissions, s.Plan.IPs = nil, exchanges.IPWhitelist{}
	next := after(t, s, says(AskWorks, Go))
	if next.New.Facts.Permissions.Known() || next.New.Facts.IPs.State != exchanges.IPUnknown || !next.New.Verified || next.Step != StepSwitch {
		t.Errorf("%s: %+v", next.Step, next.New)
	}
	if !noted(next, store.ActionVerified) {
		t.Errorf("audit: %+v", next.Audit)
	}
}

func TestARotationWithoutAPIStopsWhereTheRecordIsGone(t *testing.T) {
	d, u := manualFlow(t, Rotate, AskPlan)
	if _, err := d.w.store.Update(func(dr *store.Draft) error { return dr.Remove(u.State.Record) }); err != nil {
		t.Fatal(err)
	}
	d.answers[AskPlan], d.answers[AskProblem] = values(Go, "ips", "any"), nil
	if u = d.run(); u.Prompt == nil || u.Prompt.ID != AskProblem || !strings.Contains(u.State.Problem.What, "forgotten") {
		t.Errorf("%+v", u.Prompt)
	}
}

func TestTheExchangeIsNamedByThePersonOrTheRequest(t *testing.T) {
	d, u := manualFlow(t, Create, AskVenue)
	for field, v := range map[string]map[string]string{
		"venue": {"venue": ""}, "keys_page": {"venue": "Phemex", "keys_page": "http://phemex.example"},
	} {
		err := d.w.engine.Answer(context.Background(), d.id, u.State.Rev, Answer{Choice: Go, Values: v})
		if fe, ok := err.(*FieldError); !ok || fe.Field != field || fe.Hint == "" { //nolint:errorlint // the engine returns it as it is
			t.Errorf("%v: %v", v, err)
		}
	}
	w := newWorld(t, exchanges.Capabilities{})
	q := manualSetup(Create)(w)
	q.Preset = Plan{Exchange: testExchange, Venue: testVenue, KeysPage: testPage}
	d = manualDriver(w, w.begin(q))
	d.answers[AskVenue] = nil
	if u := d.run(); !u.Done {
		t.Fatalf("asks %+v", u.Prompt)
	}
	w.checkStated(t, "fresh")
	q.Preset.KeysPage = "ftp://phemex.example"
	if _, err := w.engine.Start(context.Background(), q); !isFieldError(err) {
		t.Errorf("a request with a bad page: %v", err)
	}
}

// Who goes back from the purpose comes to the last question that was asked.
func TestBackPassesOverWhatWasNotAsked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*State)
		want   Step
	}{
		"with API":    {func(*State) {}, StepWhere},
		"without API": {handOnly, StepVenue},
		"named":       {func(s *State) { handOnly(s); s.Plan.Named = true }, StepWhere},
	} {
		if next := after(t, stateAt(Create, StepPurpose, c.change), says(AskPurpose, Back)); next.Step != c.want {
			t.Errorf("%s: back to %s", name, next.Step)
		}
	}
	named := stateAt(Create, StepWhere, handOnly)
	if next := after(t, named, says(AskWhere, Go, "exchange", "toy", "environment", "live", "name", "x")); next.Step != StepPurpose || next.Plan.Venue != "" {
		t.Errorf("another exchange was chosen: %s, %+v", next.Step, next.Plan)
	}
}
