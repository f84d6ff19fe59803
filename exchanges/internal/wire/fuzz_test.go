package wire

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// everything is a field of each type.
type everything struct {
	Text      Text
	Kept      Kept
	Int       Int
	Flag      Flag
	Words     Words
	Addresses Addresses
}

// odd are values that exchanges have been seen to send, or might.
var odd = []string{
	`null`, `true`, `"true"`, `1`, `"1"`, `-0`, `1.7e12`, `"1.7e12"`, `5.0`, `1e400`, `0.1e1`, `""`, `" "`, `[]`, `{}`, `[null]`, `[[]]`, `{"a":[]}`,
	`["203.0.113.7"]`, `"203.0.113.7, 2001:db8::/32"`, `["203.0.113.7",7]`, `["*"]`, `"*"`, `["203.***.7"]`, `["fe80::1%eth0"]`,
	`"Ключ 🔑 für Zürich"`, `"\ud800"`, `"a\u0000b\u001b[2J\u202e"`, `["read","Чтение",3]`, `"read, trade"`, `[1,2.0,3e0]`,
}

// No value spoils its neighbours, none leaves behind what was there before, and
// nothing that is shown has a control character.
func FuzzTypes(f *testing.F) {
	for _, raw := range odd {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			t.Skip("not JSON")
		}
		answer := []byte(`{"text":` + raw + `,"kept":` + raw + `,"int":` + raw + `,"flag":` + raw + `,"words":` + raw + `,"addresses":` + raw + `}`)
		var fresh everything
		again := everything{"old", Kept{Text: "old", Known: true, raw: "old"}, Int{7, true}, Flag{true, true}, Words{[]string{"old"}, true}, Anywhere()}
		for _, v := range []*everything{&fresh, &again} {
			if err := json.Unmarshal(answer, v); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(fresh, again) {
			t.Errorf("what was there before shows: %+v, %+v", fresh, again)
		}
		for _, shown := range append(slices.Clone(fresh.Words.Values), string(fresh.Text), string(fresh.Kept.Text)) {
			if shown != exchanges.Clean(shown) {
				t.Errorf("%q is not clean", shown)
			}
		}
		lawful(t, fresh)
	})
}

// lawful sees that what is unknown has no value, and what is known a lawful one.
func lawful(t *testing.T, v everything) {
	t.Helper()
	for what, unlawful := range map[string]bool{
		"number": !v.Int.Known && v.Int.Value != 0,
		"flag":   !v.Flag.Known && v.Flag.Value,
		"words":  !v.Words.Known && v.Words.Values != nil,
		"text":   !v.Kept.Known && v.Kept.Raw() != "",
		"word":   slices.Contains(v.Words.Values, ""),
	} {
		if unlawful {
			t.Errorf("the %s of %+v", what, v)
		}
	}
	for _, m := range []exchanges.Moment{v.Text.Seconds(), v.Text.Milliseconds(), v.Text.Time()} {
		if at, ok := m.Time(); ok && (at.Before(earliest) || at.After(latest)) {
			t.Errorf("the time %s", at)
		}
	}
	lawfulList(t, v.Addresses.Whitelist())
}

func lawfulList(t *testing.T, w exchanges.IPWhitelist) {
	t.Helper()
	if (w.State == exchanges.IPList) != (len(w.Entries) > 0) {
		t.Errorf("%s of %q", w.State, w.Entries)
	}
	for _, entry := range w.Entries {
		if !IsAddress(entry) && !IsBlock(entry) {
			t.Errorf("%q is no address", entry)
		}
	}
}
