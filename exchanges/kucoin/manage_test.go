package kucoin

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for name, c := range map[string]struct {
		granted []exchanges.Permission
		ips     exchanges.IPWhitelist
		list    string
		words   string
	}{
		"reader": {nil, anywhere, ``, "General"},
		"bot":    {[]exchanges.Permission{exchanges.Read, exchanges.Spot}, ipList("203.0.113.7", "203.0.113.8"), `"ipWhitelist":"203.0.113.7,203.0.113.8",`, "General,Spot"},
		"much": {
			[]exchanges.Permission{exchanges.Read, exchanges.Margin, exchanges.Futures, exchanges.Transfer}, anywhere, ``,
			"General,Margin,Futures,InnerTransfer",
		},
	} {
		b := newBench(t)
		made, err := b.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: exchanges.NewPermissionSet(c.granted...), IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{` + c.list + `"passphrase":"` + made.Passphrase.Reveal() + `","permission":"` + c.words + `","remark":"bot","subName":"gridbots01"}`
		if got := b.server.Requests("POST " + subPath)[0].Body; got != want {
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
	for name, r := range map[string]exchanges.KeyRequest{
		"no label":     with(func(r *exchanges.KeyRequest) { r.Label = "" }),
		"withdraw":     asks(exchanges.Read, exchanges.Withdraw),
		"earn":         asks(exchanges.Read, exchanges.Earn),
		"admin":        asks(exchanges.Read, exchanges.Admin),
		"unknown IPs":  with(func(r *exchanges.KeyRequest) { r.IPs = exchanges.IPWhitelist{} }),
		"a public key": with(func(r *exchanges.KeyRequest) { r.PublicKey = exchangetest.PublicPEM }),
	} {
		b := newBench(t)
		_, err := b.CreateKey(t.Context(), testManager(), r)
		if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.NotSent || e.Hint == "" || len(b.server.Requests()) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(b.server.Requests()))
		}
	}
}

func TestSubAccountIsAName(t *testing.T) {
	for _, name := range []string{"", "  ", "two words", "a&apiKey=b"} {
		b := newBench(t)
		m := testManager()
		m.SubAccount = name
		_, err := b.ListKeys(t.Context(), m)
		for _, err := range []error{err, b.RevokeKey(t.Context(), m, "k"), b.EditKey(t.Context(), m, "k", manage().Changed)} {
			if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "name") || len(b.server.Requests()) != 0 {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}

func TestListSaysWhatAnInspectionDoes(t *testing.T) {
	b := newBench(t)
	b.key(exchanges.Futures)
	got, err := b.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	if k.Label != "gridbot" || k.Account != "165111299" || !k.Created.Known() || k.Expires.Known() || k.IPs.State != exchanges.IPList || k.Seen.IsZero() {
		t.Errorf("%+v", k)
	}
	if g := grants(k.Permissions); g != "+read -spot -margin +futures -options -transfer -withdraw -earn -admin -other" {
		t.Errorf("permissions %s", g)
	}
}

// A new key has a passphrase of its own, which none but its credential has.
func TestEachKeyHasItsOwnPassphrase(t *testing.T) {
	b := newBench(t)
	seen := map[string]bool{"": true, testPassphrase: true, testManager().KeyPassphrase.Reveal(): true}
	for range 3 {
		made, err := b.CreateKey(t.Context(), testManager(), manage().New)
		if p := made.Passphrase.Reveal(); err != nil || seen[p] {
			t.Errorf("%v, used before: %t", err, seen[p])
		}
		seen[made.Passphrase.Reveal()] = true
		m := testManager()
		m.KeyPassphrase = made.Passphrase
		if err := b.EditKey(t.Context(), m, made.KeyID, manage().Changed); err != nil {
			t.Error(err)
		}
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"no list":      `{"code":"200000"}`,
		"null":         `{"code":"200000","data":null}`,
		"an object":    `{"code":"200000","data":{"items":[]}}`,
		"without name": `{"code":"200000","data":[{"remark":"x"}]}`,
		"nobody":       `{"code":"200000","data":[null]}`,
		"twice":        `{"code":"200000","data":[{"apiKey":"k1"},{"apiKey":"k1"}]}`,
	} {
		b := newBench(t)
		id := b.key()
		b.server.Handle("GET "+subPath, exchangetest.JSON(body).Handler())
		if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
		b.server.Handle("DELETE "+subPath, noSuchKey().Handler())
		if err := b.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

func TestEditSendsAllThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		request     exchanges.KeyRequest
		list, words string
	}{
		"list":           {exchanges.KeyRequest{IPs: ipList("198.51.100.1")}, "198.51.100.1", "General,Futures"},
		"no list":        {exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, "", "General,Futures"},
		"rights":         {exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)}, "203.0.113.7", "General,Spot"},
		"one right more": {exchanges.KeyRequest{Permissions: exchanges.PermissionSet{}.With(exchanges.Spot, exchanges.Granted)}, "203.0.113.7", "General,Futures,Spot"},
	} {
		b := newBench(t)
		id := b.key(exchanges.Futures)
		if err := b.EditKey(t.Context(), testManager(), id, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{"apiKey":"` + id + `","ipWhitelist":"` + c.list + `","passphrase":"` + subKeyOf(1).Passphrase.Reveal() + `","permission":"` + c.words + `","subName":"gridbots01"}`
		if got := b.server.Requests("POST " + updatePath)[0].Body; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestEditKeepsNothingThatIsNotTold(t *testing.T) {
	rights := exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read)}
	list := exchanges.KeyRequest{IPs: ipList("198.51.100.1")}
	for name, c := range map[string]struct {
		fields  string
		request exchanges.KeyRequest
		ok      bool
	}{
		"all told":       {`,"permission":"General","ipWhitelist":"203.0.113.7"`, rights, true},
		"masked list":    {`,"permission":"General","ipWhitelist":"203.**.7"`, rights, false},
		"no rights":      {`,"ipWhitelist":"203.0.113.7"`, list, false},
		"none are asked": {`,"ipWhitelist":"203.0.113.7"`, rights, true},
		"list is asked":  {`,"permission":"General","ipWhitelist":"203.**.7"`, list, true},
	} {
		b := newBench(t)
		b.server.Handle("GET "+subPath, exchangetest.JSON(`{"code":"200000","data":[{"apiKey":"k1","remark":"x"`+c.fields+`}]}`).Handler())
		b.server.Handle("POST "+updatePath, result(struct{}{}).Handler())
		err := b.EditKey(t.Context(), testManager(), "k1", c.request)
		if sent := len(b.server.Requests("POST "+updatePath)) == 1; sent != c.ok || (err == nil) != c.ok {
			t.Errorf("%s: sent %t, %v", name, sent, err)
		}
		if err != nil && exchanges.AsError(err).Outcome != exchanges.NotSent {
			t.Errorf("%s: no change was sent: %+v", name, exchanges.AsError(err))
		}
	}
}

