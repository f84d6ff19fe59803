package sim

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bybitCaller makes signed calls as the documentation describes them, with
// everything that can be got wrong open to change.
type bybitCaller struct {
	venue  Venue
	key    Key
	at     time.Time
	window string
	signed func(stamp, key, window, payload string) string
}

func newBybitCaller(v Venue, k Key) bybitCaller {
	return bybitCaller{venue: v, key: k, at: noon, window: "5000",
		signed: func(stamp, key, window, payload string) string { return stamp + key + window + payload }}
}

func (c bybitCaller) header(t *testing.T, payload string) http.Header {
	t.Helper()
	stamp := strconv.FormatInt(c.at.UnixMilli(), 10)
	h := http.Header{}
	h.Set("X-BAPI-API-KEY", c.key.Key)
	h.Set("X-BAPI-TIMESTAMP", stamp)
	h.Set("X-BAPI-SIGN", sign(t, c.key, c.signed(stamp, c.key.Key, c.window, payload)))
	if c.window != "" {
		h.Set("X-BAPI-RECV-WINDOW", c.window)
	}
	return h
}

func (c bybitCaller) get(t *testing.T, path, query string) reply {
	t.Helper()
	address := c.venue.BaseURL + path
	if query != "" {
		address += "?" + query
	}
	return send(t, http.MethodGet, address, "", c.header(t, query))
}

// order asks what an order would do, the one signed POST there is.
func (c bybitCaller) order(t *testing.T, body string) reply {
	t.Helper()
	h := c.header(t, body)
	h.Set("Content-Type", "application/json")
	return send(t, http.MethodPost, c.venue.BaseURL+preCheck, body, h)
}

const (
	queryAPI = "/v5/user/query-api"
	preCheck = "/v5/order/pre-check"
	anOrder  = `{"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "1"}`
)

func result(t *testing.T, r reply) object {
	t.Helper()
	o := r.object(t)
	if o["retCode"] != float64(0) {
		t.Fatalf("%s", r.body)
	}
	inner, ok := o["result"].(object)
	if !ok {
		t.Fatalf("no result in %s", r.body)
	}
	return inner
}

func TestBybitIntrospection(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	k := v.key(t, "perp-bot")
	got := result(t, newBybitCaller(v, k).get(t, queryAPI, ""))
	told := object{
		"note": "perp-bot", "apiKey": k.Key, "secret": "", "readOnly": 0.0, "deadlineDay": 12.0,
		"createdAt": "2026-09-08T12:00:00Z", "expiredAt": "2026-12-07T12:00:00Z", "rsaPublicKey": "", "isMaster": true, "ips": []any{"*"},
	}
	for name, want := range told {
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	groups, _ := got["permissions"].(object)
	if len(groups) != len(bybitGroups) || !reflect.DeepEqual(groups["Wallet"], []any{"AccountTransfer"}) ||
		!reflect.DeepEqual(groups["ContractTrade"], []any{"Order", "Position"}) || !reflect.DeepEqual(groups["Options"], []any{}) {
		t.Errorf("permissions %v", groups)
	}
}

func TestBybitRSAKey(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "bybit", "live")
	k := v.key(t, "hedge-bot")
	s.entryOf(t, k.Key, func(e *entry) {
		e.PublicKey, k.PrivateKey = newMaterial("bybit", e.Label).rsa()
		e.PublicPEM = publicPEM(e.PublicKey)
		e.Secret, k.Secret = "", ""
	})
	if got := newBybitCaller(v, k).get(t, queryAPI, ""); got.code(t) != 10010 {
		t.Errorf("from an address that is not listed: %s", got.body)
	}
	s.entryOf(t, k.Key, func(e *entry) { e.IPs = []string{"203.0.113.7"} })
	got := result(t, newBybitCaller(v, k).get(t, queryAPI, ""))
	if public, _ := got["rsaPublicKey"].(string); !strings.HasPrefix(public, "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("rsaPublicKey %q", public)
	}
	if !reflect.DeepEqual(got["ips"], []any{"203.0.113.7"}) || got["expiredAt"] != bybitNever || got["deadlineDay"] != -2.0 {
		t.Errorf("%v", got)
	}
}

