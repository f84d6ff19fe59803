package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const krakenFuturesAccounts = "/derivatives/api/v3/accounts"

func newKrakenFuturesRig(t *testing.T, seeds ...seed) *siteRig {
	t.Helper()
	return newSiteRig(t, krakenFuturesSites[0], Options{}, seeds...)
}

// signKrakenFutures signs as the docs say.
func signKrakenFutures(secret, data, nonce, path string) string {
	key, _ := base64.StdEncoding.DecodeString(secret)
	digest := sha256.Sum256([]byte(data + nonce + path))
	mac := hmac.New(sha512.New, key)
	mac.Write(digest[:])
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// futures makes a signed call; nonce may be empty.
func (s *siteRig) futures(k Key, method, target, body, nonce string) reply {
	s.t.Helper()
	path, query, _ := strings.Cut(target, "?")
	h := http.Header{
		"APIKey":  {k.Key},
		"Authent": {signKrakenFutures(k.Secret, query+body, nonce, strings.TrimPrefix(path, "/derivatives"))},
	}
	if nonce != "" {
		h.Set("Nonce", nonce)
	}
	return s.do(method, target, body, h)
}

// expectFutures checks the envelope of an answer: success, or one error text.
func (s *siteRig) expectFutures(what string, got reply, want krakenFuturesRefusal) {
	s.t.Helper()
	o := got.object(s.t)
	result, _ := o["error"].(string)
	if got.status != http.StatusOK || result != string(want) || (o["result"] == "success") != (want == "") || o["serverTime"] != "2026-11-25T12:00:00.000Z" {
		s.t.Errorf("%s: %d %s, want %q", what, got.status, got.body, want)
	}
}

// There is no published vector. These are of ccxt 4.5.84 and of the official
// Go SDK (krakenfx/api-go v2), recomputed with python3: they agree.
func TestKrakenFuturesVectors(t *testing.T) {
	const check, order = "/api/auth/v1/api-keys/v3/check", "orderType=lmt&symbol=PF_XBTUSD&side=buy&size=1&limitPrice=1000"
	for _, c := range []struct{ data, nonce, path, signature string }{
		{"", "", "/api/v3/accounts", "nJH9pTKkNbq08nxmP9E1eRLJOXsXZEQWSB4zXBICD91l16ZzyGddRkBKrB55ZwPEwFQy+iSRX9DQMNlD5OmKEA=="},
		{"", "1700000000000", "/api/v3/accounts", "SS90WJJ27jflPDQSNcJ2JndHqDa+IUuvU1jQ0AtWQgjJ2iR/552DGasinEkUNxPym4QmoujcQfDOH8Ytath4KA=="},
		{order, "", "/api/v3/sendorder", "VrD6KpVA4VAQ33VorYmCtgfKTDC82OrS5lF/Z+8QwXO+sxjo9mshxQb+l3D1mApFGOxCR9SX1CiaPkhyx0mpRQ=="},
		{"", "1700000000000", check, "sLbT2snG04E4w76x+/C9HGnqoG/H60uCRB1qpIQgd/rWTLgqhkAaUhbc95SY827c0f0ZdO4EfJFdiNMYNkDrkA=="},
		{"", "", check, "KvTmnhSqbm47hRuaeW18jbWq3AtLpeBdt1QrUNpdvX7z1p06E4rBRJLmmoVaOaC43yq6G+qhczb2a7/chSCqfQ=="},
	} {
		if !validKrakenFuturesSignature(krakenGuideSecret, c.data, c.nonce, c.path, c.signature) {
			t.Errorf("%+v is refused", c)
		}
		for what, other := range map[string]bool{
			"data":      validKrakenFuturesSignature(krakenGuideSecret, c.data+"0", c.nonce, c.path, c.signature),
			"nonce":     validKrakenFuturesSignature(krakenGuideSecret, c.data, c.nonce+"0", c.path, c.signature),
			"path":      validKrakenFuturesSignature(krakenGuideSecret, c.data, c.nonce, "/derivatives"+c.path, c.signature),
			"signature": validKrakenFuturesSignature(krakenGuideSecret, c.data, c.nonce, c.path, "A"+c.signature[1:]),
			"no base64": validKrakenFuturesSignature(krakenGuideSecret, c.data, c.nonce, c.path, "%"),
			"secret":    validKrakenFuturesSignature("not base64!", c.data, c.nonce, c.path, c.signature),
		} {
			if other {
				t.Errorf("%s: accepted with another %s", c.path, what)
			}
		}
	}
}

func TestKrakenFuturesCredentialsLookReal(t *testing.T) {
	key := newKrakenFuturesRig(t, seed{Label: "a", Permissions: []string{"read", "spot", "futures", "transfer"}}).key("a")
	raw, err := base64.StdEncoding.DecodeString(key.Secret)
	if len(key.Key) != 56 || len(raw) != 64 || err != nil {
		t.Errorf("key of %d characters and secret of %d bytes: %v", len(key.Key), len(raw), err)
	}
	if got := strings.Join(key.Permissions, " "); got != "read futures transfer withdraw" {
		t.Errorf("permissions %s", got)
	}
}

func TestKrakenFuturesRefusals(t *testing.T) {
	read := []string{"read"}
	rig := newKrakenFuturesRig(t,
		seed{Label: "good", Permissions: read}, seed{Label: "off", Permissions: read, Disabled: true},
		seed{Label: "elsewhere", Permissions: read, IPs: []string{"198.51.100.0/24"}},
		seed{Label: "here", Permissions: read, IPs: []string{"203.0.113.0/24"}}, seed{Label: "transfers", Permissions: []string{"transfer"}},
	)
	good := rig.key("good")
	unknown, forged := good, good
	unknown.Key, forged.Secret = strings.Repeat("A", 56), krakenGuideSecret
	for what, c := range map[string]struct {
		got  reply
		want krakenFuturesRefusal
	}{
		"good":            {rig.futures(good, "GET", krakenFuturesAccounts, "", ""), ""},
		"unknown":         {rig.futures(unknown, "GET", krakenFuturesAccounts, "", ""), krakenFuturesAuth},
		"wrong secret":    {rig.futures(forged, "GET", krakenFuturesAccounts, "", ""), krakenFuturesAuth},
		"no key":          {rig.do("GET", krakenFuturesAccounts, "", nil), krakenFuturesAuth},
		"disabled":        {rig.futures(rig.key("off"), "GET", krakenFuturesAccounts, "", ""), krakenFuturesAuth},
		"foreign address": {rig.futures(rig.key("elsewhere"), "GET", krakenFuturesAccounts, "", ""), krakenFuturesAuth},
		"own block":       {rig.futures(rig.key("here"), "GET", krakenFuturesAccounts, "", ""), ""},
		"no right":        {rig.futures(rig.key("transfers"), "GET", krakenFuturesAccounts, "", ""), krakenFuturesDenied},
		"signed decoded": {rig.do("GET", krakenFuturesAccounts+"?a=%2B", "", http.Header{
			"APIKey": {good.Key}, "Authent": {signKrakenFutures(good.Secret, "a=+", "", "/api/v3/accounts")},
		}), krakenFuturesAuth},
		"signed as sent": {rig.futures(good, "GET", krakenFuturesAccounts+"?a=%2B", "", ""), ""},
		"whole path": {rig.do("GET", krakenFuturesAccounts, "", http.Header{
			"APIKey": {good.Key}, "Authent": {signKrakenFutures(good.Secret, "", "", krakenFuturesAccounts)},
		}), krakenFuturesAuth},
	} {
		rig.expectFutures(what, c.got, c.want)
	}
}

func TestKrakenFuturesNonces(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "k", Permissions: []string{"read"}}, seed{Label: "other", Permissions: []string{"read"}})
	key, other := rig.key("k"), rig.key("other")
	forged := key
	forged.Secret = krakenGuideSecret
	for _, c := range []struct {
		key   Key
		nonce string
		want  krakenFuturesRefusal
	}{
		{key, "1700000000000", ""},
		{key, "1700000000000", krakenFuturesSpentNonce},
		{key, "1699999999999", krakenFuturesLowNonce},
		{key, "", ""}, // may be left out at any time
		{forged, "1800000000000", krakenFuturesAuth},
		{key, "1700000000001", ""}, // the forged one has moved nothing
		{key, "abc", krakenFuturesLowNonce},
		{key, "-1", krakenFuturesLowNonce},
		{other, "1", ""}, // each key has its own
	} {
		rig.expectFutures(c.nonce, rig.futures(c.key, "GET", krakenFuturesAccounts, "", c.nonce), c.want)
	}
}

