package binance

import (
	"context"
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

var desk = subkeys.Desk{
	ID: ID, Name: "Binance", Check: check, Names: isEmail, Named: "by its e-mail address", TakesPairs: true,
}

func isEmail(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && domain != ""
}

// master is a site at which a key of the master account manages the keys of
// sub-accounts. Binance has no call for the master account's own keys.
type master struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*master
	subkeys.Account
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *master) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	a, err := desk.Open(http.MethodPost+" "+createPath, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	return subAccount{m, a}.create(ctx, r)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says. Their
// IP lists are not told there: each would take a call of its own that weighs as
// much as the list.
func (m *master) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
	if err != nil {
		return nil, err
	}
	return subAccount{m, a}.keys().Infos(ctx, func(k subKey) exchanges.KeyInfo { return m.Stamp(k.info()) })
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + permitPath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	err = s.edit(ctx, keyID, r)
	if s.keys().Gone(ctx, keyID, err) {
		return desk.NotFound(op)
	}
	return err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	a, err := desk.OpenFor(http.MethodDelete+" "+keysPath, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.do(ctx, http.MethodDelete, keysPath, s.of(keyID), rest.Done)
	})
}

// email is the address of the sub-account. Binance knows those in lower case only.
func (s subAccount) email() string { return strings.ToLower(s.Name) }

// of are the parameters that name a key.
func (s subAccount) of(keyID string) params {
	return params("").with("email", s.email()).with("subAccountApiKey", keyID)
}

// do makes a call with the managing key.
func (s subAccount) do(ctx context.Context, method, path string, p params, read func(rest.Response) *exchanges.Error) error {
	err := s.Ask(ctx, rest.Call{Credential: s.Manager, Limiter: s.limiter}, p.request(method, path), read)
	if e := exchanges.AsError(err); err != nil && (e.Kind == exchanges.Auth || e.Kind == exchanges.Denied) {
		e.Hint = hintManager
	}
	return err
}
