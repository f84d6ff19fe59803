package sim

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The sub-users of these tests: one with a key and one without.
const (
	htxSpread = "10001"
	htxQuiet  = "10002"
)

// htxUser is a trader with two sub-users and keys of every standing.
func htxUser() account {
	home, trade := []string{callerAddress}, []string{"read", "spot"}
	return account{
		ID: "987654321", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{htxQuiet, htxSpread},
		Seeds: []seed{
			{Label: "manager", Permissions: trade, IPs: home, Age: 9 * day},
			{Label: "pair", Algorithm: algEd25519, Permissions: trade, IPs: home, Age: 9 * day},
			{Label: "open", Permissions: trade, Age: 69 * day, Expires: 21 * day},
			{Label: "banker", Permissions: []string{"read", "withdraw"}, IPs: []string{"203.0.113.0/28", "2001:db8::1"}, Age: day},
			{Label: "reader", Permissions: []string{"read"}, IPs: home, Age: 260 * day},
			{Label: "over", Permissions: trade, Age: 91 * day, Expires: -day},
			{Label: "switched", Permissions: trade, IPs: home, Age: day, Disabled: true},
			{Label: "elsewhere", Permissions: trade, IPs: []string{"192.0.2.44"}, Age: day},
			{Label: "spread", Sub: htxSpread, Permissions: trade, IPs: home, Age: 95 * day},
		},
	}
}

// htxCaller makes signed calls as the documentation describes them.
type htxCaller struct {
	venue Venue
	key   Key
	clock *testClock
	spoil func(url.Values) // what a test gets wrong on purpose
}

func newHTXCaller(t *testing.T, label string) htxCaller {
	t.Helper()
	v, clock := serveAccount(t, "htx", "live", htxUser(), Options{})
	return htxCaller{venue: v, key: v.key(t, label), clock: clock}
}

func (c htxCaller) named(t *testing.T, label string) htxCaller {
	t.Helper()
	c.key = c.venue.key(t, label)
	return c
}

func (c htxCaller) host() string { return strings.TrimPrefix(c.venue.BaseURL, "http://") }

// signedFor returns a query with its signature, as if a host had been called.
func (c htxCaller) signedFor(t *testing.T, host, method, path string, query url.Values) string {
	t.Helper()
	query.Set("AccessKeyId", c.key.Key)
	query.Set("SignatureMethod", "HmacSHA256")
	if c.key.PrivateKey != "" {
		query.Set("SignatureMethod", "Ed25519")
	}
	query.Set("SignatureVersion", "2")
	query.Set("Timestamp", c.clock.now().UTC().Format("2006-01-02T15:04:05"))
	if c.spoil != nil {
		c.spoil(query)
	}
	text := method + "\n" + host + "\n" + path + "\n" + strings.ReplaceAll(query.Encode(), "+", "%20")
	query.Set("Signature", headedCaller{key: c.key}.signed(t, text))
	return query.Encode()
}

