package gemini

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// connect opens Gemini, in a hurry, on a scripted server. now is this machine's
// clock; nil means the true time.
func connect(t *testing.T, now func() time.Time, roles, account exchangetest.Handler) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{rolesCall: roles, accountCall: account})
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL, Now: now}), server
}

func parsed(t *testing.T, key, body string) exchanges.KeyInfo {
	t.Helper()
	k, e := parseRoles(rest.Response{Status: http.StatusOK, Body: []byte(body)}, key)
	if e != nil {
		t.Fatalf("%s: %v", body, e)
	}
	return k
}

func TestRoles(t *testing.T) {
	for body, want := range map[string]string{
		`{"isAuditor":true,"isFundManager":false,"isTrader":false}`:  "+read -spot -margin -futures -options -transfer -withdraw -admin",
		`{"isAuditor":false,"isFundManager":false,"isTrader":true}`:  "+read +spot +futures -transfer -withdraw -admin",
		`{"isAuditor":false,"isFundManager":true,"isTrader":true}`:   "+read +spot +futures +transfer +withdraw -admin",
		`{"isAuditor":false,"isFundManager":true,"isTrader":false}`:  "-spot -margin -futures -options +transfer +withdraw -admin",
		`{"isAuditor":false,"isFundManager":false,"isTrader":false}`: "-read -spot -margin -futures -options -transfer -withdraw -admin",
		`{"isTrader":true,"isStaker":true}`:                          "+read +spot +futures -admin +other",
		`{"isTrader":true,"isAccountAdmin":true}`:                    "+read +spot +futures +admin",
	} {
		if got, _ := parsed(t, testKey, body).Permissions.MarshalText(); string(got) != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestAMasterKey(t *testing.T) {
	for body, want := range map[string]exchanges.Grant{
		`{"counterparty_id":"EMONNYXJ","isAuditor":false,"isFundManager":true,"isTrader":true,"isAccountAdmin":true}`: exchanges.Granted,
		`{"counterparty_id":"EMONNYXJ","isTrader":true,"isAccountAdmin":false}`:                                       exchanges.NotGranted,
		`{"counterparty_id":"EMONNYXJ","isTrader":true}`:                                                              exchanges.Unknown,
	} {
		got := parsed(t, testMaster, body)
		if got.Permissions.Get(exchanges.Admin) != want || got.Account != "EMONNYXJ" || !strings.Contains(strings.Join(got.Notes, " "), "master key") {
			t.Errorf("%s: %+v", body, got)
		}
	}
	x, server := connect(t, nil, exchangetest.JSON(`{"isTrader":true,"isAccountAdmin":false}`).Handler(), nil)
	if _, err := x.Inspect(t.Context(), credential(testMaster, testSecret)); err != nil || len(server.Requests(accountCall)) != 0 {
		t.Errorf("%d questions about an account that the key does not have, %v", len(server.Requests(accountCall)), err)
	}
}

func TestInspectNamesTheAccountAndNobodyElse(t *testing.T) {
	x, _ := connect(t, nil, exchangetest.JSON(goodRoles).Handler(), exchangetest.JSON(goodAccount).Handler())
	got, err := x.Inspect(t.Context(), credential(testKey, testSecret))
	if err != nil {
		t.Fatal(err)
	}
	want := exchanges.KeyInfo{
		KeyID: testKey, Account: "primary", Permissions: got.Permissions, ExchangePermissions: []string{"isTrader"},
		Seen: got.Seen, Clock: got.Clock,
	}
	if !reflect.DeepEqual(got, want) || !got.Clock.Known {
		t.Errorf("%+v, want no more than %+v", got, want)
	}
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "Satoshi") || strings.Contains(text, "GEMPJBRDZ") {
		t.Errorf("the person is in it: %s", text)
	}
}

func TestACustodyAccountIsNoted(t *testing.T) {
	x, _ := connect(t, nil, exchangetest.JSON(goodRoles).Handler(), exchangetest.JSON(`{"account":{"shortName":"vault","type":"custody"}}`).Handler())
	got, err := x.Inspect(t.Context(), credential(testKey, testSecret))
	if err != nil || got.Account != "vault" || !strings.Contains(strings.Join(got.Notes, ""), "Custody") {
		t.Errorf("%+v, %v", got, err)
	}
}

// The roles are the verdict on a key; that its account is not named spoils none
// of it.
func TestAnAccountThatIsNotNamedIsUnknown(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"no role":    exchangetest.Status(403, `{"result":"error","reason":"MissingRole","message":"no"}`),
		"down":       exchangetest.Page(502),
		"no name":    exchangetest.JSON(`{"account":{"type":"exchange"}}`),
		"no account": exchangetest.JSON(`{"account":null}`),
		"a page":     exchangetest.Page(200),
	} {
		x, _ := connect(t, nil, exchangetest.JSON(goodRoles).Handler(), reply.Handler())
		got, err := x.Inspect(t.Context(), credential(testKey, testSecret))
		if err != nil || got.Account != "" || len(got.Notes) != 1 || !got.Permissions.Has(exchanges.Spot) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestGivingUpDuringTheSecondQuestionIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := exchangetest.Hang()
	x, _ := connect(t, nil, exchangetest.JSON(goodRoles).Handler(), func(exchangetest.Request) exchangetest.Reply {
		cancel()
		return hang
	})
	if _, err := x.Inspect(ctx, credential(testKey, testSecret)); err == nil || exchanges.AsError(err).Kind != exchanges.Canceled {
		t.Errorf("%v", err)
	}
}

// strict answers as Gemini does to a key with a time-based nonce.
func strict(good string) exchangetest.Handler {
	return func(r exchangetest.Request) exchangetest.Reply {
		if verify(r) != nil {
			return exchangetest.Status(400, `{"result":"error","reason":"InvalidNonce","message":"not within 30 seconds"}`)
		}
		return exchangetest.JSON(good)
	}
}

func TestAWrongClockIsMadeUpFor(t *testing.T) {
	for _, off := range []time.Duration{-2 * time.Hour, 45 * time.Second} {
		x, server := connect(t, func() time.Time { return time.Now().Add(off) }, strict(goodRoles), strict(goodAccount))
		got, err := x.Inspect(t.Context(), credential(testKey, testSecret))
		if err != nil || got.Account != "primary" || (got.Clock.Offset+off).Abs() > 3*time.Second {
			t.Errorf("%s off: %+v, %v", off, got, err)
		}
		if n := len(server.Requests(rolesCall)); n != 2 {
			t.Errorf("%s off: %d questions for the roles, want 2", off, n)
		}
	}
}

func TestTheScaleOfNoncesIsThePersons(t *testing.T) {
	x, server := connect(t, nil, denied(400, "InvalidNonce", exchanges.Nonce).Reply.Handler(), nil)
	digits := map[exchanges.NonceUnit]int{"": 10, exchanges.NonceMilliseconds: 13, exchanges.NonceMicroseconds: 16, exchanges.NonceNanoseconds: 19}
	for u, want := range digits {
		before := len(server.Requests(rolesCall))
		c := credential(testKey, testSecret)
		c.Nonce = u
		_, err := x.Inspect(t.Context(), c)
		if e := exchanges.AsError(err); e.Kind != exchanges.Nonce || e.Outcome != exchanges.Refused || !strings.Contains(e.Hint, `[key."NAME"]`) {
			t.Errorf("%q: %+v", u, e)
		}
		sent := server.Requests(rolesCall)[before:]
		if len(sent) != 1 {
			t.Fatalf("%q: %d requests", u, len(sent))
		}
		if n, err := nonceIn(sent[0]); err != nil || len(fmt.Sprint(n)) != want {
			t.Errorf("%q: nonce %d, %v", u, n, err)
		}
	}
}

func TestAnAnswerWithoutRolesIsNone(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `[]`, `{"counterparty_id":"x"}`, `{"isTrader":null}`} {
		if _, e := parseRoles(rest.Response{Status: http.StatusOK, Body: []byte(body)}, testKey); e == nil || e.Kind != exchanges.Protocol {
			t.Errorf("%s: %v", body, e)
		}
	}
}
