package deribit

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// scope is a list of words like "trade:read_write": one text with blanks in
// the samples, an array in the schema. It is not cut to the length of a text
// for people, since a lost word would be a right denied.
type scope struct {
	words []string
	known bool
}

// UnmarshalJSON never fails; another type is an unknown scope.
func (s *scope) UnmarshalJSON(b []byte) error {
	list := wire.At[wire.Words](b)
	*s = scope{list.Values, list.Known}
	return nil
}

// What the areas give that the page for keys has boxes for.
var (
	accountGives = []exchanges.Permission{exchanges.Admin}
	tradeGives   = []exchanges.Permission{exchanges.Spot, exchanges.Futures, exchanges.Options}
	walletGives  = []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}
)

// areas maps what may be written in each area of a scope to the normal form.
// Reading is the same everywhere. One area covers all instruments, so that
// trading comes as three rights at once; wallet moves funds within the
// account as well as out of it; account makes keys.
var areas = wire.Rights{
	{Word: "account", Gives: accountGives},
	{Word: "trade", Gives: tradeGives},
	{Word: "wallet", Gives: walletGives},
	{Word: "block_trade", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "block_rfq", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "custody", Gives: []exchanges.Permission{exchanges.Other}},
}

// sessionWords are parts of a token's scope that describe the session.
var sessionWords = []string{"connection", "mainaccount", "session", "expires", "ip"}

// permissions brings the scope of a token to the normal form and returns its
// rights in Deribit's words, sorted. The token was asked for without limits,
// so the scope is everything: an area that is not in it is denied.
func permissions(s scope) (exchanges.PermissionSet, []string) {
	if !s.known {
		return exchanges.PermissionSet{}, nil
	}
	set := exchanges.NewPermissionSet()
	var words []string
	for _, w := range s.words {
		area, level, _ := strings.Cut(w, ":")
		if slices.Contains(sessionWords, area) || level == "none" {
			continue
		}
		if shown := exchanges.Clean(w); shown != "" {
			words = append(words, shown)
		}
		for p, g := range grants(area, level) {
			if set.Get(p) != exchanges.Granted {
				set = set.With(p, g)
			}
		}
	}
	slices.Sort(words)
	return set, slices.Compact(words)
}

// grants says what one word of a scope does. A level that Deribit may add
// tomorrow leaves its area unknown, and any word that is new is Other.
func grants(area, level string) map[exchanges.Permission]exchanges.Grant {
	right, known := areas.Of(area)
	switch {
	case area == "custody" && level == "read":
		// The custodian is a third party, its data no part of the account's.
		return map[exchanges.Permission]exchanges.Grant{exchanges.Other: exchanges.Granted}
	case known && level == "read":
		return map[exchanges.Permission]exchanges.Grant{exchanges.Read: exchanges.Granted}
	case known && level == "read_write":
		out := map[exchanges.Permission]exchanges.Grant{exchanges.Read: exchanges.Granted}
		for _, p := range right.Gives {
			out[p] = exchanges.Granted
		}
		return out
	}
	out := map[exchanges.Permission]exchanges.Grant{}
	if known {
		out[exchanges.Read] = exchanges.Unknown
	}
	for _, p := range right.Gives {
		out[p] = exchanges.Unknown
	}
	out[exchanges.Other] = exchanges.Granted
	return out
}
