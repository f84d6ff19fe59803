package sim

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bitfinexRig is Bitfinex with a nonce that rises.
type bitfinexRig struct {
	*soloRig
	nonce int64 // of the last call
}

func newBitfinexRig(t *testing.T, seeds ...seed) *bitfinexRig {
	t.Helper()
	return &bitfinexRig{soloRig: newSoloRig(t, bitfinexSites[0], seeds...), nonce: 1_800_000_000_000_000}
}

func signBitfinex(secret, path, nonce, body string) string {
	mac := hmac.New(sha512.New384, []byte(secret))
	mac.Write([]byte("/api" + path + nonce + body))
	return hex.EncodeToString(mac.Sum(nil))
}

func bitfinexHeaders(k Key, path, nonce, body string) http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "Bfx-Apikey": {k.Key}, "Bfx-Nonce": {nonce},
		"Bfx-Signature": {signBitfinex(k.Secret, path, nonce, body)},
	}
}

func (b *bitfinexRig) signed(k Key, name, nonce, body string) reply {
	b.t.Helper()
	path := "/v2/auth/" + name
	return b.do(http.MethodPost, path, body, bitfinexHeaders(k, path, nonce, body))
}

// call makes a call with the next nonce.
func (b *bitfinexRig) call(k Key, name, body string) reply {
	b.t.Helper()
	b.nonce++
	return b.signed(k, name, strconv.FormatInt(b.nonce, 10), body)
}

// refused checks a status, a code and a text; an empty text stands for no refusal.
func (b *bitfinexRig) refused(got reply, status, code int, text string) {
	b.t.Helper()
	want, _ := json.Marshal([]any{"error", code, text})
	if got.status != status || (string(got.body) == string(want)) != (text != "") {
		b.t.Errorf("%d %s, want %d %s", got.status, got.body, status, want)
	}
}

// Made by ccxt 4.5.84; none is published.
func TestBitfinexSignature(t *testing.T) {
	const secret, text = "test-api-secret", "/api/v2/auth/r/permissions1700000000000{}"
	const signature = "1845fb6480499d39492036b01fa0673c3796eb516d0704c9cdce864f26249dd0149749243081bd4e3f5d2ef3bb77d7a0"
	if !validBitfinexSignature(secret, text, signature) {
		t.Error("the signature is refused")
	}
	for _, c := range [][3]string{
		{secret + "x", text, signature}, {secret, text + " ", signature}, {secret, text, "0" + signature[1:]}, {secret, text, ""}, {secret, text, "%"},
	} {
		if validBitfinexSignature(c[0], c[1], c[2]) {
			t.Errorf("%q is accepted", c)
		}
	}
}

func TestBitfinexRefusals(t *testing.T) {
	b := newBitfinexRig(t,
		seed{Label: "good", Permissions: []string{"read"}},
		seed{Label: "off", Permissions: []string{"read"}, Disabled: true},
		seed{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"192.0.2.44"}},
	)
	good := b.key("good")
	unknown, forged := good, good
	unknown.Key, forged.Secret = "unknown", "another"
	const name, path = "r/permissions", "/v2/auth/r/permissions"
	changed := func(header, value string) reply {
		h := bitfinexHeaders(good, path, "1900000000000000", "{}")
		h[header] = []string{value}
		return b.do(http.MethodPost, path, "{}", h)
	}
	for _, c := range []struct {
		got          reply
		status, code int
		text         string
	}{
		{b.call(good, name, "{}"), 200, 0, ""},
		{b.call(unknown, name, "{}"), 500, 10100, "apikey: invalid"},
		{b.call(b.key("off"), name, "{}"), 500, 10100, "apikey: invalid"},
		{b.call(b.key("elsewhere"), name, "{}"), 500, 10100, "apikey: invalid"},
		{b.call(forged, name, "{}"), 500, 10100, "apikey: digest invalid"},
		{changed("Bfx-Apikey", ""), 500, 10100, "apikey: invalid"},
		{changed("Bfx-Signature", ""), 500, 10100, "apikey: digest invalid"},
		{changed("Bfx-Nonce", "1900000000000001"), 500, 10100, "apikey: digest invalid"},
		{changed("Content-Type", "text/plain"), 500, 10020, "content-type: invalid"},
		{changed("Content-Type", ""), 500, 10020, "content-type: invalid"},
		{b.call(good, name, "[]"), 500, 10020, "body: invalid"},
		{b.call(good, name, ""), 500, 10020, "body: invalid"},
		{b.call(good, "r/keys", "{}"), 404, 10020, "path: /v2/auth/r/keys is not found"},
		{b.do(http.MethodGet, path, "", nil), 404, 10020, "path: /v2/auth/r/permissions is not found"},
	} {
		b.refused(c.got, c.status, c.code, c.text)
	}
}

