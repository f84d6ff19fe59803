package bitget

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
	testKey        = "bg_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	testSecret     = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592"
	testPassphrase = "Correct7Horse"
)

// Answers like the documented ones, of both generations.
const (
	unifiedKey = `{"code":"00000","msg":"success","requestTime":1763880000000,"data":{
	"userId":"1234567890","inviterId":"","parentId":"","channelCode":"","channel":"",
	"ips":"203.0.113.7,203.0.113.8","permType":"read-and-write",
	"permissions":["uta_mgt","uta_trade"],"regisTime":"1646566789345"}}`
	classicKey = `{"code":"00000","msg":"success","requestTime":1763880000000,"data":{
	"userId":"1234567890","inviterId":"987","ips":"203.0.113.7","authorities":["stor","coor","coow","wtor"],
	"parentId":1,"traderType":"not_trader","channelCode":"XXX","channel":"YYY","regisTime":"1246566789345"}}`
)

// notUnified is what the unified call may say to a classic account: no document
// tells.
func notUnified() exchangetest.Reply {
	return said(400, "40999", "You are in classic account mode, or so")
}

func goodCredential() exchanges.Credential {
	return exchanges.Credential{
		KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret(testPassphrase),
	}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"code":"00000","msg":"success","data":{"serverTime":"%d"}}`, time.Now().UnixMilli()))
}

func unifiedRoutes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{"GET " + timePath: serverTime, "GET " + unifiedPath: exchangetest.JSON(unifiedKey).Handler()}
}

func classicRoutes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + unifiedPath: notUnified().Handler(), "GET " + classicPath: exchangetest.JSON(classicKey).Handler(),
	}
}

// verify judges a request by the rules of Bitget's docs.
func verify(r exchangetest.Request) error {
	// The window is nowhere told for sure.
	if err := r.Fresh(r.Header.Get("ACCESS-TIMESTAMP"), time.Millisecond, 10*time.Second, 10*time.Second); err != nil {
		return err
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	h := r.Header
	if h.Get("ACCESS-KEY") != testKey || h.Get("ACCESS-PASSPHRASE") != testPassphrase || h.Get("locale") != "en-US" {
		return errors.New("a header is missing or wrong")
	}
	endpoint := r.Path
	if r.Query != "" {
		endpoint += "?" + r.Query
	}
	if want := mac(testSecret, h.Get("ACCESS-TIMESTAMP")+r.Method+endpoint+r.Body); h.Get("ACCESS-SIGN") != want {
		return fmt.Errorf("signature %s, want %s", h.Get("ACCESS-SIGN"), want)
	}
	if r.Method == http.MethodGet && r.Body != "" {
		return errors.New("a GET has no body")
	}
	return nil
}

func subject() exchangetest.Subject {
	return exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      goodCredential(),
		MoreCredentials: []exchanges.Credential{rsaCredential()},
		DetectsSwap:     true,
		Routes:          unifiedRoutes,
		ClockCall:       "GET " + timePath,
		Called:          called,
		Verify:          verify,
		Refusals:        refusals(),
		Manage:          manage(),
	}
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) { exchangetest.Run(t, subject()) }

// What keys of a classic account are told by. How their sub-accounts' keys are
// managed has tests of its own, since they cannot be deleted.
func TestLawsWithAClassicAccount(t *testing.T) {
	s := subject()
	s.Routes = classicRoutes
	s.Refusals = s.Refusals[:len(s.Refusals)-1] // the last is what sends the adapter to the classic call
	exchangetest.Run(t, s)
}

// opened opens Bitget on a server.
func opened(t *testing.T, server *exchangetest.Server) *manager {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}).(*manager)
}

// inspect runs Inspect against answers to the two calls.
func inspect(t *testing.T, unified, classic exchangetest.Reply) (exchanges.KeyInfo, *exchangetest.Server, error) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + unifiedPath: unified.Handler(), "GET " + classicPath: classic.Handler(),
	})
	k, err := opened(t, server).Inspect(t.Context(), goodCredential())
	return k, server, err
}

// A line that is wrong would send a key to a host where it does not belong.
func TestSitesAreTheDocumentedOnes(t *testing.T) {
	var got []string
	for _, s := range info().Sites {
		x, err := open(exchanges.Connection{Site: s, Origin: s.Origin})
		if err != nil {
			t.Fatal(err)
		}
		_, manages := x.(exchanges.Creator)
		got = append(got, fmt.Sprintf("%s/%s %s %t", s.Environment, s.ID, s.Origin, manages))
	}
	if want := "live/global https://api.bitget.com true, demo/global https://api.bitget.com false"; strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
	if a := info().Aliases; len(a) != 1 || len(a[exchanges.Live]) != 1 || a[exchanges.Live][0] != "capi.bitget.com" {
		t.Errorf("%+v", a)
	}
}

func TestDemoIsToldByAHeader(t *testing.T) {
	for _, site := range info().Sites {
		server := exchangetest.NewServer(t, classicRoutes(site))
		x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL})
		if _, err := x.Inspect(t.Context(), goodCredential()); err != nil {
			t.Error(err)
		}
		want := map[exchanges.Environment]string{exchanges.Live: "", exchanges.Demo: "1"}[site.Environment]
		for _, r := range server.Requests("GET "+unifiedPath, "GET "+classicPath) {
			if got := r.Header.Get("paptrading"); got != want {
				t.Errorf("%s: %s has the header %q", site.Environment, r.Path, got)
			}
		}
	}
}

func TestClassicCallIsMadeWhereTheUnifiedOneIsClosed(t *testing.T) {
	good := exchangetest.JSON(classicKey)
	for name, c := range map[string]struct {
		unified, classic exchangetest.Reply
		asks             bool
		kind             exchanges.Kind // of the failure; empty: none
		code             string
	}{
		"unified":          {exchangetest.JSON(unifiedKey), good, false, "", ""},
		"classic":          {notUnified(), good, true, "", ""},
		"classic, blocked": {notUnified(), said(400, "40038", "ip"), true, exchanges.IPBlocked, "40038: ip"},
		"neither":          {notUnified(), said(400, "40998", "no"), true, exchanges.Protocol, "40999: You are in classic account mode, or so"},
		"neither, no JSON": {notUnified(), exchangetest.JSON("{}"), true, exchanges.Protocol, "40999: You are in classic account mode, or so"},
		"unknown key":      {said(400, "40037", "no such key"), good, false, exchanges.Auth, "40037: no such key"},
		"a page":           {exchangetest.Page(404), good, false, exchanges.Protocol, "HTTP 404, a web page instead of JSON"},
	} {
		_, server, err := inspect(t, c.unified, c.classic)
		if asked := len(server.Requests("GET "+classicPath)) > 0; asked != c.asks || (err == nil) != (c.kind == "") {
			t.Errorf("%s: asked %t, %v", name, asked, err)
		}
		if e := exchanges.AsError(err); err != nil && (e.Kind != c.kind || e.Code != c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClassicCallsKeepTheirOwnLimit(t *testing.T) {
	x := opened(t, exchangetest.NewServer(t, classicRoutes(exchanges.Site{})))
	exchangetest.Paced(t, x.Now, 4, 3*time.Second, func() error {
		_, err := x.Inspect(t.Context(), goodCredential())
		return err
	})
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, "Access-Timestamp"), true
}
