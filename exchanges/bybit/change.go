package bybit

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *maker) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + " " + createSubPath
	s, err := m.sub(mgr, op)
	if err == nil {
		err = desk.CheckNew(op, r)
	}
	if err != nil {
		return exchanges.Credential{}, err
	}
	rights, err := asked(op, r.Permissions, nil)
	if err != nil {
		return exchanges.Credential{}, err
	}
	ips, err := addresses(op, r.IPs)
	if err != nil {
		return exchanges.Credential{}, err
	}
	var made exchanges.Credential
	err = s.change(ctx, createSubPath, struct {
		SubUID int64  `json:"subuid"`
		Note   string `json:"note"`
		IPs    string `json:"ips"`
		mode
	}{s.uid, r.Label, ips, rights}, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r)
		return e
	})
	return made, err
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response) (exchanges.Credential, *exchanges.Error) {
	var answer struct {
		Result struct {
			APIKey string `json:"apiKey"`
			Secret string `json:"secret"`
		} `json:"result"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{KeyID: answer.Result.APIKey, Secret: exchanges.NewSecret(answer.Result.Secret)}, check)
}

// EditKey changes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	if itself(mgr, keyID) {
		return m.editItself(ctx, mgr.Credential, r)
	}
	const op = http.MethodPost + " " + editSubPath
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k key) (func() error, error) {
		edit, err := k.edited(r)
		if err != nil {
			return nil, err
		}
		edit.APIKey = keyID
		return func() error { return s.change(ctx, editSubPath, edit, acknowledged) }, nil
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
		r.IPs = whitelist(k.IPs)
	}
	ips, err := addresses(op, r.IPs)
	if err != nil {
		return subEdit{}, err
	}
	return subEdit{IPs: ips, mode: rights}, nil
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
			return rest.BeforeChange(err)
		}
		return m.change(ctx, c, editSubPath, edit, acknowledged)
	}
	if r.IPs.State != exchanges.IPUnknown && !sameList(r.IPs, whitelist(k.IPs)) {
		return &exchanges.Error{
			Exchange: ID, Op: op, Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Hint: "The IP list of a master account's key can only be changed by hand, under API Management.",
		}
	}
	if !r.Permissions.Known() {
		return nil
	}
	rights, err := k.becomes(op, r.Permissions)
	if err != nil {
		return rest.BeforeChange(err)
	}
	return m.change(ctx, c, editPath, rights, acknowledged)
}

// sameList reports whether two whitelists let the same addresses in.
func sameList(a, b exchanges.IPWhitelist) bool {
	sorted := func(w exchanges.IPWhitelist) string {
		return strings.Join(slices.Compact(slices.Sorted(slices.Values(w.Entries))), ",")
	}
	return a.State == b.State && sorted(a) == sorted(b)
}
