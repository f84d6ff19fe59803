package hyperliquid

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func refusals() []exchangetest.Refusal {
	role := func(name, body string, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{Name: name, Reply: exchangetest.JSON(body), Kind: kind, Outcome: exchanges.Refused}
	}
	status := func(status int, body string, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{Name: body, Reply: exchangetest.Status(status, body), Kind: kind, Outcome: exchanges.Refused}
	}
	return []exchangetest.Refusal{
		role("missing", `{"role":"missing"}`, exchanges.NotFound),
		role("a wallet", `{"role":"user"}`, exchanges.Invalid),
		role("a wallet, with data", `{"role":"user","data":"what nobody expects"}`, exchanges.Invalid),
		role("a vault", `{"role":"vault"}`, exchanges.Invalid),
		role("a sub-account", `{"role":"subAccount","data":{"master":"`+testMaster+`"}}`, exchanges.Invalid),
		role("something new", `{"role":"oracle keeper"}`, exchanges.Protocol),
		status(422, `"Failed to deserialize the JSON body"`, exchanges.Protocol),
		status(429, `null`, exchanges.RateLimited),
		status(401, `{"message":"who are you"}`, exchanges.Protocol),
		{Name: "500", Reply: exchangetest.Status(500, `null`), Kind: exchanges.Unavailable},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for body, want := range map[string]struct {
		unknown bool
		words   []string
	}{
		`{"role":"missing"}`: {true, []string{"removed", "took its name", "time is over", "never approved", "other environment", "no funds"}},
		`{"role":"user"}`:    {false, []string{"withdraw everything", "remove it from keyrota at once"}},
		`{"role":"vault"}`:   {false, []string{"Only API wallets"}},
		`{"role":"king"}`:    {false, []string{"does not know this role"}},
	} {
		_, e := parseRole(rest.Response{Status: 200, Body: []byte(body)})
		if e == nil || e.UnknownKey != want.unknown {
			t.Fatalf("%s: %+v", body, e)
		}
		exchangetest.Hints(t, e, want.words...)
	}
}

func TestInspectTellsAllThatIsPublic(t *testing.T) {
	x, server := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(goodAgents))
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil {
		t.Fatal(err)
	}
	want := exchanges.KeyInfo{
		KeyID: testAgent, Label: "bot-a", Account: testMaster, Permissions: rights(), ExchangePermissions: []string{"agent"},
		IPs:     exchanges.IPWhitelist{State: exchanges.IPAny},
		Expires: exchanges.At(time.UnixMilli(1799312120478)),
		Notes:   []string{noteIPs}, Seen: got.Seen,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	var calls []string
	for _, r := range server.Requests() {
		calls = append(calls, r.Call()+" "+questionOf(r).User)
	}
	if want := []string{roleCall + " " + testAgent, agentsCall + " " + testMaster}; !slices.Equal(calls, want) {
		t.Errorf("asked %q", calls)
	}
}

// What is not documented of an agent's rights is neither granted nor denied.
func TestRightsThatNobodyToldAreUnknown(t *testing.T) {
	for _, p := range []exchanges.Permission{exchanges.Transfer, exchanges.Admin, exchanges.Margin, exchanges.Options, exchanges.Earn, exchanges.Other} {
		if got := rights().Get(p); got != exchanges.Unknown {
			t.Errorf("%s is %s", p, got)
		}
	}
}

// The agent without a name lives, and the list does not have it.
func TestTheAgentWithoutNameIsToldLittle(t *testing.T) {
	for _, list := range []string{`[]`, `[{"name":"tax","address":"0x286edfa08c04f6899dab3bfdecf2dd133f9733b9","validUntil":1}]`} {
		x, _ := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(list))
		got, err := x.Inspect(t.Context(), testCredential())
		if err != nil || got.KeyID != testAgent || got.Label != "" || got.Expires.Known() || !slices.Contains(got.Notes, noteUnnamed) {
			t.Errorf("%s: %+v, %v", list, got, err)
		}
	}
}

func TestExpiryThatIsNotAMomentIsUnknown(t *testing.T) {
	for _, until := range []string{`null`, `0`, `-1`, `"soon"`, `99999999999999999`, `{}`} {
		all, e := parseAgents(rest.Response{Status: 200, Body: []byte(`[{"name":"a","address":"` + testAgent + `","validUntil":` + until + `}]`)})
		if e != nil || len(all) != 1 || all[0].ValidUntil.Milliseconds().Known() {
			t.Errorf("%s: %+v, %v", until, all, e)
		}
	}
}

func TestOnlyAListOfAgentsIsOne(t *testing.T) {
	for _, body := range []string{`null`, `{}`, `7`, `[null]`, `[{}]`, `["` + testAgent + `"]`, `[{"name":"a","address":"0x12"}]`, `[{"name":"a","address":null}]`} {
		x, _ := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(body))
		if _, err := x.Inspect(t.Context(), testCredential()); exchanges.AsError(err).Kind != exchanges.Protocol {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAddressesAreComparedInLowerCase(t *testing.T) {
	shout := func(s string) string { return strings.ReplaceAll(s, testAgent, "0x"+strings.ToUpper(testAgent[2:])) }
	x, server := at(t, exchangetest.JSON(strings.ReplaceAll(goodRole, testMaster, "0x"+strings.ToUpper(testMaster[2:]))), exchangetest.JSON(shout(goodAgents)))
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil || got.Label != "bot-a" || got.Account != testMaster {
		t.Errorf("%+v, %v", got, err)
	}
	if asked := questionOf(server.Requests(agentsCall)[0]).User; asked != testMaster {
		t.Errorf("asked about %s", asked)
	}
}
