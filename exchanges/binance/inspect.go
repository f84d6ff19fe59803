package binance

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights says which permissions each switch of a key gives.
var rights = wire.Rights{
	{Word: "enableReading", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "enableSpotAndMarginTrading", Gives: []exchanges.Permission{exchanges.Spot}}, // orders on margin too; borrowing is enableMargin
	{Word: "enableMargin", Gives: []exchanges.Permission{exchanges.Margin}},
	{Word: "enableFutures", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "enableVanillaOptions", Gives: []exchanges.Permission{exchanges.Options}},
	{Word: "enablePortfolioMarginTrading", Gives: []exchanges.Permission{exchanges.Margin, exchanges.Futures}},
	{Word: "enableInternalTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "permitsUniversalTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "enableUniversalTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "enableWithdrawals", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Word: "enableFixApiTrade", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "enableFixReadOnly", Gives: []exchanges.Permission{exchanges.Read}},
}

// deciders are the switches that must all be told as off before a permission
// counts as not granted. Permissions that are not here have no switch and stay
// unknown: earning goes along with other rights, and any key may manage
// sub-accounts if its owner may.
var deciders = []struct {
	of       exchanges.Permission
	switches []string
}{
	{exchanges.Read, []string{"enableReading"}},
	{exchanges.Spot, []string{"enableSpotAndMarginTrading"}},
	{exchanges.Margin, []string{"enableMargin"}},
	{exchanges.Futures, []string{"enableFutures"}},
	{exchanges.Options, []string{"enableVanillaOptions"}},
	{exchanges.Transfer, []string{"enableInternalTransfer", "permitsUniversalTransfer"}},
	{exchanges.Withdraw, []string{"enableWithdrawals"}},
}

// parseRestrictions reads what the live exchange says of a key.
func parseRestrictions(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	switches := flags(wire.Members(r.Body), "enable", "permits")
	if len(switches) == 0 {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	info := exchanges.KeyInfo{
		Permissions:         permissions(switches),
		ExchangePermissions: granted(switches),
		Created:             wire.At[wire.Text](r.Body, "createTime").Milliseconds(),
		Usage:               usage(r, "X-Sapi-Used-Ip-Weight-1m", "12000"),
		// Older answers name the day on which a key without IP list stops trading.
		Expires: wire.At[wire.Text](r.Body, "tradingAuthorityExpirationTime").Milliseconds(),
	}
	switch wire.At[wire.Flag](r.Body, "ipRestrict").Grant() {
	case exchanges.Granted:
		info.IPs.State = exchanges.IPRestricted
	case exchanges.NotGranted:
		info.IPs.State = exchanges.IPAny
	case exchanges.Unknown:
	}
	if at, ok := info.Expires.Time(); ok {
		info.Notes = append(info.Notes, "The permission to trade ends on "+at.Format(time.DateOnly)+"; the key itself stays.")
	}
	return info, nil
}

// parseAccount reads the account of a testnet or demo key. Its canTrade and
// canWithdraw speak of the account, not of the key.
func parseAccount(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	account := wire.Members(r.Body)
	if account["uid"] == nil && account["accountType"] == nil && account["balances"] == nil {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	return exchanges.KeyInfo{
		Account:     string(wire.At[wire.Text](r.Body, "uid")),
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted),
		Usage:       usage(r, "X-Mbx-Used-Weight-1m", "6000"),
		Notes:       []string{"Binance does not tell the permissions of keys outside the live exchange; this key reads."},
	}, nil
}

// flags picks the switches of a key out of an answer, also those that are not
// documented yet. What is not a boolean is left out, and so unknown.
func flags(fields map[string]json.RawMessage, prefixes ...string) map[string]bool {
	out := map[string]bool{}
	for name, raw := range fields {
		begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if f := wire.At[wire.Flag](raw); f.Known && slices.ContainsFunc(prefixes, begins) {
			out[name] = f.Value
		}
	}
	return out
}

func permissions(switches map[string]bool) exchanges.PermissionSet {
	var set exchanges.PermissionSet
	for _, d := range deciders {
		untold := func(name string) bool { _, told := switches[name]; return !told }
		if !slices.ContainsFunc(d.switches, untold) {
			set = set.With(d.of, exchanges.NotGranted)
		}
	}
	for name, on := range switches {
		if !on {
			continue
		}
		r, _ := rights.Of(name)
		for _, p := range r.Gives {
			set = set.With(p, exchanges.Granted)
		}
	}
	return set
}

// granted lists the switches that are on, in Binance's words.
func granted(switches map[string]bool) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(switches)) {
		if switches[name] {
			out = append(out, exchanges.Clean(name))
		}
	}
	return out
}

// usage words how much of the address's weight is used in this minute.
func usage(r rest.Response, header, most string) string {
	used := exchanges.Clean(r.Header.Get(header))
	if used == "" {
		return ""
	}
	return used + "/" + most + " per minute"
}
