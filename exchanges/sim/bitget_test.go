package sim

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"time"
)

const (
	bitgetInfoPath    = "/api/v3/account/info"
	bitgetClassicPath = "/api/v2/spot/account/info"
	bitgetUID         = "7450000001"
	bitgetOtherUID    = "7450000002"
)

// bitgetAccounts is a trader with two sub-accounts and keys of every standing
// and of both generations.
func bitgetAccounts() account {
	home := []string{callerAddress}
	classic := func(words ...string) []string { return append([]string{bitgetClassicKey}, words...) }
	return account{
		ID: "123456789", Balances: map[string]float64{"BTC": 1, "USDT": 100}, Subs: []string{bitgetUID, bitgetOtherUID},
		Seeds: []seed{
			{Label: "manager", Algorithm: algHMAC, Words: []string{"uta_mgt"}, IPs: home, Age: day},
			{Label: "trader", Algorithm: algHMAC, Words: []string{"uta_trade", "copy_futures_order"}, Age: day},
			{Label: "viewer", Algorithm: algHMAC, Words: []string{bitgetReadOnly, "uta_mgt", "uta_trade", "withdraw"}, IPs: home, Age: day},
			{Label: "banker", Algorithm: algRSA, Words: []string{"withdraw"}, IPs: home, Age: day},
			{Label: "open", Algorithm: algHMAC, Words: []string{"uta_mgt"}, Age: day},
			{Label: "old-manager", Algorithm: algHMAC, Words: classic("chow", "stor"), IPs: home, Age: day},
			{Label: "old-lister", Algorithm: algHMAC, Words: classic("chor"), IPs: home, Age: day},
			{Label: "old-trader", Algorithm: algHMAC, Words: classic("stow", "coow", "cpow"), Age: day},
			{Label: "old-banker", Algorithm: algHMAC, Words: classic("wwow", "wtow"), IPs: home, Age: day},
			{Label: "grid", Sub: bitgetUID, Algorithm: algHMAC, Words: []string{"uta_mgt", "uta_trade"}, IPs: home, Age: 97 * day},
			{Label: "old-grid", Sub: bitgetUID, Algorithm: algHMAC, Words: classic("stow", "chow"), IPs: home, Age: 200 * day},
		},
	}
}

// newBitgetCaller returns the managing key of a trader, and the clock.
func newBitgetCaller(t *testing.T) (headedCaller, *testClock) {
	t.Helper()
	v, clock := serveAccount(t, "bitget", "live", bitgetAccounts(), Options{})
	c := newHeadedCaller(v, v.key(t, "manager"))
	c.now = clock.now
	return c, clock
}

