package hyperliquid

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

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
	return v.agents(master, self).Infos(ctx, func(a agent) exchanges.KeyInfo { return v.Stamp(a.info(master)) })
}

var desk = subkeys.Desk{ID: ID, Name: "Hyperliquid"}

// agents are those of an account, and self if that is another one.
func (v *venue) agents(master string, self exchanges.Credential) subkeys.Keys[agent] {
	return subkeys.Keys[agent]{
		Desk: desk, Op: http.MethodPost + " " + infoPath + " " + askAgents,
		ID: func(a agent) string { return string(a.Address) },
		Read: func(ctx context.Context, _ string) (all []agent, err error) {
			err = v.ask(ctx, self, askAgents, master, rest.Into(&all, parseAgents))
			if _, named := find(all, self.KeyID); err == nil && self.KeyID != "" && !named {
				all = append(all, agent{Address: wire.Text(self.KeyID)})
			}
			return all, err
		},
	}
}

// accountOf returns the address of the account that is meant, and the agent by
// which it was found, if it was not named.
func (v *venue) accountOf(ctx context.Context, m exchanges.Manager) (master string, self exchanges.Credential, err error) {
	if named := cred.Trim(m.SubAccount); named != "" {
		if !isAddress(named) {
			return "", self, desk.Invalid("name the account", "Name the account by the address of its wallet: 0x and 40 hexadecimal digits.")
		}
		return strings.ToLower(named), self, nil
	}
	if self, err = check(m.Credential); err != nil {
		return "", self, err
	}
	err = v.ask(ctx, self, askRole, self.KeyID, rest.Into(&master, parseRole))
	return master, self, desk.ByManager(err)
}
