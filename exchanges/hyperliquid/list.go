package hyperliquid

import (
	"context"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// desk words what is refused here.
var desk = subkeys.Desk{ID: ID, Name: "Hyperliquid"}

// ListKeys returns the named agents of an account: of the one whose address is
// the manager's sub-account, for which no key is needed, else of the one whose
// agent the manager is.
//
// An account may have one agent without a name beside them, which Hyperliquid
// does not list: it is here only where it is the manager itself. So a list
// without a key says that it is gone only where an earlier one had it.
func (v *venue) ListKeys(ctx context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	master, self, err := v.accountOf(ctx, m)
	if err != nil {
		return nil, err
	}
	asked := v.client.Now().UTC()
	all, err := v.agentsOf(ctx, self, master)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = string(a.Address)
	}
	if err := desk.Unique(opOf(askAgents), ids); err != nil {
		return nil, err
	}
	if _, named := find(all, self.KeyID); self.KeyID != "" && !named {
		all = append(all, agent{Address: wire.Text(self.KeyID)})
	}
	out := make([]exchanges.KeyInfo, len(all))
	for i, a := range all {
		out[i] = v.described(a, master, asked)
	}
	return out, nil
}

// accountOf returns the address of the account that is meant, and the agent by
// which it was found, if it was not named.
func (v *venue) accountOf(ctx context.Context, m exchanges.Manager) (master string, self exchanges.Credential, err error) {
	if named := cred.Trim(m.SubAccount); named != "" {
		if !address.MatchString(named) {
			return "", self, desk.Invalid(opOf(askAgents), "Name the account by the address of its wallet: 0x and 40 hexadecimal digits.")
		}
		return strings.ToLower(named), self, nil
	}
	if self, err = check(m.Credential); err != nil {
		return "", self, err
	}
	master, err = v.masterOf(ctx, self)
	return master, self, subkeys.OfManager(err)
}
