package wire

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		`["a","b"]`:      {"a", "b"},
		`[1,"2",3]`:      {"1", "2", "3"},
		`[]`:             {},
		`"a, b,,c "`:     {"a", "b", "c"},
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

func TestMasked(t *testing.T) {
	for shown, want := range map[string][3]string{
		"abcdef":     {"abcdef", "", ""},
		"ab****yz":   {"ab", "yz", "masked"},
		"ab•••":      {"ab", "", "masked"},
		"…yz":        {"", "yz", "masked"},
		"ab**cd**yz": {"ab", "yz", "masked"},
		"ab...yz":    {"ab", "yz", "masked"},
		"***":        {"", "", "masked"},
		"":           {"", "", ""},
	} {
		head, tail, masked := Masked(shown)
		if head != want[0] || tail != want[1] || masked != (want[2] != "") {
			t.Errorf("%q: %q, %q, %t", shown, head, tail, masked)
		}
	}
}
