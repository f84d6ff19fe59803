package binance

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func spotKey(label string) exchanges.KeyRequest {
	return exchanges.KeyRequest{Label: label, Permissions: subSet(exchanges.Spot), IPs: exchangetest.IPs("203.0.113.7")}
}

// calls are the signed calls that a server has seen, in order.
func calls(s *exchangetest.Server) []string {
	var out []string
	for _, r := range s.Requests() {
		if r.Path != timePath {
			out = append(out, r.Call())
		}
	}
	return out
}

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	d := newBench(t)
	_, public, err := exchanges.NewKeyPair(exchanges.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	r := spotKey("gridbot")
	r.PublicKey = public
	if _, err := d.CreateKey(t.Context(), testManager(), r); err != nil {
		t.Fatal(err)
	}
	sent := d.server.Requests("POST " + createPath)[0]
	for name, want := range map[string]string{
		"email": testEmail, "apiName": "gridbot", "status": "2", "ipAddress": "203.0.113.7", "canTrade": "true",
		"canMarginLoanRepay": "false", "canFuturesTrade": "false", "canUniversalTransfer": "false", "canVanillaOptions": "false",
		"publicKey": strings.TrimSpace(public), "canFixApiTrading": "",
	} {
		if got := sent.Params().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if sent.Query != "" || strings.Contains(sent.Body, "+") || !strings.HasPrefix(sent.Body, "email=bot%2B01%40example.com&") {
		t.Errorf("query %q, body %q", sent.Query, sent.Body)
	}
}

func TestCreateOfAnOpenKeySaysSo(t *testing.T) {
	d := newBench(t)
	r := spotKey("gridbot")
	r.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
	if _, err := d.CreateKey(t.Context(), testManager(), r); err != nil {
		t.Fatal(err)
	}
	if v := d.server.Requests("POST " + createPath)[0].Params(); v.Get("status") != "1" || v.Has("ipAddress") {
		t.Errorf("%v", v)
	}
}

func TestListReadsTheSwitches(t *testing.T) {
	d := newBench(t)
	d.server.Handle("GET "+keysPath, exchangetest.JSON(`{"total":2,"list":[
		{"email":"bot+01@example.com","apiName":"grid bot","apikey":"k1","canTrade":true,"canMarginLoanRepay":false,"canNewThing":true,"canFixApiTrading":true,"timestamp":1700000000000},
		{"apiName":"other","apiKey":"k2","canFuturesTrade":"odd"}]}`).Handler())
	got, err := d.ListKeys(t.Context(), testManager())
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Seen.IsZero() {
			t.Errorf("%s was never seen", got[i].KeyID)
		}
		got[i].Seen, got[i].Clock = time.Time{}, exchanges.Clock{}
	}
	read := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	want := []exchanges.KeyInfo{
		{
			KeyID: "k1", Label: "grid bot", Account: testEmail, ExchangePermissions: []string{"canFixApiTrading", "canNewThing", "canTrade"},
			Permissions: read.With(exchanges.Spot, exchanges.Granted).With(exchanges.Margin, exchanges.NotGranted).With(exchanges.Other, exchanges.Granted),
		},
		{KeyID: "k2", Label: "other", Permissions: read},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant, and no more facts than these:\n%+v", got, want)
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	for name, pages := range map[string][]string{
		"no total":      {`{"list":[]}`},
		"fewer":         {`{"total":2,"list":[{"apikey":"k1"}]}`, `{"total":2,"list":[]}`},
		"more":          {`{"total":0,"list":[{"apikey":"k1"}]}`},
		"one twice":     {`{"total":2,"list":[{"apikey":"k1"},{"apikey":"k1"}]}`},
		"a page twice":  {`{"total":2,"list":[{"apikey":"k1"}]}`},
		"no name":       {`{"total":1,"list":[{"apiName":"x"}]}`},
		"total changes": {`{"total":3,"list":[{"apikey":"k1"}]}`, `{"total":2,"list":[{"apikey":"k2"}]}`},
	} {
		d := newBench(t)
		var replies []exchangetest.Reply
		for _, p := range pages {
			replies = append(replies, exchangetest.JSON(p))
		}
		d.server.Handle("GET "+keysPath, exchangetest.Sequence(replies...))
		if _, err := d.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
		id := d.key()
		d.server.Handle("DELETE "+keysPath, noSuchKey().Handler())
		if err := d.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

func TestEditKeepsWhatIsUnknown(t *testing.T) {
	d := newBench(t)
	id := d.key()
	only := exchanges.PermissionSet{}.With(exchanges.Futures, exchanges.Granted)
	if err := d.EditKey(t.Context(), testManager(), id, exchanges.KeyRequest{Permissions: only}); err != nil {
		t.Fatal(err)
	}
	k, _ := d.account.Key(id)
	if got := exchangetest.Grants(k.Permissions); got != "+read +spot -margin +futures -options -transfer" || !slices.Equal(k.IPs.Entries, []string{"203.0.113.7"}) {
		t.Errorf("%s, %+v", got, k.IPs)
	}
	if got := calls(d.server); !slices.Equal(got, []string{"GET " + keysPath, "POST " + permitPath}) {
		t.Errorf("calls %v", got)
	}
	d.server.Handle("GET "+keysPath, exchangetest.JSON(`{"total":1,"list":[{"apikey":"`+id+`","canTrade":true}]}`).Handler())
	err := d.EditKey(t.Context(), testManager(), id, exchanges.KeyRequest{Permissions: only})
	if !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Outcome != exchanges.NotSent {
		t.Errorf("a switch that is not told: %v", err)
	}
}

func TestEditOfNothingSendsNothing(t *testing.T) {
	d := newBench(t)
	if err := d.EditKey(t.Context(), testManager(), d.key(), exchanges.KeyRequest{}); err != nil || len(d.server.Requests()) != 0 {
		t.Errorf("%v, %d requests", err, len(d.server.Requests()))
	}
}

// Whatever Binance makes of a list that is set over another one, the old
// addresses must not stay.
func TestEditTakesOldAddressesAway(t *testing.T) {
	d := newBench(t)
	id := d.key()
	if err := d.EditKey(t.Context(), testManager(), id, exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}); err != nil {
		t.Fatal(err)
	}
	if k, _ := d.account.Key(id); !slices.Equal(k.IPs.Entries, []string{"198.51.100.1"}) {
		t.Errorf("%+v", k.IPs)
	}
	if got := calls(d.server); !slices.Equal(got, []string{"POST " + setIPsPath, "GET " + readIPsPath, "DELETE " + dropIPsPath}) {
		t.Errorf("calls %v", got)
	}
}

func TestEditDoesNotTrustAnIPListThatIsNotThere(t *testing.T) {
	for name, body := range map[string]string{
		"open":       `{"ipRestrict":"false","ipList":["198.51.100.1"]}`,
		"missing":    `{"ipRestrict":"true","ipList":["203.0.113.7"]}`,
		"no list":    `{"ipRestrict":"true"}`,
		"says less":  `{"ipList":["198.51.100.1"]}`,
		"no sign up": `{}`,
	} {
		d := newBench(t)
		d.server.Handle("GET "+readIPsPath, exchangetest.JSON(body).Handler())
		err := d.EditKey(t.Context(), testManager(), d.key(), exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")})
		if !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := newBench(t)
	d.server.Handle("GET "+readIPsPath, exchangetest.JSON(`{"ipRestrict":"true","ipList":[]}`).Handler())
	open := exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}
	if err := d.EditKey(t.Context(), testManager(), d.key(), open); !errors.Is(err, exchanges.Protocol) {
		t.Errorf("a list that stayed: %v", err)
	}
}

// A login page answers 200 to anything.
func TestAPageIsNoAcknowledgement(t *testing.T) {
	d := newBench(t)
	id := d.key()
	d.server.Handle("DELETE "+keysPath, exchangetest.Page(200).Handler())
	if err := d.RevokeKey(t.Context(), testManager(), id); !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown {
		t.Errorf("%v", err)
	}
}

func TestRefusedManagerIsNotTheKey(t *testing.T) {
	d := newBench(t)
	d.server.Handle("GET "+keysPath, said(401, -2015, "Invalid API-key, IP, or permissions for action.").Handler())
	_, err := d.ListKeys(t.Context(), testManager())
	if e := exchanges.AsError(err); e.Kind != exchanges.Auth || !strings.Contains(e.Hint, "managing key") || e.UnknownKey {
		t.Errorf("%v: %s", err, e.Hint)
	}
}

// Sixty a minute is what an account has, for all its programs.
func TestManagingStaysBelowTheLimit(t *testing.T) {
	d := newBench(t)
	exchangetest.Paced(t, d.Now, 61, time.Minute, func() error {
		_, err := d.ListKeys(t.Context(), testManager())
		return err
	})
}

func TestOnlyTheLiveSiteManages(t *testing.T) {
	for _, site := range info().Sites {
		x, err := open(exchanges.Connection{Site: site, Origin: site.Origin})
		if err != nil {
			t.Fatal(err)
		}
		if _, manages := x.(exchanges.Revoker); manages != (site.Environment == exchanges.Live) {
			t.Errorf("%s: revokes %t", site.Name, manages)
		}
	}
}

func TestEditAfterCancelLooksNowhere(t *testing.T) {
	d := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := d.EditKey(ctx, testManager(), d.key(), exchanges.KeyRequest{Permissions: subSet(exchanges.Spot)})
	if !errors.Is(err, exchanges.Canceled) || len(d.server.Requests()) != 0 {
		t.Errorf("%v, %d requests", err, len(d.server.Requests()))
	}
}

func FuzzSubKeys(f *testing.F) {
	f.Add([]byte(`{"apiKey":"` + testKey + `","secretKey":"s","canTrade":true}`))
	f.Add([]byte(`{"apikey":"k1","apiName":"\u001b[2J","email":"a@b","canTrade":"true","canX":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var k subKey
		if k.UnmarshalJSON(body) != nil {
			return
		}
		info := k.info()
		for _, text := range append(info.ExchangePermissions, info.KeyID, info.Label, info.Account) {
			if exchanges.Clean(text) != text {
				t.Errorf("%q is not clean", text)
			}
		}
		if info.Permissions.Has(exchanges.Withdraw) || info.Permissions.Has(exchanges.Admin) {
			t.Errorf("%+v", info)
		}
	})
}
