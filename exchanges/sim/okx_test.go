package sim

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

const okxConfigPath = "/api/v5/account/config"

// okxAccounts is a trader with a sub-account and keys of every standing.
func okxAccounts() account {
	home := []string{callerAddress}
	return account{
		ID: "123456789", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{"bot01", "bot02"},
		Seeds: []seed{
			{Label: "manager", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: home, Age: day},
			{Label: "open", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: day},
			{Label: "reader", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: home, Age: day},
			{Label: "banker", Algorithm: algHMAC, Permissions: []string{"read", "withdraw"}, IPs: home, Age: day},
			{Label: "grid", Sub: "bot01", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: home, Age: 97 * day},
			{Label: "quiet", Sub: "bot01", Algorithm: algHMAC, Permissions: []string{"read"}, Age: 200 * day},
		},
	}
}

// newOKXCaller returns the managing key of a trader, and the clock.
func newOKXCaller(t *testing.T, env string) (headedCaller, *testClock) {
	t.Helper()
	v, clock := serveAccount(t, "okx", env, okxAccounts(), Options{})
	c := newHeadedCaller(v, v.key(t, "manager"))
	c.now = clock.now
	return c, clock
}

// The vectors go through the whole admission: with the key in the book and the
// clock set back, the exchange gets as far as what the call is about.
func TestOKXSignatures(t *testing.T) {
	const key, secret = "985d5b66-57ce-40fb-b714-afc0b9787083", "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO"
	const apiKeys, modify = "/api/v5/users/subaccount/apikey?subAcct=bot01", "/api/v5/users/subaccount/modify-apikey"
	const body = `{"subAcct":"bot01","apiKey":"` + key + `","label":"grid","perm":"read_only,trade","ip":"203.0.113.7"}`
	for _, c := range []struct{ env, stamp, method, path, body, signature, code string }{
		// nautilus_trader, tests of the OKX credentials
		{"live", "2020-12-08T09:08:57.715Z", "GET", "/api/v5/account/balance", "", "PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=", "0"},
		// made by ccxt 4.5.84 with its clock held
		{"live", "2023-11-14T22:13:20.000Z", "GET", okxConfigPath, "", "Y0MwUftN226iwJjqjJVqwgjjyclKUWk4k+3FlZczuSg=", "0"},
		{"demo", "2023-11-14T22:13:20.000Z", "GET", okxConfigPath, "", "Y0MwUftN226iwJjqjJVqwgjjyclKUWk4k+3FlZczuSg=", "0"},
		{"live", "2023-11-14T22:13:20.000Z", "GET", apiKeys, "", "FpTtySrNqxng8NPmPcdLstuba3kJN3UdggCxUyq7gbE=", "0"},
		{"live", "2023-11-14T22:13:20.000Z", "POST", modify, body, "GYamLDLZEHHbEZWM2L1Ndf2dNwr+9xTjbN3nyegI0tA=", "50035"},
	} {
		caller, clock := newOKXCaller(t, c.env)
		v, _ := clock.front.venue.(*okx)
		v.add(&entry{ID: key, Secret: secret, Passphrase: "1234567890", Words: []string{okxRead, okxTrade}, Created: noon})
		at, err := time.Parse(time.RFC3339, c.stamp)
		if err != nil {
			t.Fatal(err)
		}
		clock.move(at.Sub(noon))
		caller.spoil = func(h http.Header) {
			h.Set("OK-ACCESS-KEY", key)
			h.Set("OK-ACCESS-PASSPHRASE", "1234567890")
			h.Set("OK-ACCESS-TIMESTAMP", c.stamp)
			h.Set("OK-ACCESS-SIGN", c.signature)
		}
		if got := send(t, c.method, caller.venue.BaseURL+c.path, c.body, caller.header(t, "")); worded(t, got) != c.code {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
	}
}

func TestOKXIntrospection(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	main := one(t, c.get(t, okxConfigPath))
	fields(t, "config", main, `uid mainUid type label perm ip kycLv roleType spotRoleType acctLv acctStpMode posMode autoLoan greeksType feeType
		level levelTmp ctIsoMode mgnIsoMode liquidationGear opAuth enableSpotBorrow spotBorrowAutoRepay spotOffsetType stgyType traderInsts
		spotTraderInsts settleCcy settleCcyList`)
	for label, want := range map[string]object{
		"manager": {"label": "manager", "perm": "read_only,trade", "ip": callerAddress, "type": "0"},
		"open":    {"label": "open", "perm": "read_only,trade", "ip": "", "type": "0"},
		"reader":  {"perm": "read_only", "type": "0"},
		"banker":  {"perm": "read_only,withdraw", "type": "0"},
		"grid":    {"perm": "read_only,trade", "type": "1"},
	} {
		got := one(t, c.named(t, label).get(t, okxConfigPath))
		tells(t, label, got, want)
		if own := got["uid"] == got["mainUid"]; got["mainUid"] != main["uid"] || own != (want["type"] == "0") {
			t.Errorf("%s: uid %v, main %v", label, got["uid"], got["mainUid"])
		}
	}
}

// The right to trade is as broad as OKX makes it, and only a bound key of the
// main account manages others.
func TestOKXNormalForm(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	trade := []string{"read", "spot", "margin", "futures", "options", "transfer", "earn"}
	for label, want := range map[string][]string{
		"manager": append(trade[:len(trade):len(trade)], "admin"), "open": trade, "grid": trade,
		"reader": {"read"}, "banker": {"read", "withdraw"},
	} {
		if got := c.venue.key(t, label).Permissions; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", label, got, want)
		}
	}
}

