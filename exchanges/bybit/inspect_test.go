package bybit

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
	got, e := parseKey(rest.Response{Status: 200, Body: []byte(exchangetest.Altered(t, goodKey, changes, "result"))})
	if e != nil {
		t.Fatal(e)
	}
	return got.info(testKey)
}

func TestInspectReadsTheRights(t *testing.T) {
	got := with(t, nil)
	if g := exchangetest.Grants(got.Permissions); g != "+read +spot +futures -options +transfer -withdraw -earn +admin -other" {
		t.Errorf("permissions %s", g)
	}
	want := []string{
		"ContractTrade:Order", "ContractTrade:Position", "Derivatives:DerivativesTrade", "Spot:SpotTrade",
		"Wallet:AccountTransfer", "Wallet:SubMemberTransfer",
	}
	if !slices.Equal(got.ExchangePermissions, want) {
		t.Errorf("words %v", got.ExchangePermissions)
	}
	if got.IPs.State != exchanges.IPList || !slices.Equal(got.IPs.Entries, []string{"203.0.113.7", "203.0.113.8"}) {
		t.Errorf("IPs %+v", got.IPs)
	}
}

func TestInspectReadsTheKey(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodKey).With("X-Bapi-Limit", "10").With("X-Bapi-Limit-Status", "9"))
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != testKey || got.Label != "grid bot" || got.Account != "24617703" || got.Usage != "9 of 10 calls left" {
		t.Errorf("%+v", got)
	}
	if at, ok := got.Created.Time(); !ok || at.Format(time.RFC3339) != "2026-03-02T09:14:33Z" {
		t.Errorf("created %v", got.Created)
	}
	if !got.Expires.IsNever() || got.LastUsed.Known() || len(got.Notes) != 0 {
		t.Errorf("expires %v, last used %v, notes %v", got.Expires, got.LastUsed, got.Notes)
	}
}

func TestReadOnlyKey(t *testing.T) {
	for _, mode := range []any{1, true, "1"} {
		got := with(t, map[string]any{"readOnly": mode})
		if got.Permissions != exchanges.NewPermissionSet(exchanges.Read) || !slices.Contains(got.ExchangePermissions, "ReadOnly") {
			t.Errorf("readOnly %v: %s, %v", mode, exchangetest.Grants(got.Permissions), got.ExchangePermissions)
		}
		if !slices.IsSorted(got.ExchangePermissions) {
			t.Errorf("not sorted: %v", got.ExchangePermissions)
		}
	}
}

// The dangerous default: a field that is left out must not read as "open" or
// "may write".
func TestMissingFieldsAreUnknown(t *testing.T) {
	got := with(t, map[string]any{"ips": nil, "permissions": nil, "readOnly": nil, "createdAt": nil, "expiredAt": nil, "deadlineDay": nil})
	if got.IPs.State != exchanges.IPUnknown || got.Permissions.Known() || got.Created.Known() || got.Expires.Known() {
		t.Errorf("%+v", got)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "read-only") {
		t.Errorf("notes %v", got.Notes)
	}
}

func TestIPList(t *testing.T) {
	for _, c := range []struct {
		ips  any
		want exchanges.IPState
	}{
		{[]any{"*"}, exchanges.IPAny},
		{[]any{}, exchanges.IPAny},
		{[]any{"203.0.113.7", "*"}, exchanges.IPAny},
		{[]any{"203.0.113.7"}, exchanges.IPList},
		{json.RawMessage("null"), exchanges.IPUnknown},
		{"*", exchanges.IPAny}, // the star says it, with or without a list
		{[]any{1}, exchanges.IPUnknown},
		{map[string]any{}, exchanges.IPUnknown},
	} {
		got := with(t, map[string]any{"ips": c.ips}).IPs
		if got.State != c.want || (len(got.Entries) > 0) != (c.want == exchanges.IPList) {
			t.Errorf("%v gives %+v, want %s", c.ips, got, c.want)
		}
	}
}

