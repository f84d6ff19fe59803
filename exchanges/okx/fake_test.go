package okx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testSub = "bot01"

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: testCredential(), SubAccount: testSub}
}

// trader and reader are what keys of sub-accounts can be.
func trader() exchanges.PermissionSet {
	return exchanges.NewPermissionSet(append([]exchanges.Permission{exchanges.Read}, tradeGives...)...)
}

func reader() exchanges.PermissionSet { return exchanges.NewPermissionSet(exchanges.Read) }

func subKeyOf(n int) exchanges.Credential {
	return three(fmt.Sprintf("0c0ffee0-0000-4000-8000-%012d", n), fmt.Sprintf("C0DE%028d", n), fmt.Sprintf("Canary-Phrase-%d", n))
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).routes()
		},
		Writes:  []string{"POST " + keysPath, "POST " + editPath, "POST " + deletePath},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: trader(), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: reader(), IPs: exchangetest.IPs("203.0.113.7", "2001:db8::/64")},
		Verify: func(r exchangetest.Request) error {
			if r.Method == http.MethodGet && r.Query != "subAcct="+testSub {
				return fmt.Errorf("the sub-account of %q is another one", r.Query)
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		Refusals: []exchangetest.Refusal{
			refused("right", 401, "50120", "This API key has no permission for this", exchanges.Denied),
			refused("no IP list", 403, "50035", "This endpoint requires that APIKey must be bound to IP", exchanges.Denied),
			refused("not the main account", 200, "59500", "Only the API key of the main account has permission", exchanges.Denied),
			refused("not the main account, newer", 200, "59604", "Only the API key of the main account can be used", exchanges.Denied),
			refused("manager", 401, "50119", "API key doesn't exist", exchanges.Auth),
			refused("address", 401, "50110", "Your IP 198.51.100.4 is not in the trusted list", exchanges.IPBlocked),
			refused("label", 200, "59502", "This label was already used", exchanges.LabelTaken),
			refused("50 keys", 200, "59501", "Only 50 API keys can be created per account", exchanges.KeyLimit),
			refused("too many keys", 200, "59602", "Number of keys exceeds the limit", exchanges.KeyLimit),
			refused("addresses", 200, "59503", "Maximum 20 addresses", exchanges.Protocol),
			refused("passphrase", 200, "59505", "The passphrase is not of the right form", exchanges.Protocol),
			refused("sub-account", 200, "59510", "Sub-account does not exist", exchanges.NotFound),
			refused("not by API", 200, "59518", "You cannot create a sub-account by API", exchanges.Unsupported),
			refused("limit", 429, "50011", "Rate limit reached.", exchanges.RateLimited),
			refused("no document has this code", 200, "59999", "Something that came later.", exchanges.Protocol),
			{Name: "system error", Reply: said(500, "50026", "System error. Try again later"), Kind: exchanges.Unavailable},
		},
	}
	m.NoNames = []string{"bot 01", "bot\x0001"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw":   exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"admin":      exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"other":      exchangetest.Asks(m.New, exchanges.Read, exchanges.Other),
		"nothing":    exchangetest.Asks(m.New),
		"no address": exchangetest.From(m.New, "203.0.113.7", "home.example.org"),
		"too many":   exchangetest.From(m.New, slices.Repeat([]string{"203.0.113.7"}, mostAddresses+1)...),
	}
	return m
}

// fake puts OKX's dialect on an account.
type fake struct{ *exchangetest.Account }

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath:    serverTime,
		"GET " + keysPath:    f.list,
		"POST " + keysPath:   f.create,
		"POST " + editPath:   f.edit,
		"POST " + deletePath: f.delete,
	}
}

func result(data ...any) exchangetest.Reply {
	if data == nil {
		data = []any{}
	}
	return exchangetest.Encoded(map[string]any{"code": "0", "msg": "", "data": data})
}

func noSuchKey() exchangetest.Reply { return said(200, "59506", "API key does not exist") }

// request is the body of a change.
type request struct {
	SubAcct    string  `json:"subAcct"`
	APIKey     string  `json:"apiKey"`
	Label      *string `json:"label"`
	Passphrase string  `json:"passphrase"`
	Perm       *string `json:"perm"`
	IP         *string `json:"ip"`
}

func read(r exchangetest.Request) (q request, ok bool) {
	err := json.Unmarshal([]byte(r.Body), &q)
	return q, err == nil && q.SubAcct == testSub
}

// apply changes a key as the fields say that are there.
func (q request) apply(k *exchangetest.Key) {
	if q.Label != nil {
		k.Label = *q.Label
	}
	switch {
	case q.Perm == nil:
	case strings.Contains(*q.Perm, "trade"):
		k.Permissions = trader()
	default:
		k.Permissions = reader()
	}
	switch {
	case q.IP == nil:
	case *q.IP == "":
		k.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
	default:
		k.IPs = exchangetest.IPs(strings.Split(*q.IP, ",")...)
	}
}

func (f *fake) list(r exchangetest.Request) exchangetest.Reply {
	if r.Params().Get("subAcct") != testSub {
		return said(200, "59510", "Sub-account does not exist")
	}
	var out []any
	for _, k := range f.Keys() {
		perm := "read_only"
		if k.Permissions.Has(exchanges.Spot) {
			perm = "trade, read_only"
		}
		out = append(out, map[string]any{
			"label": k.Label, "apiKey": k.ID, "perm": perm, "ip": strings.Join(k.IPs.Entries, ","), "ts": "1764000000000",
		})
	}
	return result(out...)
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, ok := read(r)
	if !ok || q.Label == nil || q.Perm == nil || len(q.Passphrase) < 8 || len(q.Passphrase) > 32 {
		return said(400, "51000", "Parameter error")
	}
	k := exchangetest.Key{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}
	q.apply(&k)
	c := f.Make(k)
	return result(map[string]any{
		"subAcct": q.SubAcct, "label": k.Label, "apiKey": c.KeyID, "secretKey": c.Secret.Reveal(), "passphrase": q.Passphrase,
		"perm": *q.Perm, "ip": strings.Join(k.IPs.Entries, ","), "ts": "1764000000000",
	})
}

func (f *fake) edit(r exchangetest.Request) exchangetest.Reply {
	switch q, ok := read(r); {
	case !ok || q.Passphrase != "":
		return said(400, "51000", "Parameter error")
	case !f.Change(q.APIKey, q.apply):
		return noSuchKey()
	}
	return result(map[string]any{"subAcct": testSub})
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	switch q, ok := read(r); {
	case !ok:
		return said(400, "51000", "Parameter error")
	case !f.Delete(q.APIKey):
		return noSuchKey()
	}
	return result()
}

// bench is the live exchange on a fake with an account.
type bench struct {
	*master
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	x, server := at(t, exchanges.Live)
	m, ok := x.(*master)
	if !ok {
		t.Fatalf("the site is a %T", x)
	}
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	for call, h := range f.routes() {
		server.Handle(call, h)
	}
	return bench{m, f, server}
}

// key makes a key in the account and returns its ID.
func (d bench) key(set exchanges.PermissionSet) string {
	return d.fake.Make(exchangetest.Key{Label: "grid bot", IPs: exchangetest.IPs("203.0.113.7"), Permissions: set}).KeyID
}

// sent returns the bodies of the changes at a path.
func (d bench) sent(path string) []string {
	var out []string
	for _, r := range d.server.Requests("POST " + path) {
		out = append(out, r.Body)
	}
	return out
}
