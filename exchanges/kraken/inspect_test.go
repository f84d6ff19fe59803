package kraken

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

var compareFacts = cmp.AllowUnexported(exchanges.Moment{}, exchanges.PermissionSet{})

// parsed reads a result that follows a call in milliseconds.
func parsed(t *testing.T, result string) exchanges.KeyInfo {
	t.Helper()
	k, err := parseKeyInfo(rest.Response{Status: 200, Body: []byte(`{"error":[],"result":` + result + `}`)}, time.Millisecond)
	if err != nil {
		t.Fatalf("%s: %v", result, err)
	}
	return k
}

func at(unix int64) exchanges.Moment { return exchanges.At(time.Unix(unix, 0)) }

func TestReplyInEverySpelling(t *testing.T) {
	want := exchanges.KeyInfo{
		Label:               "grid bot",
		Account:             "…YTKU",
		Permissions:         exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin),
		ExchangePermissions: []string{"modify-trades", "query-funds"},
		IPs:                 exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7/32", "2001:db8::/48"}},
		Created:             at(1741000000),
		Expires:             at(1795500000),
		LastUsed:            at(1763999999),
	}
	for name, result := range map[string]string{
		"camel case, text": `{"apiKeyName":"grid bot","nonce":"1764000000000","permissions":["query-funds","modify-trades"],
			"iban":"AA88 N84G WOJA YTKU","validUntil":"1795500000","queryFrom":"0","queryTo":"0","createdTime":"1741000000",
			"ipAllowlist":["203.0.113.7/32","2001:db8::/48"],"lastUsed":"1763999999"}`,
		"snake case, numbers": `{"api_key_name":"grid bot","nonce":1764000000000,"permissions":["query-funds","modify-trades"],
			"iban":"AA88N84GWOJAYTKU","valid_until":1795500000,"query_from":0,"query_to":0,"created_time":1741000000,
			"ip_allowlist":["203.0.113.7/32","2001:db8::/48"],"last_used":1763999999.0}`,
		"times in words": `{"apiKeyName":" grid bot ","permissions":["query-funds","modify-trades","query-funds"],
			"iban":"AA88 N84G WOJA YTKU","validUntil":"2026-11-24T06:00:00Z","createdTime":"2025-03-03T12:06:40+01:00",
			"ipAllowlist":["203.0.113.7/32","","2001:db8::/48"],"lastUsed":"2025-11-24T15:59:59.000Z"}`,
		"one spelling null": `{"apiKeyName":null,"api_key_name":"grid bot","permissions":["query-funds","modify-trades"],
			"iban":"AA88 N84G WOJA YTKU","valid_until":1795500000,"created_time":1741000000,
			"ip_allowlist":["203.0.113.7/32","2001:db8::/48"],"last_used":1763999999}`,
	} {
		if diff := cmp.Diff(want, parsed(t, result), compareFacts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatKrakenDoesNotSayIsUnknown(t *testing.T) {
	for _, result := range []string{
		`{}`,
		`{"apiKeyName":null,"permissions":null,"ipAllowlist":null,"createdTime":null,"validUntil":null,"iban":null,"nonce":null}`,
		`{"apiKeyName":{},"permissions":{"query-funds":true},"ipAllowlist":{"203.0.113.7":1},"createdTime":[],"validUntil":true,"lastUsed":{},"iban":[1]}`,
		`{"permissions":["query-funds",{}],"ipAllowlist":["203.0.113.7",null],"createdTime":"yesterday","validUntil":"","lastUsed":"now"}`,
		`{"permissions":[null],"ipAllowlist":[""],"createdTime":"-5","validUntil":1e400,"lastUsed":92233720368547758070}`,
		`{"createdTime":"0","validUntil":"1795500000000","lastUsed":"253402300800","iban":"AA88","queryFrom":"junk","nonce":"1e400"}`,
	} {
		if diff := cmp.Diff(exchanges.KeyInfo{}, parsed(t, result), compareFacts); diff != "" {
			t.Errorf("%s told something (-want +got):\n%s", result, diff)
		}
	}
}

func TestZeroAndEmptyAreAnswers(t *testing.T) {
	got := parsed(t, `{"permissions":[],"ipAllowlist":[],"validUntil":"0","lastUsed":0,"createdTime":"0"}`)
	want := exchanges.KeyInfo{
		Permissions: exchanges.NewPermissionSet(),
		IPs:         exchanges.IPWhitelist{State: exchanges.IPAny},
		Expires:     exchanges.Never(),
		LastUsed:    exchanges.Never(),
	}
	if diff := cmp.Diff(want, got, compareFacts); diff != "" {
		t.Error(diff)
	}
}

func TestNeverUsedIsSaidInSeveralWays(t *testing.T) {
	for result, want := range map[string]exchanges.Moment{
		`{"lastUsed":null}`:                             exchanges.Never(),
		`{"last_used":null}`:                            exchanges.Never(),
		`{"lastUsed":"0"}`:                              exchanges.Never(),
		`{"last_used":0}`:                               exchanges.Never(),
		`{"lastUsed":null,"last_used":"1763999999"}`:    at(1763999999),
		`{"lastUsed":"1763999999","last_used":null}`:    at(1763999999),
		`{"lastUsed":"2025-11-24T15:59:59Z"}`:           at(1763999999),
		`{"lastUsed":""}`:                               {},
		`{"lastUsed":"never"}`:                          {},
		`{"lastUsed":false,"last_used":null}`:           {},
		`{"validUntil":"0","createdTime":"1763999999"}`: {},
	} {
		if got := parsed(t, result).LastUsed; got != want {
			t.Errorf("%s: %+v, want %+v", result, got, want)
		}
	}
}

func TestResultMustBeAnObject(t *testing.T) {
	for _, result := range []string{`[]`, `"text"`, `1`, `true`, `null`} {
		_, err := parseKeyInfo(rest.Response{Status: 200, Body: []byte(`{"error":[],"result":` + result + `}`)}, time.Millisecond)
		if err == nil || err.Kind != exchanges.Protocol || err.Hint == "" {
			t.Errorf("%s: %v", result, err)
		}
	}
}

func TestEveryRight(t *testing.T) {
	for words, want := range map[string][]exchanges.Permission{
		"query-funds funds_query":                 {exchanges.Read},
		"query-open-trades trades_query_open":     {exchanges.Read},
		"query-closed-trades trades_query_closed": {exchanges.Read},
		"query-ledger ledger_query":               {exchanges.Read},
		"export-data export_data":                 {exchanges.Read},
		"modify-trades trades_modify":             {exchanges.Spot, exchanges.Margin},
		"close-trades trades_close":               {exchanges.Spot},
		"earn-funds funds_earn":                   {exchanges.Earn},
		"withdraw-funds funds_withdraw":           {exchanges.Withdraw},
		"add-withdraw-address":                    {exchanges.Withdraw},
		"update-withdraw-address":                 {exchanges.Withdraw},
		"add-funds funds_add":                     {exchanges.Other},
		"create-ws-token":                         {exchanges.Other},
		"something-new":                           {exchanges.Other},
		"Query-Funds":                             {exchanges.Other},
	} {
		for _, w := range strings.Fields(words) {
			k := parsed(t, `{"permissions":["`+w+`"]}`)
			if got := k.Permissions.All(exchanges.Granted); !slices.Equal(got, want) || !slices.Equal(k.ExchangePermissions, []string{w}) {
				t.Errorf("%s grants %v and is shown as %q, want %v", w, got, k.ExchangePermissions, want)
			}
		}
	}
	if len(rights) != 23 {
		t.Errorf("%d words in the table: put the new ones into this test", len(rights))
	}
}

func TestAListOfRightsIsComplete(t *testing.T) {
	for words, want := range map[string]exchanges.PermissionSet{
		`"query-funds"`: exchanges.NewPermissionSet(exchanges.Read),
		// Which right moves funds to the futures wallet is not documented.
		`"withdraw-funds","query-funds","withdraw-funds"`: exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw).With(exchanges.Transfer, exchanges.Unknown),
		// A word that is new may give anything.
		`"query-funds","trade-moons"`: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Other, exchanges.Granted),
	} {
		if got := parsed(t, `{"permissions":[`+words+`]}`).Permissions; got != want {
			t.Errorf("%s: granted %v, unknown %v", words, got.All(exchanges.Granted), got.All(exchanges.Unknown))
		}
	}
}

