package okx

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		set  exchanges.PermissionSet
		ips  exchanges.IPWhitelist
		want string
	}{
		"trader": {trader(), exchangetest.IPs("203.0.113.7", "2001:db8::1"), `"perm":"read_only,trade","ip":"203.0.113.7,2001:db8::1"}`},
		"reader": {reader(), exchanges.IPWhitelist{State: exchanges.IPAny}, `"perm":"read_only"}`},
		// The word gives more than was asked, as the guide says.
		"futures": {exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), exchangetest.IPs("198.51.100.0/24"), `"perm":"read_only,trade","ip":"198.51.100.0/24"}`},
	} {
		d := newBench(t)
		made, err := d.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: c.set, IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{"subAcct":"bot01","label":"bot","passphrase":"` + made.Passphrase.Reveal() + `",` + c.want
		if got := d.sent(keysPath); len(got) != 1 || got[0] != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
		if _, err := check(made); err != nil {
			t.Errorf("%s: the new key is refused by its own check: %v", name, err)
		}
	}
}

// A new key has a passphrase of its own: neither the manager's nor that of
// another key.
func TestEachKeyHasItsOwnPassphrase(t *testing.T) {
	d := newBench(t)
	seen := map[string]bool{testPassphrase: true, "": true}
	for range 3 {
		made, err := d.CreateKey(t.Context(), testManager(), manage().New)
		if p := made.Passphrase.Reveal(); err != nil || seen[p] {
			t.Errorf("%v, used before: %t", err, seen[p])
		}
		seen[made.Passphrase.Reveal()] = true
	}
}

func TestRefusalDoesNotShowTheNewPassphrase(t *testing.T) {
	d := newBench(t)
	var sent request
	d.server.Handle("POST "+keysPath, func(r exchangetest.Request) exchangetest.Reply {
		_ = json.Unmarshal([]byte(r.Body), &sent)
		return said(200, "59505", "The passphrase "+sent.Passphrase+" is not taken")
	})
	made, err := d.CreateKey(t.Context(), testManager(), manage().New)
	if err == nil || sent.Passphrase == "" || strings.Contains(err.Error(), sent.Passphrase) || !made.Passphrase.IsZero() {
		t.Errorf("%v", err)
	}
}

// What a name has that means something in an address is escaped, and signed as
// it is sent.
func TestSubAccountIsEscaped(t *testing.T) {
	d := newBench(t)
	m := testManager()
	m.SubAccount = "bot&01+ü"
	d.server.Handle("GET "+keysPath, result().Handler())
	if _, err := d.ListKeys(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := d.server.Requests("GET " + keysPath)[0]
	if got := r.Params().Get("subAcct"); got != m.SubAccount {
		t.Errorf("query %q names %q", r.Query, got)
	}
	if err := verifySignature(r); err != nil {
		t.Error(err)
	}
}

func TestListTellsWhatAKeyCannotTellOfItself(t *testing.T) {
	d := newBench(t)
	d.key(trader())
	got, err := d.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	if at, ok := k.Created.Time(); !ok || !at.Equal(time.UnixMilli(1764000000000)) {
		t.Errorf("created %v", k.Created)
	}
	if k.Seen.IsZero() || len(k.Notes) != 0 {
		t.Errorf("%+v", k)
	}
	if k.Permissions != trader() || !slices.Equal(k.ExchangePermissions, []string{"read_only", "trade"}) {
		t.Errorf("permissions %s, %v", exchangetest.Grants(k.Permissions), k.ExchangePermissions)
	}
}

func TestListTellsTheRuleOfFourteenDays(t *testing.T) {
	d := newBench(t)
	d.fake.Change(d.key(trader()), func(k *exchangetest.Key) { k.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} })
	if got, err := d.ListKeys(t.Context(), testManager()); err != nil || len(got[0].Notes) != 1 || !strings.Contains(got[0].Notes[0], "14 days") {
		t.Errorf("%v, %+v", err, got)
	}
}

// Fields that are left out stay at OKX, so only what changes is sent.
func TestEditSendsWhatChanges(t *testing.T) {
	const id = `{"subAcct":"bot01","apiKey":"0c0ffee0-0000-4000-8000-000000000001"`
	var anything exchanges.PermissionSet
	for name, c := range map[string]struct {
		has  exchanges.PermissionSet
		ask  exchanges.KeyRequest
		want string
	}{
		"list":               {trader(), exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, id + `,"ip":"198.51.100.1"}`},
		"any address":        {trader(), exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, id + `,"ip":""}`},
		"rights":             {trader(), exchanges.KeyRequest{Permissions: reader()}, id + `,"perm":"read_only"}`},
		"both":               {reader(), exchanges.KeyRequest{Permissions: trader(), IPs: exchangetest.IPs("198.51.100.1")}, id + `,"perm":"read_only,trade","ip":"198.51.100.1"}`},
		"one right more":     {reader(), exchanges.KeyRequest{Permissions: anything.With(exchanges.Spot, exchanges.Granted)}, id + `,"perm":"read_only,trade"}`},
		"one right less":     {trader(), exchanges.KeyRequest{Permissions: anything.With(exchanges.Spot, exchanges.NotGranted)}, id + `,"perm":"read_only"}`},
		"a right that stays": {trader(), exchanges.KeyRequest{Permissions: anything.With(exchanges.Withdraw, exchanges.NotGranted)}, id + `,"perm":"trade,read_only"}`},
		"nothing":            {trader(), exchanges.KeyRequest{}, ""},
	} {
		d := newBench(t)
		if err := d.EditKey(t.Context(), testManager(), d.key(c.has), c.ask); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := strings.Join(d.sent(editPath), "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestEditRefusesHere(t *testing.T) {
	for name, r := range map[string]exchanges.KeyRequest{
		"withdraw":    {Permissions: trader().With(exchanges.Withdraw, exchanges.Granted)},
		"no right":    {Permissions: exchanges.NewPermissionSet()},
		"no address":  {IPs: exchangetest.IPs("home.example.org")},
		"no list":     {IPs: exchanges.IPWhitelist{State: exchanges.IPRestricted}},
		"both, a bit": {Permissions: reader(), IPs: exchangetest.IPs("")},
	} {
		d := newBench(t)
		err := d.EditKey(t.Context(), testManager(), d.key(trader()), r)
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || len(d.sent(editPath)) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An unknown managing key, or one without the right, proves nothing about the
// key that is managed.
func TestRefusedManagerIsNotTheKey(t *testing.T) {
	for code, hint := range map[string]string{"50119": "deleted", "50120": "main account", "50030": "main account", "50035": "IP list", "59500": "main account"} {
		d := newBench(t)
		for _, call := range []string{"GET " + keysPath, "POST " + deletePath, "POST " + editPath} {
			d.server.Handle(call, said(401, code, "no").Handler())
		}
		_, listErr := d.ListKeys(t.Context(), testManager())
		id := d.key(reader())
		for _, err := range []error{listErr, d.RevokeKey(t.Context(), testManager(), id), d.EditKey(t.Context(), testManager(), id, manage().Changed)} {
			if e := exchanges.AsError(err); e.Kind == exchanges.NotFound || e.UnknownKey || !strings.Contains(e.Hint, hint) {
				t.Errorf("%s: %+v", code, e)
			}
		}
	}
}

func TestKeyThatVanishesDuringAnEditIsNotFound(t *testing.T) {
	d := newBench(t)
	id := d.key(trader())
	d.server.Handle("POST "+editPath, func(r exchangetest.Request) exchangetest.Reply {
		d.fake.Delete(id)
		return d.fake.edit(r)
	})
	if err := d.EditKey(t.Context(), testManager(), id, manage().Changed); !errors.Is(err, exchanges.NotFound) {
		t.Error(err)
	}
}

// One call of a kind a second is what an account has.
func TestManagingStaysBelowTheLimit(t *testing.T) {
	d := newBench(t)
	exchangetest.Paced(t, d.Now, 4, 3*time.Second, func() error {
		_, err := d.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
}