// call makes a call; what is "path?query".
func (c htxCaller) call(t *testing.T, method, what string, body any) reply {
	t.Helper()
	path, raw, _ := strings.Cut(what, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte{}
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	address := c.venue.BaseURL + path + "?" + c.signedFor(t, c.host(), method, path, query)
	return send(t, method, address, string(text), http.Header{"Content-Type": {"application/json"}})
}

func (c htxCaller) get(t *testing.T, what string) reply {
	t.Helper()
	return c.call(t, http.MethodGet, what, nil)
}

// htxSays returns what an answer refuses by, in any of the manners; "" for one
// that does not.
func htxSays(t *testing.T, r reply) string {
	t.Helper()
	o := r.object(t)
	for code, message := range map[string]string{"err-code": "err-msg", "err_code": "err_msg", "code": "message"} {
		if said := o[code]; said != nil && said != 200.0 {
			return fmt.Sprint(said, ": ", o[message])
		}
	}
	return ""
}

// htxData returns what an answer of success brings.
func htxData(t *testing.T, r reply) any {
	t.Helper()
	if said := htxSays(t, r); said != "" || r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return r.object(t)["data"]
}

func htxRows(t *testing.T, r reply) []any {
	t.Helper()
	list, ok := htxData(t, r).([]any)
	if !ok {
		t.Fatalf("%s is no list", r.body)
	}
	return list
}

const (
	htxWrongKey   = "api-signature-not-valid: Signature not valid: Incorrect Access key [Access key错误]"
	htxWrongSign  = "api-signature-not-valid: Signature not valid: Verification failure [校验失败]"
	htxWrongTime  = "api-signature-not-valid: Signature not valid: Invalid submission time or incorrect time format [无效的提交时间，或时间格式错误]"
	htxWrongPlace = "api-signature-not-valid: Signature not valid: Incorrect IP address [IP地址错误]:" + callerAddress
	htxTooLate    = "api-signature-not-valid: Signature not valid: API key has expired [API Key已经过期]"
	htxNoRight    = "api-signature-not-valid: Signature not valid: API key has no permission"
)

const (
	htxAccountsPath = "/v1/account/accounts"
	htxUIDPath      = "/v2/user/uid"
)

// The first two are unit tests of the vendor's client for Go, the third one of
// that for Python; the last two were made by ccxt 4.5.84 with its clock stopped.
func TestHTXSignaturesOfOthers(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString("nJanXRB7WIiSgr6eQzgNaQjp+xCkieLj0RQ2NxAZefqYiJajRf6PVrd0kE8kdHG3XuiXLlM6w5xipkdTNw5Ucw==")
	if err != nil {
		t.Fatal(err)
	}
	const history, byCCXT = "/v1/account/history", "AccessKeyId=test-api-key&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2023-11-14T22%3A13%3A20"
	for _, c := range []struct {
		key                       entry
		method, host, path, query string
		want                      string
	}{
		{entry{Secret: "secret"}, "GET", "api.huobi.pro", history, "account-id=1&currency=btcusdt", "HUP3n78npIuTzVKyjEOrPictRKEUTRoYs7Ld5y38hmA="},
		{entry{PublicKey: ed25519.PrivateKey(raw).Public()}, "GET", "api.huobi.pro", history, "account-id=1&currency=btcusdt",
			"KnEhhsa511CrWu++7BMSdVrLtFhvxARINGsGpq8S699qMgghekPwW90RV14A4sniE3RS1J/v0hAo70iA9Ln4Aw=="},
		{entry{Secret: "456"}, "GET", "host", "/url", "AccessKeyId=123&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=123",
			"Hhiaq8xYQPiBZOyWV37MdQutLo4f0ZOHiJtG3p+nILc="},
		{entry{Secret: "test-api-secret"}, "GET", "api.huobi.pro", "/v2/user/api-key", byCCXT + "&uid=123", "1syQcYaP44cV7UzRyu3UD8y3pU/sf/ZCqDhajM3s7LU="},
		{entry{Secret: "test-api-secret"}, "POST", "api.huobi.pro", "/v2/sub-user/api-key-deletion", byCCXT, "Os3WYcTx5GgMmEa/wn9CmD6KdsZ+QDvmVwoNVMYQ6oA="},
	} {
		query, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := base64.StdEncoding.DecodeString(c.want)
		if err != nil {
			t.Fatal(err)
		}
		signed := htxText(c.method, c.host, c.path, query)
		if want := c.method + "\n" + c.host + "\n" + c.path + "\n" + c.query; signed != want || !htxVerify(&c.key, signed, signature) {
			t.Errorf("%s: refused, signed is\n%s", c.path, signed)
		}
		if htxVerify(&c.key, signed+" ", signature) || htxVerify(&c.key, signed, signature[1:]) || htxVerify(&entry{Secret: "another"}, signed, signature) {
			t.Errorf("%s: accepted though it is spoilt", c.path)
		}
		query.Set("Signature", c.want)
		if whole := query.Has("Timestamp"); htxSigned(&c.key, c.method, c.host, c.path, query) != whole {
			t.Errorf("%s: as a whole request accepted is not %v", c.path, whole)
		}
	}
}

// Everything but a bad signature is told in the old manner by the new paths too.
func TestHTXRefusesWhoeverIsNotAuthenticated(t *testing.T) {
	c := newHTXCaller(t, "manager")
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	without := func(name string) func(url.Values) { return func(q url.Values) { q.Del(name) } }
	for name, test := range map[string]struct {
		spoil        func(url.Values)
		first, later string
	}{
		"well":            {nil, "", ""},
		"no key":          {without("AccessKeyId"), "login-required: Login is required", "login-required: Login is required"},
		"unknown key":     {set("AccessKeyId", "160bb889-b7aaaabe-e0aaaaf5-ghxertfvbf"), htxWrongKey, htxWrongKey},
		"secret as key":   {set("AccessKeyId", c.key.Secret), htxWrongKey, htxWrongKey},
		"no time":         {without("Timestamp"), htxWrongTime, htxWrongTime},
		"milliseconds":    {set("Timestamp", strconv.FormatInt(noon.UnixMilli(), 10)), htxWrongTime, htxWrongTime},
		"with a zone":     {set("Timestamp", "2026-11-25T12:00:00Z"), htxWrongTime, htxWrongTime},
		"five min old":    {set("Timestamp", "2026-11-25T11:55:00"), "", ""},
		"five min ahead":  {set("Timestamp", "2026-11-25T12:05:00"), "", ""},
		"stale":           {set("Timestamp", "2026-11-25T11:54:59"), htxWrongTime, htxWrongTime},
		"future":          {set("Timestamp", "2026-11-25T12:05:01"), htxWrongTime, htxWrongTime},
		"no method":       {without("SignatureMethod"), htxWrongSign, "1003: invalid signature"},
		"other algorithm": {set("SignatureMethod", "Ed25519"), htxWrongSign, "1003: invalid signature"},
		"other version":   {set("SignatureVersion", "1"), htxWrongSign, "1003: invalid signature"},
	} {
		c.spoil = test.spoil
		for path, want := range map[string]string{htxAccountsPath: test.first, htxUIDPath: test.later} {
			if got := c.get(t, path); htxSays(t, got) != want || got.status != http.StatusOK {
				t.Errorf("%s, %s: %d %s, want %s", name, path, got.status, got.body, want)
			}
		}
	}
}

func TestHTXRefusesSpoiltSignatures(t *testing.T) {
	c := newHTXCaller(t, "manager")
	good := ""
	for n := 0; !strings.Contains(good[strings.Index(good, "Signature=")+1:], "%2B"); n++ { // half of all signatures have one
		good = c.signedFor(t, c.host(), http.MethodGet, htxAccountsPath, url.Values{"b": {"2", strconv.Itoa(n)}, "a c": {"x y*~"}})
	}
	for name, test := range map[string]struct{ query, want string }{
		"well":               {good, ""},
		"another parameter":  {good + "&c=1", htxWrongSign},
		"another value":      {strings.Replace(good, "b=2", "b=3", 1), htxWrongSign},
		"no signature":       {good[:strings.Index(good, "Signature=")] + "x=1", "login-required: Login is required"},
		"no base64":          {strings.Replace(good, "Signature=", "Signature=!", 1), htxWrongSign},
		"a broken escape":    {good + "&d=%zz", "login-required: Login is required"},
		"plus for an escape": {strings.ReplaceAll(good, "%2B", "+"), htxWrongSign},
	} {
		if got := get(t, c.venue.BaseURL+htxAccountsPath+"?"+test.query); htxSays(t, got) != test.want {
			t.Errorf("%s: %s, want %s", name, got.body, test.want)
		}
	}
	if got := send(t, http.MethodPost, c.venue.BaseURL+"/v1/order/orders/place?"+good, "{}", nil); htxSays(t, got) != htxWrongSign {
		t.Errorf("another method and path: %s", got.body)
	}
}

// What is signed is the host that was called, with its port or without.
func TestHTXSignedHost(t *testing.T) {
	c := newHTXCaller(t, "pair")
	name, _, _ := strings.Cut(c.host(), ":")
	for host, want := range map[string]string{
		c.host(): "", name: "", name + ":443": htxWrongSign, "api.huobi.pro": htxWrongSign, "": htxWrongSign, "http://" + c.host(): htxWrongSign,
	} {
		query := c.signedFor(t, host, http.MethodGet, htxAccountsPath, url.Values{})
		if got := get(t, c.venue.BaseURL+htxAccountsPath+"?"+query); htxSays(t, got) != want {
			t.Errorf("host %q: %s", host, got.body)
		}
	}
}

func TestHTXRefusesKeysByTheirStanding(t *testing.T) {
	c := newHTXCaller(t, "manager")
	const place, withdraw, forbidden = "/v1/order/orders/place", "/v1/dw/withdraw/api/create", "base-operation-forbidden: forbidden"
	for _, test := range []struct{ label, method, path, want string }{
		{"manager", "GET", htxAccountsPath, ""},
		{"pair", "GET", htxUIDPath, ""},
		{"banker", "GET", htxAccountsPath, ""},
		{"spread", "GET", htxAccountsPath, ""},
		{"over", "GET", htxAccountsPath, htxTooLate},
		{"over", "GET", htxUIDPath, htxTooLate},
		{"switched", "GET", htxAccountsPath, htxTooLate},
		{"elsewhere", "GET", htxAccountsPath, htxWrongPlace},
		{"elsewhere", "GET", htxUIDPath, htxWrongPlace},
		{"reader", "POST", place, htxNoRight},
		{"banker", "POST", place, htxNoRight},
		{"manager", "POST", withdraw, htxNoRight},
		{"banker", "POST", withdraw, forbidden}, // it may, but nothing leaves a simulation
		{"manager", "POST", place, "base-symbol-trade-disabled: Trading is disabled for this symbol"},
		{"manager", "POST", "/v2/account/transfer", "1002: forbidden"},
		{"manager", "POST", "/v2/sub-user/creation", "1002: forbidden"},
		{"spread", "GET", "/v2/sub-user/user-list", "1002: forbidden"},
		{"spread", "GET", "/v2/user/api-key?uid=" + htxSpread, "1002: forbidden"},
		{"spread", "GET", "/v1/query/deposit-withdraw", forbidden},
		{"manager", "POST", "/linear-swap-api/v1/swap_order", "1220: You don’t have access permission as you have not opened contracts trading."},
		{"reader", "POST", "/linear-swap-api/v1/swap_order", "403: API key has no permission"},
		{"elsewhere", "POST", "/swap-api/v1/swap_account_info", "403: Incorrect IP address [IP地址错误]:" + callerAddress},
	} {
		if got := htxSays(t, c.named(t, test.label).call(t, test.method, test.path, nil)); got != test.want {
			t.Errorf("%s %s: %q, want %q", test.label, test.path, got, test.want)
		}
	}
}

// Each part of the API words its answers in a manner of its own.
func TestHTXEnvelopes(t *testing.T) {
	c := newHTXCaller(t, "manager")
	for what, documented := range map[string]string{
		htxAccountsPath: "status data", htxUIDPath: "code message data ok", "/api/v1/timestamp": "status ts", "/market/tickers": "status ts data",
		"/v2/settings/common/symbols": "status ts data", "/market/depth?symbol=btcusdt&type=step0": "status ts ch tick", "/market/depth": "status err-code err-msg ts",
		"/v1/common/nowhere": "status err-code err-msg data", "/swap-ex/market/depth": "status err_code err_msg ts", "/v2/user/api-key?uid=1": "code message",
	} {
		fields(t, what, c.get(t, what).object(t), documented)
	}
	for _, what := range []string{"GET /v1/common/nowhere", "DELETE " + htxAccountsPath, "GET /v2/sub-user/api-key-deletion", "GET /V1/common/timestamp"} {
		method, path, _ := strings.Cut(what, " ")
		if got := c.call(t, method, path, nil); got.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
}

func TestHTXWantsJSON(t *testing.T) {
	c := newHTXCaller(t, "manager")
	const path = "/v1/order/orders/place"
	address := c.venue.BaseURL + path + "?" + c.signedFor(t, c.host(), http.MethodPost, path, url.Values{})
	for kind, want := range map[string]string{
		"application/json; charset=utf-8": "base-symbol-trade-disabled", "text/plain": "gateway-internal-error", "": "gateway-internal-error",
	} {
		if got := send(t, http.MethodPost, address, "{}", http.Header{"Content-Type": {kind}}); !strings.HasPrefix(htxSays(t, got), want) {
			t.Errorf("%q: %s", kind, got.body)
		}
	}
}

func TestHTXFaultsAndLimits(t *testing.T) {
	for kind, want := range map[FaultKind]string{
		FaultBadRequest: "bad-request", FaultUnauthorized: "api-signature-check-failed", FaultRateLimit: "base-request-exceed-frequency-limit",
		FaultServerError: "gateway-internal-error", FaultUnavailable: "system-maintenance", "": "",
	} {
		c := newHTXCaller(t, "manager")
		left, status := "19", 200
		if kind != "" {
			c.clock.front.setFaults([]Fault{{Kind: kind, Rate: 1}})
			status, _ = strconv.Atoi(string(kind))
		}
		if kind == FaultRateLimit {
			left = "0"
		}
		got := c.get(t, htxAccountsPath)
		if got.status != status || !strings.HasPrefix(htxSays(t, got), want) {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		if got.header.Get("X-HB-RateLimit-Requests-Remain") != left ||
			got.header.Get("X-HB-RateLimit-Requests-Expire") != strconv.FormatInt(noon.Add(2*time.Second).UnixMilli(), 10) {
			t.Errorf("%s: %v", kind, got.header)
		}
		if public := get(t, c.venue.BaseURL+"/v1/common/timestamp"); kind == FaultUnauthorized && public.status != http.StatusOK {
			t.Errorf("401 hits a public call: %s", public.body)
		}
	}
}

func TestHTXCredentialsLookReal(t *testing.T) {
	c := newHTXCaller(t, "manager")
	shape := func(text string) string {
		var lengths []string
		for group := range strings.SplitSeq(text, "-") {
			lengths = append(lengths, strconv.Itoa(len(group)))
		}
		return strings.Join(lengths, "-")
	}
	if shape(c.key.Key) != "8-8-8-10" || shape(c.key.Secret) != "8-8-8-5" || c.key.Passphrase != "" {
		t.Errorf("%+v", c.key)
	}
	if k := c.venue.key(t, "pair"); shape(k.Key) != "8-8-8-10" || k.Secret != "" || !strings.Contains(k.PrivateKey, "PRIVATE KEY") {
		t.Errorf("%+v", k)
	}
}
