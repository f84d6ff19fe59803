package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The sub-accounts of these tests: one with a key and one without.
const (
	bingxScalper = "10001"
	bingxQuiet   = "10002"
	bingxOwn     = "/openApi/v1/account/apiPermissions"
)

// bingxTrader is a trader with two sub-accounts and keys of every standing.
func bingxTrader() account {
	home := []string{callerAddress}
	return account{
		ID: "987654321", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{bingxScalper, bingxQuiet},
		Seeds: []seed{
			{Label: "manager", Permissions: []string{"read", "admin"}, IPs: home, Age: 9 * day, LastUsed: 8 * day},
			{Label: "trader", Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: 40 * day, LastUsed: day},
			{Label: "blind", Words: []string{bingxSpot, bingxManage}, IPs: home, Age: day},
			{Label: "mover", Words: []string{bingxRead, bingxTransfer, bingxInternal, bingxWithdraw}, IPs: home, Age: day},
			{Label: "locked", Permissions: []string{"read"}, IPs: home, Age: day, Disabled: true},
			{Label: "reader", Permissions: []string{"read"}, Age: 300 * day},
			{Label: "sleeper", Permissions: []string{"read", "futures"}, Age: 90 * day, LastUsed: 15 * day},
			{Label: "awake", Permissions: []string{"read", "futures"}, Age: 90 * day, LastUsed: 13 * day},
			{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"192.0.2.44"}, Age: day},
			{Label: "scalper", Sub: bingxScalper, Permissions: []string{"read", "spot"}, IPs: home, Age: 12 * day},
		},
	}
}

// bingxCaller makes signed calls as the documentation describes them.
type bingxCaller struct {
	venue Venue
	key   Key
	clock *testClock
}

func newBingxCaller(t *testing.T, env, label string) bingxCaller {
	t.Helper()
	v, clock := serveAccount(t, "bingx", env, bingxTrader(), Options{})
	return bingxCaller{v, v.key(t, label), clock}
}

func (c bingxCaller) as(k Key) bingxCaller { c.key = k; return c }

func (c bingxCaller) named(t *testing.T, label string) bingxCaller {
	t.Helper()
	return c.as(c.venue.key(t, label))
}

func (c bingxCaller) header() http.Header { return http.Header{"X-Bx-Apikey": {c.key.Key}} }

func (c bingxCaller) stamp() string { return strconv.FormatInt(c.clock.now().UnixMilli(), 10) }

