package htx

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testSub = "63628777"
	subUID  = 63628777
)

func testManager() exchanges.Manager {
	return exchanges.Manager{Credential: goodCredential(), SubAccount: testSub}
}

func subKeyOf(n int) exchanges.Credential {
	return exchanges.Credential{
		KeyID:  fmt.Sprintf("5000d371-ed12345f5t-%08d-ab8e5", n),
		Secret: exchanges.NewSecret(fmt.Sprintf("5ec7e700-6fa0583b-%08d-d317e", n)),
	}
}

func reader() exchanges.PermissionSet { return exchanges.NewPermissionSet(exchanges.Read) }

func trader() exchanges.PermissionSet {
	return exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Transfer)
}

func manage() *exchangetest.Manage {
	refused := func(name string, code int, words string, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{Name: name, Reply: newer(code, words), Kind: kind, Outcome: exchanges.Refused}
	}
	m := &exchangetest.Manage{
		Manager: testManager(),
		Key:     subKeyOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{a}).routes()
		},
		Writes:  []string{"POST " + createPath, "POST " + editPath, "POST " + deletePath},
		New:     exchanges.KeyRequest{Label: "gridbot7f3a", Permissions: trader(), IPs: exchangetest.IPs("203.0.113.7")},
		Changed: exchanges.KeyRequest{Permissions: reader(), IPs: exchangetest.IPs("203.0.113.0/24", "2001:db8::1")},
		Verify: func(r exchangetest.Request) error {
			if named := r.Params().Get("uid"); r.Path == keysPath && named != testSub && named != testUID {
				return fmt.Errorf("the user %q is another one", named)
			}
			if r.Body != "" && r.Header.Get("Content-Type") != "application/json" {
				return fmt.Errorf("the body is called %q", r.Header.Get("Content-Type"))
			}
			return verifySignature(r) // the laws let the time fly that is waited for a turn
		},
		OwnKeys: true,
		Refusals: []exchangetest.Refusal{
			refused("right", 1002, "forbidden", exchanges.Denied),
			refused("manager", 1003, saysUnknown, exchanges.Auth),
			refused("address", 1003, saysAddress, exchanges.IPBlocked),
			refused("too many", 2014, "number of sub user api keys exceeded", exchanges.KeyLimit),
			refused("locked", 2016, "sub user is locked", exchanges.Denied),
			refused("a code is missing", 2002, "invalid field value in `otpToken`", exchanges.SecondFactor),
			refused("perhaps a code is missing", 2002, "invalid field value", exchanges.SecondFactor),
			refused("addresses", 2002, "invalid field value in `ipAddresses`", exchanges.Protocol),
			refused("no document has this code", 2098, "something is missing", exchanges.SecondFactor),
			{Name: "system", Reply: newer(500, "system error"), Kind: exchanges.Unavailable},
		},
	}
	m.Otherwise = map[string]exchangetest.Reply{
		"another right": result(map[string]any{"permission": "readOnly,trade"}), "another list": result(map[string]any{"ipAddresses": "203.0.113.7"}),
		"no list": result(map[string]any{"ipAddresses": ""}),
	}
	m.NoNames = []string{"bot", "-5", "1&uid=2"}
	m.Refused = map[string]exchanges.KeyRequest{
		"withdraw":   exchangetest.Asks(m.New, exchanges.Read, exchanges.Withdraw),
		"admin":      exchangetest.Asks(m.New, exchanges.Read, exchanges.Admin),
		"spot alone": exchangetest.Asks(m.New, exchanges.Read, exchanges.Spot),
		"no address": exchangetest.From(m.New, "203.0.113.7,198.51.100.1"),
		"too many":   exchangetest.From(m.New, slices.Repeat([]string{"203.0.113.7"}, mostAddresses+1)...),
	}
	return m
}

// fake puts HTX's dialect on an account: that of a sub-user.
type fake struct{ *exchangetest.Account }

func (f *fake) routes() exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + uidPath: ownUID, "GET " + keysPath: f.list,
		"POST " + createPath: f.create, "POST " + editPath: f.edit, "POST " + deletePath: f.delete,
	}
}

func result(v any) exchangetest.Reply {
	return exchangetest.Encoded(map[string]any{"code": 200, "message": "success", "ok": true, "data": v})
}

// wrongCode and noSuchKey are in words of their own: none are documented.
func wrongCode() exchangetest.Reply { return newer(2002, "invalid field value in `otpToken`") }
func noSuchKey() exchangetest.Reply { return newer(2097, "no such key, or so") }

