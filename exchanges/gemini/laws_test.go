package gemini

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey    = "account-Canary1234567890"
	testMaster = "master-Canary1234567890"
	testSecret = "canarySecretOfTwentySeven01"

	rolesCall   = "POST " + rolesPath
	accountCall = "POST " + accountPath

	goodRoles   = `{"isAuditor":false,"isFundManager":false,"isTrader":true}`
	goodAccount = `{"account":{"accountName":"Primary","shortName":"primary","type":"exchange","created":"1498245007981"},` +
		`"users":[{"name":"Satoshi N.","lastSignIn":"2020-07-21T13:37:39.453Z","status":"Active","countryCode":"US","isVerified":true}],` +
		`"memo_reference_code":"GEMPJBRDZ"}`
)

func credential(key, secret string) exchanges.Credential {
	return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)}
}

// nonceIn reads the payload of a request.
func nonceIn(r exchangetest.Request) (int64, error) {
	text, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Gemini-Payload"))
	if err != nil {
		return 0, err
	}
	var p struct{ Request, Nonce string }
	if err := json.Unmarshal(text, &p); err != nil || p.Request != r.Path {
		return 0, fmt.Errorf("payload %s of %s: %w", text, r.Path, err)
	}
	return strconv.ParseInt(p.Nonce, 10, 64)
}

// verify judges a request as Gemini would for a key with a time-based nonce.
func verify(r exchangetest.Request) error {
	if r.Method != http.MethodPost || r.Query != "" || r.Body != "" {
		return fmt.Errorf("%s?%s with %q", r.Call(), r.Query, r.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain", "Content-Length": "0", "Cache-Control": "no-cache", "X-Gemini-Apikey": testKey,
		"X-Gemini-Signature": sign(nil, exchanges.NewSecret(testSecret), r.Header.Get("X-Gemini-Payload")),
	} {
		if got := r.Header.Get(name); got != want {
			return fmt.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	nonce, err := nonceIn(r)
	if err == nil && r.At.Sub(time.Unix(nonce, 0)).Abs() > 30*time.Second {
		err = fmt.Errorf("nonce %d at %d", nonce, r.At.Unix())
	}
	return err
}

func denied(status int, reason string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{
		Name: reason, Kind: kind, Outcome: exchanges.Refused,
		Reply: exchangetest.Status(status, fmt.Sprintf(`{"result":"error","reason":%q,"message":"what it means"}`, reason)),
	}
}

func subject() exchangetest.Subject {
	return exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      credential(testKey, testSecret),
		MoreCredentials: []exchanges.Credential{credential(testMaster, testSecret)},
		DetectsSwap:     true,
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{
				rolesCall:   exchangetest.JSON(goodRoles).Handler(),
				accountCall: exchangetest.JSON(goodAccount).Handler(),
			}
		},
		Called: called,
		Verify: verify,
		Refusals: []exchangetest.Refusal{
			denied(400, "InvalidSignature", exchanges.Auth),
			denied(400, "InvalidApiKey", exchanges.Auth),
			denied(403, "RemoteAddressForbidden", exchanges.IPBlocked),
			denied(403, "ApiKeyIpFilteringFailure", exchanges.IPBlocked),
			denied(400, "InvalidNonce", exchanges.Nonce),
			denied(403, "MissingRole", exchanges.Denied),
			denied(400, "MissingAccountName", exchanges.Unsupported),
			denied(429, "RateLimit", exchanges.RateLimited),
			denied(503, "Maintenance", exchanges.Unavailable),
			denied(400, "NeverHeardOf", exchanges.Protocol),
		},
	}
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) { exchangetest.Run(t, subject()) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	c := exchangetest.Asked(r, "")
	var payload struct{ Nonce string }
	text, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Gemini-Payload"))
	if err != nil || json.Unmarshal(text, &payload) != nil {
		return c, false
	}
	c.Nonce = payload.Nonce
	return c, true
}
