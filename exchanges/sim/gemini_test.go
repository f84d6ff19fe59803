package sim

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// geminiRig is Gemini with a nonce that rises.
type geminiRig struct {
	*soloRig
	nonce int64 // of the last call
}

func newGeminiRig(t *testing.T, seeds ...seed) *geminiRig {
	t.Helper()
	return &geminiRig{soloRig: newSoloRig(t, geminiSites[0], seeds...), nonce: 1_800_000_000_000}
}

func signGemini(secret, encoded string) string {
	mac := hmac.New(sha512.New384, []byte(secret))
	mac.Write([]byte(encoded))
	return hex.EncodeToString(mac.Sum(nil))
}

// headers returns what a call with a payload bears.
func geminiHeaders(k Key, payload string) http.Header {
	encoded := base64.StdEncoding.EncodeToString([]byte(payload))
	return http.Header{
		"Content-Type": {"text/plain"}, "Content-Length": {"0"}, "Cache-Control": {"no-cache"},
		"X-Gemini-Apikey": {k.Key}, "X-Gemini-Payload": {encoded}, "X-Gemini-Signature": {signGemini(k.Secret, encoded)},
	}
}

// signed makes a call with the nonce, as JSON, and the further fields given.
func (g *geminiRig) signed(k Key, path, nonce string, more object) reply {
	g.t.Helper()
	fields := object{"request": path, "nonce": json.RawMessage(nonce)}
	maps.Copy(fields, more)
	payload, err := json.Marshal(fields)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(http.MethodPost, path, "", geminiHeaders(k, string(payload)))
}

// call makes a call with the next nonce.
func (g *geminiRig) call(k Key, path string) reply {
	g.t.Helper()
	return g.with(k, path, nil)
}

func (g *geminiRig) with(k Key, path string, more object) reply {
	g.t.Helper()
	g.nonce++
	return g.signed(k, path, strconv.FormatInt(g.nonce, 10), more)
}

// refused checks a status and a reason; status 200 stands for no refusal.
func (g *geminiRig) refused(got reply, status int, reason string) {
	g.t.Helper()
	var refusal struct{ Result, Reason, Message string }
	_ = json.Unmarshal(got.body, &refusal) // an answer may be a list
	shaped := status == http.StatusOK || refusal.Result == "error" && refusal.Message != ""
	if got.status != status || refusal.Reason != reason || !shaped {
		g.t.Errorf("%d %s, want %d %s", got.status, got.body, status, reason)
	}
}

// The first is published in the REST documentation, as several public clients
// quote it; the second was made by ccxt 4.5.84.
func TestGeminiSignatures(t *testing.T) {
	for _, vector := range []struct{ secret, encoded, signature string }{
		{
			"1234abcd",
			"ewogICAgInJlcXVlc3QiOiAiL3YxL29yZGVyL3N0YXR1cyIsCiAgICAibm9uY2UiOiAxMjM0NTYsCgogICAgIm9yZGVyX2lkIjogMTg4MzQKfQo=",
			"337cc8b4ea692cfe65b4a85fcc9f042b2e3f702ac956fd098d600ab15705775017beae402be773ceee10719ff70d710f",
		},
		{
			"test-api-secret",
			"eyJyZXF1ZXN0IjoiL3YxL3JvbGVzIiwibm9uY2UiOiIxNzAwMDAwMDAwMDAwIn0=",
			"471cd62821779b2d00b874577cc0ba5a194f7f5cbd5fda5da9744a8e315694bb6cfb47f331a449bf8bb947c38cba5f56",
		},
	} {
		if !validGeminiSignature(vector.secret, vector.encoded, vector.signature) {
			t.Errorf("%s is refused", vector.signature)
		}
		for _, spoilt := range []string{"", "%", "0" + vector.signature[1:], vector.signature[2:]} {
			if validGeminiSignature(vector.secret, vector.encoded, spoilt) {
				t.Errorf("%q is accepted", spoilt)
			}
		}
		if validGeminiSignature(vector.secret+"x", vector.encoded, vector.signature) || validGeminiSignature(vector.secret, "e30=", vector.signature) {
			t.Error("another secret or payload is accepted")
		}
	}
}

