package okx

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// with returns what is made of goodKey with members replaced; nil takes one away.
func with(t *testing.T, changes map[string]any) exchanges.KeyInfo {
	t.Helper()
	got, e := parseKey(rest.Response{Status: 200, Body: []byte(exchangetest.Altered(t, goodKey, changes, "data", "0"))})
	if e != nil {
		t.Fatal(e)
	}
	return got.info(exchanges.Live)
}

const tradeSet = "+read +spot +margin +futures +options +transfer -withdraw +earn"

func TestInspectReadsTheKey(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodKey))
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != testKey || got.Label != "grid bot" || got.Account != "551234567890123457" {
		t.Errorf("%+v", got)
	}
	if g := exchangetest.Grants(got.Permissions); g != tradeSet+" -admin -other" {
		t.Errorf("permissions %s", g)
	}
	if got.IPs.State != exchanges.IPList || !slices.Equal(got.IPs.Entries, []string{"203.0.113.7", "203.0.113.8"}) {
		t.Errorf("IPs %+v", got.IPs)
	}
	// None of these is told of the calling key.
	if got.Created.Known() || got.Expires.Known() || got.LastUsed.Known() || got.Usage != "" {
		t.Errorf("%+v", got)
	}
}

func TestWordsGiveTheirPermissions(t *testing.T) {
	for perm, want := range map[string]struct{ grants, words string }{
		"read_only":                 {"+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other", "read_only"},
		"trade,read_only":           {tradeSet + " -admin -other", "read_only trade"},
		" read_only , trade ":       {tradeSet + " -admin -other", "read_only trade"},
		"trade,trade":               {strings.TrimPrefix(tradeSet, "+read ") + " -admin -other", "trade"},
		"withdraw,read_only,trade":  {strings.Replace(tradeSet, "-withdraw", "+withdraw", 1) + " -admin -other", "read_only trade withdraw"},
		"withdraw":                  {"-spot -margin -futures -options -transfer +withdraw -earn -admin -other", "withdraw"},
		"read_only,something_newer": {"+read +other", "read_only something_newer"},
	} {
		got := with(t, map[string]any{"perm": perm})
		if g := exchangetest.Grants(got.Permissions); g != want.grants {
			t.Errorf("%q gives %s", perm, g)
		}
		if w := strings.Join(got.ExchangePermissions, " "); w != want.words {
			t.Errorf("%q is kept as %s", perm, w)
		}
	}
}

// The dangerous default: a field that is left out, or of another type, must
// not read as "open" or "may not".
func TestMissingFieldsAreUnknown(t *testing.T) {
	for _, odd := range []any{nil, 7, true, []any{map[string]any{}}, map[string]any{}, json.RawMessage("null")} {
		got := with(t, map[string]any{"ip": odd})
		if got.IPs.State != exchanges.IPUnknown {
			t.Errorf("%v as IP list gives %+v", odd, got.IPs)
		}
		if odd == 7 {
			continue // digits are a word that nobody knows, and a name
		}
		if got := with(t, map[string]any{"perm": odd, "label": odd}); got.Permissions.Known() || got.Label != "" || len(got.ExchangePermissions) != 0 {
			t.Errorf("%v gives %+v", odd, got)
		}
	}
	if got := with(t, map[string]any{"perm": " , "}); got.Permissions.Known() {
		t.Errorf("no word gives %s", exchangetest.Grants(got.Permissions))
	}
}

func TestIPList(t *testing.T) {
	for list, want := range map[string]string{
		"":                             "any",
		" ":                            "any",
		"203.0.113.**":                 "restricted",
		"203.0.113.7":                  "list 203.0.113.7",
		"203.0.113.7, 2001:db8::/64 ,": "list 203.0.113.7 2001:db8::/64",
		"198.51.100.0/24":              "list 198.51.100.0/24",
		"0.0.0.0/0":                    "list 0.0.0.0/0",
	} {
		got := with(t, map[string]any{"ip": list}).IPs
		if text := strings.Join(append([]string{got.State.String()}, got.Entries...), " "); text != want {
			t.Errorf("%q gives %s, want %s", list, text, want)
		}
	}
}

