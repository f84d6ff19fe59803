package kraken

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// rights maps Kraken's permission words to the normal form. The words with
// underscores are those of Kraken Connect, for the same rights.
var rights = map[string][]exchanges.Permission{
	"query-funds":             {exchanges.Read},
	"query-open-trades":       {exchanges.Read},
	"query-closed-trades":     {exchanges.Read},
	"query-ledger":            {exchanges.Read},
	"export-data":             {exchanges.Read},
	"modify-trades":           {exchanges.Spot, exchanges.Margin},
	"close-trades":            {exchanges.Spot},
	"earn-funds":              {exchanges.Earn},
	"withdraw-funds":          {exchanges.Withdraw},
	"add-withdraw-address":    {exchanges.Withdraw},
	"update-withdraw-address": {exchanges.Withdraw},
	"add-funds":               {exchanges.Other}, // deposit addresses
	"create-ws-token":         {exchanges.Other}, // acts within the other rights

	"funds_query":         {exchanges.Read},
	"trades_query_open":   {exchanges.Read},
	"trades_query_closed": {exchanges.Read},
	"ledger_query":        {exchanges.Read},
	"export_data":         {exchanges.Read},
	"trades_modify":       {exchanges.Spot, exchanges.Margin},
	"trades_close":        {exchanges.Spot},
	"funds_earn":          {exchanges.Earn},
	"funds_withdraw":      {exchanges.Withdraw},
	"funds_add":           {exchanges.Other},
}

// permissions brings a complete list of rights to the normal form: what is not
// in it is denied. Two exceptions: a word that keyrota does not know sets
// Other, and Kraken does not say which right a transfer to its futures wallet
// takes, except that it is one of those to withdraw.
func permissions(words []string) (exchanges.PermissionSet, []string) {
	set := exchanges.NewPermissionSet()
	for _, w := range words {
		granted, ok := rights[w]
		if !ok {
			granted = []exchanges.Permission{exchanges.Other}
		}
		for _, p := range granted {
			set = set.With(p, exchanges.Granted)
		}
	}
	if set.Has(exchanges.Withdraw) {
		set = set.With(exchanges.Transfer, exchanges.Unknown)
	}
	words = slices.Clone(words)
	slices.Sort(words)
	return set, slices.Compact(words)
}
