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
		"trader": {trader(), ipList("203.0.113.7", "2001:db8::1"), `"perm":"read_only,trade","ip":"203.0.113.7,2001:db8::1"}`},
		"reader": {reader(), exchanges.IPWhitelist{State: exchanges.IPAny}, `"perm":"read_only"}`},
		// The word gives more than was asked, as the guide says.
		"futures": {exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), ipList("198.51.100.0/24"), `"perm":"read_only,trade","ip":"198.51.100.0/24"}`},
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

func TestRequestsThatAreRefusedHere(t *testing.T) {
	with := func(change func(*exchanges.KeyRequest)) exchanges.KeyRequest {
		r := manage().New
		change(&r)
		return r
	}
	asks := func(p ...exchanges.Permission) func(*exchanges.KeyRequest) {
		return func(r *exchanges.KeyRequest) { r.Permissions = exchanges.NewPermissionSet(p...) }
	}
	lists := func(ips exchanges.IPWhitelist) func(*exchanges.KeyRequest) {
		return func(r *exchanges.KeyRequest) { r.IPs = ips }
	}
	for name, c := range map[string]struct {
		request exchanges.KeyRequest
		kind    exchanges.Kind
	}{
		"no label":     {with(func(r *exchanges.KeyRequest) { r.Label = "" }), exchanges.Invalid},
		"withdraw":     {with(asks(exchanges.Read, exchanges.Withdraw)), exchanges.Invalid},
		"admin":        {with(asks(exchanges.Read, exchanges.Admin)), exchanges.Invalid},
		"other":        {with(asks(exchanges.Read, exchanges.Other)), exchanges.Invalid},
		"nothing":      {with(asks()), exchanges.Invalid},
		"nothing told": {with(func(r *exchanges.KeyRequest) { r.Permissions = exchanges.PermissionSet{} }), exchanges.Invalid},
		"unknown IPs":  {with(lists(exchanges.IPWhitelist{})), exchanges.Invalid},
		"untold IPs":   {with(lists(exchanges.IPWhitelist{State: exchanges.IPRestricted})), exchanges.Invalid},
		"no address":   {with(lists(ipList("203.0.113.7", "home.example.org"))), exchanges.Invalid},
		"21 addresses": {with(lists(ipList(slices.Repeat([]string{"203.0.113.7"}, 21)...))), exchanges.Invalid},
		"a public key": {with(func(r *exchanges.KeyRequest) { r.PublicKey = exchangetest.PublicPEM }), exchanges.Unsupported},
	} {
		d := newBench(t)
		_, err := d.CreateKey(t.Context(), testManager(), c.request)
		if e := exchanges.AsError(err); e.Kind != c.kind || e.Outcome != exchanges.NotSent || e.Hint == "" || len(d.server.Requests()) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(d.server.Requests()))
		}
	}
}

func TestSubAccountIsAName(t *testing.T) {
	for name, ok := range map[string]bool{"": false, "  ": false, "bot 01": false, "bot\x0001": false, " bot01\n": true} {
		d := newBench(t)
		m := testManager()
		m.SubAccount = name
		_, listErr := d.ListKeys(t.Context(), m)
		revokeErr := d.RevokeKey(t.Context(), m, d.key(reader()))
		editErr := d.EditKey(t.Context(), m, d.key(reader()), manage().Changed)
		for _, err := range []error{listErr, revokeErr, editErr} {
			if (err == nil) != ok || err != nil && (!errors.Is(err, exchanges.Invalid) || !strings.Contains(exchanges.AsError(err).Hint, "main account")) {
				t.Errorf("%q: %v", name, err)
			}
		}
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
		t.Errorf("permissions %s, %v", grants(k.Permissions), k.ExchangePermissions)
	}
}

func TestListTellsTheRuleOfFourteenDays(t *testing.T) {
	d := newBench(t)
	d.fake.Change(d.key(trader()), func(k *exchangetest.Key) { k.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} })
	if got, err := d.ListKeys(t.Context(), testManager()); err != nil || len(got[0].Notes) != 1 || !strings.Contains(got[0].Notes[0], "14 days") {
		t.Errorf("%v, %+v", err, got)
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	for name, data := range map[string]string{
		"no list": `{}`, "null": `null`, "no name": `[{"label":"x"}]`, "an empty entry": `[null]`, "a key twice": `[{"apiKey":"k1"},{"apiKey":"k1"}]`,
	} {
		d := newBench(t)
		id := d.key(reader())
		d.server.Handle("GET "+keysPath, exchangetest.JSON(`{"code":"0","msg":"","data":`+data+`}`).Handler())
		if _, err := d.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
		d.server.Handle("POST "+deletePath, exchangetest.Drop().Handler())
		if err := d.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
		if err := d.EditKey(t.Context(), testManager(), id, manage().Changed); err == nil || exchanges.AsError(err).Outcome != exchanges.NotSent {
			t.Errorf("%s: %v", name, err)
		}
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
		"list":               {trader(), exchanges.KeyRequest{IPs: ipList("198.51.100.1")}, id + `,"ip":"198.51.100.1"}`},
		"any address":        {trader(), exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, id + `,"ip":""}`},
		"rights":             {trader(), exchanges.KeyRequest{Permissions: reader()}, id + `,"perm":"read_only"}`},
		"both":               {reader(), exchanges.KeyRequest{Permissions: trader(), IPs: ipList("198.51.100.1")}, id + `,"perm":"read_only,trade","ip":"198.51.100.1"}`},
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
		"no address":  {IPs: ipList("home.example.org")},
		"no list":     {IPs: exchanges.IPWhitelist{State: exchanges.IPRestricted}},
		"both, a bit": {Permissions: reader(), IPs: ipList("")},
	} {
		d := newBench(t)
		err := d.EditKey(t.Context(), testManager(), d.key(trader()), r)
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || len(d.sent(editPath)) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A right that is neither asked for nor told cannot be kept.
func TestEditKeepsNothingThatIsNotTold(t *testing.T) {
	entry := func(perm string) exchangetest.Handler {
		return exchangetest.JSON(`{"code":"0","data":[{"apiKey":"k1","perm":` + perm + `,"ip":""}]}`).Handler()
	}
	some := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	for name, c := range map[string]struct {
		perm string
		ask  exchanges.PermissionSet
		want string
	}{
		"untold, a part":    {`null`, some, ""},
		"untold, all":       {`null`, reader(), `"perm":"read_only"`},
		"a new word":        {`"read_only,something_newer"`, some, `"perm":"read_only,something_newer"`},
		"a new word, other": {`"read_only,something_newer"`, reader().With(exchanges.Other, exchanges.Granted), `"perm":"read_only,something_newer"`},
		"no new word":       {`"read_only,something_newer"`, reader(), `"perm":"read_only"`},
	} {
		d := newBench(t)
		d.server.Handle("GET "+keysPath, entry(c.perm))
		d.server.Handle("POST "+editPath, result().Handler())
		err := d.EditKey(t.Context(), testManager(), "k1", exchanges.KeyRequest{Permissions: c.ask})
		got := strings.Join(d.sent(editPath), "\n")
		if (err == nil) != (c.want != "") || !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if err != nil && exchanges.AsError(err).Outcome != exchanges.NotSent {
			t.Errorf("%s: no change was sent: %+v", name, exchanges.AsError(err))
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
	began := d.client.Now()
	for range 4 {
		if _, err := d.CreateKey(t.Context(), testManager(), manage().New); err != nil {
			t.Fatal(err)
		}
	}
	if took := d.client.Now().Sub(began); took < 3*time.Second {
		t.Errorf("four keys within %s", took)
	}
}