// Whether a key manages sub-accounts follows from three facts. No box gives
// it, so it is never claimed; it is denied only where it is sure.
func TestAdminIsLeftOpenOrDenied(t *testing.T) {
	main := map[string]any{"uid": "551234567890123456", "type": "0"}
	for name, c := range map[string]struct {
		changes map[string]any
		want    exchanges.Grant
		note    bool
	}{
		"sub-account":     {nil, exchanges.NotGranted, false},
		"main":            {map[string]any{}, exchanges.Unknown, true},
		"main, any IP":    {map[string]any{"ip": ""}, exchanges.NotGranted, false},
		"main, IP untold": {map[string]any{"ip": nil}, exchanges.Unknown, true},
		"main, reading":   {map[string]any{"perm": "read_only"}, exchanges.NotGranted, false},
		"main, untold":    {map[string]any{"perm": nil}, exchanges.Unknown, false},
		"account untold":  {map[string]any{"uid": nil, "mainUid": nil}, exchanges.Unknown, false},
	} {
		changes := map[string]any{}
		for _, from := range []map[string]any{main, c.changes} {
			for name, v := range from {
				changes[name] = v
			}
		}
		if c.changes == nil {
			changes = nil
		}
		got := with(t, changes)
		if g := got.Permissions.Get(exchanges.Admin); g != c.want {
			t.Errorf("%s: admin is %s, want %s", name, g, c.want)
		}
		if note := strings.Contains(strings.Join(got.Notes, " "), "manages sub-accounts"); note != c.note {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
	}
}

// A key that is not used ends, where it is live, may move something and has no
// IP list.
func TestTheRuleOfFourteenDays(t *testing.T) {
	const rule = "the 14 days begin anew"
	for name, c := range map[string]struct {
		perm, ip any
		want     bool
	}{
		"trade":           {"read_only,trade", "", true},
		"withdraw":        {"read_only,withdraw", "", true},
		"trade, list":     {"read_only,trade", "203.0.113.7", false},
		"reading":         {"read_only", "", false},
		"nothing told":    {nil, "", false},
		"list not told":   {"read_only,trade", nil, false},
		"new words alone": {"something_newer", "", false},
	} {
		got := with(t, map[string]any{"perm": c.perm, "ip": c.ip})
		if told := strings.Contains(strings.Join(got.Notes, " "), rule); told != c.want {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
		if got.Expires.Known() {
			t.Errorf("%s: nobody told when the key ends: %v", name, got.Expires)
		}
	}
	open := strings.Replace(goodKey, "203.0.113.7,203.0.113.8", "", 1)
	for env, want := range map[exchanges.Environment]bool{exchanges.Live: true, exchanges.Demo: false} {
		x, _ := at(t, env, exchangetest.JSON(open))
		got, err := x.Inspect(t.Context(), testCredential())
		if told := strings.Contains(strings.Join(got.Notes, " "), rule); err != nil || told != want {
			t.Errorf("%s: notes %q, %v", env, got.Notes, err)
		}
	}
}

func TestNotesNameTheSubAccount(t *testing.T) {
	for kind, want := range map[any]string{
		"1": "a sub-account of 551234567890123456", "2": "a managed sub-account of", "5": "custody sub-account (Copper)",
		"9": "managed sub-account (Copper)", "12": "custody sub-account (Komainu)", nil: "of a sub-account of", "99": "of a sub-account of",
	} {
		got := with(t, map[string]any{"type": kind}).Notes
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("type %v: %q", kind, got)
		}
	}
}

// Level of identity and settings of trade are nobody's business.
func TestPersonalFactsAreNotRead(t *testing.T) {
	got := with(t, map[string]any{"kycLv": "CANARY1", "level": "CANARY2", "settleCcy": "CANARY3"})
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "CANARY") {
		t.Errorf("%s", text)
	}
}

func TestAnswerWithoutAKeyIsRefused(t *testing.T) {
	one := strings.TrimSuffix(strings.TrimSpace(goodKey[strings.Index(goodKey, "[{")+1:]), "]\n}")
	for _, data := range []string{`null`, `[]`, `{}`, `"x"`, `[null]`, `[{}]`, `[{"label":"x"}]`, `[` + one + `,` + one + `]`} {
		if _, err := inspect(t, exchangetest.JSON(`{"code":"0","msg":"","data":`+data+`}`)); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%.30s: %v", data, err)
		}
	}
	if _, err := inspect(t, exchangetest.JSON(`{"code":"0","msg":"","data":[`+one+`]}`)); err != nil {
		t.Errorf("one key: %v", err)
	}
}

func TestSeenAndClockAreTold(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodKey))
	if err != nil || !got.Clock.Known || got.Clock.Offset.Abs() > time.Minute || got.Seen.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}
