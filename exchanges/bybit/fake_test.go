package bybit

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testUID = "100400345"

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: hmacCredential(), SubAccount: testUID}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID: fmt.Sprintf("subKey%012d", n), Secret: exchanges.NewSecret(fmt.Sprintf("subSecret%027d", n)),
	}
}

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{Account: a}).routes()
		},
		Writes: []string{
			"POST " + createSubPath, "POST " + editSubPath, "POST " + deleteSubPath, "POST " + editPath, "POST " + deletePath,
		},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify: func(r exchangetest.Request) error {
			if strings.Contains(r.Path, "sub-apikeys") && r.Params().Get("subMemberId") != testUID {
				return fmt.Errorf("the sub-account of %q is another one", r.Query)
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		Refusals: []exchangetest.Refusal{
			refused("right", 200, 10005, "Permission denied, please check your API key permissions.", exchanges.Denied),
			refused("identity", 200, 20096, "need KYC authentication", exchanges.Denied),
			refused("manager", 200, 10003, "API key is invalid.", exchanges.Auth),
			refused("address", 200, 10010, "Unmatched IP.", exchanges.IPBlocked),
			refused("not at this site", 200, 81007, "Bybit Europe is not supported create API Key", exchanges.Unsupported),
			refused("limit", 200, 10006, "Too many visits.", exchanges.RateLimited),
			refused("no document has this code", 200, 20999, "Too many keys, perhaps.", exchanges.Protocol),
			{Name: "server error", Reply: said(200, 10016, "Server error."), Kind: exchanges.Unavailable},
		},
		Many: 47,
	}
	m.NoNames = []string{"bot01", "bot@example.com", "-5", "0", "1e5"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"margin":   exchangetest.Asks(m.New, exchanges.Read, exchanges.Margin),
		"other":    exchangetest.Asks(m.New, exchanges.Read, exchanges.Other),
		"nothing":  exchangetest.Asks(m.New),
	}
	return m
}

// fake puts Bybit's dialect on an account. subs is set where the calling key is
// one of a sub-account.
type fake struct {
	*exchangetest.Account
	subs bool
}

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath:       serverTime,
		"GET " + inspectPath:    f.describe,
		"GET " + listSubPath:    f.list,
		"POST " + createSubPath: f.create,
		"POST " + editSubPath:   f.editSub,
		"POST " + deleteSubPath: f.deleteSub,
		"POST " + editPath:      f.editItself,
		"POST " + deletePath:    f.deleteItself,
	}
}

func result(v any) exchangetest.Reply {
	return exchangetest.Encoded(map[string]any{"retCode": 0, "retMsg": "", "result": v, "retExtInfo": struct{}{}, "time": 1764000000000})
}

// noSuchKey has a code that no document names.
func noSuchKey() exchangetest.Reply {
	return said(200, 20021, "no such key, in words that nobody promised")
}

func unknownCaller() exchangetest.Reply { return said(200, 10003, "API key is invalid.") }

// request is the body of a change.
type request struct {
	SubUID      int64               `json:"subuid"`
	Note        string              `json:"note"`
	APIKey      *string             `json:"apikey"`
	ReadOnly    *int                `json:"readOnly"`
	IPs         *string             `json:"ips"`
	Permissions map[string][]string `json:"permissions"`
}

// read wants the fields whose absence would do harm.
func read(r exchangetest.Request) (q request, set exchanges.PermissionSet, ips exchanges.IPWhitelist, err error) {
	if err := json.Unmarshal([]byte(r.Body), &q); err != nil {
		return q, set, ips, err
	}
	switch {
	case q.ReadOnly == nil || len(q.Permissions) == 0:
		return q, set, ips, errors.New("the mode or the groups are missing")
	case q.Permissions["Derivatives"] != nil:
		return q, set, ips, errors.New("the group of derivatives is Bybit's own")
	}
	set = exchanges.NewPermissionSet(exchanges.Read)
	if *q.ReadOnly == 0 {
		for group, p := range words {
			if len(q.Permissions[group]) > 0 {
				set = set.With(p, exchanges.Granted)
			}
		}
	}
	if q.IPs != nil && *q.IPs != "*" {
		return q, set, exchangetest.IPs(strings.Split(*q.IPs, ",")...), nil
	}
	return q, set, exchanges.IPWhitelist{State: exchanges.IPAny}, nil
}

// words are the groups that the fake has keys with.
var words = map[string]exchanges.Permission{"ContractTrade": exchanges.Futures, "Earn": exchanges.Earn}

