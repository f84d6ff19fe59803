package sim

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	coinbaseHost      = "api.coinbase.com"
	coinbaseTokenLife = 2 * time.Minute // at most
	coinbaseLeeway    = time.Minute     // by which a caller's clock may be ahead
)

// coinbaseToken is the JSON Web Token of a request (RFC 7519), taken apart.
type coinbaseToken struct {
	header    coinbaseHeader
	claims    coinbaseClaims
	signed    string // what the signature is over
	signature []byte
}

type coinbaseHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Nonce     string `json:"nonce"`
}

// coinbaseClaims are the claims that matter. Clients name what they call in
// uri or, those made for the other products of the platform, in a list.
type coinbaseClaims struct {
	Subject   string   `json:"sub"`
	Issuer    string   `json:"iss"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	URI       string   `json:"uri"`
	URIs      []string `json:"uris"`
}

// admit returns the key that a request was signed with. Nobody is told what
// is wrong with a token.
func (v *coinbase) admit(r *http.Request) (*entry, bool) {
	bearer, ok := strings.CutPrefix(headerOf(r, "Authorization"), "Bearer ")
	if !ok {
		return nil, false
	}
	token, ok := readCoinbaseToken(bearer)
	if !ok {
		return nil, false
	}
	now := v.now()
	e, ok := v.find(token.header.KeyID)
	switch {
	case !ok || e.Disabled || e.expired(now) || !e.allows(callerOf(r)):
		return nil, false
	case !token.verify(e):
		return nil, false
	case token.claims.Subject != e.ID || !token.claims.timely(now) || !token.claims.names(r):
		return nil, false
	}
	// Whether a nonce may come twice is not documented: here it may not.
	nonce := token.header.Nonce
	return e, nonce != "" && v.spendOnce(e, nonce, now, coinbaseTokenLife+coinbaseLeeway)
}

func readCoinbaseToken(text string) (coinbaseToken, bool) {
	var t coinbaseToken
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return t, false
	}
	for i, into := range []any{&t.header, &t.claims} {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			return t, false
		}
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	t.signed, t.signature = parts[0]+"."+parts[1], signature
	return t, err == nil
}

// verify checks the signature: an algorithm is good for keys of its own kind
// only, and an ECDSA signature is the two numbers side by side, not DER.
func (t coinbaseToken) verify(e *entry) bool {
	switch public := e.PublicKey.(type) {
	case ed25519.PublicKey:
		return t.header.Algorithm == "EdDSA" && ed25519.Verify(public, []byte(t.signed), t.signature)
	case *ecdsa.PublicKey:
		if t.header.Algorithm != "ES256" || len(t.signature) != 64 {
			return false
		}
		digest := sha256.Sum256([]byte(t.signed))
		r, s := new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])
		return ecdsa.Verify(public, digest[:], r, s)
	}
	return false
}

// timely reports whether a token is valid now, and for no longer than it may be.
func (c coinbaseClaims) timely(now time.Time) bool {
	from, until := time.Unix(c.NotBefore, 0), time.Unix(c.Expires, 0)
	return !from.After(now.Add(coinbaseLeeway)) && until.After(now) && until.Sub(from) <= coinbaseTokenLife
}

// names reports whether a token was made for a request: its method and its
// address without scheme and query. The host is Coinbase's or, for clients that
// know where they really are, the simulation's, whose scheme those leave in
// place that take off "https://" only.
func (c coinbaseClaims) names(r *http.Request) bool {
	if c.Issuer != "cdp" && c.Issuer != "coinbase-cloud" {
		return false
	}
	named := c.URIs
	if c.URI != "" {
		named = []string{c.URI}
	}
	return slices.ContainsFunc([]string{coinbaseHost, r.Host, "http://" + r.Host}, func(host string) bool {
		return contains(named, r.Method+" "+host+r.URL.EscapedPath())
	})
}

// coinbasePrivate writes the private half of a pair as the portal shows it: an
// Ed25519 key as base64 of its seed and its public half, an EC key as PEM.
func coinbasePrivate(text string) string {
	block, _ := pem.Decode([]byte(text))
	if private, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := private.(ed25519.PrivateKey); ok {
			return base64.StdEncoding.EncodeToString(key)
		}
	}
	return text
}
