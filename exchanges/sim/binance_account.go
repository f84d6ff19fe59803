package sim

import "strconv"

// binanceLiveRoutes are the endpoints that only the live site has.
func binanceLiveRoutes() map[string]binanceRoute {
	const get, post = "GET", "POST"
	return map[string]binanceRoute{
		"/sapi/v1/system/status":            {get, needNothing, 1, fixed(object{"status": 0, "msg": "normal"})},
		"/sapi/v1/account/apiRestrictions":  {get, "enableReading", 1, binanceRestrictions},
		"/sapi/v1/account/info":             {get, "enableReading", 1, fixed(object{"vipLevel": 0, "isMarginEnabled": false, "isFutureEnabled": false})},
		"/sapi/v1/account/status":           {get, "enableReading", 1, fixed(object{"data": "Normal"})},
		"/sapi/v1/account/apiTradingStatus": {get, "enableReading", 1, binanceTradingStatus},
		"/sapi/v1/capital/config/getall":    {get, "enableReading", 10, binanceCoins},
		"/sapi/v3/asset/getUserAsset":       {post, "enableReading", 5, binanceUserAssets},
		"/sapi/v1/margin/allPairs":          {get, needKey, 1, binanceMarginPairs},
		"/sapi/v1/margin/isolated/allPairs": {get, "enableReading", 10, binanceMarginPairs},
		"/fapi/v1/ping":                     {get, needNothing, 1, binancePing},
		"/fapi/v1/time":                     {get, needNothing, 1, binanceTime},
		"/fapi/v1/exchangeInfo":             {get, needNothing, 1, binanceNoContracts},
		"/dapi/v1/exchangeInfo":             {get, needNothing, 1, binanceNoContracts},
	}
}

func fixed(body object) func(*binance, binanceCall) (any, *binanceError) {
	return func(*binance, binanceCall) (any, *binanceError) { return body, nil }
}

func binanceNone(*binance, binanceCall) (any, *binanceError) { return []any{}, nil }

func binanceNoneOfSymbol(_ *binance, c binanceCall) (any, *binanceError) {
	if _, refusal := binanceOne(c); refusal != nil {
		return nil, refusal
	}
	return []any{}, nil
}

// binanceNoContracts answers for the futures hosts: they exist, nothing is
// listed there.
func binanceNoContracts(v *binance, _ binanceCall) (any, *binanceError) {
	return object{
		"timezone": "UTC", "serverTime": v.now().UnixMilli(), "rateLimits": []any{}, "exchangeFilters": []any{},
		"assets": []any{}, "symbols": []any{},
	}, nil
}

// binanceAccount tells what the account may do; the flags canTrade and so on
// are not those of the key.
func binanceAccount(v *binance, c binanceCall) (any, *binanceError) {
	uid, err := strconv.ParseInt(v.account.ID, 10, 64)
	if err != nil {
		panic("sim: account " + v.account.ID + " has no number")
	}
	balances := []object{}
	for _, asset := range v.account.assets() {
		balances = append(balances, object{"asset": asset, "free": decimal(v.account.Balances[asset], 8), "locked": "0.00000000"})
	}
	return object{
		"makerCommission": 10, "takerCommission": 10, "buyerCommission": 0, "sellerCommission": 0,
		"commissionRates": object{"maker": "0.00100000", "taker": "0.00100000", "buyer": "0.00000000", "seller": "0.00000000"},
		"canTrade":        true, "canWithdraw": true, "canDeposit": true, "brokered": false,
		"requireSelfTradePrevention": false, "preventSor": false,
		"updateTime": c.key.Created.UnixMilli(), "accountType": "SPOT", "balances": balances, "permissions": []string{"SPOT"}, "uid": uid,
	}, nil
}

func binanceTestOrder(_ *binance, c binanceCall) (any, *binanceError) {
	for _, name := range []string{"symbol", "side", "type"} {
		if c.params.Get(name) == "" {
			return nil, missing(name)
		}
	}
	if _, refusal := binanceOne(c); refusal != nil {
		return nil, refusal
	}
	return object{}, nil
}

func binanceTradingStatus(*binance, binanceCall) (any, *binanceError) {
	return object{"data": object{
		"isLocked": false, "plannedRecoverTime": 0, "updateTime": 0,
		"triggerCondition": object{"GCR": 150, "IFER": 150, "UFR": 300},
	}}, nil
}

func binanceUserAssets(v *binance, c binanceCall) (any, *binanceError) {
	wanted := c.params.Get("asset")
	list := []object{}
	for _, asset := range v.account.assets() {
		if wanted == "" || wanted == asset {
			list = append(list, object{
				"asset": asset, "free": decimal(v.account.Balances[asset], 8), "locked": "0", "freeze": "0",
				"withdrawing": "0", "ipoable": "0", "btcValuation": "0",
			})
		}
	}
	return list, nil
}

func binanceCoins(v *binance, _ binanceCall) (any, *binanceError) {
	list := []object{}
	for _, asset := range v.account.assets() {
		list = append(list, object{
			"coin": asset, "name": asset, "depositAllEnable": true, "withdrawAllEnable": true, "trading": true, "isLegalMoney": false,
			"free": decimal(v.account.Balances[asset], 8), "locked": "0", "freeze": "0", "withdrawing": "0", "ipoing": "0", "ipoable": "0", "storage": "0",
			"networkList": []object{{
				"network": "ETH", "coin": asset, "name": "Ethereum (ERC20)", "isDefault": true, "depositEnable": true, "withdrawEnable": true,
				"depositDesc": "", "withdrawDesc": "", "specialTips": "", "resetAddressStatus": false, "addressRegex": "^(0x)[0-9A-Fa-f]{40}$", "memoRegex": "",
				"withdrawFee": "0.001", "withdrawMin": "0.002", "withdrawMax": "1000000", "withdrawIntegerMultiple": "0.00000001", "depositDust": "0",
				"minConfirm": 6, "unLockConfirm": 12, "sameAddress": false, "estimatedArrivalTime": 5, "busy": false, "contractAddress": "",
			}},
		})
	}
	return list, nil
}

func binanceMarginPairs(*binance, binanceCall) (any, *binanceError) {
	list := []object{}
	for i, p := range pairs() {
		list = append(list, object{
			"id": i + 1, "symbol": p.symbol(), "base": p.Base, "quote": p.Quote,
			"isMarginTrade": true, "isBuyAllowed": true, "isSellAllowed": true,
		})
	}
	return list, nil
}