func TestExpiry(t *testing.T) {
	open := []any{"*"}
	for _, c := range []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"a date", map[string]any{"ips": open, "expiredAt": "2026-12-31T10:00:00Z", "deadlineDay": 38}, "2026-12-31T10:00:00Z"},
		{"a date with a zone", map[string]any{"expiredAt": "2026-12-31T18:00:00+08:00"}, "2026-12-31T10:00:00Z"},
		{"the epoch", map[string]any{"deadlineDay": nil}, "never"},
		{"no date, for ever", map[string]any{"ips": open, "expiredAt": "", "deadlineDay": -2}, "never"},
		{"days mean nothing beside a list", map[string]any{"deadlineDay": 7}, "never"},
		{"the two contradict", map[string]any{"ips": open, "deadlineDay": 7}, "unknown"},
		{"nothing", map[string]any{"expiredAt": nil, "deadlineDay": nil}, "unknown"},
		{"nonsense", map[string]any{"expiredAt": "soon"}, "unknown"},
	} {
		got := "unknown"
		switch m := with(t, c.changes).Expires; {
		case m.IsNever():
			got = "never"
		case m.Known():
			at, _ := m.Time()
			got = at.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAccountPrefersTheExactNumber(t *testing.T) {
	for _, c := range []struct{ exact, rounded, want any }{
		{"9007199254740993", 9007199254740992, "9007199254740993"},
		{"0", 24617703, "24617703"},
		{nil, "24617703", "24617703"},
		{nil, json.RawMessage("9007199254740993"), "9007199254740993"},
		{nil, nil, ""},
	} {
		if got := with(t, map[string]any{"userIDInt64": c.exact, "userID": c.rounded}).Account; got != c.want {
			t.Errorf("%v, %v: %q", c.exact, c.rounded, got)
		}
	}
}

func TestNotes(t *testing.T) {
	got := with(t, map[string]any{"isMaster": false, "parentUid": "24680135", "type": 2, "apiKey": "another"}).Notes
	if all := strings.Join(got, "\n"); len(got) != 3 || !strings.Contains(all, "24680135") || !strings.Contains(all, "third-party") || !strings.Contains(all, "another key") {
		t.Errorf("%q", got)
	}
}

// Country, level and inviter are nobody's business, and a secret least of all.
func TestPersonalFactsAreNotRead(t *testing.T) {
	got := with(t, map[string]any{"kycRegion": "CANARY1", "kycLevel": "CANARY2", "vipLevel": "CANARY3", "secret": "CANARY4", "inviterID": 555777})
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "CANARY") || strings.Contains(text, "555777") {
		t.Errorf("%s", text)
	}
}

func TestAnswerWithoutAKeyIsRefused(t *testing.T) {
	for _, body := range []string{`{"retCode":0}`, `{"retCode":0,"result":null}`, `{"retCode":0,"result":{}}`, `{"retCode":0,"result":[]}`, `{"retCode":0,"result":"x"}`, `{"result":{"apiKey":"x"}}`} {
		if _, err := inspect(t, exchangetest.JSON(body)); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(goodKey))
	f.Add([]byte(`{"retCode":10003,"retMsg":"API key is invalid."}`))
	f.Add([]byte(`{"retCode":"0","result":{"readOnly":true,"permissions":{"Spot":null},"ips":["*",null]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := rest.Response{Status: 200, Body: body}
		if e := refusal(r); e != nil && (e.Kind == "" || e.Hint == "") {
			t.Errorf("refusal without kind or hint: %v", e)
		}
		k, err := parseKey(r)
		if err != nil {
			return
		}
		got := k.info(testKey)
		if got.Permissions.Has(exchanges.Withdraw) && !slices.Contains(got.ExchangePermissions, "Wallet:Withdraw") {
			t.Errorf("withdraw out of nothing: %+v", got)
		}
		texts := append(append(append([]string{got.Label, got.Account}, got.ExchangePermissions...), got.IPs.Entries...), got.Notes...)
		for _, text := range texts {
			if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '\u202e' || r == '\u200b' }) {
				t.Errorf("%q is not clean", text)
			}
		}
	})
}
