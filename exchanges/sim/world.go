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
			at.demo(&a)
		case "large":
			a.Seeds = largeSeeds(at, all)
		}
		return a
	}, nil
}

// Addresses of the trader.
const (
	demoHome   = "203.0.113.7"
	demoServer = "198.51.100.20"
	demoOffice = "192.0.2.44"
)

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
