package bybit

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
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
		return subAccount{}, invalid(op, "Name the sub-account by its UID, digits only. Of keys of the master account itself, Bybit's API changes and deletes the calling one alone.")
	}
	return subAccount{manager: m, cred: c, uid: uid}, nil
}

// invalid is a request that is refused here.
func invalid(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: ID, Op: op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: hint}
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(mgr, http.MethodGet+" "+listSubPath)
	if err != nil {
		return nil, err
	}
	keys, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(keys))
	for i := range keys {
		out[i] = m.stamped(keys[i].info(string(keys[i].APIKey)))
		out[i].Account = strconv.FormatInt(s.uid, 10)
	}
	return out, nil
}

// RevokeKey deletes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	if itself(mgr, keyID) {
		return m.revokeItself(ctx, mgr.Credential)
	}
	s, err := m.sub(mgr, http.MethodPost+" "+deleteSubPath)
	if err != nil {
		return err
	}
	err = s.change(ctx, deleteSubPath, map[string]string{"apikey": keyID}, acknowledged)
	if err != nil && s.absent(ctx, keyID, err) {
		return nil
	}
	return err
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
	err = m.do(ctx, c, call{method: http.MethodPost, path: path, body: string(body), parse: parse, limiter: m.limiter})
	if e := exchanges.AsError(err); err != nil && e.Kind == exchanges.Denied {
		e.Hint = hintManager
	}
	return err
}

// change sends a change of a sub-account's key.
func (s subAccount) change(ctx context.Context, path string, v any, parse func(rest.Response) *exchanges.Error) error {
	return ofManager(s.manager.change(ctx, s.cred, path, v, parse))
}

// ofManager takes back that a key is unknown: it is the calling one, and not
// the one that the call is about.
func ofManager(err error) error {
	if err != nil {
		exchanges.AsError(err).UnknownKey = false
	}
	return err
}

// acknowledged takes whatever is in the envelope for the answer to a change:
// Bybit documents an empty result, or the key as it was sent.
func acknowledged(rest.Response) *exchanges.Error { return nil }

// The list of keys comes in pages; mostPages bounds an answer that never ends.
const (
	pageSize  = 20
	mostPages = 100
)

// list returns every key of the sub-account. It fails rather than leave one
// out: what is not in it counts as gone.
func (s subAccount) list(ctx context.Context) ([]key, error) {
	var all []key
	seen := map[string]bool{}
	cursor := ""
	for range mostPages {
		next, keys, err := s.page(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if k.APIKey == "" || seen[string(k.APIKey)] {
				return nil, incomplete("a key without name, or one twice")
			}
			seen[string(k.APIKey)] = true
		}
		all = append(all, keys...)
		if next == "" || len(keys) == 0 {
			return all, nil
		}
		cursor = next
	}
	return nil, incomplete("more pages than an account can have")
}

func (s subAccount) page(ctx context.Context, cursor string) (next string, keys []key, err error) {
	query := "subMemberId=" + strconv.FormatInt(s.uid, 10) + "&limit=" + strconv.Itoa(pageSize)
	if cursor != "" {
		query += "&cursor=" + url.QueryEscape(cursor)
	}
	err = s.do(ctx, s.cred, call{method: http.MethodGet, path: listSubPath, query: query, parse: func(r rest.Response) *exchanges.Error {
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
		next, keys = string(answer.Result.Next), *answer.Result.Keys
		return nil
	}})
	return next, keys, ofManager(err)
}

// incomplete is a list that cannot be relied on.
func incomplete(what string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: ID, Op: http.MethodGet + " " + listSubPath, Kind: exchanges.Protocol, Outcome: exchanges.Refused, Code: what,
		Hint: "The list of keys may have changed while it was read: try again.",
	}
}

// find looks for a key in the list.
func (s subAccount) find(ctx context.Context, keyID string) (*key, error) {
	keys, err := s.list(ctx)
	i := slices.IndexFunc(keys, func(k key) bool { return string(k.APIKey) == keyID })
	if err != nil || i < 0 {
		return nil, err
	}
	return &keys[i], nil
}

// absent finds out whether a key is gone, after a call about it failed with
// err. Bybit documents no code that says so of another key than the calling
// one, and a reply may be lost: the list alone tells.
func (s subAccount) absent(ctx context.Context, keyID string, err error) bool {
	if !rest.WorthLooking(err) {
		return false
	}
	k, err := s.find(ctx, keyID)
	return err == nil && k == nil
}