func TestGeminiRefusals(t *testing.T) {
	g := newGeminiRig(t,
		seed{Label: "good", Permissions: []string{"read"}},
		seed{Label: "off", Permissions: []string{"read"}, Disabled: true},
		seed{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"192.0.2.44"}},
	)
	good := g.key("good")
	unknown, forged := good, good
	unknown.Key, forged.Secret = "account-unknown", "another"
	const roles = "/v1/roles"
	without := func(name string) reply {
		h := geminiHeaders(good, `{"request":"/v1/roles","nonce":1}`)
		h.Del(name)
		return g.do(http.MethodPost, roles, "", h)
	}
	payload := func(text string) reply { return g.do(http.MethodPost, roles, "", geminiHeaders(good, text)) }
	for _, c := range []struct {
		got    reply
		status int
		reason string
	}{
		{g.call(good, roles), 200, ""},
		{g.call(unknown, roles), 400, "InvalidApiKey"},
		{g.call(g.key("off"), roles), 400, "InvalidApiKey"},
		{g.call(g.key("elsewhere"), roles), 403, "ApiKeyIpFilteringFailure"},
		{g.call(forged, roles), 400, "InvalidSignature"},
		{without("X-Gemini-Apikey"), 401, "MissingApikeyHeader"},
		{without("X-Gemini-Payload"), 400, "MissingPayloadHeader"},
		{without("X-Gemini-Signature"), 400, "MissingSignatureHeader"},
		{payload(`{"request":"/v1/balances","nonce":9000000000000}`), 400, "EndpointMismatch"},
		{payload(`{"nonce":9000000000000}`), 400, "EndpointMismatch"},
		{payload(`[]`), 400, "InvalidJson"},
		{payload(`null`), 400, "InvalidJson"},
		{payload(`{"request":"/v1/roles"}`), 400, "InvalidNonce"},
		{payload(`{"request":"/v1/roles","nonce":"soon"}`), 400, "InvalidNonce"},
		{payload(`{"request":"/v1/roles","nonce":1.5}`), 400, "InvalidNonce"},
		{g.do(http.MethodPost, roles, "", http.Header{
			"X-Gemini-Apikey": {good.Key}, "X-Gemini-Payload": {"%"}, "X-Gemini-Signature": {"00"},
		}), 400, "InvalidJson"},
		{g.do(http.MethodGet, roles, "", nil), 404, "EndpointNotFound"},
		{g.call(good, "/v1/keys"), 404, "EndpointNotFound"},
		{g.do(http.MethodPost, roles, "{}", geminiHeaders(good, `{"request":"/v1/roles","nonce":"1900000000000"}`)), 200, ""}, // ccxt sends a body
	} {
		g.refused(c.got, c.status, c.reason)
	}
}

func TestGeminiNonces(t *testing.T) {
	g := newGeminiRig(t,
		seed{Label: "rising", Permissions: []string{"read"}},
		seed{Label: "timed", Words: []string{geminiTrader, geminiTimeNonce}},
	)
	now := noon.Unix()
	for _, step := range []struct {
		label, nonce, says string
	}{
		{"rising", "1795608000", ""},
		{"rising", `"1795608000000"`, ""},
		{"rising", "1795608000000", "has not increased since your last call"},
		{"rising", "1795608000", "has not increased since your last call"},
		{"rising", "1795608000001", ""},
		{"timed", strconv.FormatInt(now, 10), ""},
		{"timed", strconv.FormatInt(now, 10), ""}, // a second has room for many calls
		{"timed", strconv.FormatInt(now-30, 10), ""},
		{"timed", `"` + strconv.FormatInt(now+30, 10) + `"`, ""},
		{"timed", strconv.FormatInt(now-31, 10), "is not within 30 seconds of server time"},
		{"timed", strconv.FormatInt(now+31, 10), "is not within 30 seconds of server time"},
		{"timed", strconv.FormatInt(now*1000, 10), "is not within 30 seconds of server time"},
	} {
		got := g.signed(g.key(step.label), "/v1/roles", step.nonce, nil)
		if (got.status == http.StatusOK) != (step.says == "") || !strings.Contains(string(got.body), step.says) {
			t.Errorf("%s %s: %d %s", step.label, step.nonce, got.status, got.body)
		}
	}
}

