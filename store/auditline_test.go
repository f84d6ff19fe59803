package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// fullEvent has every field.
func fullEvent() Event {
	return Event{
		At: testNow, Actor: "andrea", Host: "box", Action: ActionAdded, Key: "grid-bot", Record: "k3jq5xv2", Exchange: "binance",
		Environment: exchanges.Live, Result: "ok", Detail: "a → b", Flow: "f1", KeyID: "vmPU…uh8A", Purpose: "spot bot",
		Consumers: []string{"grid", "tax"},
	}
}

// entryTexts are entries as they may lie in a log.
func entryTexts(t *testing.T) []string {
	t.Helper()
	var all []string
	none, quoted, empty := fullEvent(), fullEvent(), fullEvent()
	none.Consumers = nil
	quoted.Detail, quoted.Consumers = "was \"x\" \\ <a&b>\u2028", []string{`a","b`, ""}
	empty.Consumers = []string{}
	for i, e := range []Event{{At: testNow}, fullEvent(), none, quoted, empty} {
		text, err := json.Marshal(entry{Number: uint64(i + 1), Batch: 1, Event: e})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	return append(all,
		`{}`, `{"n":1}`, `null`, `[]`, ``, `{`, `{"n":1,"batch":1,"at":"2026-11-25T20:40:00.123Z","new_field":{"a":[1]}}`,
		`{"batch":1,"n":2,"at":"2026-11-25T20:40:00+01:00"}`, `{"n":1,"n":2}`, `{"N":3}`, ` {"n":1} `, `{"n":1}x`, `{"n":01}`, `{"n":-1}`,
		`{"n":99999999999999999999}`, `{"n":1.5}`, `{"n":"1"}`, `{"at":"yesterday"}`, `{"actor":"a\ud800b"}`, `{"actor":"\u00zz"}`, `{"actor":"\x"}`,
		`{"consumers":null}`, `{"consumers":[]}`, `{"consumers":[,"a"]}`, `{"consumers":["a""b"]}`, `{"consumers":["a",]}`, `{"consumers":["a","b"}`,
		`{"consumers":[1]}`, `{"consumers":"a"}`, `{"key":null}`, `{"n":1,}`, `{"n":1,,"key":"a"}`, `{"n" :1}`,
	)
}

// TestTakingApartIsReadingJSON holds the quick way of reading an entry against
// the library, on entries as they are written and on such with any one byte
// changed, removed or doubled.
func TestTakingApartIsReadingJSON(t *testing.T) {
	quick := 0
	for _, text := range entryTexts(t) {
		for _, spoilt := range spoil(text) {
			if sameAsJSON(t, []byte(spoilt)) {
				quick++
			}
		}
	}
	if quick < 1000 {
		t.Errorf("only %d texts were read the quick way", quick)
	}
}

// spoil returns text, and text with one byte changed.
func spoil(text string) []string {
	out := []string{text}
	for i := range len(text) {
		out = append(out, text[:i]+text[i+1:], text[:i+1]+text[i:])
		for _, b := range []byte("\"\\,:[]{}0 xu\x01\xff") {
			out = append(out, text[:i]+string([]byte{b})+text[i+1:])
		}
	}
	return out
}

// sameAsJSON fails if an entry is read otherwise than the library reads it, and
// reports whether it was read without the library.
func sameAsJSON(t *testing.T, text []byte) bool {
	t.Helper()
	var want entry
	wantErr := json.Unmarshal(text, &want)
	line := append([]byte(strings.Repeat("0", hashLength)+" "), text...)
	got, err := parseLine(line)
	if (err != nil) != (wantErr != nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\nis read as %+v, %v\nwant       %+v, %v", text, got, err, want, wantErr)
	}
	n, batch, err := entryNumbers(text)
	if (err != nil) != (wantErr != nil) || err == nil && (n != want.Number || batch != want.Batch) {
		t.Fatalf("%s\nhas the numbers %d %d, %v, want %d %d, %v", text, n, batch, err, want.Number, want.Batch, wantErr)
	}
	_, ok := takeApart(text)
	if ok && wantErr != nil {
		t.Fatalf("%s is no entry: %v", text, wantErr)
	}
	return ok
}

// TestWhatIsWrittenIsReadTheQuickWay: the speed of the log hangs on it.
func TestWhatIsWrittenIsReadTheQuickWay(t *testing.T) {
	d := newDiary(t)
	e := fullEvent()
	e.Detail = `was "old" & <gone>`
	if err := d.Audit(t.Context(), d.anchor, e, fullEvent(), Event{Action: ActionVerified}); err != nil {
		t.Fatal(err)
	}
	for _, line := range d.lines() {
		_, text, err := splitLine([]byte(strings.TrimSuffix(line, "\n")))
		if _, ok := takeApart(text); err != nil || !ok {
			t.Errorf("%s, %v", text, err)
		}
	}
}

// TestOldEntriesStayAsTheyWere: fields of later are not there where they say
// nothing, and where a key had no consumers the log says so.
func TestOldEntriesStayAsTheyWere(t *testing.T) {
	const old = `{"n":1,"batch":1,"at":"2026-11-25T20:40:00Z","actor":"andrea","host":"box","action":"added","key":"grid-bot","exchange":"binance"}`
	e, err := decodeEntry([]byte(old))
	if err != nil || e.Consumers != nil || e.KeyID != "" {
		t.Fatalf("%+v, %v", e, err)
	}
	if again, err := json.Marshal(e); err != nil || string(again) != old {
		t.Errorf("it is written as %s, %v", again, err)
	}
	e.Consumers = []string{}
	if again, _ := json.Marshal(e); !strings.HasSuffix(string(again), `,"consumers":[]}`) {
		t.Errorf("no consumers are written as %s", again)
	}
}

func TestConsumersAreCleanedAndBounded(t *testing.T) {
	if got := cleanConsumers(nil); got != nil {
		t.Errorf("nothing written down became %q", got)
	}
	if got := cleanConsumers([]string{}); got == nil || len(got) != 0 {
		t.Errorf("none became %q", got)
	}
	if got := cleanConsumers([]string{"a\x1b", "b"}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q", got)
	}
	var many []string
	for i := range maxList {
		many = append(many, fmt.Sprintf("%d%s", i, strings.Repeat("<", exchanges.MaxText)))
	}
	got := cleanConsumers(many)
	if len(got) != 4 || got[3] != moreConsumers {
		t.Errorf("%d names of %d, the last is %.20q", len(got), len(many), got[len(got)-1])
	}
}

// TestActionsAreAllWords: what is written is among what can be asked for.
func TestActionsAreAllWords(t *testing.T) {
	seen := map[Action]bool{}
	for _, a := range Actions() {
		if seen[a] || a == "" || strings.ContainsAny(string(a), " ,") {
			t.Errorf("%q", a)
		}
		seen[a] = true
	}
	for _, name := range constants(t, "Action") {
		if !seen[Action(name)] {
			t.Errorf("Actions lacks %q", name)
		}
	}
}

func TestEntriesOfTheLargestSizeAreRead(t *testing.T) {
	d := newDiary(t)
	long := strings.Repeat("<", 10*exchanges.MaxText)
	var many []string
	for range maxConsumerText {
		many = append(many, "<")
	}
	e := Event{Actor: long, Host: long, Action: Action(long), Key: long, Record: RecordID(long),
		Exchange: exchanges.ID(long), Environment: exchanges.Environment(long), Result: long, Detail: long,
		Flow: long, KeyID: long, Purpose: long, Consumers: many}
	if err := d.Audit(t.Context(), d.anchor, e, e); err != nil {
		t.Fatal(err)
	}
	d.wantState(AuditIntact, 2)
}
