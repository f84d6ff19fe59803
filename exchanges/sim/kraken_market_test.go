package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ask makes a public call and reads its result into out.
func (k *krakenRig) ask(target string, out any) {
	k.t.Helper()
	if err := json.Unmarshal(k.expect(k.do(http.MethodGet, target, "", nil), ""), out); err != nil {
		k.t.Fatal(err)
	}
}

func TestKrakenTellsTheTime(t *testing.T) {
	rig := newKrakenRig(t)
	var at struct {
		Unix int64  `json:"unixtime"`
		Text string `json:"rfc1123"`
	}
	rig.ask("/0/public/Time", &at)
	if at.Unix != noon.Unix() || at.Text != "Wed, 25 Nov 26 12:00:00 +0000" {
		t.Errorf("%+v", at)
	}
}

func TestKrakenIsOnline(t *testing.T) {
	rig := newKrakenRig(t)
	var state struct {
		Status    string
		Timestamp time.Time
	}
	rig.ask("/0/public/SystemStatus", &state)
	if state.Status != "online" || !state.Timestamp.Equal(noon) {
		t.Errorf("%+v", state)
	}
}

func TestKrakenNamesOfAssetsAndPairsFitTogether(t *testing.T) {
	rig := newKrakenRig(t)
	var assets map[string]struct{ Altname string }
	var listed map[string]struct {
		Altname, Wsname, Base, Quote, Status string
		Decimals                             int `json:"pair_decimals"`
		Fees                                 [][]float64
	}
	rig.ask("/0/public/Assets", &assets)
	rig.ask("/0/public/AssetPairs", &listed)
	for id, p := range listed {
		base, okBase := assets[p.Base]
		quote, okQuote := assets[p.Quote]
		if !okBase || !okQuote || p.Status != "online" || len(p.Fees) == 0 {
			t.Errorf("%s: %+v", id, p)
		}
		if p.Wsname != base.Altname+"/"+quote.Altname || p.Altname != base.Altname+quote.Altname {
			t.Errorf("%s is called %s and %s", id, p.Altname, p.Wsname)
		}
	}
	if len(listed) != len(krakenPairs) {
		t.Errorf("%d pairs", len(listed))
	}
}

func TestKrakenTickerLiesWithinTheBook(t *testing.T) {
	rig := newKrakenRig(t)
	for _, p := range krakenPairs {
		var tickers map[string]struct{ A, B, C []string }
		var books map[string]struct{ Asks, Bids [][]any }
		rig.ask("/0/public/Ticker?pair="+p.alt, &tickers)
		rig.ask("/0/public/Depth?count=3&pair="+p.id, &books)
		ticker, book := tickers[p.id], books[p.id]
		if len(book.Asks) != 3 || len(book.Bids) != 3 || book.Asks[0][0] != ticker.A[0] || book.Bids[0][0] != ticker.B[0] {
			t.Fatalf("%s: %+v beside %+v", p.id, ticker, book)
		}
		bid, _ := strconv.ParseFloat(ticker.B[0], 64)
		last, _ := strconv.ParseFloat(ticker.C[0], 64)
		ask, _ := strconv.ParseFloat(ticker.A[0], 64)
		if bid > last || last > ask || bid >= ask || bid <= 0 {
			t.Errorf("%s: bid %v, last %v, ask %v", p.id, bid, last, ask)
		}
	}
}

func TestKrakenTakesPublicParametersInAForm(t *testing.T) {
	rig := newKrakenRig(t)
	got := rig.expect(rig.do(http.MethodPost, "/0/public/Ticker", "pair=XBT/USD,ETHUSD", nil), "")
	var tickers map[string]any
	if err := json.Unmarshal(got, &tickers); err != nil || len(tickers) != 2 || tickers["XXBTZUSD"] == nil || tickers["XETHZUSD"] == nil {
		t.Errorf("%s (%v)", got, err)
	}
}

