package sim

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// headedCaller makes signed calls to OKX and Bitget as their documentation
// describes them. The two differ in names and in how they write the time.
type headedCaller struct {
	venue Venue
	key   Key
	now   func() time.Time
	spoil func(http.Header) // what a test gets wrong on purpose
}

func newHeadedCaller(v Venue, k Key) headedCaller {
	return headedCaller{venue: v, key: k, now: atNoon, spoil: func(http.Header) {}}
}

// name returns the name of a header.
func (c headedCaller) name(what string) string {
	if c.venue.Exchange == "okx" {
		return "OK-ACCESS-" + what
	}
	return "ACCESS-" + what
}

// demoHeader is the header that tells the demo.
func (c headedCaller) demoHeader() string {
	if c.venue.Exchange == "okx" {
		return "x-simulated-trading"
	}
	return "paptrading"
}

func (c headedCaller) stamp() string {
	if c.venue.Exchange == "okx" {
		return c.now().UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return strconv.FormatInt(c.now().UnixMilli(), 10)
}

// signed returns the signature of a text in base64.
func (c headedCaller) signed(t *testing.T, text string) string {
	t.Helper()
	signature := sign(t, c.key, text)
	if c.key.PrivateKey != "" {
		return signature
	}
	raw, err := hex.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (c headedCaller) header(t *testing.T, signedText string) http.Header {
	t.Helper()
	h := http.Header{}
	h.Set(c.name("KEY"), c.key.Key)
	h.Set(c.name("PASSPHRASE"), c.key.Passphrase)
	h.Set(c.name("TIMESTAMP"), c.stamp())
	h.Set(c.name("SIGN"), c.signed(t, c.stamp()+signedText))
	h.Set("Content-Type", "application/json")
	if c.venue.Environment == "demo" {
		h.Set(c.demoHeader(), "1")
	}
	c.spoil(h)
	return h
}

func (c headedCaller) get(t *testing.T, path string) reply {
	t.Helper()
	return send(t, http.MethodGet, c.venue.BaseURL+path, "", c.header(t, "GET"+path))
}

func (c headedCaller) post(t *testing.T, path, body string) reply {
	t.Helper()
	return send(t, http.MethodPost, c.venue.BaseURL+path, body, c.header(t, "POST"+path+body))
}

// named returns a caller with another key of the venue.
func (c headedCaller) named(t *testing.T, label string) headedCaller {
	t.Helper()
	c.key = c.venue.key(t, label)
	return c
}

// as returns a caller with a key that has just been made.
func (c headedCaller) as(id, secret, passphrase string) headedCaller {
	c.key = Key{Key: id, Secret: secret, Passphrase: passphrase}
	return c
}

// introspect asks what the calling key is, as its account's generation wants.
func (c headedCaller) introspect(t *testing.T) reply {
	t.Helper()
	switch c.venue.Exchange + c.venue.Environment {
	case "bitgetlive":
		return c.get(t, "/api/v3/account/info")
	case "bitgetdemo":
		return c.get(t, "/api/v2/spot/account/info")
	}
	return c.get(t, "/api/v5/account/config")
}

// worded returns the code of an answer that is told as text.
func worded(t *testing.T, r reply) string {
	t.Helper()
	return text(r.object(t), "code")
}

// wants fails unless an answer has a status and a code.
func wants(t *testing.T, what string, got reply, status int, code string) {
	t.Helper()
	if got.status != status || worded(t, got) != code {
		t.Errorf("%s: %d %s, want %d %s", what, got.status, got.body, status, code)
	}
}

// data returns what an answer of success brings.
func data(t *testing.T, r reply) any {
	t.Helper()
	if code := worded(t, r); r.status != http.StatusOK || strings.Trim(code, "0") != "" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return r.object(t)["data"]
}

// one returns the only object of the answer, which OKX puts in a list.
func one(t *testing.T, r reply) object {
	t.Helper()
	if o, ok := data(t, r).(object); ok {
		return o
	}
	o, _ := firstOf(t, data(t, r)).(object)
	return o
}

// names returns one field of each object of a list.
func names(t *testing.T, list any, field string) []string {
	t.Helper()
	all, ok := list.([]any)
	if !ok {
		t.Fatalf("%v is no list", list)
	}
	out := make([]string, len(all))
	for i, item := range all {
		out[i] = text(item.(object), field)
	}
	return out
}

// headedSites are where the tests below look, with a key that works.
var headedSites = []struct{ exchange, env, label, success string }{
	{"okx", "live", "swap-bot", "0"}, {"okx", "demo", "okx-paper", "0"},
	{"bitget", "live", "signal-bot", "00000"}, {"bitget", "demo", "bg-paper", "00000"},
}

// Each way to get a signed request wrong has a code of its own.
func TestHeadedRefusals(t *testing.T) {
	set := func(what, value string) func(headedCaller, http.Header) {
		return func(c headedCaller, h http.Header) { h.Set(c.name(what), value) }
	}
	without := func(what string) func(headedCaller, http.Header) {
		return func(c headedCaller, h http.Header) { h.Del(c.name(what)) }
	}
	swapped := func(c headedCaller, h http.Header) { h.Set(c.name("KEY"), c.key.Secret) }
	unknown := func(c headedCaller, h http.Header) {
		id := []byte(c.key.Key)
		id[len(id)-1] = "01"[zeroOrOne(id[len(id)-1] == '0')]
		h.Set(c.name("KEY"), string(id))
	}
	otherRealm := func(c headedCaller, h http.Header) {
		if h.Get(c.demoHeader()) == "" {
			h.Set(c.demoHeader(), "1")
		} else {
			h.Del(c.demoHeader())
		}
	}
	for what, c := range map[string]struct {
		spoil       func(headedCaller, http.Header)
		okx, bitget string
	}{
		"no key":            {without("KEY"), "50103", "40001"},
		"no passphrase":     {without("PASSPHRASE"), "50104", "40011"},
		"no signature":      {without("SIGN"), "50106", "40003"},
		"no timestamp":      {without("TIMESTAMP"), "50107", "40005"},
		"a vague timestamp": {set("TIMESTAMP", "noon"), "50112", "40005"},
		"a timestamp of 1970": {func(c headedCaller, h http.Header) {
			c.now = func() time.Time { return time.UnixMilli(1) }
			h.Set(c.name("TIMESTAMP"), c.stamp())
		}, "50102", "40008"},
		"swapped fields":       {swapped, "50111", "40006"},
		"an unknown key":       {unknown, "50119", "40037"},
		"the wrong passphrase": {set("PASSPHRASE", "Wrong-pass1"), "50105", "40012"},
		"the wrong signature":  {set("SIGN", "ftiFO+RWpO9b1Gv2J1rZH+o9BBTJO6k+7ckRh8l15gM="), "50113", "40009"},
		"no base64":            {set("SIGN", "!!"), "50113", "40009"},
		"the other realm":      {otherRealm, "50101", "40099"},
	} {
		s := startAt(t, Options{})
		for _, at := range headedSites {
			v := s.Describe().venue(t, at.exchange, at.env)
			caller := newHeadedCaller(v, v.key(t, at.label))
			good := caller
			caller.spoil = func(h http.Header) { c.spoil(good, h) }
			status, code := http.StatusUnauthorized, c.okx
			if at.exchange == "bitget" {
				status, code = http.StatusBadRequest, c.bitget
			}
			wants(t, at.exchange+" "+at.env+": "+what, caller.introspect(t), status, code)
			wants(t, at.exchange+" "+at.env+": without "+what, good.introspect(t), http.StatusOK, at.success)
		}
	}
}

// What is signed is what is sent, to the letter.
func TestHeadedSignedText(t *testing.T) {
	s := startAt(t, Options{})
	for _, c := range []struct{ exchange, label, path, code, success string }{
		{"okx", "swap-bot", "/api/v5/account/balance?ccy=BTC,ETH", "50113", "0"},
		{"bitget", "signal-bot", "/api/v3/account/assets?coin=BTC&b=%20", "40009", "00000"},
	} {
		v := s.Describe().venue(t, c.exchange, "live")
		caller := newHeadedCaller(v, v.key(t, c.label))
		bare, _, _ := strings.Cut(c.path, "?")
		for signed, want := range map[string]string{
			"GET" + c.path: c.success, "GET" + bare: c.code, "get" + c.path: c.code, c.path: c.code, "POST" + c.path: c.code, "GET" + c.path + "{}": c.code,
			"GET" + strings.NewReplacer(",", "%2C", "%20", " ").Replace(c.path): c.code,
		} {
			got := send(t, http.MethodGet, v.BaseURL+c.path, "", caller.header(t, signed))
			if worded(t, got) != want {
				t.Errorf("%s, signed %s: %s", c.exchange, signed, got.body)
			}
		}
	}
}

func TestHeadedTimeWindow(t *testing.T) {
	s := startAt(t, Options{})
	for _, at := range headedSites {
		v := s.Describe().venue(t, at.exchange, at.env)
		caller := newHeadedCaller(v, v.key(t, at.label))
		expired := map[string]string{"okx": "50102", "bitget": "40008"}[at.exchange]
		for ms, want := range map[int]string{
			0: at.success, 30_000: at.success, -30_000: at.success, 30_001: expired, -30_001: expired, 600_000: expired,
		} {
			caller.now = func() time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
			if got := worded(t, caller.introspect(t)); got != want {
				t.Errorf("%s %s, %d ms off: %s, want %s", at.exchange, at.env, ms, got, want)
			}
		}
	}
}

func TestHeadedStates(t *testing.T) {
	s := startAt(t, Options{})
	for _, at := range headedSites {
		v := s.Describe().venue(t, at.exchange, at.env)
		caller := newHeadedCaller(v, v.key(t, at.label))
		for what, c := range map[string]struct {
			change func(*entry)
			okx    string
			bitget string
		}{
			"frozen":  {func(e *entry) { e.Disabled = true }, "50100", "40013"},
			"address": {func(e *entry) { e.IPs = []string{"198.51.100.1"} }, "50110", "40018"},
			"range":   {func(e *entry) { e.IPs = []string{"203.0.113.0/28"} }, "0", "00000"},
		} {
			var before entry
			s.entryOf(t, caller.key.Key, func(e *entry) { before = *e; c.change(e) })
			got := caller.introspect(t)
			if want := map[string]string{"okx": c.okx, "bitget": c.bitget}[at.exchange]; worded(t, got) != want {
				t.Errorf("%s %s: %s, want %s", v.Exchange, what, got.body, want)
			}
			s.entryOf(t, caller.key.Key, func(e *entry) { *e = before })
		}
	}
	v := s.Describe().venue(t, "okx", "live")
	caller := newHeadedCaller(v, v.key(t, "swap-bot"))
	s.entryOf(t, caller.key.Key, func(e *entry) { e.IPs = []string{"198.51.100.1"} })
	if got := caller.introspect(t); got.status != http.StatusUnauthorized || !strings.Contains(string(got.body), callerAddress) {
		t.Errorf("the address of the caller is not told: %d %s", got.status, got.body)
	}
}

// A key is known as one of the other environment for as long as it exists
// somewhere, and one that nobody made is just unknown.
func TestHeadedRealms(t *testing.T) {
	s := startAt(t, Options{})
	for exchange, c := range map[string]struct{ live, demo, realm string }{
		"okx": {"swap-bot", "okx-paper", "50101"}, "bitget": {"signal-bot", "bg-paper", "40099"},
	} {
		live, demo := s.Describe().venue(t, exchange, "live"), s.Describe().venue(t, exchange, "demo")
		for what, got := range map[string]reply{
			"live key at the demo": newHeadedCaller(demo, live.key(t, c.live)).introspect(t),
			"demo key at live":     newHeadedCaller(live, demo.key(t, c.demo)).introspect(t),
		} {
			if worded(t, got) != c.realm {
				t.Errorf("%s: %s: %s", exchange, what, got.body)
			}
		}
		fresh, err := s.CreateByHand(exchange, "demo", Wanted{Label: "fresh", Permissions: []string{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := newHeadedCaller(live, fresh).introspect(t); worded(t, got) != c.realm {
			t.Errorf("%s: a key just made for the demo: %s", exchange, got.body)
		}
	}
}

// What goes wrong at the exchange is told in its own shape, and nothing says
// how long to wait.
func TestHeadedFaults(t *testing.T) {
	for exchange, codes := range map[string]map[FaultKind]string{
		"okx":    {"400": "51000", "401": "50114", "429": "50011", "500": "50026", "503": "50001"},
		"bitget": {"400": "40020", "401": "40006", "429": "429", "500": "45001", "503": "40015"},
	} {
		for kind, code := range codes {
			s := startAt(t, Options{Faults: []Fault{{Exchange: exchange, Kind: kind, Rate: 1}}})
			v := s.Describe().venue(t, exchange, "live")
			got := newHeadedCaller(v, v.Keys[0]).introspect(t)
			status, _ := strconv.Atoi(string(kind))
			wants(t, exchange+" "+string(kind), got, status, code)
			if got.header.Get("Retry-After") != "" {
				t.Errorf("%s %s: %v", exchange, kind, got.header)
			}
			public := get(t, v.BaseURL+"/api/v5/public/time")
			if kind == FaultUnauthorized && public.status == http.StatusUnauthorized {
				t.Errorf("%s: a public call is refused: %s", exchange, public.body)
			}
		}
	}
}
