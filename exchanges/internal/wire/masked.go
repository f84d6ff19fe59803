package wire

import "strings"

// Masked reports whether a key is shown with its middle hidden, and which of
// its ends are shown.
func Masked(shown string) (head, tail string, masked bool) {
	const marks = "*•●…."
	from := strings.IndexAny(shown, marks)
	if from < 0 {
		return shown, "", false
	}
	tail = shown[strings.LastIndexAny(shown, marks):]
	return shown[:from], strings.TrimLeft(tail, marks), true
}