func TestBitfinexNonces(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Permissions: []string{"read"}}, seed{Label: "other", Permissions: []string{"read"}})
	for _, step := range []struct{ label, nonce, text string }{
		{"k", "1700000000000", ""},
		{"k", "1700000000000", "nonce: small"}, // repeated
		{"k", "1699999999999", "nonce: small"},
		{"k", "1700000000001", ""},
		{"k", "1700000000002000", ""},          // another program, in microseconds,
		{"k", "1700000000003", "nonce: small"}, // locks this one out
		{"other", "1700000000003", ""},
		{"k", "9007199254740992", "nonce: invalid"},
		{"k", "", "nonce: invalid"},
		{"k", "-1", "nonce: invalid"},
		{"k", "9007199254740991", ""},
	} {
		got := b.signed(b.key(step.label), "r/permissions", step.nonce, "{}")
		status := map[bool]int{true: 200, false: 500}[step.text == ""]
		b.refused(got, status, 10114, step.text)
	}
}

func TestBitfinexForgedCallSpendsNoNonce(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Permissions: []string{"read"}})
	forged := b.key("k")
	forged.Secret = "another"
	b.refused(b.signed(forged, "r/permissions", "9007199254740991", "{}"), 500, 10100, "apikey: digest invalid")
	b.refused(b.call(b.key("k"), "r/permissions", "{}"), 200, 0, "")
}

func TestBitfinexTellsScopes(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Words: []string{"account:read", "orders:read", "orders:write", "ui_withdraw:write"}})
	const want = `[["account",1,0],["history",0,0],["orders",1,1],["positions",0,0],["funding",0,0],["settings",0,0],` +
		`["wallets",0,0],["withdraw",0,0],["ui_withdraw",0,1],["bfxpay",0,0]]`
	if got := b.call(b.key("k"), "r/permissions", "{}"); string(got.body) != want {
		t.Errorf("%s", got.body)
	}
	if p := strings.Join(b.key("k").Permissions, " "); p != "read spot margin futures withdraw" {
		t.Errorf("described as %s", p)
	}
}

func TestBitfinexScopesOpenTheirCalls(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "read", Permissions: []string{"read"}}, seed{Label: "trade", Words: []string{"orders:write", "withdraw:write"}},
		seed{Label: "lend", Permissions: []string{"earn", "transfer"}})
	const denied = "api_key: permission invalid"
	const poor = "Invalid request: not enough exchange balance"
	for _, c := range []struct{ label, name, text string }{
		{"read", "r/wallets", ""}, {"read", "r/orders", ""}, {"read", "r/orders/tBTCUSD/hist", ""}, {"read", "r/positions", ""},
		{"read", "r/funding/offers/fUSD", ""}, {"read", "r/ledgers/hist", ""}, {"read", "r/summary", ""}, {"read", "r/settings", denied},
		{"read", "w/order/submit", denied}, {"read", "w/withdraw", denied}, {"read", "w/token", denied},
		{"trade", "r/wallets", denied}, {"trade", "w/order/submit", poor}, {"trade", "w/order/cancel", "Order not found."}, {"trade", "w/withdraw", poor},
		{"trade", "w/transfer", denied}, {"trade", "w/funding/offer/submit", denied},
		{"lend", "w/funding/offer/submit", poor}, {"lend", "w/transfer", poor}, {"lend", "w/deposit/address", "Deposit addresses are not available"},
	} {
		got := b.call(b.key(c.label), c.name, "{}")
		b.refused(got, map[bool]int{true: 200, false: 500}[c.text == ""], 10001, c.text)
	}
}

