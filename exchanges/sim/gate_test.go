package sim

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The sub-accounts of these tests: one with a key and one without.
const (
	gateScout = "10001"
	gateQuiet = "10002"
)

// gateAccount is a trader with two sub-accounts and keys of every standing.
func gateAccount() account {
	home := []string{callerAddress}
	return account{
		ID: "987654321", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{gateScout, gateQuiet},
		Seeds: []seed{
			{Label: "manager", Words: []string{"account:write", "spot:read"}, IPs: home, Age: 9 * day, LastUsed: 8 * day},
			{Label: "trader", Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: 40 * day, LastUsed: day},
			{Label: "unused", Permissions: []string{"read"}, Age: 30 * day},
			{Label: "blind", Words: []string{"spot:read", "wallet:write", "options:read"}, Age: day},
			{Label: "locked", Permissions: []string{"read"}, Age: day, Disabled: true},
			{Label: "over", Permissions: []string{"read"}, Age: 91 * day, Expires: -day},
			{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"192.0.2.44"}, Age: day},
			{Label: "scout", Sub: gateScout, Permissions: []string{"read", "spot"}, IPs: home, Age: 12 * day},
		},
	}
}

// gateCaller makes signed calls as the documentation describes them.
type gateCaller struct {
	venue Venue
	key   Key
	clock *testClock
}

func newGateCaller(t *testing.T, label string) gateCaller {
	t.Helper()
	v, clock := serveAccount(t, "gate", "live", gateAccount(), Options{})
	return gateCaller{v, v.key(t, label), clock}
}

func (c gateCaller) as(k Key) gateCaller { c.key = k; return c }

func (c gateCaller) named(t *testing.T, label string) gateCaller {
	t.Helper()
	return c.as(c.venue.key(t, label))
}

// signGate signs as the documentation says: the query without its escapes.
func signGate(secret, method, path, query, body, stamp string) string {
	digest := sha512.Sum512([]byte(body))
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write([]byte(method + "\n" + path + "\n" + query + "\n" + hex.EncodeToString(digest[:]) + "\n" + stamp))
	return hex.EncodeToString(mac.Sum(nil))
}

// header signs a call; what is "path?query" below /api/v4, with escapes.
func (c gateCaller) header(t *testing.T, method, what, body string) http.Header {
	t.Helper()
	path, raw, _ := strings.Cut("/api/v4"+what, "?")
	query, err := url.QueryUnescape(raw)
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(c.clock.now().Unix(), 10)
	h := http.Header{}
	h.Set("KEY", c.key.Key)
	h.Set("Timestamp", stamp)
	h.Set("SIGN", signGate(c.key.Secret, method, path, query, body, stamp))
	h.Set("Content-Type", "application/json")
	return h
}

func (c gateCaller) call(t *testing.T, method, what string, body any) reply {
	t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(raw)
	}
	return send(t, method, c.venue.BaseURL+"/api/v4"+what, text, c.header(t, method, what, text))
}

func (c gateCaller) get(t *testing.T, what string) reply {
	t.Helper()
	return c.call(t, http.MethodGet, what, nil)
}

// rows reads a list of objects.
func (r reply) rows(t *testing.T) []object {
	t.Helper()
	var list []object
	if err := json.Unmarshal(r.body, &list); err != nil || r.status != http.StatusOK {
		t.Fatalf("status %d, body %q: %v", r.status, r.body, err)
	}
	return list
}

// refused fails unless a call is refused with a status and a label.
func (r reply) refused(t *testing.T, what string, status int, label string) {
	t.Helper()
	if r.status != status || text(r.object(t), "label") != label || text(r.object(t), "message") == "" {
		t.Errorf("%s: %d %s, want %d %s", what, r.status, r.body, status, label)
	}
}

// The first two are of the API v4 documentation, section Authentication; the
// third was made by ccxt 4.5.84 with its clock stopped.
func TestGateSignaturesOfOthers(t *testing.T) {
	for _, c := range []struct{ secret, method, path, query, body, stamp, want string }{
		{"secret", "GET", "/api/v4/futures/orders", "contract=BTC_USD&status=finished&limit=50", "", "1541993715",
			"55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a"},
		{"secret", "POST", "/api/v4/futures/orders", "", `{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}`, "1541993715",
			"eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541fc4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0"},
		{"test-api-secret", "GET", "/api/v4/account/main_keys", "", "", "1700000000",
			"647d02daba5df42504f31e87be56c64dc098e297fc142cd1f99a4a96259a2ed0902f41a5c209101b1e134cb3333b8eee0d72cf2c177e1c27ea98900ae27a82a7"},
	} {
		signed := gateText(c.method, c.path, c.query, c.body, c.stamp)
		if !validGateSignature(c.secret, signed, c.want) {
			t.Errorf("%s %s: refused", c.method, c.path)
		}
		for what, wrong := range map[string]string{"upper case": strings.ToUpper(c.want), "short": c.want[1:], "none": ""} {
			if validGateSignature(c.secret, signed, wrong) {
				t.Errorf("%s %s: %s is accepted", c.method, c.path, what)
			}
		}
		if validGateSignature("another", signed, c.want) {
			t.Errorf("%s %s: accepted with another secret", c.method, c.path)
		}
	}
}

