package gemini

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the roles. Auditor goes with no other role, and a Trader sees what
// an Auditor does. Left out is Administrator, which keys of a whole group have
// and no program that trades or reads needs.
var boxes = []exchanges.Box{
	{Words: "Auditor, if no other role is named here", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Trader", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
	{Words: "Fund Manager", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

// page is that of an account and of a group.
var page = pages.Page{
	Place: "Account menu → Settings → API",
	Make: pages.Steps{
		{Text: "Create API key. Scope: the account in which the program works"},
		{Text: "The name of the key, if the page asks for one", Put: exchanges.PutLabel},
	},
	Rights: pages.Steps{
		{Text: "Roles to choose", Put: exchanges.PutTicks},
		{Text: "Roles to leave off", Put: exchanges.PutNoTicks},
		{Text: "Trusted IPs; a key that trades has a list or is set to Unrestricted", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Uses a time-based nonce: on, unless the program counts its nonces itself"},
		{Text: "Requires heartbeat: off, unless the program sends one"},
		{Text: "Confirm with your second factor"},
		{Text: "Copy API Key and API Secret now: the secret is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Edit it with the … menu in its row"}},
	Edited: pages.Steps{{Text: "Save, and confirm with your second factor"}},
	Delete: pages.Steps{{Text: "Delete it with the … menu in its row, and confirm"}},
	Takes: exchanges.Guide{
		Boxes:  boxes,
		IPs:    exchanges.IPRule{Separator: ","},
		Source: "exchange.gemini.com, Settings, API; docs.gemini.com, roles; support.gemini.com, trusted IPs",
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
