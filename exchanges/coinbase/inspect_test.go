package coinbase

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// connect opens Coinbase, in a hurry, on a scripted server.
func connect(t *testing.T, routes exchangetest.Routes) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	server := exchangetest.NewServer(t, routes)
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL}), server
}

func parsed(t *testing.T, body string) exchanges.KeyInfo {
	t.Helper()
	k, e := parsePermissions(rest.Response{Status: http.StatusOK, Body: []byte(body)})
	if e != nil {
		t.Fatalf("%s: %v", body, e)
	}
	return k
}

func TestPermissions(t *testing.T) {
	for body, want := range map[string]string{
		`{"can_view":true,"can_trade":false,"can_transfer":false}`:  "+read -spot -margin -futures -options -transfer -withdraw",
		`{"can_view":true,"can_trade":true,"can_transfer":false}`:   "+read +spot +futures -transfer -withdraw",
		`{"can_view":true,"can_trade":false,"can_transfer":true}`:   "+read -spot -margin -futures -options +transfer +withdraw",
		`{"can_view":false,"can_trade":false,"can_transfer":false}`: "-read -spot -margin -futures -options -transfer -withdraw",
		`{"can_view":true}`:                   "+read",
		`{"can_view":true,"can_trade":"odd"}`: "+read",
		`{"can_view":true,"can_stake":true}`:  "+read +other",
		`{"can_view":true,"can_stake":false}`: "+read",
	} {
		if got, _ := parsed(t, body).Permissions.MarshalText(); string(got) != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestInspectTellsThePortfolio(t *testing.T) {
	x, _ := connect(t, exchangetest.Routes{
		clockCall:   tells(time.Now),
		inspectCall: exchangetest.JSON(goodReply).Handler(),
	})
	got, err := x.Inspect(t.Context(), credential(testKey, testSecret()))
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != testKey || got.Account != "3c1b7a52-0000-4000-8000-1234567890ab" {
		t.Errorf("%+v", got)
	}
	if want := []string{"can_trade", "can_view"}; !slices.Equal(got.ExchangePermissions, want) {
		t.Errorf("words %q, want %q", got.ExchangePermissions, want)
	}
	if got.IPs.State != exchanges.IPUnknown || got.Label != "" || got.Created.Known() || got.Expires.Known() || got.LastUsed.Known() {
		t.Errorf("more is told than Coinbase says: %+v", got)
	}
}

func TestNotesOnThePortfolio(t *testing.T) {
	for body, want := range map[string]string{
		`{"can_view":true,"portfolio_type":"CONSUMER"}`:    "The key is bound to one portfolio, of type CONSUMER.",
		`{"can_view":true,"portfolio_type":"DEFAULT"}`:     "The key is bound to one portfolio, of type DEFAULT.",
		`{"can_transfer":true,"portfolio_type":"DEFAULT"}`: "The key is bound to one portfolio, of type DEFAULT. With the right to transfer it reaches the whole primary account.",
		`{"can_transfer":true,"portfolio_type":"INTX"}`:    "The key is bound to one portfolio, of type INTX.",
		`{"can_view":true,"portfolio_type":"UNDEFINED"}`:   "",
		`{"can_view":true,"portfolio_type":["DEFAULT"]}`:   "",
		`{"can_view":true}`: "",
		`{"can_view":true,"portfolio_type":"\u001b[2J\u202eNEW"}`:          "The key is bound to one portfolio, of type [2JNEW.",
		`{"can_view":true,"portfolio_uuid":7,"portfolio_type":"CONSUMER"}`: "The key is bound to one portfolio, of type CONSUMER.",
	} {
		if got := strings.Join(parsed(t, body).Notes, "|"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// An answer without a single right says nothing of a key.
func TestAnAnswerWithoutRightsIsNone(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `[]`, `{"portfolio_uuid":"x"}`, `{"can_view":null}`, `{"accounts":[]}`} {
		_, e := parsePermissions(rest.Response{Status: http.StatusOK, Body: []byte(body)})
		if e == nil || e.Kind != exchanges.Protocol {
			t.Errorf("%s: %v", body, e)
		}
	}
}

func TestTokensFollowTheClockOfCoinbase(t *testing.T) {
	ahead := func() time.Time { return time.Now().Add(time.Hour) }
	x, server := connect(t, exchangetest.Routes{clockCall: tells(ahead), inspectCall: exchangetest.JSON(goodReply).Handler()})
	got, err := x.Inspect(t.Context(), credential(testKey, testSecret()))
	if err != nil || got.Clock.Offset < 59*time.Minute {
		t.Fatalf("%v, %v", got.Clock, err)
	}
	o, err := openToken(server.Requests(inspectCall)[0])
	if err != nil || time.Unix(o.NotBefore, 0).Sub(ahead()).Abs() > 30*time.Second {
		t.Errorf("valid from %d, %v", o.NotBefore, err)
	}
}

func TestALiveKeyDoesNotReachTheSandbox(t *testing.T) {
	r := exchanges.NewRegistry(Adapter())
	for origin, fine := range map[string]bool{
		"https://api.coinbase.com": true, "https://gateway.example.com": true, "https://api-sandbox.coinbase.com": false,
	} {
		_, err := r.Open(ID, exchanges.Connection{Site: info().Sites[0], Origin: origin})
		if (err == nil) != fine {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
