package sim

import "encoding/json"

var mexcAccountRoutes = []mexcRoute{
	{"GET /api/v3/account", "SPOT_ACCOUNT_READ", (*mexc).spotAccount},
	{"GET /api/v3/uid", "SPOT_ACCOUNT_READ", (*mexc).ownUID},
	{"GET /api/v3/kyc/status", "SPOT_ACCOUNT_READ", mexcVerified},
	{"GET /api/v3/selfSymbols", "SPOT_ACCOUNT_READ", mexcSelfSymbols},
	{"GET /api/v3/openOrders", "SPOT_DEAL_READ", mexcNothing},
	{"GET /api/v3/allOrders", "SPOT_DEAL_READ", mexcNothing},
	{"GET /api/v3/myTrades", "SPOT_DEAL_READ", mexcNothing},
	{"GET /api/v3/capital/config/getall", "SPOT_WITHDRAW_READ", mexcCoins},
	{"GET /api/v3/capital/withdraw/history", "SPOT_WITHDRAW_READ", mexcNothing},
	{"POST /api/v3/order/test", "SPOT_DEAL_WRITE", mexcTestOrder},
	{"POST /api/v3/order", "SPOT_DEAL_WRITE", mexcNever(30016, "Trading disabled")},
	{"POST /api/v3/capital/transfer", "SPOT_TRANSFER_WRITE", mexcNever(10211, "Transfer is forbidden")},
	{"POST /api/v3/capital/withdraw", mexcWithdraw, mexcNever(10265, "Due to risk control, withdrawal is unavailable, please try again later")},
}

// mexcNothing is the answer where the trader has nothing.
func mexcNothing(*mexc, mexcCall) (any, *mexcRefusal) { return []json.RawMessage{}, nil }

// mexcNever refuses what would move money.
//
//go:noinline // it has many callers
func mexcNever(code int, msg string) func(*mexc, mexcCall) (any, *mexcRefusal) {
	return func(*mexc, mexcCall) (any, *mexcRefusal) { return nil, mexcSays(code, msg) }
}

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *mexc) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{}
}

// uid returns the number of an account.
func (v *mexc) uid(sub string) string {
	if sub == "" {
		return v.account.ID
	}
	return v.material("uid", sub).text("123456789", 9)
}

// spotAccount tells what the account may do. Nothing in it is about the key:
// MEXC tells no key what it is.
func (v *mexc) spotAccount(c mexcCall) (any, *mexcRefusal) {
	own := v.owner(c.key)
	balances := own.holdings(own.assets(), "", v.now(), `{"asset":"$asset","free":"$amount","locked":"0","available":"$amount"}`)
	return figures{}.with("balances", balances).json(
		`{"canTrade":true,"canWithdraw":true,"canDeposit":true,"updateTime":null,"accountType":"SPOT","balances":$balances,"permissions":["SPOT"]}`), nil
}

func (v *mexc) ownUID(c mexcCall) (any, *mexcRefusal) {
	return jsonOf(`{"uid":?}`, v.uid(c.key.Sub)), nil
}

func mexcVerified(*mexc, mexcCall) (any, *mexcRefusal) { return jsonOf(`{"status":"3"}`), nil }

func mexcSelfSymbols(*mexc, mexcCall) (any, *mexcRefusal) {
	names := []string{}
	for _, p := range pairs() {
		names = append(names, p.symbol())
	}
	return jsonOf(`{"code":200,"data":?,"msg":null}`, names), nil
}

func mexcTestOrder(_ *mexc, c mexcCall) (any, *mexcRefusal) {
	for _, name := range []string{"symbol", "side", "type"} {
		if param(c.params, name) == "" {
			return nil, mexcMissing(name)
		}
	}
	if _, refusal := c.pair(); refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{}`), nil
}

func mexcCoins(*mexc, mexcCall) (any, *mexcRefusal) {
	return perAsset(tradedAssets, "", `{"coin":"$asset","Name":"$asset","networkList":[{"coin":"$asset","Name":"$asset",
		"network":"Ethereum(ERC20)","netWork":"ETH","depositEnable":true,"withdrawEnable":true,"minConfirm":64,"withdrawFee":"0.001",
		"withdrawMin":"0.002","withdrawMax":"1000000","withdrawIntegerMultiple":null,"sameAddress":false,"contract":"","depositDesc":null,
		"depositTips":null,"withdrawTips":null}]}`), nil
}

// What follows is the futures account, in which there is nothing.

func mexcFuturesAssets(*mexc, mexcCall) (any, *mexcRefusal) {
	return json.RawMessage(`[{"currency":"USDT","positionMargin":0,"availableBalance":0,"cashBalance":0,"frozenBalance":0,"equity":0,
		"unrealized":0,"bonus":0}]`), nil
}
