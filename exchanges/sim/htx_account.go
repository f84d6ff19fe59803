package sim

import (
	"encoding/json"
	"strings"
)

func htxAccountRoutes() []htxRoute {
	return []htxRoute{
		{"GET /v1/account/accounts", htxRead, htxAccounts},
		{"GET /v1/account/accounts/{id}/balance", htxRead, htxBalance},
		{"GET /v1/order/openOrders", htxRead, htxNothing},
		{"GET /v1/order/orders", htxRead, htxNothing},
		{"GET /v1/order/history", htxRead, htxNothing},
		{"GET /v1/query/deposit-withdraw", htxRead, byHTXParent(htxNothing)},
		{"GET /v2/account/asset-valuation", htxRead, byHTXParent(htxValuation)},
		{"GET /v2/account/valuation", htxRead, byHTXParent(htxTotal)},
		{"GET /v2/reference/transact-fee-rate", htxRead, htxFees},
		{"POST /v1/order/orders/place", htxTrade, htxNoTrading},
		{"POST /v1/order/batch-orders", htxTrade, htxNoTrading},
		{"POST /v1/account/transfer", htxTrade, htxNoMoving},
		{"POST /v2/account/transfer", htxTrade, htxNoMoving},
		{"POST /v1/subuser/transfer", htxTrade, byHTXParent(htxNoMoving)},
		{"POST /v1/dw/withdraw/api/create", htxWithdraw, htxNoMoving},
	}
}

// htxNothing is the answer where the trader has nothing.
func htxNothing(*htx, htxCall) (any, *htxRefusal) { return []object{}, nil }

// htxNoTrading refuses orders, htxNoMoving what would move money.
func htxNoTrading(*htx, htxCall) (any, *htxRefusal) {
	return nil, &htxRefusal{name: "base-symbol-trade-disabled", message: "Trading is disabled for this symbol"}
}

func htxNoMoving(*htx, htxCall) (any, *htxRefusal) { return nil, errHTXForbidden }

// spotAccount returns the number of the spot account of a user.
func (v *htx) spotAccount(sub string) json.Number {
	return json.Number(v.material("accounts", sub).text("123456789", 8))
}

func htxAccounts(v *htx, c htxCall) (any, *htxRefusal) {
	return []object{{"id": v.spotAccount(c.key.Sub), "type": "spot", "subtype": "", "state": "working"}}, nil
}

func htxBalance(v *htx, c htxCall) (any, *htxRefusal) {
	id := v.spotAccount(c.key.Sub)
	if c.PathValue("id") != id.String() {
		return nil, &htxRefusal{name: "account-get-accounts-inexistent-error", message: "account for id `" + c.PathValue("id") + "` and user is not found"}
	}
	own, list := v.account.owner(c.key), []object{}
	for _, asset := range own.assets() {
		for _, part := range []object{{"type": "trade", "balance": decimal(own.Balances[asset], 18)}, {"type": "frozen", "balance": "0"}} {
			part["currency"], part["seq-num"] = strings.ToLower(asset), "1"
			list = append(list, part)
		}
	}
	return object{"id": id, "type": "spot", "state": "working", "list": list}, nil
}

// worth returns the value in dollars of all that the parent has.
func (v *htx) worth() float64 {
	total := 0.0
	for _, asset := range v.account.assets() {
		total += v.account.Balances[asset] * dollars(asset)
	}
	return total
}

// htxTotal values the whole account, in which there is but the spot account.
func htxTotal(v *htx, _ htxCall) (any, *htxRefusal) {
	total := decimal(v.worth()/dollars("BTC"), 8)
	return object{
		"totalBalance": total, "todayProfit": "0", "todayProfitRate": "0", "updated": object{"success": true, "time": v.now().UnixMilli()},
		"profitAccountBalanceList": []object{{"distributionType": "1", "balance": json.Number(total), "success": true, "accountBalance": total}},
	}, nil
}

func htxValuation(v *htx, c htxCall) (any, *htxRefusal) {
	total, unit := v.worth(), c.query("valuationCurrency")
	switch {
	case c.query("accountType") != "spot":
		return nil, htxField("accountType")
	case unit == "" || unit == "BTC":
		total /= dollars("BTC")
	case unit != "USD":
		return nil, htxField("valuationCurrency")
	}
	return object{"balance": decimal(total, 8), "timestamp": v.now().UnixMilli()}, nil
}

func htxFees(_ *htx, c htxCall) (any, *htxRefusal) {
	list := []object{}
	for name := range strings.SplitSeq(c.query("symbols"), ",") {
		if p, ok := findPair(strings.ToUpper(name)); !ok || strings.ToLower(p.symbol()) != name {
			return nil, htxField("symbols")
		}
		list = append(list, object{"symbol": name, "makerFeeRate": "0.002", "takerFeeRate": "0.002", "actualMakerRate": "0.002", "actualTakerRate": "0.002"})
	}
	return list, nil
}
