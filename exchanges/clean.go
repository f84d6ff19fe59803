package exchanges

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the longest text in runes that Clean lets through.
const MaxText = 500

// Clean makes text from outside safe to draw and to store: control and escape
// characters, line ends, bidirectional overrides, zero-width and other
// invisible characters are removed, invalid UTF-8 becomes U+FFFD, and what is
// longer than MaxText is cut with an ellipsis.
func Clean(s string) string {
	if cleanASCII(s) {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == MaxText {
			b.WriteRune('…')
			break
		}
		if r == '\t' || r == '\n' || r == '\r' {
			r = ' '
		}
		if !drawable(r) {
			continue
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

func cleanASCII(s string) bool {
	if len(s) > MaxText {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// drawable reports whether r moves the cursor forward by its own width and
// does nothing else. Variation selectors and joiners are left out too: their
// width differs between terminals, which would break the table.
func drawable(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return true
	case unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return false // the latter are fillers: letters that nobody sees
	case r == '\u00a0' || r == '\u3000':
		return true
	}
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Zl, r) && !unicode.Is(unicode.Zp, r)
}
