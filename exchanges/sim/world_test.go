package sim

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWorldCounts(t *testing.T) {
	for world, want := range map[string]int{"empty": 0, "large": 10_000} {
		if n := len(distinct(t, world)); n != want {
			t.Errorf("%s: %d different keys, want %d", world, n, want)
		}
	}
}

// Labels become the names of records, which are unique over all exchanges.
func TestTheDemoShowsManyExchanges(t *testing.T) {
	labels := map[string]bool{}
	all := distinct(t, "demo")
	for _, k := range all {
		labels[k.Label] = true
	}
	if len(labels) != len(all) || len(all) < 40 {
		t.Errorf("%d keys have %d labels", len(all), len(labels))
	}
	exchanges := map[string]bool{}
	for _, v := range startAt(t, Options{}).Describe().Venues {
		exchanges[v.Exchange] = exchanges[v.Exchange] || len(v.Keys) > 0
	}
	for name, hasKeys := range exchanges {
		if !hasKeys {
			t.Errorf("%s has no keys in the demo", name)
		}
	}
	if len(exchanges) < 10 {
		t.Errorf("%d exchanges", len(exchanges))
	}
}

// distinct returns the keys of a world by their public half.
func distinct(t *testing.T, world string) map[string]Key {
	t.Helper()
	ids := map[string]Key{}
	for _, v := range startAt(t, Options{World: world}).Describe().Venues {
		for _, k := range v.Keys {
			ids[k.Key] = k
		}
	}
	return ids
}

func TestWorldsAreTheSameOnEveryStart(t *testing.T) {
	for _, world := range worldNames {
		first := startAt(t, Options{World: world}).Describe()
		second := startAt(t, Options{World: world, Seed: 99}).Describe()
		for i, v := range first.Venues {
			same := slices.EqualFunc(v.Keys, second.Venues[i].Keys, func(a, b Key) bool {
				return a.Key == b.Key && a.Secret == b.Secret && a.PrivateKey == b.PrivateKey && a.Label == b.Label
			})
			if !same {
				t.Errorf("%s: %s %s differs between two starts", world, v.Exchange, v.Environment)
			}
		}
	}
}

func TestAccountsOfDifferentEnvironmentsShareNothing(t *testing.T) {
	seeds, err := world("demo")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, at := range sites() {
		id := seeds(at).ID
		if other, taken := ids[id]; taken {
			t.Errorf("%s %s and %s are one account", at.exchange, at.environment, other)
		}
		ids[id] = at.exchange + " " + at.environment
	}
}

// demoCases is something of everything that the dashboard can show.
var demoCases = map[string]func(at string, s seed) bool{
	"overdue at 90 days":       func(_ string, s seed) bool { return s.Age > 90*day && s.Age < 100*day },
	"overdue by far":           func(_ string, s seed) bool { return s.Age > 180*day && !s.Disabled },
	"due soon":                 func(_ string, s seed) bool { return s.Age > 76*day && s.Age < 90*day },
	"may withdraw":             func(_ string, s seed) bool { return slices.Contains(s.Permissions, "withdraw") && !s.Disabled },
	"trades from any address":  func(_ string, s seed) bool { return len(s.IPs) == 0 && slices.Contains(s.Permissions, "spot") },
	"paper money":              func(at string, s seed) bool { return strings.HasSuffix(at, "/testnet") && s.Label == "paper" },
	"expires in 12 days":       func(_ string, s seed) bool { return s.Expires == 12*day },
	"never used":               func(_ string, s seed) bool { return s.LastUsed == 0 },
	"disabled":                 func(_ string, s seed) bool { return s.Disabled },
	"second factor":            func(at string, s seed) bool { return at == "kraken/live" && s.SecondFactor },
	"not usable from here":     func(_ string, s seed) bool { return len(s.IPs) > 0 && !slices.Contains(s.IPs, "203.0.113.7") },
	"Ed25519":                  func(_ string, s seed) bool { return s.Algorithm == algEd25519 },
	"RSA":                      func(_ string, s seed) bool { return s.Algorithm == algRSA },
	"used in the last 2 hours": func(_ string, s seed) bool { return s.LastUsed > 0 && s.LastUsed <= 2*time.Hour },
}

// seedsBySite returns the keys of the demo by "exchange/environment".
func seedsBySite() map[string][]seed {
	all := map[string][]seed{}
	for _, at := range sites() {
		var a account
		at.demo(&a)
		all[at.exchange+"/"+at.environment] = a.Seeds
	}
	return all
}

func TestDemoWorldShowsEveryCase(t *testing.T) {
	for name, is := range demoCases {
		found := false
		for at, seeds := range seedsBySite() {
			found = found || slices.ContainsFunc(seeds, func(s seed) bool { return is(at, s) })
		}
		if !found {
			t.Errorf("no key: %s", name)
		}
	}
}

// Traders add these keys from what `keyrota sim` prints, in every way that can
// go right or wrong.
func TestDemoWorldHasKeysToTryOut(t *testing.T) {
	hmac := func(s seed) bool { return s.Algorithm == algHMAC && !s.Disabled && !s.SecondFactor }
	plain := func(s seed) bool {
		return hmac(s) && (len(s.IPs) == 0 || slices.Contains(s.IPs, DefaultCaller.String()))
	}
	elsewhere := func(s seed) bool { return hmac(s) && !plain(s) }
	for at, wanted := range map[string][]func(seed) bool{
		"binance/live": {plain, elsewhere}, "bybit/live": {plain, elsewhere}, "kraken/live": {plain}, "deribit/live": {plain},
		"binance/testnet": {plain}, "bybit/testnet": {plain}, "deribit/testnet": {plain},
	} {
		for i, want := range wanted {
			if !slices.ContainsFunc(seedsBySite()[at], want) {
				t.Errorf("%s has no key of sort %d", at, i)
			}
		}
	}
}

func TestDemoNamesFitAndGiveNothingAway(t *testing.T) {
	taken := map[string]string{}
	for at, seeds := range seedsBySite() {
		for _, s := range seeds {
			if len(s.Label) > 16 {
				t.Errorf("%s: %s does not fit its column", at, s.Label)
			}
			if other := taken[s.Label]; other != "" {
				t.Errorf("%s and %s both have %s", other, at, s.Label)
			}
			taken[s.Label] = at
			for _, word := range []string{"disabled", "expired", "revoked", "overdue", "wrong", "never", "other-ip"} {
				if strings.Contains(s.Label, word) {
					t.Errorf("%s: %s says what is wrong with it", at, s.Label)
				}
			}
		}
	}
}

func TestDemoSeedsAreForSitesThatExist(t *testing.T) {
	for at, seeds := range seedsBySite() {
		i := slices.IndexFunc(sites(), func(s site) bool { return s.exchange+"/"+s.environment == at })
		if i < 0 {
			t.Errorf("%s: no such site", at)
			continue
		}
		for _, s := range seeds {
			if !slices.Contains(sites()[i].algorithms, s.Algorithm) {
				t.Errorf("%s %s: the site takes no %s keys", at, s.Label, s.Algorithm)
			}
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for _, world := range worldNames {
		b.Run(world, func(b *testing.B) {
			for b.Loop() {
				s, err := Start(b.Context(), Options{World: world})
				if err != nil {
					b.Fatal(err)
				}
				_ = s.Close()
			}
		})
	}
}
