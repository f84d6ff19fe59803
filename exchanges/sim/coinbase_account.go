package sim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

const coinbaseMostAccounts = 250 // on a page of the list

// coinbasePortfolio is a part of a customer's money. A key acts in one only.
type coinbasePortfolio struct {
	uuid, name, kind string
	balances         map[string]float64
}

// folios returns the customer's portfolios: the default one, which holds
// everything, and those that the world names as sub-accounts or has keys in.
func (v *coinbase) folios() []coinbasePortfolio {
	names := slices.Clone(v.account.Subs)
	for _, e := range v.all() {
		if e.Sub != "" && !contains(names, e.Sub) {
			names = append(names, e.Sub)
		}
	}
	list := []coinbasePortfolio{{v.id("portfolio", ""), "Default", "DEFAULT", v.account.Balances}}
	for _, name := range names {
		list = append(list, coinbasePortfolio{v.id("portfolio", name), name, "CONSUMER", nil})
	}
	return list
}

// id returns the UUID of something of the account.
func (v *coinbase) id(kind, name string) string {
	return uuid4(newMaterial("coinbase", kind, v.account.ID, name))
}

func (v *coinbase) folioOf(e *entry) coinbasePortfolio {
	list := v.folios()
	return list[max(0, slices.IndexFunc(list, func(p coinbasePortfolio) bool { return p.name == e.Sub }))]
}

func (p coinbasePortfolio) describe() json.RawMessage {
	return fill(`{"name":"$name","uuid":"$uuid","type":"$kind","deleted":false}`, "name", p.name, "uuid", p.uuid, "kind", p.kind)
}

func (v *coinbase) keyPermissions(c coinbaseCall) (any, *coinbaseError) {
	folio := v.folioOf(c.key)
	return jsonOf(`{"can_view":?,"can_trade":?,"can_transfer":?,"portfolio_uuid":?,"portfolio_type":?}`,
		coinbaseGrants(c.key, coinbaseView), coinbaseGrants(c.key, coinbaseTrade), coinbaseGrants(c.key, coinbaseTransfer), folio.uuid, folio.kind), nil
}

func (v *coinbase) portfolios(c coinbaseCall) (any, *coinbaseError) {
	list := []json.RawMessage{}
	for _, p := range v.folios() {
		if kind := param(c.params, "portfolio_type"); kind == "" || kind == p.kind {
			list = append(list, p.describe())
		}
	}
	return jsonOf(`{"portfolios":?}`, list), nil
}

// breakdown tells what a portfolio holds.
func (v *coinbase) breakdown(c coinbaseCall) (any, *coinbaseError) {
	list := v.folios()
	i := slices.IndexFunc(list, func(p coinbasePortfolio) bool { return p.uuid == segment(c.Request, "uuid") })
	if i < 0 {
		return nil, errCoinbaseFolio
	}
	positions, cash, total := []json.RawMessage{}, 0.0, 0.0
	for _, asset := range (account{Balances: list[i].balances}).assets() {
		amount, isCash := list[i].balances[asset], dollars(asset) == 1
		worth := amount * dollars(asset)
		total += worth
		if isCash {
			cash += worth
		}
		positions = append(positions, fill(`{"asset":"$asset","account_uuid":"$uuid","total_balance_fiat":$worth,"total_balance_crypto":$amount,
			"available_to_trade_fiat":$worth,"allocation":0,"is_cash":$cash,"account_type":"ACCOUNT_TYPE_CRYPTO"}`,
			"asset", asset, "uuid", v.id("wallet", asset), "worth", decimal(worth, 2), "amount", decimal(amount, 8), "cash", strconv.FormatBool(isCash)))
	}
	return figures{}.with("portfolio", list[i].describe()).with("positions", positions).
		and("total", decimal(total, 2), "cash", decimal(cash, 2), "crypto", decimal(total-cash, 2)).json(`{"breakdown":{"portfolio":$portfolio,
		"portfolio_balances":{"total_balance":{"value":"$total","currency":"USD"},"total_futures_balance":{"value":"0.00","currency":"USD"},
			"total_cash_equivalent_balance":{"value":"$cash","currency":"USD"},"total_crypto_balance":{"value":"$crypto","currency":"USD"},
			"futures_unrealized_pnl":{"value":"0.00","currency":"USD"},"perp_unrealized_pnl":{"value":"0.00","currency":"USD"}},
		"spot_positions":$positions,"perp_positions":[],"futures_positions":[]}}`), nil
}

// wallets writes a text for each thing that the portfolio of a key holds, or
// for the one that is wanted.
func (v *coinbase) wallets(e *entry, wanted, text string) []json.RawMessage {
	folio, since := v.folioOf(e), v.now().Add(-400*day).UTC().Truncate(day).Format(time.RFC3339)
	list := []json.RawMessage{}
	for _, asset := range (account{Balances: folio.balances}).assets() {
		if id := v.id("wallet", asset); wanted == "" || wanted == id {
			list = append(list, figures{}.with("app", v.currency(asset)).and("uuid", id, "asset", asset, "since", since,
				"amount", decimal(folio.balances[asset], 16), "folio", folio.uuid, "first", strconv.FormatBool(asset == "BTC")).json(text))
		}
	}
	return list
}

