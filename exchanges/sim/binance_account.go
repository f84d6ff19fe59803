package sim

import "strconv"

// binanceLiveRoutes are the endpoints that only the live site has.
func binanceLiveRoutes() map[string]binanceRoute {
	return map[string]binanceRoute{
		"GET /sapi/v1/system/status":            {needNothing, 1, fixed(object{"status": 0, "msg": "normal"})},
		"GET /sapi/v1/account/apiRestrictions":  {"enableReading", 1, binanceRestrictions},
		"GET /sapi/v1/account/info":             {"enableReading", 1, fixed(object{"vipLevel": 0, "isMarginEnabled": false, "isFutureEnabled": false})},
		"GET /sapi/v1/account/status":           {"enableReading", 1, fixed(object{"data": "Normal"})},
		"GET /sapi/v1/account/apiTradingStatus": {"enableReading", 1, binanceTradingStatus},
		"GET /sapi/v1/capital/config/getall":    {"enableReading", 10, binanceCoins},
		"POST /sapi/v3/asset/getUserAsset":      {"enableReading", 5, binanceUserAssets},
		"GET /sapi/v1/margin/allPairs":          {needKey, 1, binanceMarginPairs},
		"GET /sapi/v1/margin/isolated/allPairs": {"enableReading", 10, binanceMarginPairs},
		"GET /fapi/v1/ping":                     {needNothing, 1, binancePing},
		"GET /fapi/v1/time":                     {needNothing, 1, binanceTime},
		"GET /fapi/v1/exchangeInfo":             {needNothing, 1, binanceNoContracts},
		"GET /dapi/v1/exchangeInfo":             {needNothing, 1, binanceNoContracts},
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

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which has a number of its own and holds nothing.
func (v *binance) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{ID: v.material("sub-account", key.Sub).text("123456789", 9)}
}

// binanceAccount tells what the account may do; the flags canTrade and so on
// are not those of the key.
func binanceAccount(v *binance, c binanceCall) (any, *binanceError) {
	own := v.owner(c.key)
	uid, err := strconv.ParseInt(own.ID, 10, 64)
	if err != nil {
		panic("sim: account " + own.ID + " has no number")
	}
	balances := []object{}
	for _, asset := range own.assets() {
		balances = append(balances, object{"asset": asset, "free": decimal(own.Balances[asset], 8), "locked": "0.00000000"})
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
	wanted, own := c.params.Get("asset"), v.owner(c.key)
	list := []object{}
	for _, asset := range own.assets() {
		if wanted == "" || wanted == asset {
			list = append(list, object{
				"asset": asset, "free": decimal(own.Balances[asset], 8), "locked": "0", "freeze": "0",
				"withdrawing": "0", "ipoable": "0", "btcValuation": "0",
			})
		}
	}
	return list, nil
}

func binanceCoins(v *binance, c binanceCall) (any, *binanceError) {
	list, held := []object{}, v.owner(c.key).Balances
	for _, asset := range v.account.assets() {
		list = append(list, object{
			"coin": asset, "name": asset, "depositAllEnable": true, "withdrawAllEnable": true, "trading": true, "isLegalMoney": false,
			"free": decimal(held[asset], 8), "locked": "0", "freeze": "0", "withdrawing": "0", "ipoing": "0", "ipoable": "0", "storage": "0",
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
