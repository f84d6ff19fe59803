package htx

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestOwnKeysAreSurveyed(t *testing.T) {
	server := exchangetest.NewServer(t, routes(exchanges.Site{}))
	got, err := opened(t, server).SurveyKeys(t.Context(), exchanges.Manager{Credential: goodCredential()})
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

func TestOwnKeysAreSurveyedAndNothingElse(t *testing.T) {
	b := newBench(t)
	m := testManager()
	m.SubAccount = ""
	_, err := b.CreateKey(t.Context(), m, manage().New)
	_, lerr := b.ListKeys(t.Context(), m)
	for _, err := range []error{err, lerr, b.RevokeKey(t.Context(), m, "k"), b.EditKey(t.Context(), m, "k", manage().Changed)} {
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "by hand") || len(b.server.Requests()) != 0 {
			t.Errorf("%v", err)
		}
	}
}

// The parameter that names the user may be ignored on the way.
func TestListOfAnotherUserIsNone(t *testing.T) {
	b := newBench(t)
	id := b.key()
	b.server.Handle("GET "+keysPath, exchangetest.JSON(goodKeys).Handler())
	if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
		t.Errorf("%v", err)
	}
	if err := b.EditKey(t.Context(), testManager(), id, manage().Changed); err == nil || exchanges.AsError(err).Outcome != exchanges.NotSent {
		t.Errorf("a key counts as gone, or a change as sent: %v", err)
	}
	b.server.Handle("POST "+deletePath, noSuchKey().Handler())
	if err := b.RevokeKey(t.Context(), testManager(), id); err == nil {
		t.Error("a key counts as gone")
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
	exchangetest.Paced(t, b.Now, 4, 3*time.Second, func() error {
		_, err := b.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
}
