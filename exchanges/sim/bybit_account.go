package sim

import "encoding/json"

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *bybit) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{ID: key.Sub}
}

func bybitAccountInfo(_ *bybit, c bybitCall) (any, *bybitError) {
	return moments(c.key.Created).json(`{"marginMode":"REGULAR_MARGIN","updatedTime":"$ms","unifiedMarginStatus":5,"dcpStatus":"OFF",
		"timeWindow":10,"smpGroup":0,"isMasterTrader":false,"spotHedgingStatus":"OFF"}`), nil
}

func bybitWallet(v *bybit, c bybitCall) (any, *bybitError) {
	if param(c.params, "accountType") != "UNIFIED" {
		return nil, bybitBad("accountType only support UNIFIED.")
	}
	own := v.owner(c.key)
	coins := own.holdings(own.assets(), "", v.now(), `{"coin":"$asset","equity":"$amount","usdValue":"$worth","walletBalance":"$amount","locked":"0",
		"spotHedgingQty":"0","borrowAmount":"0","accruedInterest":"0","totalOrderIM":"0","totalPositionIM":"0","totalPositionMM":"0",
		"unrealisedPnl":"0","cumRealisedPnl":"0","bonus":"0","marginCollateral":true,"collateralSwitch":true,"availableToWithdraw":"",
		"availableToBorrow":"","free":""}`)
	return own.total().with("coins", coins).json(`{"list":[{"accountType":"UNIFIED","accountLTV":"","accountIMRate":"0","accountMMRate":"0",
		"totalEquity":"$dollars","totalWalletBalance":"$dollars","totalMarginBalance":"$dollars","totalAvailableBalance":"$dollars",
		"totalPerpUPL":"0","totalInitialMargin":"0","totalMaintenanceMargin":"0","coin":$coins}]}`), nil
}

func bybitTransferBalance(v *bybit, c bybitCall) (any, *bybitError) {
	kind := param(c.params, "accountType")
	if kind == "" {
		return nil, bybitBad("accountType is required.")
	}
	own := v.owner(c.key)
	told, assets := own, own.assets()
	if kind != "UNIFIED" {
		told = account{} // holds nothing of them
	}
	list := told.holdings(assets, "", v.now(), `{"coin":"$asset","walletBalance":"$amount","transferBalance":"$amount","bonus":""}`)
	return jsonOf(`{"memberId":?,"accountType":?,"balance":?}`, own.ID, kind, list), nil
}

func bybitCoins(v *bybit, c bybitCall) (any, *bybitError) {
	return jsonOf(`{"rows":?}`,
		perAsset(v.account.assets(), param(c.params, "coin"), `{"name":"$asset","coin":"$asset","remainAmount":"1000000","chains":[{
		"chainType":"Ethereum (ERC20)","chain":"ETH","confirmation":"6","withdrawFee":"0.001","depositMin":"0","withdrawMin":"0.002",
		"chainDeposit":"1","chainWithdraw":"1","minAccuracy":"8","withdrawPercentageFee":"0","contractAddress":"","safeConfirmNumber":"64"}]}`)), nil
}

func bybitOpenOrders(_ *bybit, c bybitCall) (any, *bybitError) {
	category, _, refusal := bybitSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"category":?,"nextPageCursor":"","list":[]}`, category), nil
}

// bybitPreCheck looks at an order without placing it.
func bybitPreCheck(_ *bybit, c bybitCall) (any, *bybitError) {
	var order struct {
		Category, Symbol, Side, OrderType, Qty, OrderLinkID string
	}
	if json.Unmarshal(c.body, &order) != nil || order.Side == "" || order.OrderType == "" || order.Qty == "" {
		return nil, bybitBad("Request parameter error.")
	}
	c.params = map[string][]string{"category": {order.Category}, "symbol": {order.Symbol}}
	if _, _, refusal := bybitOne(c); refusal != nil {
		return nil, refusal
	}
	return fill(`{"orderId":"24920bdb-4019-4e37-ad1c-876e3a855ac3","orderLinkId":"$link","preImrE4":0,"preMmrE4":0,"postImrE4":10,"postMmrE4":1}`,
		"link", order.OrderLinkID), nil
}
