package gate

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// box is a choice on the page with the areas that it has in answers.
type box struct {
	words string
	perms []perm
	gives []exchanges.Permission
	byAPI bool // a key of a sub-account can be given it by API
}

// boxes are the choices that are asked for. The other areas give what one of
// these gives, or belong to products that no permission of ours is about.
var boxes = []box{
	{
		"Account: Read-only, and Read-only for every area that the program is to see",
		[]perm{{"account", true}, {"futures", true}, {"spot", true}, {"wallet", true}},
		[]exchanges.Permission{exchanges.Read},
		true,
	},
	{"Spot/Margin: Read-and-Write", []perm{{Name: "spot"}}, []exchanges.Permission{exchanges.Spot, exchanges.Margin}, true},
	{"Margin: Read-and-Write", []perm{{Name: "margin"}}, []exchanges.Permission{exchanges.Margin}, true},
	{"Perpetual contract: Read-and-Write", []perm{{Name: "futures"}}, []exchanges.Permission{exchanges.Futures}, true},
	{"Options: Read-and-Write", []perm{{Name: "options"}}, []exchanges.Permission{exchanges.Options}, true},
	{"Wallet: Read-and-Write", []perm{{Name: "wallet"}}, []exchanges.Permission{exchanges.Transfer}, true},
	{"Withdrawal: Read-and-Write", []perm{{Name: "withdrawal"}}, []exchanges.Permission{exchanges.Withdraw}, false},
	{"Earn: Read-and-Write", []perm{{Name: "earn"}}, []exchanges.Permission{exchanges.Earn}, true},
}

// unbound is the rule for keys without IP whitelist. Whether an edit begins the
// days anew is not documented.
var unbound = exchanges.Lifetime{
	After: 90 * 24 * time.Hour, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired, NoIPs: true,
	In:     []exchanges.Environment{exchanges.Live},
	Words:  "A key without IP whitelist lives 90 days at Gate, which does not tell the day.",
	Source: "www.gate.com, help centre, article 17521",
	AsOf:   "2026-11-23",
}

// page is the page for live and testnet keys.
var page = pages.Page{
	Place: "Profile icon → API Management",
	Make: pages.Steps{
		{Text: "Create API Key → API v4 Key"},
		{Text: "Account type: Classic, Unified where the account is one, or TestNet for a key of the testnet"},
		{Text: "The remark", Put: exchanges.PutLabel},
	},
	// Without a list the key ends after 90 days.
	Rights: pages.Steps{
		{Text: "IP permission: bind the addresses that may use the key", Put: exchanges.PutIPs},
		{Text: "Choose", Put: exchanges.PutTicks},
		{Text: "Leave off, with every area that is not named here", Put: exchanges.PutNoTicks},
	},
	Made: pages.Steps{
		{Text: "Submit, read the warning, and confirm with the fund password and your second factor"},
		{Text: "Copy Key and Secret now. The key may take 5 minutes to work"},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Submit, and confirm as the page asks. The change may take 5 minutes"}},
	Delete: pages.Steps{{Text: "Delete, and confirm as the page asks. The key may go on working for 5 minutes"}},
	Takes: exchanges.Guide{
		// What a remark may hold is not documented: letters and digits will do.
		Label:    exchanges.LabelRule{},
		IPs:      exchanges.IPRule{Separator: ",", Most: mostIPs},
		MostKeys: 20, Lifetimes: []exchanges.Lifetime{unbound},
		Source: "www.gate.com, API Management and help centre; Gate API v4 documentation, Account and SubAccount",
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