func TestOKXRights(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	const order, move, withdraw = "/api/v5/trade/order", "/api/v5/asset/transfer", "/api/v5/asset/withdrawal"
	for _, r := range []struct{ label, path, code string }{
		{"reader", order, "50120"}, {"banker", order, "50120"}, {"manager", order, "50027"}, {"manager", "/api/v5/trade/batch-orders", "50027"},
		{"reader", move, "50120"}, {"open", move, "58004"},
		{"reader", withdraw, "50120"}, {"manager", withdraw, "50120"}, {"banker", withdraw, "58004"},
	} {
		if got := c.named(t, r.label).post(t, r.path, `{}`); worded(t, got) != r.code {
			t.Errorf("%s, %s: %s", r.label, r.path, got.body)
		}
	}
}

func TestOKXBalances(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	whole := one(t, c.get(t, "/api/v5/account/balance"))
	if held := names(t, whole["details"], "ccy"); !reflect.DeepEqual(held, []string{"BTC", "USDT"}) || whole["totalEq"] != "64100.00000000" {
		t.Errorf("%v", whole)
	}
	part := one(t, c.get(t, "/api/v5/account/balance?ccy=ETH,BTC"))
	if held := names(t, part["details"], "ccy"); !reflect.DeepEqual(held, []string{"BTC"}) {
		t.Errorf("%v", held)
	}
	if sub := one(t, c.named(t, "grid").get(t, "/api/v5/account/balance")); len(names(t, sub["details"], "ccy")) != 0 {
		t.Errorf("a sub-account holds %v", sub)
	}
	if coins := names(t, data(t, c.get(t, "/api/v5/asset/currencies?ccy=USDT")), "ccy"); !reflect.DeepEqual(coins, []string{"USDT"}) {
		t.Errorf("%v", coins)
	}
	wants(t, "fees of nothing", c.get(t, "/api/v5/account/trade-fee"), 400, "50014")
	if fee := one(t, c.get(t, "/api/v5/account/trade-fee?instType=SPOT")); fee["taker"] != "-0.001" {
		t.Errorf("%v", fee)
	}
}

// What an account could have and this one has not is an empty list.
func TestOKXEmptyLists(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	for _, path := range []string{
		"/account/positions", "/account/bills", "/asset/balances", "/asset/withdrawal-history", "/trade/orders-pending", "/trade/orders-history",
	} {
		if list, ok := data(t, c.get(t, "/api/v5"+path)).([]any); !ok || len(list) != 0 {
			t.Errorf("%s: %v", path, list)
		}
	}
}

func TestOKXRequestsThatAreNone(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	wants(t, "POST to read", c.post(t, okxConfigPath, "{}"), 405, "50115")
	if got := c.get(t, "/api/v5/nothing"); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.body)
	}
	plain := c
	plain.spoil = func(h http.Header) { h.Set("Content-Type", "text/plain") }
	wants(t, "no JSON", plain.post(t, okxDeleteKey, "{}"), 400, "50006")
	for _, body := range []string{"", "[]", "null", "{"} {
		wants(t, body, c.post(t, okxDeleteKey, body), 400, "50002")
	}
	wants(t, "a number for a text", c.post(t, okxDeleteKey, `{"subAcct":1}`), 400, "51000")
}

