package bingx

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey    = "hO6oQotzTE0S5FRYze2Jx2wGx7eVnJGMolpA1nZyehsoMgCcgKNWQHd4QgTFZuwl4Zt4xMe2PqGBegWXO4A"
	testSecret = "canaryR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"
	testUID    = "1370000000000000000" // larger than what a float holds

	goodFlags = `{"ipRestrict":true,"createTime":1727193814249,"enableReading":true,"enableSpotAndMarginTrading":false,
	"enableWithdrawals":false,"enableInternalTransfer":false,"enableFutures":true,"permitsUniversalTransfer":false,"enableVanillaOptions":false}`
	goodRow = `{"apiKey":"` + testKey + `","note":"grid bot","permissions":[2,3],"ipAddresses":["203.0.113.7"],"createTime":1727193814000,"updateTime":1727193814001}`
)

var calls = struct{ time, look, uid, list, create, edit, delete string }{
	"GET " + timePath, "GET " + permissionsPath, "GET " + uidPath, "GET " + keysPath, "POST " + createPath, "POST " + editPath, "POST " + deletePath,
}

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

// wrapped is a successful answer.
func wrapped(data string) exchangetest.Reply {
	return exchangetest.JSON(`{"code":0,"msg":"","data":` + data + `}`)
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return wrapped(fmt.Sprintf(`{"serverTime":%d}`, time.Now().UnixMilli()))
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		calls.time: serverTime, calls.look: wrapped(goodFlags).Handler(), calls.uid: wrapped(`{"uid":` + testUID + `}`).Handler(),
		calls.list: wrapped(`{"apiKeyList":[` + goodRow + `]}`).Handler(),
	}
}

// signedText is what a request should be signed over, its signature and its time.
func signedText(r exchangetest.Request) (text, sig, at string, err error) {
	fields := map[string]string{}
	if r.Method == http.MethodPost {
		var body map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			return "", "", "", err
		}
		for name, raw := range body {
			if fields[name] = string(raw); raw[0] == '"' {
				fields[name], _ = strconv.Unquote(string(raw))
			}
		}
	} else {
		for name := range r.Params() {
			fields[name] = r.Params().Get(name)
		}
	}
	sig = fields["signature"]
	delete(fields, "signature")
	var pairs []string
	for name, value := range fields {
		pairs = append(pairs, name+"="+value)
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&"), sig, fields["timestamp"], nil
}

// verify judges a request by the rules of BingX's docs.
func verify(r exchangetest.Request) error {
	text, sig, at, err := signedText(r)
	switch {
	case err != nil:
		return err
	case r.Header.Get("X-BX-APIKEY") != testKey:
		return errors.New("the key is missing or wrong")
	case r.Method == http.MethodPost && (r.Query != "" || r.Header.Get("Content-Type") != "application/json"):
		return fmt.Errorf("a POST with the query %q and the type %q", r.Query, r.Header.Get("Content-Type"))
	case sig != exchangetest.MAC256(testSecret, text):
		return fmt.Errorf("signature %s of %s, want %s", sig, text, exchangetest.MAC256(testSecret, text))
	}
	// In the laws the time flies that is waited for a turn.
	const flown = 20 * time.Second
	return r.Fresh(at, time.Millisecond, 5*time.Second, flown)
}

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(),
		Routes: routes, ClockCall: calls.time, Called: called, Verify: verify, Refusals: refusals(), Manage: manage(),
	})
}

// opened opens a site on a server.
func opened(t *testing.T, env exchanges.Environment, server *exchangetest.Server) exchanges.Exchange {
	t.Helper()
	site, _ := info().Site(env, "")
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL})
}

// inspect runs Inspect at the live site with some answers changed.
func inspect(t *testing.T, changed map[string]exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	all := routes(exchanges.Site{})
	for call, reply := range changed {
		all[call] = reply.Handler()
	}
	return opened(t, exchanges.Live, exchangetest.NewServer(t, all)).Inspect(t.Context(), testCredential())
}

func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = "live/global https://open-api.bingx.com\ndemo/vst https://open-api-vst.bingx.com\n"
	if got := exchangetest.SitesOf(info()); got != want {
		t.Errorf("sites:\n%s", got)
	}
	demo, _ := info().Site(exchanges.Demo, "")
	_, err := exchanges.NewRegistry(Adapter()).Open(ID, exchanges.Connection{Site: demo, Origin: "https://open-api.bingx.io"})
	if !errors.Is(err, exchanges.Invalid) {
		t.Errorf("a demo key may go to the live site's spare host: %v", err)
	}
}

// The demo host is documented for trading; nothing but the key is asked there.
func TestDemoAsksForTheKeyAlone(t *testing.T) {
	server := exchangetest.NewServer(t, exchangetest.Routes{calls.time: serverTime, calls.look: wrapped(goodFlags).Handler()})
	x := opened(t, exchanges.Demo, server)
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil || got.IPs.State != exchanges.IPRestricted || got.Account != "" || len(server.Requests()) != 2 {
		t.Errorf("%+v, %v, %d requests", got, err, len(server.Requests()))
	}
	if _, lists := x.(exchanges.Lister); lists {
		t.Error("keys of the demo site are listed")
	}
}

func TestKeysAreChecked(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"half a key":   {KeyID: testKey[:12], Secret: exchanges.NewSecret(testSecret)},
		"two secrets":  {KeyID: testKey, Secret: exchanges.NewSecret(testSecret + testSecret)},
		"a blank":      {KeyID: testKey[:40] + " " + testKey[40:], Secret: exchanges.NewSecret(testSecret)},
		"a passphrase": {KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret("pass")},
	} {
		if _, err := check(c); !errors.Is(err, exchanges.Invalid) || exchanges.AsError(err).Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuideSaysWhatComesAlong(t *testing.T) {
	on, off, will, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Spot})
	if len(on) != 2 || len(off) != 4 || len(missing) != 0 || will != exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin) {
		t.Errorf("on %v, off %v, missing %v", on, off, missing)
	}
}

func TestReadersLiveForEver(t *testing.T) {
	rule := guide().Lifetimes[0]
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for p, covered := range map[exchanges.Permission]bool{exchanges.Read: false, exchanges.Spot: true, exchanges.Futures: true, exchanges.Admin: true} {
		if rule.Covers(exchanges.Live, exchanges.NewPermissionSet(p), anywhere) != covered {
			t.Errorf("a key that may %s: covered %t", p, !covered)
		}
	}
	if rule.Covers(exchanges.Live, exchanges.NewPermissionSet(exchanges.Spot), exchanges.IPWhitelist{State: exchanges.IPRestricted}) {
		t.Error("a key with a whitelist is covered")
	}
	if at, ok := rule.End(exchanges.At(time.Now()), exchanges.Moment{}); ok {
		t.Errorf("BingX does not tell the last use, and the key ends at %s", at)
	}
}

// TestLive holds the adapter against the exchange itself: see exchangetest.Live.
func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.AskedBefore(r, "timestamp", "signature"), true
}
