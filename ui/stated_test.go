package ui

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// setStated is what a desk does with what the person says.
func setStated(r *store.Record, d desk.Details) {
	r.Venue, r.KeysPage = d.Venue, d.KeysPage
	if d.Stated == nil {
		return
	}
	r.Facts = store.Facts{Stated: true, Seen: noon, Permissions: d.Stated.Permissions, IPs: d.Stated.IPs, Created: d.Stated.Created, Expires: d.Stated.Expires}
	r.Check = store.Check{}
}

// statedKey is a key at an exchange that keyrota has no adapter for.
func statedKey(name, venue string) *store.Record {
	r := fixtureKey(name, other.ID, exchanges.Live)
	may := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Withdraw, exchanges.NotGranted)
	setStated(r, desk.Details{Venue: venue, KeysPage: "https://phemex.example/api", Stated: &desk.Stated{
		Permissions: may, IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}},
		Created: exchanges.At(noon.Add(-10 * day)), Expires: exchanges.Never(),
	}})
	return r
}

// withOther makes a desk know exchanges that nobody can ask.
func withOther(d *fakeDesk) { d.infos = append(d.infos, other.Adapter().Info) }

// addOther opens the wizard and chooses an exchange without adapter.
func addOther(t *testing.T, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixtureKey("one", "kraken", exchanges.Live))
	withOther(fake)
	d := drive(t, env, newAddWizard)
	env.Now = func() time.Time { return noon.Add(d.now) }
	d.resize(w, h)
	d.press("left") // the last of the list
	d.see("Other exchange", "Name of the exchange", "step 1 of 6")
	return d, fake
}

// sayAll answers everything up to the review.
func sayAll(d *driver) {
	d.t.Helper()
	next(d, 2) // environment: live
	d.typeText("Phemex")
	next(d, 1)
	d.typeText("https://phemex.example/api")
	next(d, 1)
	d.see("step 2 of 6", "Phemex · live")
	d.typeText("phx-bot")
	next(d, 4)
	d.see("step 3 of 6", "> [ ? ] read")
	d.press("y", "down", "down", "down")
	d.press(" ", "down", "down", "down") // futures
	d.see("> [ ? ] withdraw")
	d.press("n")
	d.see("[yes] read", "[ ? ] spot", "[yes] futures", "[no ] withdraw")
	next(d, 1)
	d.typeText("any")
	next(d, 1)
	d.typeText("2026-11-01")
	next(d, 1)
	d.typeText("never")
	next(d, 1)
	d.see("step 4 of 6", "into your keyring")
	d.typeText("phx-key-id")
	next(d, 1)
	d.typeText(canary)
	next(d, 3)
}

func TestAKeyOfAnyExchangeIsAddedByWhatIsStatedOfIt(t *testing.T) {
	for _, size := range [][2]int{{120, 40}, {80, 24}, {60, 20}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d, fake := addOther(t, size[0], size[1])
			var got desk.NewKey
			fake.add = func(_ context.Context, k desk.NewKey, trial *desk.Trial) (*store.Record, error) {
				got = k
				if trial != nil {
					t.Error("there is a trial of a key that nobody can be asked about")
				}
				r := statedKey(k.Name, k.Details.Venue)
				fake.change(func(all []*store.Record) []*store.Record { return append(all, r) })
				return r, nil
			}
			sayAll(d)
			d.see("step 5 of 6", "stated by you", "read ✓", "futures ✓", "withdraw –", "any address", "2026-11-01", "never")
			d.seeNot(canary)
			checkFrame(t, d.app.View(), size[0], size[1])
			d.press("enter")
			d.see("phx-bot is stored")
			want := desk.Details{Venue: "Phemex", KeysPage: "https://phemex.example/api", Stated: &desk.Stated{
				Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Futures, exchanges.Granted).With(exchanges.Withdraw, exchanges.NotGranted),
				IPs:         exchanges.IPWhitelist{State: exchanges.IPAny}, Created: exchanges.At(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)), Expires: exchanges.Never(),
			}}
			if !reflect.DeepEqual(got.Details, want) || got.Exchange != other.ID || got.Environment != exchanges.Live {
				t.Errorf("added %+v with %+v", got, got.Details.Stated)
			}
			if fmt.Sprint(fake.calls) != "[Add phx-bot]" {
				t.Errorf("desk was asked to %v", fake.calls)
			}
		})
	}
}

