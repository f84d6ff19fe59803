package coinbase

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights are the three flags of a key. The right to trade covers everything
// that the account trades, futures and perpetuals where it has them; the right
// to transfer covers other portfolios as well as addresses and bank accounts
// outside. No flag speaks of staking.
var rights = []wire.Switch{
	{Name: "can_view", Gives: []exchanges.Permission{exchanges.Read}},
	{
		Name:  "can_trade",
		Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures},
		Maybe: []exchanges.Permission{exchanges.Margin, exchanges.Options},
	},
	{Name: "can_transfer", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

// The types of portfolio that matter here.
const (
	typeUndefined = "UNDEFINED"
	typeDefault   = "DEFAULT"
)

// parsePermissions reads what Coinbase says of a key.
func parsePermissions(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	set, words, told := wire.Switches(wire.Members(r.Body), "can_", rights...)
	if !told {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	portfolio := wire.At[wire.Text](r.Body, "portfolio_type")
	return exchanges.KeyInfo{
		Account:             string(wire.At[wire.Text](r.Body, "portfolio_uuid")),
		Permissions:         set,
		ExchangePermissions: words,
		Notes:               notes(string(portfolio), set.Has(exchanges.Withdraw)),
	}, nil
}

func notes(portfolio string, withdraws bool) []string {
	if portfolio == "" || portfolio == typeUndefined {
		return nil
	}
	note := "The key is bound to one portfolio, of type " + portfolio + "."
	if portfolio == typeDefault && withdraws {
		note += " With the right to transfer it reaches the whole primary account."
	}
	return []string{exchanges.Clean(note)}
}

const hintDenied = "Coinbase wants another right for this call: see whether View is ticked for the key, in the CDP portal under API Keys."

// causes words a refusal of the key: Coinbase says "Unauthorized" to all of
// them. A clock that was measured is none of them, and neither is the kind of a
// key that is not Ed25519.
func causes(c exchanges.Credential, clock exchanges.Clock) string {
	all := []string{
		"the key was deleted",
		"this machine's address is not on the key's IP allowlist",
		"key name and private key are not of the same key",
		"the key is new and not yet known everywhere",
		"it belongs to another product of Coinbase",
	}
	if key, err := signer(c); err == nil {
		if _, ok := key.(ed25519.PrivateKey); ok {
			all = append(all, "Coinbase does not take this key's Ed25519 signatures here, and a key with ECDSA would do")
		}
	}
	if !clock.Known {
		all = append(all, "this machine's clock is off by a minute or more")
	}
	return "Coinbase does not say why. Possible causes: " + strings.Join(all, "; ") + "."
}

// leftOpen is what causes words, as far as there are names for it.
func leftOpen(clock exchanges.Clock) []exchanges.Cause {
	all := []exchanges.Cause{
		exchanges.CauseDeleted, exchanges.CauseIP, exchanges.CauseSecret, exchanges.CauseSite, exchanges.CauseDamaged,
	}
	if !clock.Known {
		all = append(all, exchanges.CauseClock)
	}
	return all
}

// refusal turns an answer into an error, nil for success. Why a key is refused is
// for causes to say.
func refusal(r rest.Response) *exchanges.Error {
	e := rest.HTTPError(r)
	if e == nil {
		return nil
	}
	words := said(r.Body)
	if r.Status == http.StatusForbidden {
		lacking := bytes.Contains(bytes.ToLower(r.Body), []byte("missing required scopes"))
		if lacking || strings.Contains(strings.ToUpper(words), "PERMISSION_DENIED") {
			e.Kind, e.Hint = exchanges.Denied, hintDenied
		}
	}
	if words != "" {
		e.Code = exchanges.Clean(e.Code + ": " + words)
	}
	return e
}

// said returns the words of an error in either of Coinbase's two forms.
func said(body []byte) string {
	all := wire.At[[]json.RawMessage](body, "errors")
	var out []string
	for _, part := range append([]json.RawMessage{body}, all...) {
		for _, name := range []string{"error", "id", "message", "error_details"} {
			if text := wire.At[wire.Text](part, name); text != "" {
				out = append(out, string(text))
			}
		}
	}
	return strings.Join(out, ": ")
}
