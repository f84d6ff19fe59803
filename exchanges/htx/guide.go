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

func guide() exchanges.Guide {
	const confirm = "confirm with the code by e-mail or SMS and the Google code"
	g := pages.Page{
		Place: "Account menu → API Management",
		Make: pages.Steps(
			pages.Only(exchanges.FromKeyPair, pages.Steps(pages.Go("Create a key of the kind Ed25519, for a key pair of your own"),
				pages.PublicKey("The public key"))),
			pages.Only(exchanges.FromExchange, pages.Go("Create a key of the kind HMAC, if the page asks for one")),
			pages.Label("The note")),
		Rights: pages.Steps(pages.Rights("Permissions. Read-only is always among them. Tick", "Leave off"), pages.IPs("The IP addresses that may use the key. One without them ends after 90 days")),
		Made: pages.Steps(pages.Go("Create, and "+confirm),
			pages.Only(exchanges.FromExchange, pages.Go("Copy Access Key and Secret Key now: the secret is not shown again")),
			pages.Only(exchanges.FromKeyPair, pages.Go("Copy the Access Key"))),
		Edit:   pages.Go("Edit"),
		Edited: pages.Go("Save, and " + confirm),
		Delete: pages.Go("Delete, and " + confirm),
	}.Guide(exchanges.Guide{
		Label:     exchanges.LabelRule{Max: longestNote},
		IPs:       exchanges.IPRule{Separator: ",", Most: mostAddresses, CIDR: true, IPv6: true},
		MostKeys:  mostKeys,
		Lifetimes: lifetimes(),
		Source:    "www.htx.com, API Management; HTX API documentation for spot, quick start and sub-user management",
		AsOf:      asOf,
	})
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: rights.Set([]string{b.word}).All(exchanges.Granted)})
	}
	return g
}

// lifetimes are the rules whose end HTX does not tell of each key. That a key
// without IP list ends 90 days after it was made is none: the days that are left
// tell the end, also after a change that makes them more.
func lifetimes() []exchanges.Lifetime {
	return []exchanges.Lifetime{{
		After: 90 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsExpired,
		NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot, exchanges.Withdraw},
		Words:  "HTX deactivates a key with Trade or Withdraw and without IP list when it is not used for 90 days.",
		Source: "HTX API documentation for spot, sub-user management", AsOf: asOf,
	}}
}
