package okx

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

const (
	keysPath   = "/api/v5/users/subaccount/apikey" // GET lists, POST makes
	editPath   = "/api/v5/users/subaccount/modify-apikey"
	deletePath = "/api/v5/users/subaccount/delete-apikey"
)

// hintManager is for managing keys that lack a permission.
const hintManager = "To manage keys of sub-accounts, the calling key must be of the main account, with the permission Trade and an IP list. Edit it under API and connections."

var desk = subkeys.Desk{
	ID: ID, Name: "OKX", Check: check, Names: isName, Named: "as OKX lists it, in one word",
	Main:   "OKX has no API for keys of the main account itself: those are managed by hand, under API and connections.",
	Denied: hintDenied, Manager: hintManager,
}

func isName(s string) bool {
	return s != "" && exchanges.Clean(s) == s && !strings.ContainsFunc(s, unicode.IsSpace)
}

// master is a site at which a key of the main account manages the keys of
// sub-accounts. OKX has no call for the main account's own keys.
type master struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*master
	subkeys.Account
}

// target names a key in requests.
type target struct {
	SubAcct string `json:"subAcct"`
	APIKey  string `json:"apiKey"`
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says. Its
// passphrase is made here.
func (m *master) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + keysPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	perm, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own := newPassphrase()
	err = subAccount{m, a}.change(ctx, keysPath, struct {
		SubAcct    string `json:"subAcct"`
		Label      string `json:"label"`
		Passphrase string `json:"passphrase"`
		Perm       string `json:"perm"`
		IP         string `json:"ip,omitempty"`
	}{a.Name, r.Label, own.Reveal(), perm, strings.Join(ips, ",")}, rest.Into(&made, desk.Made(own, "apiKey", "secretKey", "data", "0")), own)
	return made, err
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *master) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
	if err != nil {
		return nil, err
	}
	return subAccount{m, a}.keys().Infos(ctx, func(k key) exchanges.KeyInfo { return m.Stamp(k.info(m.env)) })
}

// edit is a change of a key. What is left out stays.
type edit struct {
	target
	Perm string  `json:"perm,omitempty"`
	IP   *string `json:"ip,omitempty"` // empty: any address
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	return s.keys().Edit(ctx, op, keyID, func(k key) error {
		change := edit{target: target{a.Name, keyID}}
		if err := change.become(op, r, k.Perms.Values); err != nil || change.Perm == "" && change.IP == nil {
			return err
		}
		return s.change(ctx, editPath, change, rest.Done)
	})
}

// become sets what r asks for of a key that has the words have.
func (e *edit) become(op string, r exchanges.KeyRequest, have []string) (err error) {
	if r.Permissions.Known() {
		if len(have) == 0 && len(r.Permissions.All(exchanges.Unknown)) > 0 {
			return desk.Untold(op, "permissions")
		}
		if e.Perm, err = asked(op, r.Permissions, have); err != nil {
			return err
		}
	}
	if r.IPs.State != exchanges.IPUnknown {
		ips, err := addresses(op, r.IPs)
		if err != nil {
			return err
		}
		list := strings.Join(ips, ",")
		e.IP = &list
	}
	return nil
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	a, err := desk.OpenFor(http.MethodPost+" "+deletePath, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.change(ctx, deletePath, target{a.Name, keyID}, rest.Done)
	})
}

func addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	return desk.Blocks(op, ips, mostAddresses)
}

// change sends a change with v as its body; secrets are those that v carries.
func (s subAccount) change(ctx context.Context, path string, v any, read func(rest.Response) *exchanges.Error, secrets ...exchanges.Secret) error {
	return desk.ByManager(s.Post(ctx, rest.Call{Credential: s.Manager, Secrets: secrets, Limiter: s.limiter}, path, v, read))
}

// keys are those of the sub-account; no pages are documented. Not inlined: it
// has many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{
		Desk: desk, Op: http.MethodGet + " " + keysPath, ID: func(k key) string { return string(k.APIKey) },
		Read: func(ctx context.Context, _ string) (keys []key, err error) {
			r := rest.Request{Method: http.MethodGet, Path: keysPath, Query: "subAcct=" + url.QueryEscape(s.Name)}
			err = s.Ask(ctx, rest.Call{Credential: s.Manager, Limiter: s.limiter}, r,
				rest.Into(&keys, func(r rest.Response) ([]key, *exchanges.Error) { return rest.List[key](r, "data") }))
			return keys, desk.ByManager(err)
		},
	}
}
