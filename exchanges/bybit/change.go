package bybit

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *maker) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createSubPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	rights, ips, err := subkeys.Wish(desk, op, r, asked, desk.Addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	err = m.change(ctx, a.Manager, createSubPath, struct {
		SubUID json.Number `json:"subuid"`
		Note   string      `json:"note"`
		IPs    string      `json:"ips"`
		mode
	}{json.Number(a.Name), r.Label, written(ips), rights}, rest.Into(&made, desk.Made(exchanges.Secret{}, "apiKey", "secret", "result")))
	return made, desk.ByManager(err)
}

// EditKey changes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	if itself(mgr, keyID) {
		return m.editItself(ctx, mgr.Credential, r)
	}
	const op = http.MethodPost + " " + editSubPath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{m, a}
	return s.keys().Edit(ctx, op, keyID, func(k key) error {
		edit, err := k.edited(r)
		if err != nil {
			return err
		}
		edit.APIKey = keyID
		return desk.ByManager(s.change(ctx, a.Manager, editSubPath, edit, rest.Done))
	})
}

// subEdit is a change of a sub-account's key. Its IP list is always sent: one
// that is left out means no restriction.
type subEdit struct {
	APIKey string `json:"apikey,omitempty"` // empty: the calling key
	IPs    string `json:"ips"`
	mode
}

// edited returns the change that makes k what r asks for. What r does not know
// stays as k has it, and must therefore be known of k.
func (k *key) edited(r exchanges.KeyRequest) (subEdit, error) {
	const op = http.MethodPost + " " + editSubPath
	rights, err := k.becomes(op, r.Permissions)
	if err != nil {
		return subEdit{}, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.whitelist()
	}
	ips, err := desk.Addresses(op, r.IPs)
	return subEdit{IPs: written(ips), mode: rights}, err
}

// editItself changes the calling key. That of a master account cannot change
// its IP list by API.
func (m *manager) editItself(ctx context.Context, c exchanges.Credential, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	c, err := check(c)
	if err != nil {
		return err
	}
	k, err := m.ask(ctx, c)
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k.ofSubAccount() {
		edit, err := k.edited(r)
		if err != nil {
			return err
		}
		return m.change(ctx, c, editSubPath, edit, rest.Done)
	}
	if r.IPs.State != exchanges.IPUnknown && !same(r.IPs, k.whitelist()) {
		return desk.Unsupported(op, "The IP list of a master account's key can only be changed by hand, under API Management.")
	}
	if !r.Permissions.Known() {
		return nil
	}
	rights, err := k.becomes(op, r.Permissions)
	if err != nil {
		return err
	}
	return m.change(ctx, c, editPath, rights, rest.Done)
}

// same reports whether two whitelists let the same addresses in.
func same(a, b exchanges.IPWhitelist) bool {
	return a.State == b.State && subkeys.Same(a.Entries, b.Entries)
}