// A live key that may trade, is open to every address and is not used for 14
// days is removed. Every signed call counts as use, a refused one too.
func TestOKXUnusedKeysAreRemoved(t *testing.T) {
	c, clock := newOKXCaller(t, "live")
	open := c.named(t, "open")
	clock.move(13*day - time.Second)
	wants(t, "in time", open.get(t, okxConfigPath), 200, "0")
	clock.move(14*day - time.Second)
	wants(t, "14 days after the last use", open.post(t, "/api/v5/asset/withdrawal", "{}"), 401, "50120")
	clock.move(14 * day)
	wants(t, "too late", open.get(t, okxConfigPath), 401, "50119")
	for label, code := range map[string]string{"manager": "0", "reader": "0", "grid": "0", "quiet": "0"} {
		if got := c.named(t, label).get(t, okxConfigPath); worded(t, got) != code {
			t.Errorf("%s: %s", label, got.body)
		}
	}
	for _, k := range clock.front.desk.book.all() {
		if k.Label == "open" {
			t.Error("the web page still shows the key")
		}
	}
}

func TestOKXDemoKeysAreNotRemoved(t *testing.T) {
	c, clock := newOKXCaller(t, "demo")
	clock.move(400 * day)
	wants(t, "after a year", c.named(t, "open").get(t, okxConfigPath), 200, "0")
}

// Edits on the page change what a key lives on.
func TestOKXOpenedKeyStartsToLapse(t *testing.T) {
	s := startAt(t, Options{})
	k := s.Describe().venue(t, "okx", "live").key(t, "spare-okx")
	if err := s.EditByHand("okx", "live", k.Key, Wanted{Permissions: []string{"read", "spot"}}); err != nil {
		t.Fatal(err)
	}
	s.Advance(14 * day)
	if err := s.DeleteByHand("okx", "live", k.Key); err == nil || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("the key is there: %v", err)
	}
	if k := s.Describe().venue(t, "okx", "live").key(t, "okx-master"); s.DeleteByHand("okx", "live", k.Key) != nil {
		t.Error("a bound key is gone")
	}
}

// Managing is a right that no box gives, and that a key made on the page has
// all the same.
func TestOKXManagingKeyMadeByHand(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "okx", "live")
	w := Wanted{Label: "manager-2", Permissions: v.key(t, "okx-master").Permissions, IPs: []string{callerAddress}}
	k, err := s.CreateByHand("okx", "live", w)
	if err != nil || !k.Manages || !reflect.DeepEqual(k.Permissions, w.Permissions) {
		t.Fatalf("%+v (%v)", k, err)
	}
	caller := newHeadedCaller(v, k)
	tells(t, "config", one(t, caller.get(t, okxConfigPath)), object{"perm": "read_only,trade", "ip": callerAddress})
	wants(t, "manages", caller.post(t, okxDeleteKey, `{"subAcct":"carry01","apiKey":"x"}`), 200, "59506")
	page := s.visitor(t, "okx", "live").row("", "manager-2")
	if !reflect.DeepEqual(page.Boxes, []string{okxRead, okxTrade}) {
		t.Errorf("ticked: %v", page.Boxes)
	}
}

// Reading is ticked on the page whether one wants it or not.
func TestOKXKeysMadeByHandMayRead(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	form := url.Values{"label": {"mover"}, "box": {okxWithdraw}, "passphrase": {"Chosen-1-here"}}
	visitor, made := s.visitor(t, "okx", "live"), consoleKey{}
	visitor.read(http.MethodPost, "/keys", form, http.StatusCreated, &made)
	if row := visitor.row("", "mover"); !reflect.DeepEqual(row.Permissions, []string{"read", "withdraw"}) {
		t.Errorf("%v", row.Permissions)
	}
	caller := newHeadedCaller(s.Describe().venue(t, "okx", "live"), Key{}).as(made.Key, made.Secret, "Chosen-1-here")
	tells(t, "config", one(t, caller.get(t, okxConfigPath)), object{"perm": "read_only,withdraw"})
}
