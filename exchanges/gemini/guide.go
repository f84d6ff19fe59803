package gemini

import "github.com/keyrota/keyrota/exchanges"

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
	const place = "Account menu → Settings → API"
	return exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: place},
			{Text: "Create API key. Scope: the account in which the program works"},
			{Text: "The name of the key, if the page asks for one", Put: exchanges.PutLabel},
			{Text: "Roles to choose", Put: exchanges.PutTicks},
			{Text: "Roles to leave off", Put: exchanges.PutNoTicks},
			{Text: "Uses a time-based nonce: on, unless the program counts its nonces itself"},
			{Text: "Requires heartbeat: off, unless the program sends one"},
			{Text: "Trusted IPs; a key that trades has a list or is set to Unrestricted", Put: exchanges.PutIPs},
			{Text: "Confirm with your second factor"},
			{Text: "Copy API Key and API Secret now: the secret is not shown again"},
		},
		Restrict: []exchanges.GuideStep{
			{Text: place},
			{Text: "Find the key, and edit it with the … menu in its row", Put: exchanges.PutKey},
			{Text: "Roles to choose", Put: exchanges.PutTicks},
			{Text: "Roles to leave off", Put: exchanges.PutNoTicks},
			{Text: "Trusted IPs", Put: exchanges.PutIPs},
			{Text: "Save, and confirm with your second factor"},
		},
		Delete: []exchanges.GuideStep{
			{Text: place},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Delete it with the … menu in its row, and confirm"},
		},
		Boxes:  boxes(),
		IPs:    exchanges.IPRule{Separator: ","},
		Source: "exchange.gemini.com, Settings, API; docs.gemini.com, roles; support.gemini.com, trusted IPs",
		AsOf:   "2026-11-23",
	}
}
