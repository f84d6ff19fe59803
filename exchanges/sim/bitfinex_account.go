package sim

import (
	"strconv"
	"time"
)

// bitfinexPrivate are the calls that need a key, without "/v2/auth/".
var bitfinexPrivate = []bitfinexCall{
	{"r/permissions", "", (*bitfinex).permissions},
	{"w/token", "account:write", (*bitfinex).mint},

	{"r/info/user", "account:read", (*bitfinex).user},
	{"r/logins/hist", "account:read", (*bitfinex).logins},
	{"r/summary", "account:read", (*bitfinex).summary},
	{"r/wallets", "wallets:read", (*bitfinex).wallets},
	{"r/settings", "settings:read", (*bitfinex).nothing},

	{"r/orders", "orders:read", (*bitfinex).nothing},
	{"r/orders/{symbol}", "orders:read", (*bitfinex).nothing},
	{"r/orders/hist", "orders:read", (*bitfinex).nothing},
	{"r/orders/{symbol}/hist", "orders:read", (*bitfinex).nothing},
	{"r/positions", "positions:read", (*bitfinex).nothing},
	{"r/positions/hist", "positions:read", (*bitfinex).nothing},
	{"r/funding/{what}", "funding:read", (*bitfinex).nothing},
	{"r/funding/{what}/{symbol}", "funding:read", (*bitfinex).nothing},
	{"r/funding/{what}/hist", "funding:read", (*bitfinex).nothing},
	{"r/funding/{what}/{symbol}/hist", "funding:read", (*bitfinex).nothing},
	{"r/trades/hist", "history:read", (*bitfinex).nothing},
	{"r/trades/{symbol}/hist", "history:read", (*bitfinex).nothing},
	{"r/ledgers/hist", "history:read", (*bitfinex).nothing},
	{"r/ledgers/{currency}/hist", "history:read", (*bitfinex).nothing},
	{"r/movements/hist", "history:read", (*bitfinex).nothing},
	{"r/movements/{currency}/hist", "history:read", (*bitfinex).nothing},

	{"w/order/submit", "orders:write", (*bitfinex).noFunds},
	{"w/order/update", "orders:write", (*bitfinex).noOrder},
	{"w/order/cancel", "orders:write", (*bitfinex).noOrder},
	{"w/position/claim", "positions:write", (*bitfinex).noOrder},
	{"w/funding/offer/submit", "funding:write", (*bitfinex).noFunds},
	{"w/funding/offer/cancel", "funding:write", (*bitfinex).noOrder},
	{"w/transfer", "wallets:write", (*bitfinex).noFunds},
	{"w/deposit/address", "wallets:write", (*bitfinex).noAddress},
	{"w/withdraw", "withdraw:write", (*bitfinex).noFunds},
}

// permissions tells the rights of the caller: a row of scope, read and write
// for every scope that there is.
func (v *bitfinex) permissions(c bitfinexCaller) (any, *bitfinexRefusal) {
	rows := [][]any{}
	for _, scope := range bitfinexScopes {
		row := []any{scope}
		for _, way := range []string{":read", ":write"} {
			has := 0
			if contains(c.rights, scope+way) {
				has = 1
			}
			row = append(row, has)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// user describes the account: places that are not documented are null.
func (v *bitfinex) user(bitfinexCaller) (any, *bitfinexRefusal) {
	id, _ := strconv.Atoi(v.account.ID)
	row := make([]any, 55)
	for place, value := range map[int]any{
		0: id, 1: "trader@example.com", 2: "simtrader", 3: inMillis(v.opened), 4: 1, 5: 3, 7: "Etc/UTC", 8: "en", 9: "bitfinex",
		10: 1, 18: 0, 19: 0, 21: 0, 22: 0, 23: 0, 26: []string{"otp"}, 44: v.lastLogin().UTC().Format(time.RFC3339),
	} {
		row[place] = value
	}
	return row, nil
}

// lastLogin is when the person was on the website.
func (v *bitfinex) lastLogin() time.Time { return v.now().Add(-day) }

// logins lists visits to the website, the last first. Calls of the API are none.
func (v *bitfinex) logins(c bitfinexCaller) (any, *bitfinexRefusal) {
	const most = 250
	limit, given := c.params["limit"].(float64)
	if given && (limit < 1 || limit > most) {
		return nil, bitfinexRefuse(bitfinexBadParams, "limit: invalid")
	}
	rows := [][]any{}
	for i, days := range []time.Duration{0, 4, 11} {
		if !given || i < int(limit) {
			at := v.lastLogin().Add(-days * day)
			rows = append(rows, []any{at.Unix(), nil, inMillis(at), nil, DefaultCaller.String(), nil, nil, jsonOf(`{"user_agent":"Simulation"}`)})
		}
	}
	return rows, nil
}

// summary has the fees of the account in its fifth place: maker, then taker.
func (v *bitfinex) summary(bitfinexCaller) (any, *bitfinexRefusal) {
	row := make([]any, 10)
	row[4] = []any{[]any{0.001, 0.001, 0.001, nil, nil, 0.0002}, []any{0.002, 0.002, 0.002, nil, nil, 0.00065}}
	row[9] = jsonOf(`{"leo_lev":0,"leo_amount_avg":0}`)
	return row, nil
}

// wallets lists what the account has, all of it in the exchange wallet.
func (v *bitfinex) wallets(bitfinexCaller) (any, *bitfinexRefusal) {
	own := account{Balances: map[string]float64{}}
	for asset, amount := range v.account.Balances {
		own.Balances[bitfinexCode(asset)] = amount
	}
	return own.holdings(own.assets(), "", v.now(), `["exchange","$asset",$amount,0,$amount,null,null]`), nil
}

// nothing answers where the simulated trader has no orders and no history.
func (v *bitfinex) nothing(bitfinexCaller) (any, *bitfinexRefusal) { return []any{}, nil }

// Nothing is traded, lent, moved or handed out.

func (v *bitfinex) noFunds(bitfinexCaller) (any, *bitfinexRefusal) {
	return nil, bitfinexRefuse(bitfinexGeneric, "Invalid request: not enough exchange balance")
}

func (v *bitfinex) noOrder(bitfinexCaller) (any, *bitfinexRefusal) {
	return nil, bitfinexRefuse(bitfinexGeneric, "Order not found.")
}

func (v *bitfinex) noAddress(bitfinexCaller) (any, *bitfinexRefusal) {
	return nil, bitfinexRefuse(bitfinexGeneric, "Deposit addresses are not available")
}
