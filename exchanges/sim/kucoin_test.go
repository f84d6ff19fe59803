package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The sub-accounts of these tests: one with a key and one without.
const (
	kucoinDesk  = "desk001"
	kucoinQuiet = "quiet01"
	kucoinInfo  = "/api/v1/user/api-key"
)

// kucoinAccount is a trader with two sub-accounts and keys of every standing.
func kucoinAccount() account {
	home, trade := []string{callerAddress}, []string{"read", "spot"}
	return account{
		ID: "987654321", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{kucoinDesk, kucoinQuiet},
		Seeds: []seed{
			{Label: "manager", Permissions: []string{"read"}, IPs: home, Age: 9 * day, LastUsed: 8 * day},
			{Label: "trader", Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: 40 * day, Expires: 9 * day, LastUsed: day},
			{Label: "second", Permissions: trade, IPs: home, Age: 400 * day, Version: 2},
			{Label: "first", Permissions: trade, IPs: home, Age: 900 * day, Version: 1},
			{Label: "linked", Permissions: trade, Age: 90 * day, Partner: "3commas"},
			{Label: "viewer", Permissions: []string{"read"}, Age: 90 * day},
			{Label: "sleeper", Permissions: trade, Age: 90 * day, LastUsed: 31 * day},
			{Label: "awake", Permissions: trade, Age: 90 * day, LastUsed: 29 * day},
			{Label: "locked", Permissions: trade, IPs: home, Age: day, Disabled: true},
			{Label: "over", Permissions: trade, IPs: home, Age: 91 * day, Expires: -day},
			{Label: "elsewhere", Permissions: trade, IPs: []string{"192.0.2.44"}, Age: day},
			{Label: "grid", Sub: kucoinDesk, Permissions: trade, IPs: home, Age: 12 * day},
		},
	}
}

// kucoinCaller makes signed calls as the documentation describes them.
type kucoinCaller struct {
	venue   Venue
	key     Key
	clock   *testClock
	version string
}

func newKucoinCaller(t *testing.T, label string) kucoinCaller {
	t.Helper()
	v, clock := serveAccount(t, "kucoin", "live", kucoinAccount(), Options{})
	return kucoinCaller{v, v.key(t, label), clock, "3"}
}

func (c kucoinCaller) as(k Key) kucoinCaller { c.key = k; return c }

func (c kucoinCaller) named(t *testing.T, label string) kucoinCaller {
	t.Helper()
	return c.as(c.venue.key(t, label))
}

