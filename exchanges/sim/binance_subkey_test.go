package sim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestBinanceSubKeyFromAKeyPair(t *testing.T) {
	c := binanceManager(t)
	edPublic, edPrivate := newMaterial("pair").ed25519()
	rsaPublic, rsaPrivate := newMaterial("pair").rsa()
	odd := publicPEM(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 3071), E: 65537})
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(rsaPublic)}))
	for name, k := range map[string]struct {
		path, public, private string
		extra                 []string
		code                  int
	}{
		"ed25519":                {subKeysV2, publicPEM(edPublic), edPrivate, nil, 0},
		"ed25519, v1":            {subKeys, publicPEM(edPublic), edPrivate, nil, 0},
		"ed25519 with FIX":       {subKeysV2, publicPEM(edPublic), edPrivate, []string{"canFixApiTrading", "true", "canFixApiReading", "true"}, 0},
		"rsa":                    {subKeysV2, publicPEM(rsaPublic), rsaPrivate, nil, 0},
		"rsa, v1":                {subKeys, publicPEM(rsaPublic), rsaPrivate, nil, -1130},
		"rsa with FIX":           {subKeysV2, publicPEM(rsaPublic), rsaPrivate, []string{"canFixApiTrading", "true"}, -9000},
		"a private key":          {subKeysV2, edPrivate, edPrivate, nil, -1130},
		"rsa of 3072 bits":       {subKeysV2, odd, rsaPrivate, nil, -1130},
		"another curve":          {subKeysV2, publicPEM(curve.Public()), "", nil, -1130},
		"PKCS#1":                 {subKeysV2, pkcs1, rsaPrivate, nil, -1130},
		"two keys":               {subKeysV2, publicPEM(edPublic) + publicPEM(edPublic), edPrivate, nil, -1130},
		"no key":                 {subKeysV2, "ssh-ed25519 AAAA", "", nil, -1130},
		"no key in good clothes": {subKeysV2, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: edPublic})), "", nil, -1130},
	} {
		pairs := append([]string{"email", botMail, "apiName", name, "status", "2", "ipAddress", callerAddress, "publicKey", k.public}, k.extra...)
		got := c.call(t, http.MethodPost, k.path, pairs...)
		if got.code(t) != k.code {
			t.Errorf("%s: %s, want %d", name, got.body, k.code)
		}
		if k.code != 0 {
			continue
		}
		made := got.object(t)
		if _, told := made["secretKey"]; told {
			t.Errorf("%s: a secret for a key that has none: %v", name, made)
		}
		told := c.as(Key{Key: text(made, "apiKey"), PrivateKey: k.private}).must(t, http.MethodGet, restrictions)
		if told["enableFixApiTrade"] != (k.extra != nil) || told["enableFixReadOnly"] != (k.extra != nil) || told["enableReading"] != true {
			t.Errorf("%s: %v", name, told)
		}
	}
}

// Editing the five rights leaves those of FIX alone, which it cannot name.
func TestBinanceEditKeepsFIXRights(t *testing.T) {
	c := binanceManager(t)
	public, private := newMaterial("fix").ed25519()
	made := c.create(t, "fix", "publicKey", publicPEM(public), "canFixApiReading", "true")
	c.must(t, http.MethodPost, subRights, "email", botMail, "subAccountApiKey", text(made, "apiKey"), "canTrade", "true", "canFixApiReading", "false")
	told := c.as(Key{Key: text(made, "apiKey"), PrivateKey: private}).must(t, http.MethodGet, restrictions)
	if told["enableFixReadOnly"] != true || told["enableSpotAndMarginTrading"] != true || told["enableFixApiTrade"] != false {
		t.Errorf("%v", told)
	}
}

