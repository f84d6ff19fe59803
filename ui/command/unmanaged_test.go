package command

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// keyAdmin is a trader whose key-admin lists three keys of a Deribit account:
// itself, vol-desk and spare_deribit.
func keyAdmin(t *testing.T) *trader {
	t.Helper()
	return holder(t, "deribit", "live", "key-admin")
}

// survey decodes the output of unmanaged.
func (tr *trader) survey(out string) surveyJSON {
	tr.t.Helper()
	var s surveyJSON
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		tr.t.Fatalf("%v in\n%s", err, out)
	}
	return s
}

func (s surveyJSON) labels() string {
	var out []string
	for _, u := range s.Unmanaged {
		out = append(out, u.Label)
	}
	return strings.Join(out, " ")
}

func TestUnmanagedListsWhatNobodyAdded(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	if r := tr.run("", "unmanaged", "--offline"); r.code != 0 || !strings.Contains(r.out, "0 unmanaged keys, 0 ignored") {
		t.Errorf("before any look: %+v", r)
	}
	for _, args := range [][]string{{"unmanaged"}, {"unmanaged", "--offline"}} {
		r := tr.run("", args...)
		if r.code != 1 {
			t.Errorf("%v exited %d", args, r.code)
		}
		for _, want := range []string{"LISTED BY", "spare_deribit", "vol_desk", "2 unmanaged keys, 0 ignored"} {
			if !strings.Contains(r.out, want) {
				t.Errorf("%v: no %q in\n%s", args, want, r.out)
			}
		}
	}
	for _, label := range []string{"vol-desk", "spare-deribit"} {
		k := tr.seeded("deribit", "live", func(k sim.Key) bool { return k.Label == label })
		if said := tr.said.String(); strings.Contains(said, k.Key) || strings.Contains(said, k.Secret) {
			t.Errorf("%s was printed in full", label)
		}
	}
}

func TestUnmanagedKeysAsJSON(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	r := tr.run("", "unmanaged", "--json")
	s := tr.survey(r.out)
	if r.code != 1 || s.labels() != "spare_deribit vol_desk" {
		t.Fatalf("exit %d: %s", r.code, r.out)
	}
	if want := (accountJSON{Exchange: "deribit", Environment: exchanges.Live, ListedBy: "key-admin", Keys: 3}); !slices.Equal(s.Accounts, []accountJSON{want}) {
		t.Errorf("looked at %+v", s.Accounts)
	}
	u := s.Unmanaged[0]
	by := ""
	if u.ListedBy != nil {
		by = *u.ListedBy
	}
	for what, ok := range map[string]bool{
		"who listed it": by == "key-admin", "that it can be revoked": u.Revocable, "that nobody ignores it": u.Ignored == nil,
		"its ID": strings.HasPrefix(u.Fingerprint, u.ID), "a permission": u.Permissions["spot"] == "granted", "every permission": len(u.Permissions) == 9,
		"its age": u.Created != nil, "when it was found": u.Found != nil, "when it was listed": u.Listed != nil, "no last use": u.LastUsed == nil,
	} {
		if !ok {
			t.Errorf("it does not tell %s: %+v", what, u)
		}
	}
}

func TestIgnoredKeysAreNoReasonToWorry(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	tr.run("", "unmanaged")
	if r := tr.run("", "unmanaged", "ignore", "vol_desk"); r.code == 0 || !strings.Contains(r.err, "no reason") {
		t.Errorf("%+v", r)
	}
	tr.ok("", "unmanaged", "ignore", "vol_desk", "--reason", "the desk upstairs")
	id := tr.survey(tr.run("", "unmanaged", "--offline", "--json").out).Unmanaged[0].ID
	tr.ok("", "unmanaged", "ignore", id, "--reason", "for the demo")
	s := tr.survey(tr.ok("", "unmanaged", "--json")) // exits 0
	if len(s.Unmanaged) != 2 || s.Unmanaged[1].Ignored == nil || s.Unmanaged[1].Ignored.Reason != "the desk upstairs" || s.Unmanaged[1].Ignored.At == nil {
		t.Errorf("%+v", s.Unmanaged)
	}
	tr.ok("", "unmanaged", "heed", "vol_desk")
	if r := tr.run("", "unmanaged", "--offline"); r.code != 1 || !strings.Contains(r.out, "2 unmanaged keys, 1 ignored") {
		t.Errorf("%+v", r)
	}
}

