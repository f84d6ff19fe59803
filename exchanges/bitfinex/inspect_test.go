package bitfinex

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func refusals() []exchangetest.Refusal {
	refused := func(status, code int, msg string, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{
			Name: fmt.Sprintf("%d %d %s", status, code, msg), Kind: kind, Outcome: exchanges.Refused,
			Reply: exchangetest.Status(status, fmt.Sprintf(`["error",%d,%q]`, code, msg)),
		}
	}
	return []exchangetest.Refusal{
		refused(500, 10100, "apikey: invalid", exchanges.Auth),
		refused(500, 10100, "apikey: digest invalid", exchanges.Auth),
		refused(200, 10100, "apikey: digest invalid", exchanges.Auth),
		refused(401, 10100, "apikey: invalid", exchanges.Auth),
		refused(500, 10111, "auth payload: wrong", exchanges.Protocol),
		refused(500, 10112, "signature: wrong", exchanges.Auth),
		refused(500, 10113, "hmac: wrong", exchanges.Auth),
		refused(500, 10114, "nonce: small", exchanges.Nonce),
		refused(500, 10100, "nonce: small", exchanges.Nonce),
		refused(500, 10020, "body: invalid", exchanges.Protocol),
		refused(500, 10001, "permissions: insufficient", exchanges.Protocol),
		refused(503, 11000, "ready: no", exchanges.Unavailable),
		refused(429, 11010, "ratelimit: error", exchanges.RateLimited),
		refused(500, 11010, "ratelimit: error", exchanges.RateLimited),
		refused(500, 19999, "something: new", exchanges.Protocol),
		refused(401, 19999, "something: new", exchanges.Auth),
		{Name: "no row", Reply: exchangetest.Status(500, `{"message":"Internal Server Error"}`), Kind: exchanges.Unavailable},
		{Name: "limit by the edge", Reply: exchangetest.Status(429, `{"error":"ERR_RATE_LIMIT"}`), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for body, causes := range map[string][]string{
		`["error",10100,"apikey: invalid"]`:        {"deleted", "swapped", "one pair", "IP"},
		`["error",10100,"apikey: digest invalid"]`: {"secret", "swapped"},
		`["error",10114,"nonce: small"]`:           {`nonce = "us"`, `[key."NAME"]`, "unasked", "of its own"},
		`["error",10001,"error"]`:                  {"scope", "restricted", "trouble"},
	} {
		e := refusal(rest.Response{Status: 500, Body: []byte(body)})
		exchangetest.Hints(t, e, causes...)
		if e.UnknownKey {
			t.Errorf("%s is taken to mean that the key is gone", body)
		}
	}
	if e := refusal(rest.Response{Status: 500, Body: []byte(`["error","10100","a\u001b[2J\n"]`)}); e.Code != "10100: a[2J " {
		t.Errorf("code %q", e.Code)
	}
}

func scoped(t *testing.T, rows string) exchanges.KeyInfo {
	t.Helper()
	got, e := parseScopes(rest.Response{Status: 200, Body: []byte(rows)})
	if e != nil {
		t.Fatalf("%s: %v", rows, e)
	}
	return got
}

// with returns rows of all scopes, all off but those that are named.
func with(on ...string) string {
	var rows []string
	for _, scope := range []string{"account", "history", "orders", "positions", "funding", "settings", "wallets", "withdraw", "ui_withdraw", "bfxpay"} {
		flag := func(side string) int {
			if slices.Contains(on, scope+side) {
				return 1
			}
			return 0
		}
		rows = append(rows, fmt.Sprintf(`[%q,%d,%d]`, scope, flag(":read"), flag(":write")))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func TestTheDocumentedAnswer(t *testing.T) {
	got := scoped(t, goodScopes)
	if text := exchangetest.Grants(got.Permissions); text != "+read +spot +margin +futures -transfer -withdraw -earn -other" {
		t.Errorf("permissions %q", text)
	}
	want := []string{"account:read", "funding:read", "history:read", "orders:read", "orders:write", "positions:read", "positions:write", "wallets:read"}
	if !slices.Equal(got.ExchangePermissions, want) {
		t.Errorf("words %q", got.ExchangePermissions)
	}
}

func TestEachSideOfEachScope(t *testing.T) {
	denied := "-read -spot -margin -futures -options -transfer -withdraw -earn -other"
	turn := func(text string) string { // "+spot ?options" in denied
		out := denied
		for _, w := range strings.Fields(text) {
			if w[0] == '?' {
				out = strings.Replace(out, " -"+w[1:], "", 1)
			} else {
				out = strings.Replace(out, "-"+w[1:], w, 1)
			}
		}
		return out
	}
	for right, want := range map[string]string{
		"":             "",
		"account:read": "+read", "history:read": "+read", "orders:read": "+read", "positions:read": "+read", "funding:read": "+read",
		"settings:read": "+read", "wallets:read": "+read", "withdraw:read": "+read", "bfxpay:read": "+read",
		"account:write": "+other", "history:write": "+other", "settings:write": "+other", "bfxpay:write": "+other",
		"orders:write":      "+spot +margin +futures ?options",
		"positions:write":   "+margin +futures",
		"funding:write":     "+earn",
		"wallets:write":     "+transfer +other",
		"withdraw:write":    "+withdraw",
		"ui_withdraw:write": "+withdraw",
		"ui_withdraw:read":  "?withdraw",
	} {
		if got := exchangetest.Grants(scoped(t, with(right)).Permissions); got != turn(want) {
			t.Errorf("%s gives %q, want %q", right, got, turn(want))
		}
	}
	if len(rights) != 20 {
		t.Errorf("%d sides in the table: put the new ones into this test", len(rights))
	}
}

func TestWhatIsNotToldIsUnknown(t *testing.T) {
	for rows, want := range map[string]string{
		`[["orders",1,0]]`:                             "+read -spot -options",
		`[["withdraw",0,0]]`:                           "",
		`[["withdraw",0,0],["ui_withdraw",0,0]]`:       "-withdraw",
		`[["withdraw",0,0],["ui_withdraw",0,null]]`:    "",
		`[["withdraw",0],["ui_withdraw",0,0]]`:         "",
		`[["withdraw",0,0],"ui_withdraw",[],[null,1]]`: "",
		`[["orders",true,"1"],["staking",0,1]]`:        "+read +spot +margin +futures +other",
		`[["orders",2,-1],["wallets",0,0]]`:            "-transfer",
	} {
		if got := exchangetest.Grants(scoped(t, rows).Permissions); got != want {
			t.Errorf("%s: %q, want %q", rows, got, want)
		}
	}
	for _, rows := range []string{`[]`, `[[]]`, `[null]`, `[["orders"]]`, `[["orders",null,"yes"]]`, `[[1,2],3]`, `{}`, `"x"`} {
		if _, e := parseScopes(rest.Response{Status: 200, Body: []byte(rows)}); e == nil || e.Kind != exchanges.Protocol {
			t.Errorf("%s: %v", rows, e)
		}
	}
}

func TestWhoseKeyItIs(t *testing.T) {
	for row, want := range map[string]string{
		user("null", "0"):           "1234567",
		user("7654321", "null"):     "1234567 The account is a sub-account of 7654321.",
		user("null", "1"):           "1234567 The account is for paper trading: this key moves no real money.",
		user(`"x"`, `"yes"`):        "1234567",
		`["jo@example.com"]`:        "",
		`["1234567"]`:               "1234567",
		`[-1,"jo@example.com"]`:     "",
		`[1e3,"jo@example.com",{}]`: "1000",
		`[]`:                        "",
	} {
		var k exchanges.KeyInfo
		if e := addUser(rest.Response{Status: 200, Body: []byte(row)}, &k); e != nil {
			t.Errorf("%s: %v", row, e)
		}
		got := strings.TrimSpace(k.Account + " " + strings.Join(k.Notes, " "))
		if got != want {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
		if strings.Contains(fmt.Sprintf("%+v", k), "jo") {
			t.Errorf("personal data is kept: %+v", k)
		}
	}
}

// asks inspects a key with scopes; reply is the answer about its user. asked is
// how often that was wanted.
func asks(t *testing.T, scopes string, reply exchangetest.Reply) (got exchanges.KeyInfo, asked int, err error) {
	t.Helper()
	x, server := connect(t, exchangetest.Routes{
		permissionsCall: exchangetest.JSON(scopes).Handler(), userCall: reply.Handler(), statusCall: dated(`[1]`, noon),
	}, noon)
	got, err = x.Inspect(t.Context(), newKey())
	return got, len(server.Requests(userCall)), err
}

func TestAccountIsAskedForByKeysThatMayKnow(t *testing.T) {
	good := exchangetest.JSON(user("null", "0"))
	if got, n, err := asks(t, with("account:read"), good); err != nil || n != 1 || got.Account != "1234567" {
		t.Errorf("reads the account: asked %d times, %q, %v", n, got.Account, err)
	}
	if got, n, err := asks(t, with("orders:read"), good); err != nil || n != 0 || got.Account != "" {
		t.Errorf("does not: asked %d times, %q, %v", n, got.Account, err)
	}
}

func TestAccountThatIsRefusedStaysUnknown(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"generic": exchangetest.Status(500, `["error",10001,"error"]`), "missing": exchangetest.Page(404), "refused": exchangetest.Status(500, `["error",10100,"apikey: invalid"]`),
	} {
		if got, _, err := asks(t, with("account:read"), reply); err != nil || got.Account != "" || !got.Permissions.Has(exchanges.Read) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for kind, reply := range map[exchanges.Kind]exchangetest.Reply{
		exchanges.Nonce: exchangetest.Status(500, `["error",10114,"nonce: small"]`), exchanges.Network: exchangetest.Drop(), exchanges.Protocol: exchangetest.JSON(`{}`),
	} {
		if _, _, err := asks(t, with("account:read"), reply); exchanges.AsError(err).Kind != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// scopeOf says which scope of an answer a box of the page sets.
var scopeOf = map[string]string{
	"Account Info: read": "account:read", "Account History: read": "history:read",
	"Orders: read": "orders:read", "Orders: create and cancel": "orders:write",
	"Margin Trading: read": "positions:read", "Margin Trading: claim positions": "positions:write",
	"Margin Funding: read": "funding:read", "Margin Funding: offer, cancel and close": "funding:write",
	"Wallets: read": "wallets:read", "Wallets: transfer between your wallets": "wallets:write", "Withdrawals": "withdraw:write",
}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		var scopes []string
		for _, words := range ticked {
			scopes = append(scopes, scopeOf[words])
		}
		return scoped(t, with(scopes...)).Permissions
	}, exchanges.Options, exchanges.Admin)
}
