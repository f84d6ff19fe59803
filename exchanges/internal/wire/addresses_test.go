package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestAddresses(t *testing.T) {
	for raw, want := range map[string]string{
		`"203.0.113.7"`:                       "list 203.0.113.7",
		`"203.0.113.7, 198.51.100.0/24,"`:     "list 203.0.113.7 198.51.100.0/24",
		`["203.0.113.7","2001:db8::1"]`:       "list 203.0.113.7 2001:db8::1",
		`""`:                                  "any",
		`[]`:                                  "any",
		`["*"]`:                               "unknown",
		`[""]`:                                "unknown",
		`[" ",""]`:                            "unknown",
		`"203.**.7"`:                          "restricted",
		`["203.0.113.7","*"]`:                 "unknown",
		`["203.0.113.7",""]`:                  "list 203.0.113.7",
		`["203.0.113.7",null]`:                "unknown",
		`"203.0.113.7;203.0.113.8"`:           "restricted",
		`"203.0.113.7\u202e"`:                 "list 203.0.113.7",
		`null`:                                "unknown",
		`7`:                                   "unknown",
		`[1]`:                                 "unknown",
		`[null]`:                              "unknown",
		`["203.0.113.7",7]`:                   "unknown",
		`{}`:                                  "unknown",
		`true`:                                "unknown",
		`"` + strings.Repeat("1,", 600) + `"`: "restricted",
	} {
		var a Addresses
		if err := json.Unmarshal([]byte(raw), &a); err != nil {
			t.Fatal(err)
		}
		w := a.Whitelist()
		if got := strings.TrimSpace(w.State.String() + " " + strings.Join(w.Entries, " ")); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
	if w := (Addresses{}).Whitelist(); w.State != exchanges.IPUnknown {
		t.Errorf("what was not told is %s", w.State)
	}
	for raw, want := range map[string]exchanges.IPState{`["203.0.113.7","*"]`: exchanges.IPAny, `"*"`: exchanges.IPAny, `["203.0.113.7"]`: exchanges.IPList} {
		if w := At[Addresses]([]byte(raw)).Whitelist("*"); w.State != want {
			t.Errorf("%s, with a star for any address, is %s", raw, w.State)
		}
	}
	if w := Anywhere().Whitelist(); w.State != exchanges.IPAny {
		t.Errorf("what is left out is %s", w.State)
	}
}