// The lists of a read-only key name rights that it does not have.
func TestBybitReadOnlyOverridesTheLists(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "bybit", "live")
	k := v.key(t, "perp-bot")
	call := newBybitCaller(v, k)
	for what, change := range map[string]func(*entry){
		"by permission":         func(e *entry) { e.Permissions = []string{"read"} },
		"in the exchange's own": func(e *entry) { e.Words = []string{"readOnly", "Spot:SpotTrade"} },
	} {
		s.entryOf(t, k.Key, change)
		got := result(t, call.get(t, queryAPI, ""))
		groups, _ := got["permissions"].(object)
		if got["readOnly"] != 1.0 || !reflect.DeepEqual(groups["Spot"], []any{"SpotTrade"}) {
			t.Errorf("%s: %v", what, got)
		}
		if refused := call.order(t, anOrder); refused.code(t) != 10005 || refused.status != 200 {
			t.Errorf("%s: order: %d %s", what, refused.status, refused.body)
		}
	}
	s.entryOf(t, k.Key, func(e *entry) { e.Words = []string{"Lunar:Land", "Lunar:Orbit"} })
	groups, _ := result(t, call.get(t, queryAPI, ""))["permissions"].(object)
	if !reflect.DeepEqual(groups["Lunar"], []any{"Land", "Orbit"}) {
		t.Errorf("a group that nobody knows: %v", groups["Lunar"])
	}
}

func TestBybitPermissions(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "bybit", "live")
	k := v.key(t, "perp-bot")
	call := newBybitCaller(v, k)
	const transfer, query = "/v5/asset/transfer/query-account-coins-balance", "accountType=FUND"
	result(t, call.get(t, transfer, query))
	result(t, call.order(t, anOrder))
	s.entryOf(t, k.Key, func(e *entry) { e.Permissions = []string{"read", "spot"} })
	if got := call.get(t, transfer, query); got.code(t) != 10005 {
		t.Errorf("without a wallet right: %s", got.body)
	}
	s.entryOf(t, k.Key, func(e *entry) { e.Permissions = []string{"read", "transfer"} })
	if got := call.order(t, anOrder); got.code(t) != 10005 {
		t.Errorf("without a trading right: %s", got.body)
	}
	result(t, call.get(t, "/v5/account/wallet-balance", "accountType=UNIFIED"))
}

func TestBybitTimeWindow(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	call := newBybitCaller(v, v.key(t, "perp-bot"))
	for _, c := range []struct {
		ms     int
		window string
		code   int
	}{
		{0, "5000", 0}, {999, "5000", 0}, {1000, "5000", 10002}, {600_000, "5000", 10002},
		{-5000, "5000", 0}, {-5001, "5000", 10002}, {-600_000, "5000", 10002}, {-9000, "10000", 0},
		{-5000, "", 0}, {-5001, "", 10002}, {0, "soon", 10001}, {0, "-5", 10001},
	} {
		call.at, call.window = noon.Add(time.Duration(c.ms)*time.Millisecond), c.window
		if got := call.get(t, queryAPI, ""); got.code(t) != c.code || got.status != 200 {
			t.Errorf("%d ms, window %q: %d %s", c.ms, c.window, got.status, got.body)
		}
	}
}

