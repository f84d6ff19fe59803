package bybit

import (
	"context"
	"encoding/json"
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

var desk = subkeys.Desk{ID: ID, Name: "Bybit"}

// hintOwn is for requests about other keys than those of a sub-account.
const hintOwn = "Of keys of the master account itself, Bybit's API changes and deletes the calling one alone, without a sub-account."

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
	cred exchanges.Credential
	uid  int64
}

// sub opens the sub-account that mgr means.
func (m *manager) sub(mgr exchanges.Manager, op string) (subAccount, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subAccount{}, err
	}
	uid, err := strconv.ParseInt(strings.TrimSpace(mgr.SubAccount), 10, 64)
	if err != nil || uid <= 0 {
		return subAccount{}, desk.Invalid(op, "Name the sub-account by its UID, digits only. "+hintOwn)
	}
	return subAccount{manager: m, cred: c, uid: uid}, nil
}

// of opens the sub-account that mgr means, for a change of one of its keys. The
// calling key is none of them, though the list would say no more than that.
func (m *manager) of(mgr exchanges.Manager, op, keyID string) (subAccount, error) {
	if keyID == "" || keyID == strings.TrimSpace(mgr.Credential.KeyID) {
		return subAccount{}, desk.Invalid(op, "Name a key of the sub-account. "+hintOwn)
	}
	return m.sub(mgr, op)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(mgr, http.MethodGet+" "+listSubPath)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k key) exchanges.KeyInfo {
		out := m.client.Stamp(k.info(string(k.APIKey)))
		out.Account = strconv.FormatInt(s.uid, 10)
		return out
	})
}

// RevokeKey deletes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	if itself(mgr, keyID) {
		return m.revokeItself(ctx, mgr.Credential)
	}
	s, err := m.of(mgr, http.MethodPost+" "+deleteSubPath, keyID)
	if err != nil {
		return err
	}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.change(ctx, deleteSubPath, map[string]string{"apikey": keyID}, acknowledged)
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
	err = m.change(ctx, c, path, struct{}{}, acknowledged)
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
func (m *manager) change(ctx context.Context, c exchanges.Credential, path string, v any, parse func(rest.Response) *exchanges.Error) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r := rest.Request{Method: http.MethodPost, Path: path, Body: string(body)}
	err = m.client.Ask(ctx, rest.Call{Credential: c, Limiter: m.limiter}, r, parse)
	if e := exchanges.AsError(err); err != nil && e.Kind == exchanges.Denied {
		e.Hint = hintManager
	}
	return err
}

// change sends a change of a sub-account's key.
func (s subAccount) change(ctx context.Context, path string, v any, parse func(rest.Response) *exchanges.Error) error {
	return subkeys.OfManager(s.manager.change(ctx, s.cred, path, v, parse))
}

// acknowledged takes whatever is in the envelope for the answer to a change:
// Bybit documents an empty result, or the key as it was sent.
func acknowledged(rest.Response) *exchanges.Error { return nil }

// The list of keys comes in pages; mostPages bounds an answer that never ends.
const (
	pageSize  = 20
	mostPages = 100
)

// keys are those of the sub-account. Bybit documents no code that says of
// another key than the calling one that it is gone: their list alone tells.
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{Desk: desk, Op: http.MethodGet + " " + listSubPath, List: s.list, ID: func(k key) string { return string(k.APIKey) }}
}

// list returns every key of the sub-account.
func (s subAccount) list(ctx context.Context) ([]key, error) {
	return subkeys.Pages(desk, http.MethodGet+" "+listSubPath, mostPages, func(cursor string) ([]key, string, error) { return s.page(ctx, cursor) })
}

func (s subAccount) page(ctx context.Context, cursor string) (keys []key, next string, err error) {
	query := "subMemberId=" + strconv.FormatInt(s.uid, 10) + "&limit=" + strconv.Itoa(pageSize)
	if cursor != "" {
		query += "&cursor=" + url.QueryEscape(cursor)
	}
	r := rest.Request{Method: http.MethodGet, Path: listSubPath, Query: query}
	err = s.client.Ask(ctx, rest.Call{Credential: s.cred}, r, func(r rest.Response) *exchanges.Error {
		var answer struct {
			Result struct {
				Keys *[]key    `json:"result"`
				Next wire.Text `json:"nextPageCursor"`
			} `json:"result"`
		}
		if e := rest.Decode(r, &answer); e != nil {
			return e
		}
		if answer.Result.Keys == nil {
			return rest.NotJSON(r)
		}
		keys = *answer.Result.Keys
		if len(keys) > 0 { // an empty page is the last, whatever it says
			next = string(answer.Result.Next)
		}
		return nil
	})
	return keys, next, subkeys.OfManager(err)
}

func incomplete(what string) *exchanges.Error {
	return desk.Incomplete(http.MethodGet+" "+listSubPath, what)
}