// The vectors go through the whole admission: with the key in the book and the
// clock set back, the exchange gets as far as what the call is about.
func TestBitgetSignatures(t *testing.T) {
	const keyList, deleteKey = "/api/v2/user/virtual-subaccount-apikey-list?subAccountUid=1", "/api/v3/user/delete-sub-api"
	for _, c := range []struct{ secret, word, method, path, body, signature, code string }{
		// made by ccxt 4.5.84 with its clock held
		{"test-api-secret", bitgetClassicKey, "GET", bitgetClassicPath, "", "ftiFO+RWpO9b1Gv2J1rZH+o9BBTJO6k+7ckRh8l15gM=", "00000"},
		{"test-api-secret", "uta_mgt", "GET", keyList, "", "WZBbDReM68ru7fhrWYz1tMrzkICBgFvpY++CsN7K69M=", "40066"},
		{"test-api-secret", "uta_mgt", "POST", deleteKey, `{"apiKey":"bg_1"}`, "nvvQMVlzjJxRiSHC5Bx19yrF+5XT7aQHCnzcfyrTjyo=", "40065"},
		// a known-answer test of a public TypeScript client for the unified API
		{"test-secret-key", "uta_mgt", "GET", bitgetInfoPath, "", "7K3K300jUR0jdTH8S5qqCgGp9JAXFvzQ+4ayY/07x2I=", "00000"},
	} {
		caller, clock := newBitgetCaller(t)
		v, _ := clock.front.venue.(*bitget)
		v.add(&entry{ID: "bg_test", Secret: c.secret, Passphrase: "test-pass", Words: []string{c.word}, IPs: []string{callerAddress}})
		clock.move(time.UnixMilli(1_700_000_000_000).Sub(noon))
		caller.spoil = func(h http.Header) {
			h.Set("ACCESS-KEY", "bg_test")
			h.Set("ACCESS-PASSPHRASE", "test-pass")
			h.Set("ACCESS-SIGN", c.signature)
		}
		if got := send(t, c.method, caller.venue.BaseURL+c.path, c.body, caller.header(t, "")); worded(t, got) != c.code {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
	}
}

func TestBitgetIntrospection(t *testing.T) {
	c, _ := newBitgetCaller(t)
	fields(t, "info", one(t, c.get(t, bitgetInfoPath)), "userId inviterId parentId channelCode channel ips permType permissions regisTime")
	for label, want := range map[string]object{
		"manager": {"userId": "123456789", "parentId": "", "ips": callerAddress, "permType": "read-and-write", "permissions": []any{"uta_mgt"}},
		"trader":  {"ips": "", "permType": "read-and-write", "permissions": []any{"uta_trade", "copy_futures_order"}},
		"viewer":  {"permType": "read-only", "permissions": []any{"uta_mgt", "uta_trade", "withdraw"}},
		"banker":  {"permissions": []any{"withdraw"}}, // signs with RSA
		"grid":    {"userId": bitgetUID, "parentId": "123456789"},
	} {
		tells(t, label, one(t, c.named(t, label).get(t, bitgetInfoPath)), want)
	}
	old := c.named(t, "old-manager")
	fields(t, "classic info", one(t, old.get(t, bitgetClassicPath)),
		"userId inviterId ips authorities parentId traderType channelCode channel regisTime")
	for label, want := range map[string]object{
		"old-manager": {"userId": "123456789", "parentId": 0.0, "authorities": []any{"chow", "stor"}, "ips": callerAddress},
		"old-grid":    {"userId": bitgetUID, "parentId": 123456789.0, "authorities": []any{"stow", "chow"}},
	} {
		tells(t, label, one(t, c.named(t, label).get(t, bitgetClassicPath)), want)
	}
}

// Each generation of account has its own paths, but for the keys of
// sub-accounts and for what is public.
func TestBitgetGenerations(t *testing.T) {
	c, _ := newBitgetCaller(t)
	for path, codes := range map[string][2]string{ // of a unified and of a classic key
		bitgetInfoPath:                    {"00000", "40084"},
		"/api/v3/account/settings":        {"00000", "40084"},
		"/api/v3/account/assets":          {"00000", "40084"},
		bitgetClassicPath:                 {"40085", "00000"},
		"/api/v2/spot/account/assets":     {"40085", "00000"},
		"/api/v3/user/sub-list":           {"00000", "40084"},
		bitgetVirtualSubsPath:             {"00000", "00000"},
		bitgetVirtualList + bitgetUID:     {"00000", "00000"},
		"/api/v2/mix/account/accounts":    {"40085", "40014"},
		"/api/v3/trade/unfilled-orders":   {"00000", "40084"},
		"/api/v3/account/funding-assets":  {"00000", "40084"},
		"/api/v2/spot/public/coins":       {"00000", "00000"},
		"/api/v2/spot/trade/no-such-path": {"40404", "40404"},
	} {
		for i, label := range []string{"manager", "old-manager"} {
			if got := c.named(t, label).get(t, path); worded(t, got) != codes[i] {
				t.Errorf("%s, %s: %s", label, path, got.body)
			}
		}
	}
}

func TestBitgetRights(t *testing.T) {
	c, _ := newBitgetCaller(t)
	const order, move, withdraw = "/api/v3/trade/place-order", "/api/v3/account/transfer", "/api/v3/account/withdraw"
	const oldOrder, oldFuture, oldMove, oldWithdraw = "/api/v2/spot/trade/place-order", "/api/v2/mix/order/place-order",
		"/api/v2/spot/wallet/transfer", "/api/v2/spot/wallet/withdrawal"
	for path, able := range map[string][]string{ // who is refused because nothing moves here, not for a right
		order: {"trader", "grid"}, move: {"manager", "grid"}, withdraw: {"banker"},
		oldOrder: {"old-trader", "old-grid"}, oldFuture: {"old-trader"}, oldMove: {"old-banker"}, oldWithdraw: {"old-banker"},
	} {
		unified := path[:7] == "/api/v3"
		for _, label := range []string{"manager", "trader", "viewer", "banker", "grid", "old-manager", "old-trader", "old-banker", "old-grid"} {
			want := "40014"
			switch {
			case unified == (label[:3] == "old"):
				want = map[bool]string{true: "40084", false: "40085"}[unified]
			case slices.Contains(able, label):
				want = "40022"
			}
			if got := c.named(t, label).post(t, path, "{}"); worded(t, got) != want {
				t.Errorf("%s, %s: %s, want %s", label, path, got.body, want)
			}
		}
	}
}

func TestBitgetNormalForm(t *testing.T) {
	c, _ := newBitgetCaller(t)
	for label, want := range map[string][]string{
		"manager": {"read", "transfer", "admin"}, "trader": {"read", "spot", "margin", "futures", "other"}, "viewer": {"read"},
		"banker": {"read", "withdraw"}, "old-manager": {"read", "admin"}, "old-trader": {"read", "spot", "futures"},
		"old-banker": {"read", "transfer", "withdraw"},
	} {
		if got := c.venue.key(t, label).Permissions; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", label, got, want)
		}
	}
}

