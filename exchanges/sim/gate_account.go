package sim

import (
	"cmp"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"
)

// gateMasked is how much of a key the list of the main account shows.
const gateMasked = 12

var gateAccountRoutes = []gateRoute{
	{"GET /account/main_keys", "account", (*gate).mainKeys},
	{"GET /account/detail", "account", (*gate).detail},
	{"GET /spot/accounts", "spot", (*gate).spotAccounts},
	{"GET /spot/open_orders", "spot", gateNothing},
	{"POST /spot/orders", "spot", gateNoTrading},
	{"GET /wallet/total_balance", "wallet", (*gate).totalBalance},
	{"GET /margin/accounts", "margin", gateNothing},
	{"GET /unified/accounts", "unified", (*gate).unified},
	{"GET /futures/{settle}/accounts", "futures", (*gate).contracts},
	{"POST /futures/{settle}/orders", "futures", gateNoTrading},
	{"GET /delivery/{settle}/accounts", "delivery", (*gate).contracts},
	{"GET /options/accounts", "options", (*gate).contracts},
	{"GET /earn/uni/lends", "earn", gateNothing},
	{"POST /withdrawals", "withdraw", gateNoTrading},
}

// gateNothing is the answer where the trader has nothing.
func gateNothing(*gate, gateCall) (any, *gateRefusal) { return []object{}, nil }

// gateNoTrading refuses what would move money.
func gateNoTrading(*gate, gateCall) (any, *gateRefusal) {
	return nil, &gateRefusal{400, "TRADE_RESTRICTED", "Trading is restricted for this account"}
}

// gateUID writes the number of an account as one; it is made of digits by its
// world.
func gateUID(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// mainKeys lists the keys of the main account, the calling one being used just
// now. What a key of a sub-account is told is not documented.
//
// The documentation contradicts itself: by its example the answer is a list,
// by its schema one object that holds the mode where the key should be, and
// has other types. Here the testnet answers by the schema as long as there is
// but one key to speak of.
func (v *gate) mainKeys(c gateCall) (any, *gateRefusal) {
	if c.key.Sub != "" {
		return nil, &gateRefusal{403, "FORBIDDEN", "Sub-account keys are not allowed to access this endpoint"}
	}
	keys := v.ofSub("")
	if v.env == "testnet" && len(keys) == 1 {
		one := v.describe(keys[0])
		one["key"], one["updated_at"] = object{"mode": v.mode(keys[0])}, one["update_at"]
		delete(one, "update_at")
		for _, name := range []string{"created_at", "updated_at", "last_access"} {
			one[name] = strconv.FormatInt(one[name].(int64), 10)
		}
		return one, nil
	}
	list := make([]object, len(keys))
	for i, key := range keys {
		list[i] = v.describe(key)
		list[i]["key"] = key.ID[:gateMasked] + strings.Repeat("*", 5)
	}
	return list, nil
}

// describe tells of a key what both lists do, with the whole public half.
// The last access to a key that was never used is its creation.
func (v *gate) describe(key *entry) object {
	state := 1
	if key.Disabled {
		state = 2
	}
	used := key.Created
	if last := v.lastUsed(key); !last.IsZero() {
		used = last
	}
	body := object{
		"state": state, "name": key.Label, "user_id": gateUID(v.account.owner(key).ID), "perms": gatePerms(key.Words),
		"key": key.ID, "created_at": key.Created.Unix(), "update_at": v.changed(key).Unix(), "last_access": used.Unix(),
	}
	maps.Copy(body, v.limits(key))
	return body
}

// limits tells where and how a key may be used.
func (v *gate) limits(key *entry) object {
	return object{"mode": v.mode(key), "ip_whitelist": append([]string{}, key.IPs...), "currency_pairs": []string{}}
}

func (v *gate) mode(key *entry) int { return max(1, v.kept[key].mode) }

func (v *gate) changed(key *entry) time.Time {
	if at := v.kept[key].changed; !at.IsZero() {
		return at
	}
	return key.Created
}

// detail describes the account and the limits of the calling key.
func (v *gate) detail(c gateCall) (any, *gateRefusal) {
	limits := v.limits(c.key)
	limits["key"] = object{"mode": limits["mode"]}
	delete(limits, "mode")
	maps.Copy(limits, object{"user_id": gateUID(v.account.owner(c.key).ID), "tier": 2, "copy_trading_role": 0})
	return limits, nil
}

func (v *gate) spotAccounts(c gateCall) (any, *gateRefusal) {
	own := v.account.owner(c.key)
	return own.holdings(own.assets(), param(c.URL.Query(), "currency"), v.now(),
		`{"currency":"$asset","available":"$amount","locked":"0","update_id":98}`), nil
}

func (v *gate) totalBalance(c gateCall) (any, *gateRefusal) {
	return v.account.owner(c.key).total().with("empty", json.RawMessage(`{"currency":"USDT","amount":"0.00"}`)).json(`{
		"total":{"currency":"USDT","amount":"$dollars"},"details":{"spot":{"currency":"USDT","amount":"$dollars"},"futures":$empty,
		"delivery":$empty,"margin":$empty,"finance":$empty,"quant":$empty,"warrant":$empty,"cbbc":$empty}}`), nil
}

// unified is refused, since the account is a classic one.
func (v *gate) unified(gateCall) (any, *gateRefusal) {
	return nil, &gateRefusal{400, "USER_UNIFIED_NOT_FOUND", "Unified account is not activated"}
}

// contracts tells of an account for derivatives, in which there is nothing.
func (v *gate) contracts(c gateCall) (any, *gateRefusal) {
	return fill(`{"user":$user,"currency":"$currency","in_dual_mode":false,"enable_credit":true,"total":"0","unrealised_pnl":"0",
		"position_margin":"0","order_margin":"0","available":"0","point":"0","bonus":"0","maintenance_margin":"0","cross_available":"0"}`,
		"user", digits(gateUID(v.account.owner(c.key).ID)), "currency", cmp.Or(strings.ToUpper(segment(c.Request, "settle")), "USDT")), nil
}
