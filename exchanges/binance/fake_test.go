package binance

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testEmail = "bot+01@example.com"

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: hmacCredential(), SubAccount: " Bot+01@Example.com "}
}

// subSet knows the permissions that Binance tells of a sub-account's key.
func subSet(granted ...exchanges.Permission) exchanges.PermissionSet {
	set := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	for _, p := range []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Transfer, exchanges.Options} {
		set = set.With(p, exchanges.NotGranted)
	}
	for _, p := range granted {
		set = set.With(p, exchanges.Granted)
	}
	return set
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID: fmt.Sprintf("subAccountKey%051d", n), Secret: exchanges.NewSecret(fmt.Sprintf("subAccountSecret%048d", n)),
	}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes:  func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes { return fake{a}.routes() },
		Writes: []string{
			"POST " + createPath, "POST " + permitPath, "POST " + setIPsPath, "DELETE " + dropIPsPath, "DELETE " + keysPath,
		},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: subSet(exchanges.Spot), IPs: exchangetest.IPs("203.0.113.7", "203.0.113.8")},
		Changed: exchanges.KeyRequest{Permissions: subSet(exchanges.Futures, exchanges.Options), IPs: exchangetest.IPs("203.0.113.8", "198.51.100.1")},
		Verify: func(r exchangetest.Request) error {
			if got := r.Params().Get("email"); got != testEmail || strings.Contains(r.Query+r.Body, "@") {
				return fmt.Errorf("the sub-account is %q", got)
			}
			return verify(r)
		},
		Refusals: []exchangetest.Refusal{
			{Name: "manager", Reply: said(401, -2015, "Invalid API-key, IP, or permissions for action."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
			{Name: "not authorised", Reply: said(401, -1002, "You are not authorized to execute this request."), Kind: exchanges.Denied, Outcome: exchanges.Refused},
			{Name: "key type", Reply: said(400, -9000, "Unsupported operation."), Kind: exchanges.Unsupported, Outcome: exchanges.Refused},
			{Name: "limit", Reply: said(429, -1003, "Too many requests.").With("Retry-After", "60"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
			{Name: "no document has this code", Reply: said(400, -12345, "Too many keys, perhaps."), Kind: exchanges.Protocol, Outcome: exchanges.Refused},
			{Name: "timeout inside", Reply: said(504, -1007, "Timeout waiting for response from backend server."), Kind: exchanges.Unavailable},
		},
		Many: 230,
	}
	m.NoNames = []string{"bot01", "@example.com", "bot@"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"earn":     exchangetest.Asks(m.New, exchanges.Read, exchanges.Earn),
		"admin":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"other":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Other),
		"a block":  exchangetest.From(m.New, "203.0.113.0/24"),
		"IPv6":     exchangetest.From(m.New, "2001:db8::1"),
		"too many": exchangetest.From(m.New, slices.Repeat([]string{"203.0.113.7"}, mostIPs+1)...),
	}
	return m
}

// fake puts Binance's dialect on an account. It takes the hardest reading of
// what the docs leave open: a new IP list is added to the old one.
type fake struct{ *exchangetest.Account }

func (f fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath:         serverTime,
		"POST " + createPath:      f.create,
		"GET " + keysPath:         f.list,
		"DELETE " + keysPath:      f.delete,
		"POST " + permitPath:      f.permit,
		"POST " + setIPsPath:      f.setIPs,
		"GET " + readIPsPath:      f.readIPs,
		"DELETE " + dropIPsPath:   f.dropIPs,
		"GET " + restrictionsPath: exchangetest.JSON(goodRestrictions).Handler(),
	}
}

// noSuchKey has a code that no document names.
func noSuchKey() exchangetest.Reply {
	return said(400, -12021, "no such key, in words that nobody promised")
}

// switchesOf reads the flags of a request; all of them have to be there.
func switchesOf(v url.Values) (exchanges.PermissionSet, error) {
	set := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	for name, p := range map[string]exchanges.Permission{
		"canTrade": exchanges.Spot, "canMarginLoanRepay": exchanges.Margin, "canFuturesTrade": exchanges.Futures,
		"canUniversalTransfer": exchanges.Transfer, "canVanillaOptions": exchanges.Options,
	} {
		on, err := strconv.ParseBool(v.Get(name))
		if err != nil {
			return set, err
		}
		set = set.With(p, exchanges.NotGranted)
		if on {
			set = set.With(p, exchanges.Granted)
		}
	}
	return set, nil
}

func flagsOf(set exchanges.PermissionSet) map[string]any {
	return map[string]any{
		"canTrade": set.Has(exchanges.Spot), "canMarginLoanRepay": set.Has(exchanges.Margin), "canFuturesTrade": set.Has(exchanges.Futures),
		"canUniversalTransfer": set.Has(exchanges.Transfer), "canVanillaOptions": set.Has(exchanges.Options),
	}
}

