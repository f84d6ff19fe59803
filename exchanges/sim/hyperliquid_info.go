package sim

import (
	"encoding/json"
	"strconv"
)

// hyperliquidQuery is a request to /info.
type hyperliquidQuery struct {
	kind string
	user string // an address; only where the kind has one
	coin string
	dex  string          // a market of somebody else's; empty: the exchange's own
	span json.RawMessage // of candles
}

// info answers POST /info. There is no signature: what is asked about any
// address, everybody may know.
func (v *hyperliquid) info(body []byte) (any, *hyperliquidRefusal) {
	var q hyperliquidQuery
	bad, ok := readFields(body, "type", &q.kind, "user", &q.user, "coin", &q.coin, "dex", &q.dex, "req", &q.span)
	if bad != "" || !ok || q.dex != "" { // there are no markets of others here
		return nil, hyperliquidUnreadable()
	}
	if ask, public := hyperliquidMarkets.of(q.kind); public {
		return ask(v, q), nil
	}
	ask, ofUser := hyperliquidUsers.of(q.kind)
	always, ofAll := hyperliquidAlways.of(q.kind)
	if q.user, ok = readAddress(q.user); !ok || !ofUser && !ofAll {
		return nil, hyperliquidUnreadable()
	}
	if ofAll {
		return json.RawMessage(always), nil
	}
	return ask(v, q), nil
}

// hyperliquidAsk answers a question.
type hyperliquidAsk func(*hyperliquid, hyperliquidQuery) any

// hyperliquidUsers are the questions about an address. The account of an agent
// is not that of its master: it is empty.
var hyperliquidUsers = table[hyperliquidAsk]{
	{"extraAgents", (*hyperliquid).extraAgents},
	{"userRole", (*hyperliquid).userRole},
	{"webData2", (*hyperliquid).webData2},
	{"clearinghouseState", (*hyperliquid).perpState},
	{"spotClearinghouseState", (*hyperliquid).spotState},
	{"userFees", (*hyperliquid).userFees},
	{"subAccounts", (*hyperliquid).subAccounts},
}

// hyperliquidAlways is what everybody is told of every address.
var hyperliquidAlways = table[string]{
	{"userAbstraction", `"default"`},
	{"userDexAbstraction", `null`},
	{"maxBuilderFee", `0`},
	{"userRateLimit", `{"cumVlm":"0.0","nRequestsUsed":0,"nRequestsCap":10000,"nRequestsSurplus":0}`},

	// Nothing was ever traded.
	{"openOrders", `[]`}, {"frontendOpenOrders", `[]`}, {"historicalOrders", `[]`}, {"userFills", `[]`}, {"userFillsByTime", `[]`},
	{"userFunding", `[]`}, {"userNonFundingLedgerUpdates", `[]`}, {"userTwapSliceFills", `[]`}, {"userVaultEquities", `[]`}, {"delegations", `[]`},
}

// perpState is the part of the account that margins perpetuals: dollars.
func (v *hyperliquid) perpState(q hyperliquidQuery) any {
	value := 0.0
	if q.user == v.master.address {
		value = v.account.Balances["USDC"]
	}
	const all = `{"accountValue":"$value","totalNtlPos":"0.0","totalRawUsd":"$value","totalMarginUsed":"0.0"}`
	return moments(v.now()).and("value", hyperliquidNumber(value, 6)).json(`{"marginSummary":` + all + `,"crossMarginSummary":` + all + `,
		"crossMaintenanceMarginUsed":"0.0","withdrawable":"$value","assetPositions":[],"time":$ms}`)
}

// spotState is what else the account holds, as tokens of this exchange.
func (v *hyperliquid) spotState(q hyperliquidQuery) any {
	balances := []json.RawMessage{}
	for i, token := range hyperliquidTokens() {
		total := v.account.Balances[token.asset]
		if q.user != v.master.address || total == 0 || token.asset == "USDC" {
			continue
		}
		balances = append(balances, fill(`{"coin":"$coin","entryNtl":"$worth","hold":"0.0","token":$token,"total":"$total"}`, "coin", token.name,
			"token", strconv.Itoa(i), "total", hyperliquidNumber(total, 8), "worth", hyperliquidNumber(total*dollars(token.asset), 2)))
	}
	return jsonOf(`{"balances":?}`, balances)
}

func (v *hyperliquid) subAccounts(q hyperliquidQuery) any {
	if q.user != v.master.address || len(v.subs) == 0 {
		return nil
	}
	list := []json.RawMessage{}
	for _, address := range v.subs {
		empty := hyperliquidQuery{user: address}
		list = append(list, jsonOf(`{"name":?,"subAccountUser":?,"master":?,"clearinghouseState":?,"spotState":?}`,
			"sub-"+address[2:6], address, v.master.address, v.perpState(empty), v.spotState(empty)))
	}
	return list
}

// webData2 is what the page of an account shows. Only here is the agent that
// has no name.
func (v *hyperliquid) webData2(q hyperliquidQuery) any {
	agent, until := v.unnamed(q)
	return moments(v.now()).with("perp", v.perpState(q)).with("spot", v.spotState(q)).with("agent", agent).with("until", until).
		with("meta", v.perpMeta(q)).with("perps", v.perpContexts()).with("spots", v.spotContexts()).and("user", q.user).json(`{
		"clearinghouseState":$perp,"spotState":$spot,"openOrders":[],"twapStates":[],"leadingVaults":[],"totalVaultEquity":"0.0",
		"cumLedger":"0.0","perpsAtOpenInterestCap":[],"agentAddress":$agent,"agentValidUntil":$until,"user":"$user","isVault":false,
		"serverTime":$ms,"meta":$meta,"assetCtxs":$perps,"spotAssetCtxs":$spots}`)
}

func (v *hyperliquid) userFees(hyperliquidQuery) any {
	return moments(v.now()).json(`{"dailyUserVlm":[{"date":"$date","userCross":"0.0","userAdd":"0.0","exchange":"8500000000.0"}],
		"feeSchedule":{"cross":"0.00045","add":"0.00015","spotCross":"0.0007","spotAdd":"0.0004","referralDiscount":"0.04",
			"tiers":{"vip":[{"ntlCutoff":"5000000.0","cross":"0.0004","add":"0.00012","spotCross":"0.0006","spotAdd":"0.0003"}],
				"mm":[{"makerFractionCutoff":"0.005","add":"-0.00001"}]},
			"stakingDiscountTiers":[{"bpsOfMaxSupply":"0.0","discount":"0.0"}]},
		"userCrossRate":"0.00045","userAddRate":"0.00015","userSpotCrossRate":"0.0007","userSpotAddRate":"0.0004",
		"activeReferralDiscount":"0.0","trial":null,"feeTrialEscrow":"0.0","nextTrialAvailableTimestamp":null,"stakingLink":null,
		"activeStakingDiscount":{"bpsOfMaxSupply":"0.0","discount":"0.0"}}`)
}
