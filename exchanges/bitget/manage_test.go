package bitget

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

var anywhere = exchanges.IPWhitelist{State: exchanges.IPAny}

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	only := exchanges.NewPermissionSet
	const passphrase = `"passphrase":"?",`
	for name, c := range map[string]struct {
		classic bool
		set     exchanges.PermissionSet
		ips     exchanges.IPWhitelist
		want    string
	}{
		"trader":  {false, only(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures), exchangetest.IPs("203.0.113.7"), `{"ips":["203.0.113.7"],"note":"bot",` + passphrase + `"permissions":["uta_trade"],"subUid":"8899001122","type":"read_write"}`},
		"reader":  {false, only(exchanges.Read), anywhere, `{"ips":[],"note":"bot",` + passphrase + `"permissions":["uta_mgt","uta_trade"],"subUid":"8899001122","type":"read_only"}`},
		"all":     {false, only(exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Transfer, exchanges.Admin), anywhere, `{"ips":[],"note":"bot",` + passphrase + `"permissions":["uta_trade","uta_mgt"],"subUid":"8899001122","type":"read_write"}`},
		"classic": {true, only(exchanges.Read, exchanges.Futures), exchangetest.IPs("203.0.113.7"), `{"ipList":["203.0.113.7"],"label":"bot",` + passphrase + `"permList":["read","contract_trade"],"subAccountUid":"8899001122"}`},
	} {
		b := newBench(t, c.classic)
		made, err := b.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: c.set, IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		want := strings.Replace(c.want, "?", made.Passphrase.Reveal(), 1)
		if got := b.server.Requests("POST "+createPath, "POST "+classicCreatePath)[0].Body; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestRequestsThatAreRefusedHere(t *testing.T) {
	with := func(change func(*exchanges.KeyRequest)) exchanges.KeyRequest {
		r := manage().New
		change(&r)
		return r
	}
	asks := func(p ...exchanges.Permission) exchanges.KeyRequest {
		return with(func(r *exchanges.KeyRequest) { r.Permissions = exchanges.NewPermissionSet(p...) })
	}
	for name, c := range map[string]struct {
		request          exchanges.KeyRequest
		unified, classic string // what the hint says; empty: it is no refusal
	}{
		"no label":      {with(func(r *exchanges.KeyRequest) { r.Label = "" }), "label", "label"},
		"a digit first": {with(func(r *exchanges.KeyRequest) { r.Label = "7bot" }), "letter", ""},
		"spot alone":    {asks(exchanges.Read, exchanges.Spot), "one right", ""},
		"transfer":      {asks(exchanges.Read, exchanges.Transfer), "one right", ""},
		"withdraw":      {asks(exchanges.Read, exchanges.Withdraw), "withdraw", "withdraw"},
		"earn":          {asks(exchanges.Read, exchanges.Earn), "earn", "earn"},
		"nothing":       {asks(), "reading", ""},
		"unknown IPs":   {with(func(r *exchanges.KeyRequest) { r.IPs = exchanges.IPWhitelist{} }), "addresses", "addresses"},
		"a public key":  {with(func(r *exchanges.KeyRequest) { r.PublicKey = exchangetest.PublicPEM }), "public key", "public key"},
	} {
		for _, classic := range []bool{false, true} {
			want := map[bool]string{false: c.unified, true: c.classic}[classic]
			b := newBench(t, classic)
			_, err := b.CreateKey(t.Context(), testManager(), c.request)
			e := exchanges.AsError(err)
			if (err == nil) != (want == "") || err != nil && (e.Outcome != exchanges.NotSent || !strings.Contains(e.Hint, want)) {
				t.Errorf("%s, classic %t: %v: %s", name, classic, err, e.Hint)
			}
			if made := len(b.fake.Keys()); (made == 1) != (want == "") {
				t.Errorf("%s, classic %t: %d keys", name, classic, made)
			}
		}
	}
}

func TestListSaysWhatAnInspectionDoes(t *testing.T) {
	for _, classic := range []bool{false, true} {
		b := newBench(t, classic)
		b.key(trader())
		got, err := b.ListKeys(t.Context(), testManager())
		if err != nil || len(got) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		k := got[0]
		if k.Label != "gridbot" || k.Account != testUID || k.Created.Known() || k.IPs.State != exchanges.IPList || k.Seen.IsZero() || len(k.ExchangePermissions) == 0 {
			t.Errorf("classic %t: %+v", classic, k)
		}
		if k.Permissions != trader() {
			t.Errorf("classic %t: permissions %s", classic, exchangetest.Grants(k.Permissions))
		}
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	const items = `{"code":"00000","data":{"items":[`
	for body, classic := range map[string]bool{
		`{"code":"00000"}`:                                           false,
		`{"code":"00000","data":null}`:                               false,
		`{"code":"00000","data":{}}`:                                 false,
		items + `{"note":"x"}],"hasNext":false}}`:                    false,
		items + `{"apiKey":"k1"},{"apiKey":"k1"}],"hasNext":false}}`: false,
		items + `{"apiKey":"k1"}],"hasNext":true}}`:                  false,
		items + `{"apiKey":"k1"}],"hasNext":true,"cursor":"again"}}`: false,
		items + `null],"hasNext":false}}`:                            false,
		`{"code":"00000","data":[null]}`:                             true,
		`{"code":"00000","data":{"items":[]}}`:                       true,
		`{"code":"00000","data":[{"label":"x"}]}`:                    true,
	} {
		b := newBench(t, classic)
		id := b.key(trader())
		b.server.Handle("GET "+listPath, exchangetest.JSON(body).Handler())
		b.server.Handle("GET "+classicListPath, exchangetest.JSON(body).Handler())
		b.server.Handle("POST "+deletePath, noSuchKey().Handler())
		if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
		if err := b.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", body)
		}
	}
}

func TestEndlessListIsCutOff(t *testing.T) {
	b := newBench(t, false)
	pages := 0
	b.server.Handle("GET "+listPath, func(exchangetest.Request) exchangetest.Reply {
		pages++
		return result(map[string]any{"items": []any{map[string]any{"apiKey": subKeyOf(pages).KeyID}}, "hasNext": true, "cursor": pages})
	})
	if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) || pages != mostPages {
		t.Errorf("%d pages, %v", pages, err)
	}
}