func TestBitgetBalances(t *testing.T) {
	c, _ := newBitgetCaller(t)
	whole := one(t, c.get(t, "/api/v3/account/assets"))
	if held := names(t, whole["assets"], "coin"); !reflect.DeepEqual(held, []string{"BTC", "USDT"}) || whole["accountEquity"] != "64100.00000000" {
		t.Errorf("%v", whole)
	}
	if held := names(t, one(t, c.named(t, "grid").get(t, "/api/v3/account/assets"))["assets"], "coin"); len(held) != 0 {
		t.Errorf("a sub-account holds %v", held)
	}
	old := c.named(t, "old-trader")
	for query, want := range map[string][]string{"": {"BTC", "USDT"}, "?coin=BTC": {"BTC"}, "?coin=ETH": {}} {
		if held := names(t, data(t, old.get(t, "/api/v2/spot/account/assets"+query)), "coin"); !reflect.DeepEqual(held, want) {
			t.Errorf("%s: %v", query, held)
		}
	}
}

func TestBitgetWantsJSON(t *testing.T) {
	c, _ := newBitgetCaller(t)
	plain := c
	plain.spoil = func(h http.Header) { h.Set("Content-Type", "text/plain") }
	wants(t, "text", plain.post(t, bitgetDeleteKey, "{}"), 400, "40007")
	for _, body := range []string{"", "[]", "null", "{"} {
		wants(t, body, c.post(t, bitgetDeleteKey, body), 400, "40017")
	}
	wants(t, "a number for a text", c.post(t, bitgetDeleteKey, `{"apiKey":1}`), 400, "40020")
}

// On the live site the page has the boxes of a unified account, in the demo
// those of a classic one.
func TestBitgetPages(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	for env, w := range map[string]struct {
		ask   []string
		boxes []string
		gives []string
	}{
		"live": {[]string{"read", "spot"}, []string{"uta_trade"}, []string{"read", "spot", "margin", "futures"}},
		"demo": {[]string{"read", "spot", "transfer"}, []string{"stow", "wtow"}, []string{"read", "spot", "transfer"}},
	} {
		k, err := s.CreateByHand("bitget", env, Wanted{Label: "bot", Permissions: w.ask, IPs: []string{callerAddress}})
		if err != nil || !reflect.DeepEqual(k.Permissions, w.gives) {
			t.Fatalf("%s: %+v (%v)", env, k, err)
		}
		if row := s.visitor(t, "bitget", env).row("", "bot"); !reflect.DeepEqual(row.Boxes, w.boxes) {
			t.Errorf("%s: ticked %v", env, row.Boxes)
		}
		told := one(t, newHeadedCaller(s.Describe().venue(t, "bitget", env), k).introspect(t))
		name := map[string]string{"live": "permissions", "demo": "authorities"}[env]
		if got, _ := told[name].([]any); len(got) != len(w.boxes) || got[0] != w.boxes[0] {
			t.Errorf("%s: %v", env, told)
		}
	}
	for env, want := range map[string]object{
		"live": {"permType": "read-only", "permissions": []any{"uta_mgt", "uta_trade"}}, "demo": {"authorities": []any{"stor"}},
	} {
		k, err := s.CreateByHand("bitget", env, Wanted{Label: "reader", Permissions: []string{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		tells(t, env, one(t, newHeadedCaller(s.Describe().venue(t, "bitget", env), k).introspect(t)), want)
	}
	s.visitor(t, "bitget", "live").refused(http.MethodPost, "/keys",
		url.Values{"label": {"a"}, "box": {bitgetReadOnly}, "passphrase": {"Chosen12"}}, http.StatusUnprocessableEntity, "may look at")
}

func TestBitgetKeysMadeFromAPublicKey(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	public, private := newMaterial("client").rsa()
	w := Wanted{Label: "pair", Permissions: []string{"read"}, PublicKey: publicPEM(public)}
	k, err := s.CreateByHand("bitget", "live", w)
	if err != nil || k.Secret != "" {
		t.Fatalf("%+v (%v)", k, err)
	}
	k.PrivateKey = private
	wants(t, "signed by the private half", newHeadedCaller(s.Describe().venue(t, "bitget", "live"), k).introspect(t), 200, "00000")
	if _, err := s.CreateByHand("bitget", "demo", w); err == nil {
		t.Error("the demo takes a public key")
	}
}