func TestKrakenFuturesRights(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "read", Words: []string{krakenFuturesRead}}, seed{Label: "trade", Words: []string{krakenFuturesTrade}},
		seed{Label: "transfer", Words: []string{krakenFuturesTransfer}}, seed{Label: "none", Words: []string{}})
	for target, may := range map[string]string{
		"GET " + krakenFuturesAccounts:             "read trade",
		"GET /derivatives/api/v3/openpositions":    "read trade",
		"GET /api/history/v2/executions":           "read trade",
		"POST /derivatives/api/v3/sendorder":       "trade",
		"POST /derivatives/api/v3/cancelallorders": "trade",
		"POST /derivatives/api/v3/transfer":        "transfer",
		"POST /derivatives/api/v3/withdrawal":      "transfer",
	} {
		method, path, _ := strings.Cut(target, " ")
		for _, label := range []string{"read", "trade", "transfer", "none"} {
			got := rig.futures(rig.key(label), method, path, "size=1", "").object(t)
			if denied := got["error"] == string(krakenFuturesDenied); denied == slices.Contains(strings.Fields(may), label) {
				t.Errorf("%s with %s: %v", target, label, got)
			}
			if method == "POST" && got["result"] != "error" {
				t.Errorf("%s with %s moved something: %v", target, label, got)
			}
		}
	}
}

