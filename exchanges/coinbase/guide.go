package coinbase

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the three switches of the page. Who asks for a transfer between
// portfolios alone gets no box: the one there is lets the key withdraw.
func boxes() []exchanges.Box {
	return []exchanges.Box{
		{Words: "View", Gives: []exchanges.Permission{exchanges.Read}},
		{Words: "Trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
		{Words: "Transfer", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
	}
}

func guide() exchanges.Guide {
	return pages.Page{
		Place: "CDP portal: API Keys → Secret API Keys",
		Make: pages.Steps(pages.Go("Create API key"), pages.Label("The nickname of the key"),
			pages.Go("Portfolio: the one in which the program works. The key reaches no other")),
		Rights: pages.Steps(pages.IPs("API restrictions: IP allowlist"), pages.Rights("Tick", "Leave off")),
		Made: pages.Go(
			"Advanced settings → signature algorithm: Ed25519 is chosen already; take ECDSA for a program that needs it. keyrota takes both",
			"Create the key, and confirm with your second factor",
			"Copy key name and private key now, or download the key file: the private key is not shown again"),
		Edit:   pages.Go("Configure, or Manage, in the key's row"),
		Edited: pages.Go("Save, and confirm with your second factor if you are asked for it"),
		Delete: pages.Go("Configure, or Manage, in the key's row → delete, and confirm"),
	}.Guide(exchanges.Guide{
		Boxes:  boxes(),
		IPs:    exchanges.IPRule{Separator: ",", CIDR: true, IPv6: true},
		Source: "docs.cdp.coinbase.com, Coinbase App and Advanced Trade: API keys; portal.cdp.coinbase.com",
		AsOf:   "2026-11-23",
	})
}
