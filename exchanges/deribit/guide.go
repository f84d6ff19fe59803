package deribit

import "github.com/keyrota/keyrota/exchanges"

// guide is Deribit's API page. The dialogs' exact wording is not documented,
// so that the steps name what is there and not each button.
func guide() exchanges.Guide {
	return exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: "Account panel at the top right → API"},
			{Text: "Add new key"},
			{Text: "Deribit-generated key", Only: exchanges.FromExchange},
			{Text: "Self-generated key; paste this public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
			{Text: "Scopes to set", Put: exchanges.PutTicks},
			{Text: "Scopes to leave at none", Put: exchanges.PutNoTicks},
			{Text: "Name", Put: exchanges.PutLabel},
			{Text: "IP whitelist", Put: exchanges.PutIPs},
			{Text: "Confirm, with the code of your authenticator if Deribit asks for one"},
			{Text: "Copy the Client ID and the Client Secret; the secret is shown once", Only: exchanges.FromExchange},
			{Text: "Copy the Client ID; what stands in the place of the secret is a fingerprint", Only: exchanges.FromKeyPair},
		},
		Restrict: []exchanges.GuideStep{
			{Text: "Account panel at the top right → API"},
			{Text: "Edit this key", Put: exchanges.PutKey},
			{Text: "Scopes to set", Put: exchanges.PutTicks},
			{Text: "Scopes to leave at none", Put: exchanges.PutNoTicks},
			{Text: "IP whitelist", Put: exchanges.PutIPs},
			{Text: "Confirm, with the code of your authenticator if Deribit asks for one"},
		},
		Delete: []exchanges.GuideStep{
			{Text: "Account panel at the top right → API"},
			{Text: "Remove this key", Put: exchanges.PutKey},
			{Text: "Confirm, with the code of your authenticator if Deribit asks for one"},
		},
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
	}
}