func TestBybitSignatures(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	good := newBybitCaller(v, v.key(t, "perp-bot"))
	result(t, good.get(t, "/v5/order/realtime", "category=spot&symbol=BTCUSDT"))
	for name, signed := range map[string]func(stamp, key, window, payload string) string{
		"without the key":    func(s, _, w, p string) string { return s + w + p },
		"without the window": func(s, k, _, p string) string { return s + k + p },
		"with a question":    func(s, k, w, p string) string { return s + k + w + "?" + p },
		"other order":        func(s, k, w, _ string) string { return s + k + w + "symbol=BTCUSDT&category=spot" },
	} {
		bad := good
		bad.signed = signed
		if got := bad.get(t, "/v5/order/realtime", "category=spot&symbol=BTCUSDT"); got.code(t) != 10004 || got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	newline := good
	newline.key.Secret += "\n"
	if got := newline.get(t, queryAPI, ""); got.code(t) != 10004 {
		t.Errorf("secret with a line's end: %s", got.body)
	}
	upper := good.header(t, "")
	upper.Set("X-BAPI-SIGN", strings.ToUpper(upper.Get("X-BAPI-SIGN")))
	if got := send(t, http.MethodGet, v.BaseURL+queryAPI, "", upper); got.code(t) != 10004 {
		t.Errorf("upper-case hex: %s", got.body)
	}
}

func TestBybitSignsTheBodyAsSent(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	call := newBybitCaller(v, v.key(t, "perp-bot"))
	result(t, call.order(t, anOrder))

	h := call.header(t, strings.ReplaceAll(anOrder, " ", ""))
	h.Set("Content-Type", "application/json")
	if got := send(t, http.MethodPost, v.BaseURL+preCheck, anOrder, h); got.code(t) != 10004 {
		t.Errorf("signed without the blanks: %s", got.body)
	}
	if got := send(t, http.MethodPost, v.BaseURL+preCheck, anOrder, call.header(t, anOrder)); got.code(t) != 10001 {
		t.Errorf("no content type: %s", got.body)
	}
	for _, body := range []string{"{}", "not JSON", strings.Replace(anOrder, "BTCUSDT", "XXX", 1)} {
		if got := call.order(t, body); got.code(t) != 10001 {
			t.Errorf("%s: %s", body, got.body)
		}
	}
}

func TestBybitGatewayRefusesBodiesWithGet(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	call := newBybitCaller(v, v.key(t, "perp-bot"))
	got := send(t, http.MethodGet, v.BaseURL+queryAPI, "{}", call.header(t, ""))
	if got.status != http.StatusForbidden || !strings.Contains(string(got.body), "<html>") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestBybitRefusals(t *testing.T) {
	s := startAt(t, Options{})
	d := s.Describe()
	v := d.venue(t, "bybit", "live")
	k := v.key(t, "perp-bot")
	ask := func(v Venue, k Key) reply { return newBybitCaller(v, k).get(t, queryAPI, "") }
	expect := func(what string, got reply, status, code int) {
		t.Helper()
		if got.status != status || got.code(t) != code {
			t.Errorf("%s: %d %s, want %d %d", what, got.status, got.body, status, code)
		}
	}
	expect("unknown key", ask(v, Key{Key: "Qm3xT7wZpL1vYk8sDa", Secret: k.Secret}), 200, 10003)
	expect("live key on testnet", ask(d.venue(t, "bybit", "testnet"), k), 200, 10003)
	expect("live key on demo", ask(d.venue(t, "bybit", "demo"), k), 200, 10003)
	expect("swapped fields", ask(v, Key{Key: k.Secret, Secret: k.Key}), 200, 10003)
	for _, name := range []string{"X-BAPI-API-KEY", "X-BAPI-TIMESTAMP", "X-BAPI-SIGN"} {
		h := newBybitCaller(v, k).header(t, "")
		h.Del(name)
		expect("no "+name, send(t, http.MethodGet, v.BaseURL+queryAPI, "", h), 401, 10007)
	}
	for what, c := range map[string]struct {
		change func(*entry)
		code   int
	}{
		"disabled": {func(e *entry) { e.Disabled = true }, 10003},
		"address":  {func(e *entry) { e.IPs = []string{"198.51.100.1"} }, 10010},
		"expired":  {func(e *entry) { e.Expires = noon }, 33004},
	} {
		var before entry
		s.entryOf(t, k.Key, func(e *entry) { before = *e; c.change(e) })
		expect(what, ask(v, k), 200, c.code)
		s.entryOf(t, k.Key, func(e *entry) { *e = before })
	}
	expect("as it was", ask(v, k), 200, 0)
}

func TestBybitKeyEndsWhenItsDaysAreOver(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "bybit", "live")
	call := newBybitCaller(v, v.key(t, "perp-bot"))
	s.Advance(12*day - time.Second)
	call.at = noon.Add(12*day - time.Second)
	if got := result(t, call.get(t, queryAPI, "")); got["deadlineDay"] != 0.0 {
		t.Errorf("on the last day: %v", got["deadlineDay"])
	}
	s.Advance(time.Second)
	call.at = noon.Add(12 * day)
	if got := call.get(t, queryAPI, ""); got.code(t) != 33004 {
		t.Errorf("after it: %s", got.body)
	}
}

func TestBybitTellsItsLimits(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	got := newBybitCaller(v, v.key(t, "perp-bot")).get(t, queryAPI, "").header
	if got.Get("X-Bapi-Limit") != "10" || got.Get("X-Bapi-Limit-Status") != "9" ||
		got.Get("X-Bapi-Limit-Reset-Timestamp") != strconv.FormatInt(noon.Add(time.Second).UnixMilli(), 10) {
		t.Errorf("%v", got)
	}
}

func TestPublishedBybitSignatures(t *testing.T) {
	// nautilus_trader, tests of the Bybit adapter: key test_api_key, time 1700000000000, window 5000
	const head = "1700000000000test_api_key5000"
	for text, signature := range map[string]string{
		head + "category=linear&symbol=BTCUSDT":                                             "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7",
		head + `{"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-order-1"}`: "2df4a0603d69c08d5dea29ba85b46eb7db64ce9e9ebd34a7802a3d69700cb2a1",
		head: "cfffd774219bfa1d400476f699f830daaedcd3c41faa1dbdda95a8f4dd8170cc", // GET /v5/user/query-api, made by ccxt 4.5.84
	} {
		if !verifyHexOrBase64(&entry{Secret: "test_secret"}, text, signature) {
			t.Errorf("%s: refused", text)
		}
	}
}
