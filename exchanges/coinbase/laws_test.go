package coinbase

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey     = "organizations/5b1f0c5e-0000-4000-8000-00000000a0a0/apiKeys/7d2e4f60-0000-4000-8000-00000000b0b0"
	clockCall   = "GET " + timePath
	inspectCall = "GET " + inspectPath

	goodReply = `{"can_view":true,"can_trade":true,"can_transfer":false,` +
		`"portfolio_uuid":"3c1b7a52-0000-4000-8000-1234567890ab","portfolio_type":"DEFAULT"}`
)

// testPair opens nothing: its seed is a sentence.
var testPair = ed25519.NewKeyFromSeed([]byte("canary seed of thirty-two bytes!"))

func testSecret() string { return base64.StdEncoding.EncodeToString(testPair) }

func credential(key, secret string) exchanges.Credential {
	return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)}
}

// tells answers as the clock of Coinbase does.
func tells(now func() time.Time) exchangetest.Handler {
	return func(exchangetest.Request) exchangetest.Reply {
		at := now().UTC()
		return exchangetest.JSON(fmt.Sprintf(`{"iso":%q,"epochSeconds":"%d","epochMillis":"%d"}`, at.Format(time.RFC3339), at.Unix(), at.UnixMilli()))
	}
}

// opened is a token taken apart.
type opened struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Nonce     string `json:"nonce"`
	Type      string `json:"typ"`

	Subject   string `json:"sub"`
	Issuer    string `json:"iss"`
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp"`
	URI       string `json:"uri"`

	signed    string
	signature []byte
}

func openToken(r exchangetest.Request) (opened, error) {
	var o opened
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return o, fmt.Errorf("no token in %q", r.Header.Get("Authorization"))
	}
	for _, p := range parts[:2] {
		text, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			return o, err
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&o); err != nil {
			return o, err
		}
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	o.signed, o.signature = parts[0]+"."+parts[1], sig
	return o, err
}

// verify judges a request as Coinbase would.
func verify(r exchangetest.Request) error {
	if r.Call() != inspectCall || r.Query != "" || r.Body != "" {
		return fmt.Errorf("%s?%s with %q", r.Call(), r.Query, r.Body)
	}
	o, err := openToken(r)
	if err != nil {
		return err
	}
	if !ed25519.Verify(testPair.Public().(ed25519.PublicKey), []byte(o.signed), o.signature) {
		return errors.New("the signature does not verify")
	}
	return o.judge(r.At.Unix())
}

// judge looks at what is in a token that was sent at a time in Unix seconds.
func (o opened) judge(at int64) error {
	if o.Algorithm != "EdDSA" || o.Type != "JWT" || o.KeyID != testKey || o.Subject != testKey || o.Issuer != "cdp" || len(o.Nonce) != 32 {
		return fmt.Errorf("header or claims: %+v", o)
	}
	if want := "GET api.coinbase.com" + inspectPath; o.URI != want {
		return fmt.Errorf("uri %q, want %q", o.URI, want)
	}
	// The laws may have slept a little.
	if o.NotBefore < at-2 || o.NotBefore > at+30 || o.Expires-o.NotBefore != 120 {
		return fmt.Errorf("valid from %d to %d, sent at %d", o.NotBefore, o.Expires, at)
	}
	return nil
}

func denied(name string, status int, body string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: exchangetest.Status(status, body), Kind: kind, Outcome: exchanges.Refused}
}

func subject(t *testing.T) exchangetest.Subject {
	v := vectors(t)
	return exchangetest.Subject{
		Adapter:    Adapter(),
		Credential: credential(testKey, testSecret()),
		MoreCredentials: []exchanges.Credential{
			credential(testKey, base64.StdEncoding.EncodeToString(testPair.Seed())),
			credential("7d2e4f60-0000-4000-8000-00000000b0b0", testSecret()),
			v[2].credential(),
			v[3].credential(),
		},
		DetectsSwap:    true,
		RetriesRefusal: true,
		ClockCall:      clockCall,
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{clockCall: tells(time.Now), inspectCall: exchangetest.JSON(goodReply).Handler()}
		},
		Called: called,
		Verify: verify,
		Refusals: []exchangetest.Refusal{
			denied("the key", 401, "Unauthorized", exchanges.Auth),
			denied("the key, in JSON", 401, `{"errors":[{"id":"unauthenticated","message":"it is not known here"}]}`, exchanges.Auth),
			denied("a right is missing", 403, `{"error":"PERMISSION_DENIED","error_details":"no view","message":"you may not"}`, exchanges.Denied),
			denied("a scope is missing", 403, `Missing required scopes`, exchanges.Denied),
			denied("another 403", 403, `{"error":"FORBIDDEN_REGION","message":"not in your country"}`, exchanges.Blocked),
			denied("too many calls", 429, `{"errors":[{"id":"rate_limit_exceeded","message":"Too many requests"}]}`, exchanges.RateLimited),
			denied("an odd request", 400, `{"error":"INVALID_ARGUMENT","code":3,"message":"what is this","details":[]}`, exchanges.Protocol),
		},
	}
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) { exchangetest.Run(t, subject(t)) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	var head header
	var said claims
	c := exchangetest.Asked(r, "")
	parts := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
	for i, v := range []any{&head, &said} {
		text, err := base64.RawURLEncoding.DecodeString(parts[min(i, len(parts)-1)])
		if err != nil || json.Unmarshal(text, v) != nil {
			return c, false
		}
	}
	c.Nonce, c.At = head.Nonce, time.Unix(said.NotBefore, 0)
	return c, true
}
