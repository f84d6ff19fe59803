package hyperliquid

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// inspect asks whose agent the key's address is, and what that account says of
// it. No secret is sent, so that the exchange proves no more than that the
// agent lives; that the private key belongs to its address was computed here
// before, and both together are what a signed call would prove.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	var master string
	if err := v.ask(ctx, c, askRole, c.KeyID, rest.Into(&master, parseRole)); err != nil {
		return err
	}
	var all []agent
	if err := v.ask(ctx, c, askAgents, master, rest.Into(&all, parseAgents)); err != nil {
		return err
	}
	self, named := find(all, c.KeyID)
	if !named {
		self.Address = wire.Text(c.KeyID)
	}
	*out = self.info(master)
	return nil
}

const (
	hintMissing = "No account has an API wallet of this address any more, or yet. Possible causes: it was removed, or another took its name; its time is over; " +
		"it was never approved, or in the other environment; its account has no funds. Look under More → API: " +
		"one that is not approved yet can be; one that has ended is replaced by a new one, since an address is not used twice."
	hintWallet = "This is the key of a wallet with an account of its own, which can withdraw everything. keyrota does not work with such keys: " +
		"remove it from keyrota at once, and store an API wallet instead."
	hintRole = "Only API wallets have keys that keyrota works with: look the address up under More → API."
)

// parseRole reads whose agent an address is. What is no living agent is an error.
func parseRole(r rest.Response) (master string, _ *exchanges.Error) {
	role, user := string(wire.At[wire.Text](r.Body, "role")), string(wire.At[wire.Text](r.Body, "data", "user"))
	if role == "" || role == "agent" && !isAddress(user) {
		return "", rest.NotJSON(r)
	}
	refused := &exchanges.Error{Outcome: exchanges.Refused, Code: "role " + role}
	switch role {
	case "agent":
		return strings.ToLower(user), nil
	case "missing":
		refused.Kind, refused.UnknownKey, refused.Hint = exchanges.NotFound, true, hintMissing
		refused.Causes = []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseExpired}
	case "user":
		refused.Kind, refused.Hint, refused.Err = exchanges.Invalid, hintWallet, errors.New("it is the key of a wallet, not of an API wallet")
	case "vault", "subAccount":
		refused.Kind, refused.Hint, refused.Err = exchanges.Invalid, hintRole, errors.New("it is not the key of an API wallet")
	default:
		refused.Kind, refused.Hint = exchanges.Protocol, "keyrota does not know this role. "+hintRole
	}
	return "", refused
}

// agent is a row of an account's agents.
type agent struct {
	Name       wire.Text `json:"name"`
	Address    wire.Text `json:"address"`
	ValidUntil wire.Text `json:"validUntil"` // ms; may be null
}

// parseAgents fails rather than leave an agent out: what is not in a list counts
// as gone.
func parseAgents(r rest.Response) ([]agent, *exchanges.Error) {
	var all []agent
	if e := rest.Decode(r, &all); e != nil {
		return nil, e
	}
	if all == nil {
		return nil, rest.NotJSON(r)
	}
	for i, a := range all {
		if !isAddress(string(a.Address)) {
			return nil, rest.NotJSON(r)
		}
		all[i].Address = wire.Text(strings.ToLower(string(a.Address)))
	}
	return all, nil
}

// find returns the agent of an address.
func find(all []agent, keyID string) (agent, bool) {
	i := slices.IndexFunc(all, func(a agent) bool { return string(a.Address) == keyID })
	if i < 0 {
		return agent{}, false
	}
	return all[i], true
}

const (
	noteUnnamed = "It is the account's API wallet without a name, of which Hyperliquid's list tells neither expiry nor name. Approving another one without a name ends it at once."
	noteIPs     = "Hyperliquid has no IP whitelists: whoever has the private key can use it from any address."
)

// info is what is known of a living agent of an account.
func (a agent) info(master string) exchanges.KeyInfo {
	out := exchanges.KeyInfo{
		KeyID: string(a.Address), Label: string(a.Name), Account: master,
		Permissions: rights(), ExchangePermissions: []string{"agent"},
		// There is no such list at all, which is a documented "from anywhere".
		IPs:     exchanges.IPWhitelist{State: exchanges.IPAny},
		Expires: a.ValidUntil.Milliseconds(),
		Notes:   []string{noteIPs},
	}
	if out.Label == "" {
		out.Notes = append(out.Notes, noteUnnamed)
	}
	return out
}

// rights are those of every agent. What is not documented of them, such as
// moving money between the classes of an account, stays unknown.
func rights() exchanges.PermissionSet {
	set := exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.NotGranted)
	for _, p := range box.Gives {
		set = set.With(p, exchanges.Granted)
	}
	return set
}