func TestBinanceTakesNoPublicKeyInTheURL(t *testing.T) {
	c := binanceManager(t)
	public, _ := newMaterial("pair").ed25519()
	query := parameters("email", botMail, "apiName", "new", "status", "1", "publicKey", publicPEM(public)).Encode()
	for _, path := range []string{subKeys, subKeysV2} {
		if got := send(t, http.MethodPost, c.venue.BaseURL+path+"?"+c.signed(t, query), "", header(c.key)); got.code(t) != -1130 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// An old version that is asked for FIX rights does not know the words.
func TestBinanceV1HasNoFIXRights(t *testing.T) {
	c := binanceManager(t)
	public, private := newMaterial("pair").ed25519()
	made := c.must(t, http.MethodPost, subKeys, "email", botMail, "apiName", "old", "status", "1", "publicKey", publicPEM(public), "canFixApiTrading", "true")
	if made["status"] != 1.0 || len(made["ipList"].([]any)) != 0 {
		t.Errorf("made %v", made)
	}
	told := c.as(Key{Key: text(made, "apiKey"), PrivateKey: private}).must(t, http.MethodGet, restrictions)
	if told["enableFixApiTrade"] != false || told["ipRestrict"] != false {
		t.Errorf("told %v", told)
	}
}

// The address of a sub-account has a character that must be percent-encoded
// before it is signed.
func TestBinanceWantsTheMailAddressEncoded(t *testing.T) {
	c := binanceManager(t)
	for query, code := range map[string]int{"email=bot%40example.com": 0, "email=bot@example.com": -1022} {
		if got := send(t, http.MethodGet, c.venue.BaseURL+subKeys+"?"+c.signed(t, query), "", header(c.key)); got.code(t) != code {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
}

func TestBinanceSubKeyIPList(t *testing.T) {
	c := binanceManager(t)
	id := []string{"email", botMail, "subAccountApiKey", c.venue.key(t, "grid").Key}
	expect := func(what string, got object, restricted string, ips ...string) {
		t.Helper()
		fields(t, what, got, "ipRestrict ipList updateTime apiKey")
		var list []string
		for _, ip := range got["ipList"].([]any) {
			list = append(list, ip.(string))
		}
		if got["ipRestrict"] != restricted || !slices.Equal(list, ips) {
			t.Errorf("%s: %v", what, got)
		}
	}
	first := c.must(t, http.MethodGet, subIPs, id...)
	expect("as seeded", first, "true", callerAddress)

	c.clock.move(time.Hour)
	added := c.must(t, http.MethodPost, subIPsV2, append(id, "status", "2", "ipAddress", "198.51.100.1,198.51.100.2,"+callerAddress)...)
	fields(t, "add", added, "status ipList updateTime apiKey")
	if added["status"] != "2" {
		t.Errorf("status %v", added["status"])
	}
	second := c.must(t, http.MethodGet, subIPs, id...)
	expect("added", second, "true", callerAddress, "198.51.100.1", "198.51.100.2")
	if moved := second["updateTime"].(float64) - first["updateTime"].(float64); moved != float64((97*day + time.Hour).Milliseconds()) {
		t.Errorf("updateTime moved by %v ms", moved)
	}
	dropped := c.must(t, http.MethodDelete, subIPList, append(id, "ipAddress", callerAddress+",198.51.100.2")...)
	expect("dropped", dropped, "true", "198.51.100.1")
	if got := c.as(c.venue.key(t, "grid")).call(t, http.MethodGet, restrictions); got.code(t) != -2015 {
		t.Errorf("from an address that is not listed any more: %s", got.body)
	}
	opened := c.must(t, http.MethodPost, subIPsV2, append(id, "status", "1")...)
	fields(t, "open", opened, "status updateTime apiKey")
	expect("opened", c.must(t, http.MethodGet, subIPs, id...), "false")
	c.as(c.venue.key(t, "grid")).must(t, http.MethodGet, restrictions)
}

func TestBinanceSubKeyLimit(t *testing.T) {
	c := binanceManager(t)
	for i := len(c.labels(t, botMail)); i < binanceMostKeys; i++ {
		c.create(t, "key"+strconv.Itoa(i))
	}
	full := []string{"email", botMail, "apiName", "one too many", "status", "1"}
	if got := c.call(t, http.MethodPost, subKeys, full...); got.status != 400 || got.code(t) != errBinanceFull.Code {
		t.Errorf("%d %s", got.status, got.body)
	}
	c.must(t, http.MethodDelete, subKeys, "email", botMail, "subAccountApiKey", c.venue.key(t, "grid").Key)
	c.must(t, http.MethodPost, subKeys, full...)
	c.must(t, http.MethodPost, subKeys, "email", otherMail, "apiName", "one too many", "status", "1") // another account
}

func TestBinanceCountsSubAccountCallsPerAccount(t *testing.T) {
	c := binanceManager(t)
	for _, want := range []string{"3000", "6000"} {
		got := c.call(t, http.MethodGet, subKeys, "email", botMail)
		if got.header.Get("X-Sapi-Used-Uid-Weight-1m") != want || got.header.Get("X-Sapi-Used-Ip-Weight-1m") != "" {
			t.Errorf("%v", got.header)
		}
	}
	other := c.call(t, http.MethodDelete, subKeys, "email", botMail).header.Get("X-Sapi-Used-Uid-Weight-1m")
	c.clock.move(time.Minute)
	later := c.call(t, http.MethodGet, subKeys, "email", botMail).header.Get("X-Sapi-Used-Uid-Weight-1m")
	if other != "3000" || later != "3000" {
		t.Errorf("another endpoint %s, a minute later %s", other, later)
	}
}

func TestBinanceManagesSubKeysOnTheLiveSiteOnly(t *testing.T) {
	for env, want := range map[string]int{"live": 200, "testnet": 404, "demo": 404} {
		v, clock := serveAccount(t, "binance", env, subAccounts(), Options{})
		c := binanceCaller{v, v.key(t, "manager"), clock}
		if got := c.call(t, http.MethodGet, subKeys, "email", botMail); got.status != want {
			t.Errorf("%s: %d", env, got.status)
		}
	}
	got := send(t, http.MethodPut, binanceManager(t).venue.BaseURL+subKeys, "", nil)
	if got.status != 405 || got.header.Get("Allow") != "GET, POST, DELETE" {
		t.Errorf("PUT: %d, Allow %s", got.status, got.header.Get("Allow"))
	}
}

// A new key is listed before it works, and a deleted one works for a while.
func TestBinanceSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "binance", "live", subAccounts(), Options{Propagation: 5 * time.Second})
	c := binanceCaller{v, v.key(t, "manager"), clock}
	made := c.create(t, "slow")
	fresh := c.as(Key{Key: text(made, "apiKey"), Secret: text(made, "secretKey")})
	expect := func(what string, code int, labels ...string) {
		t.Helper()
		if got := fresh.call(t, http.MethodGet, restrictions); got.code(t) != code {
			t.Errorf("%s: %s", what, got.body)
		}
		if got := c.labels(t, botMail); !slices.Equal(got, labels) {
			t.Errorf("%s: listed are %v", what, got)
		}
	}
	expect("new", -2015, "grid", "slow")
	clock.move(5 * time.Second)
	expect("later", 0, "grid", "slow")
	c.must(t, http.MethodDelete, subKeys, "email", botMail, "subAccountApiKey", fresh.key.Key)
	expect("deleted", 0, "grid")
	clock.move(5 * time.Second)
	expect("dead", -2015, "grid")
}

// Nobody who lost the answer to a creation can know the secret, but the list
// has the key.
func TestBinanceSubKeyWhoseAnswerIsLost(t *testing.T) {
	c := binanceManager(t)
	form := http.Header{"X-Mbx-Apikey": {c.key.Key}, "Content-Type": {"application/x-www-form-urlencoded"}}
	body := c.signed(t, parameters("email", botMail, "apiName", "lost", "status", "1").Encode())
	c.clock.front.setFaults([]Fault{{Kind: FaultDropReply, Rate: 1}})
	if got, err := try(t, http.MethodPost, c.venue.BaseURL+subKeysV2, body, form); err == nil {
		t.Fatalf("answered %s", got.body)
	}
	c.clock.front.setFaults(nil)
	if got := c.labels(t, botMail); !slices.Contains(got, "lost") {
		t.Errorf("listed are %v", got)
	}
}

func TestBinanceTellsASecretOnce(t *testing.T) {
	c := binanceManager(t)
	made := c.create(t, "once")
	id := []string{"email", botMail, "subAccountApiKey", text(made, "apiKey")}
	for _, got := range []reply{
		c.call(t, http.MethodGet, subKeys, id...), c.call(t, http.MethodPost, subRights, append(id, "canTrade", "true")...),
		c.call(t, http.MethodGet, subIPs, id...), c.call(t, http.MethodDelete, subKeys, id...),
	} {
		if strings.Contains(string(got.body), text(made, "secretKey")) || strings.Contains(string(got.body), "secretKey") {
			t.Errorf("%s", got.body)
		}
	}
}

func TestBinanceRightsBothWays(t *testing.T) {
	v := &binance{now: atNoon}
	for _, on := range [][]string{{"enableReading"}, {"enableReading", "enableMargin", "enableFutures"}, {"enableFixApiTrade", "enableReading"}} {
		flags := map[string]bool{}
		for _, flag := range on {
			flags[flag] = true
		}
		permissions, words := rightsOf(flags)
		back := v.flags(&entry{Permissions: permissions, Words: words})
		if len(back) != len(on) || slices.ContainsFunc(on, func(flag string) bool { return !back[flag] }) {
			t.Errorf("%v became %v %v and then %v", on, permissions, words, back)
		}
	}
}
