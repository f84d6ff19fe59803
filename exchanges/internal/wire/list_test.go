package wire

import (
	"slices"
	"testing"
)

func TestListOfWords(t *testing.T) {
	for text, want := range map[Text][]string{
		"": nil, " , ": nil, "trade": {"trade"}, "trade,readOnly": {"trade", "readOnly"}, "a, b,,c ": {"a", "b", "c"},
	} {
		if got := text.List(); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
