package sim

var bingxAccountRoutes = []bingxRoute{
	{"GET /openApi/spot/v1/account/balance", bingxRead, 5, (*bingx).spotBalance},
	{"GET /openApi/fund/v1/account/balance", bingxRead, 5, bingxNoFunds},
	{"GET /openApi/swap/v2/user/balance", bingxRead, 5, (*bingx).swapBalance},
	{"GET /openApi/swap/v3/user/balance", bingxRead, 5, (*bingx).swapBalances},
	{"GET /openApi/cswap/v1/user/balance", bingxRead, 5, bingxNothing},
	{"GET /openApi/contract/v1/balance", bingxRead, 5, bingxNothing},
	{"GET /openApi/swap/v2/user/positions", bingxRead, 5, bingxNothing},
	{"GET /openApi/spot/v1/trade/openOrders", bingxRead, 5, bingxNoOrders},
	{"GET /openApi/swap/v2/trade/openOrders", bingxRead, 5, bingxNoOrders},
	{"GET /openApi/wallets/v1/capital/config/getall", bingxRead, 5, bingxCoins},
	{"POST /openApi/spot/v1/trade/order", bingxSpot, 5, bingxNever},
	{"POST /openApi/swap/v2/trade/order", bingxFutures, 5, bingxNever},
	{"POST /openApi/api/v3/post/asset/transfer", bingxTransfer, 2, bingxNever},
	{"POST /openApi/wallets/v1/capital/subAccountInnerTransfer/apply", bingxInternal, 2, bingxNever},
	{"POST /openApi/wallets/v1/capital/withdraw/apply", bingxWithdraw, 2, bingxNever},
}

// bingxNothing is the answer where the trader has nothing.
func bingxNothing(*bingx, bingxCall) (any, *bingxRefusal) { return []object{}, nil }

func bingxNoOrders(*bingx, bingxCall) (any, *bingxRefusal) {
	return object{"orders": []object{}}, nil
}

func bingxNoFunds(*bingx, bingxCall) (any, *bingxRefusal) {
	return object{"assets": []object{}}, nil
}

// bingxNever refuses what would move money.
func bingxNever(*bingx, bingxCall) (any, *bingxRefusal) {
	return nil, &bingxRefusal{100414, "risk control check fail,code(1)"}
}

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *bingx) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{}
}

func (v *bingx) spotBalance(c bingxCall) (any, *bingxRefusal) {
	own, balances := v.owner(c.key), []object{}
	if v.env == "live" { // in the demo there is nothing but contracts
		for _, asset := range own.assets() {
			balances = append(balances, object{"asset": asset, "disPlayName": asset, "free": decimal(own.Balances[asset], 8), "locked": "0"})
		}
	}
	return object{"balances": balances}, nil
}

// contracts tells of the account for perpetual contracts: empty, but for the
// virtual money of the demo.
func (v *bingx) contracts(key *entry) object {
	asset, amount := "USDT", "0.0000"
	if v.env == "demo" {
		asset, amount = "VST", "100000.0000"
	}
	return object{
		"userId": v.uid(key.Sub), "asset": asset, "balance": amount, "equity": amount, "unrealizedProfit": "0.0000", "realisedProfit": "0.0000",
		"availableMargin": amount, "usedMargin": "0.0000", "freezedMargin": "0.0000", "shortUid": v.uid(key.Sub),
	}
}

func (v *bingx) swapBalance(c bingxCall) (any, *bingxRefusal) {
	return object{"balance": v.contracts(c.key)}, nil
}

func (v *bingx) swapBalances(c bingxCall) (any, *bingxRefusal) {
	return []object{v.contracts(c.key)}, nil
}

func bingxCoins(*bingx, bingxCall) (any, *bingxRefusal) {
	list := []object{}
	for _, asset := range tradedAssets() {
		list = append(list, object{"coin": asset, "name": asset, "networkList": []object{{
			"name": asset, "network": "ERC20", "isDefault": true, "minConfirm": 12, "withdrawEnable": true, "depositEnable": true, "withdrawFee": "0.001",
			"withdrawMax": "1000000", "withdrawMin": "0.002", "depositMin": "0.001", "withdrawPrecision": 8, "depositPrecision": 8,
			"contractAddress": "", "needTagOrMemo": false, "displayName": asset,
		}}})
	}
	return list, nil
}
