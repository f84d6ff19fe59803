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

// The calls as errors name them: without the user ID and the key.
const (
	subKeysOp = " " + base + "/sub_accounts/{user_id}/keys"
	subKeyOp  = subKeysOp + "/{key}"
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
	what := call{
		method: method, path: base + "/sub_accounts/" + s.parent + "/keys", op: method + subKeysOp,
		body: string(body), parse: parse, limiter: s.limiter,
	}
	if keyID != "" {
		what.path, what.op = what.path+"/"+keyID, method+subKeyOp
	}
	_, err := s.do(ctx, s.cred, what)
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

// list returns every key of the sub-account. It fails rather than leave one
// out: what is not in it counts as gone.
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
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = string(k.Key)
		if strings.Contains(ids[i], "*") {
			return incomplete("a masked key")
		}
		if k.UserID != "" && string(k.UserID) != parent {
			return incomplete("a key of another account")
		}
	}
	if err := desk.Unique(http.MethodGet+subKeysOp, ids); err != nil {
		return exchanges.AsError(err)
	}
	return nil
}

func incomplete(what string) *exchanges.Error {
	return desk.Incomplete(http.MethodGet+subKeysOp, what)
}

// find looks for a key in the list; nil: there is none.
func (s children) find(ctx context.Context, keyID string) (*entry, error) {
	all, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if string(all[i].Key) == keyID {
			return &all[i], nil
		}
	}
	return nil, nil
}

// change sends a change of a key. gone reports that the list does not have the
// key after the change failed: no label is documented that says so.
func (s children) change(ctx context.Context, method, keyID string, body []byte) (gone bool, err error) {
	err = s.ask(ctx, method, keyID, body, acknowledged)
	return subkeys.Gone(err, func() (bool, error) {
		k, err := s.find(ctx, keyID)
		return k != nil, err
	}), err
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
	all, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(all))
	for i, k := range all {
		out[i] = k.info(ofSub)
		out[i].KeyID, out[i].Account = string(k.Key), s.parent
		out[i].Seen, out[i].Clock = m.client.Now().UTC(), m.client.Clock()
	}
	return out, nil
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.under(mgr, http.MethodDelete+subKeyOp)
	if err == nil {
		err = named(keyID, http.MethodDelete+subKeyOp)
	}
	if err != nil {
		return err
	}
	if gone, err := s.change(ctx, http.MethodDelete, keyID, nil); !gone {
		return err
	}
	return nil
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
