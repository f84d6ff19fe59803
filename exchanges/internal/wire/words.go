package wire

import (
	"encoding/json"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Words is a list of words, written as a list of texts or numbers or as text
// with commas; cleaned. Known is false where there was none, or something in it
// that is no word.
type Words struct {
	Values []string
	Known  bool
}

// UnmarshalJSON never fails on valid JSON.
func (w *Words) UnmarshalJSON(b []byte) error {
	*w = Words{}
	var list []Text
	if json.Unmarshal(b, &list) != nil {
		var line string
		if json.Unmarshal(b, &line) != nil {
			return nil // another type is an unknown list
		}
		list = split(line)
	}
	for _, word := range list {
		if word == "" {
			*w = Words{}
			return nil
		}
		w.Values = append(w.Values, string(word))
	}
	w.Known = list != nil
	return nil
}

// split takes text apart at its commas. What is between two of them is a word,
// unless there is nothing at all.
func split(line string) []Text {
	words := []Text{}
	for part := range strings.SplitSeq(line, ",") {
		if part = strings.TrimSpace(exchanges.Clean(part)); part != "" {
			words = append(words, Text(part))
		}
	}
	return words
}
