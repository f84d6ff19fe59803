package sim

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestGeminiTellsRoles(t *testing.T) {
	for _, c := range []struct {
		words  []string
		want   string
		master bool
	}{
		{[]string{geminiAuditor}, `{"isAuditor":true,"isFundManager":false,"isTrader":false}`, false},
		{[]string{geminiTrader, geminiFunds}, `{"isAuditor":false,"isFundManager":true,"isTrader":true}`, false},
		{[]string{geminiTrader, geminiTimeNonce}, `{"isAuditor":false,"isFundManager":false,"isTrader":true}`, false},
		{[]string{geminiMaster, geminiFunds, geminiAdmin}, `"isAccountAdmin":true,"isAuditor":false,"isFundManager":true,"isTrader":false}`, true},
		{[]string{geminiMaster, geminiAuditor}, `"isAccountAdmin":false,"isAuditor":true,"isFundManager":false,"isTrader":false}`, true},
	} {
		g := newGeminiRig(t, seed{Label: "k", Words: c.words})
		k := g.key("k")
		got := g.signed(k, "/v1/roles", "1795608000", nil)
		if got.status != http.StatusOK || !strings.HasSuffix(string(got.body), c.want) {
			t.Errorf("%v: %d %s", c.words, got.status, got.body)
		}
		prefix := map[bool]string{true: "master-", false: "account-"}[c.master]
		if counterparty, _ := got.object(t)["counterparty_id"].(string); (len(counterparty) == 8) != c.master || !strings.HasPrefix(k.Key, prefix) {
			t.Errorf("%v: %s is told to be of %q", c.words, k.Key, counterparty)
		}
	}
}

func TestGeminiRolesOpenTheirCalls(t *testing.T) {
	g := newGeminiRig(t,
		seed{Label: "audit", Words: []string{geminiAuditor}}, seed{Label: "trade", Words: []string{geminiTrader}},
		seed{Label: "funds", Words: []string{geminiFunds}}, seed{Label: "admin", Words: []string{geminiMaster, geminiAdmin}},
	)
	primary := object{"account": geminiAccountName}
	for _, c := range []struct {
		label, path string
		status      int
		reason      string
	}{
		{"audit", "/v1/balances", 200, ""}, {"trade", "/v1/balances", 200, ""}, {"funds", "/v1/balances", 200, ""},
		{"admin", "/v1/balances", 403, "MissingRole"}, {"admin", "/v1/account", 200, ""}, {"admin", "/v1/account/list", 200, ""},
		{"audit", "/v1/account/list", 403, "MissingRole"}, {"audit", "/v1/orders", 200, ""}, {"funds", "/v1/orders", 403, "MissingRole"},
		{"audit", "/v1/order/new", 403, "MissingRole"}, {"trade", "/v1/order/new", 400, "MarketNotOpen"}, {"trade", "/v1/order/cancel", 404, "OrderNotFound"},
		{"trade", "/v1/withdraw/btc", 403, "MissingRole"}, {"funds", "/v1/withdraw/btc", 403, "CryptoAddressWhitelistsNotEnabled"},
		{"funds", "/v1/deposit/bitcoin/newAddress", 403, "System"}, {"funds", "/v1/account/transfer/btc", 403, "MissingRole"},
		{"trade", "/v1/heartbeat", 200, ""}, {"trade", "/v1/notionalvolume", 200, ""}, {"trade", "/v1/notionalbalances/usd", 200, ""},
	} {
		g.refused(g.with(g.key(c.label), c.path, primary), c.status, c.reason)
	}
}

func TestGeminiMasterKeyNamesAnAccount(t *testing.T) {
	g := newGeminiRig(t, seed{Label: "m", Words: []string{geminiMaster, geminiFunds}})
	m := g.key("m")
	g.refused(g.call(m, "/v1/roles"), 200, "")
	g.refused(g.call(m, "/v1/account/list"), 200, "")
	g.refused(g.call(m, "/v1/balances"), 400, "MissingAccountName")
	g.refused(g.with(m, "/v1/balances", object{"account": "nobody"}), 400, "MissingAccounts")
	g.refused(g.with(m, "/v1/balances", object{"account": "primary"}), 200, "")
	g.refused(g.with(m, "/v1/account/transfer/btc", nil), 400, "MissingAccounts")
}