func TestNotesOnNonces(t *testing.T) {
	for _, c := range []struct {
		nonce string
		sent  time.Duration
		want  string
	}{
		{`"1764000000000"`, time.Millisecond, ""},
		{`1764000000000000`, time.Millisecond, "microseconds"},
		{`"1764000000000000000"`, time.Millisecond, "nanoseconds"},
		{`"1764000000000000000"`, time.Microsecond, "nanoseconds"},
		{`"1764000000000000000"`, time.Nanosecond, ""},
		{`"1764000000000"`, time.Nanosecond, ""},
		{`"many"`, time.Millisecond, ""},
	} {
		k := keyInfo{"nonce": []byte(c.nonce)}
		notes := k.info(c.sent).Notes
		if c.want == "" && len(notes) > 0 || c.want != "" && (len(notes) != 1 || !strings.Contains(notes[0], c.want)) {
			t.Errorf("Kraken saw %s, %s sent: %q, want %q", c.nonce, c.sent, notes, c.want)
		}
	}
}

func TestNotesOnHistory(t *testing.T) {
	for result, want := range map[string]string{
		`{"queryFrom":"1735689600","queryTo":"0"}`:           "The key reads history only from 2025-01-01.",
		`{"query_from":0,"query_to":1767225600}`:             "The key reads history only to 2026-01-01.",
		`{"queryFrom":"1735689600","queryTo":"1767225600"}`:  "The key reads history only from 2025-01-01 to 2026-01-01.",
		`{"queryFrom":"0","queryTo":"0","nonceWindow":10e3}`: "",
	} {
		if got := strings.Join(parsed(t, result).Notes, "|"); got != want {
			t.Errorf("%s: %q, want %q", result, got, want)
		}
	}
}

func TestOnlyTheEndOfTheAccountNumberIsKept(t *testing.T) {
	info := parsed(t, `{"iban":"AA88 N84G WOJA YTKU"}`)
	if text := fmt.Sprintf("%+v", info); strings.Contains(text, "N84G") || strings.Contains(text, "WOJA") || info.Account != "…YTKU" {
		t.Errorf("the account is kept as %q", info.Account)
	}
}