// Whether an empty list clears the one of a key is not documented: the answer
// tells.
func TestChangeThatTurnsOutOtherwiseIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		answer map[string]any
		ok     bool
	}{
		"as asked":      {map[string]any{"permission": "Spot,General", "ipWhitelist": "198.51.100.1,203.0.113.7"}, true},
		"not told":      {map[string]any{}, true},
		"masked":        {map[string]any{"permission": "General,Spot", "ipWhitelist": "203.**.7"}, true},
		"another right": {map[string]any{"permission": "General"}, false},
		"another list":  {map[string]any{"ipWhitelist": "203.0.113.7"}, false},
		"no list":       {map[string]any{"ipWhitelist": ""}, false},
	} {
		b := newBench(t)
		id := b.key(exchanges.Futures)
		b.server.Handle("POST "+updatePath, result(c.answer).Handler())
		err := b.EditKey(t.Context(), testManager(), id, manage().Changed)
		if (err == nil) != c.ok || err != nil && (exchanges.AsError(err).Kind != exchanges.Protocol || exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyOfAnUnknownPassphraseIsLeftToTheWebSite(t *testing.T) {
	for passphrase, outcome := range map[string]exchanges.Outcome{"": exchanges.NotSent, "another-horse-9": exchanges.Refused} {
		b := newBench(t)
		id := b.key(exchanges.Futures)
		m := testManager()
		m.KeyPassphrase = exchanges.NewSecret(passphrase)
		for name, err := range map[string]error{
			"delete": b.RevokeKey(t.Context(), m, id), "edit": b.EditKey(t.Context(), m, id, manage().Changed),
		} {
			e := exchanges.AsError(err)
			if err == nil || e.Outcome != outcome || !strings.Contains(e.Hint, "by hand") || !strings.Contains(e.Hint, "passphrase") {
				t.Errorf("%s with %q: %v: %s", name, passphrase, err, e.Hint)
			}
		}
		if k, ok := b.fake.Key(id); !ok || !k.Permissions.Has(exchanges.Futures) {
			t.Errorf("with %q: the key was changed", passphrase)
		}
		if sent := len(b.server.Requests("DELETE "+subPath, "POST "+updatePath)); (sent == 0) != (passphrase == "") {
			t.Errorf("with %q: %d changes were sent", passphrase, sent)
		}
	}
}

// That a key is gone can be seen without its passphrase.
func TestRevokeOfAGoneKeyWantsNoPassphrase(t *testing.T) {
	b := newBench(t)
	m := testManager()
	m.KeyPassphrase = exchanges.Secret{}
	if err := b.RevokeKey(t.Context(), m, subKeyOf(1).KeyID); err != nil {
		t.Error(err)
	}
	b.server.Handle("GET "+subPath, exchangetest.JSON("OK").Handler())
	if err := b.RevokeKey(t.Context(), m, subKeyOf(1).KeyID); err == nil || exchanges.AsError(err).Outcome != exchanges.NotSent {
		t.Errorf("without a list the key counts as gone, or a deletion as sent: %v", err)
	}
}

func TestErrorsDoNotRepeatTheKeysPassphrase(t *testing.T) {
	b := newBench(t)
	id := b.key()
	echo := said(200, 400100, "wrong passphrase "+subKeyOf(1).Passphrase.Reveal()).Handler()
	b.server.Handle("DELETE "+subPath, echo)
	b.server.Handle("POST "+updatePath, echo)
	for _, err := range []error{b.RevokeKey(t.Context(), testManager(), id), b.EditKey(t.Context(), testManager(), id, manage().Changed)} {
		if err == nil || strings.Contains(err.Error(), subKeyOf(1).Passphrase.Reveal()) {
			t.Errorf("%v", err)
		}
	}
}

func TestRefusedCreationSaysWhatTheManagerNeeds(t *testing.T) {
	b := newBench(t)
	b.server.Handle("POST "+subPath, said(200, 400007, "Access Denied").Handler())
	_, err := b.CreateKey(t.Context(), testManager(), manage().New)
	if e := exchanges.AsError(err); e.Kind != exchanges.Denied || !strings.Contains(e.Hint, "master account") {
		t.Errorf("%v: %s", err, e.Hint)
	}
}

func TestChangesStayBelowTheLimit(t *testing.T) {
	b := newBench(t)
	began := b.client.Now()
	for range 4 {
		if _, err := b.CreateKey(t.Context(), testManager(), manage().New); err != nil {
			t.Fatal(err)
		}
	}
	if took := b.client.Now().Sub(began); took.Seconds() < 3 {
		t.Errorf("four keys within %s", took)
	}
	if keys := b.fake.Keys(); len(keys) != 4 || slices.ContainsFunc(keys, func(k exchangetest.Key) bool { return k.Label != "gridbot7f3a" }) {
		t.Errorf("%v", keys)
	}
}
