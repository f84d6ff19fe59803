package store

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// stateLine is a line of a journal as flows write it, with more than the
// doctor needs.
func stateLine(kind, name, step string, record RecordID, old, fresh Slot) string {
	return fmt.Sprintf(`{"t":"2026-11-25T20:40:00Z","event":{"kind":"x"},"state":{"id":"f","kind":%q,"rev":3,"step":%q,`+
		`"record":%q,"name":%q,"plan":{"route":"api"},"old":{"slot":%q,"facts":{"ips":{"State":"any"}}},"new":{"slot":%q}}}`,
		kind, step, record, name, old, fresh)
}

const intentLine = `{"t":"2026-11-25T20:41:00Z","intent":"create-key"}`

func checkup(t *testing.T, s *Store, secrets Secrets) []Finding {
	t.Helper()
	return Doctor(context.Background(), s, secrets, nil)
}

// wantNothing checks that nothing is said of text.
func wantNothing(t *testing.T, all []Finding, text string) {
	t.Helper()
	for _, f := range all {
		if strings.Contains(f.Text, text) {
			t.Errorf("%+v", f)
		}
	}
}

func TestDoctorListsUnfinishedFlows(t *testing.T) {
	s, secrets := patient(t)
	appendFlow(t, s, "f1", stateLine("rotate", "old name", "plan", "r1", "", ""), intentLine,
		stateLine("rotate", "grid\u202e-bot", "watch", "r1", "key-r1", "key-r1.12345678"))
	appendFlow(t, s, "f2", stateLine("create", "fresh", "make", "r2", "", "key-r2"), intentLine, intentLine)
	appendFlow(t, s, "f3", stateLine("revoke", "ended", "done", "r3", "", ""))
	all := checkup(t, s, secrets)
	wantFinding(t, all, LevelWarning, "flows", `rotate "grid-bot" is unfinished at step watch`)
	wantFinding(t, all, LevelWarning, "flows", `create "fresh" is unfinished at step make`)
	wantNothing(t, all, "ended")
	hints := ""
	for _, f := range all {
		hints += f.Hint
	}
	if !strings.Contains(hints, "keyrota resume f1.") || !strings.Contains(hints, "keyrota resume f2.") {
		t.Errorf("nothing says how to go on: %s", hints)
	}
}

func TestDoctorExcusesTheSecretsOfUnfinishedFlows(t *testing.T) {
	ctx := context.Background()
	s, secrets := patient(t)
	r, _ := s.Snapshot().ByName("a")
	put := func(slot Slot) {
		t.Helper()
		if err := NewVault(secrets).Put(ctx, slot, exchanges.Credential{KeyID: string(slot), Secret: secretOf("s")}); err != nil {
			t.Fatal(err)
		}
	}
	// A second secret for a record that exists is an orphan as long as no flow
	// is about to use it.
	staged, named, stray := NewSlot(r.ID), NewSlot("other"), NewSlot("gone")
	for _, slot := range []Slot{staged, named, stray} {
		put(slot)
		wantFinding(t, checkup(t, s, secrets), LevelWarning, "keyring", string(slot))
	}
	appendFlow(t, s, "f1", stateLine("rotate", "a", "verify", r.ID, r.SecretSlot(), named))
	all := checkup(t, s, secrets)
	wantNothing(t, all, string(staged)) // by the record in its name: a crash came before the journal
	wantNothing(t, all, string(named))
	wantFinding(t, all, LevelWarning, "keyring", string(stray))

	// When the record names the new slot and the flow is over, the old one is
	// what nobody needs.
	old := r.SecretSlot()
	if _, err := s.Update(func(d *Draft) error {
		r, _ := d.ByName("a")
		r.Slot, r.Fingerprint = staged, Fingerprint(string(staged))
		return d.Replace(r)
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveFlow("f1"); err != nil {
		t.Fatal(err)
	}
	all = checkup(t, s, secrets)
	wantFinding(t, all, LevelWarning, "keyring", string(old)+" belongs to no key")
	wantNothing(t, all, string(staged))
	wantNothing(t, all, `"a"`)
}

func TestDoctorOnJournalsThatCannotBeRead(t *testing.T) {
	for what, lines := range map[string][]string{
		"no state":     {intentLine},
		"not JSON":     {stateLine("rotate", "a", "watch", "r", "", ""), canarySecret},
		"no step":      {`{"state":{}}`},
		"another type": {`{"state":{"step":5,"name":"` + canarySecret + `"}}`},
	} {
		t.Run(what, func(t *testing.T) {
			s, secrets := patient(t)
			appendFlow(t, s, "f1", lines...)
			if err := secrets.Put(context.Background(), "key-x", []byte("x")); err != nil {
				t.Fatal(err)
			}
			all := checkup(t, s, secrets)
			wantFinding(t, all, LevelProblem, "flows", "f1.jsonl")
			wantFinding(t, all, LevelWarning, "keyring", "key-x")
			for _, f := range all {
				if f.Subject == "keyring" && strings.Contains(f.Hint, "Remove") {
					t.Errorf("%+v may cost the secret of that flow", f)
				}
			}
		})
	}
}

func TestDoctorOnAFolderOfFlowsThatIsNone(t *testing.T) {
	s, secrets := patient(t)
	if err := os.Remove(s.paths.Flows); err != nil {
		t.Fatal(err)
	}
	wantFinding(t, checkup(t, s, secrets), LevelOK, "flows", "none")
	writeFile(t, s.paths.Flows, "a file in its place")
	all := checkup(t, s, secrets)
	found := false
	for _, f := range all {
		found = found || f.Subject == "flows" && f.Level == LevelProblem
	}
	if !found {
		t.Errorf("%+v", all)
	}
}
