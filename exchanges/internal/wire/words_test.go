package wire

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		`["a","b"]`:      {"a", "b"},
		`[1,"2",3]`:      {"1", "2", "3"},
		`[]`:             {},
		`"a, b,,c "`:     {"a", "b", "c"},
		`"a b\tc"`:       {"a", "b", "c"},
		`"a\u001b[2J,b"`: {"a[2J", "b"},
		`""`:             {},
		`" , "`:          {},
		`null`:           nil,
		`7`:              nil,
		`{"a":1}`:        nil,
		`[1,null]`:       nil,
		`["a",""]`:       nil,
		`["a",["b"]]`:    nil,
	} {
		var holder struct{ W Words }
		if err := json.Unmarshal([]byte(`{"W":`+text+`}`), &holder); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if w := holder.W; w.Known != (want != nil) || !slices.Equal(w.Values, want) {
			t.Errorf("%s: %+v, want %q", text, w, want)
		}
	}
}

func TestWordsForgetWhatTheyWere(t *testing.T) {
	w := Words{Values: []string{"old"}, Known: true}
	if err := w.UnmarshalJSON([]byte(`{}`)); err != nil || w.Known || w.Values != nil {
		t.Errorf("%+v, %v", w, err)
	}
}

// A text for people is cut at some length: a word that was lost so would be a
// right that is denied.
func TestWordsAreAllRead(t *testing.T) {
	var w Words
	long := strings.Repeat("READ,", 400) + "WITHDRAW"
	if err := json.Unmarshal([]byte(`"`+long+`"`), &w); err != nil || len(w.Values) != 401 || !slices.Equal(w.Sorted(), []string{"READ", "WITHDRAW"}) {
		t.Errorf("%d words, %q, %v", len(w.Values), w.Sorted(), err)
	}
}

func TestGlossary(t *testing.T) {
	g := Glossary{{"2", "managed"}, {"5", "custody"}}
	for word, want := range map[string]string{"2": "managed", "5": "custody", "7": "", "": ""} {
		if got := g.Of(word); got != want {
			t.Errorf("%q: %q", word, got)
		}
	}
}
