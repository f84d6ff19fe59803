package sim

import (
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
	mexcSniper  = "sniper001"
	mexcQuiet   = "quiet0001"
	mexcAccount = "/api/v3/account"
)

// mexcTrader is a trader with two sub-accounts and keys of every standing.
func mexcTrader() account {
	home := []string{callerAddress}
	return account{
		ID: "987654321", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{mexcSniper, mexcQuiet},
		Seeds: []seed{
			{Label: "manager", Permissions: []string{"read"}, IPs: home, Age: 9 * day, LastUsed: 8 * day},
			{Label: "trader", Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: 40 * day, LastUsed: day},
			{Label: "blind", Words: []string{"SPOT_DEAL_WRITE", "CONTRACT_DEAL_WRITE"}, IPs: home, Age: day},
			{Label: "mover", Permissions: []string{"read", "transfer", "withdraw"}, IPs: home, Age: day},
			{Label: "locked", Permissions: []string{"read"}, IPs: home, Age: day, Disabled: true},
			{Label: "open", Permissions: []string{"read"}, Age: 80 * day, Expires: 10 * day},
			{Label: "elsewhere", Permissions: []string{"read", "futures"}, IPs: []string{"192.0.2.44"}, Age: day},
			{Label: "sniper", Sub: mexcSniper, Permissions: []string{"read", "spot"}, IPs: home, Age: 12 * day},
		},
	}
}

// mexcCaller makes signed calls as the documentation describes them.
type mexcCaller struct {
	venue Venue
	key   Key
	clock *testClock
}

func newMexcCaller(t *testing.T, label string) mexcCaller {
	t.Helper()
	v, clock := serveAccount(t, "mexc", "live", mexcTrader(), Options{})
	return mexcCaller{v, v.key(t, label), clock}
}

func (c mexcCaller) as(k Key) mexcCaller { c.key = k; return c }

func (c mexcCaller) named(t *testing.T, label string) mexcCaller {
	t.Helper()
	return c.as(c.venue.key(t, label))
}

// query returns parameters, given as name, value, name …, with the time.
func (c mexcCaller) query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(pairs[i] + "=" + url.QueryEscape(pairs[i+1]) + "&")
	}
	return b.String() + "timestamp=" + strconv.FormatInt(c.clock.now().UnixMilli(), 10)
}

func (c mexcCaller) header() http.Header {
	return http.Header{"X-Mexc-Apikey": {c.key.Key}, "Content-Type": {"application/json"}}
}

// ask makes a call whose parameters are all in the query.
func (c mexcCaller) ask(t *testing.T, method, path string, pairs ...string) reply {
	t.Helper()
	query := c.query(pairs...)
	return send(t, method, c.venue.BaseURL+path+"?"+query+"&signature="+sign(t, c.key, query), "", c.header())
}

func (c mexcCaller) get(t *testing.T, path string, pairs ...string) reply {
	t.Helper()
	return c.ask(t, http.MethodGet, path, pairs...)
}

// says fails unless a call is refused with a code.
func (r reply) says(t *testing.T, what string, code int) {
	t.Helper()
	o := r.object(t)
	fields(t, what, o, "code msg")
	if r.status != http.StatusBadRequest || o["code"] != float64(code) || o["msg"] == "" {
		t.Errorf("%s: %d %s, want %d", what, r.status, r.body, code)
	}
}

// The first two are of the spot v3 documentation (examples 2 and 3; example 1
// is wrong), the third was made by ccxt 4.5.84 with its clock stopped.
func TestMexcSignaturesOfOthers(t *testing.T) {
	const docs = "45d0b3c26f2644f19bfb98b07741b2f5"
	for _, c := range []struct{ secret, query, body, want string }{
		{docs, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087", "",
			"fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a"},
		{docs, "symbol=BTCUSDT&side=BUY&type=LIMIT", "quantity=1&price=11&recvWindow=5000&timestamp=1644489390087",
			"d1a676610ceb39174c8039b3f548357994b2a34139a8addd33baadba65684592"},
		{"test-api-secret", "subAccount=mexc1&timestamp=1700000000000&recvWindow=5000", "",
			"fe8d805a0c7d0f1059fdd4a148bc7e22ecf5ef92775663c7b0e9214ae1a48eb6"},
	} {
		with := func(signature string) (query, body string) {
			if c.body == "" {
				return c.query + "&signature=" + signature, ""
			}
			return c.query, c.body + "&signature=" + signature
		}
		query, body := with(c.want)
		if !validMexcRequest(c.secret, query, body) {
			t.Errorf("%s %s: refused", c.query, c.body)
		}
		if validMexcRequest("another", query, body) {
			t.Errorf("%s %s: accepted with another secret", c.query, c.body)
		}
		for what, wrong := range map[string]string{"upper case": strings.ToUpper(c.want), "short": c.want[1:], "none": ""} {
			if query, body := with(wrong); validMexcRequest(c.secret, query, body) {
				t.Errorf("%s %s: %s is accepted", c.query, c.body, what)
			}
		}
	}
}