func listOf(v url.Values) (exchanges.IPWhitelist, error) {
	switch v.Get("status") {
	case "1":
		return exchanges.IPWhitelist{State: exchanges.IPAny}, nil
	case "2":
		return exchangetest.IPs(strings.Split(v.Get("ipAddress"), ",")...), nil
	}
	return exchanges.IPWhitelist{}, errors.New("no status")
}

func (f fake) create(r exchangetest.Request) exchangetest.Reply {
	v := r.Params()
	set, err := switchesOf(v)
	ips, ipErr := listOf(v)
	if err := errors.Join(err, ipErr); err != nil || v.Get("apiName") == "" {
		return said(400, -1102, "Mandatory parameter was not sent.")
	}
	if pem := v.Get("publicKey"); pem != "" && !strings.HasPrefix(pem, "-----BEGIN PUBLIC KEY-----\n") {
		return said(400, -1100, "Illegal characters found in parameter 'publicKey'.")
	}
	c := f.Make(exchangetest.Key{Label: v.Get("apiName"), Permissions: set, IPs: ips, PublicKey: v.Get("publicKey")})
	made := flagsOf(set)
	made["apiName"], made["apiKey"], made["status"], made["ipList"] = v.Get("apiName"), c.KeyID, 2, ips.Entries
	if !c.Secret.IsZero() {
		made["secretKey"] = c.Secret.Reveal()
	}
	return exchangetest.Encoded(made)
}

func (f fake) list(r exchangetest.Request) exchangetest.Reply {
	page, _ := strconv.Atoi(r.Params().Get("page"))
	size, _ := strconv.Atoi(r.Params().Get("size"))
	if page < 1 || size < 1 || size > 100 {
		return said(400, -1102, "page and size")
	}
	all := f.Keys()
	list := []any{}
	for _, k := range all[min(len(all), (page-1)*size):min(len(all), page*size)] {
		entry := flagsOf(k.Permissions)
		maps.Copy(entry, map[string]any{"email": testEmail, "apiName": k.Label, "apikey": k.ID, "timestamp": time.Now().UnixMilli()})
		list = append(list, entry)
	}
	return exchangetest.Encoded(map[string]any{"total": len(all), "list": list})
}

func (f fake) delete(r exchangetest.Request) exchangetest.Reply {
	if !f.Delete(r.Params().Get("subAccountApiKey")) {
		return noSuchKey()
	}
	return exchangetest.JSON("{}")
}

func (f fake) permit(r exchangetest.Request) exchangetest.Reply {
	set, err := switchesOf(r.Params())
	if err != nil {
		return said(400, -1102, "Mandatory parameter was not sent.")
	}
	if !f.Change(r.Params().Get("subAccountApiKey"), func(k *exchangetest.Key) { k.Permissions = set }) {
		return noSuchKey()
	}
	return exchangetest.Encoded(map[string]any{"apikey": r.Params().Get("subAccountApiKey")})
}

func (f fake) setIPs(r exchangetest.Request) exchangetest.Reply {
	id := r.Params().Get("subAccountApiKey")
	ips, err := listOf(r.Params())
	if err != nil {
		return said(400, -1102, "Mandatory parameter was not sent.")
	}
	changed := f.Change(id, func(k *exchangetest.Key) {
		if ips.State == exchanges.IPList {
			ips.Entries = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(k.IPs.Entries), ips.Entries...))))
		}
		k.IPs = ips
	})
	if !changed {
		return noSuchKey()
	}
	return f.readIPs(r)
}

func (f fake) readIPs(r exchangetest.Request) exchangetest.Reply {
	k, ok := f.Key(r.Params().Get("subAccountApiKey"))
	if !ok {
		return noSuchKey()
	}
	restricted := strconv.FormatBool(k.IPs.State == exchanges.IPList)
	return exchangetest.Encoded(map[string]any{"ipRestrict": restricted, "ipList": k.IPs.Entries, "apiKey": k.ID, "updateTime": 1700000000000})
}

func (f fake) dropIPs(r exchangetest.Request) exchangetest.Reply {
	gone := strings.Split(r.Params().Get("ipAddress"), ",")
	if !f.Change(r.Params().Get("subAccountApiKey"), func(k *exchangetest.Key) { k.IPs.Entries = without(k.IPs.Entries, gone) }) {
		return noSuchKey()
	}
	return f.readIPs(r)
}

// bench is the live site on a fake with an account.
type bench struct {
	*master
	account *exchangetest.Account
	server  *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	account := exchangetest.NewAccount(subKeyOf)
	server := exchangetest.NewServer(t, fake{account}.routes())
	m := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}).(*master)
	return bench{m, account, server}
}

// key makes a key in the account and returns its ID.
func (d bench) key() string {
	return d.account.Make(exchangetest.Key{Label: "gridbot", Permissions: subSet(exchanges.Spot), IPs: exchangetest.IPs("203.0.113.7")}).KeyID
}
