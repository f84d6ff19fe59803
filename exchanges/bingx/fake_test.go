package bingx

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testSub = "16789012345"

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: testCredential(), SubAccount: testSub}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{KeyID: fmt.Sprintf("subKey%074d", n), Secret: exchanges.NewSecret(fmt.Sprintf("subSecret%071d", n))}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{Account: a}).routes()
		},
		Writes:  []string{calls.create, calls.edit, calls.delete},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Transfer), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify:  verify,
		OwnKeys: true,
		Refusals: []exchangetest.Refusal{
			refused(100004, "Permission denied as the API key was created without the permission", exchanges.Denied),
			refused(100413, "Incorrect apiKey", exchanges.Auth),
			refused(100419, "your current request IP does not match IP whitelist", exchanges.IPBlocked),
			refused(100410, "rate limited", exchanges.RateLimited),
			refused(188888, "Too many keys, perhaps.", exchanges.Protocol),
		},
	}
	m.NoNames = []string{"bot", "-5", "0", "007"}
	m.Refused = map[string]exchanges.KeyRequest{
		"nothing":         exchangetest.Asks(m.New),
		"margin alone":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Margin),
		"options":         exchangetest.Asks(m.New, exchanges.Read, exchanges.Options),
		"admin":           exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"a block":         exchangetest.From(m.New, "203.0.113.0/24"),
		"IPv6 among them": exchangetest.From(m.New, "203.0.113.7", "2001:db8::1"),
		"too many":        exchangetest.From(m.New, slices.Repeat([]string{"203.0.113.7"}, mostIPs+1)...),
	}
	return m
}

// fake puts BingX's dialect on an account.
type fake struct {
	*exchangetest.Account
	ignores bool // answers to a change as if it had been another
}

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		calls.time: serverTime, calls.uid: wrapped(`{"uid":"` + testUID + `"}`).Handler(), calls.list: f.list,
		calls.create: f.create, calls.edit: f.edit, calls.delete: f.delete,
	}
}

func result(v any) exchangetest.Reply {
	return wrapped(exchangetest.Encoded(v).Body)
}

// noSuchKey has a code that no document names.
func noSuchKey() exchangetest.Reply {
	return said(177777, "no such key, in words that nobody promised")
}

func badRequest() exchangetest.Reply { return said(109400, "the parameters are wrong") }

var numberOf = map[exchanges.Permission]int{
	exchanges.Spot: 1, exchanges.Read: 2, exchanges.Futures: 3, exchanges.Transfer: 4, exchanges.Withdraw: 5,
}

func describes(k exchangetest.Key) map[string]any {
	numbers := []int{}
	for _, p := range k.Permissions.All(exchanges.Granted) {
		numbers = append(numbers, numberOf[p])
	}
	return map[string]any{
		"apiKey": k.ID, "note": k.Label, "permissions": numbers, "ipAddresses": append([]string{}, k.IPs.Entries...),
		"createTime": 1727193814249, "updateTime": 1727193814249,
	}
}

func (f *fake) list(r exchangetest.Request) exchangetest.Reply {
	q := r.Params()
	keys := map[string][]exchangetest.Key{testSub: f.Keys(), testUID: f.Own()}[q.Get("uid")]
	all := []any{}
	for _, k := range keys {
		if only := q.Get("apiKey"); only == "" || only == k.ID {
			all = append(all, describes(k))
		}
	}
	return result(map[string]any{"apiKeyList": all})
}

// request is the body of a change.
type request struct {
	SubUID      int64     `json:"subUid"`
	APIKey      string    `json:"apiKey"`
	Note        *string   `json:"note"`
	Permissions []int     `json:"permissions"`
	IPAddresses *[]string `json:"ipAddresses"`
}

func read(r exchangetest.Request) (q request, set exchanges.PermissionSet, ips exchanges.IPWhitelist, ok bool) {
	ok = json.Unmarshal([]byte(r.Body), &q) == nil && fmt.Sprint(q.SubUID) == testSub
	set = exchanges.NewPermissionSet()
	for _, n := range q.Permissions {
		for p, number := range numberOf {
			if n == number {
				set = set.With(p, exchanges.Granted)
			}
		}
	}
	ips = exchanges.IPWhitelist{State: exchanges.IPAny}
	if q.IPAddresses != nil && len(*q.IPAddresses) > 0 {
		ips = exchangetest.IPs(*q.IPAddresses...)
	}
	return q, set, ips, ok
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, ok := read(r)
	if !ok || q.Note == nil || *q.Note == "" || len(q.Permissions) == 0 {
		return badRequest()
	}
	c := f.Make(exchangetest.Key{Label: *q.Note, Permissions: set, IPs: ips})
	return result(map[string]any{"apiKey": c.KeyID, "secretKey": c.Secret.Reveal(), "note": *q.Note, "permissions": q.Permissions, "ipAddresses": q.IPAddresses})
}

// edit takes away what a request leaves out.
func (f *fake) edit(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, ok := read(r)
	if !ok || q.Note == nil || q.IPAddresses == nil || len(q.Permissions) == 0 {
		return badRequest()
	}
	if f.ignores {
		k, _ := f.Key(q.APIKey)
		return result(describes(k))
	}
	if !f.Change(q.APIKey, func(k *exchangetest.Key) { k.Label, k.Permissions, k.IPs = *q.Note, set, ips }) {
		return noSuchKey()
	}
	return result(map[string]any{"apiKey": "sub****", "note": *q.Note, "permissions": q.Permissions, "ipAddresses": q.IPAddresses})
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	q, _, _, ok := read(r)
	switch {
	case !ok:
		return badRequest()
	case !f.Delete(q.APIKey):
		return noSuchKey()
	}
	return wrapped(`{}`)
}

// bench is the live site on a fake with an account.
type bench struct {
	*manager
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	f := &fake{Account: exchangetest.NewAccount(subKeyOf)}
	server := exchangetest.NewServer(t, f.routes())
	return bench{opened(t, exchanges.Live, server).(*manager), f, server}
}

// key makes a key in the account and returns its ID.
func (b bench) key() string {
	r := manage().New
	return b.fake.Make(exchangetest.Key{Label: r.Label, Permissions: r.Permissions, IPs: r.IPs}).KeyID
}
