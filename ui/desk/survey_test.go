package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// registry is an exchange that lists the keys of its accounts.
type registry struct {
	*toy

	turn    sync.Mutex                     // accounts are looked at side by side
	rows    map[string][]exchanges.KeyInfo // by sub-account
	asked   []string                       // key ID, sub-account
	fail    error
	revoked []string
	keeps   bool // it says yes to a revocation and does nothing
}

func (x *registry) ListKeys(_ context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	x.turn.Lock()
	defer x.turn.Unlock()
	x.asked = append(x.asked, strings.TrimSpace(m.Credential.KeyID+" "+m.SubAccount))
	if x.fail != nil {
		return nil, x.fail
	}
	return slices.Clone(x.rows[m.SubAccount]), nil
}

func (x *registry) RevokeKey(_ context.Context, m exchanges.Manager, id string) error {
	x.revoked = append(x.revoked, m.Credential.KeyID+" kills "+id+" "+m.Code.Reveal())
	if !x.keeps {
		x.rows[m.SubAccount] = slices.DeleteFunc(x.rows[m.SubAccount], func(k exchanges.KeyInfo) bool { return k.KeyID == id })
	}
	return nil
}

// surveyor can show an account's keys, and no more.
type surveyor struct{ *toy }

func (surveyor) SurveyKeys(context.Context, exchanges.Manager) ([]exchanges.KeyInfo, error) {
	return rows("main****", "lost********", "other********4321"), nil
}

func rows(ids ...string) []exchanges.KeyInfo {
	out := make([]exchanges.KeyInfo, len(ids))
	for i, id := range ids {
		out[i] = exchanges.KeyInfo{KeyID: id, Label: "label of " + id, Permissions: exchanges.NewPermissionSet(exchanges.Read)}
	}
	return out
}

// newRegistry returns a desk at an exchange with lists.
func newRegistry(t *testing.T, can exchanges.Capabilities) (*bench, *registry) {
	t.Helper()
	x := &registry{rows: map[string][]exchanges.KeyInfo{}}
	b := newBenchOf(t, func(b *bench) exchanges.Exchange {
		x.toy = b.toy
		return x
	}, can)
	return b, x
}