// coinbaseWallet and coinbaseAppWallet are a wallet in the shapes of the two
// APIs.
const (
	coinbaseWallet = `{"uuid":"$uuid","name":"$asset Wallet","currency":"$asset","available_balance":{"value":"$amount","currency":"$asset"},
		"hold":{"value":"0.0000000000000000","currency":"$asset"},"default":true,"active":true,"ready":true,"created_at":"$since",
		"updated_at":"$since","deleted_at":null,"type":"ACCOUNT_TYPE_CRYPTO","retail_portfolio_id":"$folio",
		"platform":"ACCOUNT_PLATFORM_CONSUMER"}`
	//nolint:gosec // the shape of an account, with no credential in it
	coinbaseAppWallet = `{"id":"$uuid","name":"$asset Wallet","primary":$first,"type":"wallet","currency":$app,
		"balance":{"amount":"$amount","currency":"$asset"},"created_at":"$since","updated_at":"$since","resource":"account",
		"resource_path":"/v2/accounts/$uuid","allow_deposits":true,"allow_withdrawals":true}`
)

func (v *coinbase) accounts(c coinbaseCall) (any, *coinbaseError) {
	limit, err := strconv.Atoi(cmp.Or(param(c.params, "limit"), "49"))
	if err != nil || limit < 1 || limit > coinbaseMostAccounts {
		return nil, coinbaseBad("limit must be between 1 and 250")
	}
	start, err := strconv.Atoi(cmp.Or(param(c.params, "cursor"), "0"))
	list := v.wallets(c.key, "", coinbaseWallet)
	if err != nil || start < 0 || start > len(list) {
		return nil, coinbaseBad("cursor is invalid")
	}
	page, cursor := list[start:min(len(list), start+limit)], ""
	if start+limit < len(list) {
		cursor = strconv.Itoa(start + limit)
	}
	return jsonOf(`{"accounts":?,"has_next":?,"cursor":?,"size":?}`, page, cursor != "", cursor, len(page)), nil
}

func (v *coinbase) oneAccount(c coinbaseCall) (any, *coinbaseError) {
	list := v.wallets(c.key, segment(c.Request, "uuid"), coinbaseWallet)
	if len(list) == 0 {
		return nil, errCoinbaseAccount
	}
	return jsonOf(`{"account":?}`, list[0]), nil
}

const coinbaseFees = `{"total_volume":0,"total_fees":0,"fee_tier":{"pricing_tier":"Advanced 1","usd_from":"0","usd_to":"1000",
	"taker_fee_rate":"0.008","maker_fee_rate":"0.006","aop_from":"","aop_to":""},"margin_rate":null,"goods_and_services_tax":null,
	"advanced_trade_only_volume":0,"advanced_trade_only_fees":0,"coinbase_pro_volume":0,"coinbase_pro_fees":0,"total_balance":"",
	"has_promo_fee":false}`

// appAccounts is the list of wallets in the shape of the Coinbase App.
func (v *coinbase) appAccounts(c coinbaseCall) (any, *coinbaseError) {
	limit := boundedInt(param(c.params, "limit"), 25, 300)
	return figures{"limit": strconv.Itoa(limit)}.with("data", v.wallets(c.key, "", coinbaseAppWallet)).json(`{"pagination":{"ending_before":null,
		"starting_after":null,"previous_ending_before":null,"next_starting_after":null,"limit":$limit,"order":"desc","previous_uri":null,
		"next_uri":null},"data":$data}`), nil
}

// coinbaseNoOrder refuses an order, which comes with status 200;
// coinbaseNoEdit refuses to change one: there is none.
const (
	coinbaseNoOrder = `{"success":false,"failure_reason":"UNKNOWN_FAILURE_REASON","order_id":"",
		"error_response":{"error":"UNKNOWN_FAILURE_REASON","message":"The simulation takes no orders","error_details":"",
			"preview_failure_reason":"UNKNOWN_PREVIEW_FAILURE_REASON","new_order_failure_reason":"UNKNOWN_FAILURE_REASON"}}`
	coinbaseNoEdit = `{"success":false,"errors":[{"edit_failure_reason":"ORDER_NOT_FOUND",
		"preview_failure_reason":"UNKNOWN_PREVIEW_FAILURE_REASON"}]}`
)

// cancelOrders finds none of the orders that it is to cancel.
func (v *coinbase) cancelOrders(c coinbaseCall) (any, *coinbaseError) {
	var body struct {
		OrderIDs []string `json:"order_ids"`
	}
	if err := json.NewDecoder(c.Body).Decode(&body); err != nil || len(body.OrderIDs) == 0 {
		return nil, coinbaseBad("order_ids is required")
	}
	results := []json.RawMessage{}
	for _, id := range body.OrderIDs {
		results = append(results, jsonOf(`{"success":false,"failure_reason":"UNKNOWN_CANCEL_ORDER","order_id":?}`, id))
	}
	return jsonOf(`{"results":?}`, results), nil
}