// docs.gemini.com
func TestGeminiShapes(t *testing.T) {
	g := newGeminiRig(t, seed{Label: "m", Words: []string{geminiMaster, geminiAuditor}})
	primary := object{"account": geminiAccountName}
	signed := func(path string) (out any) {
		got := g.with(g.key("m"), path, primary)
		if err := json.Unmarshal(got.body, &out); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		return out
	}
	account := signed("/v1/account").(object)
	fields(t, "account", account, "account users memo_reference_code")
	fields(t, "account.account", account["account"], "accountName shortName type created")
	fields(t, "user", firstOf(t, account["users"]), "name lastSignIn status countryCode isVerified")
	fields(t, "account list", firstOf(t, signed("/v1/account/list")), "name account counterparty_id type created status")
	fields(t, "balance", firstOf(t, signed("/v1/balances")), "type currency amount available availableForWithdrawal")
	public := func(path string) (out any) {
		got := g.do(http.MethodGet, path, "", nil)
		if err := json.Unmarshal(got.body, &out); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		return out
	}
	if first := firstOf(t, public("/v1/symbols")); first != "btcusd" {
		t.Errorf("symbols begin with %v", first)
	}
	fields(t, "details", public("/v1/symbols/details/BTCUSD"), `symbol base_currency quote_currency tick_size quote_increment min_order_size
		status wrap_enabled product_type contract_type contract_price_currency`)
	fields(t, "ticker", public("/v1/pubticker/btcusd"), "bid ask last volume")
	fields(t, "ticker v2", public("/v2/ticker/btcusd"), "symbol open high low close changes bid ask")
	fields(t, "price", firstOf(t, public("/v1/pricefeed")), "pair price percentChange24h")
	fields(t, "trade", firstOf(t, public("/v1/trades/btcusd?limit_trades=3")), "timestamp timestampms tid price amount exchange type")
	book := public("/v1/book/btcusd?limit_bids=2&limit_asks=0").(object)
	fields(t, "level", firstOf(t, book["bids"]), "price amount timestamp")
	if bids, asks := len(book["bids"].([]any)), len(book["asks"].([]any)); bids != 2 || asks != 500 {
		t.Errorf("%d bids and %d asks", bids, asks)
	}
	candle := firstOf(t, public("/v2/candles/btcusd/1hr")).([]any)
	if len(candle) != 6 || candle[0] != float64(noon.UnixMilli()) {
		t.Errorf("candle %v", candle)
	}
	g.refused(g.do(http.MethodGet, "/v1/book/nothing", "", nil), 400, "InvalidSymbol")
	g.refused(g.do(http.MethodGet, "/v2/candles/btcusd/2w", "", nil), 400, "UnsupportedOption")
}

func TestGeminiPage(t *testing.T) {
	g := newGeminiRig(t)
	g.walkThePage(form{Boxes: []string{geminiTrader, geminiFunds}}, func(k Key) bool {
		return g.call(k, "/v1/roles").status == http.StatusOK
	})
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiMaster, geminiTimeNonce}}, "at least one role")
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiAuditor, geminiTrader}}, "cannot be combined")
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiAdmin}}, "master keys only")
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiTrader}, IPs: "203.0.113.0/24"}, "is a range")
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiTrader}, Expires: "2027-01-31"}, "no expiration")
	g.pageRefuses(form{Label: "a", Boxes: []string{geminiTrader}, Passphrase: "x"}, "no passphrase")
}

func TestGeminiPageMakesMasterKeys(t *testing.T) {
	g := newGeminiRig(t)
	k := g.create(form{Label: "group", Boxes: []string{geminiMaster, geminiAdmin}})
	if !strings.HasPrefix(k.Key, "master-") || strings.Join(k.Permissions, " ") != "admin" {
		t.Errorf("%+v", k)
	}
	g.refused(g.call(k, "/v1/account/list"), 200, "")
	plain := g.create(form{Label: "one", Boxes: []string{geminiTrader}})
	e, _ := g.desk.book.listed(plain.Key)
	if refusal := g.desk.edit(e, form{Boxes: []string{geminiMaster, geminiAdmin, geminiTrader}}, confirmed); refusal != nil {
		t.Fatal(refusal)
	}
	if again := g.key("one"); again.Key != plain.Key || strings.Join(again.Permissions, " ") != "read spot" {
		t.Errorf("its scope changed: %+v", again)
	}
	m, _ := g.desk.book.listed(k.Key)
	if refusal := g.desk.edit(m, form{Boxes: []string{geminiAuditor}}, confirmed); refusal != nil {
		t.Fatal(refusal)
	}
	if ticked := strings.Join(g.desk.ticked(m), " "); ticked != "master isAuditor" {
		t.Errorf("ticked %s", ticked)
	}
}

func TestGeminiPageKnowsTheNormalForm(t *testing.T) {
	for _, c := range []struct{ permissions, boxes, gives string }{
		{"read", "isAuditor", "read"},
		{"read spot", "isTrader", "read spot"},
		{"read withdraw", "isFundManager", "read transfer withdraw other"},
		{"read spot transfer", "isTrader isFundManager", "read spot transfer withdraw other"},
		{"admin", "master isAccountAdmin", "admin"},
	} {
		words := geminiWords(strings.Fields(c.permissions))
		if got, gives := strings.Join(words, " "), strings.Join(geminiNormal(words), " "); got != c.boxes || gives != c.gives {
			t.Errorf("%s: %s gives %s", c.permissions, got, gives)
		}
	}
}

func TestGeminiKeysSpreadSlowly(t *testing.T) {
	g := newGeminiRig(t)
	g.desk.book.propagation = 5 * time.Second
	k := g.create(form{Label: "slow", Boxes: []string{geminiTrader}})
	g.refused(g.call(k, "/v1/roles"), 400, "InvalidApiKey")
	g.pass(5 * time.Second)
	g.refused(g.call(k, "/v1/roles"), 200, "")
	e, _ := g.desk.book.listed(k.Key)
	_ = g.desk.remove(e, confirmed)
	g.refused(g.call(k, "/v1/roles"), 200, "")
	g.pass(5 * time.Second)
	g.refused(g.call(k, "/v1/roles"), 400, "InvalidApiKey")
}
