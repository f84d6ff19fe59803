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

// boxWords are the boxes of the page, in its order: one for each of the rights.
var boxWords = []string{"Read", "Trade", "Withdraw"}

// idle is the rule for keys without IP list that may do more than read. Those
// of demo trading do not fall under it.
var idle = exchanges.Lifetime{
	After: 14 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted,
	NoIPs: true, Grants: append([]exchanges.Permission{exchanges.Withdraw}, tradeGives...),
	In:     []exchanges.Environment{exchanges.Live},
	Words:  "OKX deletes a key that may trade or withdraw and has no IP list after 14 days without use.",
	Source: "www.okx.com/docs-v5, overview; OKX's questions and answers on API keys",
	AsOf:   "2026-11-23",
}

func guide() exchanges.Guide {
	const confirm = "Confirm with the second factor"
	g := pages.Page{
		Place: "Profile icon → API and connections (once called API). For a demo key change to demo trading before: Trade → Demo Trading, then the page for demo API keys",
		Make: pages.Steps(pages.Go("Create API key. Its purpose is your own use, not a third-party app; choose the sub-account if the key is for one"),
			pages.Label("The name of the key"),
			pages.Go("A passphrase of your own for this key, 8 to 32 characters: upper and lower case, a digit and a special character. OKX cannot tell it again")),
		// Without a list, a key that may trade or withdraw ends.
		Rights: pages.Steps(pages.IPs("IP addresses. A live key with Trade or Withdraw and without them is deleted after 14 days without use"), pages.Rights("Tick", "Leave off")),
		Made:   pages.Go(confirm, "Copy API key and secret key now, with the passphrase: the secret key is not shown again"),
		Edit:   pages.Go("Edit. What the page does not let you change takes a new key"),
		Edited: pages.Go(confirm),
		Delete: pages.Go("Delete. " + confirm),
	}.Guide(exchanges.Guide{
		Label:    exchanges.LabelRule{Max: longestLabel},
		IPs:      exchanges.IPRule{Separator: ",", Most: mostAddresses, CIDR: true, IPv6: true},
		MostKeys: mostKeys, Lifetimes: []exchanges.Lifetime{idle},
		Source: "www.okx.com, API and connections; www.okx.com/docs-v5; OKX's questions and answers on API keys",
		AsOf:   "2026-11-23",
	})
	for i, words := range boxWords {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: words, Gives: rights[i].Gives})
	}
	return g
}
