package sim

import (
	"encoding/json"
	"strings"
)

// accounts tells what the customer holds: nothing in cash, everything as
// collateral that all contracts share.
func (v *krakenFutures) accounts(krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	currencies, cash := object{}, object{}
	for _, asset := range v.account.assets() {
		amount, name := v.account.Balances[asset], krakenFuturesAsset(asset)
		currencies[name] = fill(`{"quantity":$amount,"value":$worth,"collateral":$worth,"available":$amount}`,
			"amount", decimal(amount, 8), "worth", decimal(amount*dollars(asset), 8))
		cash[strings.ToLower(name)] = 0
	}
	return jsonOf(`{"accounts":?}`,
		v.account.total().with("cash", cash).with("currencies", currencies).json(`{"cash":{"balances":$cash,
		"type":"cashAccount"},"flex":{"currencies":$currencies,"initialMargin":0,"initialMarginWithOrders":0,"maintenanceMargin":0,
		"balanceValue":$worth,"portfolioValue":$worth,"collateralValue":$worth,"pnl":0,"unrealizedFunding":0,"totalUnrealized":0,
		"totalUnrealizedAsMargin":0,"availableMargin":$worth,"marginEquity":$worth,"type":"multiCollateralMarginAccount"}}`)), ""
}

// krakenFuturesAsset returns Kraken's name of an asset.
func krakenFuturesAsset(asset string) string {
	if asset == "BTC" {
		return "XBT"
	}
	return asset
}

// subaccounts tells of the main account; there are no others.
func (v *krakenFutures) subaccounts(krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	return jsonOf(`{"masterAccountUid":?,"subaccounts":[]}`, v.accountUID()), ""
}

func (v *krakenFutures) accountUID() string {
	return uuid4(newMaterial("kraken-futures", "account", v.account.ID))
}

// accountLog is empty: the simulated trader has no history.
func (v *krakenFutures) accountLog(krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	return jsonOf(`{"accountUid":?,"logs":[]}`, v.accountUID()), ""
}