// docs.kraken.com, "check v3 API key"
func TestKrakenFuturesCheck(t *testing.T) {
	rig := newKrakenFuturesRig(t,
		seed{Label: "trader", Permissions: []string{"read", "futures"}, Age: day, IPs: []string{"203.0.113.7"}},
		seed{Label: "payer", Permissions: []string{"withdraw"}, IPs: []string{"203.0.113.0/24", "192.0.2.44"}}, seed{Label: "reader", Permissions: []string{"read"}})
	info := func(label string) object {
		t.Helper()
		got := rig.futures(rig.key(label), "GET", krakenFuturesCheckPath, "", "").object(t)
		fields(t, label, got, "apiKey accountUid iiban createdAt permissions allowedCidrBlock allowedCidrBlocks")
		if got["apiKey"] != rig.key(label).Key {
			t.Errorf("%s is told of %v", label, got["apiKey"])
		}
		return got
	}
	for label, want := range map[string]struct {
		general, transfer string
		block             any
		blocks            []any
	}{
		"trader": {"FULL_ACCESS", "NO_ACCESS", "203.0.113.7/32", []any{"203.0.113.7/32"}},
		"payer":  {"NO_ACCESS", "FULL_ACCESS", nil, []any{"203.0.113.0/24", "192.0.2.44/32"}},
		"reader": {"READ_ONLY", "NO_ACCESS", nil, []any{}},
	} {
		got := info(label)
		rights := got["permissions"].(object)
		if rights["general"] != want.general || rights["transfer"] != want.transfer || got["allowedCidrBlock"] != want.block ||
			!slices.Equal(got["allowedCidrBlocks"].([]any), want.blocks) {
			t.Errorf("%s: %v", label, got)
		}
	}
	trader, reader := info("trader"), info("reader")
	if trader["createdAt"] != "2026-11-24T12:00:00.000Z" || trader["accountUid"] != reader["accountUid"] || trader["iiban"] == nil {
		t.Errorf("%v and %v", trader, reader)
	}
	rig.caller = netip.MustParseAddr("198.51.100.1")
	refused := rig.futures(rig.key("trader"), "GET", krakenFuturesCheckPath, "", "")
	if fields(t, "refusal", refused.object(t), "error message suberror"); refused.status != http.StatusUnauthorized {
		t.Errorf("%d %s", refused.status, refused.body)
	}
}

// Clients have to do without the check where it may not exist.
func TestKrakenFuturesDemoHasNoCheck(t *testing.T) {
	rig := newSiteRig(t, krakenFuturesSites[1], Options{}, seed{Label: "paper", Permissions: []string{"read"}})
	if got := rig.futures(rig.key("paper"), "GET", krakenFuturesCheckPath, "", ""); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.body)
	}
	rig.expectFutures("accounts", rig.futures(rig.key("paper"), "GET", krakenFuturesAccounts, "", ""), "")
}

func TestKrakenFuturesFaults(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "k", Permissions: []string{"read"}})
	for kind, want := range map[FaultKind]krakenFuturesRefusal{
		FaultBadRequest: krakenFuturesBadArgument, FaultUnauthorized: krakenFuturesAuth, FaultRateLimit: krakenFuturesLimited,
		FaultServerError: krakenFuturesInternal, FaultUnavailable: krakenFuturesUnavailable,
	} {
		rig.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := rig.futures(rig.key("k"), "GET", krakenFuturesAccounts, "", "")
		if o := got.object(t); string(kind) != strconv.Itoa(got.status) || o["error"] != string(want) || o["result"] != "error" {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		public := rig.do("GET", "/derivatives/api/v3/tickers", "", nil)
		if spared := public.status == http.StatusOK; spared != (kind == FaultUnauthorized) {
			t.Errorf("%s of a public call: %d", kind, public.status)
		}
	}
}

func TestKrakenFuturesNotesUses(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "k", Permissions: []string{"read"}, LastUsed: time.Hour})
	used := func() time.Time { return rig.desk.book.all()[0].lastUsed }
	rig.futures(rig.key("k"), "POST", "/derivatives/api/v3/sendorder", "", "")
	if !used().Equal(noon.Add(-time.Hour)) {
		t.Error("a refused call counts as a use")
	}
	rig.pass(time.Minute)
	rig.futures(rig.key("k"), "GET", krakenFuturesCheckPath, "", "")
	if !used().Equal(noon.Add(time.Minute)) {
		t.Error("a use is not noted")
	}
}
