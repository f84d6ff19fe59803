package sim

import (
	"encoding/json"
	"strconv"
)

// binanceLiveRoutes are the endpoints that only the live site has.
var binanceLiveRoutes = []binanceRoute{
	{"GET /sapi/v1/system/status", needNothing, 1, fixed(`{"status":0,"msg":"normal"}`)},
	{"GET /sapi/v1/account/apiRestrictions", binanceRead, 1, binanceRestrictions},
	{"GET /sapi/v1/account/info", binanceRead, 1, fixed(`{"vipLevel":0,"isMarginEnabled":false,"isFutureEnabled":false}`)},
	{"GET /sapi/v1/account/status", binanceRead, 1, fixed(`{"data":"Normal"}`)},
	{"GET /sapi/v1/account/apiTradingStatus", binanceRead, 1, fixed(`{"data":{"isLocked":false,"plannedRecoverTime":0,
			"updateTime":0,"triggerCondition":{"GCR":150,"IFER":150,"UFR":300}}}`)},
	{"GET /sapi/v1/capital/config/getall", binanceRead, 10, binanceCoins},
	{"POST /sapi/v3/asset/getUserAsset", binanceRead, 5, binanceUserAssets},
	{"GET /sapi/v1/margin/allPairs", needKey, 1, binanceMarginPairs},
	{"GET /sapi/v1/margin/isolated/allPairs", binanceRead, 10, binanceMarginPairs},
	{"GET /fapi/v1/ping", needNothing, 1, binancePing},
	{"GET /fapi/v1/time", needNothing, 1, binanceTime},
	{"GET /fapi/v1/exchangeInfo", needNothing, 1, binanceNoContracts},
	{"GET /dapi/v1/exchangeInfo", needNothing, 1, binanceNoContracts},
}

//go:noinline // it has many callers
func fixed(text string) func(*binance, binanceCall) (any, *binanceError) {
	return func(*binance, binanceCall) (any, *binanceError) { return json.RawMessage(text), nil }
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
	return moments(v.now()).json(`{"timezone":"UTC","serverTime":$ms,"rateLimits":[],"exchangeFilters":[],"assets":[],"symbols":[]}`), nil
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
	balances := own.holdings(own.assets(), "", v.now(), `{"asset":"$asset","free":"$amount","locked":"0.00000000"}`)
	return moments(c.key.Created).and("uid", own.ID).with("balances", balances).json(`{"makerCommission":10,"takerCommission":10,"buyerCommission":0,"sellerCommission":0,
		"commissionRates":{"maker":"0.00100000","taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},
		"canTrade":true,"canWithdraw":true,"canDeposit":true,"brokered":false,"requireSelfTradePrevention":false,"preventSor":false,
		"updateTime":$ms,"accountType":"SPOT","permissions":["SPOT"],"uid":$uid,"balances":$balances}`), nil
}

func binanceTestOrder(_ *binance, c binanceCall) (any, *binanceError) {
	for _, name := range []string{"symbol", "side", "type"} {
		if param(c.params, name) == "" {
			return nil, missing(name)
		}
	}
	if _, refusal := binanceOne(c); refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{}`), nil
}

func binanceUserAssets(v *binance, c binanceCall) (any, *binanceError) {
	own := v.owner(c.key)
	return own.holdings(own.assets(), param(c.params, "asset"), v.now(),
		`{"asset":"$asset","free":"$amount","locked":"0","freeze":"0","withdrawing":"0","ipoable":"0","btcValuation":"0"}`), nil
}

// binanceCoins lists what the main account holds, with what the owner of the
// key has of it.
func binanceCoins(v *binance, c binanceCall) (any, *binanceError) {
	return v.owner(c.key).holdings(v.account.assets(), "", v.now(), `{"coin":"$asset","name":"$asset","depositAllEnable":true,"withdrawAllEnable":true,
		"trading":true,"isLegalMoney":false,"free":"$amount","locked":"0","freeze":"0","withdrawing":"0","ipoing":"0","ipoable":"0","storage":"0",
		"networkList":[{"network":"ETH","coin":"$asset","name":"Ethereum (ERC20)","isDefault":true,"depositEnable":true,"withdrawEnable":true,
			"depositDesc":"","withdrawDesc":"","specialTips":"","resetAddressStatus":false,"addressRegex":"^(0x)[0-9A-Fa-f]{40}$","memoRegex":"",
			"withdrawFee":"0.001","withdrawMin":"0.002","withdrawMax":"1000000","withdrawIntegerMultiple":"0.00000001","depositDust":"0",
			"minConfirm":6,"unLockConfirm":12,"sameAddress":false,"estimatedArrivalTime":5,"busy":false,"contractAddress":""}]}`), nil
}

func binanceMarginPairs(v *binance, _ binanceCall) (any, *binanceError) {
	list := []json.RawMessage{}
	for i, p := range pairs() {
		list = append(list, p.terms().and("id", strconv.Itoa(i+1)).json(
			`{"id":$id,"symbol":"$symbol","base":"$base","quote":"$quote","isMarginTrade":true,"isBuyAllowed":true,"isSellAllowed":true}`))
	}
	return list, nil
}
