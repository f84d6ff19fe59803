package mexc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testSub = "gridbots1"

var calls = struct{ list, create, delete string }{"GET " + keysPath, "POST " + keysPath, "DELETE " + keysPath}

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: testCredential(), SubAccount: testSub}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{KeyID: fmt.Sprintf("mx0sub%012d", n), Secret: exchanges.NewSecret(fmt.Sprintf("5ec4e7%026d", n))}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).routes()
		},
		Writes: []string{calls.create, calls.delete},
		New:    exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Futures), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify: func(r exchangetest.Request) error {
			if named := r.Params().Get("subAccount"); named != testSub {
				return fmt.Errorf("the sub-account %q is another one", named)
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		Refusals: []exchangetest.Refusal{
			refused(400, 700007, "No permission to access the endpoint.", exchanges.Denied),
			refused(400, 10072, "Api key info invalid", exchanges.Auth),
			refused(400, 700006, "IP [198.51.100.9] not in the ip white list", exchanges.IPBlocked),
			refused(400, 140001, "sub account does not exist", exchanges.NotFound),
			refused(400, 140002, "sub account is forbidden", exchanges.Denied),
			refused(400, 730700, "the note is empty", exchanges.Protocol),
			refused(400, 730702, "the permission is wrong", exchanges.Protocol),
			refused(400, 730703, "too many addresses", exchanges.Protocol),
			refused(400, 730705, "up to 30 keys", exchanges.KeyLimit),
			refused(400, 799999, "Something that came later.", exchanges.Protocol),
		},
	}
	m.NoNames = []string{"two words", "a&apiKey=b"}
	m.Refused = map[string]exchanges.KeyRequest{
		"nothing":  exchangetest.Asks(m.New),
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"margin":   exchangetest.Asks(m.New, exchanges.Read, exchanges.Margin),
		"admin":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"a block":  exchangetest.From(m.New, "203.0.113.0/24"),
		"IPv6":     exchangetest.From(m.New, "2001:db8::1"),
	}
	return m
}

// fake puts MEXC's dialect on an account.
type fake struct{ *exchangetest.Account }

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{"GET " + timePath: serverTime, calls.list: f.list, calls.create: f.create, calls.delete: f.delete}
}

// grantable are the rights that MEXC documents for keys of sub-accounts.
var grantable = map[string]exchanges.Permission{
	"SPOT_ACCOUNT_READ": exchanges.Read, "SPOT_ACCOUNT_WRITE": exchanges.Other, "SPOT_DEAL_READ": exchanges.Read, "SPOT_DEAL_WRITE": exchanges.Spot,
	"CONTRACT_ACCOUNT_READ": exchanges.Read, "CONTRACT_ACCOUNT_WRITE": exchanges.Futures, "CONTRACT_DEAL_READ": exchanges.Read,
	"CONTRACT_DEAL_WRITE": exchanges.Futures, "SPOT_TRANSFER_READ": exchanges.Read, "SPOT_TRANSFER_WRITE": exchanges.Transfer,
}

func describes(k exchangetest.Key) map[string]any {
	var words []string
	for word, p := range grantable {
		if k.Permissions.Has(p) {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return map[string]any{
		"note": k.Label, "apiKey": k.ID, "permissions": strings.Join(words, ","), "ip": strings.Join(k.IPs.Entries, ","), "creatTime": 1697026383085,
	}
}

func (f *fake) list(exchangetest.Request) exchangetest.Reply {
	all := []any{}
	for _, k := range f.Keys() {
		all = append(all, describes(k))
	}
	return exchangetest.Encoded(map[string]any{"subAccount": all})
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q := r.Params()
	set := exchanges.NewPermissionSet()
	for word := range strings.SplitSeq(q.Get("permissions"), ",") {
		p, ok := grantable[word]
		if !ok {
			return said(400, 730702, "the permission is wrong")
		}
		set = set.With(p, exchanges.Granted)
	}
	if q.Get("note") == "" {
		return said(400, 730700, "the note is empty")
	}
	ips := exchanges.IPWhitelist{State: exchanges.IPAny}
	if q.Has("ip") {
		ips = exchangetest.IPs(strings.Split(q.Get("ip"), ",")...)
	}
	c := f.Make(exchangetest.Key{Label: q.Get("note"), Permissions: set, IPs: ips})
	return exchangetest.Encoded(map[string]any{
		"subAccount": testSub, "note": q.Get("note"), "apiKey": c.KeyID, "secretKey": c.Secret.Reveal(),
		"permissions": q.Get("permissions"), "ip": q.Get("ip"), "creatTime": 1697026383085,
	})
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	if !f.Delete(r.Params().Get("apiKey")) {
		return said(400, 730706, "the key does not exist")
	}
	return exchangetest.Encoded(map[string]any{"subAccount": testSub})
}

// bench is MEXC on a fake with an account.
type bench struct {
	*venue
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	server := exchangetest.NewServer(t, f.routes())
	return bench{opened(t, server), f, server}
}

// key makes a key in the account and returns its ID.
func (b bench) key() string {
	r := manage().New
	return b.fake.Make(exchangetest.Key{Label: r.Label, Permissions: r.Permissions, IPs: r.IPs}).KeyID
}