// describes is a key as Bybit tells of it.
func (f *fake) describes(k exchangetest.Key) map[string]any {
	groups := map[string][]string{"Spot": {}, "ContractTrade": {}, "Derivatives": {}, "Options": {}, "Wallet": {}, "Exchange": {}, "Earn": {}}
	if k.Permissions.Has(exchanges.Futures) {
		groups["ContractTrade"], groups["Derivatives"] = []string{"Order", "Position"}, []string{"DerivativesTrade"}
	}
	if k.Permissions.Has(exchanges.Earn) {
		groups["Earn"] = []string{"Earn"}
	}
	reader := len(k.Permissions.All(exchanges.Granted)) == 1
	if reader {
		groups["Spot"], groups["ContractTrade"] = []string{"SpotTrade"}, []string{"Order"} // areas
	}
	ips := k.IPs.Entries
	if k.IPs.State == exchanges.IPAny {
		ips = []string{"*"}
	}
	return map[string]any{
		"id": strconv.Itoa(k.Number), "ips": ips, "apiKey": k.ID, "note": k.Label, "status": 1, "type": 1, "permissions": groups,
		"createdAt": "2026-03-02T09:14:33Z", "expiredAt": epoch, "secret": "******", "deadlineDay": -2, "flag": "hmac",
		"readOnly": reader,
	}
}

func (f *fake) caller(r exchangetest.Request) string { return r.Header.Get("X-BAPI-API-KEY") }

func (f *fake) describe(r exchangetest.Request) exchangetest.Reply {
	k, ok := f.Key(f.caller(r))
	if !ok {
		return unknownCaller()
	}
	d := f.describes(k)
	d["isMaster"] = !f.subs
	return result(d)
}

func (f *fake) list(r exchangetest.Request) exchangetest.Reply {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.Params().Get("cursor"), "from=&"))
	limit, _ := strconv.Atoi(r.Params().Get("limit"))
	if limit < 1 || limit > 20 {
		return said(200, 10001, "limit")
	}
	all := f.Keys()
	page := []any{}
	for _, k := range all[min(from, len(all)):min(from+limit, len(all))] {
		page = append(page, f.describes(k))
	}
	next := ""
	if from+limit < len(all) {
		next = "from=&" + strconv.Itoa(from+limit) // must be escaped
	}
	return result(map[string]any{"result": page, "nextPageCursor": next})
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, err := read(r)
	if err != nil || strconv.FormatInt(q.SubUID, 10) != testUID || q.Note == "" || q.IPs == nil {
		return said(200, 10001, "Request parameter error.")
	}
	c := f.Make(exchangetest.Key{Label: q.Note, Permissions: set, IPs: ips})
	return result(map[string]any{"id": "1", "note": q.Note, "apiKey": c.KeyID, "secret": c.Secret.Reveal(), "readOnly": *q.ReadOnly, "permissions": q.Permissions})
}

// target is the key that a change of a sub-account's key is about.
func (f *fake) target(r exchangetest.Request, named *string) (string, bool) {
	if f.subs {
		return f.caller(r), named == nil
	}
	if named == nil {
		return "", false
	}
	return *named, true
}

func (f *fake) editSub(r exchangetest.Request) exchangetest.Reply {
	q, set, ips, err := read(r)
	id, ok := f.target(r, q.APIKey)
	if err != nil || !ok {
		return said(200, 10001, "Request parameter error.")
	}
	if !f.Change(id, func(k *exchangetest.Key) { k.Permissions, k.IPs = set, ips }) {
		return noSuchKey()
	}
	return result(map[string]any{"apiKey": id})
}

func (f *fake) deleteSub(r exchangetest.Request) exchangetest.Reply {
	var q request
	err := json.Unmarshal([]byte(r.Body), &q)
	id, ok := f.target(r, q.APIKey)
	switch {
	case err != nil || !ok:
		return said(200, 10001, "Request parameter error.")
	case !f.Delete(id):
		return noSuchKey()
	}
	return result(struct{}{})
}

func (f *fake) editItself(r exchangetest.Request) exchangetest.Reply {
	q, set, _, err := read(r)
	if err != nil || q.IPs != nil || f.subs {
		return said(200, 10001, "Request parameter error.")
	}
	if !f.Change(f.caller(r), func(k *exchangetest.Key) { k.Permissions = set }) {
		return unknownCaller()
	}
	return result(struct{}{})
}

func (f *fake) deleteItself(r exchangetest.Request) exchangetest.Reply {
	switch {
	case r.Body != "{}" || f.subs:
		return said(200, 10001, "Request parameter error.")
	case !f.Delete(f.caller(r)):
		return unknownCaller()
	}
	return result(struct{}{})
}

// bench is a site on a fake with an account.
type bench struct {
	*maker
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T) bench {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	f := &fake{Account: exchangetest.NewAccount(subKeyOf)}
	server := exchangetest.NewServer(t, f.routes())
	m := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}).(*maker)
	return bench{m, f, server}
}

// key makes a key in the account and returns its credential.
func (d bench) key(granted ...exchanges.Permission) exchanges.Credential {
	return d.fake.Make(exchangetest.Key{
		Label: "grid bot", IPs: exchangetest.IPs("203.0.113.7"),
		Permissions: exchanges.NewPermissionSet(slices.Concat([]exchanges.Permission{exchanges.Read}, granted)...),
	})
}

func (d bench) must(t *testing.T, id string) exchangetest.Key {
	t.Helper()
	k, ok := d.fake.Key(id)
	if !ok {
		t.Fatalf("there is no key %s", id)
	}
	return k
}
