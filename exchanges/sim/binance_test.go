package sim

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestBinanceAcceptsEveryAlgorithm(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	for _, label := range []string{"grid-bot", "treasury", "tax-export"} {
		k := v.key(t, label)
		query := stamp(0).Encode() + "&recvWindow=5000"
		address := v.BaseURL + "/sapi/v1/account/apiRestrictions?" + query + "&signature=" + url.QueryEscape(sign(t, k, query))
		got := send(t, http.MethodGet, address, "", header(k))
		if got.status != 200 {
			t.Fatalf("%s: %d %s", label, got.status, got.body)
		}
		o := got.object(t)
		if o["enableReading"] != true || o["ipRestrict"] != (len(k.IPWhitelist) > 0) ||
			o["enableWithdrawals"] != slices.Contains(k.Permissions, "withdraw") ||
			o["enableSpotAndMarginTrading"] != slices.Contains(k.Permissions, "spot") ||
			o["permitsUniversalTransfer"] != slices.Contains(k.Permissions, "transfer") || o["enableFutures"] != slices.Contains(k.Permissions, "futures") {
			t.Errorf("%s: %s", label, got.body)
		}
	}
}

func TestBinanceRestrictionsTellTheAge(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	got := send(t, http.MethodGet, signBinance(v, k, "/sapi/v1/account/apiRestrictions", stamp(0)), "", header(k)).object(t)
	if got["createTime"] != float64(noon.Add(-97*24*time.Hour).UnixMilli()) {
		t.Errorf("createTime %v", got["createTime"])
	}
	for _, unknown := range []string{"label", "ipList", "expires", "lastUsed", "tradingAuthorityExpirationTime"} {
		if _, told := got[unknown]; told {
			t.Errorf("tells %s", unknown)
		}
	}
}

// What is signed may be spread over query and body.
func TestBinanceSignsQueryThenBody(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	order := "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1"
	form := header(k)
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	all := order + "&" + stamp(0).Encode()
	for name, c := range map[string]struct {
		query, body string
		code        int
	}{
		"all in the query":          {all + "&signature=" + sign(t, k, all), "", 0},
		"all in the body":           {"", all + "&signature=" + sign(t, k, all), 0},
		"no ampersand between":      {order, stamp(0).Encode() + "&signature=" + sign(t, k, order+stamp(0).Encode()), 0},
		"signature in the query":    {order + "&signature=" + sign(t, k, order+stamp(0).Encode()), stamp(0).Encode(), 0},
		"ampersand between":         {order, stamp(0).Encode() + "&signature=" + sign(t, k, order+"&"+stamp(0).Encode()), -1022},
		"signature not last":        {"signature=" + sign(t, k, all) + "&" + all, "", -1022},
		"two signatures":            {order + "&signature=x", stamp(0).Encode() + "&signature=" + sign(t, k, order+stamp(0).Encode()), -1022},
		"parameter after signing":   {all + "&signature=" + sign(t, k, all), "price=1", -1022},
		"order lacks its side":      {"symbol=BTCUSDT&" + stamp(0).Encode() + "&signature=" + sign(t, k, "symbol=BTCUSDT&"+stamp(0).Encode()), "", -1102},
		"upper-case hex":            {all + "&signature=" + strings.ToUpper(sign(t, k, all)), "", 0},
		"@ signed as it is":         {all + "&email=a@b&signature=" + sign(t, k, all+"&email=a@b"), "", -1022},
		"@ encoded before":          {all + "&email=a%40b&signature=" + sign(t, k, all+"&email=a%40b"), "", 0},
		"signed with other order":   {stamp(0).Encode() + "&" + order + "&signature=" + sign(t, k, all), "", -1022},
		"secret with a line's end":  {all + "&signature=" + sign(t, Key{Secret: k.Secret + "\n"}, all), "", -1022},
		"secret of another key":     {all + "&signature=" + sign(t, Key{Secret: "other"}, all), "", -1022},
		"signature is no signature": {all + "&signature=zz", "", -1022},
	} {
		got := send(t, http.MethodPost, v.BaseURL+"/api/v3/order/test?"+c.query, c.body, form)
		if got.code(t) != c.code || (c.code == 0) != (got.status == 200) {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.body, c.code)
		}
	}
	jsonBody := header(k)
	jsonBody.Set("Content-Type", "application/json")
	if got := send(t, http.MethodPost, v.BaseURL+"/api/v3/order/test", all+"&signature="+sign(t, k, all), jsonBody); got.code(t) != -1102 {
		t.Errorf("parameters in a body that is no form: %d %s", got.status, got.body)
	}
}

// Base64 has characters that mean something else in a URL.
func TestBinanceWantsBase64SignaturesEncoded(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "treasury")
	for ms := range 500 {
		query := stamp(-ms).Encode()
		signature := sign(t, k, query)
		if !strings.Contains(signature, "+") {
			continue
		}
		got := send(t, http.MethodGet, v.BaseURL+"/api/v3/account?"+query+"&signature="+signature, "", header(k))
		if got.code(t) != -1022 {
			t.Errorf("%d %s", got.status, got.body)
		}
		return
	}
	t.Fatal("no signature has a plus sign")
}

