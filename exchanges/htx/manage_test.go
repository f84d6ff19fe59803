package htx

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// Without a sub-user it is the calling key's own user that is meant.
func TestOwnKeysAreListed(t *testing.T) {
	server := exchangetest.NewServer(t, routes(exchanges.Site{}))
	m := testManager()
	m.SubAccount = " "
	got, err := opened(t, server).ListKeys(t.Context(), m)
	if err != nil || len(got) != 2 || got[1].KeyID != testKey {
		t.Fatalf("%v, %v", got, err)
	}
	for i, want := range []string{"no ip", "grid bot"} {
		if k := got[i]; k.Label != want || k.Account != testUID || k.Seen.IsZero() || !k.Clock.Known {
			t.Errorf("%+v", k)
		}
		if grant := got[i].Permissions.Get(exchanges.Admin); grant != exchanges.Unknown {
			t.Errorf("whether %s may manage keys is %s", want, grant)
		}
	}
	if named := server.Requests("GET " + keysPath)[0].Params().Get("uid"); named != testUID {
		t.Errorf("the keys of %q are asked for", named)
	}
}

func TestOwnKeysAreListedAndNothingElse(t *testing.T) {
	b := newBench(t)
	m := testManager()
	m.SubAccount = ""
	_, err := b.CreateKey(t.Context(), m, manage().New)
	for _, err := range []error{err, b.RevokeKey(t.Context(), m, "k"), b.EditKey(t.Context(), m, "k", manage().Changed)} {
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "by hand") || len(b.server.Requests()) != 0 {
			t.Errorf("%v", err)
		}
	}
}

func TestSubUserIsAUID(t *testing.T) {
	for _, name := range []string{"bot", "-5", "1&uid=2"} {
		b := newBench(t)
		m := testManager()
		m.SubAccount = name
		_, err := b.ListKeys(t.Context(), m)
		for _, err := range []error{err, b.RevokeKey(t.Context(), m, "k"), b.EditKey(t.Context(), m, "k", manage().Changed)} {
			if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "UID") || len(b.server.Requests()) != 0 {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}

// What is not in the list counts as gone, so a list with holes, or of another
// user, is no list.
func TestListThatCannotBeTrustedIsAnError(t *testing.T) {
	own := goodKeys[strings.Index(goodKeys, `[`):strings.LastIndex(goodKeys, `}`)]
	for name, body := range map[string]string{
		"no list":         `{"code":200}`,
		"an object":       `{"code":200,"data":{}}`,
		"without name":    `{"code":200,"data":[{"note":"x"}]}`,
		"nobody":          `{"code":200,"data":[null]}`,
		"twice":           `{"code":200,"data":[{"accessKey":"k1"},{"accessKey":"k1"}]}`,
		"of the manager":  `{"code":200,"data":` + own + `}`,
		"in another form": `{"code":200,"data":"k1,k2"}`,
	} {
		b := newBench(t)
		id := b.key()
		b.server.Handle("GET "+keysPath, exchangetest.JSON(body).Handler())
		if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
		if err := b.EditKey(t.Context(), testManager(), id, manage().Changed); err == nil || exchanges.AsError(err).Outcome != exchanges.NotSent {
			t.Errorf("%s: a key counts as gone, or a change as sent: %v", name, err)
		}
		b.server.Handle("POST "+deletePath, noSuchKey().Handler())
		if err := b.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

func TestOwnListHasTheCallingKey(t *testing.T) {
	b := newBench(t)
	b.server.Handle("GET "+keysPath, result([]any{map[string]any{"accessKey": "k1"}}).Handler())
	m := testManager()
	m.SubAccount = ""
	if got, err := b.ListKeys(t.Context(), m); !errors.Is(err, exchanges.Protocol) || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestListSaysWhatAnInspectionDoes(t *testing.T) {
	b := newBench(t)
	b.key()
	got, err := b.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	if k.Label != "gridbot" || k.Account != testSub || !k.Created.Known() || !k.Expires.IsNever() || k.Permissions != trader() || len(k.Notes) != 0 {
		t.Errorf("%+v", k)
	}
}

// An unknown managing key proves nothing about the key that is managed.
func TestUnknownManagerIsNotTheKey(t *testing.T) {
	b := newBench(t)
	id := b.key()
	unknown := newer(1003, saysUnknown).Handler()
	for _, call := range []string{"POST " + deletePath, "GET " + keysPath, "GET " + uidPath} {
		b.server.Handle(call, unknown)
	}
	own := testManager()
	own.SubAccount = ""
	_, listed := b.ListKeys(t.Context(), testManager())
	_, ownListed := b.ListKeys(t.Context(), own)
	for _, err := range []error{b.RevokeKey(t.Context(), testManager(), id), listed, ownListed} {
		if e := exchanges.AsError(err); e.Kind != exchanges.Auth || e.UnknownKey {
			t.Errorf("%+v", e)
		}
	}
}

func TestRefusedManagerIsToldWhatItNeeds(t *testing.T) {
	b := newBench(t)
	denied := newer(1002, "forbidden").Handler()
	b.server.Handle("POST "+createPath, denied)
	b.server.Handle("GET "+keysPath, denied)
	_, created := b.CreateKey(t.Context(), testManager(), manage().New)
	_, listed := b.ListKeys(t.Context(), testManager())
	for _, err := range []error{created, listed} {
		if e := exchanges.AsError(err); e.Kind != exchanges.Denied || !strings.Contains(e.Hint, "parent user") || !strings.Contains(e.Hint, "Trade") {
			t.Errorf("%v: %s", err, e.Hint)
		}
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
}