func TestGateRefusesWhoeverIsNotAuthenticated(t *testing.T) {
	c := newGateCaller(t, "trader")
	const what = "/spot/accounts?currency=BTC"
	stamped := func(at time.Time) func(http.Header) {
		return func(h http.Header) {
			stamp := strconv.FormatInt(at.Unix(), 10)
			h.Set("Timestamp", stamp)
			h.Set("SIGN", signGate(c.key.Secret, "GET", "/api/v4/spot/accounts", "currency=BTC", "", stamp))
		}
	}
	for name, test := range map[string]struct {
		spoil  func(http.Header)
		status int
		label  string
	}{
		"well":              {func(http.Header) {}, 200, ""},
		"no key":            {func(h http.Header) { h.Del("KEY") }, 400, "MISSING_REQUIRED_HEADER"},
		"no time":           {func(h http.Header) { h.Del("Timestamp") }, 400, "MISSING_REQUIRED_HEADER"},
		"no signature":      {func(h http.Header) { h.Del("SIGN") }, 400, "MISSING_REQUIRED_HEADER"},
		"unknown key":       {func(h http.Header) { h.Set("KEY", strings.Repeat("a", 32)) }, 401, "INVALID_KEY"},
		"secret as key":     {func(h http.Header) { h.Set("KEY", c.key.Secret) }, 401, "INVALID_KEY"},
		"wrong signature":   {func(h http.Header) { h.Set("SIGN", strings.Repeat("0", 128)) }, 401, "INVALID_SIGNATURE"},
		"a minute old":      {stamped(noon.Add(-60 * time.Second)), 200, ""},
		"a minute ahead":    {stamped(noon.Add(60 * time.Second)), 200, ""},
		"stale":             {stamped(noon.Add(-61 * time.Second)), 403, "REQUEST_EXPIRED"},
		"future":            {stamped(noon.Add(61 * time.Second)), 403, "REQUEST_EXPIRED"},
		"milliseconds":      {func(h http.Header) { h.Set("Timestamp", "1795608000000") }, 403, "REQUEST_EXPIRED"},
		"no number":         {func(h http.Header) { h.Set("Timestamp", "NaN") }, 403, "REQUEST_EXPIRED"},
		"stale and unknown": {func(h http.Header) { h.Set("KEY", "x"); h.Set("Timestamp", "1") }, 403, "REQUEST_EXPIRED"},
	} {
		h := c.header(t, http.MethodGet, what, "")
		test.spoil(h)
		got := send(t, http.MethodGet, c.venue.BaseURL+"/api/v4"+what, "", h)
		if test.label != "" {
			got.refused(t, name, test.status, test.label)
		} else if got.status != test.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestGateTellsBothClocks(t *testing.T) {
	c := newGateCaller(t, "trader")
	h := c.header(t, http.MethodGet, "/spot/accounts", "")
	h.Set("Timestamp", "1795600000")
	got := send(t, http.MethodGet, c.venue.BaseURL+"/api/v4/spot/accounts", "", h)
	if message := text(got.object(t), "message"); !strings.Contains(message, "1795600000") ||
		!strings.Contains(message, "current_time: "+strconv.FormatInt(noon.Unix(), 10)) {
		t.Errorf("%s", message)
	}
}

// The vendor's client for JavaScript sends fractions of a second.
func TestGateTakesFractionsOfASecond(t *testing.T) {
	c := newGateCaller(t, "trader")
	h := c.header(t, http.MethodGet, "/account/detail", "")
	stamp := strconv.FormatInt(noon.Unix(), 10) + ".083"
	h.Set("Timestamp", stamp)
	h.Set("SIGN", signGate(c.key.Secret, "GET", "/api/v4/account/detail", "", "", stamp))
	if got := send(t, http.MethodGet, c.venue.BaseURL+"/api/v4/account/detail", "", h); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestGateRefusesKeysByTheirStanding(t *testing.T) {
	c := newGateCaller(t, "manager")
	for _, test := range []struct {
		label, method, what string
		status              int
		refusal             string
	}{
		{"locked", "GET", "/account/detail", 401, "INVALID_KEY"},
		{"over", "GET", "/account/detail", 401, "INVALID_KEY"},
		{"elsewhere", "GET", "/account/detail", 403, "IP_FORBIDDEN"},
		{"blind", "GET", "/account/main_keys", 403, "FORBIDDEN"},
		{"blind", "GET", "/account/detail", 403, "FORBIDDEN"},
		{"blind", "GET", "/futures/usdt/accounts", 403, "FORBIDDEN"},
		{"blind", "POST", "/spot/orders", 403, "READ_ONLY"},
		{"blind", "POST", "/withdrawals", 403, "FORBIDDEN"},
		{"trader", "POST", "/spot/orders", 400, "TRADE_RESTRICTED"},
		{"trader", "POST", "/futures/usdt/orders", 400, "TRADE_RESTRICTED"},
		{"trader", "GET", "/spot/nowhere", 404, "NOT_FOUND"},
		{"trader", "DELETE", "/spot/accounts", 404, "NOT_FOUND"},
		{"scout", "GET", "/account/main_keys", 403, "FORBIDDEN"},
		{"scout", "GET", "/sub_accounts", 403, "FORBIDDEN"},
	} {
		c.named(t, test.label).call(t, test.method, test.what, nil).refused(t, test.label+" "+test.what, test.status, test.refusal)
	}
	if got := c.named(t, "elsewhere").get(t, "/account/detail"); !strings.Contains(string(got.body), "Request IP not in whitelist: "+callerAddress) {
		t.Errorf("%s", got.body)
	}
}

func TestGateSignsTheQueryWithoutEscapes(t *testing.T) {
	c := newGateCaller(t, "trader")
	const what = "/spot/accounts?currency=BTC%2CUSDT"
	if got := c.get(t, what); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
	h := c.header(t, http.MethodGet, what, "")
	h.Set("SIGN", signGate(c.key.Secret, "GET", "/api/v4/spot/accounts", "currency=BTC%2CUSDT", "", h.Get("Timestamp")))
	send(t, http.MethodGet, c.venue.BaseURL+"/api/v4"+what, "", h).refused(t, "with escapes", 401, "INVALID_SIGNATURE")
}

func TestGateWantsJSON(t *testing.T) {
	c := newGateCaller(t, "trader")
	h := c.header(t, http.MethodPost, "/spot/orders", "{}")
	h.Set("Content-Type", "text/plain")
	send(t, http.MethodPost, c.venue.BaseURL+"/api/v4/spot/orders", "{}", h).refused(t, "text", 400, "INVALID_CONTENT_TYPE")
}

func TestGateAnswersTellTheLimit(t *testing.T) {
	c := newGateCaller(t, "manager")
	for what, limit := range map[string]int{"/account/detail": gateUIDLimit, "/sub_accounts/" + gateScout + "/keys": gateSubLimit} {
		h := c.get(t, what).header
		if h.Get("X-Gate-RateLimit-Limit") != strconv.Itoa(limit) || h.Get("X-Gate-RateLimit-Requests-Remain") != strconv.Itoa(limit-1) ||
			h.Get("X-Gate-RateLimit-Reset-Timestamp") != strconv.FormatInt(noon.Unix(), 10) ||
			len(h.Get("X-Gate-Trace-ID")) != 32 || h.Get("X-In-Time") != strconv.FormatInt(noon.UnixMicro(), 10) {
			t.Errorf("%s: %v", what, h)
		}
	}
}

func TestGateFaults(t *testing.T) {
	for kind, label := range map[FaultKind]string{
		FaultBadRequest: "INVALID_PARAM_VALUE", FaultUnauthorized: "INVALID_KEY", FaultRateLimit: "TOO_MANY_REQUESTS",
		FaultServerError: "SERVER_ERROR", FaultUnavailable: "INTERNAL",
	} {
		c := newGateCaller(t, "trader")
		c.clock.front.setFaults([]Fault{{Kind: kind, Rate: 1}})
		status, _ := strconv.Atoi(string(kind))
		got := c.get(t, "/account/detail")
		got.refused(t, string(kind), status, label)
		if kind == FaultRateLimit && (got.header.Get("X-Gate-RateLimit-Requests-Remain") != "0" ||
			got.header.Get("X-Gate-RateLimit-Reset-Timestamp") != strconv.FormatInt(noon.Unix()+10, 10)) {
			t.Errorf("%v", got.header)
		}
	}
	c := newGateCaller(t, "trader")
	c.clock.front.setFaults([]Fault{{Kind: FaultUnauthorized, Rate: 1}})
	if got := get(t, c.venue.BaseURL+"/api/v4/spot/time"); got.status != http.StatusOK {
		t.Errorf("401 hits a public call: %s", got.body)
	}
}

func TestGateCredentialsLookReal(t *testing.T) {
	k := newGateCaller(t, "trader").key
	if len(k.Key) != 32 || len(k.Secret) != 64 || strings.Trim(k.Key+k.Secret, lowerHex) != "" || k.Passphrase != "" {
		t.Errorf("%+v", k)
	}
}
