package desk

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/store"
)

// withOther returns a desk that knows an exchange that nobody can ask as well.
func withOther(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.registry = exchanges.NewRegistry(append(b.registry.All(), other.Adapter())...)
	return b
}

// phemex returns a key that its trader says something of.
func phemex(name, id string) NewKey {
	k := key(name, id)
	k.Exchange = other.ID
	k.Details = Details{Venue: "Phemex", KeysPage: "https://phemex.com/account/api", Stated: &Stated{
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Withdraw, exchanges.NotGranted),
		IPs:         exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "2001:db8::/32"}},
		Created:     exchanges.At(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)), Expires: exchanges.Never(),
	}}
	return k
}

func TestWhatThePersonStatesIsKept(t *testing.T) {
	b := withOther(t)
	k := phemex("phx-bot", "phx-key")
	r := b.add(t, k)
	if r.Status() != store.Stated || r.Venue != "Phemex" || !r.Facts.Seen.Equal(b.clock) || !r.Check.At.IsZero() {
		t.Errorf("%+v", r)
	}
	want := *k.Details.Stated
	want.At = b.clock
	if got := statedOf(r); !reflect.DeepEqual(*got, want) {
		t.Errorf("stated %+v", got)
	}
	events, err := b.History(r.ID, 1)
	if err != nil || len(events) != 1 || events[0].Result != "stated" {
		t.Errorf("%+v, %v", events, err)
	}
}

