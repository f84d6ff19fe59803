package sim

import (
	"encoding/json"
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
	bad, ok := readFields(body, map[string]any{"type": &q.kind, "user": &q.user, "coin": &q.coin, "dex": &q.dex, "req": &q.span})
	if bad != "" || !ok || q.dex != "" { // there are no markets of others here
		return nil, hyperliquidUnreadable()
	}
	if ask, public := hyperliquidMarkets()[q.kind]; public {
		return ask(v, q), nil
	}
	ask, ofUser := hyperliquidUsers()[q.kind]
	if q.user, ok = readAddress(q.user); !ok || !ofUser {
		return nil, hyperliquidUnreadable()
	}
	return ask(v, q), nil
}

// hyperliquidAsk answers a question.
type hyperliquidAsk func(*hyperliquid, hyperliquidQuery) any

// hyperliquidUsers are the questions about an address. The account of an agent
// is not that of its master: it is empty.
func hyperliquidUsers() map[string]hyperliquidAsk {
	all := map[string]hyperliquidAsk{
		"extraAgents":            (*hyperliquid).extraAgents,
		"userRole":               (*hyperliquid).userRole,
		"webData2":               (*hyperliquid).webData2,
		"clearinghouseState":     (*hyperliquid).perpState,
		"spotClearinghouseState": (*hyperliquid).spotState,
		"userFees":               (*hyperliquid).userFees,
		"subAccounts":            (*hyperliquid).subAccounts,
		"userAbstraction":        hyperliquidAlways("default"),
		"userDexAbstraction":     hyperliquidAlways(nil),
		"maxBuilderFee":          hyperliquidAlways(0),
		"userRateLimit":          hyperliquidAlways(object{"cumVlm": "0.0", "nRequestsUsed": 0, "nRequestsCap": 10_000, "nRequestsSurplus": 0}),
	}
	for _, history := range []string{
		"openOrders", "frontendOpenOrders", "historicalOrders", "userFills", "userFillsByTime", "userFunding",
		"userNonFundingLedgerUpdates", "userTwapSliceFills", "userVaultEquities", "delegations",
	} {
		all[history] = hyperliquidAlways([]object{}) // nothing was ever traded
	}
	return all
}

func hyperliquidAlways(answer any) hyperliquidAsk {
	return func(*hyperliquid, hyperliquidQuery) any { return answer }
}

// perpState is the part of the account that margins perpetuals: dollars.
func (v *hyperliquid) perpState(q hyperliquidQuery) any {
	value := 0.0
	if q.user == v.master.address {
		value = v.account.Balances["USDC"]
	}
	summary := object{
		"accountValue": hyperliquidNumber(value, 6), "totalNtlPos": "0.0", "totalRawUsd": hyperliquidNumber(value, 6), "totalMarginUsed": "0.0",
	}
	return object{
		"marginSummary": summary, "crossMarginSummary": summary, "crossMaintenanceMarginUsed": "0.0",
		"withdrawable": hyperliquidNumber(value, 6), "assetPositions": []object{}, "time": v.now().UnixMilli(),
	}
}

// spotState is what else the account holds, as tokens of this exchange.
func (v *hyperliquid) spotState(q hyperliquidQuery) any {
	balances := []object{}
	for i, token := range hyperliquidTokens() {
		total := v.account.Balances[token.asset]
		if q.user != v.master.address || total == 0 || token.asset == "USDC" {
			continue
		}
		balances = append(balances, object{
			"coin": token.name, "token": i, "total": hyperliquidNumber(total, 8), "hold": "0.0",
			"entryNtl": hyperliquidNumber(total*dollars(token.asset), 2),
		})
	}
	return object{"balances": balances}
}

func (v *hyperliquid) subAccounts(q hyperliquidQuery) any {
	if q.user != v.master.address || len(v.subs) == 0 {
		return nil
	}
	list := []object{}
	for _, address := range v.subs {
		empty := hyperliquidQuery{user: address}
		list = append(list, object{
			"name": "sub-" + address[2:6], "subAccountUser": address, "master": v.master.address,
			"clearinghouseState": v.perpState(empty), "spotState": v.spotState(empty),
		})
	}
	return list
}

// webData2 is what the page of an account shows. Only here is the agent that
// has no name.
func (v *hyperliquid) webData2(q hyperliquidQuery) any {
	agent, until := v.unnamed(q)
	return object{
		"clearinghouseState": v.perpState(q), "spotState": v.spotState(q), "openOrders": []object{}, "twapStates": []object{},
		"leadingVaults": []object{}, "totalVaultEquity": "0.0", "cumLedger": "0.0", "perpsAtOpenInterestCap": []string{},
		"agentAddress": agent, "agentValidUntil": until, "user": q.user, "isVault": false, "serverTime": v.now().UnixMilli(),
		"meta": v.perpMeta(q), "assetCtxs": v.perpContexts(), "spotAssetCtxs": v.spotContexts(),
	}
}

func (v *hyperliquid) userFees(hyperliquidQuery) any {
	const taker, maker, spotTaker, spotMaker = "0.00045", "0.00015", "0.0007", "0.0004"
	today := object{"date": v.now().UTC().Format("2006-01-02"), "userCross": "0.0", "userAdd": "0.0", "exchange": "8500000000.0"}
	vip := object{"ntlCutoff": "5000000.0", "cross": "0.0004", "add": "0.00012", "spotCross": "0.0006", "spotAdd": "0.0003"}
	return object{
		"dailyUserVlm": []object{today},
		"feeSchedule": object{
			"cross": taker, "add": maker, "spotCross": spotTaker, "spotAdd": spotMaker, "referralDiscount": "0.04",
			"tiers":                object{"vip": []object{vip}, "mm": []object{{"makerFractionCutoff": "0.005", "add": "-0.00001"}}},
			"stakingDiscountTiers": []object{{"bpsOfMaxSupply": "0.0", "discount": "0.0"}},
		},
		"userCrossRate": taker, "userAddRate": maker, "userSpotCrossRate": spotTaker, "userSpotAddRate": spotMaker,
		"activeReferralDiscount": "0.0", "trial": nil, "feeTrialEscrow": "0.0", "nextTrialAvailableTimestamp": nil,
		"stakingLink": nil, "activeStakingDiscount": object{"bpsOfMaxSupply": "0.0", "discount": "0.0"},
	}
}