func TestWhatCannotBeReadIsAnExitCode(t *testing.T) {
	t.Parallel()
	tr := holder(t, "deribit", "testnet", "test-admin") // its account wants a code for each look
	r := tr.run("", "unmanaged")
	if r.code != 2 || !strings.Contains(r.out, "not read: deribit testnet by test-admin") || !strings.Contains(r.out, "0 of 1 accounts read") {
		t.Errorf("%+v", r)
	}
	s := tr.survey(tr.run("", "unmanaged", "--json").out)
	if e := s.Accounts[0].Error; e == nil || e.Kind != exchanges.SecondFactor || e.Hint == "" {
		t.Errorf("%+v", s.Accounts)
	}
	if r := tr.run("", "unmanaged", "--passphrase-file", "/nowhere"); r.code != 2 {
		t.Errorf("without a keyring: %+v", r)
	}
}

func TestRevokeAnUnmanagedKey(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	tr.run("", "unmanaged")
	r := tr.run("", "unmanaged", "revoke", "spare_deribit")
	if r.code == 0 || !strings.Contains(r.err, "--yes") || !strings.Contains(r.err, "read,spot") {
		t.Errorf("without --yes: %+v", r)
	}
	if out := tr.ok("", "unmanaged", "revoke", "spare_deribit", "--yes"); !strings.Contains(out, "revoked spare_deribit") {
		t.Error(out)
	}
	if s := tr.survey(tr.run("", "unmanaged", "--json").out); s.labels() != "vol_desk" {
		t.Errorf("left: %s", s.labels())
	}
	if r := tr.run("", "unmanaged", "revoke", "spare_deribit", "--yes"); r.code == 0 || !strings.Contains(r.err, `no unmanaged key "spare_deribit"`) {
		t.Errorf("again: %+v", r)
	}
	if out := tr.ok("", "audit"); !strings.Contains(out, "spare_deribit") {
		t.Errorf("the audit log does not say so:\n%s", out)
	}
}

func TestAdoptTakesTheKeyThatIsMeantAndNoOther(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	tr.run("", "unmanaged")
	labelled := func(label string) sim.Key {
		return tr.seeded("deribit", "live", func(k sim.Key) bool { return k.Label == label })
	}
	other := labelled("vol-desk")
	r := tr.run(stdinOf(other), "unmanaged", "adopt", "spare_deribit", "--name", "laptop")
	if r.code == 0 || !strings.Contains(r.err, "another key than") || strings.Contains(r.err, other.Key) {
		t.Errorf("another key: %+v", r)
	}
	if r := tr.run(stdinOf(labelled("spare-deribit")), "unmanaged", "adopt", "spare_deribit"); r.code == 0 || !strings.Contains(r.err, "--name is missing") {
		t.Errorf("without a name: %+v", r)
	}
	out := tr.ok(stdinOf(labelled("spare-deribit")), "unmanaged", "adopt", "spare_deribit", "--name", "laptop", "--purpose", "spot bot", "--consumer", "bot-a", "--json")
	var k keyJSON
	if err := json.Unmarshal([]byte(out), &k); err != nil || k.Name != "laptop" || k.Exchange != "deribit" || k.Status != store.OK || k.Purpose != "spot bot" {
		t.Errorf("%v: %s", err, out)
	}
	if s := tr.survey(tr.run("", "unmanaged", "--json").out); s.labels() != "vol_desk" {
		t.Errorf("left: %s", s.labels())
	}
}

func TestASubAccountsKeyIsAdoptedAsSuch(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	seeded := func(label string) sim.Key {
		return tr.seeded("binance", "live", func(k sim.Key) bool { return k.Label == label })
	}
	for _, r := range []result{
		tr.add("boss", "binance", "live", seeded("sub-admin"), "--manager"),
		tr.add("arb", "binance", "live", seeded("arb-bot"), "--sub-account", "arb@example.com"),
	} {
		if r.code != 0 {
			t.Fatal(r.err)
		}
	}
	if s := tr.survey(tr.run("", "unmanaged", "--json").out); s.labels() != "lost-laptop" || s.Unmanaged[0].SubAccount != "arb@example.com" || !s.Unmanaged[0].Revocable {
		t.Fatalf("%+v", s)
	}
	tr.ok(stdinOf(seeded("lost-laptop")), "unmanaged", "adopt", "lost-laptop", "--name", "laptop")
	if out := tr.ok("", "unmanaged"); !strings.Contains(out, "0 unmanaged keys") {
		t.Error(out)
	}
	tr.ok("", "forget", "laptop", "--confirm", "laptop")
	if r := tr.run("", "unmanaged"); r.code != 1 {
		t.Errorf("a key that was forgotten is unmanaged again: %+v", r)
	}
	tr.ok("", "unmanaged", "revoke", "lost-laptop", "--yes")
	if out := tr.ok("", "unmanaged"); !strings.Contains(out, "0 unmanaged keys") {
		t.Error(out)
	}
}

