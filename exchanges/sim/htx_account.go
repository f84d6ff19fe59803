package sim

import (
	"encoding/json"
	"strings"
)

var htxAccountRoutes = []htxRoute{
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

// htxNothing is the answer where the trader has nothing.
func htxNothing(*htx, htxCall) (any, *htxRefusal) { return []json.RawMessage{}, nil }

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
	return fill(`[{"id":$id,"type":"spot","subtype":"","state":"working"}]`, "id", v.spotAccount(c.key.Sub).String()), nil
}

func htxBalance(v *htx, c htxCall) (any, *htxRefusal) {
	id := v.spotAccount(c.key.Sub)
	if segment(c.Request, "id") != id.String() {
		return nil, &htxRefusal{name: "account-get-accounts-inexistent-error", message: "account for id `" + segment(c.Request, "id") + "` and user is not found"}
	}
	own, list := v.account.owner(c.key), []json.RawMessage{}
	for _, asset := range own.assets() {
		list = append(list, htxPart(asset, "trade", decimal(own.Balances[asset], 18)), htxPart(asset, "frozen", "0"))
	}
	return jsonOf(`{"id":?,"type":"spot","state":"working","list":?}`, id, list), nil
}

// htxPart is what of an asset is free to trade, or is not.
func htxPart(asset, kind, amount string) json.RawMessage {
	return fill(`{"currency":"$asset","type":"$kind","balance":"$amount","seq-num":"1"}`, "asset", strings.ToLower(asset), "kind", kind, "amount", amount)
}

// htxTotal values the whole account, in which there is but the spot account.
func htxTotal(v *htx, _ htxCall) (any, *htxRefusal) {
	return v.account.total().and("ms", millis(v.now())).json(`{"totalBalance":"$bitcoins","todayProfit":"0","todayProfitRate":"0",
		"updated":{"success":true,"time":$ms},
		"profitAccountBalanceList":[{"distributionType":"1","balance":$bitcoins,"success":true,"accountBalance":"$bitcoins"}]}`), nil
}

func htxValuation(v *htx, c htxCall) (any, *htxRefusal) {
	total, unit := v.account.worth(), c.query("valuationCurrency")
	switch {
	case c.query("accountType") != "spot":
		return nil, htxField("accountType")
	case unit == "" || unit == "BTC":
		total /= dollars("BTC")
	case unit != "USD":
		return nil, htxField("valuationCurrency")
	}
	return jsonOf(`{"balance":?,"timestamp":?}`, decimal(total, 8), inMillis(v.now())), nil
}

func htxFees(_ *htx, c htxCall) (any, *htxRefusal) {
	list := []json.RawMessage{}
	for _, name := range strings.Split(c.query("symbols"), ",") {
		if p, ok := findPair(strings.ToUpper(name)); !ok || strings.ToLower(p.symbol()) != name {
			return nil, htxField("symbols")
		}
		list = append(list, fill(`{"symbol":"$name","makerFeeRate":"0.002","takerFeeRate":"0.002","actualMakerRate":"0.002","actualTakerRate":"0.002"}`,
			"name", name))
	}
	return list, nil
}
