package kucoin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/time/rate"

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

var desk = subkeys.Desk{ID: ID, Name: "KuCoin"}

// master is a site at which a key of the master account manages the keys of
// sub-accounts. KuCoin has no call for the master account's own keys.
type master struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*master
	cred exchanges.Credential
	name string
}

// sub opens the sub-account that mgr means.
func (m *master) sub(mgr exchanges.Manager, op string) (subAccount, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subAccount{}, err
	}
	name := strings.TrimSpace(mgr.SubAccount)
	if name == "" || strings.ContainsAny(name, " \t\r\n&?#") {
		return subAccount{}, desk.Invalid(op, "Name the sub-account by its name at KuCoin, without blanks; KuCoin has no API for keys of the master account itself, those are managed on its web site.")
	}
	return subAccount{master: m, cred: c, name: name}, nil
}

// of opens the sub-account that mgr means, for a change of one of its keys.
func (m *master) of(mgr exchanges.Manager, op, keyID string) (subAccount, error) {
	if err := desk.CheckKey(op, mgr, keyID); err != nil {
		return subAccount{}, err
	}
	return m.sub(mgr, op)
}

// fields are the body of a change.
type fields map[string]string

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *master) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + " " + subPath
	s, err := m.sub(mgr, op)
	if err == nil {
		err = desk.CheckNew(op, r)
	}
	if err != nil {
		return exchanges.Credential{}, err
	}
	permission, err := asked(op, r.Permissions, nil)
	if err != nil {
		return exchanges.Credential{}, err
	}
	ips, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own := cred.NewPassphrase("")
	request := fields{"remark": r.Label, "permission": permission}
	if len(ips) > 0 {
		request["ipWhitelist"] = strings.Join(ips, ",")
	}
	var made exchanges.Credential
	err = s.change(ctx, subPath, own, request, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r, own)
		return e
	})
	return made, err
}

// asked words the permissions that want grants; have are those of the key now.
// General is always among them: KuCoin makes no key without it.
func asked(op string, want exchanges.PermissionSet, have []string) (string, error) {
	words, missing := rights.Words(want.With(exchanges.Read, exchanges.Granted), have)
	if len(missing) > 0 {
		return "", desk.Missing(op, missing, "Ask for less, or do it under API Management.")
	}
	return strings.Join(words, ","), nil
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response, own exchanges.Secret) (exchanges.Credential, *exchanges.Error) {
	var answer struct {
		Data struct {
			APIKey string `json:"apiKey"`
			Secret string `json:"apiSecret"`
		} `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{
		KeyID: answer.Data.APIKey, Secret: exchanges.NewSecret(answer.Data.Secret), Passphrase: own,
	}, check)
}

// change sends a change of a key with its own passphrase.
func (s subAccount) change(ctx context.Context, path string, own exchanges.Secret, request fields, parse func(rest.Response) *exchanges.Error) error {
	request["subName"], request["passphrase"] = s.name, own.Reveal()
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return s.manage(ctx, rest.Call{Limiter: s.limiter, Secrets: []exchanges.Secret{own}},
		rest.Request{Method: http.MethodPost, Path: path, Body: string(body)}, parse)
}

// manage makes a call with the managing key.
func (s subAccount) manage(ctx context.Context, call rest.Call, r rest.Request, parse func(rest.Response) *exchanges.Error) error {
	call.Credential = s.cred
	err := s.client.Ask(ctx, call, r, parse)
	if e := exchanges.AsError(err); err != nil && e.Kind == exchanges.Denied && e.Hint == hintDenied {
		e.Hint = hintManager
	}
	return subkeys.OfManager(err)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *master) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(mgr, http.MethodGet+" "+subPath)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k key) exchanges.KeyInfo { return m.client.Stamp(k.info(string(k.APIKey), m.site)) })
}

// keys are those of the sub-account.
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{Desk: desk, Op: http.MethodGet + " " + subPath, List: s.list, ID: func(k key) string { return string(k.APIKey) }}
}

// list returns every key of the sub-account; KuCoin's list has no pages.
func (s subAccount) list(ctx context.Context) ([]key, error) {
	var answer struct {
		Data *[]key `json:"data"`
	}
	r := rest.Request{Method: http.MethodGet, Path: subPath, Query: url.Values{"subName": {s.name}}.Encode()}
	err := s.manage(ctx, rest.Call{}, r, func(r rest.Response) *exchanges.Error {
		if e := rest.Decode(r, &answer); e != nil {
			return e
		}
		if answer.Data == nil {
			return rest.NotJSON(r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	keys := *answer.Data
	for i, k := range keys {
		if !k.IsMaster.Known { // of a sub-account is what was asked for
			keys[i].IsMaster = wire.Flag{Known: true}
		}
	}
	return keys, nil
}

// EditKey changes a key of the sub-account, as exchanges.Editor says. Whether
// KuCoin keeps an expiry of the key over a change is not documented.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + updatePath
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	own, err := desk.Own(op, mgr)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k key) (func() error, error) {
		request, err := k.edited(op, r)
		if err != nil {
			return nil, err
		}
		request["apiKey"] = keyID
		return func() error { return desk.OfOwn(s.change(ctx, updatePath, own, request, request.done)) }, nil
	})
}

// edited returns the change that makes k what r asks for. What r does not know
// stays as k has it, and must therefore be known of k: what a request leaves
// out may be taken away.
func (k *key) edited(op string, r exchanges.KeyRequest) (fields, error) {
	if k.Permission == "" && len(r.Permissions.All(exchanges.Unknown)) > 0 {
		return nil, desk.Incomplete(op, "the rights of the key are not told")
	}
	permission, err := asked(op, r.Permissions, list(k.Permission))
	if err != nil {
		return nil, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.whitelist()
	}
	ips, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return nil, err
	}
	return fields{"permission": permission, "ipWhitelist": strings.Join(ips, ",")}, nil
}

// done holds the answer to a change against what was asked for, where it tells
// what became of the key.
func (f fields) done(r rest.Response) *exchanges.Error {
	var answer struct {
		Data key `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return e
	}
	got := answer.Data
	same := got.Permission == "" || sameWords(list(got.Permission), list(wire.Text(f["permission"])))
	if w := got.whitelist(); got.IPs != nil && w.State != exchanges.IPUnknown && w.State != exchanges.IPRestricted {
		same = same && sameWords(w.Entries, list(wire.Text(f["ipWhitelist"])))
	}
	if same {
		return nil
	}
	return &exchanges.Error{
		Kind: exchanges.Protocol, Code: "the key is not what it was to become",
		Hint: "KuCoin changed the key to something else than was asked for: look it up under API Management.",
	}
}

func sameWords(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	const op = http.MethodDelete + " " + subPath
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	own, err := desk.Own(op, mgr)
	if err != nil { // a key that is gone can do without
		if k, e := s.keys().Find(ctx, keyID); e != nil || k == nil {
			return rest.BeforeChange(e)
		}
		return err
	}
	q := url.Values{"subName": {s.name}, "apiKey": {keyID}, "passphrase": {own.Reveal()}}
	r := rest.Request{Method: http.MethodDelete, Path: subPath, Query: q.Encode()}
	return s.keys().Revoke(ctx, keyID, func() error {
		return desk.OfOwn(s.manage(ctx, rest.Call{Limiter: s.limiter, Secrets: []exchanges.Secret{own}}, r, repeated))
	})
}

// repeated takes any answer to a deletion: it repeats what it was sent.
func repeated(rest.Response) *exchanges.Error { return nil }