func TestWhatCannotBeStatedIsSaidBesideItsField(t *testing.T) {
	d, _ := addOther(t, 100, 40)
	next(d, 4) // no name
	d.see("the exchange's name is missing", "> Name of the exchange", "step 1 of")
	d.typeText("Phemex")
	next(d, 1)
	d.typeText("http://phemex.example")
	next(d, 1)
	d.see("does not begin with https://", "> Page for keys")
	d.press("ctrl+u")
	next(d, 1)
	d.typeText("x")
	next(d, 4)
	next(d, 1)
	d.typeText("home")
	next(d, 3)
	d.see(`"home" is no address`, "> IP whitelist")
	d.press("ctrl+u")
	next(d, 1)
	d.typeText("2027-01-01")
	next(d, 2)
	d.see("in the future", "> Created")
	d.press("ctrl+u")
	next(d, 1)
	d.typeText("soon")
	next(d, 1)
	d.see(`"soon" is no day`, "> Expires", "2027-05-01")
}

func TestBackFromTheSecretComesToWhatIsStated(t *testing.T) {
	d, _ := addOther(t, 100, 40)
	sayAll(d)
	d.press("esc") // the review, then the secret is gone
	d.see("step 4 of 6", "phx-")
	d.press("esc")
	d.see("step 3 of 6", "[yes] futures", "never")
	d.press("esc", "esc")
	d.see("step 1 of 6", "Phemex")
	d.press("shift+tab", "shift+tab", "shift+tab", "right") // another exchange
	d.seeNot("Name of the exchange")
	d.see("step 1 of 5")
}

func TestTheTableShowsStatedKeysByTheirVenue(t *testing.T) {
	env, fake := testEnv(t, fixtureKey("grid", "binance", exchanges.Live), statedKey("phx-bot", "Phemex"), statedKey("tax", "Bitstamp"))
	withOther(fake)
	d := drive(t, env, newDashboardScreen)
	d.see("Bitstamp 1", "Phemex 1", "○ stated", "✓ ok")
	d.seeNot("Other exchange")
	env.ASCII = true
	d.see("o stated")
	env.ASCII = false
	i := 0
	for n, x := range d.app.page().(*dashboard).board.tabs {
		if x.name == "Phemex" {
			i = n
		}
	}
	d.press(fmt.Sprint(i + 1))
	d.see("phx-bot")
	d.seeNot("  tax ", "  grid ")
	d.press("v")
	d.see("keyrota cannot ask Phemex about its keys", "e changes what you stated")
	if len(fake.calls) > 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
}

func TestFilteringByStated(t *testing.T) {
	env, fake := testEnv(t, fixtureKey("grid", "binance", exchanges.Live), statedKey("phx-bot", "Phemex"))
	withOther(fake)
	d := drive(t, env, newDashboardScreen)
	d.press("/")
	d.typeText("status:stated")
	d.see("phx-bot")
	d.seeNot("  grid ")
	d.press("esc", "/")
	d.typeText("ex:phemex")
	d.see("phx-bot")
	d.seeNot("  grid ")
}

func TestDetailsSayWhoseWordItIs(t *testing.T) {
	r := statedKey("phx-bot", "Phemex")
	d, _ := under(t, newDetail, r)
	opened := ""
	d.env.OpenPage = func(page string) error { opened = page; return nil }
	d.see("Phemex · live", "○ stated", "stated by you on 2026-11-25 (just now): keyrota cannot ask Phemex", "created 2026-11-15 (10d ago)",
		"exchange expiry none", "https://phemex.example/api")
	d.seeNot("seen  ", "exchange says")
	if a, _ := findAction(d.app.page().Actions(), "v"); !strings.Contains(a.Disabled, "cannot ask Phemex") {
		t.Errorf("verify is disabled because %q", a.Disabled)
	}
	d.press("o")
	if opened != r.KeysPage {
		t.Errorf("opened %q", opened)
	}
}