func TestBinanceTimeWindow(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	for _, c := range []struct {
		ms     int
		window string
		code   int
	}{
		{0, "", 0}, {999, "", 0}, {1000, "", -1021}, {600_000, "", -1021},
		{-5000, "", 0}, {-5001, "", -1021}, {-600_000, "", -1021},
		{-60_000, "60000", 0}, {-60_001, "60000", -1021}, {0, "60001", -1131}, {-100, "99.999", -1021}, {-100, "100.001", 0},
		{0, "long", -1100}, {0, "-1", -1100}, {0, "NaN", -1100},
	} {
		params := stamp(c.ms)
		if c.window != "" {
			params.Set("recvWindow", c.window)
		}
		if got := send(t, http.MethodGet, signBinance(v, k, "/api/v3/account", params), "", header(k)); got.code(t) != c.code {
			t.Errorf("%d ms, window %q: %d %s", c.ms, c.window, got.status, got.body)
		}
	}
	for text, code := range map[string]int{
		strconv.FormatInt(noon.UnixMicro(), 10): 0, "": -1102, "now": -1100, "-1": -1100, strconv.FormatInt(noon.Unix(), 10): -1021,
	} {
		got := send(t, http.MethodGet, signBinance(v, k, "/api/v3/account", url.Values{"timestamp": {text}}), "", header(k))
		if got.code(t) != code {
			t.Errorf("timestamp %q: %d %s, want %d", text, got.status, got.body, code)
		}
	}
}

// Binance does not say which of the causes of -2015 it was.
func TestBinanceRefusals(t *testing.T) {
	s := startAt(t, Options{})
	d := s.Describe()
	live, testnet := d.venue(t, "binance", "live"), d.venue(t, "binance", "testnet")
	grid, paper := live.key(t, "grid-bot"), testnet.key(t, "paper")
	ask := func(v Venue, k Key, path string) reply {
		return send(t, http.MethodGet, signBinance(v, k, path, stamp(0)), "", header(k))
	}
	const account, restrictions = "/api/v3/account", "/sapi/v1/account/apiRestrictions"
	expect := func(what string, got reply, status, code int) {
		t.Helper()
		if got.status != status || got.code(t) != code {
			t.Errorf("%s: %d %s, want %d %d", what, got.status, got.body, status, code)
		}
	}
	expect("the right key", ask(live, grid, account), 200, 0)
	expect("unknown key", ask(live, Key{Key: strings.Repeat("k", 64), Secret: grid.Secret}, account), 401, -2015)
	expect("testnet key on live", ask(live, paper, restrictions), 401, -2015)
	expect("live key on testnet", ask(testnet, grid, account), 401, -2015)
	expect("half a key", ask(live, Key{Key: grid.Key[:32], Secret: grid.Secret}, account), 401, -2014)
	expect("no key", get(t, signBinance(live, grid, account, stamp(0))), 401, -2014)
	expect("no signature", send(t, http.MethodGet, live.BaseURL+account+"?"+stamp(0).Encode(), "", header(grid)), 400, -1102)
	expect("swapped fields", ask(live, Key{Key: grid.Secret, Secret: grid.Key}, account), 401, -2015)

	for what, change := range map[string]func(*entry){
		"disabled":          func(e *entry) { e.Disabled = true },
		"address not named": func(e *entry) { e.IPs = []string{"198.51.100.1"} },
		"may not read":      func(e *entry) { e.Permissions = []string{"spot"} },
	} {
		var before entry
		s.entryOf(t, grid.Key, func(e *entry) { before = *e; change(e) })
		expect(what, ask(live, grid, restrictions), 401, -2015)
		s.entryOf(t, grid.Key, func(e *entry) { *e = before })
	}
}

func TestBinanceTradingNeedsThePermission(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "tax-export")
	query := "symbol=BTCUSDT&side=BUY&type=MARKET&" + stamp(0).Encode()
	got := send(t, http.MethodPost, v.BaseURL+"/api/v3/order/test?"+query+"&signature="+url.QueryEscape(sign(t, k, query)), "", header(k))
	if got.status != 401 || got.code(t) != -2015 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestBinanceTradingAuthorityEnds(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	s.entryOf(t, k.Key, func(e *entry) { e.Expires = noon.Add(time.Hour) })
	for _, after := range []time.Duration{0, 2 * time.Hour} {
		s.Advance(after)
		params := stamp(int(after.Milliseconds()))
		got := send(t, http.MethodGet, signBinance(v, k, "/sapi/v1/account/apiRestrictions", params), "", header(k)).object(t)
		if got["enableSpotAndMarginTrading"] != (after == 0) || got["enableReading"] != true {
			t.Errorf("after %s: %v", after, got)
		}
	}
}

func TestBinanceTellsWordsThatNobodyKnows(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	s.entryOf(t, k.Key, func(e *entry) { e.Words = []string{"enableReading", "enablePredictionTrading"} })
	got := send(t, http.MethodGet, signBinance(v, k, "/sapi/v1/account/apiRestrictions", stamp(0)), "", header(k)).object(t)
	if got["enablePredictionTrading"] != true || got["enableSpotAndMarginTrading"] != false {
		t.Errorf("%v", got)
	}
}

