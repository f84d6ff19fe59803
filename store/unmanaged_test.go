package store

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

func testUnmanaged(keyID string) Unmanaged {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return Unmanaged{
		Exchange: "deribit", Environment: exchanges.Live, SubAccount: "arb", By: "abc", KeyID: MaskKeyID(keyID), Fingerprint: Fingerprint(keyID),
		Found: at,
		Facts: Facts{
			Seen: at.Add(time.Hour), Label: "old \"laptop\"", Account: "4711", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw),
			ExchangePermissions: []string{"wallet:read_write"}, IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
			Created: exchanges.At(at.Add(-100 * day)), Expires: exchanges.Never(),
		},
		Was:     Was{ActionRevoked, at, "grid-bot"},
		Ignored: Ignored{At: at, Reason: "of the tax office", Actor: "andrea"},
	}
}

func sameUnmanaged(t *testing.T, got []Unmanaged, want ...Unmanaged) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b exchanges.Moment) bool { return a == b }),
		cmp.Comparer(func(a, b exchanges.PermissionSet) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnmanagedKeysAreKept(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	if all, err := s.Unmanaged(); err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	one, other := testUnmanaged("key-id-0001"), testUnmanaged("key-id-0002")
	other.Ignored, other.Was, other.Facts = Ignored{}, Was{}, Facts{Seen: other.Found}
	keep := func(all ...Unmanaged) func([]Unmanaged) []Unmanaged {
		return func([]Unmanaged) []Unmanaged { return all }
	}
	if err := s.UpdateUnmanaged(keep(one, other)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Unmanaged()
	if err != nil {
		t.Fatal(err)
	}
	sameUnmanaged(t, got, one, other)
	if err := s.UpdateUnmanaged(func(all []Unmanaged) []Unmanaged { return all[1:] }); err != nil {
		t.Fatal(err)
	}
	if got, _ = s.Unmanaged(); len(got) != 1 || got[0].Fingerprint != other.Fingerprint {
		t.Errorf("%+v", got)
	}
	if info, err := os.Stat(s.Paths().Unmanaged); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAKeyThatWasForgottenWasNotRevoked(t *testing.T) {
	for action, want := range map[Action]bool{ActionRevoked: true, ActionProvenDead: true, ActionFoundRefused: true, ActionForgotten: false, "": false} {
		if got := (Was{Action: action}).Revoked(); got != want {
			t.Errorf("%q: %v", action, got)
		}
	}
}

func TestUnmanagedKeysHaveNames(t *testing.T) {
	u := testUnmanaged("key-id-0001")
	if u.Name() != u.Facts.Label || len(u.ID()) != 10 || !strings.HasPrefix(u.Fingerprint, u.ID()) {
		t.Errorf("%q, %q", u.Name(), u.ID())
	}
	if u.Facts.Label = ""; u.Name() != u.KeyID {
		t.Errorf("%q", u.Name())
	}
}

// What an exchange answers is drawn and stored: it is cleaned, and a time in a
// wrong unit must not make the file unreadable.
func TestWhatAnExchangeListsIsCleaned(t *testing.T) {
	s := openStore(t, t.TempDir())
	u := testUnmanaged("key-id-0001")
	u.Facts.Label, u.Ignored.Reason = "\x1b[2Jevil\u202e", "a\nb"
	u.Facts.Created = exchanges.At(time.Date(59000, 1, 1, 0, 0, 0, 0, time.UTC))
	if err := s.UpdateUnmanaged(func([]Unmanaged) []Unmanaged { return []Unmanaged{u} }); err != nil {
		t.Fatal(err)
	}
	got, err := s.Unmanaged()
	if err != nil || got[0].Facts.Label != "[2Jevil" || got[0].Ignored.Reason != "a b" || got[0].Facts.Created.Known() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAWrongUnmanagedFileIsNamed(t *testing.T) {
	s := openStore(t, t.TempDir())
	if err := s.UpdateUnmanaged(func([]Unmanaged) []Unmanaged { return []Unmanaged{testUnmanaged("key-id-0001")} }); err != nil {
		t.Fatal(err)
	}
	good := readFile(t, s.Paths().Unmanaged)
	for name, c := range map[string]struct{ old, now, line string }{
		"not TOML":    {"schema = 1", "schema = ", ":2"},
		"newer":       {"schema = 1", "schema = 9", ":1"},
		"unknown":     {"key_id = ", "key_idd = ", ":9"},
		"exchange":    {`"deribit"`, `"De ribit"`, ":4"},
		"environment": {`"live"`, `"paper"`, ":4"},
		"time":        {"2026-11-20T08:00:00Z", "yesterday", ":4"},
		"fingerprint": {Fingerprint("key-id-0001"), "zz", ":4"},
	} {
		bad := strings.Replace(good, c.old, c.now, 1)
		writeFile(t, s.Paths().Unmanaged, bad)
		_, err := s.Unmanaged()
		if err == nil || !strings.Contains(err.Error(), "unmanaged.toml"+c.line) || Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.UpdateUnmanaged(func(all []Unmanaged) []Unmanaged { return all }); err == nil || readFile(t, s.Paths().Unmanaged) != bad {
			t.Errorf("%s: it was written over: %v", name, err)
		}
	}
}

func TestAReadOnlyStoreKeepsUnmanagedKeysAsTheyAre(t *testing.T) {
	home := t.TempDir()
	openStore(t, home)
	o := testOptions(home)
	o.ReadOnly = true
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.UpdateUnmanaged(func(all []Unmanaged) []Unmanaged { return all }); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
}

func TestUnmanagedKnowsItsKeyID(t *testing.T) {
	const id = "vmPUZE6mv9SD5VNHuh8A"
	for shown, want := range map[string]bool{
		MaskKeyID(id): true, "vmPU********uh8A": true, "vmPU****": true, "****uh8A": true, "vmPU**6mv9**uh8A": true,
		"vmPU********uh8B": false, "xmPU****": false, "vmPUZE6mv9SD5VNHuh8A*uh8A": false,
	} {
		u := Unmanaged{KeyID: shown, Fingerprint: Fingerprint(shown)}
		if !u.Hidden() {
			u.Fingerprint = Fingerprint(id)
		}
		if got := u.Is(id); got != want {
			t.Errorf("%s is %s: %t", shown, id, got)
		}
	}
	u := testUnmanaged(id)
	if u.Is("vmPUxxxxxxxxxxxxuh8A") || u.Hidden() {
		t.Error("what is masked here is known in full by its fingerprint")
	}
}
