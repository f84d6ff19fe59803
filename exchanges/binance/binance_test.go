package binance

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey    = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
	testSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
)

// goodRestrictions is the documented answer, with a lively mix of rights.
const goodRestrictions = `{
	"ipRestrict": true, "createTime": 1698645219000,
	"enableReading": true, "enableSpotAndMarginTrading": true, "enableWithdrawals": false,
	"enableInternalTransfer": false, "permitsUniversalTransfer": false, "enableMargin": false,
	"enableFutures": true, "enableVanillaOptions": false, "enablePortfolioMarginTrading": false,
	"enableFixApiTrade": false, "enableFixReadOnly": false
}`

const goodAccount = `{
	"makerCommission": 15, "canTrade": true, "canWithdraw": true, "canDeposit": true, "accountType": "SPOT",
	"balances": [{"asset": "BTC", "free": "4723846.89208129", "locked": "0.00000000"}],
	"permissions": ["SPOT"], "uid": 354937868
}`

func hmacCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(`{"serverTime":` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `}`)
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath:         serverTime,
		"GET " + restrictionsPath: exchangetest.JSON(goodRestrictions).Handler(),
		"GET " + accountPath:      exchangetest.JSON(goodAccount).Handler(),
	}
}

// verify judges a request by the rules of Binance's docs.
func verify(r exchangetest.Request) error {
	if r.Header.Get("X-MBX-APIKEY") != testKey {
		return errors.New("X-MBX-APIKEY is missing or wrong")
	}
	payload, sig, ok := strings.Cut(r.Query+r.Body, "&signature=")
	if !ok || strings.Contains(sig, "&") {
		return fmt.Errorf("signature is not the last parameter of %q and %q", r.Query, r.Body)
	}
	if (r.Body != "") != (r.Method == http.MethodPost) || r.Body != "" && r.Query != "" {
		return fmt.Errorf("%s has the query %q and the body %q", r.Method, r.Query, r.Body)
	}
	if want := exchangetest.MAC256(testSecret, payload); sig != want {
		return fmt.Errorf("signature of %q is %s, want %s", payload, sig, want)
	}
	return r.Fresh(r.Params().Get("timestamp"), time.Millisecond, 5*time.Second, time.Second)
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:    Adapter(),
		Credential: hmacCredential(),
		MoreCredentials: []exchanges.Credential{
			pairCredential(t, "ed25519-apiRestrictions"), pairCredential(t, "rsa-apiRestrictions"),
		},
		Routes:    routes,
		ClockCall: "GET " + timePath,
		Called:    called,
		Verify:    verify,
		Refusals:  refusals(),
		Manage:    manage(),
	})
}

// inspect runs Inspect of an environment against one answer.
func inspect(t *testing.T, env exchanges.Environment, path string, reply exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	site, ok := info().Site(env, "")
	if !ok {
		t.Fatalf("no site for %s", env)
	}
	server := exchangetest.NewServer(t, routes(site))
	server.Handle("GET "+path, reply.Handler())
	x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL})
	return x.Inspect(t.Context(), hmacCredential())
}

func TestEachEnvironmentAsksItsOwnCall(t *testing.T) {
	for env, want := range map[exchanges.Environment]string{
		exchanges.Live: restrictionsPath, exchanges.Testnet: accountPath, exchanges.Demo: accountPath,
	} {
		site, _ := info().Site(env, "")
		server := exchangetest.NewServer(t, routes(site))
		x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL})
		if _, err := x.Inspect(t.Context(), hmacCredential()); err != nil {
			t.Errorf("%s: %v", env, err)
		}
		var paths []string
		for _, r := range server.Requests() {
			paths = append(paths, r.Path)
		}
		if got := strings.Join(paths, " "); got != timePath+" "+want {
			t.Errorf("%s asked %s", env, got)
		}
	}
}

func TestLiveHostsAreKnownByAllTheirNames(t *testing.T) {
	registry := exchanges.NewRegistry(Adapter())
	site, _ := info().Site(exchanges.Testnet, "")
	for _, host := range []string{"api.binance.com", "API3.binance.com.", "api-gcp.binance.com:443", "demo-api.binance.com"} {
		_, err := registry.Open(ID, exchanges.Connection{Site: site, Origin: "https://" + host})
		if !errors.Is(err, exchanges.Invalid) {
			t.Errorf("a testnet key may go to %s: %v", host, err)
		}
	}
	if _, err := registry.Open(ID, exchanges.Connection{Site: site, Origin: "https://api1.testnet.binance.vision"}); err != nil {
		t.Errorf("the testnet's other name is refused: %v", err)
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.AskedBefore(r, "timestamp", "recvWindow", "signature"), true
}