// ask makes a call whose parameters, given as name, value, name …, are in the
// query: escaped there, but not where they are signed.
func (c bingxCaller) ask(t *testing.T, method, path string, pairs ...string) reply {
	t.Helper()
	pairs = append(slices.Clone(pairs), "timestamp", c.stamp())
	var plain, escaped []string
	for i := 0; i < len(pairs); i += 2 {
		plain = append(plain, pairs[i]+"="+pairs[i+1])
		escaped = append(escaped, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	signature := sign(t, c.key, strings.Join(plain, "&"))
	return send(t, method, c.venue.BaseURL+path+"?"+strings.Join(escaped, "&")+"&signature="+signature, "", c.header())
}

func (c bingxCaller) get(t *testing.T, path string, pairs ...string) reply {
	t.Helper()
	return c.ask(t, http.MethodGet, path, pairs...)
}

// post makes a call with a JSON body: what is signed is sorted by name.
func (c bingxCaller) post(t *testing.T, path string, body object) reply {
	t.Helper()
	sent := object{"timestamp": c.clock.now().UnixMilli()}
	for name, value := range body {
		sent[name] = value
	}
	names := []string{}
	for name := range sent {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		value, isText := sent[name].(string)
		if !isText {
			raw, err := json.Marshal(sent[name])
			if err != nil {
				t.Fatal(err)
			}
			value = string(raw)
		}
		names[i] = name + "=" + value
	}
	sent["signature"] = sign(t, c.key, strings.Join(names, "&"))
	raw, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	h := c.header()
	h.Set("Content-Type", "application/json")
	return send(t, http.MethodPost, c.venue.BaseURL+path, string(raw), h)
}

// content returns what a call that succeeded is about.
func (r reply) content(t *testing.T) any {
	t.Helper()
	o := r.object(t)
	if fields(t, "envelope", o, "code msg timestamp data"); r.status != http.StatusOK || o["code"] != 0.0 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return o["data"]
}

// part returns the object that a call that succeeded is about.
func (r reply) part(t *testing.T) object {
	t.Helper()
	o, ok := r.content(t).(object)
	if !ok {
		t.Fatalf("%s", r.body)
	}
	return o
}

// turnedDown fails unless a call is refused with a code, and the status of
// success.
func (r reply) turnedDown(t *testing.T, what string, code int) {
	t.Helper()
	o := r.object(t)
	fields(t, what, o, "code msg timestamp")
	if r.status != http.StatusOK || o["code"] != float64(code) || o["msg"] == "" {
		t.Errorf("%s: %d %s, want %d", what, r.status, r.body, code)
	}
}

// Made by ccxt 4.5.84 with its clock stopped; the one that the documentation
// prints does not follow from what is printed beside it.
func TestBingxSignaturesOfOthers(t *testing.T) {
	const want = "e81c5a9d10dec321a4521c3dabad42fa2822c89f35f37959665c3d90adfd7c3e"
	p, refusal := bingxOfQuery("timestamp=1700000000000&signature=" + want)
	if refusal != nil || p.signature != lowerHexHMAC("test-api-secret", p.signed) {
		t.Errorf("%+v %v", p, refusal)
	}
	if p.signature == lowerHexHMAC("another", p.signed) {
		t.Error("another secret makes the same signature")
	}
}

func TestBingxRefusesWhoeverIsNotAuthenticated(t *testing.T) {
	c := newBingxCaller(t, "live", "trader")
	at := func(ms int) string { return "timestamp=" + strconv.FormatInt(noon.UnixMilli()+int64(ms), 10) }
	for name, test := range map[string]struct {
		id, query, signature string // empty: as it should be
		code                 int
	}{
		"well":              {},
		"no key":            {id: "-", code: 100413},
		"unknown key":       {id: strings.Repeat("a", 86), code: 100413},
		"secret as key":     {id: c.key.Secret, code: 100413},
		"wrong signature":   {signature: strings.Repeat("0", 64), code: 100001},
		"upper case":        {signature: strings.ToUpper(sign(t, c.key, at(0))), code: 100001},
		"no signature":      {signature: "-", code: 100001},
		"no time":           {query: "recvWindow=5000", code: 100421},
		"time is no number": {query: "timestamp=now", code: 80014},
		"5 s ahead":         {query: at(5000)},
		"5.001 s ahead":     {query: at(5001), code: 100421},
		"5 s old":           {query: at(-5000)},
		"5.001 s old":       {query: at(-5001), code: 100421},
		"long window":       {query: "recvWindow=60000&" + at(-5001), code: 100421},
		"no window":         {query: "recvWindow=0&" + at(-5000)},
		"short window":      {query: at(-11) + "&recvWindow=10", code: 100421},
		"odd window":        {query: "recvWindow=x&" + at(0), code: 100400},
		"escapes":           {query: "a=%zz&" + at(0), code: 100400},
	} {
		h, query := c.header(), at(0)
		if test.query != "" {
			query = test.query
		}
		switch test.id {
		case "":
		case "-":
			h.Del("X-Bx-Apikey")
		default:
			h.Set("X-Bx-Apikey", test.id)
		}
		full := query + "&signature=" + sign(t, c.key, query)
		switch test.signature {
		case "":
		case "-":
			full = query
		default:
			full = query + "&signature=" + test.signature
		}
		got := send(t, http.MethodGet, c.venue.BaseURL+bingxOwn+"?"+full, "", h)
		if test.code != 0 {
			got.turnedDown(t, name, test.code)
		} else {
			got.content(t)
		}
	}
}

// Parameters are signed as they are sent, less their escapes.
func TestBingxSignsWithoutEscapes(t *testing.T) {
	c := newBingxCaller(t, "live", "trader")
	c.get(t, bingxOwn, "z", "[1, 2]&=%+", "a", "b c").content(t)
	escaped := "z=a%20b&timestamp=" + c.stamp()
	send(t, http.MethodGet, c.venue.BaseURL+bingxOwn+"?"+escaped+"&signature="+sign(t, c.key, escaped), "", c.header()).
		turnedDown(t, "signed with escapes", 100001)
	form := c.header()
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	query := "symbol=BTC-USDT&timestamp=" + c.stamp()
	send(t, http.MethodPost, c.venue.BaseURL+"/openApi/spot/v1/trade/order", query+"&signature="+sign(t, c.key, query), form).
		turnedDown(t, "a form", 100414) // nothing is traded here
}

func TestBingxRefusesKeysByTheirStanding(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	for _, test := range []struct {
		label, method, path string
		code                int
	}{
		{"locked", "GET", bingxOwn, 100413},
		{"sleeper", "GET", bingxOwn, 100413},
		{"elsewhere", "GET", bingxOwn, 100419},
		{"blind", "GET", bingxOwn, 100004},
		{"blind", "GET", "/openApi/account/v1/uid", 100004},
		{"reader", "POST", "/openApi/spot/v1/trade/order", 100004},
		{"trader", "POST", "/openApi/wallets/v1/capital/withdraw/apply", 100004},
		{"trader", "POST", "/openApi/spot/v1/trade/order", 100414},
		{"trader", "POST", "/openApi/swap/v2/trade/order", 100414},
		{"mover", "POST", "/openApi/api/v3/post/asset/transfer", 100414},
		{"mover", "POST", "/openApi/wallets/v1/capital/subAccountInnerTransfer/apply", 100414},
		{"mover", "POST", "/openApi/wallets/v1/capital/withdraw/apply", 100414},
		{"trader", "GET", "/openApi/nowhere", 100400},
		{"trader", "DELETE", bingxOwn, 100400},
	} {
		c.named(t, test.label).ask(t, test.method, test.path).turnedDown(t, test.label+" "+test.path, test.code)
	}
	if got := c.named(t, "reader").ask(t, http.MethodPost, "/openApi/spot/v1/trade/order"); !strings.Contains(string(got.body), "need Spot Trading permission") {
		t.Errorf("%s", got.body)
	}
}

// What may do more than read and is open to every address dies of disuse.
func TestBingxOpenKeysDieOfDisuse(t *testing.T) {
	c := newBingxCaller(t, "live", "awake")
	c.get(t, bingxOwn).content(t)
	c.clock.move(bingxUnusedLife - time.Second)
	c.get(t, bingxOwn).content(t)
	c.clock.move(bingxUnusedLife)
	c.get(t, bingxOwn).turnedDown(t, "not used for 14 days", 100413)
	c.named(t, "reader").get(t, bingxOwn).content(t)
	c.named(t, "trader").get(t, bingxOwn).content(t)
}

func TestBingxTellsAKeyWhatItMayDo(t *testing.T) {
	const flags = `ipRestrict createTime enableReading enableSpotAndMarginTrading enableWithdrawals enableInternalTransfer enableFutures
		permitsUniversalTransfer enableVanillaOptions`
	c := newBingxCaller(t, "live", "trader")
	own := c.get(t, bingxOwn).part(t)
	fields(t, "flags", own, flags)
	tells(t, "trader", own, object{
		"ipRestrict": true, "createTime": float64(noon.Add(-40 * day).UnixMilli()), "enableReading": true, "enableSpotAndMarginTrading": true,
		"enableFutures": true, "enableWithdrawals": false, "permitsUniversalTransfer": false, "enableVanillaOptions": false,
	})
	tells(t, "mover", c.named(t, "mover").get(t, "/openApi/v1/account/apiRestrictions").part(t), object{
		"enableFutures": false, "enableWithdrawals": true, "permitsUniversalTransfer": true, "enableInternalTransfer": true,
	})
	tells(t, "reader", c.named(t, "reader").get(t, bingxOwn).part(t), object{"ipRestrict": false})
	for label, uid := range map[string]float64{"reader": 987654321, "scalper": 10001} {
		if got := c.named(t, label).get(t, "/openApi/account/v1/uid").part(t); got["uid"] != uid {
			t.Errorf("%s: %v", label, got)
		}
	}
	// without the wrapping, as another edition of the documentation has it
	bare := newBingxCaller(t, "demo", "trader").get(t, bingxOwn).object(t)
	fields(t, "demo", bare, flags)
	tells(t, "demo", bare, object{"enableFutures": true, "enableWithdrawals": false})
}

func TestBingxSitesShareNoKeys(t *testing.T) {
	d := startAt(t, Options{}).Describe()
	live, demo := d.venue(t, "bingx", "live"), d.venue(t, "bingx", "demo")
	for _, c := range []bingxCaller{{demo, live.key(t, "hedge2-bot"), clockAt(noon)}, {live, demo.key(t, "bx-paper"), clockAt(noon)}} {
		c.get(t, bingxOwn).turnedDown(t, c.key.Label, 100413)
	}
}

func TestBingxAnswersTellTheLimit(t *testing.T) {
	c := newBingxCaller(t, "live", "trader")
	for path, left := range map[string]string{bingxOwn: "1", "/openApi/account/v1/uid": "9"} {
		h := c.get(t, path).header
		if h.Get("X-RateLimit-Requests-Remain") != left || h.Get("X-RateLimit-Requests-Expire") != fmt.Sprint(noon.Unix()+1) {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestBingxFaults(t *testing.T) {
	for kind, code := range map[FaultKind]int{
		FaultBadRequest: 100400, FaultUnauthorized: 100413, FaultRateLimit: 100410, FaultServerError: 100500, FaultUnavailable: 100503,
	} {
		c := newBingxCaller(t, "live", "trader")
		c.clock.front.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := c.get(t, bingxOwn)
		if strconv.Itoa(got.status) != string(kind) || got.code(t) != code {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		until := fmt.Sprint(noon.Add(5 * time.Minute).UnixMilli())
		if limited := got.header.Get("X-RateLimit-Requests-Remain") == "0" && strings.Contains(string(got.body), until); limited != (kind == FaultRateLimit) {
			t.Errorf("%s: %v %s", kind, got.header, got.body)
		}
		if got := get(t, c.venue.BaseURL+"/openApi/swap/v2/server/time"); kind == FaultUnauthorized && got.code(t) != 0 {
			t.Errorf("401 hits a public call: %s", got.body)
		}
	}
}

func TestBingxCredentialsLookReal(t *testing.T) {
	k := newBingxCaller(t, "live", "trader").key
	if len(k.Key) != 86 || len(k.Secret) != 86 || strings.Trim(k.Key+k.Secret, alphanumeric) != "" || k.Passphrase != "" {
		t.Errorf("%+v", k)
	}
}