func signKucoin(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// header signs a call; what is "path?query", without escapes.
func (c kucoinCaller) header(method, what, body string) http.Header {
	stamp := strconv.FormatInt(c.clock.now().UnixMilli(), 10)
	h := http.Header{}
	h.Set("KC-API-KEY", c.key.Key)
	h.Set("KC-API-TIMESTAMP", stamp)
	h.Set("KC-API-SIGN", signKucoin(c.key.Secret, stamp+method+what+body))
	h.Set("KC-API-PASSPHRASE", signKucoin(c.key.Secret, c.key.Passphrase))
	h.Set("KC-API-KEY-VERSION", c.version)
	h.Set("Content-Type", "application/json")
	return h
}

// ask makes a call without a body; the parameters come as name, value, name …
func (c kucoinCaller) ask(t *testing.T, method, path string, pairs ...string) reply {
	t.Helper()
	var plain, escaped []string
	for i := 0; i < len(pairs); i += 2 {
		plain = append(plain, pairs[i]+"="+pairs[i+1])
		escaped = append(escaped, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	if len(pairs) == 0 {
		return send(t, method, c.venue.BaseURL+path, "", c.header(method, path, ""))
	}
	signed := path + "?" + strings.Join(plain, "&")
	return send(t, method, c.venue.BaseURL+path+"?"+strings.Join(escaped, "&"), "", c.header(method, signed, ""))
}

func (c kucoinCaller) get(t *testing.T, path string, pairs ...string) reply {
	t.Helper()
	return c.ask(t, http.MethodGet, path, pairs...)
}

func (c kucoinCaller) post(t *testing.T, path string, body any) reply {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, http.MethodPost, c.venue.BaseURL+path, string(raw), c.header(http.MethodPost, path, string(raw)))
}

// data returns what a call that succeeded answers.
func (r reply) data(t *testing.T) any {
	t.Helper()
	o := r.object(t)
	if r.status != http.StatusOK || o["code"] != "200000" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	fields(t, "envelope", o, "code data")
	return o["data"]
}

// about returns the object that a call answers.
func (r reply) about(t *testing.T) object {
	t.Helper()
	o, ok := r.data(t).(object)
	if !ok {
		t.Fatalf("%s", r.body)
	}
	return o
}

// denied fails unless a call is refused with a status and a code.
func (r reply) denied(t *testing.T, what string, status int, code string) {
	t.Helper()
	o := r.object(t)
	fields(t, what, o, "code msg")
	if r.status != status || o["code"] != code || o["msg"] == "" {
		t.Errorf("%s: %d %s, want %d %s", what, r.status, r.body, status, code)
	}
}

// The first is of Kucoin/kucoin-api-docs, the second of a unit test of
// kucoin-universal-sdk v1.3.0, the others were made by ccxt 4.5.84 with its
// clock stopped.
func TestKucoinSignaturesOfOthers(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"f03a5284-5c39-4aaa-9b20-dea10bdcf8e3", `1547015186532POST/api/v1/deposit-addresses{"currency":"BTC"}`, "7QP/oM0ykidMdrfNEUmng8eZjg/ZvPafjIqmxiVfYu4="},
		{"test_api_secret", "test_plain", "jie/gxS38wLFFaBwl/cAzFbAzlI8MIny96jSXrB+iP4="},
		{"test-api-secret", "1700000000000GET/api/v1/user/api-key", "wzzj7bW23j4EpnnXDJePrq0UXa6FCILYtfI4LTXoLt8="},
		{"test-api-secret", "test-passphrase", "fqkeR28GaLc+yzydx1yFfD3Jc46eSFoOwfG2YgL/Qos="},
		{"test-api-secret", `1700000000000POST/api/v1/sub/api-key{"subName":"sub1","passphrase":"pass1234","remark":"rotated","permission":"General,Spot"}`,
			"ae9EhVlJwTeGxrqDrZXxX+81MEoSWt8FQoee08ZLBw8="},
	} {
		if got := kucoinSign(c.secret, c.text); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestKucoinRefusesWhoeverIsNotAuthenticated(t *testing.T) {
	c := newKucoinCaller(t, "trader")
	stamped := func(ms int64) func(http.Header) {
		return func(h http.Header) {
			stamp := strconv.FormatInt(noon.UnixMilli()+ms, 10)
			h.Set("KC-API-TIMESTAMP", stamp)
			h.Set("KC-API-SIGN", signKucoin(c.key.Secret, stamp+"GET"+kucoinInfo))
		}
	}
	for name, test := range map[string]struct {
		spoil func(http.Header)
		code  string
	}{
		"well":             {func(http.Header) {}, ""},
		"no key":           {func(h http.Header) { h.Del("KC-API-KEY") }, "400001"},
		"no time":          {func(h http.Header) { h.Del("KC-API-TIMESTAMP") }, "400001"},
		"no signature":     {func(h http.Header) { h.Del("KC-API-SIGN") }, "400001"},
		"no passphrase":    {func(h http.Header) { h.Del("KC-API-PASSPHRASE") }, "400001"},
		"4.999 s old":      {stamped(-4_999), ""},
		"4.999 s ahead":    {stamped(4_999), ""},
		"stale":            {stamped(-5_000), "400002"},
		"future":           {stamped(5_000), "400002"},
		"seconds":          {func(h http.Header) { h.Set("KC-API-TIMESTAMP", "1795608000") }, "400002"},
		"no number":        {func(h http.Header) { h.Set("KC-API-TIMESTAMP", "now") }, "400002"},
		"unknown key":      {func(h http.Header) { h.Set("KC-API-KEY", strings.Repeat("a", 24)) }, "400003"},
		"secret as key":    {func(h http.Header) { h.Set("KC-API-KEY", c.key.Secret) }, "400003"},
		"wrong passphrase": {func(h http.Header) { h.Set("KC-API-PASSPHRASE", signKucoin(c.key.Secret, "another")) }, "400004"},
		"in the clear":     {func(h http.Header) { h.Set("KC-API-PASSPHRASE", c.key.Passphrase) }, "400004"},
		"no version":       {func(h http.Header) { h.Del("KC-API-KEY-VERSION") }, "400004"},
		"version 4":        {func(h http.Header) { h.Set("KC-API-KEY-VERSION", "4") }, "400004"},
		"wrong signature":  {func(h http.Header) { h.Set("KC-API-SIGN", signKucoin("x", "y")) }, "400005"},
	} {
		h := c.header(http.MethodGet, kucoinInfo, "")
		test.spoil(h)
		got := send(t, http.MethodGet, c.venue.BaseURL+kucoinInfo, "", h)
		if test.code == "" {
			got.data(t)
		} else {
			got.denied(t, name, http.StatusUnauthorized, test.code)
		}
	}
}

func TestKucoinKeyVersions(t *testing.T) {
	c := newKucoinCaller(t, "trader")
	for _, test := range []struct{ label, takes string }{{"trader", "2 3"}, {"second", "2"}, {"first", "clear1 clear"}} {
		for _, way := range []string{"clear", "clear1", "clear2", "clear3", "1", "2", "3"} {
			own := c.named(t, test.label)
			plain := strings.HasPrefix(way, "clear")
			own.version = strings.TrimPrefix(way, "clear")
			h := own.header(http.MethodGet, kucoinInfo, "")
			if plain {
				h.Set("KC-API-PASSPHRASE", own.key.Passphrase)
			}
			if own.version == "" {
				h.Del("KC-API-KEY-VERSION")
			}
			got := send(t, http.MethodGet, c.venue.BaseURL+kucoinInfo, "", h)
			if wanted := strings.Contains(" "+test.takes+" ", " "+way+" "); wanted != (got.status == http.StatusOK) {
				t.Errorf("%s with %s: %d %s", test.label, way, got.status, got.body)
			}
		}
	}
}

func TestKucoinRefusesKeysByTheirStanding(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for label, code := range map[string]string{"locked": "400003", "over": "400003", "sleeper": "400003", "elsewhere": "400006"} {
		c.named(t, label).get(t, kucoinInfo).denied(t, label, http.StatusUnauthorized, code)
	}
	for _, label := range []string{"awake", "viewer", "linked", "grid"} {
		c.named(t, label).get(t, kucoinInfo).data(t)
	}
	for _, test := range []struct {
		label, path string
		status      int
		code        string
	}{
		{"manager", "/api/v1/hf/orders", 401, "400007"},
		{"manager", "/api/v3/withdrawals", 401, "400007"},
		{"trader", "/api/v3/hf/margin/order", 401, "400007"},
		{"trader", "/api/v1/orders", 400, "400200"},
		{"grid", "/api/v1/sub/api-key", 401, "400007"},
		{"trader", "/api/v1/nowhere", 404, "404000"},
	} {
		c.named(t, test.label).post(t, test.path, object{}).denied(t, test.label+" "+test.path, test.status, test.code)
	}
}

// A key that is used in time lives on.
func TestKucoinOpenTradingKeysDieOfDisuse(t *testing.T) {
	c := newKucoinCaller(t, "awake")
	c.get(t, kucoinInfo).data(t)
	c.clock.move(kucoinDormant - time.Second)
	c.get(t, kucoinInfo).data(t)
	c.clock.move(kucoinDormant)
	c.get(t, kucoinInfo).denied(t, "not used for 30 days", http.StatusUnauthorized, "400003")
	c.named(t, "viewer").get(t, kucoinInfo).data(t)
}

func TestKucoinSignsTheQueryWithoutEscapes(t *testing.T) {
	c := newKucoinCaller(t, "trader")
	c.get(t, "/api/v1/accounts", "currency", "a+b=c&%").data(t)
	const escaped = "/api/v1/accounts?currency=a%2Bb"
	send(t, http.MethodGet, c.venue.BaseURL+escaped, "", c.header(http.MethodGet, escaped, "")).denied(t, "with escapes", 401, "400005")
	body := `{"symbol":"BTC-USDT"}`
	h := c.header(http.MethodPost, "/api/v1/orders", body)
	h.Set("Content-Type", "text/plain")
	send(t, http.MethodPost, c.venue.BaseURL+"/api/v1/orders", body, h).denied(t, "text", http.StatusUnsupportedMediaType, "415000")
	h = c.header(http.MethodPost, "/api/v1/orders", "{}")
	send(t, http.MethodPost, c.venue.BaseURL+"/api/v1/orders", body, h).denied(t, "another body", 401, "400005")
}

func TestKucoinAnswersTellTheLimit(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	h := c.get(t, kucoinInfo).header
	if h.Get("gw-ratelimit-limit") != "2000" || h.Get("gw-ratelimit-remaining") != "1980" || h.Get("gw-ratelimit-reset") != "30000" {
		t.Errorf("%v", h)
	}
}

func TestKucoinFaults(t *testing.T) {
	for kind, code := range map[FaultKind]string{
		FaultBadRequest: "400100", FaultUnauthorized: "400003", FaultRateLimit: "429000", FaultServerError: "500000", FaultUnavailable: "503000",
	} {
		c := newKucoinCaller(t, "trader")
		c.clock.front.setFaults([]Fault{{Kind: kind, Rate: 1}})
		status, _ := strconv.Atoi(string(kind))
		got := c.get(t, kucoinInfo)
		got.denied(t, string(kind), status, code)
		if limited := got.header.Get("gw-ratelimit-remaining") == "0"; limited != (kind == FaultRateLimit) {
			t.Errorf("%s: %v", kind, got.header)
		}
		if got := get(t, c.venue.BaseURL+"/api/v1/timestamp"); kind == FaultUnauthorized && got.status != http.StatusOK {
			t.Errorf("401 hits a public call: %s", got.body)
		}
	}
}

func TestKucoinCredentialsLookReal(t *testing.T) {
	k := newKucoinCaller(t, "trader").key
	if !regexp.MustCompile(`^66[0-9a-f]{22}$`).MatchString(k.Key) || kucoinBadPassphrase(k.Passphrase) != "" ||
		!regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(k.Secret) {
		t.Errorf("%+v", k)
	}
}
