package deribit

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// rig is Deribit opened, in a hurry, on a fake with an account.
type rig struct {
	*venue
	*fake
	server *exchangetest.Server
	boss   exchanges.Manager
	pass   func(time.Duration) // lets time pass
}

func newRig(t *testing.T, codes ...string) *rig {
	t.Helper()
	f := &fake{site: site(exchanges.Live), account: exchangetest.NewAccount(testKey), codes: codes, used: map[string]bool{}}
	if len(codes) > 0 {
		f.account.Code = codes[0]
	}
	server := exchangetest.NewServer(t, f.routes())
	c := exchangetest.Hurried(exchanges.Connection{Site: f.site, Origin: server.URL})
	f.now = c.Now
	x, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{
		venue: x.(*venue), fake: f, server: server, boss: exchanges.Manager{Credential: testCredential()},
		pass: func(d time.Duration) { _ = c.Sleep(t.Context(), d) },
	}
}

// sent returns the parameters of the calls of one kind.
func (r *rig) sent(t *testing.T, calls ...string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, req := range r.server.Requests(calls...) {
		var in struct{ Params map[string]any }
		if err := json.Unmarshal([]byte(req.Body), &in); err != nil {
			t.Fatal(err)
		}
		out = append(out, in.Params)
	}
	return out
}

func (r *rig) add(k exchangetest.Key) string { return r.account.Make(k).KeyID }

var botKey = exchanges.KeyRequest{Label: "keyrota_bot_a1b2", Permissions: trading, IPs: office}

// TestARotationIsCheap counts the round trips of a rotation without a second
// factor: the old key makes the new one, which then removes the old one.
func TestARotationIsCheap(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	ask := exchanges.KeyRequest{Label: "keyrota_a1b2c3", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin), IPs: office}
	old := exchanges.Manager{Credential: r.account.Make(exchangetest.Key{Permissions: ask.Permissions, IPs: office})}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Inspect(ctx, old.Credential)
	must(err)
	made, err := r.CreateKey(ctx, old, ask)
	must(err)
	must(r.EditKey(ctx, old, made.KeyID, exchanges.KeyRequest{IPs: office}))
	got, err := r.Inspect(ctx, made)
	must(err)
	must(r.RevokeKey(ctx, exchanges.Manager{Credential: made}, old.Credential.KeyID))
	_, err = r.Inspect(ctx, old.Credential)
	if !errors.Is(err, exchanges.Auth) || got.Label != ask.Label || !slices.Equal(got.IPs.Entries, office.Entries) {
		t.Errorf("the new key is %+v, the old one gets: %v", got, err)
	}
	var calls []string
	for _, req := range r.server.Requests() {
		calls = append(calls, req.Call())
	}
	want := []string{
		timeCall, authCall, listCall, // inspect the old one
		createCall, editCall,
		authCall, listCall, // inspect the new one
		listCall, removeCall,
		authCall, // prove the old one dead
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("%d round trips (-want +got):\n%s", len(calls), diff)
	}
}