// A trial says that nobody can be asked; as a verdict of the key it does not count.
func TestATrialDoesNotCountWhereNobodyCanBeAsked(t *testing.T) {
	b := withOther(t)
	k := phemex("phx-bot", "phx-key")
	trial, err := b.Try(context.Background(), k)
	if err != nil || trial.Err == nil || trial.Err.Kind != exchanges.Unsupported {
		t.Fatalf("a trial: %+v, %v", trial, err)
	}
	if r, err := b.Add(context.Background(), k, &trial); err != nil || r.Status() != store.Stated || r.Check != (store.Check{}) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNothingNeedsToBeStatedButTheName(t *testing.T) {
	b := withOther(t)
	k := phemex("bare", "phx-key")
	k.Details = Details{Venue: "Phemex"}
	r := b.add(t, k)
	if r.Status() != store.Stated || r.Facts.Permissions.Known() || r.Facts.IPs.State != exchanges.IPUnknown || r.Facts.Created.Known() {
		t.Errorf("%+v", r.Facts)
	}
}

func TestWhatCannotBeStatedIsRefused(t *testing.T) {
	b := withOther(t)
	for what, change := range map[string]func(*NewKey){
		"the exchange's name is missing":       func(k *NewKey) { k.Details.Venue = "" },
		"does not begin with https":            func(k *NewKey) { k.Details.KeysPage = "http://phemex.com" },
		`"somewhere" is no address`:            func(k *NewKey) { k.Details.Stated.IPs.Entries = []string{"203.0.113.7", "somewhere"} },
		"created in the future":                func(k *NewKey) { k.Details.Stated.Created = exchanges.At(b.clock.Add(48 * time.Hour)) },
		"nothing can be stated of them":        func(k *NewKey) { k.Exchange = "toy" },
		"toy is asked about its keys":          func(k *NewKey) { k.Exchange, k.Details = "toy", Details{Venue: "Toy"} },
		"toy is asked about its keys: nothing": func(k *NewKey) { k.Exchange, k.Details = "toy", Details{Stated: &Stated{}} },
	} {
		k := phemex("x", "phx-key")
		change(&k)
		_, err := b.Add(context.Background(), k, nil)
		if text, hint := Explain(err); err == nil || !strings.Contains(text, what) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if b.Snapshot().Len() != 0 {
		t.Error("something was stored")
	}
}

func TestOneKeyMayBeOfTwoVenues(t *testing.T) {
	b := withOther(t)
	b.add(t, phemex("one", "same-key"))
	twin := phemex("two", "same-key")
	twin.Details.Venue = "phemex"
	if _, err := b.Add(context.Background(), twin, nil); err == nil {
		t.Error("one key was stored twice")
	}
	twin.Details.Venue = "Bitstamp"
	b.add(t, twin)
}

func TestVerifyLeavesWhatIsStatedAlone(t *testing.T) {
	b := withOther(t)
	asked := b.add(t, key("grid", "id-1"))
	r := b.add(t, phemex("phx-bot", "phx-key"))
	b.clock = b.clock.Add(time.Hour)
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	before := *r
	if after, _ := b.Snapshot().ByID(r.ID); !reflect.DeepEqual(*after, before) {
		t.Errorf("verified to %+v", after)
	}
	if other, _ := b.Snapshot().ByID(asked.ID); other.Status() != store.OK || len(b.toy.asked) != 1 {
		t.Errorf("the other key is %s, asked %d times", other.Status(), len(b.toy.asked))
	}
}

func TestAKeyThatIsStatedIsDoneWithoutTheKeyring(t *testing.T) {
	b := withOther(t)
	r := b.add(t, phemex("phx-bot", "phx-key"))
	b = reopen2(t, b)
	b.registry = exchanges.NewRegistry(append(b.registry.All(), other.Adapter())...)
	r, _ = b.Snapshot().ByID(r.ID)
	var done []Progress
	if err := b.Verify(context.Background(), []store.RecordID{r.ID}, func(p Progress) { done = append(done, p) }); err != nil {
		t.Fatal(err)
	}
	if want := (Progress{ID: r.ID, Phase: Done, Status: store.Stated, Record: r}); len(done) != 1 || done[0] != want {
		t.Errorf("reported %+v", done)
	}
	if len(b.opened) != 0 {
		t.Errorf("the keyring was opened: %v", b.opened)
	}
}

func TestWhatIsStatedAgainKeepsItsTime(t *testing.T) {
	b := withOther(t)
	r := b.add(t, phemex("phx-bot", "phx-key"))
	first := detailsOf(r)
	b.clock = b.clock.Add(24 * time.Hour)
	first.Purpose = "futures bot"
	if _, err := b.Edit(context.Background(), r.ID, "phx-bot", first); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(r.ID); got.Purpose != "futures bot" || !got.Facts.Seen.Equal(first.Stated.At) {
		t.Errorf("what was not stated again was stated on %s", got.Facts.Seen)
	}
}

func TestWhatIsStatedCanBeChangedAndUndone(t *testing.T) {
	b := withOther(t)
	r := b.add(t, phemex("phx-bot", "phx-key"))
	named := detailsOf(r)
	b.clock = b.clock.Add(24 * time.Hour)
	more := named
	more.Venue, more.Stated = "Phemex EU", &Stated{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}
	undo, err := b.Edit(context.Background(), r.ID, "phx-bot", more)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := b.Snapshot().ByID(r.ID)
	if got.Venue != "Phemex EU" || !got.Facts.Permissions.Has(exchanges.Futures) || got.Facts.Created.Known() || !got.Facts.Seen.Equal(b.clock) {
		t.Errorf("changed to %+v", got)
	}
	if err := undo(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(r.ID); !reflect.DeepEqual(detailsOf(got), named) {
		t.Errorf("undone to %+v", detailsOf(got))
	}
	if got := b.actions(t); !slices.Equal(got, []store.Action{store.ActionAdded, store.ActionEdited, store.ActionEdited}) {
		t.Errorf("the audit log has %v", got)
	}
}

func TestOfAKeyThatIsAskedAboutNothingIsStated(t *testing.T) {
	b := withOther(t)
	r := b.add(t, key("grid", "id-1"))
	for _, d := range []Details{{Venue: "Toy"}, {KeysPage: "https://toy.example"}, {Stated: &Stated{}}} {
		if _, err := b.Edit(context.Background(), r.ID, "grid", d); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
	if slices.Contains(b.actions(t), store.ActionEdited) {
		t.Error("the audit log has an edit")
	}
}
