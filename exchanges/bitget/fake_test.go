package bitget

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const testUID = "8899001122"

// testManager has what changes of the first key want.
func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: goodCredential(), SubAccount: testUID, KeyPassphrase: subKeyOf(1).Passphrase}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID: fmt.Sprintf("bg_%032x", n), Secret: exchanges.NewSecret(fmt.Sprintf("5ec7e7%058x", n)),
		Passphrase: exchanges.NewSecret(fmt.Sprintf("CanaryPhrase%d", n)),
	}
}

// trader is what a key that trades is told to be: no word is about earning.
func trader() exchanges.PermissionSet {
	return withoutEarn(exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures))
}

func reader() exchanges.PermissionSet { return exchanges.NewPermissionSet(exchanges.Read) }

func manage() *exchangetest.Manage {
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).unified()
		},
		Writes:  []string{"POST " + createPath, "POST " + updatePath, "POST " + deletePath},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: trader(), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: reader(), IPs: exchangetest.IPs("203.0.113.7", "198.51.100.1")},
		Verify: func(r exchangetest.Request) error {
			if named := r.Params().Get("subUid"); r.Path == listPath && named != testUID {
				return fmt.Errorf("the sub-account %q is another one", named)
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		Refusals: []exchangetest.Refusal{
			refused("right", 400, "40014", "Incorrect permissions, need {uta_mgt} permissions", exchanges.Denied),
			refused("not the parent", 400, "40048", "must be the parent's key", exchanges.Denied),
			refused("too many", 400, "40063", "too many API keys", exchanges.KeyLimit),
			refused("no such sub-account", 400, "40066", "not a virtual sub of this account", exchanges.NotFound),
			refused("address", 400, "40038", "The current ip is not in the apikey ip whitelist", exchanges.IPBlocked),
			refused("passphrase", 400, "40070", "passphrase form", exchanges.Protocol),
			refused("no document has this code", 400, "49998", "Label is taken, perhaps", exchanges.Protocol),
			{Name: "system", Reply: said(400, "40015", "System is abnormal"), Kind: exchanges.Unavailable},
		},
		Many: 230,
	}
	m.NoNames = []string{"bot01", "-5", "0", "1&cursor=2"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw": exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"earn":     exchangetest.Asks(m.New, exchanges.Read, exchanges.Earn),
	}
	return m
}

// fake puts the dialects of Bitget's two generations on an account.
type fake struct{ *exchangetest.Account }

func (f *fake) unified() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + unifiedPath: exchangetest.JSON(unifiedKey).Handler(),
		"GET " + listPath: f.list, "POST " + createPath: f.create, "POST " + updatePath: f.update, "POST " + deletePath: f.delete,
	}
}

func (f *fake) classic() exchangetest.Routes {
	r := classicRoutes(exchanges.Site{})
	r["GET "+classicListPath], r["POST "+classicCreatePath], r["POST "+classicModifyPath] = f.classicList, f.classicCreate, f.classicModify
	return r
}

func result(v any) exchangetest.Reply {
	return exchangetest.Encoded(map[string]any{"code": "00000", "msg": "success", "requestTime": 1763880000000, "data": v})
}

// wrongPassphrase has a code that no document names for it.
func wrongPassphrase() exchangetest.Reply {
	return said(400, "40012", "apikey/password is incorrect, or so")
}
func noSuchKey() exchangetest.Reply { return said(400, "40065", "sub key does not exist") }
func oddRequest() exchangetest.Reply {
	return said(400, "49997", "a parameter is odd")
}

// chosen reports whether a passphrase is one as Bitget takes it.
func chosen(p string) bool { return regexp.MustCompile(`^[A-Za-z0-9]{8,32}$`).MatchString(p) }

// request is the body of a change, in both dialects.
type request struct {
	SubUID, Note, Type, Passphrase, APIKey string
	Permissions, IPs                       *[]string
	SubAccountUID, Label, SubAccountAPIKey string
	PermList, IPList                       *[]string
}

func read(r exchangetest.Request) (q request) {
	if json.Unmarshal([]byte(r.Body), &q) != nil {
		return request{}
	}
	return q
}