func TestMexcRefusesWhoeverIsNotAuthenticated(t *testing.T) {
	c := newMexcCaller(t, "trader")
	at := func(ms int) string { return "timestamp=" + strconv.FormatInt(noon.UnixMilli()+int64(ms), 10) }
	unknown := "mx0" + strings.Repeat("a", 15)
	for name, test := range map[string]struct {
		id, query, signature string // empty: as it should be
		code                 int
	}{
		"well":              {},
		"no key":            {id: "-", code: 400},
		"half a key":        {id: c.key.Key[:9], code: 700001},
		"secret as key":     {id: c.key.Secret, code: 700001},
		"unknown key":       {id: unknown, code: 10072},
		"wrong signature":   {signature: strings.Repeat("0", 64), code: 700002},
		"no signature":      {signature: "-", code: 700004},
		"no time":           {query: "recvWindow=5000", code: 700004},
		"time is no number": {query: "timestamp=now", code: 700004},
		"0.999 s ahead":     {query: at(999)},
		"1 s ahead":         {query: at(1000), code: 700003},
		"5 s old":           {query: at(-5000)},
		"5.001 s old":       {query: at(-5001), code: 700003},
		"a minute old":      {query: "recvWindow=60000&" + at(-60_000)},
		"seconds":           {query: "timestamp=" + strconv.FormatInt(noon.Unix(), 10), code: 700003},
		"long window":       {query: "recvWindow=60001&" + at(0), code: 700005},
		"odd window":        {query: "recvWindow=-1&" + at(0), code: 700004},
		"short window":      {query: "recvWindow=10&" + at(-11), code: 700003},
		"escapes":           {query: "a=%zz&" + at(0), code: 700008},
	} {
		h, query := c.header(), at(0)
		if test.query != "" {
			query = test.query
		}
		switch test.id {
		case "":
		case "-":
			h.Del("X-Mexc-Apikey")
		default:
			h.Set("X-Mexc-Apikey", test.id)
		}
		full := query + "&signature=" + sign(t, c.key, query)
		switch test.signature {
		case "":
		case "-":
			full = query
		default:
			full = query + "&signature=" + test.signature
		}
		got := send(t, http.MethodGet, c.venue.BaseURL+mexcAccount+"?"+full, "", h)
		if test.code != 0 {
			got.says(t, name, test.code)
		} else if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// The query and the body are signed one after the other, and the signature is
// the last of either.
func TestMexcSignsQueryThenBody(t *testing.T) {
	c := newMexcCaller(t, "trader")
	const order = "symbol=BTCUSDT&side=BUY&type=LIMIT"
	stamp := c.query()
	signed := func(text string) string { return "&signature=" + sign(t, c.key, text) }
	for name, test := range map[string]struct {
		query, body, kind string
		code              int
	}{
		"query":               {order + "&" + stamp + signed(order+"&"+stamp), "", "", 0},
		"body":                {"", order + "&" + stamp + signed(order+"&"+stamp), "application/x-www-form-urlencoded", 0},
		"both":                {order, stamp + signed(order+stamp), "application/json", 0},
		"signature in query":  {order + signed(order+stamp), stamp, "application/json", 0},
		"ampersand between":   {order, stamp + signed(order+"&"+stamp), "application/json", 700002},
		"signature first":     {"signature=" + sign(t, c.key, order+"&"+stamp) + "&" + order + "&" + stamp, "", "", 700002},
		"two signatures":      {order + signed(order+stamp), stamp + signed(order+stamp), "application/json", 700002},
		"comma in the clear":  {order + "&a=1,2&" + stamp + signed(order+"&a=1,2&"+stamp), "", "", 700002},
		"comma escaped":       {order + "&a=1%2C2&" + stamp + signed(order+"&a=1%2C2&"+stamp), "", "", 0},
		"escape in low case":  {order + "&a=1%2c2&" + stamp + signed(order+"&a=1%2c2&"+stamp), "", "", 700002},
		"query wins":          {"symbol=BTCUSDT&side=BUY", "symbol=XXX&type=LIMIT&" + stamp + signed("symbol=BTCUSDT&side=BUYsymbol=XXX&type=LIMIT&"+stamp), "application/json", 0},
		"side is missing":     {"symbol=BTCUSDT&" + stamp + signed("symbol=BTCUSDT&"+stamp), "", "", 700004},
		"unknown symbol":      {"symbol=X&side=BUY&type=LIMIT&" + stamp + signed("symbol=X&side=BUY&type=LIMIT&"+stamp), "", "", -1121},
		"another content":     {order, stamp + signed(order+stamp), "text/plain", 700013},
		"of another's secret": {order + "&" + stamp + "&signature=" + sign(t, Key{Secret: "other"}, order+"&"+stamp), "", "", 700002},
	} {
		h := c.header()
		if test.kind != "" {
			h.Set("Content-Type", test.kind)
		}
		got := send(t, http.MethodPost, c.venue.BaseURL+"/api/v3/order/test?"+test.query, test.body, h)
		if test.code != 0 {
			got.says(t, name, test.code)
		} else if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestMexcRefusesKeysByTheirStanding(t *testing.T) {
	c := newMexcCaller(t, "manager")
	for _, test := range []struct {
		label, method, path string
		code                int
	}{
		{"locked", "GET", mexcAccount, 10072},
		{"elsewhere", "GET", mexcAccount, 700006},
		{"blind", "GET", mexcAccount, 700007},
		{"blind", "GET", "/api/v3/uid", 700007},
		{"blind", "GET", "/api/v3/capital/config/getall", 700007},
		{"manager", "POST", "/api/v3/order/test", 700007},
		{"manager", "POST", "/api/v3/order", 700007},
		{"manager", "POST", "/api/v3/capital/transfer", 700007},
		{"trader", "POST", "/api/v3/capital/withdraw", 700007},
		{"blind", "POST", "/api/v3/order", 30016}, // nothing is traded here
		{"mover", "POST", "/api/v3/capital/transfer", 10211},
		{"mover", "POST", "/api/v3/capital/withdraw", 10265},
		{"sniper", "GET", "/api/v3/sub-account/list", 700007},
	} {
		c.named(t, test.label).ask(t, test.method, test.path).says(t, test.label+" "+test.path, test.code)
	}
	if got := c.named(t, "elsewhere").get(t, mexcAccount); !strings.Contains(string(got.body), "["+callerAddress+"]") {
		t.Errorf("%s", got.body)
	}
	for _, call := range []string{"GET /api/v3/nowhere", "DELETE /api/v3/account"} {
		method, path, _ := strings.Cut(call, " ")
		if got := c.ask(t, method, path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", call, got.status)
		}
	}
}

func TestMexcKeysEndOnTheirDay(t *testing.T) {
	c := newMexcCaller(t, "open")
	c.clock.move(10*day - time.Second)
	if got := c.get(t, mexcAccount); got.status != http.StatusOK {
		t.Errorf("a second before its end: %s", got.body)
	}
	c.clock.move(time.Second)
	c.get(t, mexcAccount).says(t, "at its end", 10072)
}

// MEXC tells no key what it may do: the answer is the same for all.
func TestMexcTellsNoKeyWhatItMayDo(t *testing.T) {
	c := newMexcCaller(t, "manager")
	for _, label := range []string{"manager", "trader", "mover"} {
		own := c.named(t, label).get(t, mexcAccount).object(t)
		fields(t, label, own, "canTrade canWithdraw canDeposit updateTime accountType balances permissions")
		tells(t, label, own, object{"canTrade": true, "canWithdraw": true, "accountType": "SPOT", "permissions": []any{"SPOT"}})
		if list, _ := own["balances"].([]any); len(list) != 2 || list[0].(object)["free"] != "1.00000000" {
			t.Errorf("%v", own["balances"])
		}
	}
	sub := c.named(t, "sniper")
	if list, _ := sub.get(t, mexcAccount).object(t)["balances"].([]any); len(list) != 0 {
		t.Errorf("the sub-account holds %v", list)
	}
	uid := c.get(t, "/api/v3/uid").object(t)
	if uid["uid"] != "987654321" || sub.get(t, "/api/v3/uid").object(t)["uid"] == uid["uid"] {
		t.Errorf("%v", uid)
	}
	tells(t, "status", c.get(t, "/api/v3/kyc/status").object(t), object{"status": "3"})
	if orders := c.get(t, "/api/v3/openOrders", "symbol", "BTCUSDT").rows(t); len(orders) != 0 {
		t.Errorf("%v", orders)
	}
	if list, _ := c.get(t, "/api/v3/selfSymbols").object(t)["data"].([]any); len(list) != len(pairs()) {
		t.Errorf("%v", list)
	}
}

func TestMexcFaults(t *testing.T) {
	for kind, code := range map[FaultKind]int{
		FaultBadRequest: 700008, FaultUnauthorized: 10072, FaultRateLimit: 429, FaultServerError: 500, FaultUnavailable: 503,
	} {
		c := newMexcCaller(t, "trader")
		c.clock.front.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := c.get(t, mexcAccount)
		if strconv.Itoa(got.status) != string(kind) || got.code(t) != code {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		if limited := got.header.Get("Retry-After") != ""; limited != (kind == FaultRateLimit) {
			t.Errorf("%s: %v", kind, got.header)
		}
		if got := get(t, c.venue.BaseURL+"/api/v3/time"); kind == FaultUnauthorized && got.status != http.StatusOK {
			t.Errorf("401 hits a public call: %s", got.body)
		}
	}
}

func TestMexcCredentialsLookReal(t *testing.T) {
	k := newMexcCaller(t, "trader").key
	if !strings.HasPrefix(k.Key, "mx0") || len(k.Key) != 18 || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(k.Secret) || k.Passphrase != "" {
		t.Errorf("%+v", k)
	}
}
