package gemini

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the roles. Auditor goes with no other role, and a Trader sees what
// an Auditor does. Left out is Administrator, which keys of a whole group have
// and no program that trades or reads needs.
func boxes() []exchanges.Box {
	return []exchanges.Box{
		{Words: "Auditor, if no other role is named here", Gives: []exchanges.Permission{exchanges.Read}},
		{Words: "Trader", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
		{Words: "Fund Manager", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
	}
}

func guide() exchanges.Guide {
	return pages.Page{
		Place: "Account menu → Settings → API",
		Make: pages.Steps(pages.Go("Create API key. Scope: the account in which the program works"),
			pages.Label("The name of the key, if the page asks for one")),
		Rights: pages.Steps(pages.Rights("Roles to choose", "Roles to leave off"), pages.IPs("Trusted IPs; a key that trades has a list or is set to Unrestricted")),
		Made: pages.Go(
			"Uses a time-based nonce: on, unless the program counts its nonces itself",
			"Requires heartbeat: off, unless the program sends one",
			"Confirm with your second factor",
			"Copy API Key and API Secret now: the secret is not shown again"),
		Edit:   pages.Go("Edit it with the … menu in its row"),
		Edited: pages.Go("Save, and confirm with your second factor"),
		Delete: pages.Go("Delete it with the … menu in its row, and confirm"),
	}.Guide(exchanges.Guide{
		Boxes:  boxes(),
		IPs:    exchanges.IPRule{Separator: ","},
		Source: "exchange.gemini.com, Settings, API; docs.gemini.com, roles; support.gemini.com, trusted IPs",
		AsOf:   "2026-11-23",
	})
}