func TestWhatIsStatedIsEdited(t *testing.T) {
	r := statedKey("phx-bot", "Phemex")
	d, fake := under(t, newEditForm, r)
	withOther(fake)
	d.see("Edit · phx-bot · Phemex · live", "Name of the exchange", "It may")
	var got desk.Details
	fake.edit = func(_ context.Context, _ store.RecordID, _ string, det desk.Details) (func(context.Context) error, error) {
		got = det
		return func(context.Context) error { return nil }, nil
	}
	next(d, 4) // to the exchange's name
	d.typeText(" EU")
	next(d, 2)
	d.see("> [yes] read")
	d.press("?")
	next(d, 1)
	d.press("ctrl+u")
	d.typeText("198.51.100.0/24, 203.0.113.9")
	d.press("ctrl+s")
	want := desk.Details{Venue: "Phemex EU", KeysPage: r.KeysPage, Stated: &desk.Stated{
		Permissions: exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.NotGranted),
		IPs:         exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"198.51.100.0/24", "203.0.113.9"}},
		Created:     exchanges.At(time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)), Expires: exchanges.Never(),
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("edited to %+v, %+v", got, got.Stated)
	}
}

func TestKeysThatAreAskedAboutAreNotStated(t *testing.T) {
	d, fake := under(t, newEditForm, fixtureKey("grid", "binance", exchanges.Live))
	d.seeNot("Name of the exchange", "It may")
	fake.edit = func(_ context.Context, _ store.RecordID, _ string, det desk.Details) (func(context.Context) error, error) {
		if det.Stated != nil || det.Venue != "" {
			t.Errorf("stated %+v", det)
		}
		return func(context.Context) error { return nil }, nil
	}
	d.press("ctrl+s")
}

func TestAFlowWithoutAPIWaitsForTheWordOfThePerson(t *testing.T) {
	u := asks(1, flow.Prompt{ID: flow.AskWorks, Title: "Does phx-…1f work?", Text: []string{"keyrota cannot ask Phemex."}, Choices: []flow.Choice{
		{ID: flow.Later, Label: "not yet", Bare: true}, {ID: flow.Go, Label: "it works"}, {ID: flow.Paste, Label: "it does not work", Bare: true},
	}})
	u.State.Plan.Exchange, u.State.Plan.Venue = other.ID, "Phemex"
	d := openFlow(t, u)
	d.see("Phemex", "Does phx-…1f work?", "[ not yet ]")
	d.press("right", "enter")
	if a := d.answered(flow.Go); a.rev != 1 {
		t.Errorf("answered %+v", a)
	}
	d = openFlow(t, u)
	next(d.driver, 1)
	d.answered() // enter alone says nothing
}

func TestGrantsAreAnsweredAndWalkedThrough(t *testing.T) {
	f := newGrantField("It may", exchanges.PermissionSet{}.With(exchanges.Other, exchanges.Granted))
	for _, c := range []struct {
		key  string
		want exchanges.Grant
	}{{" ", exchanges.Granted}, {" ", exchanges.NotGranted}, {"right", exchanges.Unknown}, {"n", exchanges.NotGranted}, {"y", exchanges.Granted}, {"?", exchanges.Unknown}} {
		if !f.key(KeyMsg{Name: c.key}) || f.set.Get(exchanges.Read) != c.want {
			t.Errorf("after %q read is %s", c.key, f.set.Get(exchanges.Read))
		}
	}
	if !f.set.Has(exchanges.Other) {
		t.Error("what is not asked about is lost")
	}
	if f.key(KeyMsg{Name: "up"}) {
		t.Error("the first line holds the focus")
	}
	for range len(statedPermissions) - 1 {
		f.key(KeyMsg{Name: "down"})
	}
	if f.key(KeyMsg{Name: "down"}) || f.key(KeyMsg{Name: "z"}) {
		t.Error("the last line holds the focus")
	}
}