func whitelist(list []string) exchanges.IPWhitelist {
	if len(list) == 0 {
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return exchangetest.IPs(list...)
}

// set is what mode and areas of a request give; false: they are odd.
func (q request) set() (exchanges.PermissionSet, bool) {
	if q.Permissions == nil || len(*q.Permissions) == 0 {
		return exchanges.PermissionSet{}, false
	}
	for _, w := range *q.Permissions {
		if w != "uta_trade" && w != "uta_mgt" {
			return exchanges.PermissionSet{}, false
		}
	}
	switch q.Type {
	case "read_only":
		return reader(), true
	case "read_write":
		s := withoutEarn(reader())
		if slices.Contains(*q.Permissions, "uta_trade") {
			s = trader()
		}
		if slices.Contains(*q.Permissions, "uta_mgt") {
			s = s.With(exchanges.Transfer, exchanges.Granted).With(exchanges.Admin, exchanges.Granted)
		}
		return s, true
	}
	return exchanges.PermissionSet{}, false
}

func (f *fake) list(r exchangetest.Request) exchangetest.Reply {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.Params().Get("cursor"), "c&"))
	limit, _ := strconv.Atoi(r.Params().Get("limit"))
	if limit < 1 || limit > 100 {
		return oddRequest()
	}
	all := f.Keys()
	page := []any{}
	for _, k := range all[min(from, len(all)):min(from+limit, len(all))] {
		d := map[string]any{"apiKey": k.ID, "note": k.Label, "type": "read_only", "permissions": looking, "ips": slices.Concat([]string{}, k.IPs.Entries), "ts": "1763880000000"}
		if k.Permissions.Has(exchanges.Spot) {
			d["type"], d["permissions"] = "read_write", []string{"uta_trade"}
		}
		page = append(page, d)
	}
	return result(map[string]any{"items": page, "hasNext": from+limit < len(all), "cursor": "c&" + strconv.Itoa(from+limit)})
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q := read(r)
	set, ok := q.set()
	if !ok || q.SubUID != testUID || q.Note == "" || q.IPs == nil || !chosen(q.Passphrase) {
		return oddRequest()
	}
	c := f.Make(exchangetest.Key{Label: q.Note, Permissions: set, IPs: whitelist(*q.IPs), Passphrase: q.Passphrase})
	return result(map[string]any{"note": q.Note, "apiKey": c.KeyID, "secret": c.Secret.Reveal(), "type": q.Type, "permissions": q.Permissions, "ips": q.IPs})
}

func (f *fake) update(r exchangetest.Request) exchangetest.Reply {
	q := read(r)
	k, found := f.Key(q.APIKey)
	set, ok := q.set()
	switch {
	case q.Type == "" && q.Permissions == nil:
		set = k.Permissions
	case !ok:
		return oddRequest()
	}
	switch {
	case !found:
		return noSuchKey()
	case q.Passphrase != k.Passphrase:
		return wrongPassphrase()
	}
	f.Change(k.ID, func(k *exchangetest.Key) {
		if k.Permissions = set; q.IPs != nil {
			k.IPs = whitelist(*q.IPs)
		}
	})
	return result(nil)
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	if !f.Delete(read(r).APIKey) {
		return noSuchKey()
	}
	return result(nil)
}

var classicWord = map[exchanges.Permission]string{
	exchanges.Read: "read", exchanges.Spot: "spot_trade", exchanges.Margin: "margin_trade", exchanges.Futures: "contract_trade", exchanges.Transfer: "transfer",
}

func (f *fake) classicList(r exchangetest.Request) exchangetest.Reply {
	if r.Params().Get("subAccountUid") != testUID {
		return oddRequest()
	}
	all := []any{}
	for _, k := range f.Keys() {
		list := []string{}
		for _, p := range k.Permissions.All(exchanges.Granted) {
			list = append(list, classicWord[p])
		}
		all = append(all, map[string]any{"subAccountUid": testUID, "label": k.Label, "subAccountApiKey": k.ID, "permList": list, "ipList": k.IPs.Entries})
	}
	return result(all)
}

// granted is what a classic list of words gives.
func granted(list []string) exchanges.PermissionSet {
	set := exchanges.NewPermissionSet()
	for p, w := range classicWord {
		if slices.Contains(list, w) {
			set = set.With(p, exchanges.Granted)
		}
	}
	return set
}

func (f *fake) classicCreate(r exchangetest.Request) exchangetest.Reply {
	q := read(r)
	if q.SubAccountUID != testUID || q.Label == "" || !chosen(q.Passphrase) || q.PermList == nil || q.IPList == nil {
		return oddRequest()
	}
	c := f.Make(exchangetest.Key{Label: q.Label, Permissions: granted(*q.PermList), IPs: whitelist(*q.IPList), Passphrase: q.Passphrase})
	return result(map[string]any{"subAccountUid": testUID, "label": q.Label, "subAccountApiKey": c.KeyID, "secretKey": c.Secret.Reveal(), "permList": q.PermList, "ipList": q.IPList})
}

func (f *fake) classicModify(r exchangetest.Request) exchangetest.Reply {
	q := read(r)
	k, found := f.Key(q.SubAccountAPIKey)
	switch {
	case q.SubAccountUID != testUID || q.Label != k.Label:
		return oddRequest()
	case !found:
		return noSuchKey()
	case q.Passphrase != k.Passphrase:
		return wrongPassphrase()
	}
	f.Change(k.ID, func(k *exchangetest.Key) {
		k.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} // the trap: a list that is left out is emptied
		if q.IPList != nil {
			k.IPs = whitelist(*q.IPList)
		}
		if q.PermList != nil {
			k.Permissions = granted(*q.PermList)
		}
	})
	return result(map[string]any{"subAccountApiKey": k.ID})
}

// bench is Bitget on a fake with an account.
type bench struct {
	*manager
	fake   *fake
	server *exchangetest.Server
}

func newBench(t *testing.T, classic bool) bench {
	t.Helper()
	f := &fake{exchangetest.NewAccount(subKeyOf)}
	routes := f.unified()
	if classic {
		routes = f.classic()
	}
	server := exchangetest.NewServer(t, routes)
	return bench{opened(t, server), f, server}
}

// key makes a key in the account and returns its ID.
func (b bench) key(set exchanges.PermissionSet) string {
	return b.fake.Make(exchangetest.Key{Label: "gridbot", IPs: exchangetest.IPs("203.0.113.7"), Permissions: set}).KeyID
}
