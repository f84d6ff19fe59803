package sim

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestFiguresTakeTheirPlaces(t *testing.T) {
	f := figures{"n": "7"}.and("name", `a "b" \c`, "base", "BTC").with("list", []int{1, 2})
	got := f.json(`{"n":$n,"name":"$name","coin":"${base}M","list":$list,"sum":"5$","pattern":"^a$"}`)
	var read struct {
		N                        int
		Name, Coin, Sum, Pattern string
		List                     []int
	}
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if read.N != 7 || read.Name != `a "b" \c` || read.Coin != "BTCM" || !slices.Equal(read.List, []int{1, 2}) || read.Sum != "5$" || read.Pattern != "^a$" {
		t.Errorf("%+v", read)
	}
}

func TestAFigureThatIsMissingIsAMistake(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("nobody was told")
		}
	}()
	fill(`{"price":"$price"}`, "size", "1")
}

func TestTradesCandlesAndLevelsComeInOrder(t *testing.T) {
	p := traded[0]
	same := func(what string, got []json.RawMessage, want ...string) {
		t.Helper()
		for i, text := range want {
			if len(got) != len(want) || string(got[i]) != text {
				t.Errorf("%s: %s, want %s", what, got, want)
				return
			}
		}
	}
	same("trades", p.trades(noon, 2, `$seconds $Side $price`),
		"1795608000 Buy "+p.price(p.at(noon)), "1795607999 Sell "+p.price(p.at(noon.Add(-time.Second))))
	same("candles", p.candles(noon.Add(time.Minute), time.Hour, 2, `$ms $end $over`), "1795608000000 1795611599999 0", "1795604400000 1795607999999 1")
	bids, asks := p.book(noon, 2, `$n $size $lots`)
	same("bids", bids, "0 0.50000 10", "1 0.75000 20")
	same("asks", asks, "0 0.50000 10", "1 0.75000 20")
}

func TestBarsBetween(t *testing.T) {
	p := traded[0]
	for _, c := range []struct {
		from, until time.Duration
		most, want  int
	}{
		{0, 0, 9, 1}, {-2 * time.Hour, 0, 9, 3}, {-2 * time.Hour, 0, 2, 2}, {time.Minute, 2 * time.Minute, 9, 0}, {time.Hour, -time.Hour, 9, 0},
	} {
		if got := p.barsBetween(noon.Add(c.from), noon.Add(c.until), time.Hour, c.most); len(got) != c.want {
			t.Errorf("%v to %v: %d bars, want %d", c.from, c.until, len(got), c.want)
		}
	}
}

func TestHoldings(t *testing.T) {
	a := account{Balances: map[string]float64{"BTC": 0.5, "USDT": 100}}
	for wanted, want := range map[string]int{"": 2, "BTC": 1, "USDT,XXX": 1, "XXX": 0} {
		if got := a.holdings(a.assets(), wanted, noon, `"$asset $amount $worth"`); len(got) != want {
			t.Errorf("%q: %s", wanted, got)
		}
	}
	if got := a.total()["dollars"]; got != "32100.00" {
		t.Errorf("worth %s", got)
	}
}

func TestTheAssetsAreThoseOfThePairs(t *testing.T) {
	var of []string
	for _, p := range traded {
		of = append(of, p.Base, p.Quote)
	}
	slices.Sort(of)
	if want := slices.Sorted(slices.Values(tradedAssets)); !slices.Equal(slices.Compact(of), want) {
		t.Errorf("the pairs have %v, the list %v", of, want)
	}
}

func TestClosestWords(t *testing.T) {
	words := table[[]string]{{"read", []string{"a", "b"}}, {"spot", []string{"c"}}}
	if got := closest(words, []string{"spot", "admin", "read"}); !slices.Equal(got, []string{"c", "a", "b"}) {
		t.Errorf("%v", got)
	}
	if _, known := words.of("admin"); known {
		t.Error("a word for what the table has not")
	}
}
