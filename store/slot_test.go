package store

import (
	"strings"
	"testing"
)

func TestSlotsNameTheirRecord(t *testing.T) {
	id := NewRecordID()
	seen := map[Slot]bool{slotFor(id): true}
	for range 100 {
		s := NewSlot(id)
		if err := s.Check(); err != nil || seen[s] {
			t.Fatalf("%s: %v, seen before: %v", s, err, seen[s])
		}
		seen[s] = true
		if strings.ToLower(string(s)) != string(s) {
			t.Errorf("%s: some keyrings take upper and lower case for the same", s)
		}
	}
	for s := range seen {
		if got, ok := recordOf(s); !ok || got != id {
			t.Errorf("%s is of %q, %v", s, got, ok)
		}
	}
}

func TestWhatIsNoSlotOfAKey(t *testing.T) {
	for _, s := range []Slot{"", "key-", "audit-head", "canary-x", "Key-a", "key-.12345678"} {
		if id, ok := recordOf(s); ok {
			t.Errorf("%q is of %q", s, id)
		}
	}
	for slot, want := range map[Slot]RecordID{"key-a.b": "a.b", "key-a.1234567": "a.1234567", "key-a.b.12345678": "a.b"} {
		if id, ok := recordOf(slot); !ok || id != want {
			t.Errorf("%q is of %q, %v", slot, id, ok)
		}
	}
}

func TestARecordWithoutASlotHasTheOneOfItsID(t *testing.T) {
	r := testRecord("a")
	if got := r.SecretSlot(); got != Slot("key-"+r.ID) {
		t.Errorf("SecretSlot = %s", got)
	}
	r.Slot = NewSlot(r.ID)
	if got := r.SecretSlot(); got != r.Slot {
		t.Errorf("SecretSlot = %s, want %s", got, r.Slot)
	}
}

func TestTheSlotThatFollowsFromTheIDIsNotWritten(t *testing.T) {
	s := openStore(t, t.TempDir())
	r := testRecord("a")
	r.Slot = slotFor(r.ID)
	after, err := s.Update(func(d *Draft) error { return d.Add(r) })
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Records()[0].Slot; got != "" || strings.Contains(readFile(t, s.Paths().Keys), "slot") {
		t.Errorf("slot %q is in the file", got)
	}
}

func TestTwoRecordsNeverShareASecret(t *testing.T) {
	s := openStore(t, t.TempDir())
	before := addKeys(t, s, "a", "b")
	a, b := before.Records()[0], before.Records()[1]
	switchTo := func(id RecordID, slot Slot) error {
		_, err := s.Update(func(d *Draft) error {
			r, _ := d.Get(id)
			r.Slot = slot
			return d.Replace(r)
		})
		return err
	}
	fresh := NewSlot(a.ID)
	if err := switchTo(a.ID, fresh); err != nil {
		t.Fatal(err)
	}
	wantError(t, switchTo(b.ID, fresh), ErrSlotTaken)
	wantError(t, switchTo(a.ID, slotFor(b.ID)), ErrSlotTaken)
	_, err := s.Update(func(d *Draft) error {
		r := testRecord("c")
		r.Slot = fresh
		return d.Add(r)
	})
	wantError(t, err, ErrSlotTaken)
	if err := switchTo(b.ID, "audit-head"); err == nil {
		t.Error("a record took the audit log's place in the keyring")
	}
	// A slot moves with its key: from one record to another that takes it over.
	if err := switchTo(a.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := switchTo(b.ID, fresh); err != nil {
		t.Error(err)
	}
	if err := switchTo(b.ID, fresh); err != nil {
		t.Errorf("a change that keeps the slot: %v", err)
	}
}
