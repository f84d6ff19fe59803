package oskeyring

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/store"
)

func TestItemNamesComeBack(t *testing.T) {
	for _, s := range []store.Slot{"a", "A", "aB_c.d-e", "_", "__A", ".", "..", "-rf", "a.secret", "a.copy", "CON", store.Slot(strings.Repeat("Z", 64))} {
		for _, kind := range []string{kindSecret, kindCopy, kindPart + "00000001-000"} {
			name := itemName(s, kind)
			gotSlot, gotKind, ok := slotOf(name)
			if gotSlot != s || gotKind != kind || !ok {
				t.Errorf("slotOf(%q) = %q, %q, %v", name, gotSlot, gotKind, ok)
			}
			if len(name) > 200 || strings.ToLower(name) != name || strings.HasSuffix(name, ".") {
				t.Errorf("the name %q is not good on every file system", name)
			}
		}
	}
}

func TestNamesOfOthersAreNotOurs(t *testing.T) {
	for _, name := range []string{
		"", "Chrome Safe Storage", ".DS_Store", headerFile, "keyrota", "keyrota.", "keyrota.a", "keyrota..secret",
		"keyrota.a.secret.tmp", "keyrota.A.secret", "keyrota.a_.secret", "keyrota._1.secret", "keyrota.a b.secret", "other.a.secret",
	} {
		if s, _, ok := slotOf(name); ok {
			t.Errorf("slotOf(%q) takes it for slot %q", name, s)
		}
	}
}

func FuzzSlotOf(f *testing.F) {
	f.Add("keyrota.a.secret")
	f.Add("keyrota._a__.copy")
	f.Fuzz(func(t *testing.T, name string) {
		if s, kind, ok := slotOf(name); ok && (itemName(s, kind) != name || validSlot(s) != nil) {
			t.Errorf("slotOf(%q) = %q, %q", name, s, kind)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte("value"), []byte("kr\x01v"))
	f.Add([]byte{}, seal("b", contentHead, make([]byte, headSize)))
	f.Fuzz(func(t *testing.T, value, noise []byte) {
		content, body, err := unseal("a", seal("a", contentValue, value))
		if err != nil || content != contentValue || !bytes.Equal(body, value) {
			t.Errorf("unseal(seal(%q)) = %c, %q, %v", value, content, body, err)
		}
		if _, _, err := unseal("a", noise); err == nil {
			t.Errorf("unseal accepts %q", noise)
		}
		_, _ = parseHead(noise)
	})
}

func TestPartsFitTheLimit(t *testing.T) {
	for _, size := range []int{winCredLimit, 5 << 10, MaxValue} {
		sealed, parts := split("a", make([]byte, size), winCredLimit, 7)
		for i, p := range append(parts, sealed) {
			if len(p) > winCredLimit {
				t.Errorf("%d bytes: item %d has %d", size, i, len(p))
			}
		}
		if len(parts) > 999 {
			t.Errorf("%d bytes: %d parts overflow their names", size, len(parts))
		}
	}
}

func TestHeadIsBounded(t *testing.T) {
	sealed, _ := split("a", []byte("v"), winCredLimit, 1)
	_, body, err := unseal("a", sealed)
	if err != nil {
		t.Fatal(err)
	}
	body[8] = 0xff // size: more than fits in memory
	if _, err := parseHead(body); !errors.Is(err, errDamaged) {
		t.Errorf("parseHead = %v", err)
	}
}