func TestKrakenHistoryRunsUpToNow(t *testing.T) {
	rig := newKrakenRig(t)
	var candles, trades map[string]any
	rig.ask("/0/public/OHLC?pair=XBTUSD&interval=5", &candles)
	rig.ask("/0/public/Trades?pair=XBTUSD", &trades)
	rows := candles["XXBTZUSD"].([]any)
	first, last := rows[0].([]any), rows[len(rows)-1].([]any)
	if last[0].(float64) != float64(noon.Unix()) || first[0].(float64) != float64(noon.Unix()-int64(len(rows)-1)*300) {
		t.Errorf("candles from %v to %v", first[0], last[0])
	}
	if n := len(trades["XXBTZUSD"].([]any)); n != 10 {
		t.Errorf("%d trades", n)
	}
}

func TestKrakenRefusesWhatItDoesNotList(t *testing.T) {
	rig := newKrakenRig(t)
	for target, want := range map[string]krakenRefusal{
		"/0/public/Ticker?pair=NOPE":               krakenUnknownPair,
		"/0/public/AssetPairs?pair=XBTUSD,NOPE":    krakenUnknownPair,
		"/0/public/Depth":                          krakenBadArguments,
		"/0/public/Depth?pair=XBTUSD,ETHUSD":       krakenUnknownPair,
		"/0/public/Depth?pair=XBTUSD&count=0":      krakenBadArguments,
		"/0/public/Depth?pair=XBTUSD&count=501":    krakenBadArguments,
		"/0/public/OHLC?pair=XBTUSD&interval=week": krakenBadArguments,
		"/0/public/OHLC":                           krakenBadArguments,
		"/0/public/Trades?pair=NOPE":               krakenUnknownPair,
		"/0/public/Assets?asset=XBT,NOPE":          krakenUnknownAsset,
		"/0/public/Nope":                           krakenUnknownMethod,
	} {
		rig.expect(rig.do(http.MethodGet, target, "", nil), want)
	}
}

func TestKrakenAccount(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k", Words: []string{
		"query-funds", "query-open-trades", "query-closed-trades", "query-ledger", "create-ws-token",
	}})
	key := rig.key("k")
	for name, want := range map[string]string{
		"Balance":       `{"USDT":"100.0000000000","XXBT":"0.5000000000"}`,
		"OpenOrders":    `{"open":{}}`,
		"ClosedOrders":  `{"closed":{},"count":0}`,
		"TradesHistory": `{"count":0,"trades":{}}`,
		"Ledgers":       `{"count":0,"ledger":{}}`,
	} {
		if got := rig.expect(rig.call(key, name), ""); string(got) != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	var extended map[string]struct{ Balance, HoldTrade string }
	var worth map[string]string
	for name, out := range map[string]any{"BalanceEx": &extended, "TradeBalance": &worth} {
		if err := json.Unmarshal(rig.expect(rig.call(key, name), ""), out); err != nil {
			t.Fatal(err)
		}
	}
	bitcoin := krakenPairs[0].at(noon)
	if extended["XXBT"].Balance != "0.5000000000" || worth["eb"] != decimal(bitcoin/2+100*krakenPairs[7].at(noon), 4) {
		t.Errorf("%v, %v", extended, worth)
	}
	first, second := rig.expect(rig.call(key, "GetWebSocketsToken"), ""), rig.expect(rig.call(key, "GetWebSocketsToken"), "")
	if !strings.Contains(string(first), `"expires":900`) || slices.Equal(first, second) {
		t.Errorf("tokens %s and %s", first, second)
	}
}

func TestKrakenWordsAndPermissions(t *testing.T) {
	for permissions, want := range map[string]string{
		"read":             "read",
		"read spot":        "read spot margin", // Kraken has one right for both
		"withdraw":         "withdraw",
		"earn other":       "earn other",
		"futures transfer": "",
		"":                 "",
	} {
		got := krakenNormal(krakenWords(strings.Fields(permissions)))
		if strings.Join(got, " ") != want {
			t.Errorf("%q become %v, want %q", permissions, got, want)
		}
	}
	if got := krakenNormal([]string{"close-trades", "add-withdraw-address", "create-ws-token", "brand-new"}); strings.Join(got, " ") != "spot withdraw other" {
		t.Errorf("%v", got)
	}
}
