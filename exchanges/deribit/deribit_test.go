package deribit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func site(env exchanges.Environment) exchanges.Site {
	s, _ := info().Site(env, "")
	return s
}

// connect opens Deribit, in a hurry, on a server in good order, which the test
// may then change.
func connect(t *testing.T, env exchanges.Environment) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	server := exchangetest.NewServer(t, goodRoutes(site(env)))
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site(env), Origin: server.URL}), server
}

var goodFacts = exchanges.KeyInfo{
	KeyID:               testID,
	Label:               "grid_bot_a",
	Permissions:         exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Futures, exchanges.Options),
	ExchangePermissions: []string{"account:read", "trade:read_write", "wallet:read"},
	IPs:                 exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}},
	Created:             exchanges.At(time.UnixMilli(1721816749587)),
	Notes:               []string{"Enabled features: restricted_block_trades."},
}

// facts removes what differs from call to call.
func facts(k exchanges.KeyInfo) exchanges.KeyInfo {
	k.Seen, k.Clock = time.Time{}, exchanges.Clock{}
	return k
}

func TestInspect(t *testing.T) {
	for _, env := range info().Environments() {
		x, server := connect(t, env)
		got, err := x.Inspect(t.Context(), testCredential())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(goodFacts, facts(got), compareFacts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", env, diff)
		}
		var calls []string
		for _, r := range server.Requests() {
			calls = append(calls, r.Call())
		}
		if want := []string{timeCall, authCall, listCall}; !cmp.Equal(calls, want) {
			t.Errorf("%s: calls %q, want %q", env, calls, want)
		}
	}
}

func TestInspectWithAKeyPair(t *testing.T) {
	x, server := connect(t, exchanges.Live)
	c := exchanges.Credential{KeyID: testID, PrivateKey: pemKey(edKey)}
	if _, err := x.Inspect(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var in struct{ Params authParams }
	if err := json.Unmarshal([]byte(server.Requests(authCall)[0].Body), &in); err != nil {
		t.Fatal(err)
	}
	want, err := sign(nil, c, stamp{time.UnixMilli(in.Params.Timestamp), in.Params.Nonce}.text(""))
	if err != nil || in.Params.Signature != want {
		t.Errorf("signature %q, want %q, %v", in.Params.Signature, want, err)
	}
}

// TestListRefused is about the most common key: it may trade and may not see
// the account's keys. It was accepted, so that this is no error.
func TestListRefused(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Handler
		note  string
	}{
		"no account:read":      {rpcError(`{"code":13021,"message":"forbidden"}`).Handler(), "13021 forbidden); that takes the scope account:read"},
		"permission denied":    {rpcError(`{"code":11042,"message":"permission_denied"}`).Handler(), "account:read"},
		"token not taken":      {exchangetest.Status(401, rpcBody(`{"code":13009,"message":"unauthorized"}`)).Handler(), "13009"},
		"method gone":          {rpcError(`{"code":-32601,"message":"Method not found"}`).Handler(), "-32601"},
		"second factor":        {rpcReply(site(exchanges.Live), `{"security_key_authorization_required":true,"challenge":"x","rp_id":"y"}`), "two-factor"},
		"second factor failed": {rpcError(`{"code":13668,"message":"security_key_authorization_error","data":{"reason":"tfa_code_is_required"}}`).Handler(), "13668"},
		"set up required":      {rpcError(`{"code":13904,"message":"security_key_setup_required"}`).Handler(), "13904"},
		"another form":         {rpcReply(site(exchanges.Live), `{"keys":[]}`), "documented form"},
		"not in the list":      {rpcReply(site(exchanges.Live), `[{"client_id":"another","name":"x","ip_whitelist":[]}]`), "does not have this key"},
		"an empty list":        {rpcReply(site(exchanges.Live), `[]`), "does not have this key"},
	} {
		t.Run(name, func(t *testing.T) {
			x, server := connect(t, exchanges.Live)
			server.Handle(listCall, c.reply)
			got, err := x.Inspect(t.Context(), testCredential())
			if err != nil {
				t.Fatal(err)
			}
			want := exchanges.KeyInfo{KeyID: testID, Permissions: goodFacts.Permissions, ExchangePermissions: goodFacts.ExchangePermissions, Notes: got.Notes}
			if diff := cmp.Diff(want, facts(got), compareFacts); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], c.note) || !strings.Contains(got.Notes[0], "unknown") {
				t.Errorf("notes %q, want one with %q", got.Notes, c.note)
			}
			if n := len(server.Requests(listCall)); n != 1 {
				t.Errorf("the list was asked for %d times", n)
			}
		})
	}
}

