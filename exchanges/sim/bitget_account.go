package sim

import (
	"strconv"
	"strings"
)

// owner returns the account that a key belongs to: the main one, or a
// sub-account, which holds nothing.
func (v *bitget) owner(key *entry) account {
	if key.Sub == "" {
		return v.account
	}
	return account{ID: key.Sub}
}

const bitgetRegistered = "1646566789345" // when every account opened; not when the key was made

func bitgetNothing(*bitget, bitgetCall) (any, *bitgetError) { return []any{}, nil }

func bitgetNoOrders(*bitget, bitgetCall) (any, *bitgetError) {
	return jsonOf(`{"list":[],"cursor":""}`), nil
}

// bitgetRestricted stands for an account that the exchange keeps from moving
// anything: nothing is traded or withdrawn in a simulation.
func bitgetRestricted(*bitget, bitgetCall) (any, *bitgetError) {
	return nil, bitgetRefusal("40022", "The business of this account has been restricted")
}

func bitgetInfo(v *bitget, c bitgetCall) (any, *bitgetError) {
	parent, kind := "", "read-and-write"
	if c.key.Sub != "" {
		parent = v.account.ID
	}
	if anyOf([]string{bitgetReadOnly}, c.key.Words) {
		kind = "read-only"
	}
	return jsonOf(`{"userId":?,"inviterId":"","parentId":?,"channelCode":"","channel":"","ips":?,"permType":?,"permissions":?,
		"regisTime":"1646566789345"}`, v.owner(c.key).ID, parent, strings.Join(c.key.IPs, ","), kind, bitgetRights(c.key)), nil
}

// bitgetClassicInfo tells the parent as a number, other than the rest.
func bitgetClassicInfo(v *bitget, c bitgetCall) (any, *bitgetError) {
	parent := 0
	if c.key.Sub != "" {
		parent, _ = strconv.Atoi(v.account.ID) // made of digits by its world
	}
	return jsonOf(`{"userId":?,"inviterId":"","ips":?,"authorities":?,"parentId":?,"traderType":"not_trader","channelCode":"","channel":"",
		"regisTime":"1646566789345"}`, v.owner(c.key).ID, strings.Join(c.key.IPs, ","), bitgetRights(c.key), parent), nil
}

func bitgetSettings(v *bitget, c bitgetCall) (any, *bitgetError) {
	return fill(`{"uid":"$uid","accountMode":"unified","assetMode":"multi_assets","accountLevel":"advanced","holdMode":"one_way_mode",
		"stpMode":"none","symbolConfigList":[],"coinConfigList":[]}`, "uid", v.owner(c.key).ID), nil
}

func bitgetAssets(v *bitget, c bitgetCall) (any, *bitgetError) {
	own := v.owner(c.key)
	assets := own.holdings(own.assets(), "", v.now(), `{"coin":"$asset","equity":"$amount","usdValue":"$worth","balance":"$amount","available":"$amount",
		"debt":"0","locked":"0"}`)
	return own.total().with("assets", assets).json(`{"accountEquity":"$worth","usdtEquity":"$worth","btcEquity":"$bitcoins","unrealisedPnl":"0",
		"usdtUnrealisedPnl":"0","btcUnrealizedPnl":"0","effEquity":"$worth","mmr":"0","imr":"0","mgnRatio":"0","positionMgnRatio":"0",
		"assets":$assets}`), nil
}

func bitgetSpotAssets(v *bitget, c bitgetCall) (any, *bitgetError) {
	own := v.owner(c.key)
	return own.holdings(own.assets(), param(c.query, "coin"), v.now(),
		`{"coin":"$asset","available":"$amount","frozen":"0","locked":"0","limitAvailable":"0","uTime":"$ms"}`), nil
}
