package gate

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

// The calls as errors and logs name them: without the user ID and the key.
const (
	subKeysShown = base + "/sub_accounts/{user_id}/keys"
	subKeyShown  = subKeysShown + "/{key}"
	subKeysOp    = " " + subKeysShown
	subKeyOp     = " " + subKeyShown
)

// hintManager is for refusals of calls about keys of sub-accounts.
const hintManager = "Possible causes: the managing key is not of the main account; it lacks the right to manage sub-accounts, which Gate does not name " +
	"(Account with Read-and-Write is the likely one), or may only read; such a right was ticked less than 5 minutes ago."

var desk = subkeys.Desk{
	ID: ID, Name: "Gate", Check: check, Names: subkeys.IsUID, Named: "by its user ID, digits only",
	Main:   "Keys of the main account are managed by hand, under API Management.",
	Denied: hintDenied, Manager: hintManager,
}

// manager is a site at which a key of the main account manages the keys of
// sub-accounts. Gate has no call that makes, changes or deletes those of the
// main account.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// children are the keys of a sub-account, which is called by its user ID, seen
// from a key of the main account.
type children struct {
	*manager
	subkeys.Account
}

// ask makes a call about the sub-account's keys, or the one called keyID.
func (s children) ask(ctx context.Context, method, keyID string, body []byte, read func(rest.Response) *exchanges.Error) error {
	r := rest.Request{Method: method, Path: base + "/sub_accounts/" + s.Name + "/keys", Shown: subKeysShown, Body: string(body)}
	if keyID != "" {
		r.Path, r.Shown = r.Path+"/"+keyID, subKeyShown
	}
	return desk.ByManager(s.Ask(ctx, rest.Call{Credential: s.Manager, Limiter: s.limiter}, r, read))
}

// entry is a key of a sub-account, with its members as they came: what a change
// leaves out is cleared, so that what stays is sent back as it was.
type entry struct {
	key
	raw map[string]json.RawMessage
}

// UnmarshalJSON reads the key twice.
func (e *entry) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &e.key); err != nil {
		return err
	}
	return json.Unmarshal(b, &e.raw)
}

// keys are those of the sub-account. Not inlined: it has many callers.
//
//go:noinline
func (s children) keys() subkeys.Keys[entry] {
	return subkeys.Keys[entry]{
		Desk: desk, Op: http.MethodGet + subKeysOp, ID: func(k entry) string { return k.id() },
		Read: func(ctx context.Context, _ string) (all []entry, err error) {
			err = s.ask(ctx, http.MethodGet, "", nil, rest.Into(&all, func(r rest.Response) ([]entry, *exchanges.Error) { return rest.List[entry](r) }))
			strange := func(k entry) bool { return k.UserID != "" && string(k.UserID) != s.Name }
			if err == nil && slices.ContainsFunc(all, strange) {
				return nil, desk.Incomplete(http.MethodGet+subKeysOp, "a key of another account")
			}
			return all, err
		},
	}
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+subKeysOp, mgr)
	if err != nil {
		return nil, err
	}
	return children{m, a}.keys().Infos(ctx, func(k entry) exchanges.KeyInfo {
		out := k.info(ofSub)
		out.Account = a.Name
		return m.Stamp(out)
	})
}

// SurveyKeys returns the keys of the main account, as exchanges.Surveyor says:
// Gate hides the end of each. An answer with one object may be about the calling
// key alone.
func (m *manager) SurveyKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	const op = http.MethodGet + " " + keysPath
	c, err := check(mgr.Credential)
	if err != nil {
		return nil, err
	}
	main := subkeys.Keys[key]{Desk: desk, Op: op, ID: key.id, Read: func(ctx context.Context, _ string) (all []key, err error) {
		err = m.Get(ctx, rest.Call{Credential: c}, keysPath, func(r rest.Response) (e *exchanges.Error) {
			var alone bool
			if all, alone, e = parseKeys(r); alone && e == nil {
				return desk.Incomplete(op, "one key, and no word on whether there are others")
			}
			return e
		})
		return all, desk.ByManager(err)
	}}
	return main.Survey(ctx, c.KeyID, func(k key) exchanges.KeyInfo { return m.Stamp(k.info(ofMain)) })
}

// of opens the keys of the sub-account that mgr means, for a change of one.
func (m *manager) of(mgr exchanges.Manager, op, keyID string) (children, error) {
	a, err := desk.OpenFor(op, mgr, keyID)
	if err == nil {
		err = named(keyID, op)
	}
	return children{m, a}, err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says. No
// label is documented that says that it is gone.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.of(mgr, http.MethodDelete+subKeyOp, keyID)
	if err != nil {
		return err
	}
	return s.keys().Revoke(ctx, keyID, func() error { return s.ask(ctx, http.MethodDelete, keyID, nil, rest.Done) })
}

// named refuses what cannot be a key's ID and would make another path of the
// call's.
func named(keyID, op string) error {
	strange := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	if keyID == "" || strings.ContainsFunc(keyID, strange) {
		return desk.Invalid(op, "That is no key's ID: it has letters and digits only.")
	}
	return nil
}