func TestGeminiForgedCallSpendsNoNonce(t *testing.T) {
	g := newGeminiRig(t, seed{Label: "k", Permissions: []string{"read"}})
	forged := g.key("k")
	forged.Secret = "another"
	g.refused(g.signed(forged, "/v1/roles", "9000000000000000", nil), 400, "InvalidSignature")
	g.refused(g.call(g.key("k"), "/v1/roles"), 200, "")
}

// A client has nothing but the Date of an answer to set its clock by.
func TestGeminiTellsItsClock(t *testing.T) {
	g := newGeminiRig(t, seed{Label: "timed", Words: []string{geminiTrader, geminiTimeNonce}})
	g.setFaults([]Fault{{Kind: FaultSkew, Rate: 1}})
	told, err := http.ParseTime(g.do(http.MethodGet, "/v1/symbols", "", nil).header.Get("Date"))
	if err != nil || !told.Equal(noon.Add(clockSkew)) {
		t.Errorf("the clock is %s (%v)", told, err)
	}
	g.refused(g.signed(g.key("timed"), "/v1/roles", strconv.FormatInt(noon.Unix(), 10), nil), 400, "InvalidNonce")
	g.refused(g.signed(g.key("timed"), "/v1/roles", strconv.FormatInt(told.Unix(), 10), nil), 200, "")
}

func TestGeminiFaults(t *testing.T) {
	g := newGeminiRig(t, seed{Label: "k", Permissions: []string{"read"}})
	for kind, reason := range map[FaultKind]string{
		FaultBadRequest: "InvalidJson", FaultUnauthorized: "InvalidApiKey", FaultRateLimit: "RateLimit",
		FaultServerError: "System", FaultUnavailable: "Maintenance",
	} {
		g.setFaults([]Fault{{Kind: kind, Rate: 1}})
		status, _ := strconv.Atoi(string(kind))
		g.refused(g.call(g.key("k"), "/v1/roles"), status, reason)
	}
	g.setFaults([]Fault{{Kind: FaultUnauthorized, Rate: 1}})
	if got := g.do(http.MethodGet, "/v1/symbols", "", nil); got.status != http.StatusOK {
		t.Errorf("a public call: %d", got.status)
	}
}

func TestGeminiDemo(t *testing.T) {
	holdsDemo(t, geminiSites[0], "fund-audit", "otc-bot", "spare-gemini")
	holdsDemo(t, geminiSites[1], "gemini-sandbox")
	s := startAt(t, Options{World: "demo"})
	for _, k := range append(s.Describe().venue(t, "gemini", "live").Keys, s.Describe().venue(t, "gemini", "testnet").Keys...) {
		nonce := strconv.FormatInt(noon.Unix(), 10)
		for _, env := range []string{"live", "testnet"} {
			h := geminiHeaders(k, `{"request":"/v1/roles","nonce":`+nonce+`}`)
			got := send(t, http.MethodPost, s.Describe().venue(t, "gemini", env).BaseURL+"/v1/roles", "", h)
			if own := (env == "testnet") == (k.Label == "gemini-sandbox"); (got.status == http.StatusOK) != own {
				t.Errorf("%s on %s: %d %s", k.Label, env, got.status, got.body)
			}
		}
	}
}
