package kucoin

import (
	"slices"
	"strings"
	"testing"
	"time"

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
		"bot":    {[]exchanges.Permission{exchanges.Read, exchanges.Spot}, exchangetest.IPs("203.0.113.7", "203.0.113.8"), `"ipWhitelist":"203.0.113.7,203.0.113.8",`, "General,Spot"},
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
	if g := exchangetest.Grants(k.Permissions); g != "+read -spot -margin +futures -options -transfer -withdraw -earn -admin -other" {
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

func TestEditSendsAllThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		request     exchanges.KeyRequest
		list, words string
	}{
		"list":           {exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, "198.51.100.1", "General,Futures"},
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
	exchangetest.Paced(t, b.Now, 4, 3*time.Second, func() error {
		_, err := b.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
	if keys := b.fake.Keys(); len(keys) != 4 || slices.ContainsFunc(keys, func(k exchangetest.Key) bool { return k.Label != "gridbot7f3a" }) {
		t.Errorf("%v", keys)
	}
}
