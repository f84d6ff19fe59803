package krakenfutures

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// What a key and a private key look like; the values open nothing.
var (
	testKey    = strings.Repeat("fUt+/123", 7)
	testSecret = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("futures-canary-of-64-bytes------", 2)))
)

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

const (
	checkCall   = "GET " + checkPath
	walletsCall = "GET " + walletsPath
)

const goodKey = `{
	"apiKey": "h7Kp…", "accountUid": "8f2c1e4a-1111-4c22-9d33-aaaabbbbcccc", "iiban": null,
	"createdAt": "2026-02-11T10:20:30.123Z",
	"permissions": {"general": "FULL_ACCESS", "transfer": "NO_ACCESS"},
	"allowedCidrBlock": "203.0.113.7/32", "allowedCidrBlocks": ["203.0.113.7/32", "198.51.100.0/24"]
}`

const goodWallets = `{"result":"success","accounts":{"cash":{"type":"cashAccount","balances":{"xbt":0.1}}},"serverTime":"2026-11-23T10:00:00.000Z"}`

// notThere is a host that does not have a call.
var notThere = exchangetest.Status(http.StatusNotFound, `"not found"`)

// routes is a live exchange that has the check and a demo that has not.
func routes(s exchanges.Site) exchangetest.Routes {
	if s.Environment == exchanges.Demo {
		return exchangetest.Routes{checkCall: notThere.Handler(), walletsCall: exchangetest.JSON(goodWallets).Handler()}
	}
	return exchangetest.Routes{checkCall: exchangetest.JSON(goodKey).Handler()}
}

// verify judges a request as Kraken would.
func verify(r exchangetest.Request) error {
	if r.Method != http.MethodGet || r.Query != "" || r.Body != "" {
		return fmt.Errorf("%s?%s with body %q", r.Call(), r.Query, r.Body)
	}
	if got := r.Header.Get("APIKey"); got != testKey {
		return fmt.Errorf("APIKey %q", got)
	}
	if _, there := r.Header["Nonce"]; there {
		return fmt.Errorf("there is a nonce")
	}
	key, err := base64.StdEncoding.DecodeString(testSecret)
	if err != nil {
		return err
	}
	path, _ := strings.CutPrefix(r.Path, "/derivatives")
	text := sha256.Sum256([]byte(path))
	mac := hmac.New(sha512.New, key)
	mac.Write(text[:])
	if got, want := r.Header.Get("Authent"), base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != want {
		return fmt.Errorf("Authent %q, want %q", got, want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(), DetectsSwap: true,
		Routes: routes, Called: called, Verify: verify, Refusals: refusals(),
	})
}

// at opens a site on a scripted server.
func at(t *testing.T, env exchanges.Environment, answers map[string]exchangetest.Reply) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	site, _ := info().Site(env, "")
	script := exchangetest.Routes{}
	for call, reply := range answers {
		script[call] = reply.Handler()
	}
	server := exchangetest.NewServer(t, script)
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}), server
}

func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = "live/global https://futures.kraken.com\ndemo/global https://demo-futures.kraken.com\n"
	if got := exchangetest.SitesOf(info()); got != want {
		t.Errorf("sites:\n%s", got)
	}
}

func TestDemoKeysDoNotReachLiveHosts(t *testing.T) {
	registry := exchanges.NewRegistry(Adapter())
	demo, _ := info().Site(exchanges.Demo, "")
	for _, origin := range []string{"https://futures.kraken.com", "https://api.futures.kraken.com"} {
		if _, err := registry.Open(ID, exchanges.Connection{Site: demo, Origin: origin}); err == nil {
			t.Errorf("a demo key would go to %s", origin)
		}
	}
	live, _ := info().Site(exchanges.Live, "")
	if _, err := registry.Open(ID, exchanges.Connection{Site: live, Origin: "https://api.futures.kraken.com"}); err != nil {
		t.Errorf("the second address of the live site: %v", err)
	}
}