func describes(k exchangetest.Key) map[string]any {
	words := "readOnly"
	if k.Permissions.Has(exchanges.Spot) {
		words = "trade,readOnly"
	}
	return map[string]any{
		"accessKey": k.ID, "status": "normal", "note": k.Label, "permission": words,
		"ipAddresses": strings.Join(k.IPs.Entries, ","), "validDays": -1, "createTime": 1623158078000, "updateTime": 1629875976000,
	}
}

func (f *fake) list(r exchangetest.Request) exchangetest.Reply {
	keys, mine := map[string][]exchangetest.Key{testSub: f.Keys(), testUID: f.Own()}[r.Params().Get("uid")]
	if !mine {
		return newer(1002, "forbidden")
	}
	all := []any{}
	for _, k := range keys {
		all = append(all, describes(k))
	}
	return result(all)
}

// request is the body of a change.
type request struct {
	OTPToken, AccessKey, Note, Permission string
	SubUID                                int64
	IPAddresses                           *string
}

// read judges a body as strictly as the docs allow, and more so in that every
// change takes the account's code: by the docs that is for a new key alone.
func (f *fake) read(r exchangetest.Request) (q request, refused *exchangetest.Reply) {
	no := func(reply exchangetest.Reply) (request, *exchangetest.Reply) { return q, &reply }
	switch {
	case json.Unmarshal([]byte(r.Body), &q) != nil || q.SubUID != subUID || r.Params().Get("subUid") != "":
		return no(newer(2002, "invalid field value in `subUid`"))
	case q.OTPToken != f.Code:
		return no(wrongCode())
	}
	return q, nil
}

// key is what permission and addresses of a request make of a key.
func (q request) key() exchangetest.Key {
	k := exchangetest.Key{Label: q.Note, Permissions: reader(), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}
	if strings.Contains(q.Permission, "trade") {
		k.Permissions = trader()
	}
	if q.IPAddresses != nil && *q.IPAddresses != "" {
		k.IPs = exchangetest.IPs(strings.Split(*q.IPAddresses, ",")...)
	}
	return k
}

func (q request) odd() bool {
	return q.Note == "" || q.Permission != "readOnly" && q.Permission != "readOnly,trade" && q.Permission != "trade,readOnly"
}

func (f *fake) create(r exchangetest.Request) exchangetest.Reply {
	q, refused := f.read(r)
	if refused != nil {
		return *refused
	}
	if q.odd() {
		return newer(2002, "invalid field value in `permission`")
	}
	c := f.Make(q.key())
	return result(map[string]any{"note": q.Note, "accessKey": c.KeyID, "secretKey": c.Secret.Reveal(), "permission": q.Permission, "ipAddresses": q.IPAddresses})
}

// edit empties what a request leaves out: whether HTX keeps it is not documented.
func (f *fake) edit(r exchangetest.Request) exchangetest.Reply {
	q, refused := f.read(r)
	if refused != nil {
		return *refused
	}
	if q.odd() {
		return newer(2002, "invalid field value in `permission`")
	}
	if !f.Change(q.AccessKey, func(k *exchangetest.Key) { *k = q.key() }) {
		return noSuchKey()
	}
	return result(map[string]any{"note": q.Note, "permission": q.Permission, "ipAddresses": q.IPAddresses})
}

func (f *fake) delete(r exchangetest.Request) exchangetest.Reply {
	q, refused := f.read(r)
	if refused != nil {
		return *refused
	}
	if !f.Delete(q.AccessKey) {
		return noSuchKey()
	}
	return exchangetest.JSON(`{"code":200,"data":null}`)
}

// bench is HTX on a fake with an account.
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
	return b.fake.Make(exchangetest.Key{Label: "gridbot", Permissions: trader(), IPs: exchangetest.IPs("203.0.113.7")}).KeyID
}

// sent returns the body of the only request for a change by a path.
func (b bench) sent(t *testing.T, path string) string {
	t.Helper()
	all := b.server.Requests("POST " + path)
	if len(all) != 1 {
		t.Fatalf("%s was sent %d times", path, len(all))
	}
	if q, err := url.ParseQuery(all[0].Query); err != nil || len(q) != 5 {
		t.Fatalf("the query has more than what makes a request valid: %v, %v", q, err)
	}
	return all[0].Body
}
