package gate

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

// mostIPs is how many addresses a whitelist takes, IPv4 alone and no blocks.
const mostIPs = 20

// CreateKey makes a key of the sub-account, as exchanges.Creator says. It is
// one for the classic account; those of the older unified one are made by hand.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + subKeysOp
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	areas, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	body, err := json.Marshal(map[string]any{"mode": modeClassic, "name": r.Label, "perms": areas, "ip_whitelist": ips})
	if err != nil {
		return exchanges.Credential{}, err
	}
	err = children{m, a}.ask(ctx, http.MethodPost, "", body, rest.Into(&made, desk.Made(exchanges.Secret{}, "key", "secret")))
	return made, err
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPut + subKeyOp
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k entry) error {
		body, err := k.edited(op, r)
		if err != nil {
			return err
		}
		return s.ask(ctx, http.MethodPut, keyID, body, rest.Done)
	})
}

// members are what a change sends; the last is not documented for keys of
// sub-accounts, and sent back where a key has it.
var members = []string{"mode", "name", "perms", "ip_whitelist", "currency_pairs"}

const mustMembers = 4 // the first of them, which every change sends

// edited returns the body that makes k what r asks for. What r does not know
// stays as k has it, and must therefore be told of k.
func (k entry) edited(op string, r exchanges.KeyRequest) ([]byte, error) {
	body := map[string]any{}
	for _, name := range members {
		if raw, told := k.raw[name]; told && string(raw) != "null" {
			body[name] = raw
		}
	}
	if err := k.kept(op, r); err != nil {
		return nil, err
	}
	if r.Permissions.Known() {
		areas, err := k.becomes(op, r.Permissions)
		if err != nil {
			return nil, err
		}
		body["perms"] = areas
	}
	if r.IPs.State != exchanges.IPUnknown {
		ips, err := addresses(op, r.IPs)
		if err != nil {
			return nil, err
		}
		body["ip_whitelist"] = ips
	}
	for _, name := range members[:mustMembers] {
		if body[name] == nil {
			return nil, desk.Untold(op, name)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, desk.Untold(op, "what could be sent back")
	}
	return text, nil
}

// kept refuses a change that would send back what cannot be read.
func (k entry) kept(op string, r exchanges.KeyRequest) error {
	state := k.IPs.Whitelist().State
	switch {
	case !r.Permissions.Known() && (!k.Perms.known || len(k.Perms.vague) > 0):
		return desk.Untold(op, "permissions")
	case r.IPs.State == exchanges.IPUnknown && state != exchanges.IPAny && state != exchanges.IPList:
		return desk.Untold(op, "IP whitelist")
	}
	return nil
}

// becomes returns the areas that k gets by a request.
func (k entry) becomes(op string, want exchanges.PermissionSet) ([]perm, error) {
	whole := k.Perms.known && len(k.Perms.vague) == 0
	if !whole && len(want.All(exchanges.Unknown)) > 0 {
		return nil, desk.Untold(op, "permissions")
	}
	return asked(op, want, k.Perms.all)
}

// addresses writes a whitelist as requests have it; empty, it is no restriction.
func addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	return desk.Singles(op, ips, mostIPs)
}
