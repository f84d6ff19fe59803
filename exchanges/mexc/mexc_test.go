package mexc

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testKey    = "mx0aBYs33eIilxBWC7"
	testSecret = "c0ffee26f2644f19bfb98b07741b2fca"

	goodAccount = `{"canTrade":true,"canWithdraw":false,"canDeposit":true,"updateTime":null,"accountType":"SPOT",
	"balances":[{"asset":"USDT","free":"12.5","locked":"0"}],"permissions":["SPOT"]}`
)

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"serverTime":%d}`, time.Now().UnixMilli()))
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + accountPath: exchangetest.JSON(goodAccount).Handler(),
		"GET " + uidPath: exchangetest.JSON(`{"uid":"209302839"}`).Handler(),
	}
}

// verify judges a request by the rules of MEXC's docs.
func verify(r exchangetest.Request) error {
	// MEXC takes no more than 1 s of the future, but in the laws the time flies
	// that is waited for a turn.
	const flown = 10 * time.Second
	if err := r.Fresh(r.Params().Get("timestamp"), time.Millisecond, 5*time.Second, flown); err != nil {
		return err
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	text, sig, ok := strings.Cut(r.Query, "&signature=")
	switch {
	case r.Header.Get("X-MEXC-APIKEY") != testKey || r.Header.Get("Content-Type") != "application/json":
		return errors.New("the key or the type is missing or wrong")
	case r.Body != "" || !ok || strings.Contains(text, "+"):
		return fmt.Errorf("the body is %q and the query %s", r.Body, r.Query)
	case sig != exchangetest.MAC256(testSecret, text):
		return fmt.Errorf("signature %s, want %s", sig, exchangetest.MAC256(testSecret, text))
	}
	return nil
}

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(), DetectsSwap: true,
		Routes: routes, ClockCall: "GET " + timePath, Called: called, Verify: verify, Refusals: refusals(), Manage: manage(),
	})
}

// opened opens MEXC on a server.
func opened(t *testing.T, server *exchangetest.Server) *venue {
	t.Helper()
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL}).(*venue)
}

// inspect runs Inspect against answers of account and number.
func inspect(t *testing.T, account, uid exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + accountPath: account.Handler(), "GET " + uidPath: uid.Handler(),
	})
	return opened(t, server).Inspect(t.Context(), testCredential())
}

func TestInspectProvesTheKeyAndKeepsHintsApart(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodAccount), exchangetest.JSON(`{"uid":209302839}`))
	if err != nil {
		t.Fatal(err)
	}
	want := exchanges.KeyInfo{
		KeyID: testKey, Account: "209302839", Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted),
		Notes: []string{noteRights, noteAdmin, "MEXC says of the account, and perhaps not of this key: trading on withdrawals off deposits on."},
		Seen:  got.Seen, Clock: got.Clock,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
}

func TestAccountNumberIsNoConditionOfAGoodKey(t *testing.T) {
	for name, uid := range map[string]exchangetest.Reply{
		"refused":  said(400, 700007, "No permission to access the endpoint"),
		"missing":  exchangetest.JSON(`{}`),
		"no JSON":  exchangetest.JSON(`OK`),
		"not here": exchangetest.Page(404),
	} {
		if got, err := inspect(t, exchangetest.JSON(goodAccount), uid); err != nil || got.Account != "" || !got.Permissions.Has(exchanges.Read) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestHintsAreGivenAsFarAsTold(t *testing.T) {
	for body, notes := range map[string]int{
		`{"accountType":"SPOT"}`:                 2,
		`{"balances":[]}`:                        2,
		`{"canTrade":null,"accountType":"SPOT"}`: 2,
		`{"canWithdraw":"true"}`:                 3,
	} {
		got, err := inspect(t, exchangetest.JSON(body), exchangetest.JSON(`{}`))
		if err != nil || len(got.Notes) != notes || got.Permissions.Get(exchanges.Withdraw) != exchanges.Unknown {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestKeysAndSecretsAreToldApart(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"swapped":       {KeyID: testSecret, Secret: exchanges.NewSecret(testKey)},
		"half a key":    {KeyID: testKey[:8], Secret: exchanges.NewSecret(testSecret)},
		"half a secret": {KeyID: testKey, Secret: exchanges.NewSecret(testSecret[:16])},
		"two keys":      {KeyID: strings.Repeat(testKey, 4), Secret: exchanges.NewSecret(testSecret)},
		"a passphrase":  {KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret("pass")},
	} {
		if _, err := check(c); !errors.Is(err, exchanges.Invalid) || exchanges.AsError(err).Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The start of a key is known from examples only.
	if _, err := check(exchanges.Credential{KeyID: "arg13sdfgs", Secret: exchanges.NewSecret(testSecret)}); err != nil {
		t.Error(err)
	}
}

func TestGuideAsksForNoMoreThanIsWanted(t *testing.T) {
	on, off, will, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Futures})
	if len(on) != 5 || len(off) != 3 || len(missing) != 0 || will != exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures) {
		t.Errorf("on %v, off %v, missing %v", on, off, missing)
	}
	rule := guide().Lifetimes[0]
	made := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at, ok := rule.End(exchanges.At(made), exchanges.Moment{})
	if !ok || !at.Equal(made.AddDate(0, 0, 90)) || rule.Source == "" || rule.AsOf == "" {
		t.Errorf("%s, %+v", at, rule)
	}
	for state, covered := range map[exchanges.IPState]bool{exchanges.IPAny: true, exchanges.IPUnknown: false, exchanges.IPList: false} {
		if rule.Covers(exchanges.Live, will, exchanges.IPWhitelist{State: state}) != covered {
			t.Errorf("a key with the whitelist %q: covered %t", state, !covered)
		}
	}
}

// TestLive holds the adapter against the exchange itself: see exchangetest.Live.
func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.AskedBefore(r, "timestamp", "recvWindow", "signature"), true
}
