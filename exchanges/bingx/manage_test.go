package bingx

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// sentBody is the last body of a call, but for its time and signature.
func (b bench) sentBody(t *testing.T, call string) string {
	t.Helper()
	all := b.server.Requests(call)
	if len(all) == 0 {
		t.Fatalf("%s was not asked for", call)
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal([]byte(all[len(all)-1].Body), &body); err != nil {
		t.Fatal(err)
	}
	delete(body, "timestamp")
	delete(body, "signature")
	text, _ := json.Marshal(body)
	return string(text)
}

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for name, c := range map[string]struct {
		granted       []exchanges.Permission
		ips           exchanges.IPWhitelist
		list, numbers string
	}{
		"reader":          {[]exchanges.Permission{exchanges.Read}, anywhere, ``, "2"},
		"bot":             {[]exchanges.Permission{exchanges.Read, exchanges.Futures}, exchangetest.IPs("203.0.113.7", "203.0.113.8"), `"ipAddresses":["203.0.113.7","203.0.113.8"],`, "2,3"},
		"spot":            {[]exchanges.Permission{exchanges.Read, exchanges.Spot}, anywhere, ``, "2,1"},
		"spot and margin": {[]exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Transfer}, anywhere, ``, "1,4"},
		"withdraw":        {[]exchanges.Permission{exchanges.Read, exchanges.Withdraw}, exchangetest.IPs("203.0.113.7"), `"ipAddresses":["203.0.113.7"],`, "2,5"},
	} {
		b := newBench(t)
		made, err := b.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: exchanges.NewPermissionSet(c.granted...), IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{` + c.list + `"note":"bot","permissions":[` + c.numbers + `],"subUid":16789012345}`
		if got := b.sentBody(t, calls.create); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestChangesAreOfSubAccountsKeysOnly(t *testing.T) {
	b := newBench(t)
	for _, uid := range []string{"", " ", "bot", "1.5", "-5", "007"} {
		m := testManager()
		m.SubAccount = uid
		_, err := b.CreateKey(t.Context(), m, manage().New)
		for _, err := range []error{err, b.RevokeKey(t.Context(), m, "k"), b.EditKey(t.Context(), m, "k", manage().Changed)} {
			if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "UID") || len(b.server.Requests()) != 0 {
				t.Errorf("%q: %v", uid, err)
			}
		}
	}
	for _, id := range []string{testKey, ""} {
		for _, err := range []error{b.RevokeKey(t.Context(), testManager(), id), b.EditKey(t.Context(), testManager(), id, manage().Changed)} {
			if !errors.Is(err, exchanges.Invalid) || len(b.server.Requests()) != 0 {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
}

func TestListOfASubAccount(t *testing.T) {
	b := newBench(t)
	id := b.key()
	got, err := b.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	grants, _ := k.Permissions.MarshalText()
	if string(grants) != "+read -spot -margin +futures -options -transfer -withdraw -earn -admin -other" {
		t.Errorf("permissions %s", grants)
	}
	if k.KeyID != id || k.Label != "gridbot7f3a" || k.Account != testSub || !k.Created.Known() || k.IPs.State != exchanges.IPList || k.Seen.IsZero() || len(k.Notes) != 0 {
		t.Errorf("%+v", k)
	}
}

// The own account is looked at with any of its keys, and its list may be masked.
func TestSurveyOfTheMainAccount(t *testing.T) {
	b := newBench(t)
	for _, shown := range []string{testKey, testKey[:4] + "****" + testKey[len(testKey)-4:]} {
		b.server.Handle(calls.list, func(r exchangetest.Request) exchangetest.Reply {
			if r.Params().Get("uid") != testUID {
				return badRequest()
			}
			return wrapped(`{"apiKeyList":[` + strings.Replace(goodRow, testKey, shown, 1) + `]}`)
		})
		got, err := b.SurveyKeys(t.Context(), exchanges.Manager{Credential: testCredential()})
		if err != nil || len(got) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		if k := got[0]; k.KeyID != strings.Replace(shown, "****", "*", 1) || k.Account != testUID || k.Permissions.Get(exchanges.Admin) != exchanges.Unknown || !k.Permissions.Has(exchanges.Futures) {
			t.Errorf("%+v", k)
		}
	}
	b.server.Handle(calls.uid, said(100413, "Incorrect apiKey").Handler())
	if _, err := b.SurveyKeys(t.Context(), exchanges.Manager{Credential: testCredential()}); !errors.Is(err, exchanges.Auth) || exchanges.AsError(err).UnknownKey {
		t.Errorf("%v", err)
	}
	if _, err := b.SurveyKeys(t.Context(), exchanges.Manager{}); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("%v", err)
	}
}

// A list that hides a part of its keys still tells about the one asked for.
func TestMaskedKeysAreManagedOneByOne(t *testing.T) {
	b := newBench(t)
	id := b.key()
	rows := `[{"apiKey":"` + id[:4] + `****` + id[len(id)-4:] + `","note":"gridbot7f3a","permissions":[2,3],"ipAddresses":[]}]`
	b.server.Handle(calls.list, func(r exchangetest.Request) exchangetest.Reply {
		if _, there := b.fake.Key(r.Params().Get("apiKey")); !there {
			return wrapped(`[]`)
		}
		return wrapped(rows)
	})
	if err := b.EditKey(t.Context(), testManager(), id, manage().Changed); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.RevokeKey(t.Context(), testManager(), id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEditSendsAllThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		request       exchanges.KeyRequest
		list, numbers string
	}{
		"list":           {exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, `["198.51.100.1"]`, "2,3"},
		"no list":        {exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, `[]`, "2,3"},
		"rights":         {exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)}, `["203.0.113.7"]`, "2,1"},
		"one right more": {exchanges.KeyRequest{Permissions: exchanges.PermissionSet{}.With(exchanges.Transfer, exchanges.Granted)}, `["203.0.113.7"]`, "2,3,4"},
	} {
		b := newBench(t)
		id := b.key()
		if err := b.EditKey(t.Context(), testManager(), id, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{"apiKey":"` + id + `","ipAddresses":` + c.list + `,"note":"gridbot7f3a","permissions":[` + c.numbers + `],"subUid":16789012345}`
		if got := b.sentBody(t, calls.edit); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// That an empty list takes the addresses away is not documented.
func TestAnEditThatCameOutOtherwiseIsAnError(t *testing.T) {
	for name, r := range map[string]exchanges.KeyRequest{
		"addresses": {IPs: exchanges.IPWhitelist{State: exchanges.IPAny}},
		"rights":    {Permissions: exchanges.NewPermissionSet(exchanges.Read)},
	} {
		b := newBench(t)
		b.fake.ignores = true
		err := b.EditKey(t.Context(), testManager(), b.key(), r)
		if e := exchanges.AsError(err); !errors.Is(err, exchanges.Protocol) || e.Outcome != exchanges.OutcomeUnknown || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManagersTroubleIsNotTheKeys(t *testing.T) {
	b := newBench(t)
	id := b.key()
	b.server.Handle(calls.delete, said(100004, "Permission denied").Handler())
	if e := exchanges.AsError(b.RevokeKey(t.Context(), testManager(), id)); e.Kind != exchanges.Denied || e.Hint != hintManager {
		t.Errorf("%+v", e)
	}
	b.server.Handle(calls.delete, said(100413, "Incorrect apiKey").Handler())
	if e := exchanges.AsError(b.RevokeKey(t.Context(), testManager(), id)); e.Kind != exchanges.Auth || e.UnknownKey {
		t.Errorf("%+v", e)
	}
	if _, there := b.fake.Key(id); !there {
		t.Error("it is gone")
	}
}

func TestChangesStayBelowTheLimit(t *testing.T) {
	b := newBench(t)
	exchangetest.Paced(t, b.Now, 5, 2*time.Second, func() error {
		_, err := b.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
}
