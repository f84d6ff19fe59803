package deribit

import (
	"context"
	"errors"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// The optional abilities, all for the keys of the managing key's own account.
var (
	_ exchanges.Creator = (*venue)(nil)
	_ exchanges.Lister  = (*venue)(nil)
	_ exchanges.Editor  = (*venue)(nil)
	_ exchanges.Revoker = (*venue)(nil)
)

// madeKey is the answer of create_api_key: the row that the list has of the key
// from then on. For a key pair client_secret is the fingerprint of the public
// half.
type madeKey struct {
	keyRow
	Secret token `json:"client_secret"`
}

// CreateKey makes a key. Deribit sets no IP whitelist on the way: see EditKey.
// Reading takes three scopes, account:read among them, so that a key that may
// read can be inspected in full; a key that may not still can, and its label
// and IP whitelist stay unknown.
func (v *venue) CreateKey(ctx context.Context, m exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	params, err := newKey(r)
	if err != nil {
		return exchanges.Credential{}, err
	}
	e, err := v.errand(ctx, m)
	if err != nil {
		return exchanges.Credential{}, err
	}
	defer e.end()
	made, err := run[madeKey](ctx, e, order{method: createMethod, id: 3, params: params, changes: true})
	if err != nil {
		return exchanges.Credential{}, err
	}
	out := exchanges.Credential{KeyID: string(made.ClientID)}
	if r.PublicKey == "" {
		out.Secret = made.Secret.Secret
	}
	if !clientID(out.KeyID) || r.PublicKey == "" && !secret(out.Secret.Reveal()) {
		return exchanges.Credential{}, &exchanges.Error{
			Exchange: ID, Op: opOf(createMethod), Kind: exchanges.Protocol, Code: "a new key without an ID or a secret",
			Hint: "There may be a new key of this label now: remove it on Deribit's API page, then try again.",
		}
	}
	if made.ID.Known && made.Scope.known { // its IP whitelist comes next
		v.rows.keep(m.Credential, out.KeyID, sighting{row: made.keyRow, at: v.Now(), paid: e.spent})
	}
	return out, nil
}

// newKey is the request for a key, checked.
func newKey(r exchanges.KeyRequest) (map[string]any, error) {
	refused := &exchanges.Error{Exchange: ID, Op: opOf(createMethod), Kind: exchanges.Invalid, Outcome: exchanges.NotSent}
	if !label(r.Label) {
		refused.Code, refused.Hint = "not a label", "A label at Deribit is 1 to 16 letters, digits and underscores."
		return nil, refused
	}
	want, err := scope{known: true}.grant(r.Permissions)
	if err != nil {
		return nil, err
	}
	if len(want) == 0 {
		refused.Code, refused.Hint = "no permission", "A new key must be given at least one permission."
		return nil, refused
	}
	params := map[string]any{"name": r.Label, "max_scope": strings.Join(want, " ")}
	if r.PublicKey != "" {
		params["public_key"] = r.PublicKey
	}
	return params, nil
}

// ListKeys lists the keys of the account. What the answer holds of their
// secrets is not decoded.
func (v *venue) ListKeys(ctx context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	e, err := v.errand(ctx, m)
	if err != nil {
		return nil, err
	}
	defer e.end()
	list, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(list.rows))
	for i := range list.rows {
		row := &list.rows[i]
		k := exchanges.KeyInfo{KeyID: string(row.ClientID)}
		k.Permissions, k.ExchangePermissions = permissions(row.Scope)
		row.describe(&k)
		out[i] = v.Stamp(k)
	}
	return out, nil
}

// list returns every key of the account, or an error: a key that cannot be
// read might be the one that is looked for.
func (e *errand) list(ctx context.Context) (*keyList, error) {
	list, err := run[keyList](ctx, e, order{method: listMethod, id: 2, params: map[string]any{}})
	if err != nil {
		return nil, err
	}
	readable, seen := !list.different, map[wire.Text]bool{}
	for _, row := range list.rows {
		id := row.ClientID
		readable = readable && id != "" && !seen[id] && !wire.Masked(string(id)) && row.ID.Known
		seen[id] = true
	}
	if !readable {
		return nil, &exchanges.Error{Exchange: ID, Op: opOf(listMethod), Kind: exchanges.Protocol,
			Code: "a list of keys that cannot be read", Hint: hintOdd}
	}
	return list, nil
}

