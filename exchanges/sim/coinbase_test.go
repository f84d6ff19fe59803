package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const coinbaseKeyCall = "/api/v3/brokerage/key_permissions"

func newCoinbaseRig(t *testing.T, seeds ...seed) *siteRig {
	t.Helper()
	return newSiteRig(t, coinbaseSites[0], Options{}, seeds...)
}

// coinbasePrivateKey reads the private half of a key in both forms.
func coinbasePrivateKey(t *testing.T, text string) crypto.Signer {
	t.Helper()
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil && len(raw) == ed25519.PrivateKeySize {
		return ed25519.PrivateKey(raw)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("%q is no private key", text)
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// coinbaseJWT signs a token as the docs say.
func coinbaseJWT(t *testing.T, private crypto.Signer, header, claims object) string {
	t.Helper()
	part := func(o object) string {
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(header) + "." + part(claims)
	var signature []byte
	switch key := private.(type) {
	case ed25519.PrivateKey:
		signature = ed25519.Sign(key, []byte(signed))
	case *ecdsa.PrivateKey:
		digest := sha256.Sum256([]byte(signed))
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// coinbaseToken makes a new token for a call; spoil may change what is signed.
func (s *siteRig) coinbaseToken(k Key, method, path string, spoil func(header, claims object)) string {
	s.t.Helper()
	private := coinbasePrivateKey(s.t, k.PrivateKey)
	algorithm := "ES256"
	if _, isEd := private.(ed25519.PrivateKey); isEd {
		algorithm = "EdDSA"
	}
	s.calls++
	now := s.time().Unix()
	header := object{"alg": algorithm, "typ": "JWT", "kid": k.Key, "nonce": strconv.Itoa(s.calls)}
	claims := object{"sub": k.Key, "iss": "cdp", "nbf": now, "exp": now + 120, "uri": method + " api.coinbase.com" + path}
	if spoil != nil {
		spoil(header, claims)
	}
	return coinbaseJWT(s.t, private, header, claims)
}

func (s *siteRig) coinbaseCall(k Key, method, target, body string) reply {
	s.t.Helper()
	path, _, _ := strings.Cut(target, "?")
	return s.do(method, target, body, http.Header{"Authorization": {"Bearer " + s.coinbaseToken(k, method, path, nil)}})
}

func coinbaseOK(r reply) bool { return r.status == http.StatusOK }

// The published test keys of the official Python SDK (coinbase-advanced-py
// 1.8.4, tests), and tokens made with them: header, claims, nonce and clock are
// fixed; made with python3 cryptography 48.0.0, checked with jose 5.10.0.
const (
	coinbaseVectorName = "organizations/test-organization/apiKeys/test-api-key"
	coinbaseVectorEd   = "zirEQMIMq6REC3gbUtc505sz1+l69njlqc8ep1vJJ5A="
	coinbaseVectorEC   = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbAtpLlSZYVOwYICz+uEyxcS29vRI
ujiES/gQ1DC7FV4zK4JuYE9vqDyGZQYjdXHLM7I6f/QnnOITL+dXYWBHRA==
-----END PUBLIC KEY-----
`
	coinbaseVectorClaims = "eyJzdWIiOiJvcmdhbml6YXRpb25zL3Rlc3Qtb3JnYW5pemF0aW9uL2FwaUtleXMvdGVzdC1hcGkta2V5IiwiaXNzIjoiY2RwIiwibmJmIjoxNzAwMDAwMDAwL" +
		"CJleHAiOjE3MDAwMDAxMjAsInVyaSI6IkdFVCBhcGkuY29pbmJhc2UuY29tL2FwaS92My9icm9rZXJhZ2Uva2V5X3Blcm1pc3Npb25zIn0"
	coinbaseVectorEdToken = "eyJhbGciOiJFZERTQSIsImtpZCI6Im9yZ2FuaXphdGlvbnMvdGVzdC1vcmdhbml6YXRpb24vYXBpS2V5cy90ZXN0LWFwaS1rZXkiLCJub25jZSI6IjAxMjM0NTY3ODlh" +
		"YmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwidHlwIjoiSldUIn0." + coinbaseVectorClaims +
		".k5zcI4ZeRVI7BPRZfFhgm_UhuVnfa0keyDaoHwAy9fsa3drgehtephb-Ws8XUpMsjik3fFbcRdgP_BZcXqRhDQ"
	coinbaseVectorECToken = "eyJhbGciOiJFUzI1NiIsImtpZCI6Im9yZ2FuaXphdGlvbnMvdGVzdC1vcmdhbml6YXRpb24vYXBpS2V5cy90ZXN0LWFwaS1rZXkiLCJub25jZSI6IjAxMjM0NTY3ODlh" +
		"YmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwidHlwIjoiSldUIn0." + coinbaseVectorClaims +
		".6ZLymKqoZeigoxrBAsNraex8XHhzwSXMT2pHDtOjjASP7ZEEj5n9dukqsbSF60gPWJqgRaVPY3l-sna0qhlJaA"
)

func coinbaseVectorKeys(t *testing.T) (ed, ec *entry) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(coinbaseVectorEd)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(coinbaseVectorEC))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return &entry{PublicKey: ed25519.PublicKey(raw)}, &entry{PublicKey: public}
}

func TestCoinbaseTakesTheVectors(t *testing.T) {
	ed, ec := coinbaseVectorKeys(t)
	asked := httptest.NewRequestWithContext(t.Context(), http.MethodGet, coinbaseKeyCall+"?any=query", nil)
	for _, c := range []struct {
		text       string
		own, other *entry
	}{{coinbaseVectorEdToken, ed, ec}, {coinbaseVectorECToken, ec, ed}} {
		token, ok := readCoinbaseToken(c.text)
		if !ok || !token.verify(c.own) || token.verify(c.other) || token.verify(&entry{}) {
			t.Errorf("%+v: read is %v", token.header, ok)
		}
		if token.header.KeyID != coinbaseVectorName || token.claims.Subject != coinbaseVectorName || token.header.Nonce == "" {
			t.Errorf("%+v", token)
		}
		if !token.claims.timely(time.Unix(1_700_000_000, 0)) || !token.claims.names(asked) {
			t.Errorf("%+v is not for its call", token.claims)
		}
		token.signed += "A"
		if token.verify(c.own) {
			t.Error("another text has the same signature")
		}
	}
}

func TestCoinbaseCredentialsLookReal(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "ed", Algorithm: algEd25519}, seed{Label: "ec", Algorithm: algES256})
	const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	name := regexp.MustCompile(`^organizations/(` + uuid + `)/apiKeys/` + uuid + `$`)
	ed, ec := name.FindStringSubmatch(rig.key("ed").Key), name.FindStringSubmatch(rig.key("ec").Key)
	if ed == nil || ec == nil || ed[1] != ec[1] || ed[0] == ec[0] {
		t.Errorf("names %v and %v", ed, ec)
	}
	raw, err := base64.StdEncoding.DecodeString(rig.key("ed").PrivateKey)
	if err != nil || len(raw) != 64 || !ed25519.NewKeyFromSeed(raw[:32]).Equal(ed25519.PrivateKey(raw)) {
		t.Errorf("the Ed25519 key is no seed with its public half: %d bytes, %v", len(raw), err)
	}
	if text := rig.key("ec").PrivateKey; !strings.HasPrefix(text, "-----BEGIN EC PRIVATE KEY-----\n") {
		t.Errorf("the EC key is %q", text)
	}
}

// Nobody is told why a token is not taken.
func TestCoinbaseRefusesTokens(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "ed", Algorithm: algEd25519, Permissions: []string{"read"}},
		seed{Label: "ec", Algorithm: algES256, Permissions: []string{"read"}})
	now := noon.Unix()
	set := func(name string, value any) func(object, object) {
		return func(header, claims object) {
			if _, inHeader := header[name]; inHeader {
				header[name] = value
			} else {
				claims[name] = value
			}
		}
	}
	for what, spoil := range map[string]func(header, claims object){
		"another algorithm":   set("alg", "HS256"),
		"no algorithm":        set("alg", "none"),
		"an unknown key":      set("kid", "organizations/a/apiKeys/b"),
		"another subject":     set("sub", "organizations/a/apiKeys/b"),
		"another issuer":      set("iss", "me"),
		"no nonce":            set("nonce", ""),
		"expired":             set("exp", now),
		"no end":              set("exp", nil),
		"no beginning":        set("nbf", nil),
		"a day's life":        set("exp", now+86_400),
		"a second too long":   set("exp", now+121),
		"from the future":     func(_, claims object) { claims["nbf"], claims["exp"] = now+61, now+100 },
		"another method":      set("uri", "POST api.coinbase.com"+coinbaseKeyCall),
		"another path":        set("uri", "GET api.coinbase.com/api/v3/brokerage/accounts"),
		"with a scheme":       set("uri", "GET https://api.coinbase.com"+coinbaseKeyCall),
		"with a query":        set("uri", "GET api.coinbase.com"+coinbaseKeyCall+"?x=1"),
		"another host":        set("uri", "GET api.example.com"+coinbaseKeyCall),
		"for a WebSocket":     func(_, claims object) { delete(claims, "uri") },
		"claims of bad types": set("exp", "soon"),
	} {
		for _, label := range []string{"ed", "ec"} {
			token := rig.coinbaseToken(rig.key(label), http.MethodGet, coinbaseKeyCall, spoil)
			rig.expectUnauthorized(what+" of "+label, "Bearer "+token)
		}
	}
	ed, ec := rig.key("ed"), rig.key("ec")
	mixed := ed
	mixed.PrivateKey = ec.PrivateKey
	for what, authorization := range map[string]string{
		"nothing":              "",
		"no bearer":            rig.coinbaseToken(ed, http.MethodGet, coinbaseKeyCall, nil),
		"basic":                "Basic " + rig.coinbaseToken(ed, http.MethodGet, coinbaseKeyCall, nil),
		"two parts":            "Bearer a.b",
		"no base64":            "Bearer %.%.%",
		"no JSON":              "Bearer YQ.YQ.YQ",
		"a signature too much": "Bearer " + rig.coinbaseToken(ed, http.MethodGet, coinbaseKeyCall, nil) + "A",
		"the other key's half": "Bearer " + rig.coinbaseToken(mixed, http.MethodGet, coinbaseKeyCall, nil),
		"DER":                  "Bearer " + inDER(t, ec, rig.coinbaseToken(ec, http.MethodGet, coinbaseKeyCall, nil)),
	} {
		rig.expectUnauthorized(what, authorization)
	}
}

// inDER signs the text of a token anew, and writes the signature as ASN.1.
func inDER(t *testing.T, k Key, token string) string {
	t.Helper()
	signed := token[:strings.LastIndexByte(token, '.')]
	digest := sha256.Sum256([]byte(signed))
	signature, err := ecdsa.SignASN1(rand.Reader, coinbasePrivateKey(t, k.PrivateKey).(*ecdsa.PrivateKey), digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (s *siteRig) expectUnauthorized(what, authorization string) {
	s.t.Helper()
	h := http.Header{}
	if authorization != "" {
		h.Set("Authorization", authorization)
	}
	got := s.do(http.MethodGet, coinbaseKeyCall, "", h)
	if got.status != http.StatusUnauthorized || string(got.body) != "Unauthorized" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		s.t.Errorf("%s: %d %s", what, got.status, got.body)
	}
}

// What clients are known to send differently.
func TestCoinbaseTakesTheDialectsOfClients(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "ed", Algorithm: algEd25519, Permissions: []string{"read"}})
	now := noon.Unix()
	for what, change := range map[string]func(header, claims object){
		"the documented form": nil,
		"no typ":              func(header, _ object) { delete(header, "typ") },
		"the old issuer": func(_, claims object) {
			claims["iss"], claims["aud"] = "coinbase-cloud", []string{"retail_rest_api_proxy"}
		},
		"a list of addresses": func(_, claims object) { claims["uris"] = []any{claims["uri"]}; delete(claims, "uri") },
		"its real address":    func(_, claims object) { claims["uri"] = "GET example.com" + coinbaseKeyCall },
		"with http":           func(_, claims object) { claims["uri"] = "GET http://example.com" + coinbaseKeyCall },
		"a clock ahead":       func(_, claims object) { claims["nbf"], claims["exp"] = now+60, now+180 },
		"a clock behind":      func(_, claims object) { claims["nbf"], claims["exp"] = now-119, now+1 },
	} {
		token := rig.coinbaseToken(rig.key("ed"), http.MethodGet, coinbaseKeyCall, change)
		if got := rig.do(http.MethodGet, coinbaseKeyCall+"?x=1", "", http.Header{"Authorization": {"Bearer " + token}}); !coinbaseOK(got) {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
}

func TestCoinbaseTokensWorkOnce(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "ed", Algorithm: algEd25519, Permissions: []string{"read"}})
	authorization := "Bearer " + rig.coinbaseToken(rig.key("ed"), http.MethodGet, coinbaseKeyCall, nil)
	if got := rig.do(http.MethodGet, coinbaseKeyCall, "", http.Header{"Authorization": {authorization}}); !coinbaseOK(got) {
		t.Fatalf("%d %s", got.status, got.body)
	}
	rig.expectUnauthorized("replayed", authorization)
	rig.pass(time.Second)
	rig.expectUnauthorized("replayed later", authorization)
	fresh := rig.coinbaseToken(rig.key("ed"), http.MethodGet, coinbaseKeyCall, nil)
	rig.pass(2 * time.Minute)
	rig.expectUnauthorized("two minutes old", "Bearer "+fresh)
}

func TestCoinbaseRefusesKeys(t *testing.T) {
	all := func(s seed) seed {
		s.Algorithm, s.Permissions = algES256, []string{"read"}
		return s
	}
	rig := newCoinbaseRig(t, all(seed{Label: "off", Disabled: true}), all(seed{Label: "elsewhere", IPs: []string{"198.51.100.0/24"}}),
		all(seed{Label: "here", IPs: []string{"203.0.113.0/24"}}), all(seed{Label: "six", IPs: []string{"2001:db8::/32"}}))
	for label, want := range map[string]int{"off": 401, "elsewhere": 401, "here": 200, "six": 401} {
		if got := rig.coinbaseCall(rig.key(label), http.MethodGet, coinbaseKeyCall, ""); got.status != want {
			t.Errorf("%s: %d %s", label, got.status, got.body)
		}
	}
	rig.caller = netip.MustParseAddr("2001:db8::7")
	if got := rig.coinbaseCall(rig.key("six"), http.MethodGet, coinbaseKeyCall, ""); !coinbaseOK(got) {
		t.Errorf("six: %d %s", got.status, got.body)
	}
}
