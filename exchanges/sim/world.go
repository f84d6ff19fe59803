package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// largeCount is how many keys the large world has over all exchanges.
const largeCount = 10_000

var worldNames = []string{"demo", "empty", "large"}

// world returns the function that gives each site its account.
func world(name string) (func(site) account, error) {
	if !contains(worldNames, name) {
		return nil, fmt.Errorf("%q is not a world: use one of %s", name, strings.Join(worldNames, ", "))
	}
	all := sites()
	return func(at site) account {
		a := account{
			ID:       newMaterial("account", name, at.exchange, at.environment).text("123456789", 9),
			Balances: map[string]float64{"BTC": 0.5, "ETH": 4.25, "USDT": 12_500, "USDC": 2_000},
		}
		switch name {
		case "demo":
			if at.demo != nil {
				at.demo(&a)
			} else {
				demoAccount(&a, at.exchange+"/"+at.environment)
			}
		case "large":
			a.Seeds = largeSeeds(at, all)
		}
		return a
	}, nil
}

// demoAccount gives a site of the demo its keys, its sub-accounts, and the
// second factor that one of them has.
func demoAccount(a *account, at string) {
	a.Seeds, _ = demoSeeds.of(at)
	switch at {
	case "binance/live":
		a.Subs = []string{demoArbitrage, "yield@example.com"}
	case "bybit/live":
		a.Subs = []string{demoMarketMaker}
	case "deribit/testnet":
		a.Authenticator = newMaterial("authenticator", at).text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32) // base32
	}
}

// Addresses of the trader.
const (
	demoHome   = "203.0.113.7"
	demoServer = "198.51.100.20"
	demoOffice = "192.0.2.44"
)

// The sub-accounts that have keys, as their exchanges name them.
const (
	demoArbitrage   = "arb@example.com"
	demoMarketMaker = "53888001"
)