// rows reads an answer that is a list.
func (b *bitfinexRig) rows(got reply) (out []any) {
	b.t.Helper()
	if err := json.Unmarshal(got.body, &out); err != nil || got.status != http.StatusOK {
		b.t.Fatalf("%d %s", got.status, got.body)
	}
	return out
}

func (b *bitfinexRig) public(path string) reply { return b.do(http.MethodGet, "/v2/"+path, "", nil) }

func TestBitfinexDescribesTheAccount(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Permissions: []string{"read"}})
	user := b.rows(b.call(b.key("k"), "r/info/user", "{}"))
	if len(user) != 55 || user[0] != 7.0 || user[16] != nil || user[21] != 0.0 || user[44] != noon.Add(-day).Format(time.RFC3339) {
		t.Errorf("user %v", user)
	}
	login := firstOf(t, any(b.rows(b.call(b.key("k"), "r/logins/hist", `{"limit":1}`)))).([]any)
	if len(login) != 8 || login[2] != float64(noon.Add(-day).UnixMilli()) || login[4] != "203.0.113.7" {
		t.Errorf("login %v", login)
	}
	b.refused(b.call(b.key("k"), "r/logins/hist", `{"limit":251}`), 500, 10020, "limit: invalid")
	if wallet := firstOf(t, any(b.rows(b.call(b.key("k"), "r/wallets", "{}")))).([]any); len(wallet) != 7 || wallet[1] != "BTC" || wallet[4] != 0.5 {
		t.Errorf("wallet %v", wallet)
	}
}

// docs.bitfinex.com
func TestBitfinexMarketShapes(t *testing.T) {
	b := newBitfinexRig(t)
	for path, n := range map[string]int{
		"ticker/tBTCUSD": 10, "tickers?symbols=ALL": len(bitfinexPairs), "tickers?symbols=tETHBTC,tXXX": 1, "book/tBTCUSD/P0?len=1": 2,
		"book/tBTCUST/R0": 50, "candles/trade:1D:tBTCUSD/last": 6, "platform/status": 1, "conf/pub:info:pair,pub:nothing": 2,
	} {
		if got := b.rows(b.public(path)); len(got) != n {
			t.Errorf("%s has %d places, want %d: %v", path, len(got), n, got)
		}
	}
	for path, n := range map[string]int{
		"tickers?symbols=tETHBTC": 11, "book/tBTCUSD/R0": 3, "book/tBTCUSD/P1": 3, "trades/tBTCUSD/hist?limit=1": 4,
		"candles/trade:1h:tBTCUSD/hist": 6, "conf/pub:info:pair": len(bitfinexPairs),
	} {
		if row := firstOf(t, any(b.rows(b.public(path)))).([]any); len(row) != n {
			t.Errorf("a row of %s has %d places, want %d: %v", path, len(row), n, row)
		}
	}
	for path, text := range map[string]string{
		"ticker/BTCUSD": "symbol: invalid", "book/tBTCUSD/P9": "precision: invalid", "book/no/P0": "symbol: invalid", "tickers": "symbols: invalid",
		"trades/no/hist": "symbol: invalid", "candles/trade:2w:tBTCUSD/hist": "candles: invalid", "candles/trade:1h:tNO/hist": "symbol: invalid",
	} {
		b.refused(b.public(path), 500, 10020, text)
	}
}

func TestBitfinexTokens(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Words: append(bitfinexWords([]string{"read", "spot"}), "account:write")})
	k := b.key("k")
	mint := func(body string) http.Header {
		t.Helper()
		var made []string
		if got := b.call(k, "w/token", body); json.Unmarshal(got.body, &made) != nil || len(made) != 1 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return http.Header{"Content-Type": {"application/json"}, "Bfx-Token": made}
	}
	ask := func(h http.Header, name string) reply { return b.do(http.MethodPost, "/v2/auth/"+name, "{}", h) }
	all, orders := mint(`{"scope":"api"}`), mint(`{"scope":"api","caps":["o"],"writePermission":true,"ttl":600}`)
	foreign := mint(`{"scope":"api","_cust_ip":"192.0.2.44"}`)
	b.refused(ask(all, "r/wallets"), 200, 0, "")
	b.refused(ask(all, "w/order/submit"), 500, 10001, "api_key: permission invalid")
	b.refused(ask(orders, "r/wallets"), 500, 10001, "api_key: permission invalid")
	b.refused(ask(orders, "w/order/cancel"), 500, 10001, "Order not found.")
	b.refused(ask(foreign, "r/wallets"), 500, 10100, "token: invalid")
	if got := ask(orders, "r/permissions"); !strings.Contains(string(got.body), `["orders",1,1],["positions",0,0]`) {
		t.Errorf("%s", got.body)
	}
	b.pass(bitfinexTokenLife)
	b.refused(ask(all, "r/wallets"), 500, 10100, "token: invalid")
	b.refused(ask(orders, "r/permissions"), 200, 0, "")
	e, _ := b.desk.book.listed(k.Key)
	_ = b.desk.remove(e, confirmed)
	b.refused(ask(orders, "r/permissions"), 500, 10100, "token: invalid")
}

