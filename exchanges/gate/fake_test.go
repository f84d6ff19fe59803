package gate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testUser = "10001"
	subPath  = base + "/sub_accounts/" + testUser + "/keys"
)

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: testCredential(), SubAccount: testUser}
}

// subKeyOf is the n-th key that the fake hands out.
func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID: fmt.Sprintf("75c3264105b74693d8cb5c7f%08x", n), Secret: exchanges.NewSecret(fmt.Sprintf("5ec2e7%058x", n)),
	}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).routes()
		},
		Writes:  []string{"POST " + subPath},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify:  verifySignature, // the laws let the time fly that is waited for a turn
		Refusals: []exchangetest.Refusal{
			refused("right", 403, "FORBIDDEN", "Request API key does not have account permission", exchanges.Denied),
			refused("reader", 403, "READ_ONLY", "Request API key is read only", exchanges.Denied),
			refused("locked", 403, "SUB_ACCOUNT_LOCKED", "the sub-account is locked", exchanges.Denied),
			refused("no such sub-account", 400, "SUB_ACCOUNT_NOT_FOUND", "no such sub-account", exchanges.NotFound),
			refused("value", 400, "INVALID_PARAM_VALUE", "invalid value of perms", exchanges.Protocol),
			refused("manager", 401, "INVALID_KEY", "Invalid key provided", exchanges.Auth),
			refused("address", 403, "IP_FORBIDDEN", "Request IP not in whitelist: 198.51.100.9", exchanges.IPBlocked),
			refused("limit", 429, "TOO_MANY_REQUESTS", "too many requests", exchanges.RateLimited),
			{Name: "server error", Reply: said(500, "INTERNAL", "internal error"), Kind: exchanges.Unavailable},
		},
	}
	m.OwnKeys = true
	m.NoNames = []string{"bot01", "bot@example.com", "-5", "0", "007", "1e5", "10001/keys", "99999999999999999999"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"admin":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"other":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Other),
		"nothing":  exchangetest.Asks(m.New),
		"a block":  exchangetest.From(m.New, "203.0.113.0/24"),
		"IPv6":     exchangetest.From(m.New, "2001:db8::1"),
		"too many": exchangetest.From(m.New, slices.Repeat([]string{"203.0.113.7"}, mostIPs+1)...),
	}
	for n := range fakeKeys {
		m.Writes = append(m.Writes, "PUT "+subPath+"/"+subKeyOf(n).KeyID, "DELETE "+subPath+"/"+subKeyOf(n).KeyID)
	}
	return m
}

// fakeKeys is the number of keys for which the fake has routes.
const fakeKeys = 8

// fake puts Gate's dialect on the account of a sub-account.
type fake struct{ *exchangetest.Account }

func (f *fake) routes() exchangetest.Routes {
	r := exchangetest.Routes{"GET " + timePath: serverTime, "GET " + keysPath: f.own, "GET " + subPath: f.list, "POST " + subPath: f.create}
	for n := range fakeKeys {
		r["PUT "+subPath+"/"+subKeyOf(n).KeyID] = f.edit
		r["DELETE "+subPath+"/"+subKeyOf(n).KeyID] = f.delete
	}
	return r
}

// noSuchKey has a label that no document names.
func noSuchKey() exchangetest.Reply {
	return said(http.StatusBadRequest, "WHO_KNOWS", "words that nobody promised")
}

// request is the body of a change.
type request struct {
	Mode  *int     `json:"mode"`
	Name  *string  `json:"name"`
	IPs   []string `json:"ip_whitelist"`
	Perms []struct {
		Name     string `json:"name"`
		ReadOnly *bool  `json:"read_only"`
	} `json:"perms"`
}

// areas are what the fake makes of a request, in the words of its own table:
// what is left out is cleared.
func (q request) areas() exchanges.PermissionSet {
	table := map[string][]exchanges.Permission{
		"spot": {exchanges.Spot, exchanges.Margin}, "futures": {exchanges.Futures}, "earn": {exchanges.Earn}, "options": {exchanges.Options},
		"wallet": {exchanges.Transfer}, "margin": {exchanges.Margin},
	}
	set := exchanges.NewPermissionSet()
	for _, p := range q.Perms {
		set = set.With(exchanges.Read, exchanges.Granted)
		if p.ReadOnly != nil && !*p.ReadOnly {
			for _, g := range table[p.Name] {
				set = set.With(g, exchanges.Granted)
			}
		}
	}
	return set
}

