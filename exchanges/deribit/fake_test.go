package deribit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// fake is Deribit's side of managing keys, on top of an account.
type fake struct {
	site    exchanges.Site
	account *exchangetest.Account
	now     func() time.Time // nil: the present

	mu    sync.Mutex
	asked int             // challenges so far
	codes []string        // that are taken, each for one call; nil: the account's, for ever
	used  map[string]bool // of codes
}

// wireParams are the parameters of the calls that manage keys.
type wireParams struct {
	ID        int       `json:"id"`
	Name      string    `json:"name"`
	Scope     *string   `json:"max_scope"`
	PublicKey string    `json:"public_key"`
	Whitelist *[]string `json:"ip_whitelist"`
	Features  []string  `json:"enabled_features"`
	Challenge string    `json:"challenge"`
	Code      string    `json:"authorization_data"`
}

func (f *fake) routes() exchangetest.Routes {
	routes := goodRoutes(f.site)
	routes[authCall] = f.signIn
	for call, act := range map[string]func(wireParams) string{
		listCall: f.guarded(f.list), createCall: f.guarded(f.create), editCall: f.guarded(f.edit), removeCall: f.remove,
	} {
		routes[call] = func(r exchangetest.Request) exchangetest.Reply {
			var in struct{ Params wireParams }
			if err := json.Unmarshal([]byte(r.Body), &in); err != nil || !f.signedIn(r) {
				return rpcError(`{"code":13009,"message":"unauthorized"}`)
			}
			result := act(in.Params)
			if words, refused := strings.CutPrefix(result, "error "); refused {
				return exchangetest.Status(400, fmt.Sprintf(`{"jsonrpc":"2.0","testnet":%t,"error":%s}`, f.site.Environment == exchanges.Testnet, words))
			}
			return rpcReply(f.site, result)(r)
		}
	}
	return routes
}

// signIn takes the manager and the account's keys.
func (f *fake) signIn(r exchangetest.Request) exchangetest.Reply {
	var in received
	if err := json.Unmarshal([]byte(r.Body), &in); err != nil {
		return rpcError(`{"code":-32700,"message":"Parse error"}`)
	}
	c, token := testCredential(), testToken
	if k, ok := f.account.Key(in.Params.ClientID); ok {
		c, token = testKey(k.Number), keyToken(k)
	}
	arrived := r.At
	if f.now != nil {
		arrived = f.now()
	}
	if verifyAuth(in.Params.authParams, c, arrived) != nil {
		return rpcError(`{"code":13004,"message":"invalid_credentials"}`)
	}
	return rpcReply(f.site, strings.Replace(goodGrant, testToken, token, 1))(r)
}

func (f *fake) signedIn(r exchangetest.Request) bool {
	shown := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return shown == testToken || slices.ContainsFunc(f.account.Keys(), func(k exchangetest.Key) bool { return keyToken(k) == shown })
}

func keyToken(k exchangetest.Key) string { return "1700000000000." + k.ID + ".canary-token" }

// guarded asks for a second factor where the account has one.
func (f *fake) guarded(act func(wireParams) string) func(wireParams) string {
	return func(p wireParams) string {
		f.mu.Lock()
		defer f.mu.Unlock()
		challenge := fmt.Sprintf("Y2hhbGxlbmdl%d==", f.asked)
		switch {
		case f.account.Code == "":
			return act(p)
		case p.Code == "":
			f.asked++
			return fmt.Sprintf(`{"security_key_authorization_required":true,"challenge":"Y2hhbGxlbmdl%d==","security_keys":[{"type":"tfa","name":"tfa"}],"rp_id":"test.deribit.com"}`, f.asked)
		case p.Challenge != challenge:
			return `error {"code":13668,"message":"security_key_authorization_error","data":{"reason":"challenge_timeout"}}`
		case f.used[p.Code]:
			return `error {"code":13668,"message":"security_key_authorization_error","data":{"reason":"used_tfa_code"}}`
		case p.Code != f.account.Code && !slices.Contains(f.codes, p.Code):
			return `error {"code":13668,"message":"security_key_authorization_error","data":{"reason":"tfa_code_not_matched"}}`
		}
		if f.codes != nil {
			f.used[p.Code] = true
		}
		return act(p)
	}
}

const invalid = `error {"code":-32602,"message":"Invalid params"}`

func (f *fake) create(p wireParams) string {
	if p.Scope == nil || p.Whitelist != nil || !label(p.Name) {
		return invalid
	}
	set, ok := readScope(*p.Scope)
	if !ok {
		return invalid
	}
	c := f.account.Make(exchangetest.Key{
		Label: p.Name, Permissions: set, IPs: exchanges.IPWhitelist{State: exchanges.IPAny}, PublicKey: p.PublicKey,
	})
	k, _ := f.account.Key(c.KeyID)
	return f.row(k)
}

