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
	if err != nil {
		return exchanges.Credential{}, err
	}
	switch {
	case r.PublicKey != "":
		return exchanges.Credential{}, &exchanges.Error{
			Exchange: ID, Op: op, Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Hint: "Bybit takes a public key on its web site only: make the key by hand, or let Bybit make the secret.",
		}
	case r.Label == "":
		return exchanges.Credential{}, invalid(op, "Give the key a label: it is how a key is found whose answer was lost.")
	}
	rights, e := asked(op, r.Permissions, nil)
	if e != nil {
		return exchanges.Credential{}, e
	}
	ips, e := addresses(op, r.IPs)
	if e != nil {
		return exchanges.Credential{}, e
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
	made, err := check(exchanges.Credential{KeyID: answer.Result.APIKey, Secret: exchanges.NewSecret(answer.Result.Secret)})
	if err != nil {
		return exchanges.Credential{}, &exchanges.Error{
			Kind: exchanges.Protocol, Code: "no key and secret in the answer",
			Hint: "Bybit may have made the key all the same: look for its label in the list of the sub-account's keys, and delete it.",
		}
	}
	return made, nil
}

// EditKey changes a key of a sub-account or, without one, the calling key
// itself, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	if itself(mgr, keyID) {
		return m.editItself(ctx, mgr.Credential, r)
	}
	s, err := m.sub(mgr, http.MethodPost+" "+editSubPath)
	if err != nil {
		return err
	}
	k, err := s.find(ctx, keyID)
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k == nil {
		return notFound()
	}
	edit, e := k.edited(r)
	if e != nil {
		return rest.BeforeChange(e)
	}
	edit.APIKey = keyID
	err = s.change(ctx, editSubPath, edit, acknowledged)
	if err != nil && s.absent(ctx, keyID, err) {
		return notFound()
	}
	return err
}

func notFound() *exchanges.Error {
	return &exchanges.Error{
		Exchange: ID, Op: http.MethodPost + " " + editSubPath, Kind: exchanges.NotFound, Outcome: exchanges.Refused,
		Hint: "The sub-account has no such key: list its keys, or check the UID.",
	}
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
func (k *key) edited(r exchanges.KeyRequest) (subEdit, *exchanges.Error) {
	const op = http.MethodPost + " " + editSubPath
	rights, e := k.becomes(op, r.Permissions)
	if e != nil {
		return subEdit{}, e
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = whitelist(k.IPs)
	}
	ips, e := addresses(op, r.IPs)
	if e != nil {
		return subEdit{}, e
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
		edit, e := k.edited(r)
		if e != nil {
			return rest.BeforeChange(e)
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
	rights, e := k.becomes(op, r.Permissions)
	if e != nil {
		return rest.BeforeChange(e)
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
