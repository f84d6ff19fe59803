package sim

import (
	"cmp"
	"encoding/json"
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
func gateNothing(*gate, gateCall) (any, *gateRefusal) { return []json.RawMessage{}, nil }

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
		one := keys[0]
		return joined(v.describe(one), jsonOf(`{"key":{"mode":?},"mode":?,"currency_pairs":[],"created_at":?,"updated_at":?,"last_access":?}`,
			v.mode(one), v.mode(one), digits(one.Created.Unix()), digits(v.changed(one).Unix()), digits(v.accessed(one).Unix()))), nil
	}
	list := make([]json.RawMessage, len(keys))
	for i, key := range keys {
		list[i] = joined(v.item(key, key.ID[:gateMasked]+strings.Repeat("*", 5)), jsonOf(`{"currency_pairs":[]}`))
	}
	return list, nil
}

// describe tells of a key what is told of it everywhere and alike.
func (v *gate) describe(key *entry) json.RawMessage {
	state := 1
	if key.Disabled {
		state = 2
	}
	return jsonOf(`{"state":?,"name":?,"user_id":?,"perms":?,"ip_whitelist":?}`,
		state, key.Label, gateUID(v.account.owner(key).ID), gatePerms(key.Words), append([]string{}, key.IPs...))
}

// item is a key as lists have it, with its public half as they show it.
func (v *gate) item(key *entry, id string) json.RawMessage {
	return joined(v.describe(key), jsonOf(`{"mode":?,"key":?,"created_at":?,"update_at":?,"last_access":?}`,
		v.mode(key), id, key.Created.Unix(), v.changed(key).Unix(), v.accessed(key).Unix()))
}

// accessed returns when a key was last used, which is its creation for one that
// never was.
func (v *gate) accessed(key *entry) time.Time {
	if last := v.lastUsed(key); !last.IsZero() {
		return last
	}
	return key.Created
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
	return jsonOf(`{"user_id":?,"tier":2,"copy_trading_role":0,"key":{"mode":?},"ip_whitelist":?,"currency_pairs":[]}`,
		gateUID(v.account.owner(c.key).ID), v.mode(c.key), append([]string{}, c.key.IPs...)), nil
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