// demoSeeds is a trader whose keys show what the dashboard is for: three are
// overdue and one will be soon, one expires, one may withdraw, some are open
// to every address, three do not work any more, one was never used, and some
// move play money. No name says which is which, but for the spare ones, which
// nobody has added to keyrota yet, and the lost ones, which nobody remembers. With some, other keys can be managed by API.
var demoSeeds = table[[]seed]{
	{"binance/live", []seed{
		{Label: "grid-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{demoHome, demoServer}, Age: 97 * day, LastUsed: 2 * time.Minute},
		{Label: "treasury", Algorithm: algEd25519, Permissions: []string{"read", "transfer", "withdraw"},
			IPs: []string{demoHome, demoServer}, Age: 20 * day, LastUsed: 3 * day},
		{Label: "tax-export", Algorithm: algRSA, Permissions: []string{"read"}, Age: 81 * day, LastUsed: 26 * day},
		{Label: "scalper", Algorithm: algHMAC, Permissions: []string{"read", "spot", "margin"},
			IPs: []string{demoOffice}, Age: 33 * day, LastUsed: 5 * day},
		{Label: "sub-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: 25 * day, LastUsed: 8 * day},
		{Label: "arb-bot", Sub: demoArbitrage, Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			IPs: []string{demoHome}, Age: 48 * day, LastUsed: 10 * time.Minute},
		{Label: "lost-laptop", Sub: demoArbitrage, Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			IPs: []string{demoHome}, Age: 210 * day, LastUsed: 3 * time.Minute},
		{Label: "spare-binance", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}},
	{"binance/testnet", []seed{
		{Label: "paper", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: 40 * day, LastUsed: time.Hour},
	}},
	{"binance/demo", []seed{
		{Label: "practice", Algorithm: algEd25519, Permissions: []string{"read", "spot"}, Age: 9 * day, LastUsed: day},
	}},
	{"bybit/live", []seed{ // a key that is open to every address lives 90 days there
		{Label: "perp-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "transfer"},
			Age: 78 * day, Expires: 12 * day, LastUsed: time.Hour},
		{Label: "hedge-bot", Algorithm: algHMAC, Permissions: []string{"read", "futures", "options"},
			IPs: []string{demoOffice}, Age: 45 * day, LastUsed: 5 * day},
		{Label: "subs", Algorithm: algHMAC, Permissions: []string{"read", "transfer", "admin"},
			Words: []string{"Wallet:AccountTransfer", "Wallet:SubMemberTransfer"}, IPs: []string{demoHome}, Age: 30 * day, LastUsed: 16 * day},
		{Label: "mm-bot", Sub: demoMarketMaker, Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{demoHome}, Age: 66 * day, LastUsed: time.Minute},
		{Label: "lost-vps", Sub: demoMarketMaker, Algorithm: algHMAC, Permissions: []string{"read", "futures"},
			IPs: []string{demoOffice}, Age: 140 * day, LastUsed: 90 * day},
		{Label: "spare-bybit", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, IPs: []string{demoHome}, Age: time.Hour},
	}},
	{"bybit/testnet", []seed{
		{Label: "paper-perp", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, Age: 25 * day, Expires: 65 * day, LastUsed: 6 * time.Hour},
	}},
	{"kraken/live", []seed{
		{Label: "dca-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: 52 * day, LastUsed: 20 * time.Minute},
		{Label: "rebalancer", Algorithm: algHMAC, Permissions: []string{"read", "spot", "earn"}, Age: 263 * day, LastUsed: 9 * day},
		{Label: "portfolio", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{demoHome}, Age: 12 * day, SecondFactor: true},
		{Label: "old-laptop", Algorithm: algHMAC, Permissions: []string{"read", "spot", "withdraw"}, Age: 400 * day,
			LastUsed: 210 * day, Disabled: true},
		{Label: "spare-kraken", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}},
	{"deribit/live", []seed{
		{Label: "vol-desk", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options"},
			IPs: []string{demoHome}, Age: 118 * day, LastUsed: 4 * time.Hour},
		{Label: "key-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options", "admin"},
			Words: []string{"account:read_write", "trade:read_write", "wallet:read"}, IPs: []string{demoHome}, Age: 15 * day, LastUsed: 2 * day},
		{Label: "spare-deribit", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}},
	{"deribit/testnet", []seed{
		{Label: "paper-options", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options"}, Age: 61 * day, LastUsed: 12 * day},
		{Label: "test-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options", "admin"},
			Words: []string{"account:read_write", "trade:read_write", "wallet:read"}, Age: 5 * day, LastUsed: 3 * day},
	}},
}

// largeSeeds deals a site its share of the keys of the large world.
func largeSeeds(at site, all []site) []seed {
	index := slices.IndexFunc(all, func(s site) bool { return s.exchange == at.exchange && s.environment == at.environment })
	n := largeCount / len(all)
	if index < largeCount%len(all) {
		n++
	}
	seeds := make([]seed, n)
	for i := range seeds {
		seeds[i] = largeSeed(at, i)
	}
	return seeds
}

func largeSeed(at site, i int) seed {
	grants := [][]string{
		{"read"}, {"read", "spot"}, {"read", "spot", "futures"}, {"read", "transfer"},
		{"read", "spot", "options"}, {"read", "withdraw"},
	}
	s := seed{
		Label:       "key_" + strconv.Itoa(i+1),
		Algorithm:   at.algorithms[0],
		Permissions: grants[i%len(grants)],
		Age:         time.Duration(i%400+1) * day,
	}
	if i%50 == 49 {
		s.Algorithm = at.algorithms[i/50%len(at.algorithms)]
	}
	switch {
	case i%3 == 0:
		s.IPs = []string{"203.0.113.7"}
	case at.exchange == "bybit", at.exchange == "mexc": // a key that is open to every address lives 90 days there
		s.Age %= 90 * day
		s.Expires = 90*day - s.Age
	}
	if i%7 != 0 || at.exchange == "okx" || at.exchange == "bingx" { // where keys that are open and not used are removed
		s.LastUsed = time.Duration(i%90+1) * time.Hour
	}
	s.Disabled = i%97 == 96
	return s
}
