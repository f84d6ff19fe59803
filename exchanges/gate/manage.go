package gate

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
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

// desk words what is refused here.
var desk = subkeys.Desk{ID: ID, Name: "Gate"}

// manager is a site at which a key of the main account manages the keys of
// sub-accounts. Gate has no call that makes, changes or deletes those of the
// main account.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// children are the keys of a sub-account, seen from a key of the main account.
type children struct {
	*manager
	cred   exchanges.Credential
	parent string // the user ID of the sub-account
}

// under opens the keys of the sub-account that mgr means.
func (m *manager) under(mgr exchanges.Manager, op string) (children, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return children{}, err
	}
	id := strings.TrimSpace(mgr.SubAccount)
	if n, err := strconv.ParseUint(id, 10, 63); err != nil || n == 0 || id[0] == '0' {
		return children{}, desk.Invalid(op, "Name the sub-account by its user ID, digits only. Keys of the main account are managed by hand, under API Management.")
	}
	return children{manager: m, cred: c, parent: id}, nil
}

// ask makes a call about the sub-account's keys, or the one called keyID. That
// a key is unknown is taken back: the calling one may be meant.
func (s children) ask(ctx context.Context, method, keyID string, body []byte, parse func(rest.Response) *exchanges.Error) error {
	r := rest.Request{Method: method, Path: base + "/sub_accounts/" + s.parent + "/keys", Shown: subKeysShown, Body: string(body)}
	if keyID != "" {
		r.Path, r.Shown = r.Path+"/"+keyID, subKeyShown
	}
	err := s.client.Ask(ctx, rest.Call{Credential: s.cred, Limiter: s.limiter}, r, parse)
	if err == nil {
		return nil
	}
	e := exchanges.AsError(subkeys.OfManager(err))
	if e.Kind == exchanges.Denied && e.Hint != hintAccount {
		e.Hint = hintManager
	}
	return err
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

// keys are those of the sub-account.
func (s children) keys() subkeys.Keys[entry] {
	return subkeys.Keys[entry]{Desk: desk, Op: http.MethodGet + subKeysOp, List: s.list, ID: func(k entry) string { return string(k.Key) }}
}

// list returns every key of the sub-account.
func (s children) list(ctx context.Context) (all []entry, err error) {
	err = s.ask(ctx, http.MethodGet, "", nil, func(r rest.Response) *exchanges.Error {
		if e := rest.Decode(r, &all); e != nil {
			return e
		}
		if all == nil {
			return rest.NotJSON(r)
		}
		return trusted(all, s.parent)
	})
	return all, err
}

// trusted refuses a list in which a key could be missed.
func trusted(all []entry, parent string) *exchanges.Error {
	for _, k := range all {
		if strings.Contains(string(k.Key), "*") {
			return incomplete("a masked key")
		}
		if k.UserID != "" && string(k.UserID) != parent {
			return incomplete("a key of another account")
		}
	}
	return nil
}

func incomplete(what string) *exchanges.Error {
	return desk.Incomplete(http.MethodGet+subKeysOp, what)
}

// acknowledged takes an empty answer or any JSON object for the answer to a
// change; a page of something in between is neither.
func acknowledged(r rest.Response) *exchanges.Error {
	if len(r.Body) == 0 {
		return nil
	}
	var object map[string]json.RawMessage
	return rest.Decode(r, &object)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.under(mgr, http.MethodGet+subKeysOp)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k entry) exchanges.KeyInfo {
		out := k.info(ofSub)
		out.KeyID, out.Account = string(k.Key), s.parent
		return m.client.Stamp(out)
	})
}

// of opens the keys of the sub-account that mgr means, for a change of one.
func (m *manager) of(mgr exchanges.Manager, op, keyID string) (children, error) {
	if err := desk.CheckKey(op, mgr, keyID); err != nil {
		return children{}, err
	}
	if err := named(keyID, op); err != nil {
		return children{}, err
	}
	return m.under(mgr, op)
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says. No
// label is documented that says that it is gone.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.of(mgr, http.MethodDelete+subKeyOp, keyID)
	if err != nil {
		return err
	}
	return s.keys().Revoke(ctx, keyID, func() error { return s.ask(ctx, http.MethodDelete, keyID, nil, acknowledged) })
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