func TestBitfinexTokenRefusals(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Words: []string{"account:write"}})
	for body, text := range map[string]string{
		`{}`:                                  "scope: invalid",
		`{"scope":"web"}`:                     "scope: invalid",
		`{"scope":"api","ttl":0}`:             "ttl: invalid",
		`{"scope":"api","ttl":1.5}`:           "ttl: invalid",
		`{"scope":"api","ttl":"60"}`:          "ttl: invalid",
		`{"scope":"api","caps":"a"}`:          "caps: invalid",
		`{"scope":"api","caps":["a","nope"]}`: "caps: invalid",
		`{"scope":"api","caps":["wd"]}`:       "caps: invalid", // takes writePermission
	} {
		b.refused(b.call(b.key("k"), "w/token", body), 500, 10020, text)
	}
}

func TestBitfinexFaults(t *testing.T) {
	b := newBitfinexRig(t, seed{Label: "k", Permissions: []string{"read"}})
	for kind, c := range map[FaultKind]struct {
		code int
		text string
	}{
		FaultBadRequest: {10020, "params: invalid"}, FaultUnauthorized: {10100, "apikey: invalid"}, FaultRateLimit: {11010, "ratelimit: error"},
		FaultServerError: {10001, "error: unknown"}, FaultUnavailable: {20060, "maintenance"},
	} {
		b.setFaults([]Fault{{Kind: kind, Rate: 1}})
		status, _ := strconv.Atoi(string(kind))
		b.refused(b.call(b.key("k"), "r/permissions", "{}"), status, c.code, c.text)
	}
	b.setFaults([]Fault{{Kind: FaultUnauthorized, Rate: 1}})
	if got := b.do(http.MethodGet, "/v2/platform/status", "", nil); string(got.body) != "[1]" {
		t.Errorf("a public call: %s", got.body)
	}
}

func TestBitfinexPage(t *testing.T) {
	b := newBitfinexRig(t)
	b.walkThePage(form{Boxes: []string{"orders:read", "orders:write"}}, func(k Key) bool {
		return b.call(k, "r/permissions", "{}").status == http.StatusOK
	})
	b.pageRefuses(form{Label: "a"}, "at least one permission")
	b.pageRefuses(form{Label: "a", Boxes: []string{"ui_withdraw:read"}}, "no such permission")
	b.pageRefuses(form{Label: "a", Boxes: []string{"orders:read"}, IPs: "2001:db8::1"}, "not an IPv4 address")
	b.pageRefuses(form{Label: "a", Boxes: []string{"orders:read"}, Expires: "2027-01-31"}, "no expiration")
	holdsDemo(t, bitfinexSites[0], "offers-bot", "bfx-reports", "spare-bitfinex")
}

func TestBitfinexPageKnowsTheNormalForm(t *testing.T) {
	b := newBitfinexRig(t)
	for permissions, gives := range map[string]string{
		"read": "read", "spot": "spot margin futures", "margin": "spot margin futures", "transfer": "transfer other",
		"withdraw": "withdraw", "earn": "earn", "other": "other", "read spot earn": "read spot margin futures earn", "options": "",
	} {
		if got := strings.Join(b.desk.normal(bitfinexWords(strings.Fields(permissions))), " "); got != gives {
			t.Errorf("%s: the boxes give %s", permissions, got)
		}
	}
}
