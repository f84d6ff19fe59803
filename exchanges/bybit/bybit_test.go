package bybit

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

const (
	testKey    = "Kq7vT2mXw9ZrB4nLsd"
	testSecret = "h3GfW8zQpYx5RtVbN1mKjLc7DsAe2UoIq9Xw"
)

// goodKey is an answer like the documented one, with a key that has an IP list.
const goodKey = `{
	"retCode": 0, "retMsg": "",
	"result": {
		"id": "13770661", "note": "grid bot", "apiKey": "` + testKey + `", "readOnly": 0, "secret": "",
		"permissions": {
			"ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"], "Wallet": ["AccountTransfer", "SubMemberTransfer"],
			"Options": [], "Derivatives": ["DerivativesTrade"], "CopyTrading": [], "BlockTrade": [], "Exchange": [], "NFT": [],
			"Affiliate": [], "Earn": [], "FiatP2P": [], "FiatBitPay": [], "FiatConvertBroker": [], "BitCard": [], "ByXPost": []
		},
		"ips": ["203.0.113.7", "203.0.113.8"], "type": 1, "deadlineDay": -2,
		"expiredAt": "1970-01-01T00:00:00Z", "createdAt": "2026-03-02T09:14:33Z",
		"unified": 0, "uta": 1, "userID": 24617703, "inviterID": 0, "vipLevel": "No VIP", "mktMakerLevel": "0",
		"affiliateID": 0, "rsaPublicKey": "", "isMaster": true, "parentUid": "0", "kycLevel": "LEVEL_1", "kycRegion": "DEU",
		"userIDInt64": "24617703"
	},
	"retExtInfo": {}, "time": 1764000000000
}`

func hmacCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	now := time.Now()
	return exchangetest.JSON(fmt.Sprintf(`{"retCode":0,"retMsg":"OK","result":{"timeSecond":"%d","timeNano":"%d"},"time":%d}`,
		now.Unix(), now.UnixNano(), now.UnixMilli()))
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath:    serverTime,
		"GET " + inspectPath: exchangetest.JSON(goodKey).Handler(),
	}
}

// verify judges a request by the rules of Bybit's docs.
func verify(r exchangetest.Request) error {
	if err := r.Fresh(r.Header.Get("X-BAPI-TIMESTAMP"), time.Millisecond, 5*time.Second, time.Second); err != nil {
		return err
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	h := r.Header
	stamp, window := h.Get("X-BAPI-TIMESTAMP"), h.Get("X-BAPI-RECV-WINDOW")
	if h.Get("X-BAPI-API-KEY") != testKey {
		return errors.New("X-BAPI-API-KEY is missing or wrong")
	}
	if r.Method == http.MethodGet && (r.Body != "" || h.Get("Content-Length") != "") {
		return errors.New("Bybit's gateway refuses a GET with a body")
	}
	if want := exchangetest.MAC256(testSecret, stamp+testKey+window+r.Query+r.Body); h.Get("X-BAPI-SIGN") != want {
		return fmt.Errorf("signature %s, want %s", h.Get("X-BAPI-SIGN"), want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      hmacCredential(),
		MoreCredentials: []exchanges.Credential{vectorNamed(t, "query-api").Credential(), vectorNamed(t, "query-api-rsa").Credential()},
		DetectsSwap:     true,
		Routes:          routes,
		ClockCall:       "GET " + timePath,
		Called:          called,
		Verify:          verify,
		Refusals:        refusals(),
		Manage:          manage(),
	})
}

// inspect runs Inspect against one answer.
func inspect(t *testing.T, reply exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	server := exchangetest.NewServer(t, routes(site))
	server.Handle("GET "+inspectPath, reply.Handler())
	x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL})
	return x.Inspect(t.Context(), hmacCredential())
}

func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = `live/global https://api.bybit.com
live/bytick https://api.bytick.com
live/eu https://api.bybit.eu
live/nl https://api.bybit.nl
live/tr https://api.bybit.tr
live/kz https://api.bybit.kz
live/ge https://api.bybitgeorgia.ge
live/ae https://api.bybit.ae
live/id https://api.bybit.id
live/jp https://api.manepa.jp
testnet/global https://api-testnet.bybit.com
testnet/jp https://api-testnet.manepa.jp
demo/global https://api-demo.bybit.com
`
	if got := exchangetest.SitesOf(info()); got != want {
		t.Errorf("sites:\n%s", got)
	}
}

func TestServerTimeTakesTheFinestClock(t *testing.T) {
	for body, want := range map[string]time.Time{
		`{"result":{"timeSecond":"1688639403","timeNano":"1688639403423213947"},"time":1688639403423}`: time.Unix(0, 1688639403423213947),
		`{"result":{"timeSecond":"1688639403"},"time":1688639403423}`:                                  time.UnixMilli(1688639403423),
		`{"result":{"timeSecond":1688639403}}`:                                                         time.Unix(1688639403, 0),
	} {
		if at, err := readTime(rest.Response{Status: 200, Body: []byte(body)}); err != nil || !at.Equal(want) {
			t.Errorf("%s: %v, %v", body, at, err)
		}
	}
	for _, body := range []string{``, `{}`, `{"result":{}}`, `{"result":null,"time":"later"}`, `{"time":-5}`} {
		if _, err := readTime(rest.Response{Status: 200, Body: []byte(body)}); err == nil {
			t.Errorf("%q tells a time", body)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, "X-BAPI-TIMESTAMP"), true
}
