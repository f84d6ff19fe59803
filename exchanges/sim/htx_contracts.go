package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The kinds of instrument, as the ways to their data tell them apart.
const (
	htxSpot     = "spot"
	htxDelivery = "delivery" // a future with the coin as margin
	htxInverse  = "inverse"  // a perpetual contract with the coin as margin
	htxLinear   = "linear"   // a perpetual contract with USDT as margin
)

// htxInstrument is a pair as HTX trades it.
type htxInstrument struct {
	pair

	kind string
	code string // its name
}

// htxTraded returns the instruments of some kinds. Pairs with USDT also exist
// as contracts, and two coins as contracts in dollars, of which the future ends
// on the next Friday.
func htxTraded(now time.Time, kinds ...string) []htxInstrument {
	var all []htxInstrument
	for _, p := range pairs() {
		all = append(all, htxInstrument{p, htxSpot, strings.ToLower(p.symbol())})
		if p.Quote != "USDT" {
			continue
		}
		all = append(all, htxInstrument{p, htxLinear, p.Base + "-USDT"})
		if p.Base != "SOL" {
			all = append(all, htxInstrument{p, htxInverse, p.Base + "-USD"}, htxInstrument{p, htxDelivery, p.Base + htxFriday(now).Format("060102")})
		}
	}
	return slices.DeleteFunc(all, func(i htxInstrument) bool { return !contains(kinds, i.kind) })
}

// htxFriday returns when the futures of a week are settled.
func htxFriday(now time.Time) time.Time {
	start := now.UTC().Truncate(day).Add(8 * time.Hour)
	for start.Weekday() != time.Friday || !start.After(now) {
		start = start.Add(day)
	}
	return start
}

var htxContractRoutes = []htxRoute{
	{"GET /api/v1/timestamp", htxOpen, func(*htx, htxCall) (any, *htxRefusal) { return jsonOf(`{}`), nil }},
	{"GET /heartbeat/{$}", htxOpen, htxHeartbeat},
	{"GET /heartbeat", htxOpen, htxHeartbeat},
	{"GET /api/v1/contract_contract_info", htxOpen, func(v *htx, _ htxCall) (any, *htxRefusal) { return v.contracts(htxDelivery), nil }},
	{"GET /swap-api/v1/swap_contract_info", htxOpen, func(v *htx, _ htxCall) (any, *htxRefusal) { return v.contracts(htxInverse), nil }},
	{"GET /linear-swap-api/v1/swap_contract_info", htxOpen, func(v *htx, _ htxCall) (any, *htxRefusal) { return v.contracts(htxLinear), nil }},
	{"GET /v5/account/balance", htxRead, htxMargins},
	{"POST /v5/trade/order", htxTrade, htxNoContracts},
	{"POST /api/v1/contract_account_info", htxRead, htxNoPositions},
	{"POST /api/v1/contract_position_info", htxRead, htxNoPositions},
	{"POST /api/v1/contract_order", htxTrade, htxNoContracts},
	{"POST /swap-api/v1/swap_account_info", htxRead, htxNoPositions},
	{"POST /swap-api/v1/swap_position_info", htxRead, htxNoPositions},
	{"POST /swap-api/v1/swap_order", htxTrade, htxNoContracts},
	{"POST /linear-swap-api/v1/swap_account_info", htxRead, htxNoPositions},
	{"POST /linear-swap-api/v1/swap_position_info", htxRead, htxNoPositions},
	{"POST /linear-swap-api/v1/swap_order", htxTrade, htxNoContracts},
}

// contracts lists the contracts of a kind.
func (v *htx) contracts(kind string) json.RawMessage {
	list := []json.RawMessage{}
	for _, one := range htxTraded(v.now(), kind) {
		list = append(list, one.contract(v.now()))
	}
	return jsonOf(`{"data":?}`, list)
}

func htxHeartbeat(*htx, htxCall) (any, *htxRefusal) {
	return jsonOf(`{"data":{"heartbeat":1,"estimated_recovery_time":null,"swap_heartbeat":1,"swap_estimated_recovery_time":null,
		"option_heartbeat":1,"option_estimated_recovery_time":null,"linear_swap_heartbeat":1,"linear_swap_estimated_recovery_time":null}}`), nil
}

// contract describes an instrument of the contract markets. Only those with
// USDT as margin tell a pair and a type of business, and only futures an end.
func (i htxInstrument) contract(now time.Time) json.RawMessage {
	end := htxFriday(now)
	const common = `"symbol":"$base","contract_code":"$code","price_tick":$tick,"contract_status":1,`
	text := map[string]string{
		htxDelivery: `"contract_size":100,"contract_type":"this_week","create_date":"$start","delivery_date":"$day","delivery_time":"$end",
			"settlement_time":"$funding"}`,
		htxInverse: `"contract_size":100,"create_date":"20210106","delivery_time":"","settlement_date":"$funding"}`,
		htxLinear: `"contract_size":0.001,"create_date":"20210106","delivery_date":"","delivery_time":"","settlement_date":"$funding",
			"support_margin_mode":"all","business_type":"swap","pair":"$code","contract_type":"swap","trade_partition":"USDT"}`,
	}[i.kind]
	return i.figures(now).and("start", end.Add(-14*day).Format("20060102"), "day", end.Format("20060102"), "end", millis(end)).json("{" + common + text)
}

// htxNoPositions is the answer where the trader has no contracts.
func htxNoPositions(*htx, htxCall) (any, *htxRefusal) { return jsonOf(`{"data":[]}`), nil }

func htxMargins(*htx, htxCall) (any, *htxRefusal) {
	return json.RawMessage(`{"state":"normal","equity":"0","initial_margin":"0","maintenance_margin":"0","available_margin":"0","details":[]}`), nil
}

// htxNoContracts refuses orders: nothing is bought or sold in a simulation.
func htxNoContracts(*htx, htxCall) (any, *htxRefusal) {
	return nil, &htxRefusal{code: 1220, message: "You don’t have access permission as you have not opened contracts trading."}
}
