package sim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// signedGet calls a method as ccxt does: every call is a GET, signed in its
// header, with the parameters in the query.
func (d *deribitRig) signedGet(key Key, nonce, method string, params url.Values) reply {
	d.t.Helper()
	uri := "/api/v2/private/" + method
	if len(params) > 0 {
		uri += "?" + params.Encode()
	}
	now := time.UnixMilli(d.clock.Load())
	return d.do(http.MethodGet, uri, "", d.header(key, "GET", uri, "", nonce, now))
}

// A rotation without tokens: create, lock to an address, prove, switch the
// old key off, remove it, prove that it is dead.
func TestDeribitRotationBySignedRequests(t *testing.T) {
	rig := newKeyRig(t)
	admin, old := rig.key("admin"), rig.key("bot")
	nonce := 0
	call := func(key Key, method string, params ...string) reply {
		t.Helper()
		values := url.Values{}
		for i := 0; i < len(params); i += 2 {
			values.Set(params[i], params[i+1])
		}
		nonce++
		return rig.signedGet(key, strconv.Itoa(nonce), method, values)
	}
	const scope = "account:read trade:read_write"
	created := rig.row(call(admin, "create_api_key", "name", "bot_2", "max_scope", scope))
	locked := rig.row(call(admin, "edit_api_key", "id", strconv.Itoa(created.ID), "max_scope", scope, "ip_whitelist", `["203.0.113.7"]`))
	if len(locked.IPs) != 1 || locked.Name != "bot_2" || locked.Secret != "" {
		t.Errorf("%+v", locked)
	}
	rig.expect(call(created.key(), "get_positions"), &[]object{})
	rig.expect(call(old, "get_positions"), &[]object{}) // both work: there is no gap

	rig.expect(call(admin, "disable_api_key", "id", "2"), &object{})
	rig.refused(call(old, "get_positions"), deribitBadCredentials)
	rig.expect(call(admin, "remove_api_key", "id", "2"), new(string))
	rig.refused(call(old, "get_positions"), deribitBadCredentials)
	rig.refused(call(admin, "remove_api_key", "id", "2"), deribitNotFound)
	rig.expect(call(created.key(), "get_positions"), &[]object{})
}

// The same with a token, a second factor and bodies. Three calls want a code,
// and each code works once.
func TestDeribitRotationWithASecondFactor(t *testing.T) {
	rig := newGuardedRig(t, "testnet")
	old := rig.key("bot")
	post := func(method, params string) reply {
		t.Helper()
		return rig.do(http.MethodPost, "/api/v2", `{"jsonrpc":"2.0","id":1,"method":"private/`+method+`","params":{`+params+`}}`, rig.bearer)
	}
	guarded := func(method, params string, out any) {
		t.Helper()
		var asked challengeReply
		rig.expect(post(method, params), &asked)
		if !asked.Required {
			t.Fatalf("%s wants no code", method)
		}
		rig.expect(post(method, params+`,"challenge":"`+asked.Challenge+`","authorization_data":"`+rig.code(0)+`"`), out)
		rig.pass(codeStep * time.Second)
	}
	var made, done deribitKeyRow
	guarded("create_api_key", `"name":"bot_2","max_scope":"trade:read_write"`, &made)
	id := strconv.Itoa(made.ID)
	guarded("edit_api_key", `"id":`+id+`,"max_scope":"trade:read_write","ip_whitelist":["203.0.113.7"]`, &done)
	if done.ClientID != made.ClientID || len(done.IPs) != 1 {
		t.Errorf("%+v", done)
	}
	rig.login(made.key())
	guarded("disable_api_key", `"id":2`, &done)
	rig.expect(post("remove_api_key", `"id":2`), new(string))
	rig.refused(rig.get("public/auth", "", "grant_type", "client_credentials",
		"client_id", old.Key, "client_secret", old.Secret), deribitBadCredentials)
	rig.login(made.key())
}

// A reply that is lost leaves a key behind, which its name gives away.
func TestDeribitLostReplyLeavesTheKey(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	f, admin := deribitOf(t, s)
	uri := "/api/v2/private/create_api_key?" + url.Values{"name": {"lost_1"}, "max_scope": {"account:read"}}.Encode()
	signed := func(uri, nonce string) http.Header {
		ts := strconv.FormatInt(noon.UnixMilli(), 10)
		sig := hexHMAC(admin.Secret, ts+"\n"+nonce+"\nGET\n"+uri+"\n\n")
		return http.Header{"Authorization": {"deri-hmac-sha256 id=" + admin.ID + ",ts=" + ts + ",sig=" + sig + ",nonce=" + nonce}}
	}
	s.SetFaults(Fault{Exchange: "deribit", Kind: FaultDropReply, Rate: 1})
	if got, err := try(t, http.MethodGet, f+uri, "", signed(uri, "a")); err == nil {
		t.Fatalf("answered with %s", got.body)
	}
	s.SetFaults()
	const list = "/api/v2/private/list_api_keys"
	got := send(t, http.MethodGet, f+list, "", signed(list, "b"))
	if strings.Count(string(got.body), `"name":"lost_1"`) != 1 {
		t.Errorf("%s", got.body)
	}
}

// deribitOf returns where Deribit's testnet is, and a key that is let manage.
func deribitOf(t *testing.T, s *Sim) (base string, admin *entry) {
	t.Helper()
	v := s.Describe().venue(t, "deribit", "testnet")
	for _, f := range s.fronts {
		if f.site.exchange != "deribit" || f.site.environment != "testnet" {
			continue
		}
		f.turn.Lock()
		defer f.turn.Unlock()
		d := f.venue.(*deribit)
		d.guard = nil
		return v.BaseURL, d.issueNew(wanted{Label: "admin", Words: []string{"account:read_write"}}, noon)
	}
	t.Fatal("no testnet")
	return "", nil
}
