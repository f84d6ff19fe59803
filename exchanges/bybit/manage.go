package bybit

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	createSubPath = "/v5/user/create-sub-api"
	listSubPath   = "/v5/user/sub-apikeys"
	editSubPath   = "/v5/user/update-sub-api"
	deleteSubPath = "/v5/user/delete-sub-api"
	editPath      = "/v5/user/update-api"
	deletePath    = "/v5/user/delete-api"
)

// hintManager is for refusals of calls that change keys.
const hintManager = "To change keys, the calling key needs a right of the wallet (transfer between accounts or sub-accounts, or withdrawal) " +
	"and must not be read-only; for keys of sub-accounts it must be of the master account. Edit it under API Management."

var desk = subkeys.Desk{
	ID: ID, Name: "Bybit", Check: check, Names: subkeys.IsUID, Named: "by its UID, digits only",
	Main:   "Of keys of the master account itself, Bybit's API changes and deletes the calling one alone, without a sub-account.",
	Denied: hintDenied, Manager: hintManager,
}

// manager is a site at which keys are managed: those of sub-accounts with a
// key of the master account, and any key with itself.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// maker is a manager that makes keys too.
type maker struct{ *manager }

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*manager
	subkeys.Account
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+listSubPath, mgr)
	if err != nil {
		return nil, err
	}
	return subAccount{m, a}.keys().Infos(ctx, func(k key) exchanges.KeyInfo {
		out := m.Stamp(k.info(k.id()))
		out.Account = a.Name
		return out
	})
}

// RevokeKey deletes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	if itself(mgr, keyID) {
		return m.revokeItself(ctx, mgr.Credential)
	}
	a, err := desk.OpenFor(http.MethodPost+" "+deleteSubPath, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	return s.keys().Revoke(ctx, keyID, func() error {
		return desk.ByManager(s.change(ctx, a.Manager, deleteSubPath, map[string]string{"apikey": keyID}, rest.Done))
	})
}

// itself reports whether the key that is meant is the calling one.
func itself(mgr exchanges.Manager, keyID string) bool {
	return mgr.SubAccount == "" && keyID == strings.TrimSpace(mgr.Credential.KeyID)
}

// revokeItself deletes the calling key. That of a sub-account has another call
// for it. Whether a reply was lost or a second try comes too late: a key that
// Bybit does not know is gone.
func (m *manager) revokeItself(ctx context.Context, c exchanges.Credential) error {
	c, err := check(c)
	if err != nil {
		return err
	}
	k, err := m.ask(ctx, c)
	if err != nil {
		return unlessGone(rest.BeforeChange(err))
	}
	path := deletePath
	if k.ofSubAccount() {
		path = deleteSubPath
	}
	err = m.change(ctx, c, path, struct{}{}, rest.Done)
	if err == nil || exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown {
		return unlessGone(err)
	}
	if _, again := m.ask(ctx, c); again != nil && unlessGone(again) == nil {
		return nil
	}
	return err
}

// unlessGone returns err, or nil if it says that there is no such key.
func unlessGone(err error) error {
	if err == nil || exchanges.AsError(err).UnknownKey {
		return nil
	}
	return err
}

// ofSubAccount reports whether Bybit said that the key is not the master's.
func (k *key) ofSubAccount() bool { return k.IsMaster.Known && !k.IsMaster.Value }

// change sends a change with v as its body.
func (m *manager) change(ctx context.Context, c exchanges.Credential, path string, v any, read func(rest.Response) *exchanges.Error) error {
	err := m.Post(ctx, rest.Call{Credential: c, Limiter: m.limiter}, path, v, read)
	if e := exchanges.AsError(err); err != nil && e.Hint == hintDenied {
		e.Hint = hintManager
	}
	return err
}

// The list of keys comes in pages; mostPages bounds an answer that never ends.
const (
	pageSize  = 20
	mostPages = 100
)

// keys are those of the sub-account. Bybit documents no code that says of
// another key than the calling one that it is gone: their list alone tells. Not
// inlined: it has many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[key] {
	const op = http.MethodGet + " " + listSubPath
	return subkeys.Keys[key]{
		Desk: desk, Op: op, ID: func(k key) string { return k.id() },
		Read: func(ctx context.Context, _ string) ([]key, error) {
			return subkeys.Pages(desk, op, mostPages, func(cursor string) ([]key, string, error) { return s.page(ctx, cursor) })
		},
	}
}

func (s subAccount) page(ctx context.Context, cursor string) (keys []key, next string, err error) {
	query := "subMemberId=" + s.Name + "&limit=" + strconv.Itoa(pageSize)
	if cursor != "" {
		query += "&cursor=" + url.QueryEscape(cursor)
	}
	r := rest.Request{Method: http.MethodGet, Path: listSubPath, Query: query}
	err = s.Ask(ctx, rest.Call{Credential: s.Manager}, r, func(r rest.Response) (e *exchanges.Error) {
		keys, e = rest.List[key](r, "result", "result")
		if next = string(wire.At[wire.Text](r.Body, "result", "nextPageCursor")); len(keys) == 0 && next == cursor {
			next = "" // there is nothing behind the end
		}
		return e
	})
	return keys, next, desk.ByManager(err)
}
