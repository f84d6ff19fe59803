package oskeyring

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/store"
)

// Items are called keyrota.SLOT.KIND. The prefix tells them from other
// programs' items in the same collection. Capitals in the slot are written as
// "_" and the small letter, since file systems and the Windows vault may take
// "Key" and "key" for the same; "_" itself is doubled. The kind at the end
// also keeps a name from ending in a dot, which Windows would drop.
const (
	prefix     = "keyrota."
	kindSecret = "secret" // the value, or the head of its parts
	kindCopy   = "copy"   // what the slot held, while kindSecret is rewritten
	kindPart   = "part-"  // followed by generation and index
)

// maxSlot is the longest slot.
const maxSlot = 64

func validSlot(s store.Slot) error {
	if len(s) == 0 || len(s) > maxSlot {
		return fmt.Errorf("invalid slot: %d characters, want 1 to %d", len(s), maxSlot)
	}
	for i := range len(s) {
		if c := s[i]; !isLower(c) && !isUpper(c) && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return fmt.Errorf("invalid slot: character %q at position %d", c, i+1)
		}
	}
	return nil
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func itemName(s store.Slot, kind string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for i := range len(s) {
		c := s[i]
		switch {
		case isUpper(c):
			b.WriteByte('_')
			c += 'a' - 'A'
		case c == '_':
			b.WriteByte('_')
		}
		b.WriteByte(c)
	}
	b.WriteByte('.')
	b.WriteString(kind)
	return b.String()
}

func partName(s store.Slot, generation uint32, index int) string {
	return itemName(s, fmt.Sprintf("%s%08x-%03d", kindPart, generation, index))
}

// partsOf returns the prefix that all parts of a generation share.
func partsOf(s store.Slot, generation uint32) string {
	return itemName(s, fmt.Sprintf("%s%08x-", kindPart, generation))
}

// slotOf returns the slot and kind of an item, or false for items that are
// not keyrota's.
func slotOf(item string) (s store.Slot, kind string, ok bool) {
	rest, ok := strings.CutPrefix(item, prefix)
	if !ok {
		return "", "", false
	}
	dot := strings.LastIndexByte(rest, '.')
	if dot < 1 {
		return "", "", false
	}
	folded, kind := rest[:dot], rest[dot+1:]
	if kind != kindSecret && kind != kindCopy && !strings.HasPrefix(kind, kindPart) {
		return "", "", false
	}
	var b strings.Builder
	for i := 0; i < len(folded); i++ {
		c := folded[i]
		if c == '_' {
			if i++; i == len(folded) {
				return "", "", false
			}
			if c = folded[i]; isLower(c) {
				c -= 'a' - 'A'
			}
		}
		b.WriteByte(c)
	}
	s = store.Slot(b.String())
	return s, kind, validSlot(s) == nil && itemName(s, kind) == item
}
