package sim

import "encoding/json"

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
func bingxNothing(*bingx, bingxCall) (any, *bingxRefusal) { return []json.RawMessage{}, nil }

func bingxNoOrders(*bingx, bingxCall) (any, *bingxRefusal) {
	return jsonOf(`{"orders":[]}`), nil
}

func bingxNoFunds(*bingx, bingxCall) (any, *bingxRefusal) {
	return jsonOf(`{"assets":[]}`), nil
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
	own := v.owner(c.key)
	if v.env != "live" { // in the demo there is nothing but contracts
		own = account{}
	}
	return jsonOf(`{"balances":?}`, own.holdings(own.assets(), "", v.now(), `{"asset":"$asset","disPlayName":"$asset","free":"$amount","locked":"0"}`)), nil
}

// contracts tells of the account for perpetual contracts: empty, but for the
// virtual money of the demo.
func (v *bingx) contracts(key *entry) json.RawMessage {
	asset, amount := "USDT", "0.0000"
	if v.env == "demo" {
		asset, amount = "VST", "100000.0000"
	}
	return fill(`{"userId":"$uid","asset":"$asset","balance":"$amount","equity":"$amount","unrealizedProfit":"0.0000","realisedProfit":"0.0000",
		"availableMargin":"$amount","usedMargin":"0.0000","freezedMargin":"0.0000","shortUid":"$uid"}`,
		"uid", v.uid(key.Sub), "asset", asset, "amount", amount)
}

func (v *bingx) swapBalance(c bingxCall) (any, *bingxRefusal) {
	return jsonOf(`{"balance":?}`, v.contracts(c.key)), nil
}

func (v *bingx) swapBalances(c bingxCall) (any, *bingxRefusal) {
	return []any{v.contracts(c.key)}, nil
}

func bingxCoins(*bingx, bingxCall) (any, *bingxRefusal) {
	return perAsset(tradedAssets, "", `{"coin":"$asset","name":"$asset","networkList":[{"name":"$asset","network":"ERC20","isDefault":true,
		"minConfirm":12,"withdrawEnable":true,"depositEnable":true,"withdrawFee":"0.001","withdrawMax":"1000000","withdrawMin":"0.002",
		"depositMin":"0.001","withdrawPrecision":8,"depositPrecision":8,"contractAddress":"","needTagOrMemo":false,"displayName":"$asset"}]}`), nil
}
