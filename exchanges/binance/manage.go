package binance

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

const (
	createPath  = "/sapi/v2/sub-account/subAccountApi"
	keysPath    = "/sapi/v1/sub-account/subAccountApi" // GET lists, DELETE deletes
	permitPath  = "/sapi/v1/sub-account/subAccountApiPermission"
	setIPsPath  = "/sapi/v2/sub-account/subAccountApi/ipRestriction"
	readIPsPath = "/sapi/v1/sub-account/subAccountApi/ipRestriction"
	dropIPsPath = "/sapi/v1/sub-account/subAccountApi/ipRestriction/ipList"
)

// hintManager is for refusals of calls about another key than the calling one.
const hintManager = "Binance does not say which: the managing key is unknown, deleted or not of the master account, " +
	"this address is not on its IP list (it must have one), or it lacks a right (changing an IP list takes spot & margin trading). " +
	"The sub-account may also be of a kind whose keys cannot be managed."

var desk = subkeys.Desk{ID: ID, Name: "Binance"}

// master is a site at which a key of the master account manages the keys of
// sub-accounts. Binance has no call for the master account's own keys.
type master struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*master
	cred  exchanges.Credential
	email string
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *master) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	s, err := m.sub(mgr, http.MethodPost+" "+createPath)
	if err != nil {
		return exchanges.Credential{}, err
	}
	return s.create(ctx, r)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says. Their
// IP lists are not told there: each would take a call of its own that weighs as
// much as the list.
func (m *master) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(mgr, http.MethodGet+" "+keysPath)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k subKey) exchanges.KeyInfo { return m.client.Stamp(k.info()) })
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + permitPath
	s, err := m.named(mgr, op, keyID)
	if err != nil {
		return err
	}
	err = s.edit(ctx, keyID, r)
	if s.keys().Gone(ctx, keyID, err) {
		return desk.NotFound(op)
	}
	return err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.named(mgr, http.MethodDelete+" "+keysPath, keyID)
	if err != nil {
		return err
	}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.do(ctx, http.MethodDelete, keysPath, s.of(keyID), acknowledged)
	})
}

// named opens the sub-account that mgr means, for a change of one of its keys.
func (m *master) named(mgr exchanges.Manager, op, keyID string) (subAccount, error) {
	if err := desk.CheckKey(op, mgr, keyID); err != nil {
		return subAccount{}, err
	}
	return m.sub(mgr, op)
}

// sub opens the sub-account that mgr means.
func (m *master) sub(mgr exchanges.Manager, op string) (subAccount, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subAccount{}, err
	}
	// Binance knows the addresses in lower case only.
	email := strings.ToLower(strings.TrimSpace(mgr.SubAccount))
	if name, domain, ok := strings.Cut(email, "@"); !ok || name == "" || domain == "" {
		return subAccount{}, desk.Invalid(op, "Name the sub-account by its e-mail address; Binance has no API for keys of the master account itself, those are managed on its web site.")
	}
	return subAccount{master: m, cred: c, email: email}, nil
}

// of are the parameters that name a key.
func (s subAccount) of(keyID string) params {
	return params("").with("email", s.email).with("subAccountApiKey", keyID)
}

// do makes a call with the managing key.
func (s subAccount) do(ctx context.Context, method, path string, p params, parse func(rest.Response) *exchanges.Error) error {
	err := s.client.Ask(ctx, rest.Call{Credential: s.cred, Limiter: s.limiter}, p.request(method, path), parse)
	if e := exchanges.AsError(err); err != nil && (e.Kind == exchanges.Auth || e.Kind == exchanges.Denied) {
		e.Hint = hintManager
	}
	return err
}

// acknowledged takes any JSON object for the answer to a change; a page of
// something in between would be taken for one by its status alone.
func acknowledged(r rest.Response) *exchanges.Error {
	var object map[string]json.RawMessage
	return rest.Decode(r, &object)
}
