package sim

import (
	"encoding/json"
	"strconv"
)

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *bybit) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{ID: key.Sub}
}

func bybitAccountInfo(_ *bybit, c bybitCall) (any, *bybitError) {
	return object{
		"marginMode": "REGULAR_MARGIN", "updatedTime": strconv.FormatInt(c.key.Created.UnixMilli(), 10), "unifiedMarginStatus": 5,
		"dcpStatus": "OFF", "timeWindow": 10, "smpGroup": 0, "isMasterTrader": false, "spotHedgingStatus": "OFF",
	}, nil
}

func bybitWallet(v *bybit, c bybitCall) (any, *bybitError) {
	if c.params.Get("accountType") != "UNIFIED" {
		return nil, bybitBad("accountType only support UNIFIED.")
	}
	coins, total, own := []object{}, 0.0, v.owner(c.key)
	for _, asset := range own.assets() {
		amount := own.Balances[asset]
		usd := amount * dollars(asset)
		total += usd
		coins = append(coins, object{
			"coin": asset, "equity": decimal(amount, 8), "usdValue": decimal(usd, 2), "walletBalance": decimal(amount, 8), "locked": "0",
			"spotHedgingQty": "0", "borrowAmount": "0", "accruedInterest": "0", "totalOrderIM": "0", "totalPositionIM": "0", "totalPositionMM": "0",
			"unrealisedPnl": "0", "cumRealisedPnl": "0", "bonus": "0", "marginCollateral": true, "collateralSwitch": true,
			"availableToWithdraw": "", "availableToBorrow": "", "free": "",
		})
	}
	return object{"list": []object{{
		"accountType": "UNIFIED", "accountLTV": "", "accountIMRate": "0", "accountMMRate": "0", "totalEquity": decimal(total, 2),
		"totalWalletBalance": decimal(total, 2), "totalMarginBalance": decimal(total, 2), "totalAvailableBalance": decimal(total, 2),
		"totalPerpUPL": "0", "totalInitialMargin": "0", "totalMaintenanceMargin": "0", "coin": coins,
	}}}, nil
}

func bybitTransferBalance(v *bybit, c bybitCall) (any, *bybitError) {
	kind := c.params.Get("accountType")
	if kind == "" {
		return nil, bybitBad("accountType is required.")
	}
	list, own := []object{}, v.owner(c.key)
	for _, asset := range own.assets() {
		amount := 0.0
		if kind == "UNIFIED" {
			amount = own.Balances[asset]
		}
		list = append(list, object{"coin": asset, "walletBalance": decimal(amount, 8), "transferBalance": decimal(amount, 8), "bonus": ""})
	}
	return object{"memberId": own.ID, "accountType": kind, "balance": list}, nil
}

func bybitCoins(v *bybit, c bybitCall) (any, *bybitError) {
	wanted := c.params.Get("coin")
	rows := []object{}
	for _, asset := range v.account.assets() {
		if wanted != "" && wanted != asset {
			continue
		}
		rows = append(rows, object{"name": asset, "coin": asset, "remainAmount": "1000000", "chains": []object{{
			"chainType": "Ethereum (ERC20)", "chain": "ETH", "confirmation": "6", "withdrawFee": "0.001", "depositMin": "0", "withdrawMin": "0.002",
			"chainDeposit": "1", "chainWithdraw": "1", "minAccuracy": "8", "withdrawPercentageFee": "0", "contractAddress": "", "safeConfirmNumber": "64",
		}}})
	}
	return object{"rows": rows}, nil
}

func bybitOpenOrders(_ *bybit, c bybitCall) (any, *bybitError) {
	category, _, refusal := bybitSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	return object{"category": category, "nextPageCursor": "", "list": []any{}}, nil
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
	return object{
		"orderId": "24920bdb-4019-4e37-ad1c-876e3a855ac3", "orderLinkId": order.OrderLinkID,
		"preImrE4": 0, "preMmrE4": 0, "postImrE4": 10, "postMmrE4": 1,
	}, nil
}