func (f *fake) list(wireParams) string {
	rows := []string{}
	for _, k := range f.account.Keys() {
		rows = append(rows, f.row(k))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func (f *fake) edit(p wireParams) string {
	k, ok := f.numbered(p.ID)
	if !ok || p.Scope == nil || p.Whitelist == nil {
		return invalid
	}
	set, ok := readScope(*p.Scope)
	if !ok {
		return invalid
	}
	f.account.Change(k.ID, func(k *exchangetest.Key) {
		k.Permissions, k.IPs = set, exchanges.IPWhitelist{State: exchanges.IPAny}
		if len(*p.Whitelist) > 0 {
			k.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: *p.Whitelist}
		}
	})
	k, _ = f.account.Key(k.ID)
	return f.row(k)
}

func (f *fake) remove(p wireParams) string {
	k, ok := f.numbered(p.ID)
	if !ok {
		return invalid
	}
	f.account.Delete(k.ID)
	return `"ok"`
}

func (f *fake) numbered(n int) (exchangetest.Key, bool) {
	for _, k := range f.account.Keys() {
		if k.Number == n {
			return k, true
		}
	}
	return exchangetest.Key{}, false
}

// row is a key as Deribit writes it, secret included: the careful reading of
// what its documentation says of the list.
func (f *fake) row(k exchangetest.Key) string {
	secret := testKey(k.Number).Secret.Reveal()
	if k.PublicKey != "" {
		secret = "9c:6d:c9:02:fd:9f:75:6e:14:bb:71:c5:74:95:86:c8"
	}
	ips := k.IPs.Entries
	if ips == nil {
		ips = []string{}
	}
	raw, err := json.Marshal(map[string]any{
		"id": k.Number, "client_id": k.ID, "client_secret": secret, "name": k.Label, "timestamp": 1721816749587,
		"enabled": true, "default": false, "max_scope": writeScope(k.Permissions), "enabled_features": []string{}, "ip_whitelist": ips,
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// levels are Deribit's areas, and what writing in them is in the normal form.
var levels = []struct {
	area   string
	writes []exchanges.Permission
}{
	{"account", []exchanges.Permission{exchanges.Admin}},
	{"trade", []exchanges.Permission{exchanges.Spot, exchanges.Futures, exchanges.Options}},
	{"wallet", []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

func readScope(words string) (exchanges.PermissionSet, bool) {
	var granted []exchanges.Permission
	for _, w := range strings.Fields(words) {
		i := slices.IndexFunc(levels, func(l struct {
			area   string
			writes []exchanges.Permission
		}) bool {
			return strings.HasPrefix(w, l.area+":")
		})
		switch {
		case i < 0:
			return exchanges.PermissionSet{}, false
		case w == levels[i].area+":read_write":
			granted = append(append(granted, exchanges.Read), levels[i].writes...)
		case w == levels[i].area+":read":
			granted = append(granted, exchanges.Read)
		case w != levels[i].area+":none":
			return exchanges.PermissionSet{}, false
		}
	}
	return exchanges.NewPermissionSet(granted...), true
}

func writeScope(set exchanges.PermissionSet) string {
	var words []string
	for _, l := range levels {
		switch {
		case set.Has(l.writes[0]):
			words = append(words, l.area+":read_write")
		case set.Has(exchanges.Read):
			words = append(words, l.area+":read")
		default:
			words = append(words, l.area+":none")
		}
	}
	return strings.Join(words, " ")
}

// testKey is the n-th key that the fake hands out.
func testKey(n int) exchanges.Credential {
	return credential(fmt.Sprintf("Kk-%05d", n), fmt.Sprintf("canary-secret-%05d_of_43_characters-0123456", n))
}

var (
	trading = exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Futures, exchanges.Options)
	reading = exchanges.NewPermissionSet(exchanges.Read)
	office  = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "198.51.100.9"}}
	home    = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"192.0.2.44"}}
)

func management() *exchangetest.Manage {
	return &exchangetest.Manage{
		Manager: exchanges.Manager{Credential: testCredential()},
		Key:     testKey,
		Routes: func(site exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return (&fake{site: site, account: a}).routes()
		},
		Writes:  []string{createCall, editCall, removeCall},
		New:     exchanges.KeyRequest{Label: "keyrota_bot_a1b2", Permissions: trading, IPs: office},
		Changed: exchanges.KeyRequest{Permissions: reading, IPs: home},
		Verify:  verify,
		Refusals: []exchangetest.Refusal{
			refusal("above its own scope", `{"code":13403,"message":"scope_exceeded in this call"}`, exchanges.Denied),
			refusal("no account:read_write", `{"code":13021,"message":"forbidden"}`, exchanges.Denied),
			refusal("too many keys", `{"code":13016,"message":"invalid_input","data":{"reason":"maximum number of api keys"}}`, exchanges.KeyLimit),
			refusal("name is taken", `{"code":13016,"message":"invalid_input","data":{"reason":"already exists","param":"name"}}`, exchanges.LabelTaken),
			refusal("parameters", `{"code":-32602,"message":"Invalid params"}`, exchanges.Protocol),
			refusal("too many guesses", `{"code":12998,"message":"security_key_authorization_over_limit","data":{"wait":300}}`, exchanges.SecondFactor),
			refusal("too many requests", `{"code":10028,"message":"too_many_requests"}`, exchanges.RateLimited),
			refusal("maintenance", `{"code":11051,"message":"system_maintenance"}`, exchanges.Unavailable),
		},
	}
}
