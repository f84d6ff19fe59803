package wire

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
)

// Words is a list of words, written as a list of texts or numbers or as text
// with commas or blanks between them; cleaned. Known is false where there was
// none, or something in it that is no word.
type Words struct {
	Values []string
	Known  bool
}

// UnmarshalJSON never fails on valid JSON.
func (w *Words) UnmarshalJSON(b []byte) error {
	*w = Words{}
	var list []Text
	if json.Unmarshal(b, &list) != nil {
		var line *string
		if json.Unmarshal(b, &line) != nil || line == nil {
			return nil // another type is an unknown list
		}
		list = []Text{}
		for word := range strings.FieldsFuncSeq(*line, between) {
			list = append(list, Text(exchanges.Clean(word)))
		}
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

func between(r rune) bool { return r == ',' || unicode.IsSpace(r) }

// Sorted returns the words in order, each once.
func (w Words) Sorted() []string {
	return slices.Compact(slices.Sorted(slices.Values(w.Values)))
}

// Glossary has pairs of a word of an exchange and what stands for it.
type Glossary [][2]string

// Of returns what stands for a word; nothing for one that is not there.
func (all Glossary) Of(word string) string {
	for _, pair := range all {
		if pair[0] == word {
			return pair[1]
		}
	}
	return ""
}