func TestBinanceTestnetAndDemoHaveNoSapi(t *testing.T) {
	d := startAt(t, Options{World: "empty"}).Describe()
	for env, want := range map[string]int{"live": 200, "testnet": 404, "demo": 404} {
		if got := get(t, d.venue(t, "binance", env).BaseURL+"/sapi/v1/system/status"); got.status != want {
			t.Errorf("%s: %d", env, got.status)
		}
	}
}

func TestBinanceMethodsAndPaths(t *testing.T) {
	base := startAt(t, Options{World: "empty"}).Describe().venue(t, "binance", "live").BaseURL
	if got := send(t, http.MethodPost, base+"/api/v3/time", "", nil); got.status != 405 || got.header.Get("Allow") != "GET" {
		t.Errorf("wrong method: %d", got.status)
	}
	if got := get(t, base+"/api/v3/nothing"); got.status != 404 {
		t.Errorf("wrong path: %d", got.status)
	}
}

func TestBinanceCountsWeight(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	base := s.Describe().venue(t, "binance", "live").BaseURL
	get(t, base+"/api/v3/exchangeInfo")
	if got := get(t, base+"/api/v3/time").header.Get("X-Mbx-Used-Weight-1m"); got != "21" {
		t.Errorf("used %s", got)
	}
	s.Advance(time.Minute)
	if got := get(t, base+"/api/v3/time").header.Get("X-Mbx-Used-Weight-1m"); got != "1" {
		t.Errorf("a minute later: used %s", got)
	}
}

func TestIPWhitelists(t *testing.T) {
	caller := netip.MustParseAddr("203.0.113.7")
	for _, c := range []struct {
		list []string
		want bool
	}{
		{nil, true}, {[]string{"203.0.113.7"}, true}, {[]string{"198.51.100.1", "203.0.113.7"}, true}, {[]string{"203.0.113.8"}, false},
		{[]string{"203.0.113.0/24"}, true}, {[]string{"203.0.112.0/24"}, false}, {[]string{"nonsense"}, false},
	} {
		if got := (&entry{IPs: c.list}).allows(caller); got != c.want {
			t.Errorf("%v: %v", c.list, got)
		}
	}
}

func TestPublishedBinanceSignatures(t *testing.T) {
	const secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
	const order = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
	rfc8032, _ := hex.DecodeString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
	openssl, _ := pem.Decode([]byte(simulationRSAKeys[0]))
	private, err := x509.ParsePKCS8PrivateKey(openssl.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	hmacKey, edKey := &entry{Secret: secret}, &entry{PublicKey: ed25519.PublicKey(rfc8032)}
	rsaKey := &entry{PublicKey: private.(*rsa.PrivateKey).Public()}
	for text, c := range map[string]struct {
		key       *entry
		signature string
	}{
		// binance-spot-api-docs, rest-api.md: signed endpoint examples
		order: {hmacKey, "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"},
		strings.Replace(order, "LTCBTC", "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96", 1): {hmacKey, "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"},
		// binance-us-api-docs: query and body without an ampersand between them
		strings.Replace(order, "GTC&quantity", "GTCquantity", 1): {hmacKey, "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"},
		// binance-signature-examples, README
		"timestamp=1578963600000": {hmacKey, "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4"},
		// made by @binance/common 2.4.9 with the key of RFC 8032, section 7.1, test 1
		"timestamp=1700000000000&recvWindow=5000": {edKey, "iZJGnYpkCL69XbwzrgDp34y58mk1770tHxHr3i/ALsJl9FSdhyAnrrZ796xMbYm/HfnFrpoUjnqBfrAqc268Dg=="},
		// made by openssl dgst -sha256 -sign with the first simulation key
		"timestamp=1700000000000": {rsaKey, opensslSignature},
	} {
		if !verifyHexOrBase64(c.key, text, c.signature) {
			t.Errorf("%s: %s was refused", text, c.signature)
		}
		if verifyHexOrBase64(c.key, text+" ", c.signature) {
			t.Errorf("%s: the signature of another text was accepted", text)
		}
	}
}

const opensslSignature = "NAvFqKHelkjW9j9dpz8DpV6qwUfw0jO85QTIHi6nYUbZ+k6ogRLbbe9AxDaYKVGcAZIQcBJvUuprHma37umoBWhCGHlWq2RsD+RSiWAFhpNzzPdZ5Skwo6+mApDHD0xaDx+5h3Wyk1i/Xqy+mec6J6ik+rxxjwlbONy3r/Dl0GlqdzgMc7WeQ7d5rBnf/urvWCRWDovG8fFvpnGaRCexWAYpbomD2ZtDZVvzipAAAtKpDSeMYYzn+pmMQeFjChXYTdzafUiKySTkqHbgTXbkMXYvHTokMpjA9rdTByPPx3akr7wojNLsGyacOfp455ThOoQryada4mkKZYtk4PSB1Q=="
