package htx

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// What HTX documents of keys.
const (
	mostKeys      = 20
	mostAddresses = 20
	longestNote   = 255
	asOf          = "2026-11-23"
)

// boxes are the permissions of the page with their words in answers.
var boxes = []struct{ words, word string }{
	{"Read-only", "readOnly"},
	{"Trade", "trade"},
	{"Withdraw", "withdraw"},
}

const confirm = "confirm with the code by e-mail or SMS and the Google code"

// lifetimes are the rules whose end HTX does not tell of each key. That a key
// without IP list ends 90 days after it was made is none: the days that are left
// tell the end, also after a change that makes them more.
var lifetimes = []exchanges.Lifetime{{
	After: 90 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsExpired,
	NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot, exchanges.Withdraw},
	Words:  "HTX deactivates a key with Trade or Withdraw and without IP list when it is not used for 90 days.",
	Source: "HTX API documentation for spot, sub-user management", AsOf: asOf,
}}

// page is that of the parent user.
var page = pages.Page{
	Place: "Account menu → API Management",
	Make: pages.Steps{
		{Text: "Create a key of the kind Ed25519, for a key pair of your own", Only: exchanges.FromKeyPair},
		{Text: "The public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		{Text: "Create a key of the kind HMAC, if the page asks for one", Only: exchanges.FromExchange},
		{Text: "The note", Put: exchanges.PutLabel},
	},
	Rights: pages.Steps{
		{Text: "Permissions. Read-only is always among them. Tick", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks},
		{Text: "The IP addresses that may use the key. One without them ends after 90 days", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Create, and " + confirm},
		{Text: "Copy Access Key and Secret Key now: the secret is not shown again", Only: exchanges.FromExchange},
		{Text: "Copy the Access Key", Only: exchanges.FromKeyPair},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Save, and " + confirm}},
	Delete: pages.Steps{{Text: "Delete, and " + confirm}},
	Takes: exchanges.Guide{
		Label:     exchanges.LabelRule{Max: longestNote},
		IPs:       exchanges.IPRule{Separator: ",", Most: mostAddresses, CIDR: true, IPv6: true},
		MostKeys:  mostKeys,
		Lifetimes: lifetimes,
		Source:    "www.htx.com, API Management; HTX API documentation for spot, quick start and sub-user management",
		AsOf:      asOf,
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: rights.Set([]string{b.word}).All(exchanges.Granted)})
	}
	return g
}
