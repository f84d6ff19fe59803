package gate

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// What a key and a secret look like; the values open nothing.
const (
	testKey    = "c5dcfbf1f3a74e0b9d2f6a8c1e3b5d70"
	testSecret = "9f3ac7d2e5b8014f6a9c3d7e2b5f8a1c4d7e0b3f6a9c2d5e8b1f4a7c0d3e6b9f"
)

// goodKeys is an answer like the documented one.
const goodKeys = `[
	{"state":1,"mode":1,"name":"tax export","user_id":1667201533,
	 "perms":[{"name":"spot","read_only":true},{"name":"account","read_only":true}],
	 "ip_whitelist":[],"currency_pairs":[],
	 "key":"52fd0035f665*****","created_at":1753897991,"update_at":1753897991,"last_access":1753897991},
	{"state":1,"mode":1,"name":"grid bot","user_id":1667201533,
	 "perms":[{"name":"account","read_only":true},{"name":"spot","read_only":false}],
	 "ip_whitelist":["203.0.113.7","203.0.113.8"],"currency_pairs":[],
	 "key":"c5dcfbf1f3a7*****","created_at":1753030929,"update_at":1756300567,"last_access":1763800000}
]`

const goodDetail = `{"user_id":1667201533,"ip_whitelist":["203.0.113.7"],"currency_pairs":["BTC_USDT"],"key":{"mode":1},"tier":2,"copy_trading_role":0}`

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"server_time":%d}`, time.Now().UnixMilli()))
}

// routes has the list alone: nothing else is asked for while it helps.
func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{"GET " + timePath: serverTime, "GET " + keysPath: exchangetest.JSON(goodKeys).Handler()}
}

// verify judges a request by the rules of Gate's documentation.
func verify(r exchangetest.Request) error {
	if err := r.Fresh(r.Header.Get("Timestamp"), time.Second, time.Minute, time.Minute); err != nil {
		return err
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	h := r.Header
	if h.Get("Key") != testKey || h.Get("Content-Type") != "application/json" {
		return fmt.Errorf("KEY %q, content type %q", h.Get("Key"), h.Get("Content-Type"))
	}
	if want := signature(testSecret, r.Method, r.Path, r.Query, r.Body, h.Get("Timestamp")); h.Get("Sign") != want {
		return fmt.Errorf("signature %s, want %s", h.Get("Sign"), want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:     Adapter(),
		Credential:  testCredential(),
		DetectsSwap: true,
		Routes:      routes,
		ClockCall:   "GET " + timePath,
		Called:      called,
		Verify:      verify,
		Refusals:    refusals(),
		Manage:      manage(),
	})
}

// asks opens the live site on routes.
func asks(t *testing.T, on exchangetest.Routes) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	server := exchangetest.NewServer(t, on)
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}), server
}

// inspect runs Inspect against an answer to each of its two calls.
func inspect(t *testing.T, keys, detail exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	x, _ := asks(t, exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + keysPath: keys.Handler(), "GET " + detailPath: detail.Handler(),
	})
	return x.Inspect(t.Context(), testCredential())
}

// The list is compared with a copy, since a wrong line would send a key to a
// host where it does not belong.
func TestSitesAreTheDocumentedOnes(t *testing.T) {
	var got strings.Builder
	for _, s := range info().Sites {
		fmt.Fprintf(&got, "%s/%s %s %q;", s.Environment, s.ID, s.Origin, s.Capabilities.Reach)
	}
	const want = `live/global https://api.gateio.ws "sub-accounts";testnet/global https://api-testnet.gateapi.io "";`
	if got.String() != want {
		t.Errorf("sites %s", got.String())
	}
	for env, host := range map[exchanges.Environment]string{exchanges.Live: "fx-api-testnet.gateio.ws", exchanges.Testnet: "fx-api.gateio.ws"} {
		site, _ := info().Site(env, "")
		_, err := exchanges.NewRegistry(Adapter()).Open(ID, exchanges.Connection{Site: site, Origin: "https://" + host})
		if !errors.Is(err, exchanges.Invalid) {
			t.Errorf("a %s key may go to %s: %v", env, host, err)
		}
	}
}

func TestDeletionIsLoggedWithoutTheKey(t *testing.T) {
	site, _ := info().Site(exchanges.Live, "")
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	id := f.Make(exchangetest.Key{}).KeyID
	var text bytes.Buffer
	x, err := open(exchangetest.Hurried(exchanges.Connection{
		Site: site, Origin: exchangetest.NewServer(t, f.routes()).URL, Log: slog.New(slog.NewTextHandler(&text, nil)),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := x.(exchanges.Revoker).RevokeKey(t.Context(), testManager(), id); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "/keys/{key}") || strings.Contains(text.String(), id) {
		t.Error(text.String())
	}
}

func TestCheckTakesAnyLength(t *testing.T) {
	for _, c := range [][2]string{{"test-api-key", "test-api-secret"}, {testKey, testSecret}, {strings.Repeat("a1", 30), strings.Repeat("b2", 50)}} {
		if _, err := check(exchanges.Credential{KeyID: c[0], Secret: exchanges.NewSecret(c[1])}); err != nil {
			t.Errorf("%d and %d characters: %v", len(c[0]), len(c[1]), err)
		}
	}
}

func TestCheckRefusesWhatBelongsElsewhere(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"swapped":     {KeyID: testSecret, Secret: exchanges.NewSecret(testKey)},
		"passphrase":  {KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret("p4ss")},
		"private key": {KeyID: testKey, PrivateKey: exchanges.NewSecret(exchangetest.PublicPEM)},
	} {
		if _, err := check(c); !errors.Is(err, exchanges.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, "Timestamp"), true
}
