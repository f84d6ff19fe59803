package okx

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// What OKX documents of keys.
const (
	mostKeys      = 50
	mostAddresses = 20
	longestLabel  = 50
)

// boxes are those of the page, in its order: one for each of the rights.
var boxes = []exchanges.Box{
	{Words: "Read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Trade", Gives: tradeGives},
	{Words: "Withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}},
}

// idle is the rule for keys without IP list that may do more than read. Those
// of demo trading do not fall under it.
var idle = exchanges.Lifetime{
	After: 14 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted,
	NoIPs: true, Grants: []exchanges.Permission{
		exchanges.Withdraw, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Transfer, exchanges.Earn,
	},
	In:     []exchanges.Environment{exchanges.Live},
	Words:  "OKX deletes a key that may trade or withdraw and has no IP list after 14 days without use.",
	Source: "www.okx.com/docs-v5, overview; OKX's questions and answers on API keys",
	AsOf:   "2026-11-23",
}

const confirm = "Confirm with the second factor"

// page is the page for live and demo keys.
var page = pages.Page{
	Place: "Profile icon → API and connections (once called API). For a demo key change to demo trading before: Trade → Demo Trading, then the page for demo API keys",
	Make: pages.Steps{
		{Text: "Create API key. Its purpose is your own use, not a third-party app; choose the sub-account if the key is for one"},
		{Text: "The name of the key", Put: exchanges.PutLabel},
		{Text: "A passphrase of your own for this key, 8 to 32 characters: upper and lower case, a digit and a special character. OKX cannot tell it again"},
	},
	// Without a list, a key that may trade or withdraw ends.
	Rights: pages.Steps{
		{Text: "IP addresses. A live key with Trade or Withdraw and without them is deleted after 14 days without use", Put: exchanges.PutIPs},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks},
	},
	Made: pages.Steps{
		{Text: confirm},
		{Text: "Copy API key and secret key now, with the passphrase: the secret key is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Edit. What the page does not let you change takes a new key"}},
	Edited: pages.Steps{{Text: confirm}},
	Delete: pages.Steps{{Text: "Delete. " + confirm}},
	Takes: exchanges.Guide{
		Boxes:    boxes,
		Label:    exchanges.LabelRule{Max: longestLabel},
		IPs:      exchanges.IPRule{Separator: ",", Most: mostAddresses, CIDR: true, IPv6: true},
		MostKeys: mostKeys, Lifetimes: []exchanges.Lifetime{idle},
		Source: "www.okx.com, API and connections; www.okx.com/docs-v5; OKX's questions and answers on API keys",
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