func names(t *testing.T, b *bench) string {
	t.Helper()
	all, err := b.Unmanaged()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, u := range all {
		name := strings.TrimPrefix(u.Name(), "label of ")
		if !u.Ignored.At.IsZero() {
			name += " (" + u.Ignored.Reason + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

func survey(t *testing.T, b *bench) []Account {
	t.Helper()
	found, err := b.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var ownKeys = exchanges.Capabilities{List: true, Revoke: true, Reach: exchanges.OwnKeys}

func TestASurveyFindsWhatNoRecordIsAbout(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger", "id-of-forgotten")
	found := survey(t, b)
	if len(found) != 1 || found[0].By != "one" || found[0].Keys != 3 || found[0].Err != nil {
		t.Errorf("%+v", found)
	}
	if got := names(t, b); got != "id-of-forgotten, id-of-stranger" {
		t.Error(got)
	}
	survey(t, b)
	if n := count(b.actions(t), store.ActionFound); n != 2 {
		t.Errorf("%d were logged as found", n)
	}
	b.add(t, key("two", "id-of-stranger")) // adopted
	if got := names(t, b); got != "id-of-forgotten" {
		t.Error(got)
	}
	x.rows[""] = rows("id-of-one", "id-of-stranger")
	survey(t, b)
	if got := names(t, b); got != "" {
		t.Errorf("%s is deleted at the exchange", got)
	}
}

// A key that keyrota had before is told apart from a stranger: one that it saw
// off is alive, or was made alive again.
func TestAListedKeyThatWasOursSaysHowItWent(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	dropped := b.add(t, key("two", "id-of-two"))
	if err := b.Forget(t.Context(), dropped.ID); err != nil {
		t.Fatal(err)
	}
	dead := b.event(dropped, store.ActionRevoked, "ok", "")
	dead.Key, dead.KeyID = "three", store.MaskKeyID("id-of-three")
	gone := dead
	gone.Action = store.ActionForgotten // as what is revoked is
	if err := b.audit(t.Context(), "", dead, gone); err != nil {
		t.Fatal(err)
	}
	x.rows[""] = rows("id-of-one", "id-of-two", "id-of-three", "id-of-stranger")
	survey(t, b)
	survey(t, b) // which remembers
	all, err := b.Unmanaged()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, u := range all {
		got[u.Name()] = string(u.Was.Action) + " " + u.Was.Name
	}
	want := map[string]string{"label of id-of-two": "forgotten two", "label of id-of-three": "revoked three", "label of id-of-stranger": " "}
	if !maps.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if s := b.strays[all[0].By]; s == nil || s.Revoked != 1 || s.Count != 3 {
		t.Errorf("%+v", s)
	}
	again := b.add(t, key("three", "id-of-three"))
	survey(t, b)
	if err := b.Forget(t.Context(), again.ID); err != nil {
		t.Fatal(err)
	}
	survey(t, b)
	all, _ = b.Unmanaged()
	for _, u := range all {
		if u.Was.Revoked() {
			t.Errorf("%s was taken in since: %+v", u.Name(), u.Was)
		}
	}
}

func TestAHiddenKeyIDIsHeldAgainstWhatWasLetGo(t *testing.T) {
	revoked := func(daysAgo int, name string) store.Was {
		return store.Was{Action: store.ActionRevoked, At: time.Date(2026, 11, 20-daysAgo, 12, 0, 0, 0, time.UTC), Name: name}
	}
	all := partings{
		{"toy", exchanges.Live, "ab12…cd34"}:    revoked(3, "one"),
		{"toy", exchanges.Live, "ab12…ef56"}:    revoked(2, "two"),
		{"toy", exchanges.Testnet, "ab12…gh78"}: revoked(1, "play"),
		{"other", exchanges.Live, "ab12…ij90"}:  revoked(1, "elsewhere"),
	}
	for id, want := range map[string]string{
		"ab12…cd34": "one", "ab12…zz99": "", // not hidden
		"ab12****cd34": "one", "ab12****": "two", "zz12****": "", "ab****": "",
	} {
		u := store.Unmanaged{Exchange: "toy", Environment: exchanges.Live, KeyID: id}
		if got := all.with(&u); got.Name != want {
			t.Errorf("%s was %q, want %q", id, got.Name, want)
		}
	}
}

func count(all []store.Action, a store.Action) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(b store.Action) bool { return a != b }))
}

func TestTheNextKeyIsTriedWhereOneMayNotList(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	for _, id := range []string{"a", "b", "c", "d"} {
		r := b.add(t, key(id, "id-of-"+id))
		b.know(t, r.ID, func(r *store.Record) { r.Facts.Account = "4711" })
	}
	x.fail = &exchanges.Error{Exchange: "toy", Kind: exchanges.Denied, Outcome: exchanges.Refused}
	found := survey(t, b)
	if len(found) != 1 || !errors.Is(found[0].Err, exchanges.Denied) || len(x.asked) != triesPerList {
		t.Errorf("%+v after %q", found, x.asked)
	}
}

// What was known of an account stays where its list cannot be read, and where
// an exchange does not tell accounts apart, each key may see another one.
func TestAFailedSurveyForgetsNothing(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger")
	survey(t, b)
	x.fail = &exchanges.Error{Exchange: "toy", Kind: exchanges.Network}
	survey(t, b)
	if got := names(t, b); got != "id-of-stranger" {
		t.Error(got)
	}
}

func TestSubAccountsAreListedByTheirManager(t *testing.T) {
	can := ownKeys
	can.Reach = exchanges.SubAccountKeys
	b, x := newRegistry(t, can)
	bot := key("bot", "id-of-bot")
	bot.Details.SubAccount = "arb@example.com"
	b.add(t, bot)
	if found := survey(t, b); len(found) != 0 {
		t.Errorf("nobody can list: %+v", found)
	}
	boss := key("boss", "id-of-boss")
	boss.Details.Manager = true
	b.add(t, boss)
	x.rows["arb@example.com"] = rows("id-of-bot", "id-of-stranger")
	found := survey(t, b)
	if len(found) != 1 || found[0].SubAccount != "arb@example.com" || found[0].By != "boss" {
		t.Errorf("%+v", found)
	}
	if got := names(t, b); got != "id-of-stranger" || !slices.Equal(x.asked, []string{"id-of-boss arb@example.com"}) {
		t.Errorf("%s, asked %q", got, x.asked)
	}
	u, err := b.findUnmanaged(store.Fingerprint("id-of-stranger"))
	if err != nil || !b.CanRevoke(&u) || u.By == "" {
		t.Errorf("%+v, %v", u, err)
	}
}

// Of a stranger's key nobody has the passphrase.
func TestAKeyWhosePassphraseIsWantedIsRevokedByHand(t *testing.T) {
	can := ownKeys
	can.RevokeWantsPassphrase = true
	b, x := newRegistry(t, can)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger")
	survey(t, b)
	u, err := b.findUnmanaged(store.Fingerprint("id-of-stranger"))
	if err != nil || b.CanRevoke(&u) {
		t.Errorf("%+v, %v", u, err)
	}
	if err := b.RevokeUnmanaged(t.Context(), u.Fingerprint, exchanges.Secret{}); err == nil || len(x.revoked) > 0 {
		t.Errorf("%v, %q", err, x.revoked)
	}
}

func TestAHiddenKeyIDIsHeldAgainstWhatItShows(t *testing.T) {
	b := newBenchOf(t, func(b *bench) exchanges.Exchange { return surveyor{b.toy} }, exchanges.Capabilities{Survey: true})
	b.add(t, key("main", "main-key-of-the-account"))
	survey(t, b)
	if got := names(t, b); got != "lost********, other********4321" {
		t.Error(got)
	}
	u, err := b.findUnmanaged(store.Fingerprint("lost********"))
	if err != nil || b.CanRevoke(&u) || u.KeyID != "lost********" {
		t.Errorf("%+v, %v", u, err)
	}
	if err := b.RevokeUnmanaged(t.Context(), u.Fingerprint, exchanges.Secret{}); err == nil {
		t.Error("a key that cannot be named was revoked")
	}
}

func TestShows(t *testing.T) {
	for hidden, want := range map[string]bool{
		"vmPU************uh8A": true, "vmPUxx**********9uh8A": true, "vmPU***": true, "***uh8A": true, "vm**8A": true,
		"vmPU********uh8B": false, "xmPU***": false, "v***": false, "***": false, "vmPU…uh8A": false, "": false, "vmPU**x**uh8A": true,
	} {
		if got := shows(hidden, "vmPU…uh8A"); got != want {
			t.Errorf("%q: %t", hidden, got)
		}
	}
}

func TestIgnoringWantsAReason(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger", "id-of-zombie")
	survey(t, b)
	stranger := store.Fingerprint("id-of-stranger")
	if err := b.Ignore(t.Context(), stranger, " \n "); err == nil {
		t.Error("ignored without a reason")
	}
	if err := b.Ignore(t.Context(), stranger, "the tax office's"); err != nil {
		t.Fatal(err)
	}
	survey(t, b)
	if got := names(t, b); got != "id-of-zombie, id-of-stranger (the tax office's)" {
		t.Error(got)
	}
	if err := b.Heed(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	if got := names(t, b); got != "id-of-stranger, id-of-zombie" {
		t.Error(got)
	}
	if err := b.Ignore(t.Context(), store.Fingerprint("nobody"), "why"); err == nil {
		t.Error("a key that is not there was ignored")
	}
	all := b.actions(t)
	if count(all, store.ActionIgnored) != 1 || count(all, store.ActionHeeded) != 1 {
		t.Errorf("%v", all)
	}
}

func TestAnUnmanagedKeyIsRevokedAndLookedFor(t *testing.T) {
	b, x := newRegistry(t, ownKeys)
	b.add(t, key("one", "id-of-one"))
	x.rows[""] = rows("id-of-one", "id-of-stranger")
	survey(t, b)
	stranger := store.Fingerprint("id-of-stranger")
	x.keeps = true
	if err := b.RevokeUnmanaged(t.Context(), stranger, exchanges.NewSecret("123456")); !errors.Is(err, exchanges.Protocol) {
		t.Errorf("it is still there: %v", err)
	}
	x.keeps = false
	if err := b.RevokeUnmanaged(t.Context(), stranger, exchanges.NewSecret("654321")); err != nil {
		t.Fatal(err)
	}
	want := []string{"id-of-one kills id-of-stranger 123456", "id-of-one kills id-of-stranger 654321"}
	if !slices.Equal(x.revoked, want) || names(t, b) != "" {
		t.Errorf("%q, left %s", x.revoked, names(t, b))
	}
	if count(b.actions(t), store.ActionRevoked) != 1 {
		t.Errorf("%v", b.actions(t))
	}
	if err := b.RevokeUnmanaged(t.Context(), stranger, exchanges.Secret{}); err == nil {
		t.Error("there is no such key any more")
	}
}
