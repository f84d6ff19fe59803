package sim

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
	"time"
)

// bookRig is a book whose clock the test moves.
type bookRig struct {
	*book
	at time.Time
}

func newBookRig(propagation time.Duration, seeds ...seed) *bookRig {
	rig := &bookRig{at: noon}
	rig.book = newBook("binance", "live", account{ID: "1", Seeds: seeds, Propagation: propagation},
		func() time.Time { return rig.at }, func(m *material, _ string) (string, string) {
			return m.text(alphanumeric, 8), m.text(alphanumeric, 16)
		})
	return rig
}

func (b *bookRig) labels() string {
	var labels []string
	for _, e := range b.all() {
		labels = append(labels, e.Label)
	}
	return strings.Join(labels, " ")
}

func TestNewKeysAreNeverTheSameTwice(t *testing.T) {
	first, second := newBookRig(0, seed{Label: "a"}), newBookRig(0, seed{Label: "a"})
	ids, numbers := map[string]bool{}, map[int]bool{}
	for range 20 {
		e := first.issueNew(wanted{Label: "again"}, noon)
		if again := second.issueNew(wanted{Label: "again"}, noon); again.ID != e.ID || again.Secret != e.Secret {
			t.Fatal("the same world makes another key")
		}
		if ids[e.ID] || numbers[e.Number] || e.Secret == "" {
			t.Errorf("key %d, %s comes twice or has no secret", e.Number, e.ID)
		}
		ids[e.ID], numbers[e.Number] = true, true
		first.remove(e.ID, noon) // must not free the number
		second.remove(e.ID, noon)
	}
	if numbers[1] || !numbers[2] || !numbers[21] {
		t.Errorf("numbers are %v: the seed has 1", numbers)
	}
}

func TestNewKeyIsWhatWasAskedFor(t *testing.T) {
	b := newBookRig(0)
	ips := []string{"203.0.113.7"}
	e := b.issueNew(wanted{
		Label: "bot", Sub: "sub", Permissions: []string{"read"}, Words: []string{"w"}, IPs: ips, Expires: noon.Add(day), NonceWindow: 5,
	}, noon)
	ips[0] = "changed"
	if e.Label != "bot" || e.Sub != "sub" || e.Permissions[0] != "read" || e.Words[0] != "w" || e.IPs[0] != "203.0.113.7" {
		t.Errorf("%+v", e)
	}
	if !e.Created.Equal(noon) || !e.Expires.Equal(noon.Add(day)) || e.Algorithm != algHMAC || e.NonceWindow != 5 || !b.lastUsed(e).IsZero() {
		t.Errorf("%+v", e)
	}
}

func TestKeyPairsHaveNoSecret(t *testing.T) {
	public, _ := newMaterial("pair").ed25519()
	rsaPublic, _ := newMaterial("pair").rsa()
	b := newBookRig(0)
	made := b.issueNew(wanted{Label: "made", PublicKey: public}, noon)
	sent := b.issueNew(wanted{Label: "sent", PublicKey: rsaPublic, PublicPEM: "as it was sent"}, noon)
	if made.Algorithm != algEd25519 || made.Secret != "" || made.PrivatePEM != "" || made.PublicPEM != publicPEM(public) {
		t.Errorf("%+v", made)
	}
	if key, ok := made.PublicKey.(ed25519.PublicKey); !ok || !key.Equal(public) {
		t.Error("another public key")
	}
	if sent.Algorithm != algRSA || sent.Secret != "" || sent.PublicPEM != "as it was sent" {
		t.Errorf("%+v", sent)
	}
}

func TestPropagation(t *testing.T) {
	b := newBookRig(5*time.Second, seed{Label: "old", Age: time.Second})
	old, _ := b.byLabel("", "old")
	fresh := b.issueNew(wanted{Label: "new"}, noon)
	b.remove(old.ID, noon)
	if b.labels() != "new" {
		t.Errorf("the list shows %q at once", b.labels())
	}
	for _, c := range []struct {
		after      time.Duration
		old, fresh bool
	}{{0, true, false}, {4999 * time.Millisecond, true, false}, {5 * time.Second, false, true}, {time.Hour, false, true}} {
		b.at = noon.Add(c.after)
		_, oldWorks := b.find(old.ID)
		_, freshWorks := b.find(fresh.ID)
		if oldWorks != c.old || freshWorks != c.fresh {
			t.Errorf("after %s: old %v, new %v", c.after, oldWorks, freshWorks)
		}
	}
}

func TestWithoutPropagationChangesHoldAtOnce(t *testing.T) {
	b := newBookRig(0)
	e := b.issueNew(wanted{Label: "one"}, noon)
	if _, ok := b.find(e.ID); !ok {
		t.Error("a new key does not work")
	}
	if !b.remove(e.ID, noon) {
		t.Error("it cannot be removed")
	}
	if _, ok := b.find(e.ID); ok {
		t.Error("a removed key works")
	}
}

func TestRemovedKeysAreGone(t *testing.T) {
	b := newBookRig(time.Minute, seed{Label: "a"}, seed{Label: "b"})
	a, _ := b.byNumber(1)
	if !b.remove(a.ID, noon) || b.remove(a.ID, noon) || b.remove("unknown", noon) {
		t.Error("remove reports whether there was such a key")
	}
	_, byNumber := b.byNumber(1)
	_, byLabel := b.byLabel("", "a")
	_, listed := b.listed(a.ID)
	if byNumber || byLabel || listed || b.labels() != "b" || len(b.keys()) != 1 {
		t.Error("a removed key is still listed")
	}
	again := b.issueNew(wanted{Label: "a"}, noon)
	if found, ok := b.byLabel("", "a"); !ok || found != again || again.ID == a.ID {
		t.Error("its label is not free for another key")
	}
}

func TestKeysOfSubAccounts(t *testing.T) {
	b := newBookRig(0, seed{Label: "main"}, seed{Label: "bot", Sub: "one"}, seed{Label: "bot", Sub: "two"})
	b.issueNew(wanted{Label: "second", Sub: "one"}, noon)
	for sub, want := range map[string][]int{"": {1}, "one": {2, 4}, "two": {3}, "three": nil} {
		var got []int
		for _, e := range b.ofSub(sub) {
			got = append(got, e.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q has %v", sub, got)
		}
	}
	if e, ok := b.byLabel("two", "bot"); !ok || e.Number != 3 {
		t.Errorf("%+v", e)
	}
	if _, ok := b.byLabel("", "bot"); ok {
		t.Error("a label is found in another account")
	}
	if keys := b.keys(); keys[0].Account != "" || keys[1].Account != "one" {
		t.Errorf("%+v", keys)
	}
}
