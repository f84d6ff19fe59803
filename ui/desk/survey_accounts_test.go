package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// ofTwo is an account with an ordinary key, added first, and one that manages
// keys; the exchange does not tell that it is one account.
func ofTwo(t *testing.T) (*bench, *registry) {
	t.Helper()
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("bot", "id-of-bot"))
	r := b.add(t, key("admin", "id-of-admin"))
	b.know(t, r.ID, func(r *store.Record) {
		r.Check.At = b.clock
		r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin)
	})
	return b, x
}

func TestListsOfOneAccountAreJoined(t *testing.T) {
	b, x := ofTwo(t)
	x.rows[""] = rows("id-of-bot", "id-of-admin", "id-of-stranger")
	found := survey(t, b)
	if len(found) != 1 || found[0].By != "admin" {
		t.Errorf("looked at %+v", found)
	}
	u, err := b.findUnmanaged(store.Fingerprint("id-of-stranger"))
	if by, ok := b.Snapshot().ByID(u.By); err != nil || !ok || by.Name != "admin" {
		t.Errorf("%+v, %v", u, err)
	}
	if n := count(b.actions(t), store.ActionFound); n != 1 {
		t.Errorf("%d were logged as found", n)
	}
	x.rows[""] = rows("id-of-bot", "id-of-admin")
	survey(t, b)
	if got := names(t, b); got != "" {
		t.Errorf("%s is deleted", got)
	}
}

// A key that one record's list had is gone when the list that took its place
// lacks it.
func TestAListThatIsJoinedSpeaksForTheOther(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("bot", "id-of-bot"))
	x.rows[""] = rows("id-of-bot", "id-of-admin", "id-of-stranger")
	survey(t, b)
	b.add(t, key("admin", "id-of-admin"))
	x.rows[""] = rows("id-of-bot", "id-of-admin")
	survey(t, b)
	if got := names(t, b); got != "" {
		t.Errorf("%s is deleted", got)
	}
}

func TestWhatTwoListsHaveIsNotedOnce(t *testing.T) {
	b, x := ofTwo(t)
	x.rows[""] = rows("id-of-stranger") // neither list has the key that reads it
	if found := survey(t, b); len(found) != 2 {
		t.Errorf("looked at %+v", found)
	}
	if got := names(t, b); got != "id-of-stranger" || count(b.actions(t), store.ActionFound) != 1 {
		t.Errorf("%s, after %v", got, b.actions(t))
	}
}

func TestASurveyIsRemembered(t *testing.T) {
	b, x := ofTwo(t)
	if at, _ := b.Surveyed(); !at.IsZero() {
		t.Errorf("surveyed at %s before any", at)
	}
	x.rows[""] = rows("id-of-bot", "id-of-admin")
	found := survey(t, b)
	if at, again := b.Surveyed(); !at.Equal(b.clock) || !slices.Equal(again, found) {
		t.Errorf("at %s, %+v", at, again)
	}
	lone := newBench(t)
	survey(t, lone)
	if at, accounts := lone.Surveyed(); !at.Equal(lone.clock) || len(accounts) != 0 {
		t.Errorf("where nothing is listed: %s, %+v", at, accounts)
	}
}

func TestAReadOnlySurveyIsKeptInMind(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger")
	second := reopen(t, &bench{secrets: b.secrets, home: b.home, clock: b.clock, venue: b.venue, can: ownKeys}, "") // the first holds the lock
	second.toy = b.toy
	survey(t, second)
	if got := names(t, second); got != "id-of-stranger" {
		t.Errorf("it found %q", got)
	}
	if got := names(t, b); got != "" {
		t.Errorf("%s was written down", got)
	}
	stranger := store.Fingerprint("id-of-stranger")
	for what, err := range map[string]error{
		"ignored": second.Ignore(t.Context(), stranger, "why"), "revoked": second.RevokeUnmanaged(t.Context(), stranger, exchanges.Secret{}),
	} {
		if !errors.Is(err, store.ErrReadOnly) || len(x.revoked) > 0 {
			t.Errorf("%s: %v, %q", what, err, x.revoked)
		}
	}
}

// guarded wants a code for each call of its own, as Deribit does; the row that
// a revocation has found is kept for the next try.
type guarded struct {
	*registry

	open  bool // no code is wanted yet
	used  []string
	found bool
}

func (x *guarded) asks(m exchanges.Manager) error {
	code := m.Code.Reveal()
	if x.open {
		return nil
	}
	if code == "" || slices.Contains(x.used, code) {
		return &exchanges.Error{Exchange: "toy", Kind: exchanges.SecondFactor, Outcome: exchanges.Refused, Hint: "the next code"}
	}
	x.used = append(x.used, code)
	return nil
}

func (x *guarded) ListKeys(ctx context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	if err := x.asks(m); err != nil {
		return nil, err
	}
	return x.registry.ListKeys(ctx, m)
}

func (x *guarded) RevokeKey(ctx context.Context, m exchanges.Manager, id string) error {
	if !x.found {
		if err := x.asks(m); err != nil {
			return err
		}
		x.found = true
	}
	if err := x.asks(m); err != nil {
		return err
	}
	return x.registry.RevokeKey(ctx, m, id)
}

func TestARevocationThatWantsCodesComesToAnEnd(t *testing.T) {
	x := &guarded{registry: &registry{rows: map[string][]exchanges.KeyInfo{"": rows("id-of-one", "id-of-stranger")}}, open: true}
	b := newBenchOf(t, func(b *bench) exchanges.Exchange {
		x.toy = b.toy
		return x
	}, ownKeys)
	b.add(t, key("one", "id-of-one"))
	survey(t, b)
	x.open = false
	stranger := store.Fingerprint("id-of-stranger")
	for _, code := range []string{"", "111111"} {
		if err := b.RevokeUnmanaged(t.Context(), stranger, exchanges.NewSecret(code)); !errors.Is(err, exchanges.SecondFactor) {
			t.Fatalf("code %q: %v", code, err)
		}
	}
	if err := b.RevokeUnmanaged(t.Context(), stranger, exchanges.NewSecret("222222")); err != nil {
		t.Fatal(err)
	}
	if len(x.revoked) != 1 || names(t, b) != "" {
		t.Errorf("%q, left %s", x.revoked, names(t, b))
	}
	found := survey(t, b)
	if len(found) != 1 || !errors.Is(found[0].Err, exchanges.SecondFactor) || !strings.Contains(found[0].Err.Hint, "by eye") {
		t.Errorf("a look that wants a code: %+v", found[0].Err)
	}
}

func TestHowAKeyIsDeletedByHand(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-stranger")
	survey(t, b)
	u, err := b.findUnmanaged(store.Fingerprint("id-of-stranger"))
	if err != nil {
		t.Fatal(err)
	}
	how := b.DeleteByHand(&u)
	if how.Page != "https://toy.example/keys" || len(how.Steps) != 2 || !slices.Equal(how.Steps[1].Many, []string{u.KeyID, u.Facts.Label}) || how.AsOf != "2026-11-23" {
		t.Errorf("%+v", how)
	}
	b.keysPage = func(exchanges.ID, exchanges.Environment) string { return "http://127.0.0.1/keys" }
	if how := b.DeleteByHand(&u); how.Page != "http://127.0.0.1/keys" {
		t.Errorf("the page is %s", how.Page)
	}
	u.Exchange = "mtgox"
	if how := b.DeleteByHand(&u); how.Page != "" || len(how.Steps) != 0 {
		t.Errorf("an exchange that nobody knows: %+v", how)
	}
}
