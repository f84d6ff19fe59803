package sim

import (
	"net/http"
	"strings"
)

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *okx) owner(key *entry) account {
	if key.Sub == "" {
		return account{ID: v.uid(""), Balances: v.account.Balances}
	}
	return account{ID: v.uid(key.Sub)}
}

// uid returns the number of an account or sub-account.
func (v *okx) uid(sub string) string { return v.material("uid", sub).text("123456789", 18) }

func okxNothing(*okx, okxCall) (any, *okxError) { return []any{}, nil }

// okxNoTrading stands for an account that the exchange keeps from trading:
// nothing is bought or sold in a simulation.
func okxNoTrading(*okx, okxCall) (any, *okxError) {
	return nil, &okxError{http.StatusOK, "50027", "The account is restricted from trading"}
}

func okxNoMoving(*okx, okxCall) (any, *okxError) {
	return nil, &okxError{http.StatusOK, "58004", "Account blocked."}
}

func okxConfig(v *okx, c okxCall) (any, *okxError) {
	kind := "0"
	if c.key.Sub != "" {
		kind = "1"
	}
	return fill(`[{"uid":"$uid","mainUid":"$main","type":"$kind","label":"$label","perm":"$perm","ip":"$ip","kycLv":"2","roleType":"0",
		"spotRoleType":"0","acctLv":"3","acctStpMode":"cancel_maker","posMode":"net_mode","autoLoan":false,"greeksType":"PA","feeType":"0",
		"level":"Lv1","levelTmp":"","ctIsoMode":"automatic","mgnIsoMode":"automatic","liquidationGear":"-1","opAuth":"1",
		"enableSpotBorrow":false,"spotBorrowAutoRepay":false,"spotOffsetType":"","stgyType":"0","traderInsts":[],"spotTraderInsts":[],
		"settleCcy":"USDT","settleCcyList":["USDT","USDC"]}]`, "uid", v.uid(c.key.Sub), "main", v.uid(""), "kind", kind,
		"label", c.key.Label, "perm", okxPerm(c.key), "ip", strings.Join(c.key.IPs, ",")), nil
}

// okxPerm writes the rights of a key.
func okxPerm(e *entry) string { return strings.Join(okxListed(e.Words), ",") }

func okxBalance(v *okx, c okxCall) (any, *okxError) {
	own := v.owner(c.key)
	details := own.holdings(own.assets(), c.query("ccy"), v.now(), `{"ccy":"$asset","eq":"$amount","cashBal":"$amount","availBal":"$amount",
		"availEq":"$amount","frozenBal":"0","ordFrozen":"0","eqUsd":"$worth","disEq":"$worth","liab":"0","crossLiab":"0","isoLiab":"0",
		"isoEq":"0","isoUpl":"0","upl":"0","uplLiab":"0","interest":"0","maxLoan":"","mgnRatio":"","notionalLever":"0","stgyEq":"0","twap":"0",
		"borrowFroz":"0","spotInUseAmt":"","fixedBal":"0","uTime":"$ms"}`)
	return own.total().and("ms", millis(v.now())).with("details", details).json(`[{"uTime":"$ms","totalEq":"$worth","adjEq":"$worth",
		"availEq":"$worth","isoEq":"0","ordFroz":"0","imr":"0","mmr":"0","mgnRatio":"","notionalUsd":"0","borrowFroz":"0","upl":"0",
		"details":$details}]`), nil
}

func okxFees(v *okx, c okxCall) (any, *okxError) {
	kind := c.query("instType")
	if kind == "" {
		return nil, okxEmpty("instType")
	}
	return moments(v.now()).and("kind", kind).json(`[{"instType":"$kind","level":"Lv1","feeGroup":[],"maker":"-0.0008","taker":"-0.001",
		"makerU":"-0.0002","takerU":"-0.0005","makerUSDC":"-0.0002","takerUSDC":"-0.0005","delivery":"","exercise":"","category":"1",
		"ruleType":"normal","ts":"$ms"}]`), nil
}

func okxCurrencies(v *okx, c okxCall) (any, *okxError) {
	return perAsset(v.account.assets(), c.query("ccy"), `{"ccy":"$asset","name":"$asset","chain":"$asset-ERC20","mainNet":true,"canDep":true,
		"canWd":true,"canInternal":true,"ctAddr":"","fee":"0.001","minFee":"0.001","maxFee":"0.002","minDep":"0.0001","minWd":"0.002",
		"maxWd":"100000","wdTickSz":"8","wdQuota":"10000000","usedWdQuota":"0","minDepArrivalConfirm":"6","minWdUnlockConfirm":"64",
		"needTag":false,"logoLink":"","depQuotaFixed":"","usedDepQuotaFixed":"","depQuoteDailyLayer2":"","burningFeeRate":""}`), nil
}