func (q request) whitelist() exchanges.IPWhitelist {
	if len(q.IPs) == 0 {
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return exchangetest.IPs(q.IPs...)
}

// describes is a key as Gate tells of it.
func describes(k exchangetest.Key) map[string]any {
	perms := []any{}
	add := func(name string, readOnly bool) {
		perms = append(perms, map[string]any{"name": name, "read_only": readOnly})
	}
	if k.Permissions.Has(exchanges.Read) {
		add("account", true)
	}
	if k.Permissions.Has(exchanges.Futures) {
		add("futures", false)
	}
	if k.Permissions.Has(exchanges.Earn) {
		add("earn", false)
	}
	ips := k.IPs.Entries
	if ips == nil {
		ips = []string{}
	}
	user, _ := strconv.Atoi(testUser)
	return map[string]any{
		"state": 1, "name": k.Label, "user_id": user, "mode": 1, "perms": perms, "ip_whitelist": ips, "key": k.ID,
		"created_at": 1663642892, "last_access": 1763642892, "update_at": 1663642892,
	}
}

func (f *fake) list(exchangetest.Request) exchangetest.Reply {
	all := []any{}
	for _, k := range f.Keys() {
		all = append(all, describes(k))
	}
	return exchangetest.Encoded(all)
}

// own are the keys of the main account, which Gate shows by their beginning.
func (f *fake) own(exchangetest.Request) exchangetest.Reply {
	all := []any{}
	for _, k := range f.Own() {
		k.ID = k.ID[:12] + "*****"
		all = append(all, describes(k))
	}
	return exchangetest.Encoded(all)
}

func read(r exchangetest.Request) (q request, ok bool) {
	err := json.Unmarshal([]byte(r.Body), &q)
	return q, err == nil && q.Mode != nil && *q.Mode == 1 && q.Name != nil && *q.Name != "" && len(q.Perms) > 0
}

func invalidValue() exchangetest.Reply {
	return said(http.StatusBadRequest, "INVALID_PARAM_VALUE", "a value is missing")
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, ok := read(r)
	if !ok {
		return invalidValue()
	}
	k := exchangetest.Key{Label: *q.Name, Permissions: q.areas(), IPs: q.whitelist()}
	c := f.Make(k)
	k.ID = c.KeyID
	shown := describes(k)
	shown["secret"] = c.Secret.Reveal()
	return exchangetest.Encoded(shown)
}

func (f *fake) edit(r exchangetest.Request) exchangetest.Reply {
	q, ok := read(r)
	if !ok {
		return invalidValue()
	}
	if !f.Change(idIn(r), func(k *exchangetest.Key) { k.Label, k.Permissions, k.IPs = *q.Name, q.areas(), q.whitelist() }) {
		return noSuchKey()
	}
	return exchangetest.Status(http.StatusNoContent, "")
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	if r.Body != "" {
		return invalidValue()
	}
	if !f.Delete(idIn(r)) {
		return noSuchKey()
	}
	return exchangetest.Status(http.StatusNoContent, "")
}

func idIn(r exchangetest.Request) string { return r.Path[strings.LastIndex(r.Path, "/")+1:] }

// bench is the live site on a fake with an account.
type bench struct {
	*manager
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	x, server := asks(t, f.routes())
	m, ok := x.(*manager)
	if !ok {
		t.Fatalf("the site is a %T", x)
	}
	return bench{m, f, server}
}

// key makes a key in the account and returns its ID.
func (d bench) key(granted ...exchanges.Permission) string {
	return d.fake.Make(exchangetest.Key{
		Label: "grid bot", IPs: exchangetest.IPs("203.0.113.7"),
		Permissions: exchanges.NewPermissionSet(append(granted, exchanges.Read)...),
	}).KeyID
}

// shows replaces the list by one entry with those members.
func (d bench) shows(members string) {
	d.server.Handle("GET "+subPath, exchangetest.JSON(`[{"key":"`+subKeyOf(1).KeyID+`"`+members+`}]`).Handler())
}

// sent returns the body of the only change so far.
func (d bench) sent(t *testing.T, call string) string {
	t.Helper()
	all := d.server.Requests(call)
	if len(all) != 1 {
		t.Fatalf("%d changes were sent", len(all))
	}
	return all[0].Body
}
