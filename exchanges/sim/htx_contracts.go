package sim

import (
	"encoding/json"
	"slices"
	"strconv"
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
	return slices.DeleteFunc(all, func(i htxInstrument) bool { return !slices.Contains(kinds, i.kind) })
}

// htxFriday returns when the futures of a week are settled.
func htxFriday(now time.Time) time.Time {
	start := now.UTC().Truncate(day).Add(8 * time.Hour)
	for start.Weekday() != time.Friday || !start.After(now) {
		start = start.Add(day)
	}
	return start
}

func htxContractRoutes() []htxRoute {
	listed := func(kind string) func(*htx, htxCall) (any, *htxRefusal) {
		return func(v *htx, _ htxCall) (any, *htxRefusal) {
			list := []object{}
			for _, one := range htxTraded(v.now(), kind) {
				list = append(list, one.contract(v.now()))
			}
			return object{"data": list}, nil
		}
	}
	routes := []htxRoute{
		{"GET /api/v1/timestamp", htxOpen, func(*htx, htxCall) (any, *htxRefusal) { return object{}, nil }},
		{"GET /heartbeat/{$}", htxOpen, htxHeartbeat},
		{"GET /heartbeat", htxOpen, htxHeartbeat},
		{"GET /api/v1/contract_contract_info", htxOpen, listed(htxDelivery)},
		{"GET /swap-api/v1/swap_contract_info", htxOpen, listed(htxInverse)},
		{"GET /linear-swap-api/v1/swap_contract_info", htxOpen, listed(htxLinear)},
		{"GET /v5/account/balance", htxRead, htxMargins},
		{"POST /v5/trade/order", htxTrade, htxNoContracts},
	}
	for _, where := range []string{"/api/v1/contract", "/swap-api/v1/swap", "/linear-swap-api/v1/swap"} {
		routes = append(routes,
			htxRoute{"POST " + where + "_account_info", htxRead, htxNoPositions},
			htxRoute{"POST " + where + "_position_info", htxRead, htxNoPositions},
			htxRoute{"POST " + where + "_order", htxTrade, htxNoContracts})
	}
	return routes
}

func htxHeartbeat(*htx, htxCall) (any, *htxRefusal) {
	body := object{}
	for _, of := range []string{"", "swap_", "option_", "linear_swap_"} {
		body[of+"heartbeat"], body[of+"estimated_recovery_time"] = 1, nil
	}
	return object{"data": body}, nil
}

// contract describes an instrument of the contract markets. Only those with
// USDT as margin tell a pair and a type of business.
func (i htxInstrument) contract(now time.Time) object {
	end := htxFriday(now)
	body := object{
		"symbol": i.Base, "contract_code": i.code, "contract_size": 100, "price_tick": json.Number(i.tick()), "create_date": "20210106",
		"delivery_time": "", "settlement_date": strconv.FormatInt(now.Truncate(8*time.Hour).Add(8*time.Hour).UnixMilli(), 10), "contract_status": 1,
	}
	switch i.kind {
	case htxDelivery:
		body["contract_type"], body["delivery_date"], body["create_date"] = "this_week", end.Format("20060102"), end.Add(-14*day).Format("20060102")
		body["delivery_time"], body["settlement_time"] = strconv.FormatInt(end.UnixMilli(), 10), body["settlement_date"]
		delete(body, "settlement_date")
	case htxLinear:
		body["contract_size"], body["delivery_date"], body["support_margin_mode"] = json.Number("0.001"), "", "all"
		body["business_type"], body["pair"], body["contract_type"], body["trade_partition"] = "swap", i.code, "swap", "USDT"
	}
	return body
}

// htxNoPositions is the answer where the trader has no contracts.
func htxNoPositions(*htx, htxCall) (any, *htxRefusal) { return object{"data": []object{}}, nil }

func htxMargins(*htx, htxCall) (any, *htxRefusal) {
	return object{"state": "normal", "equity": "0", "initial_margin": "0", "maintenance_margin": "0", "available_margin": "0", "details": []object{}}, nil
}

// htxNoContracts refuses orders: nothing is bought or sold in a simulation.
func htxNoContracts(*htx, htxCall) (any, *htxRefusal) {
	return nil, &htxRefusal{code: 1220, message: "You don’t have access permission as you have not opened contracts trading."}
}
