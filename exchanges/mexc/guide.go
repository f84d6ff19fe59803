package mexc

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// mostIPs is how many addresses MEXC's general rule allows a key. The page about
// keys of sub-accounts says 20: those by API are MEXC's to refuse.
const mostIPs, mostSubIPs = 10, 20

// boxes are the rights that are asked for, with the words that they have in the
// API. MEXC tells of no key of one's own which it has, except that it reads.
var boxes = []exchanges.Box{
	{Words: "Spot: View Account Details (SPOT_ACCOUNT_READ)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Spot: View Order Details (SPOT_DEAL_READ)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Spot: Trade (SPOT_DEAL_WRITE)", Gives: []exchanges.Permission{exchanges.Spot}},
	{Words: "Futures: View Account Details (CONTRACT_ACCOUNT_READ)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Futures: View Order Details (CONTRACT_DEAL_READ)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Futures: Trade (CONTRACT_DEAL_WRITE)", Gives: []exchanges.Permission{exchanges.Futures}},
	{Words: "Transfer (SPOT_TRANSFER_WRITE)", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Words: "Withdraw (SPOT_WITHDRAW_WRITE)", Gives: []exchanges.Permission{exchanges.Withdraw}},
}

// lifetimes are the rules by which MEXC ends keys. Whether the page can prolong
// a key is not documented.
var lifetimes = []exchanges.Lifetime{{
	After: 90 * 24 * time.Hour, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired, NoIPs: true,
	Words:  "A key without IP whitelist is valid for 90 days.",
	Source: source, AsOf: asOf,
}}

const (
	source = "www.mexc.com, API Management; MEXC spot v3 API documentation"
	asOf   = "2026-11-23"
)

// page asks for the rights of a key before its name.
var page = pages.Page{
	Place: "Avatar → API Management",
	Rights: pages.Steps{
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "Link IP address: the addresses that may use the key. One without ends after 90 days", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Notes: the name of the key", Put: exchanges.PutLabel},
		{Text: "Create, and confirm with your second factor"},
		{Text: "Copy Access Key and Secret Key now: the secret is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Save, and confirm with your second factor"}},
	Delete: pages.Steps{{Text: "Delete, and confirm with your second factor"}},
	Takes: exchanges.Guide{
		Boxes:     boxes,
		IPs:       exchanges.IPRule{Separator: ",", Most: mostIPs},
		MostKeys:  30,
		Lifetimes: lifetimes,
		Source:    source,
		AsOf:      asOf,
	},
}

func guide() exchanges.Guide { return page.Guide() }
