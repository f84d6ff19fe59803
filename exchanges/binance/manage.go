package binance

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
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
	keys, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(keys))
	for i, k := range keys {
		out[i] = m.stamped(k.info())
	}
	return out, nil
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	s, err := m.sub(mgr, http.MethodPost+" "+permitPath)
	if err != nil {
		return err
	}
	err = s.edit(ctx, keyID, r)
	if err != nil && s.absent(ctx, keyID, err) {
		e := *exchanges.AsError(err)
		e.Kind, e.Outcome, e.Hint = exchanges.NotFound, exchanges.Refused, "The sub-account has no such key: list its keys, or check the e-mail address."
		return &e
	}
	return err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.sub(mgr, http.MethodDelete+" "+keysPath)
	if err != nil {
		return err
	}
	err = s.do(ctx, http.MethodDelete, keysPath, s.of(keyID), acknowledged)
	if err != nil && s.absent(ctx, keyID, err) {
		return nil
	}
	return err
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
		return subAccount{}, invalid(op, "Name the sub-account by its e-mail address; Binance has no API for keys of the master account itself, those are managed on its web site.")
	}
	return subAccount{master: m, cred: c, email: email}, nil
}

// invalid is a request that is refused here.
func invalid(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: ID, Op: op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: hint}
}

// of are the parameters that name a key.
func (s subAccount) of(keyID string) params {
	return params("").with("email", s.email).with("subAccountApiKey", keyID)
}

// do makes a call with the managing key.
func (s subAccount) do(ctx context.Context, method, path string, p params, parse func(rest.Response) *exchanges.Error) error {
	err := s.venue.do(ctx, s.cred, call{method: method, path: path, params: p, parse: parse, limiter: s.limiter})
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

// absent finds out whether a key is gone, after a call about it failed with
// err. Binance documents no code that says so, and a reply may be lost: the
// list alone tells.
func (s subAccount) absent(ctx context.Context, keyID string, err error) bool {
	if !rest.WorthLooking(err) {
		return false
	}
	_, found, err := s.find(ctx, keyID)
	return err == nil && !found
}
