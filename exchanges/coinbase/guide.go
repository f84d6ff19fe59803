package coinbase

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the three switches of the page. Who asks for a transfer between
// portfolios alone gets no box: the one there is lets the key withdraw.
var boxes = []exchanges.Box{
	{Words: "View", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
	{Words: "Transfer", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

// page is that of the portal for developers.
var page = pages.Page{
	Place: "CDP portal: API Keys → Secret API Keys",
	Make: pages.Steps{
		{Text: "Create API key"},
		{Text: "The nickname of the key", Put: exchanges.PutLabel},
		{Text: "Portfolio: the one in which the program works. The key reaches no other"},
	},
	Rights: pages.Steps{
		{Text: "API restrictions: IP allowlist", Put: exchanges.PutIPs},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks},
	},
	Made: pages.Steps{
		{Text: "Advanced settings → signature algorithm: Ed25519 is chosen already; take ECDSA for a program that needs it. keyrota takes both"},
		{Text: "Create the key, and confirm with your second factor"},
		{Text: "Copy key name and private key now, or download the key file: the private key is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Configure, or Manage, in the key's row"}},
	Edited: pages.Steps{{Text: "Save, and confirm with your second factor if you are asked for it"}},
	Delete: pages.Steps{{Text: "Configure, or Manage, in the key's row → delete, and confirm"}},
	Takes: exchanges.Guide{
		Boxes:  boxes,
		IPs:    exchanges.IPRule{Separator: ",", CIDR: true, IPv6: true},
		Source: "docs.cdp.coinbase.com, Coinbase App and Advanced Trade: API keys; portal.cdp.coinbase.com",
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
