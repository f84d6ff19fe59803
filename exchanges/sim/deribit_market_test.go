package sim

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDeribitTellsTimeAndState(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	var now int64
	rig.expect(rig.get("public/get_time", ""), &now)
	if now != noon.UnixMilli() {
		t.Errorf("time %d", now)
	}
	var status struct{ Locked string }
	rig.expect(rig.get("public/status", ""), &status)
	var test struct{ Version string }
	rig.expect(rig.get("public/test", ""), &test)
	if status.Locked != "false" || test.Version == "" {
		t.Errorf("%+v %+v", status, test)
	}
	var currencies []struct{ Currency string }
	rig.expect(rig.get("public/get_currencies", ""), &currencies)
	if len(currencies) != len(deribitCurrencies) {
		t.Errorf("%v", currencies)
	}
}

// quotedInstrument is what the tests read of an instrument and its ticker.
type quotedInstrument struct {
	Name    string  `json:"instrument_name"`
	Kind    string  `json:"kind"`
	Base    string  `json:"base_currency"`
	Quote   string  `json:"quote_currency"`
	Tick    float64 `json:"tick_size"`
	Index   string  `json:"price_index"`
	Expires int64   `json:"expiration_timestamp"`
	Bid     float64 `json:"best_bid_price"`
	Ask     float64 `json:"best_ask_price"`
	Last    float64 `json:"last_price"`
	Bids    [][2]float64
	Asks    [][2]float64
}

// instruments lists all instruments.
func (d *deribitRig) instruments() []quotedInstrument {
	d.t.Helper()
	var all []quotedInstrument
	d.expect(d.get("public/get_instruments", ""), &all)
	if len(all) == 0 {
		d.t.Fatal("nothing is traded")
	}
	return all
}

func TestDeribitTickerIsTheTopOfTheBook(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	for _, i := range rig.instruments() {
		var book, ticker quotedInstrument
		rig.expect(rig.get("public/get_order_book", "", "instrument_name", i.Name, "depth", "4"), &book)
		rig.expect(rig.get("public/ticker", "", "instrument_name", i.Name), &ticker)
		if len(book.Bids) != 4 || len(book.Asks) != 4 || book.Bids[0][0] != ticker.Bid || book.Asks[0][0] != ticker.Ask {
			t.Errorf("%s: %+v beside %+v", i.Name, book, ticker)
		}
		if ticker.Bid >= ticker.Ask || ticker.Bid > ticker.Last || ticker.Ask < ticker.Last {
			t.Errorf("%s: bid %v, last %v, ask %v", i.Name, ticker.Bid, ticker.Last, ticker.Ask)
		}
	}
}

func TestDeribitBooksAreInOrderAndOnTheTick(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	for _, i := range rig.instruments() {
		var book quotedInstrument
		rig.expect(rig.get("public/get_order_book", "", "instrument_name", i.Name), &book)
		for n := range len(book.Bids) - 1 {
			if book.Bids[n][0] <= book.Bids[n+1][0] || book.Asks[n][0] >= book.Asks[n+1][0] {
				t.Errorf("%s: %v, %v", i.Name, book.Bids, book.Asks)
			}
		}
		if steps := book.Bids[0][0] / i.Tick; math.Abs(steps-math.Round(steps)) > 1e-6 {
			t.Errorf("%s: a bid of %v is not on the tick of %v", i.Name, book.Bids[0][0], i.Tick)
		}
	}
}

func TestDeribitInstrumentsAreWhole(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	for _, i := range rig.instruments() {
		if i.Expires <= noon.UnixMilli() {
			t.Errorf("%s has expired", i.Name)
		}
		var index struct {
			Price float64 `json:"index_price"`
		}
		rig.expect(rig.get("public/get_index_price", "", "index_name", i.Index), &index)
		if index.Price < 1_000 {
			t.Errorf("%s: index %v", i.Index, index.Price)
		}
		var same quotedInstrument
		rig.expect(rig.get("public/get_instrument", "", "instrument_name", i.Name), &same)
		if !reflect.DeepEqual(same, i) {
			t.Errorf("%+v, listed as %+v", same, i)
		}
	}
	rig.refused(rig.get("public/get_index_price", "", "index_name", "doge_usd"), deribitBadParams)
	rig.refused(rig.get("public/get_index_price", ""), deribitBadParams)
	rig.refused(rig.get("public/get_instrument", "", "instrument_name", "DOGE-PERPETUAL"), deribitBadParams)
	rig.refused(rig.get("public/get_instruments", "", "currency", "DOGE"), deribitBadParams)
}

func TestDeribitChoosesInstruments(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	for _, test := range []struct{ currency, kind, want string }{
		{"ETH", "", "ETH-PERPETUAL ETH_USDC"},
		{"BTC", "option", "BTC-25DEC26-64000-C BTC-25DEC26-64000-P"},
		{"any", "spot", "BTC_USDC ETH_USDC"},
		{"USDC", "", "BTC_USDC ETH_USDC"},
		{"USDT", "", ""},
	} {
		for _, method := range []string{"public/get_instruments", "public/get_book_summary_by_currency"} {
			var rows []quotedInstrument
			rig.expect(rig.get(method, "", "currency", test.currency, "kind", test.kind), &rows)
			names := make([]string, len(rows))
			for i, row := range rows {
				names[i] = row.Name
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("%s of %s %s: %s", method, test.currency, test.kind, got)
			}
		}
	}
	var rows []quotedInstrument
	rig.expect(rig.get("public/get_book_summary_by_instrument", "", "instrument_name", "BTC_USDC"), &rows)
	if len(rows) != 1 || rows[0].Quote != "USDC" {
		t.Errorf("%+v", rows)
	}
	rig.refused(rig.get("public/get_book_summary_by_currency", ""), deribitBadParams)
}

func TestDeribitDatedInstrumentsAreNeverOver(t *testing.T) {
	for day := range 800 {
		now := noon.AddDate(0, 0, day)
		end := lastFridayOfYear(now)
		if !end.After(now) || end.Weekday() != time.Friday || end.Month() != time.December || end.AddDate(0, 0, 7).Year() == end.Year() {
			t.Fatalf("on %s the end is %s", now, end)
		}
	}
}

func TestDeribitBooksAreBounded(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	var book quotedInstrument
	rig.expect(rig.get("public/get_order_book", "", "instrument_name", "BTC-PERPETUAL", "depth", strconv.Itoa(10_000)), &book)
	if len(book.Bids) != mostLevels {
		t.Errorf("%d levels", len(book.Bids))
	}
}
