package kucoin

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testSub = "gridbots01"

// testManager has what changes of the first key want.
func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: goodCredential(), SubAccount: testSub, KeyPassphrase: subKeyOf(1).Passphrase}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID: fmt.Sprintf("6705f5c311545b00%08x", n), Secret: exchanges.NewSecret(fmt.Sprintf("aaaaaaaa-bbbb-4ccc-8ddd-%012d", n)),
		Passphrase: exchanges.NewSecret(fmt.Sprintf("Canary-Phrase-%d", n)),
	}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).routes()
		},
		Writes:            []string{"POST " + subPath, "POST " + updatePath, "DELETE " + subPath},
		PassphraseInQuery: "DELETE " + subPath,

		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify: func(r exchangetest.Request) error {
			if named := r.Params().Get("subName"); r.Query != "" && named != testSub || r.Body != "" && !strings.Contains(r.Body, testSub) {
				return fmt.Errorf("the sub-account %q is another one", named)
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		Refusals: []exchangetest.Refusal{
			refused("right", 200, 400007, "Access Denied", exchanges.Denied),
			refused("manager", 200, 400003, "KC-API-KEY not exists", exchanges.Auth),
			refused("address", 200, 400006, "The requested ip address is not in the api whitelist", exchanges.IPBlocked),
			refused("parameter", 200, 400100, "Parameter Error", exchanges.Protocol),
			refused("no document has this code", 200, 260999, "Too many keys, perhaps.", exchanges.Protocol),
			{Name: "overload", Reply: said(429, 429000, "Too Many Requests"), Kind: exchanges.Unavailable, Outcome: exchanges.Refused},
			{Name: "maintenance", Reply: said(503, 503000, "Service unavailable"), Kind: exchanges.Unavailable},
		},
	}
	m.Otherwise = map[string]exchangetest.Reply{
		"another right": result(map[string]any{"permission": "General"}), "another list": result(map[string]any{"ipWhitelist": "198.51.100.77"}),
		"no list": result(map[string]any{"ipWhitelist": ""}),
	}
	m.NoNames = []string{"two words", "a&apiKey=b"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"earn":     exchangetest.Asks(m.New, exchanges.Read, exchanges.Earn),
		"admin":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
	}
	return m
}

// fake puts KuCoin's dialect on an account.
type fake struct{ *exchangetest.Account }

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + subPath: f.list,
		"POST " + subPath: f.create, "POST " + updatePath: f.update, "DELETE " + subPath: f.delete,
	}
}

func result(v any) exchangetest.Reply {
	return exchangetest.Encoded(map[string]any{"code": "200000", "data": v})
}

// wrongPassphrase and noSuchKey have codes that no document names for them.
func wrongPassphrase() exchangetest.Reply {
	return said(200, 400004, "KC-API-PASSPHRASE error, or so")
}
func noSuchKey() exchangetest.Reply { return said(200, 260777, "no such key, in words of its own") }

var words = map[exchanges.Permission]string{
	exchanges.Read: "General", exchanges.Spot: "Spot", exchanges.Futures: "Futures", exchanges.Earn: "Earn", exchanges.Withdraw: "Transfer",
}

func describes(k exchangetest.Key) map[string]any {
	var all []string
	for _, p := range k.Permissions.All(exchanges.Granted) {
		all = append(all, words[p])
	}
	d := map[string]any{
		"subName": testSub, "remark": k.Label, "apiKey": k.ID, "apiVersion": 3, "permission": strings.Join(all, ","),
		"createdAt": 1728443843000, "uid": 165111299, "isMaster": false,
	}
	if k.IPs.State == exchanges.IPList {
		d["ipWhitelist"] = strings.Join(k.IPs.Entries, ",")
	}
	return d
}

func (f *fake) list(exchangetest.Request) exchangetest.Reply {
	all := []any{}
	for _, k := range f.Keys() {
		all = append(all, describes(k))
	}
	return result(all)
}

// request is the body of a change.
type request struct {
	SubName, APIKey, Passphrase, Remark, Permission string
	IPWhitelist                                     *string
}

// read judges a body as strictly as the docs allow.
func read(r exchangetest.Request) (q request, set exchanges.PermissionSet, ips exchanges.IPWhitelist, err error) {
	if err := json.Unmarshal([]byte(r.Body), &q); err != nil {
		return q, set, ips, err
	}
	set = exchanges.NewPermissionSet(exchanges.Read)
	for word := range strings.SplitSeq(q.Permission, ",") {
		if !slices.Contains([]string{"General", "Spot", "Futures", "Margin", "InnerTransfer"}, word) {
			return q, set, ips, errors.New("a permission that cannot be given")
		}
		for p, w := range words {
			if w == word {
				set = set.With(p, exchanges.Granted)
			}
		}
	}
	ips = exchanges.IPWhitelist{State: exchanges.IPAny}
	if q.IPWhitelist != nil && *q.IPWhitelist != "" {
		ips = exchangetest.IPs(strings.Split(*q.IPWhitelist, ",")...)
	}
	return q, set, ips, nil
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, err := read(r)
	if err != nil || q.SubName != testSub || q.Remark == "" || len(q.Remark) > 24 || len(q.Passphrase) < 7 || len(q.Passphrase) > 32 {
		return said(200, 400100, "Parameter Error")
	}
	c := f.Make(exchangetest.Key{Label: q.Remark, Permissions: set, IPs: ips, Passphrase: q.Passphrase})
	return result(map[string]any{"subName": testSub, "remark": q.Remark, "apiKey": c.KeyID, "apiSecret": c.Secret.Reveal(), "apiVersion": 3, "passphrase": q.Passphrase, "permission": q.Permission})
}

func (f *fake) update(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, err := read(r)
	k, found := f.Key(q.APIKey)
	switch {
	case err != nil || q.SubName != testSub || q.IPWhitelist == nil:
		return said(200, 400100, "Parameter Error")
	case !found:
		return noSuchKey()
	case q.Passphrase != k.Passphrase:
		return wrongPassphrase()
	}
	f.Change(q.APIKey, func(k *exchangetest.Key) { k.Permissions, k.IPs = set, ips })
	return result(map[string]any{"subName": testSub, "apiKey": q.APIKey, "permission": q.Permission, "ipWhitelist": *q.IPWhitelist})
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	q := r.Params()
	k, found := f.Key(q.Get("apiKey"))
	switch {
	case !found:
		return noSuchKey()
	case q.Get("passphrase") != k.Passphrase:
		return wrongPassphrase()
	}
	f.Delete(k.ID)
	return result(map[string]any{"subName": testSub, "apiKey": k.ID})
}

// bench is a site on a fake with an account.
type bench struct {
	*venue
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	server := exchangetest.NewServer(t, f.routes())
	return bench{opened(t, "global", server), f, server}
}

// key makes a key in the account and returns its ID.
func (b bench) key(granted ...exchanges.Permission) string {
	return b.fake.Make(exchangetest.Key{
		Label: "gridbot", IPs: exchangetest.IPs("203.0.113.7"),
		Permissions: exchanges.NewPermissionSet(slices.Concat([]exchanges.Permission{exchanges.Read}, granted)...),
	}).KeyID
}
