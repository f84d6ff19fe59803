package kucoin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey        = "6705f5c311545b000157d3eb"
	testSecret     = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
	testPassphrase = "correct-horse-7"
)

// goodKey is an answer like the documented one.
const goodKey = `{"code":"200000","data":{
	"uid":165111215,"parentUid":null,"region":"DE","kycStatus":1,"isMaster":true,
	"remark":"grid bot","apiKey":"` + testKey + `","apiVersion":3,
	"permission":"General,Futures,Spot,InnerTransfer,Margin",
	"ipWhitelist":"203.0.113.7,203.0.113.8","createdAt":1728443843000,"expiredAt":null,
	"thirdPartyApp":"","siteType":"global"}}`

func goodCredential() exchanges.Credential {
	return exchanges.Credential{
		KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret(testPassphrase),
	}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"code":"200000","data":%d}`, time.Now().UnixMilli()))
}

func routes(s exchanges.Site) exchangetest.Routes {
	body := strings.Replace(goodKey, `"siteType":"global"`, `"siteType":"`+siteTypes.Of(s.ID)+`"`, 1)
	return exchangetest.Routes{"GET " + timePath: serverTime, "GET " + inspectPath: exchangetest.JSON(body).Handler()}
}

// verify judges a request by the rules of KuCoin's docs.
func verify(r exchangetest.Request) error {
	if err := r.Fresh(r.Header.Get("KC-API-TIMESTAMP"), time.Millisecond, 5*time.Second, 5*time.Second); err != nil {
		return err
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	h := r.Header
	if h.Get("KC-API-KEY") != testKey || h.Get("KC-API-KEY-VERSION") != "2" {
		return errors.New("the key or its version is missing or wrong")
	}
	if r.Method != http.MethodPost && r.Body != "" {
		return errors.New("only a POST has a body")
	}
	endpoint := r.Path
	if r.Query != "" {
		endpoint += "?" + r.Query // the fake's values need no escapes
	}
	if want := mac(testSecret, h.Get("KC-API-TIMESTAMP")+r.Method+endpoint+r.Body); h.Get("KC-API-SIGN") != want {
		return fmt.Errorf("signature %s, want %s", h.Get("KC-API-SIGN"), want)
	}
	if h.Get("KC-API-PASSPHRASE") != mac(testSecret, testPassphrase) {
		return errors.New("the passphrase is not signed")
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:     Adapter(),
		Credential:  goodCredential(),
		DetectsSwap: true,
		Routes:      routes,
		ClockCall:   "GET " + timePath,
		Called:      called,
		Silences:    map[string]string{"addresses": "www.kucoin.com/docs-new, Get Apikey Info: ipWhitelist is left out where there is none"},
		Verify:      verify,
		Refusals:    refusals(),
		Manage:      manage(),
	})
}

// opened opens the site with an ID on a server.
func opened(t *testing.T, id string, server *exchangetest.Server) *venue {
	t.Helper()
	site, _ := info().Site(exchanges.Live, id)
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}).(*venue)
}

// inspect runs Inspect against one answer.
func inspect(t *testing.T, reply exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{"GET " + timePath: serverTime, "GET " + inspectPath: reply.Handler()})
	return opened(t, "global", server).Inspect(t.Context(), goodCredential())
}

func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = `live/global https://api.kucoin.com
live/eu https://api.kucoin.eu
live/australia https://api.kucoin.com
`
	if got := exchangetest.SitesOf(info()); got != want {
		t.Errorf("sites:\n%s", got)
	}
}

func TestOnlyTheAustralianSiteIsNamedInAHeader(t *testing.T) {
	for _, site := range info().Sites {
		server := exchangetest.NewServer(t, routes(site))
		if _, err := opened(t, site.ID, server).Inspect(t.Context(), goodCredential()); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "australia"}[site.ID == "australia"]
		if got := server.Requests("GET " + inspectPath)[0].Header.Get("X-SITE-TYPE"); got != want {
			t.Errorf("%s: X-SITE-TYPE %q", site.ID, got)
		}
	}
}

// A call that is closed to an account, for a reason that nobody knows, is no
// verdict on its key: the call of unified accounts may be open.
func TestUnifiedAccountIsAskedWhereTheClassicCallIsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		classic, unified exchangetest.Reply
		asks, good       bool
	}{
		"open":             {exchangetest.JSON(goodKey), exchangetest.JSON(goodKey), false, true},
		"closed":           {said(400, 112099, "unified accounts only, perhaps"), exchangetest.JSON(goodKey), true, true},
		"both closed":      {said(400, 112099, "unified accounts only, perhaps"), said(400, 112010, "not unified"), true, false},
		"unknown key":      {said(401, 400003, "KC-API-KEY not exists"), exchangetest.JSON(goodKey), false, false},
		"no JSON":          {exchangetest.JSON("OK"), exchangetest.JSON(goodKey), false, false},
		"a page not found": {exchangetest.Page(404), exchangetest.JSON(goodKey), false, false},
	} {
		server := exchangetest.NewServer(t, exchangetest.Routes{
			"GET " + timePath: serverTime, "GET " + inspectPath: c.classic.Handler(), "GET " + unifiedPath: c.unified.Handler(),
		})
		_, err := opened(t, "global", server).Inspect(t.Context(), goodCredential())
		if asked := len(server.Requests("GET "+unifiedPath)) == 1; asked != c.asks || (err == nil) != c.good {
			t.Errorf("%s: asked %t, %v", name, asked, err)
		}
		if err != nil && c.asks && !strings.Contains(err.Error(), "112099") {
			t.Errorf("%s: the first refusal is the one that counts: %v", name, err)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, "KC-API-TIMESTAMP"), true
}