func TestCheckMentionsUnmanagedKeys(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	r := tr.run("", "check")
	if r.code != 0 || !strings.Contains(r.out, "2 keys on your accounts are not managed") {
		t.Errorf("%+v", r)
	}
	tr.ok("", "unmanaged", "ignore", "vol_desk", "--reason", "upstairs")
	var all []checkJSON
	if err := json.Unmarshal([]byte(tr.ok("", "check", "--json")), &all); err != nil || len(all) != 1 || len(all[0].Unmanaged) != 1 || all[0].Unmanaged[0].Label != "spare_deribit" {
		t.Errorf("%v, %+v", err, all)
	}
	if out := tr.ok("", "check", "--offline"); !strings.Contains(out, "1 key on your accounts is not managed") {
		t.Error(out)
	}
	if strings.Contains(tr.ok("", "list", "--json"), `"unmanaged":`) {
		t.Error("list has a field that it had not")
	}
}

// Without the account's own word nobody is asked; what was found stays.
func TestCheckOfOneKeyLooksAtNoAccount(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	if out := tr.ok("", "check", "key-admin"); strings.Contains(out, "not managed") {
		t.Error(out)
	}
	tr.run("", "unmanaged")
	tr.unplug()
	r := tr.run("", "check", "--json")
	if r.code != 2 || !strings.Contains(r.out, "spare_deribit") {
		t.Errorf("%+v", r)
	}
}

func TestStraysAreFoundByIDOrLabel(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	tr.run("", "unmanaged")
	s := reopened(t, tr)
	all, err := s.desk.Unmanaged()
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	err = s.store.UpdateUnmanaged(func(before []store.Unmanaged) []store.Unmanaged {
		twin := all[0]
		twin.Fingerprint = store.Fingerprint("twin")
		return append(before, twin)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if got, err := s.stray(u.ID()); err != nil || got.Fingerprint != u.Fingerprint {
			t.Errorf("%s: %+v, %v", u.ID(), got, err)
		}
	}
	_, err = s.stray(all[0].Facts.Label)
	refusal, ok := errors.AsType[*desk.Refusal](err)
	if _, other := s.stray(all[1].Facts.Label); !ok || other != nil {
		t.Fatalf("%v, %v", err, other)
	}
	for _, id := range []string{all[0].ID(), store.Fingerprint("twin")[:10]} {
		if !strings.Contains(refusal.Hint, id) {
			t.Errorf("%q does not name %s", refusal.Hint, id)
		}
	}
	if _, err := s.stray(""); err == nil {
		t.Error("a key was found by no name at all")
	}
}

// reopened opens the trader's folder as a command does.
func reopened(t *testing.T, tr *trader) *session {
	t.Helper()
	a := tr.app(os.Stdin, &tr.said, &tr.said)
	s, err := a.loaded(t.Context(), &globals{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestUnmanagedWantsOneKey(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	for _, args := range [][]string{{"ignore"}, {"heed", "a", "b"}, {"revoke"}, {"adopt"}, {"revoke", "a", "--code", "123456"}, {"somebody"}} {
		r := tr.run("", append([]string{"unmanaged"}, args...)...)
		if r.code != 2 || strings.Contains(r.err, "123456") {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

func TestCodesAreReadALineEachTime(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	file := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(file, []byte("111111\n 222222 \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string][]string{file: {"111111", "222222"}, "-": {"111111", "222222"}, "": nil} {
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		next, done, err := tr.app(in, &tr.said, &tr.said).codes(from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			code, ok := next(exchanges.SecondFactor)
			if !ok {
				break
			}
			got = append(got, code.Reveal())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", from, got)
		}
		done()
		_ = in.Close()
	}
	if _, _, err := tr.app(os.Stdin, &tr.said, &tr.said).codes("/nowhere/codes"); err == nil {
		t.Error("codes of a file that is not there")
	}
}

// The demo's stray keys: all can be adopted, and those that a managing key
// reaches be revoked by API.
func TestTheDemoHasStrays(t *testing.T) {
	t.Parallel()
	s := demoSession(t, "")
	all, err := s.desk.Unmanaged()
	if err != nil {
		t.Fatal(err)
	}
	var byAPI []string
	for _, u := range all {
		if strings.Contains(u.KeyID, "*") {
			continue // the exchange does not tell which key it is
		}
		if c, ok := s.lost(u.Fingerprint); !ok || !u.Is(c.KeyID) {
			t.Errorf("%s cannot be adopted", u.Name())
		}
		if !s.desk.CanRevoke(&u) {
			continue
		}
		byAPI = append(byAPI, u.Name())
		if err := s.desk.RevokeUnmanaged(t.Context(), u.Fingerprint, exchanges.Secret{}); err != nil {
			t.Errorf("%s: %v", u.Name(), err)
		}
	}
	if !slices.Equal(byAPI, []string{"lost-laptop", "lost-vps", "spare_deribit"}) || len(all) == len(byAPI) {
		t.Errorf("by API %q, of %d", byAPI, len(all))
	}
	if _, ok := s.lost("nobody's"); ok {
		t.Error("a key was made up")
	}
}
