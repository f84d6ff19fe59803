package gate

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// mostIPs is how many addresses a whitelist takes, IPv4 alone and no blocks.
const mostIPs = 20

// CreateKey makes a key of the sub-account, as exchanges.Creator says. It is
// one for the classic account; those of the older unified one are made by hand.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + subKeysOp
	s, err := m.under(mgr, op)
	if err == nil {
		err = desk.CheckNew(op, r)
	}
	if err != nil {
		return exchanges.Credential{}, err
	}
	areas, err := asked(op, r.Permissions, nil)
	if err != nil {
		return exchanges.Credential{}, err
	}
	ips, err := addresses(op, r.IPs)
	if err != nil {
		return exchanges.Credential{}, err
	}
	body, err := json.Marshal(struct {
		Mode  int      `json:"mode"`
		Name  string   `json:"name"`
		Perms []perm   `json:"perms"`
		IPs   []string `json:"ip_whitelist"`
	}{modeClassic, r.Label, areas, ips})
	if err != nil {
		return exchanges.Credential{}, err
	}
	var made exchanges.Credential
	err = s.ask(ctx, http.MethodPost, "", body, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r)
		return e
	})
	return made, err
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response) (exchanges.Credential, *exchanges.Error) {
	var made struct{ Key, Secret string }
	if e := rest.Decode(r, &made); e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{KeyID: made.Key, Secret: exchanges.NewSecret(made.Secret)}, check)
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPut + subKeyOp
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k entry) (func() error, error) {
		body, err := k.edited(op, r)
		return func() error { return s.ask(ctx, http.MethodPut, keyID, body, acknowledged) }, err
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
			return nil, incomplete(name + " of the key is not told, and a change would clear it")
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, incomplete("what is told of the key cannot be sent back")
	}
	return text, nil
}

// becomes returns the areas that k gets by a request.
func (k entry) becomes(op string, want exchanges.PermissionSet) ([]perm, error) {
	whole := k.Perms.known && len(k.Perms.vague) == 0
	if !whole && len(want.All(exchanges.Unknown)) > 0 {
		return nil, incomplete("not every permission of the key is told")
	}
	return asked(op, want, k.Perms.all)
}

// addresses writes a whitelist as requests have it; empty, it is no restriction.
func addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	list, err := desk.Addresses(op, ips)
	if err != nil {
		return nil, err
	}
	notIPv4 := func(entry string) bool { at, err := netip.ParseAddr(entry); return err != nil || !at.Is4() }
	if len(list) > mostIPs || slices.ContainsFunc(list, notIPv4) {
		return nil, desk.Invalid(op, "Gate takes up to 20 single IPv4 addresses, neither blocks nor IPv6.")
	}
	return list, nil
}
