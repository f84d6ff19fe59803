package wire

import "strings"

// List returns the words of a text in which they stand between commas or
// blanks; none for an empty text.
func (t Text) List() []string {
	return strings.FieldsFunc(string(t), func(r rune) bool { return r == ',' || r == ' ' })
}
