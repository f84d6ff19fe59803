package deribit

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

const confirmation = "Confirm, with the code of your authenticator if Deribit asks for one"

// page is Deribit's API page. The dialogs' exact wording is not documented, so
// that the steps name what is there and not each button.
var page = pages.Page{
	Place: "Account panel at the top right → API",
	Make: pages.Steps{
		{Text: "Add new key"},
		{Text: "Deribit-generated key", Only: exchanges.FromExchange},
		{Text: "Self-generated key; paste this public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
	},
	// A scope has levels, so that what is not to be set may be a higher level of one
	// that is.
	Rights: pages.Steps{
		{Text: "Scopes to set", Put: exchanges.PutTicks},
		{Text: "Scopes not to set. One that is named in neither list stays at none", Put: exchanges.PutNoTicks},
		{Text: "IP whitelist", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Name", Put: exchanges.PutLabel},
		{Text: confirmation},
		{Text: "Copy the Client ID and the Client Secret; the secret is shown once", Only: exchanges.FromExchange},
		{Text: "Copy the Client ID; what stands in the place of the secret is a fingerprint", Only: exchanges.FromKeyPair},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: confirmation}},
	Delete: pages.Steps{
		{Text: "Remove"},
		{Text: confirmation},
	},
	Takes: exchanges.Guide{
		Boxes: []exchanges.Box{
			{Words: "account:read, trade:read and wallet:read", Gives: []exchanges.Permission{exchanges.Read}},
			{Words: "account:read_write instead of account:read", Gives: accountGives},
			{Words: "trade:read_write instead of trade:read", Gives: tradeGives},
			{Words: "wallet:read_write instead of wallet:read", Gives: walletGives},
			{Words: "block_trade, block_rfq and custody", Gives: []exchanges.Permission{exchanges.Other}},
		},
		Label:    exchanges.LabelRule{Max: 16, Chars: "_"},
		MostKeys: 8,
		Source:   `docs.deribit.com, articles "Creating an API key", "Access scope" and "Asymmetric API keys"`,
		AsOf:     "2026-08-01",
	},
}

func guide() exchanges.Guide { return page.Guide() }
