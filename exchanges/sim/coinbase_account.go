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
		if e.Sub != "" && !slices.Contains(names, e.Sub) {
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

func (p coinbasePortfolio) describe() object {
	return object{"name": p.name, "uuid": p.uuid, "type": p.kind, "deleted": false}
}

func (v *coinbase) keyPermissions(c coinbaseCall) (any, *coinbaseError) {
	folio := v.folioOf(c.key)
	return object{
		coinbaseView: coinbaseGrants(c.key, coinbaseView), coinbaseTrade: coinbaseGrants(c.key, coinbaseTrade),
		coinbaseTransfer: coinbaseGrants(c.key, coinbaseTransfer),
		"portfolio_uuid": folio.uuid, "portfolio_type": folio.kind,
	}, nil
}

func (v *coinbase) portfolios(c coinbaseCall) (any, *coinbaseError) {
	list := []object{}
	for _, p := range v.folios() {
		if kind := c.params.Get("portfolio_type"); kind == "" || kind == p.kind {
			list = append(list, p.describe())
		}
	}
	return object{"portfolios": list}, nil
}

// breakdown tells what a portfolio holds.
func (v *coinbase) breakdown(c coinbaseCall) (any, *coinbaseError) {
	list := v.folios()
	i := slices.IndexFunc(list, func(p coinbasePortfolio) bool { return p.uuid == c.PathValue("uuid") })
	if i < 0 {
		return nil, errCoinbaseFolio
	}
	positions, cash, total := []object{}, 0.0, 0.0
	for _, asset := range (account{Balances: list[i].balances}).assets() {
		amount := list[i].balances[asset]
		worth := amount * dollars(asset)
		total += worth
		if dollars(asset) == 1 {
			cash += worth
		}
		positions = append(positions, object{
			"asset": asset, "account_uuid": v.id("wallet", asset), "total_balance_fiat": worth, "total_balance_crypto": amount,
			"available_to_trade_fiat": worth, "allocation": 0, "is_cash": dollars(asset) == 1, "account_type": "ACCOUNT_TYPE_CRYPTO",
		})
	}
	usd := func(x float64) object { return object{"value": decimal(x, 2), "currency": "USD"} }
	return object{"breakdown": object{
		"portfolio": list[i].describe(),
		"portfolio_balances": object{
			"total_balance": usd(total), "total_futures_balance": usd(0), "total_cash_equivalent_balance": usd(cash),
			"total_crypto_balance": usd(total - cash), "futures_unrealized_pnl": usd(0), "perp_unrealized_pnl": usd(0),
		},
		"spot_positions": positions, "perp_positions": []any{}, "futures_positions": []any{},
	}}, nil
}

// wallets lists what the portfolio of a key holds.
func (v *coinbase) wallets(e *entry) []object {
	folio, since := v.folioOf(e), v.now().Add(-400*day).UTC().Truncate(day).Format(time.RFC3339)
	list := []object{}
	for _, asset := range (account{Balances: folio.balances}).assets() {
		list = append(list, object{
			"uuid": v.id("wallet", asset), "name": asset + " Wallet", "currency": asset,
			"available_balance": object{"value": decimal(folio.balances[asset], 16), "currency": asset},
			"hold":              object{"value": decimal(0, 16), "currency": asset},
			"default":           true, "active": true, "ready": true, "created_at": since, "updated_at": since, "deleted_at": nil,
			"type": "ACCOUNT_TYPE_CRYPTO", "retail_portfolio_id": folio.uuid, "platform": "ACCOUNT_PLATFORM_CONSUMER",
		})
	}
	return list
}

func (v *coinbase) accounts(c coinbaseCall) (any, *coinbaseError) {
	limit, err := strconv.Atoi(cmp.Or(c.params.Get("limit"), "49"))
	if err != nil || limit < 1 || limit > coinbaseMostAccounts {
		return nil, coinbaseBad("limit must be between 1 and 250")
	}
	start, err := strconv.Atoi(cmp.Or(c.params.Get("cursor"), "0"))
	list := v.wallets(c.key)
	if err != nil || start < 0 || start > len(list) {
		return nil, coinbaseBad("cursor is invalid")
	}
	page, cursor := list[start:min(len(list), start+limit)], ""
	if start+limit < len(list) {
		cursor = strconv.Itoa(start + limit)
	}
	return object{"accounts": page, "has_next": cursor != "", "cursor": cursor, "size": len(page)}, nil
}

func (v *coinbase) oneAccount(c coinbaseCall) (any, *coinbaseError) {
	list := v.wallets(c.key)
	i := slices.IndexFunc(list, func(wallet object) bool { return wallet["uuid"] == c.PathValue("uuid") })
	if i < 0 {
		return nil, errCoinbaseAccount
	}
	return object{"account": list[i]}, nil
}

func (v *coinbase) transactionSummary(coinbaseCall) (any, *coinbaseError) {
	return object{
		"total_volume": 0, "total_fees": 0,
		"fee_tier": object{
			"pricing_tier": "Advanced 1", "usd_from": "0", "usd_to": "1000", "taker_fee_rate": "0.008", "maker_fee_rate": "0.006",
			"aop_from": "", "aop_to": "",
		},
		"margin_rate": nil, "goods_and_services_tax": nil, "advanced_trade_only_volume": 0, "advanced_trade_only_fees": 0,
		"coinbase_pro_volume": 0, "coinbase_pro_fees": 0, "total_balance": "", "has_promo_fee": false,
	}, nil
}

// appAccounts is the list of wallets in the shape of the Coinbase App.
func (v *coinbase) appAccounts(c coinbaseCall) (any, *coinbaseError) {
	list := []object{}
	for _, wallet := range v.wallets(c.key) {
		asset, _ := wallet["currency"].(string)
		list = append(list, object{
			"id": wallet["uuid"], "name": wallet["name"], "primary": asset == "BTC", "type": "wallet", "currency": v.currency(asset),
			"balance":    object{"amount": decimal(v.folioOf(c.key).balances[asset], 8), "currency": asset},
			"created_at": wallet["created_at"], "updated_at": wallet["updated_at"], "resource": "account",
			"resource_path": "/v2/accounts/" + v.id("wallet", asset), "allow_deposits": true, "allow_withdrawals": true,
		})
	}
	return object{
		"pagination": object{
			"ending_before": nil, "starting_after": nil, "previous_ending_before": nil, "next_starting_after": nil,
			"limit": boundedInt(c.params.Get("limit"), 25, 300), "order": "desc", "previous_uri": nil, "next_uri": nil,
		},
		"data": list,
	}, nil
}

// coinbaseNoOrder refuses an order: that comes with status 200.
func coinbaseNoOrder() object {
	const reason = "UNKNOWN_FAILURE_REASON"
	return object{
		"success": false, "failure_reason": reason, "order_id": "",
		"error_response": object{
			"error": reason, "message": "The simulation takes no orders", "error_details": "",
			"preview_failure_reason": "UNKNOWN_PREVIEW_FAILURE_REASON", "new_order_failure_reason": reason,
		},
	}
}

// coinbaseNoEdit refuses to change an order: there is none.
func coinbaseNoEdit() object {
	return object{"success": false, "errors": []object{{
		"edit_failure_reason": "ORDER_NOT_FOUND", "preview_failure_reason": "UNKNOWN_PREVIEW_FAILURE_REASON",
	}}}
}

// cancelOrders finds none of the orders that it is to cancel.
func (v *coinbase) cancelOrders(c coinbaseCall) (any, *coinbaseError) {
	var body struct {
		OrderIDs []string `json:"order_ids"`
	}
	if err := json.NewDecoder(c.Body).Decode(&body); err != nil || len(body.OrderIDs) == 0 {
		return nil, coinbaseBad("order_ids is required")
	}
	results := []object{}
	for _, id := range body.OrderIDs {
		results = append(results, object{"success": false, "failure_reason": "UNKNOWN_CANCEL_ORDER", "order_id": id})
	}
	return object{"results": results}, nil
}