func TestEditSendsWhatIsDocumented(t *testing.T) {
	id := subKeyOf(1).KeyID
	passphrase := `"passphrase":"` + subKeyOf(1).Passphrase.Reveal() + `"`
	unified := func(before, after string) string {
		return `{"apiKey":"` + id + `",` + before + passphrase + after + `}`
	}
	classic := func(list, perms string) string {
		return `{"ipList":` + list + `,"label":"gridbot",` + passphrase + perms + `,"subAccountApiKey":"` + id + `","subAccountUid":"8899001122"}`
	}
	transfer := exchanges.PermissionSet{}.With(exchanges.Transfer, exchanges.Granted).With(exchanges.Admin, exchanges.Granted)
	spot := exchanges.PermissionSet{}.With(exchanges.Spot, exchanges.Granted)
	for name, c := range map[string]struct {
		classic bool
		has     exchanges.PermissionSet
		request exchanges.KeyRequest
		want    string
	}{
		"list":             {false, trader(), exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, unified(`"ips":["198.51.100.1"],`, "")},
		"no list":          {false, trader(), exchanges.KeyRequest{IPs: anywhere}, unified(`"ips":[],`, "")},
		"to a reader":      {false, trader(), exchanges.KeyRequest{Permissions: reader()}, unified("", `,"permissions":["uta_mgt","uta_trade"],"type":"read_only"`)},
		"one right more":   {false, trader(), exchanges.KeyRequest{Permissions: transfer}, unified("", `,"permissions":["uta_trade","uta_mgt"],"type":"read_write"`)},
		"of a reader":      {false, reader(), exchanges.KeyRequest{Permissions: transfer}, unified("", `,"permissions":["uta_mgt"],"type":"read_write"`)},
		"classic list":     {true, reader(), exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, classic(`["198.51.100.1"]`, "")},
		"classic rights":   {true, reader(), exchanges.KeyRequest{Permissions: spot}, classic(`["203.0.113.7"]`, `,"permList":["read","spot_trade"]`)},
		"made powerless":   {true, trader(), exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet()}, classic(`["203.0.113.7"]`, `,"permList":[]`)},
		"classic, no list": {true, reader(), exchanges.KeyRequest{IPs: anywhere}, classic(`[]`, "")},
	} {
		b := newBench(t, c.classic)
		b.key(c.has)
		if err := b.EditKey(t.Context(), testManager(), id, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := b.server.Requests("POST "+updatePath, "POST "+classicModifyPath)[0].Body; got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestClassicKeysAreNotDeletedByAPI(t *testing.T) {
	b := newBench(t, true)
	id := b.key(trader())
	err := b.RevokeKey(t.Context(), testManager(), id)
	if e := exchanges.AsError(err); e.Kind != exchanges.Unsupported || e.Outcome != exchanges.NotSent || !strings.Contains(e.Hint, "by hand") {
		t.Errorf("%v: %s", err, e.Hint)
	}
	if len(b.fake.Keys()) != 1 {
		t.Error("it was")
	}
	b.fake.Delete(id)
	if err := b.RevokeKey(t.Context(), testManager(), id); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

func TestEditOfNoKey(t *testing.T) {
	for _, classic := range []bool{false, true} {
		b := newBench(t, classic)
		if err := b.EditKey(t.Context(), testManager(), subKeyOf(7).KeyID, manage().Changed); !errors.Is(err, exchanges.NotFound) {
			t.Errorf("classic %t: %v", classic, err)
		}
		if len(b.server.Requests("POST "+updatePath, "POST "+classicModifyPath)) != 0 {
			t.Errorf("classic %t: a change was sent", classic)
		}
	}
}

// To delete a key, its passphrase is not asked for.
func TestKeyOfAnUnknownPassphraseIsLeftToTheWebSite(t *testing.T) {
	for passphrase, outcome := range map[string]exchanges.Outcome{"": exchanges.NotSent, "Another9Horse": exchanges.Refused} {
		b := newBench(t, false)
		id := b.key(trader())
		m := testManager()
		m.KeyPassphrase = exchanges.NewSecret(passphrase)
		err := b.EditKey(t.Context(), m, id, manage().Changed)
		if e := exchanges.AsError(err); err == nil || e.Outcome != outcome || !strings.Contains(e.Hint, "by hand") || !strings.Contains(e.Hint, "passphrase") {
			t.Errorf("%q: %v: %s", passphrase, err, e.Hint)
		}
		if sent := len(b.server.Requests()); (sent == 0) != (passphrase == "") {
			t.Errorf("%q: %d requests", passphrase, sent)
		}
		if err := b.RevokeKey(t.Context(), m, id); err != nil || len(b.fake.Keys()) != 0 {
			t.Error(err)
		}
	}
}

// A new key has a passphrase of its own, which none but its credential has.
func TestEachKeyHasItsOwnPassphrase(t *testing.T) {
	for _, classic := range []bool{false, true} {
		b := newBench(t, classic)
		m := testManager()
		seen := map[string]bool{testPassphrase: true, m.KeyPassphrase.Reveal(): true}
		for range 2 {
			r := exchanges.KeyRequest{Label: "bot", Permissions: reader(), IPs: anywhere}
			made, err := b.CreateKey(t.Context(), testManager(), r)
			if p := made.Passphrase.Reveal(); err != nil || !chosen(p) || seen[p] {
				t.Errorf("classic %t: %v, used before: %t", classic, err, seen[p])
			}
			seen[made.Passphrase.Reveal()] = true
			m.KeyPassphrase = made.Passphrase
			if err := b.EditKey(t.Context(), m, made.KeyID, exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}); err != nil {
				t.Errorf("classic %t: %v", classic, err)
			}
		}
	}
}

func TestErrorsDoNotRepeatTheKeysPassphrase(t *testing.T) {
	b := newBench(t, false)
	id := b.key(trader())
	b.server.Handle("POST "+updatePath, said(400, "49997", "wrong passphrase "+subKeyOf(1).Passphrase.Reveal()).Handler())
	if err := b.EditKey(t.Context(), testManager(), id, manage().Changed); err == nil || strings.Contains(err.Error(), subKeyOf(1).Passphrase.Reveal()) {
		t.Errorf("%v", err)
	}
}

func TestRefusedCreationSaysWhatTheManagerNeeds(t *testing.T) {
	b := newBench(t, false)
	b.server.Handle("POST "+createPath, said(400, "40014", "Incorrect permissions").Handler())
	_, err := b.CreateKey(t.Context(), testManager(), manage().New)
	if e := exchanges.AsError(err); e.Kind != exchanges.Denied || !strings.Contains(e.Hint, "main account") || !strings.Contains(e.Hint, "IP list") {
		t.Errorf("%v: %s", err, e.Hint)
	}
}
