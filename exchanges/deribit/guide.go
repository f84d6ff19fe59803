package deribit

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// guide is Deribit's API page. The dialogs' exact wording is not documented,
// so that the steps name what is there and not each button.
func guide() exchanges.Guide {
	const confirm = "Confirm, with the code of your authenticator if Deribit asks for one"
	return pages.Page{
		Place: "Account panel at the top right → API",
		Make: pages.Steps(pages.Go("Add new key"),
			pages.Only(exchanges.FromExchange, pages.Go("Deribit-generated key")),
			pages.Only(exchanges.FromKeyPair, pages.PublicKey("Self-generated key; paste this public key"))),
		// A scope has levels, so that what is not to be set may be a higher level
		// of one that is.
		Rights: pages.Steps(pages.Rights("Scopes to set", "Scopes not to set. One that is named in neither list stays at none"), pages.IPs("IP whitelist")),
		Made: pages.Steps(pages.Label("Name"), pages.Go(confirm),
			pages.Only(exchanges.FromExchange, pages.Go("Copy the Client ID and the Client Secret; the secret is shown once")),
			pages.Only(exchanges.FromKeyPair, pages.Go("Copy the Client ID; what stands in the place of the secret is a fingerprint"))),
		Edit:   pages.Go("Edit"),
		Edited: pages.Go(confirm),
		Delete: pages.Go("Remove", confirm),
	}.Guide(exchanges.Guide{
		Boxes: []exchanges.Box{
			{Words: "account:read, trade:read and wallet:read", Gives: []exchanges.Permission{exchanges.Read}},
			{Words: "account:read_write instead of account:read", Gives: areas["account"]},
			{Words: "trade:read_write instead of trade:read", Gives: areas["trade"]},
			{Words: "wallet:read_write instead of wallet:read", Gives: areas["wallet"]},
			{Words: "block_trade, block_rfq and custody", Gives: areas["block_trade"]},
		},
		Label:    exchanges.LabelRule{Max: 16, Chars: "_"},
		MostKeys: 8,
		Source:   "docs.deribit.com, articles \"Creating an API key\", \"Access scope\" and \"Asymmetric API keys\"",
		AsOf:     "2026-08-01",
	})
}
