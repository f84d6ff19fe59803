package kraken

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// What a key and a private key look like; the values open nothing.
var (
	testKey    = strings.Repeat("kEy+/123", 7)
	testSecret = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("canary-secret-of-64-bytes-------", 2)))
)

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

const clockCall = "GET " + timePath

// tells answers as Kraken's clock does.
func tells(now func() time.Time) exchangetest.Handler {
	return func(exchangetest.Request) exchangetest.Reply {
		return exchangetest.JSON(fmt.Sprintf(`{"error":[],"result":{"unixtime":%d,"rfc1123":"as above"}}`, now().Unix()))
	}
}

const goodReply = `{"error":[],"result":{
	"apiKeyName":"grid bot","apiKey":"x","nonce":"1764000000000","nonceWindow":10000,
	"permissions":["query-funds","query-open-trades","modify-trades","close-trades"],
	"iban":"AA88 N84G WOJA YTKU","validUntil":"1795500000","queryFrom":"0","queryTo":"0",
	"createdTime":"1741000000","modifiedTime":"1757000000",
	"ipAllowlist":["203.0.113.7/32","2001:db8::/48"],"lastUsed":"1763999999"}}`

// verify judges a request as Kraken would.
func verify(r exchangetest.Request) error {
	if r.Call() != inspectOp || r.Query != "" {
		return fmt.Errorf("%s?%s", r.Call(), r.Query)
	}
	if got := r.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		return fmt.Errorf("content type %q", got)
	}
	if got := r.Header.Get("API-Key"); got != testKey {
		return fmt.Errorf("API-Key %q", got)
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		return err
	}
	nonce := form.Get("nonce")
	if n, err := strconv.ParseInt(nonce, 10, 64); err != nil || tickOf(n) != time.Millisecond {
		return fmt.Errorf("nonce %q is not in milliseconds", nonce)
	}
	key, err := base64.StdEncoding.DecodeString(testSecret)
	if err != nil {
		return err
	}
	if got, want := r.Header.Get("API-Sign"), sign(nil, key, r.Path, nonce, r.Body); got != want {
		return fmt.Errorf("API-Sign %q, want %q", got, want)
	}
	return nil
}

func refused(words string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{
		Name: words, Reply: exchangetest.JSON(fmt.Sprintf(`{"error":[%q]}`, words)),
		Kind: kind, Outcome: exchanges.Refused,
	}
}

func subject() exchangetest.Subject {
	return exchangetest.Subject{
		Adapter:     Adapter(),
		Credential:  testCredential(),
		DetectsSwap: true,
		SentOnce:    true,
		ClockCall:   clockCall,
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{
				clockCall: tells(time.Now),
				inspectOp: exchangetest.JSON(goodReply).Handler(),
			}
		},
		Called:   called,
		Silences: map[string]string{"last used": "docs.kraken.com/api, GetApiKeyInfo: null for a key that was never used"},
		Verify:   verify,
		Refusals: []exchangetest.Refusal{
			refused("EAPI:Invalid key", exchanges.Auth),
			refused("EAPI:Invalid signature", exchanges.Auth),
			refused("EAPI:Invalid nonce", exchanges.Nonce),
			refused("EGeneral:Permission denied", exchanges.Denied),
			refused("EGeneral:Temporary lockout", exchanges.RateLimited),
			refused("EAPI:Rate limit exceeded", exchanges.RateLimited),
			refused("EService:Unavailable", exchanges.Unavailable),
			refused("EGeneral:Unknown method", exchanges.Unsupported),
			refused("ENew:Never heard of", exchanges.Protocol),
		},
	}
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) { exchangetest.Run(t, subject()) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	c := exchangetest.Asked(r, "")
	c.Body, c.Nonce = "", r.Params().Get("nonce")
	return c, true
}