// EditKey replaces permissions and IP whitelist of a key. Since Deribit takes
// what a call leaves out for a right that is taken away, all of the key's
// present values go along. An account with two-factor authentication wants a
// code for finding the key, unless it was made just now, and another one for
// the change: the first call fails with SecondFactor and has used its code up.
func (v *venue) EditKey(ctx context.Context, m exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	e, err := v.errand(ctx, m)
	if err != nil {
		return err
	}
	defer e.end()
	found, err := e.find(ctx, keyID)
	if err != nil {
		return notSent(err)
	}
	if found == nil {
		return &exchanges.Error{Exchange: ID, Op: opOf(editMethod), Kind: exchanges.NotFound, Outcome: exchanges.NotSent,
			Hint: "The account of the managing key has no such key: it was removed, or it belongs to another account."}
	}
	params, err := found.row.edited(r)
	if err != nil {
		return err
	}
	_, err = run[struct{}](ctx, e, order{method: editMethod, id: 4, params: params, changes: true})
	return e.ended(keyID, found, err)
}

// edited is the request that makes r of the key.
func (r *keyRow) edited(want exchanges.KeyRequest) (map[string]any, error) {
	refused := &exchanges.Error{Exchange: ID, Op: opOf(editMethod), Kind: exchanges.Protocol, Outcome: exchanges.NotSent,
		Code: "the key's present values cannot be read", Hint: "Change the key on Deribit's API page."}
	if !r.Scope.known {
		return nil, refused
	}
	words, err := r.Scope.grant(want.Permissions)
	if err != nil {
		return nil, err
	}
	ips := want.IPs
	if ips.State == exchanges.IPUnknown {
		ips = whitelist(r.Whitelist)
	}
	params := map[string]any{"id": r.ID.Value, "max_scope": strings.Join(words, " ")}
	switch {
	case ips.State == exchanges.IPAny:
		params["ip_whitelist"] = []string{}
	case ips.State == exchanges.IPList && len(ips.Entries) > 0:
		params["ip_whitelist"] = ips.Entries
	default:
		return nil, refused
	}
	if len(r.Features.Values) > 0 {
		params["enabled_features"] = r.Features.Values
	}
	return params, nil
}

// RevokeKey removes a key. Whether a key may remove itself is not documented;
// Deribit decides.
func (v *venue) RevokeKey(ctx context.Context, m exchanges.Manager, keyID string) error {
	e, err := v.errand(ctx, m)
	if err != nil {
		return err
	}
	defer e.end()
	found, err := e.find(ctx, keyID)
	if err != nil {
		return notSent(err)
	}
	if found == nil {
		return nil
	}
	done, err := run[wire.Text](ctx, e, order{
		method: removeMethod, id: 5, params: map[string]any{"id": found.row.ID.Value}, changes: true,
	})
	if err == nil && *done == "ok" {
		return nil
	}
	if err == nil {
		err = &exchanges.Error{Exchange: ID, Op: opOf(removeMethod), Kind: exchanges.Protocol, Code: "neither ok nor an error", Hint: hintOdd}
	}
	// Somebody else may have removed it in between.
	if errors.Is(err, exchanges.Protocol) || errors.Is(err, exchanges.NotFound) {
		if list, again := e.list(ctx); again == nil && list.find(keyID) == nil {
			return nil
		}
	}
	return e.ended(keyID, found, err)
}

// find returns what the account's list says of a key, or nil where there is no
// such key. The number by which Deribit's other calls name a key comes from
// there, each time.
func (e *errand) find(ctx context.Context, keyID string) (*sighting, error) {
	if seen, ok := e.venue.rows.recall(e.manager.Credential, keyID); ok {
		return &seen, nil
	}
	list, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	row := list.find(keyID)
	if row == nil {
		return nil, nil //nolint:nilnil // that there is none is an answer
	}
	return &sighting{row: *row, at: e.venue.Now(), paid: e.spent}, nil
}

// ended keeps the row of a key for the next attempt where finding it took a
// code and the change wants another one.
func (e *errand) ended(keyID string, found *sighting, err error) error {
	if found.paid && errors.Is(err, exchanges.SecondFactor) {
		e.venue.rows.keep(e.manager.Credential, keyID, *found)
	}
	return err
}