// TestListFailed: what fails on the way must not turn known facts into unknown
// ones.
func TestListFailed(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
	}{
		"dropped":        {exchangetest.Drop(), exchanges.Network},
		"down":           {exchangetest.Status(503, ""), exchanges.Unavailable},
		"maintenance":    {rpcError(`{"code":11051,"message":"system_maintenance"}`), exchanges.Unavailable},
		"slow down":      {rpcError(`{"code":10028,"message":"too_many_requests"}`), exchanges.RateLimited},
		"a page":         {exchangetest.Page(200), exchanges.Protocol},
		"redirected":     {exchangetest.Redirect("https://other.example/"), exchanges.Protocol},
		"the other site": {exchangetest.Status(400, `{"id":2,"testnet":true,"error":{"code":13021,"message":"forbidden"}}`), exchanges.Protocol},
	} {
		t.Run(name, func(t *testing.T) {
			x, server := connect(t, exchanges.Live)
			server.Handle(listCall, c.reply.Handler())
			got, err := x.Inspect(t.Context(), testCredential())
			if e := exchanges.AsError(err); err == nil || e.Kind != c.kind || e.Op != listCall {
				t.Errorf("%v, want %s", err, c.kind)
			}
			if diff := cmp.Diff(exchanges.KeyInfo{}, got, compareFacts); diff != "" {
				t.Errorf("facts beside an error:\n%s", diff)
			}
		})
	}
}

func TestAcceptedOnlyWithAToken(t *testing.T) {
	for _, result := range []string{
		`{}`, `{"scope":"trade:read"}`, `{"access_token":"","scope":"trade:read"}`, `{"access_token":null}`,
		`{"access_token":"a b"}`, `{"access_token":7}`, `{"security_key_authorization_required":true}`,
	} {
		x, server := connect(t, exchanges.Live)
		server.Handle(authCall, rpcReply(site(exchanges.Live), result))
		_, err := x.Inspect(t.Context(), testCredential())
		if e := exchanges.AsError(err); err == nil || e.Kind != exchanges.Protocol || e.Op != authCall || e.Exchange != ID || e.Hint == "" {
			t.Errorf("%s: %#v", result, e)
		}
		if n := len(server.Requests(listCall)); n != 0 {
			t.Errorf("%s: the list was asked for", result)
		}
	}
}

func TestAScopeThatIsNotToldIsUnknown(t *testing.T) {
	x, server := connect(t, exchanges.Live)
	server.Handle(authCall, rpcReply(site(exchanges.Live), `{"access_token":"`+testToken+`"}`))
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil || got.Permissions.Known() || got.ExchangePermissions != nil {
		t.Errorf("%v, %q, %v", got.Permissions, got.ExchangePermissions, err)
	}
}

func TestTheWrongSiteGetsNoSignature(t *testing.T) {
	for _, env := range info().Environments() {
		other := exchanges.Live
		if env == exchanges.Live {
			other = exchanges.Testnet
		}
		server := exchangetest.NewServer(t, goodRoutes(site(other)))
		x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site(env), Origin: server.URL})
		_, err := x.Inspect(t.Context(), testCredential())
		e := exchanges.AsError(err)
		if e.Kind != exchanges.Protocol || e.Outcome != exchanges.NotSent || !strings.Contains(e.Hint, "base_url for deribit") {
			t.Errorf("%s key, %s site: %v; hint %q", env, other, err, e.Hint)
		}
		if n := len(server.Requests(authCall)); n != 0 {
			t.Errorf("%d signatures reached the wrong site", n)
		}
	}
}