func TestWhatANewKeyIsAskedFor(t *testing.T) {
	r := newRig(t)
	_, public, err := exchanges.NewKeyPair(exchanges.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	ask := botKey
	ask.PublicKey = public
	for i, want := range []map[string]any{
		{"name": "keyrota_bot_a1b2", "max_scope": "account:read trade:read_write wallet:read"},
		{"name": "keyrota_bot_a1b2", "max_scope": "account:read trade:read_write wallet:read", "public_key": public},
	} {
		ask.PublicKey, _ = want["public_key"].(string)
		c, err := r.CreateKey(t.Context(), r.boss, ask)
		if err != nil || c.KeyID != testKey(i+1).KeyID || c.Secret.IsZero() != (i == 1) {
			t.Fatalf("%q with a secret of %d: %v", c.KeyID, c.Secret.Len(), err)
		}
		if diff := cmp.Diff(want, r.sent(t, createCall)[i]); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestRequestsThatAreRefusedHere(t *testing.T) {
	sub := exchanges.Manager{Credential: testCredential(), SubAccount: "desk"}
	for name, c := range map[string]struct {
		m    exchanges.Manager
		ask  exchanges.KeyRequest
		kind exchanges.Kind
	}{
		"no label":         {ask: exchanges.KeyRequest{Permissions: reading}, kind: exchanges.Invalid},
		"a long label":     {ask: exchanges.KeyRequest{Label: "seventeen_letters", Permissions: reading}, kind: exchanges.Invalid},
		"a hyphen":         {ask: exchanges.KeyRequest{Label: "grid-bot", Permissions: reading}, kind: exchanges.Invalid},
		"no permission":    {ask: exchanges.KeyRequest{Label: "x", Permissions: exchanges.NewPermissionSet()}, kind: exchanges.Invalid},
		"nothing known":    {ask: exchanges.KeyRequest{Label: "x"}, kind: exchanges.Invalid},
		"margin":           {ask: exchanges.KeyRequest{Label: "x", Permissions: exchanges.NewPermissionSet(exchanges.Margin)}, kind: exchanges.Unsupported},
		"the sub-account":  {m: sub, ask: botKey, kind: exchanges.Unsupported},
		"an empty manager": {m: exchanges.Manager{SubAccount: ""}, ask: botKey, kind: exchanges.Invalid},
	} {
		r := newRig(t)
		if name != "the sub-account" && name != "an empty manager" {
			c.m = r.boss
		}
		_, err := r.CreateKey(t.Context(), c.m, c.ask)
		if e := exchanges.AsError(err); e.Kind != c.kind || e.Outcome != exchanges.NotSent || e.Hint == "" {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
		if n := len(r.server.Requests(createCall, authCall)); n != 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

func TestEditSendsWhatTheKeyHas(t *testing.T) {
	r := newRig(t)
	row := `[{"id":12,"client_id":"` + testKey(1).KeyID + `","client_secret":"` + otherKey + `","name":"bot","enabled":true,
		"max_scope":"account:read block_trade:none custody:read trade:read_write wallet:read",
		"enabled_features":["restricted_block_trades"],"ip_whitelist":["203.0.113.7"]}]`
	r.server.Handle(listCall, rpcReply(r.site, row))
	r.server.Handle(editCall, rpcReply(r.site, "{}"))
	for i, c := range []struct {
		ask   exchanges.KeyRequest
		scope string
		ips   []any
	}{
		{exchanges.KeyRequest{}, "account:read block_trade:none custody:read trade:read_write wallet:read", []any{"203.0.113.7"}},
		{exchanges.KeyRequest{IPs: home, Label: "not for this call"}, "account:read block_trade:none custody:read trade:read_write wallet:read", []any{"192.0.2.44"}},
		{exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, "account:read block_trade:none custody:read trade:read_write wallet:read", []any{}},
		{exchanges.KeyRequest{Permissions: reading}, "account:read trade:read wallet:read block_trade:none", []any{"203.0.113.7"}},
		{
			exchanges.KeyRequest{Permissions: exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.Granted).With(exchanges.Transfer, exchanges.Granted)},
			"account:read trade:read_write wallet:read_write block_trade:none custody:read", []any{"203.0.113.7"},
		},
	} {
		if err := r.EditKey(t.Context(), r.boss, testKey(1).KeyID, c.ask); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"id": 12.0, "max_scope": c.scope, "ip_whitelist": c.ips, "enabled_features": []any{"restricted_block_trades"}}
		if diff := cmp.Diff(want, r.sent(t, editCall)[i]); diff != "" {
			t.Errorf("%d (-want +got):\n%s", i, diff)
		}
	}
}

// TestEditGuessesNothing: what cannot be read cannot be sent back.
func TestEditGuessesNothing(t *testing.T) {
	for name, rest := range map[string]string{
		"no scope":           `"ip_whitelist":[]`,
		"a scope of objects": `"max_scope":[{}],"ip_whitelist":[]`,
		"an odd whitelist":   `"max_scope":"trade:read","ip_whitelist":{"a":1}`,
	} {
		r := newRig(t)
		r.server.Handle(listCall, rpcReply(r.site, `[{"id":12,"client_id":"`+testKey(1).KeyID+`",`+rest+`}]`))
		err := r.EditKey(t.Context(), r.boss, testKey(1).KeyID, exchanges.KeyRequest{Permissions: exchanges.PermissionSet{}.With(exchanges.Spot, exchanges.NotGranted)})
		if e := exchanges.AsError(err); e.Kind != exchanges.Protocol || e.Outcome != exchanges.NotSent || len(r.server.Requests(editCall)) != 0 {
			t.Errorf("%s: %v after %d edits", name, err, len(r.server.Requests(editCall)))
		}
	}
	r := newRig(t)
	r.add(exchangetest.Key{Permissions: trading})
	for _, ips := range []exchanges.IPWhitelist{{State: exchanges.IPRestricted}, {State: exchanges.IPList}} {
		if err := r.EditKey(t.Context(), r.boss, testKey(1).KeyID, exchanges.KeyRequest{IPs: ips}); err == nil || r.account.Changes() != 1 {
			t.Errorf("%v: %v", ips, err)
		}
	}
}

// TestAListThatCannotBeReadIsNoList: a key that is missing from it would pass
// for one that is gone.
func TestAListThatCannotBeReadIsNoList(t *testing.T) {
	for _, list := range []string{`{}`, `"ok"`, `[{"id":1}]`, `[{"client_id":"abcd"}]`, `[{"id":"x","client_id":"abcd"}]`, `[null]`, `[1]`} {
		r := newRig(t)
		r.server.Handle(listCall, rpcReply(r.site, list))
		_, listErr := r.ListKeys(t.Context(), r.boss)
		for name, err := range map[string]error{
			"list": listErr, "revoke": r.RevokeKey(t.Context(), r.boss, "zzzz"), "edit": r.EditKey(t.Context(), r.boss, "zzzz", botKey),
		} {
			if !errors.Is(err, exchanges.Protocol) {
				t.Errorf("%s of %s: %v", name, list, err)
			}
		}
	}
}

func TestAKeyIsFoundByItsWholeID(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.add(exchangetest.Key{Permissions: reading, IPs: home})
	}
	for _, id := range []string{"", "Kk-", "kk-00001", "Kk-0000", "Kk-000011", "1"} {
		if err := r.RevokeKey(t.Context(), r.boss, id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		if err := r.EditKey(t.Context(), r.boss, id, botKey); !errors.Is(err, exchanges.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if n := len(r.server.Requests(removeCall, editCall)); n != 0 || len(r.account.Keys()) != 3 {
		t.Errorf("%d changes were asked for, %d keys are left", n, len(r.account.Keys()))
	}
}

func TestARemovalThatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
		looks int
	}{
		"as an unknown id":  {rpcError(`{"code":-32602,"message":"Invalid params"}`), exchanges.Protocol, 2},
		"without an ok":     {exchangetest.JSON(`{"id":5,"testnet":false,"result":{"id":1}}`), exchanges.Protocol, 2},
		"for lack of scope": {rpcError(`{"code":13021,"message":"forbidden"}`), exchanges.Denied, 1},
		"for the rate":      {rpcError(`{"code":10028,"message":"too_many_requests"}`), exchanges.RateLimited, 1},
	} {
		r := newRig(t)
		id := r.add(exchangetest.Key{Permissions: reading, IPs: home})
		r.server.Handle(removeCall, c.reply.Handler())
		err := r.RevokeKey(t.Context(), r.boss, id)
		if !errors.Is(err, c.kind) || len(r.server.Requests(listCall)) != c.looks || len(r.server.Requests(removeCall)) != 1 {
			t.Errorf("%s: %v after %d looks", name, err, len(r.server.Requests(listCall)))
		}
		if e := exchanges.AsError(err); c.kind == exchanges.Denied && !strings.Contains(e.Hint, "account:read_write") {
			t.Errorf("%s: hint %q", name, e.Hint)
		}
	}
}

func TestListedKeys(t *testing.T) {
	r := newRig(t)
	r.add(exchangetest.Key{Label: "bot", Permissions: trading, IPs: office})
	r.add(exchangetest.Key{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}})
	got, err := r.ListKeys(t.Context(), r.boss)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Seen.IsZero() {
			t.Error("not dated")
		}
		got[i] = facts(got[i])
	}
	created := exchanges.At(time.UnixMilli(1721816749587))
	want := []exchanges.KeyInfo{
		{KeyID: testKey(1).KeyID, Label: "bot", Permissions: trading, ExchangePermissions: []string{"account:read", "trade:read_write", "wallet:read"}, IPs: office, Created: created},
		{
			KeyID: testKey(2).KeyID, Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin), Created: created,
			ExchangePermissions: []string{"account:read_write", "trade:read", "wallet:read"}, IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
		},
	}
	if diff := cmp.Diff(want, got, compareFacts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if text := fmt.Sprintf("%+v %#v", got, got); strings.Contains(text, "canary") || slices.ContainsFunc(got, func(k exchanges.KeyInfo) bool { return k.Account != "" }) {
		t.Error("a secret or an account that nobody told")
	}
}
