package sim

import (
	"cmp"
	"encoding/json"
	"strconv"
)

var kucoinAccountRoutes = []kucoinRoute{
	{"GET /api/v2/user-info", "General", 20, (*kucoin).userInfo},
	{"GET /api/v1/accounts", "General", 5, (*kucoin).accounts},
	{"GET /api/v1/hf/accounts/opened", "General", 2, kucoinYes},
	{"GET /api/v1/base-fee", "General", 3, kucoinFee},
	{"GET /api/v3/margin/accounts", "General", 15, (*kucoin).marginAccount},
	{"GET /api/v3/margin/symbols", "General", 3, (*kucoin).marginSymbols},
	{"GET /api/v1/isolated/symbols", "General", 3, kucoinNothing},
	{"GET /api/v1/account-overview", "General", 5, kucoinFuturesAccount},
	{"GET /api/ua/v1/account/mode", "General", 30, kucoinMode},
	{"GET /api/v1/orders", "General", 2, kucoinNoOrders},
	{"POST /api/v1/orders", "Spot", 2, kucoinNoTrading},
	{"POST /api/v1/hf/orders", "Spot", 1, kucoinNoTrading},
	{"POST /api/v3/hf/margin/order", "Margin", 5, kucoinNoTrading},
	{"POST /api/v2/accounts/inner-transfer", "InnerTransfer", 10, kucoinNoTrading},
	{"POST /api/v3/accounts/universal-transfer", "InnerTransfer", 4, kucoinNoTrading},
	{"POST /api/v3/withdrawals", "Transfer", 5, kucoinNoTrading},
}

// The simulated trader has no orders and lends nothing.

func kucoinNothing(*kucoin, kucoinCall) (any, *kucoinRefusal) { return []json.RawMessage{}, nil }

func kucoinYes(*kucoin, kucoinCall) (any, *kucoinRefusal) { return true, nil }

func kucoinNoOrders(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return json.RawMessage(`{"currentPage":1,"pageSize":50,"totalNum":0,"totalPage":0,"items":[]}`), nil
}

// kucoinNoTrading refuses what would move money.
func kucoinNoTrading(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return nil, &kucoinRefusal{400, "400200", "Forbidden to place an order"}
}

func kucoinFee(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return jsonOf(`{"takerFeeRate":"0.001","makerFeeRate":"0.001"}`), nil
}

// kucoinMode says that the account is no unified one.
func kucoinMode(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return jsonOf(`{"selfAccountMode":"CLASSIC"}`), nil
}

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *kucoin) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{}
}

func (v *kucoin) userInfo(kucoinCall) (any, *kucoinRefusal) {
	return fill(`{"level":0,"subQuantity":$subs,"spotSubQuantity":$subs,"marginSubQuantity":0,"futuresSubQuantity":0,"optionSubQuantity":0,
		"maxSubQuantity":5,"maxDefaultSubQuantity":5,"maxSpotSubQuantity":0,"maxMarginSubQuantity":0,"maxFuturesSubQuantity":0,
		"maxOptionSubQuantity":0}`, "subs", strconv.Itoa(len(v.account.Subs))), nil
}

// accounts lists what is held, all of it in the account for trading.
func (v *kucoin) accounts(c kucoinCall) (any, *kucoinRefusal) {
	query, own := c.query(), v.owner(c.key)
	kind, currency := cmp.Or(param(query, "type"), "trade"), param(query, "currency")
	if !contains([]string{"main", "trade", "trade_hf"}, kind) {
		return nil, kucoinBad("type is invalid")
	}
	list := []json.RawMessage{}
	for _, asset := range own.assets() {
		if kind != "main" && (currency == "" || currency == asset) {
			list = append(list, fill(`{"id":"$id","currency":"$asset","type":"$kind","balance":"$amount","available":"$amount","holds":"0"}`,
				"id", newMaterial("kucoin", "account", own.ID, asset).text("123456789", 13), "asset", asset, "kind", kind,
				"amount", decimal(own.Balances[asset], 8)))
		}
	}
	return list, nil
}

func (v *kucoin) marginAccount(kucoinCall) (any, *kucoinRefusal) {
	return json.RawMessage(`{"totalAssetOfQuoteCurrency":"0","totalLiabilityOfQuoteCurrency":"0","debtRatio":"0","status":"EFFECTIVE","accounts":[]}`), nil
}

func (v *kucoin) marginSymbols(kucoinCall) (any, *kucoinRefusal) {
	return jsonOf(`{"timestamp":?,"items":[]}`, inMillis(v.now())), nil
}

// kucoinFuturesAccount tells of an account for futures, in which there is
// nothing.
func kucoinFuturesAccount(_ *kucoin, c kucoinCall) (any, *kucoinRefusal) {
	return fill(`{"currency":"$currency","accountEquity":0,"unrealisedPNL":0,"marginBalance":0,"positionMargin":0,"orderMargin":0,
		"frozenFunds":0,"availableBalance":0,"riskRatio":0,"maxWithdrawAmount":0}`, "currency", cmp.Or(param(c.query(), "currency"), "XBT")), nil
}