func TestDemoTellsAllWhereItHasTheCheck(t *testing.T) {
	x, server := at(t, exchanges.Demo, map[string]exchangetest.Reply{checkCall: exchangetest.JSON(goodKey)})
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Permissions.Has(exchanges.Futures) || got.IPs.State != exchanges.IPList || len(got.Notes) != 0 {
		t.Errorf("%+v", got)
	}
	if n := len(server.Requests(walletsCall)); n != 0 {
		t.Errorf("the wallets were asked for %d times", n)
	}
}

func TestDemoWithoutTheCheckShowsThatTheKeyReads(t *testing.T) {
	x, _ := at(t, exchanges.Demo, map[string]exchangetest.Reply{checkCall: exchangetest.Page(404), walletsCall: exchangetest.JSON(goodWallets)})
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil {
		t.Fatal(err)
	}
	if got.Permissions != (exchanges.PermissionSet{}).With(exchanges.Read, exchanges.Granted) || len(got.Notes) != 1 || got.KeyID != testKey {
		t.Errorf("%+v", got)
	}
	if got.IPs.State != exchanges.IPUnknown || got.Created.Known() || got.Expires.Known() || got.LastUsed.Known() {
		t.Errorf("facts were made up: %+v", got)
	}
}

func TestDemoWithoutTheCheckReportsWhatTheWalletsSay(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
	}{
		"a bad key":       {exchangetest.JSON(`{"result":"error","error":"authenticationError"}`), exchanges.Auth},
		"a missing level": {exchangetest.JSON(`{"result":"error","error":"insufficientPrivileges"}`), exchanges.Denied},
		"no such host":    {exchangetest.Page(404), exchanges.Protocol},
		"another answer":  {exchangetest.JSON(`{"result":"success"}`), exchanges.Protocol},
		"a list":          {exchangetest.JSON(`[]`), exchanges.Protocol},
	} {
		x, _ := at(t, exchanges.Demo, map[string]exchangetest.Reply{checkCall: notThere, walletsCall: c.reply})
		if _, err := x.Inspect(t.Context(), testCredential()); exchanges.AsError(err).Kind != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The signature of the check has not been seen to work, so its refusal is held
// against the trading API, which can only take it back.
func TestRefusalByTheCheckIsHeldAgainstTheWallets(t *testing.T) {
	refused := exchangetest.Status(401, `{"error":"Unauthorized","message":"no"}`)
	for name, c := range map[string]struct {
		wallets exchangetest.Reply
		good    bool
	}{
		"accepted":    {exchangetest.JSON(goodWallets), true},
		"refused too": {exchangetest.JSON(`{"result":"error","error":"authenticationError"}`), false},
		"down":        {exchangetest.Page(503), false},
		"dropped":     {exchangetest.Drop(), false},
		"denied":      {exchangetest.Status(403, `{"result":"error","error":"insufficientPrivileges"}`), false},
	} {
		x, _ := at(t, exchanges.Live, map[string]exchangetest.Reply{checkCall: refused, walletsCall: c.wallets})
		got, err := x.Inspect(t.Context(), testCredential())
		if c.good && (err != nil || !got.Permissions.Has(exchanges.Read) || len(got.Notes) != 1) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if e := exchanges.AsError(err); !c.good && (e.Kind != exchanges.Auth || e.UnknownKey || !strings.Contains(e.Op, checkPath)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOtherRefusalsAreNotHeldAgainstAnything(t *testing.T) {
	for _, reply := range []exchangetest.Reply{
		exchangetest.Page(404), exchangetest.Page(403), exchangetest.JSON(`{}`), exchangetest.JSON(`{"result":"error","error":"apiLimitExceeded"}`),
	} {
		x, server := at(t, exchanges.Live, map[string]exchangetest.Reply{checkCall: reply, walletsCall: exchangetest.JSON(goodWallets)})
		if _, err := x.Inspect(t.Context(), testCredential()); err == nil || len(server.Requests(walletsCall)) != 0 {
			t.Errorf("%d %s: %v", reply.Status, reply.Body, err)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, ""), true
}
