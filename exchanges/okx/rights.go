package okx

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// wordTrade is the broadest of OKX's words for rights.
const wordTrade = "trade"

// tradeGives is what it gives: OKX has no finer words. How much of it an account
// can use depends on its mode, which may change at any time.
var tradeGives = []exchanges.Permission{
	exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Transfer, exchanges.Earn,
}

// rights are OKX's words. Keys of sub-accounts do not withdraw.
var rights = wire.Rights{
	{Word: "read_only", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: wordTrade, Gives: tradeGives},
	{Word: "withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}, Fixed: true},
}

// permissions brings the words of a key to the normal form. Without words
// nothing is told.
func (k key) permissions() exchanges.PermissionSet {
	words := k.Perms.Values
	if len(words) == 0 {
		return exchanges.PermissionSet{}
	}
	set := rights.Set(words)
	if !set.Has(exchanges.Read) { // no document says that the other words come without it
		set = set.With(exchanges.Read, exchanges.Unknown)
	}
	// A key that trades also manages sub-accounts if it is of the main account
	// and has an IP list. No box is for that, so no box can promise it: it is
	// left open here, and told in a note.
	inList := k.APIKey != "" // then it is of a sub-account
	if slices.Contains(words, wordTrade) && !inList && !k.subAccount() && k.IP.Whitelist().State != exchanges.IPAny {
		set = set.With(exchanges.Admin, exchanges.Unknown)
	}
	return set
}

// asked returns the words that give what want grants, and what comes along with
// it. have are the words that the key has already: one of them stays unless
// want denies what it gives.
func asked(op string, want exchanges.PermissionSet, have []string) (string, error) {
	if slices.ContainsFunc(tradeGives, want.Has) {
		for _, p := range tradeGives {
			want = want.With(p, exchanges.Granted)
		}
	}
	words, missing := rights.Words(want, have)
	switch {
	case len(missing) > 0:
		return "", desk.Missing(op, missing, "Ask for less.")
	case len(words) == 0:
		return "", desk.Invalid(op, "OKX takes no key without rights. Ask for reading at least.")
	}
	return strings.Join(words, ","), nil
}
