package kucoin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	subPath    = "/api/v1/sub/api-key" // GET lists, POST makes, DELETE deletes
	updatePath = "/api/v1/sub/api-key/update"
)

const hintManager = "The managing key must be of the master account, and the sub-account must be one of its own. Check both under API Management."

var desk = subkeys.Desk{
	ID: ID, Name: "KuCoin", Check: check, Names: subkeys.IsWord, Named: "by its name at KuCoin, without blanks", Denied: hintDenied, Manager: hintManager,
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*venue
	subkeys.Account
}

// fields are the body of a change.
type fields map[string]string

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (v *venue) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + subPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	words, ips, err := subkeys.Wish(desk, op, r, asked, desk.Addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own := cred.NewPassphrase("")
	request := fields{"remark": r.Label, "permission": strings.Join(words, ",")}
	if len(ips) > 0 {
		request["ipWhitelist"] = strings.Join(ips, ",")
	}
	err = subAccount{v, a}.change(ctx, subPath, own, request, rest.Into(&made, desk.Made(own, "apiKey", "apiSecret", "data")))
	return made, err
}

// asked words the permissions that want grants; have are those of the key now.
// General is always among them: KuCoin makes no key without it.
func asked(op string, want exchanges.PermissionSet, have []string) ([]string, error) {
	words, missing := rights.Words(want.With(exchanges.Read, exchanges.Granted), have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Ask for less, or do it under API Management.")
	}
	return words, nil
}

// change sends a change of a key with its own passphrase.
func (s subAccount) change(ctx context.Context, path string, own exchanges.Secret, request fields, read func(rest.Response) *exchanges.Error) error {
	request["subName"], request["passphrase"] = s.Name, own.Reveal()
	return desk.ByManager(s.Post(ctx, s.changing(own), path, request, read))
}

func (s subAccount) changing(own exchanges.Secret) rest.Call {
	return rest.Call{Credential: s.Manager, Limiter: s.changes, Secrets: []exchanges.Secret{own}}
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (v *venue) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+subPath, mgr)
	if err != nil {
		return nil, err
	}
	return subAccount{v, a}.keys().Infos(ctx, func(k key) exchanges.KeyInfo { return v.Stamp(k.info(k.id(), v.site)) })
}

// keys are those of the sub-account; KuCoin's list has no pages. Not inlined:
// it has many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{
		Desk: desk, Op: http.MethodGet + " " + subPath, ID: func(k key) string { return k.id() },
		Read: func(ctx context.Context, _ string) (keys []key, err error) {
			r := rest.Request{Method: http.MethodGet, Path: subPath, Query: url.Values{"subName": {s.Name}}.Encode()}
			err = s.Ask(ctx, rest.Call{Credential: s.Manager}, r, rest.Into(&keys, parseKeys))
			return keys, desk.ByManager(err)
		},
	}
}

// parseKeys reads a list. Its keys are of a sub-account, which was asked for.
func parseKeys(r rest.Response) ([]key, *exchanges.Error) {
	keys, e := rest.List[key](r, "data")
	for i, k := range keys {
		if !k.IsMaster.Known {
			keys[i].IsMaster = wire.Flag{Known: true}
		}
	}
	return keys, e
}

// EditKey changes a key of the sub-account, as exchanges.Editor says. Whether
// KuCoin keeps an expiry of the key over a change is not documented.
func (v *venue) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + updatePath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	own, err := desk.Own(op, mgr)
	if err != nil {
		return err
	}
	s := subAccount{v, a}
	return s.keys().Edit(ctx, op, keyID, func(k key) error {
		words, ips, err := k.edited(op, r)
		if err != nil {
			return err
		}
		request := fields{"apiKey": keyID, "permission": strings.Join(words, ","), "ipWhitelist": strings.Join(ips, ",")}
		return desk.OfOwn(s.change(ctx, updatePath, own, request, func(r rest.Response) *exchanges.Error {
			got := wire.At[key](r.Body, "data")
			if wire.Member(r.Body, "data", "ipWhitelist") == nil { // here it may be left out for brevity
				got.IPs = wire.Addresses{}
			}
			return desk.Became(got.Permissions.Values, words, got.IPs.Whitelist(), ips)
		}))
	})
}

// edited returns what makes k what r asks for. What r does not know stays as k
// has it, and must therefore be known of k: what a request leaves out may be
// taken away.
func (k *key) edited(op string, r exchanges.KeyRequest) (words, ips []string, err error) {
	if len(k.Permissions.Values) == 0 && len(r.Permissions.All(exchanges.Unknown)) > 0 {
		return nil, nil, desk.Untold(op, "permissions")
	}
	if words, err = asked(op, r.Permissions, k.Permissions.Values); err != nil {
		return nil, nil, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.IPs.Whitelist()
	}
	ips, err = desk.Addresses(op, r.IPs)
	return words, ips, err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (v *venue) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	const op = http.MethodDelete + " " + subPath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{v, a}
	own, err := desk.Own(op, mgr)
	if err != nil { // a key that is gone can do without
		if k, e := s.keys().Find(ctx, keyID); e != nil || k == nil {
			return rest.BeforeChange(e)
		}
		return err
	}
	q := url.Values{"subName": {s.Name}, "apiKey": {keyID}, "passphrase": {own.Reveal()}}
	return s.keys().Revoke(ctx, keyID, func() error {
		r := rest.Request{Method: http.MethodDelete, Path: subPath, Query: q.Encode()}
		return desk.OfOwn(desk.ByManager(s.Ask(ctx, s.changing(own), r, rest.Done)))
	})
}
