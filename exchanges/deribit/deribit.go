// Package deribit asks Deribit what an API key may do, and manages the keys of
// an account.
//
// An inspection is two calls. public/auth, signed so that the secret stays
// here, says which scopes the key has; it needs no right and no second factor.
// private/list_api_keys, with the token of the first, adds the key's label, IP
// list and date; it needs the scope account:read and, where the account has
// two-factor authentication, a code. When Deribit refuses the list, these
// facts stay unknown.
//
// Managing keys takes a key with account:read_write, which can give away no
// more than it has, and, where the account has two-factor authentication, a
// code for each call: see secondfactor.go.
//
// Sources: docs.deribit.com (API reference 2.1.1; articles "Authentication",
// "Rate limits", "Creating an API key", "Access scope", "Asymmetric API keys", "Security
// keys", "Errors"), as of 2026.
package deribit

import (
	"context"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Deribit.
const ID exchanges.ID = "deribit"

// By default Deribit allows an account 20 calls of this kind a second, and 100
// at once. A quarter of that leaves the rest to the account's other programs.
const (
	callsPerSecond = 5
	callsAtOnce    = 25
)

// Adapter describes Deribit to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// able is what can be done at both sites. Keys do not expire at Deribit, and it does not tell their last use.
var able = exchanges.Capabilities{
	Permissions: true, IPList: true, Created: true, Label: true,
	Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.OwnKeys,
	IPsByEdit: true, SecondFactor: true, KeyPair: exchanges.Ed25519, KeyPairByAPI: true,
}

// sites are the deployments that have keys of their own.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Deribit", Environment: exchanges.Live,
		Origin: "https://www.deribit.com", KeysPage: "https://www.deribit.com/account/BTC/api",
		Capabilities: able,
	},
	{
		ID: "global", Name: "Deribit test", Environment: exchanges.Testnet,
		Origin: "https://test.deribit.com", KeysPage: "https://test.deribit.com/account/BTC/api",
		Capabilities: able,
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID:    ID,
		Name:  "Deribit",
		Form:  form,
		Guide: guide(),
		Sites: sites,
	}
}

type venue struct {
	rest.Venue
	env    exchanges.Environment
	tokens *tokens
	rows   *sightings
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	v := &venue{env: c.Site.Environment}
	client, err := rest.New(rest.Config{
		Exchange:   ID,
		Connection: c,
		Limit:      callsPerSecond,
		Burst:      callsAtOnce,
		ServerTime: &rest.TimeCall{Path: pathOf(timeMethod), Read: v.readTime},
	})
	if err != nil {
		return nil, err
	}
	v.Venue = rest.Venue{
		API:   rest.API{Client: client, Sign: shown, Refusal: v.refused, ReadsOnly: true},
		About: info, Check: check, Trip: &course, Begin: v.begin,
	}
	v.tokens, v.rows = newTokens(client.Now), newSightings(client.Now)
	return v, nil
}

// Inspect asks Deribit which scopes the key of c has and, where the key may
// see it, what the account's list says of it.
//
// It always signs in anew, since that is also the proof that a key is alive or
// dead. The token that it gets is good for a year and cannot be withdrawn over
// HTTP: it is kept in memory only, for a minute.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	grant, err := v.authenticate(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	defer grant.AccessToken.Wipe()
	out := exchanges.KeyInfo{KeyID: c.KeyID}
	out.Permissions, out.ExchangePermissions = permissions(grant.Scope)
	own, why, err := v.ownRow(ctx, c, grant.AccessToken)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	if own == nil {
		out.Notes = append(out.Notes, why+" Label, IP whitelist and date of the key are unknown.")
	} else {
		own.describe(&out)
	}
	return v.Stamp(out), nil
}