func TestARepeatedCallHasAStampOfItsOwn(t *testing.T) {
	x, server := connect(t, exchanges.Live)
	server.Handle(authCall, exchangetest.Sequence(exchangetest.Status(http.StatusServiceUnavailable, ""), exchangetest.Drop(), exchangetest.Status(http.StatusBadGateway, "")))
	_, err := x.Inspect(t.Context(), testCredential())
	if e := exchanges.AsError(err); e.Kind != exchanges.Unavailable {
		t.Fatalf("%v", err)
	}
	seen := map[string]bool{}
	for _, r := range server.Requests(authCall) {
		if err := verify(r); err != nil {
			t.Error(err)
		}
		var in struct{ Params authParams }
		if err := json.Unmarshal([]byte(r.Body), &in); err != nil {
			t.Fatal(err)
		}
		seen[in.Params.Nonce] = true
	}
	if len(seen) != len(server.Requests(authCall)) || len(seen) < 2 {
		t.Errorf("%d requests with %d nonces", len(server.Requests(authCall)), len(seen))
	}
}

func TestTokenStaysOutOfEverythingShown(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"refused":  rpcError(`{"code":13021,"message":"no scope in ` + testToken + `"}`),
		"too fast": rpcError(`{"code":10028,"message":"slow down ` + testToken + `"}`),
	} {
		x, server := connect(t, exchanges.Live)
		server.Handle(listCall, reply.Handler())
		got, err := x.Inspect(t.Context(), testCredential())
		text := fmt.Sprintf("%+v %#v", got, got)
		if err != nil {
			e := exchanges.AsError(err)
			text += e.Error() + e.Hint + e.Code
		}
		if strings.Contains(text, testToken) {
			t.Errorf("%s: shows the token: %s", name, text)
		}
	}
}

func TestClock(t *testing.T) {
	v := &venue{env: exchanges.Live}
	at, err := v.readTime(rest.Response{Body: []byte(`{"jsonrpc":"2.0","result":1764000000000,"testnet":false}`)})
	if err != nil || !at.Equal(time.UnixMilli(1764000000000)) {
		t.Errorf("%s, %v", at, err)
	}
	for _, body := range []string{``, `{}`, `[]`, `{"result":null}`, `{"result":"soon"}`, `{"result":[1]}`, `{"result":1e400}`, `{"result":-1764000000000}`} {
		if at, err := v.readTime(rest.Response{Body: []byte(body)}); err == nil {
			t.Errorf("%s is read as %s", body, at)
		}
	}
}

func FuzzReplies(f *testing.F) {
	envelope := `{"jsonrpc":"2.0","id":1,"testnet":false,"result":%s}`
	f.Add(fmt.Appendf(nil, envelope, goodGrant))
	f.Add(fmt.Appendf(nil, envelope, goodList))
	f.Add([]byte(rpcBody(`{"code":13004,"message":"m","data":{"reason":"ip","wait":"1e400"}}`)))
	f.Add(fmt.Appendf(nil, envelope, `{"security_key_authorization_required":true}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := rest.Response{Status: http.StatusOK, Body: body}
		var auth reply[grant]
		if rest.Decode(r, &auth) == nil {
			fuzzJudge(t, auth.check(r, exchanges.Live, call{id: 1}))
			if auth.Result != nil {
				set, words := permissions(auth.Result.Scope)
				fuzzTexts(t, words)
				if len(words) > 0 && !set.Known() {
					t.Fatal("rights are shown and not known")
				}
			}
		}
		var list reply[answer[keyList]]
		if rest.Decode(r, &list) != nil {
			return
		}
		fuzzJudge(t, list.check(r, exchanges.Testnet, call{id: 1}))
		if list.Result == nil {
			return
		}
		for _, row := range list.Result.result.rows {
			var got exchanges.KeyInfo
			row.describe(&got)
			fuzzTexts(t, append(append([]string{got.Label}, got.Notes...), got.IPs.Entries...))
			if (got.IPs.State == exchanges.IPList) != (len(got.IPs.Entries) > 0) {
				t.Fatalf("%+v", got.IPs)
			}
		}
	})
}

func fuzzJudge(t *testing.T, e *exchanges.Error) {
	if e != nil && (e.Kind == "" || e.Hint == "" || e.RetryAfter < 0 || e.Code != exchanges.Clean(e.Code)) {
		t.Fatalf("%#v", e)
	}
}

func fuzzTexts(t *testing.T, texts []string) {
	for _, text := range texts {
		for _, r := range text {
			if c := exchanges.Clean(string(r)); c != string(r) {
				t.Fatalf("%q is not clean", text)
			}
		}
	}
}
