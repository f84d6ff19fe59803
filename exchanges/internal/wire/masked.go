package wire

import "strings"

// marks are the characters by which exchanges hide a part of a key, beside dots.
const marks = "*•●…"

// ends returns what is shown of a key before and after a hidden part.
func ends(shown string) (head, tail string, masked bool) {
	shown = strings.ReplaceAll(shown, "...", "…") // a single dot may be of the key
	from := strings.IndexAny(shown, marks)
	if from < 0 {
		return shown, "", false
	}
	tail = shown[strings.LastIndexAny(shown, marks):]
	return shown[:from], strings.TrimLeft(tail, marks), true
}

// Masked reports whether a part of a key is hidden.
func Masked(shown string) bool {
	_, _, masked := ends(shown)
	return masked
}

// Starred returns a key with one star for what is hidden of it.
//
//go:noinline // it has many callers
func Starred(shown string) string {
	head, tail, masked := ends(shown)
	if !masked {
		return shown
	}
	return head + "*" + tail
}

// Shows reports whether a key, of which a part may be hidden, may be the one
// called keyID.
func Shows(shown, keyID string) bool {
	head, tail, masked := ends(shown)
	if !masked {
		return shown == keyID
	}
	return len(head)+len(tail) < len(keyID) && strings.HasPrefix(keyID, head) && strings.HasSuffix(keyID, tail)
}

// fewest is how many characters a hidden key must show to be told from others.
const fewest = 6

// FindShown returns the row of a list that is about the key called keyID: the
// one that names it, else the only one that shows a good part of it. shown says
// how a row names its key.
func FindShown[K any](rows []K, shown func(K) string, keyID string) *K {
	var found *K
	similar := 0
	for i, row := range rows {
		text := shown(row)
		if text == keyID {
			return &rows[i]
		}
		head, tail, masked := ends(text)
		if masked && len(head)+len(tail) >= fewest && Shows(text, keyID) {
			found = &rows[i]
			similar++
		}
	}
	if similar != 1 {
		return nil
	}
	return found
}
