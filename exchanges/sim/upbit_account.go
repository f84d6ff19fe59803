package sim

import (
	"encoding/json"
	"net/http"
	"time"
)

// upbitCall is a call that needs a key: the function of the page that it
// takes, and how it is answered.
type upbitCall struct {
	pattern string
	right   string // empty: none
	answer  func(*upbit, *http.Request) (any, *upbitRefusal)
}

// The functions of a key.
const (
	upbitAssets       = "view_assets"
	upbitSeeOrders    = "view_orders"
	upbitMakeOrders   = "make_orders"
	upbitSeeWithdraw  = "view_withdrawals"
	upbitWithdraw     = "withdraw"
	upbitSeeDeposits  = "view_deposits"
	upbitMakeDeposits = "deposit"
)

// upbitPrivate are the calls that need a key.
var upbitPrivate = []upbitCall{
	{"GET /v1/api_keys", "", (*upbit).apiKeys},
	{"GET /v1/accounts", upbitAssets, (*upbit).accounts},

	{"GET /v1/orders/chance", upbitSeeOrders, (*upbit).chance},
	{"GET /v1/order", upbitSeeOrders, (*upbit).noOrder},
	{"GET /v1/orders/uuids", upbitSeeOrders, (*upbit).nothing},
	{"GET /v1/orders/open", upbitSeeOrders, (*upbit).nothing},
	{"GET /v1/orders/closed", upbitSeeOrders, (*upbit).nothing},
	{"POST /v1/orders", upbitMakeOrders, (*upbit).noFunds},
	{"DELETE /v1/order", upbitMakeOrders, (*upbit).noOrder},

	{"GET /v1/withdraws", upbitSeeWithdraw, (*upbit).nothing},
	{"GET /v1/withdraws/coin_addresses", upbitSeeWithdraw, (*upbit).nothing},
	{"POST /v1/withdraws/coin", upbitWithdraw, (*upbit).noAddress},
	{"POST /v1/withdraws/krw", upbitWithdraw, (*upbit).noAddress},

	{"GET /v1/deposits", upbitSeeDeposits, (*upbit).nothing},
	{"GET /v1/deposits/coin_addresses", upbitSeeDeposits, (*upbit).nothing},
	{"POST /v1/deposits/generate_coin_address", upbitMakeDeposits, (*upbit).noDeposit},
	{"POST /v1/deposits/krw", upbitMakeDeposits, (*upbit).noDeposit},
}

// upbitZone is the time of Korea, which has no summer time.
var upbitZone = time.FixedZone("KST", 9*60*60)

// apiKeys lists all keys of the account, expired ones included, with nothing
// but their end.
func (v *upbit) apiKeys(*http.Request) (any, *upbitRefusal) {
	rows := []json.RawMessage{}
	for _, e := range v.all() {
		rows = append(rows, jsonOf(`{"access_key":?,"expire_at":?}`, e.ID, e.Expires.In(upbitZone).Format(time.RFC3339)))
	}
	return rows, nil
}

func (v *upbit) accounts(*http.Request) (any, *upbitRefusal) {
	rows := []json.RawMessage{}
	for _, asset := range v.account.assets() {
		rows = append(rows, v.holding(asset))
	}
	return rows, nil
}

// holding describes what the account has of an asset.
func (v *upbit) holding(asset string) json.RawMessage {
	paid := "0"
	if p, ok := pairOf(upbitPairs, "KRW-"+asset, upbitMarket); ok {
		paid = p.price(p.Price * 0.9)
	}
	return fill(`{"currency":"$asset","balance":"$amount","locked":"0.0","avg_buy_price":"$paid","avg_buy_price_modified":false,"unit_currency":"KRW"}`,
		"asset", asset, "amount", decimal(v.account.Balances[asset], 8), "paid", paid)
}

// chance tells what an order in a market would cost.
func (v *upbit) chance(r *http.Request) (any, *upbitRefusal) {
	p, refusal := upbitPair(param(r.URL.Query(), "market"))
	if refusal != nil {
		return nil, refusal
	}
	return p.terms().with("has", v.holding(p.Quote)).with("sells", v.holding(p.Base)).json(`{"bid_fee":"0.0005","ask_fee":"0.0005",
		"maker_bid_fee":"0.0005","maker_ask_fee":"0.0005","market":{"id":"$quote-$base","name":"$base/$quote","order_types":["limit"],
		"order_sides":["ask","bid"],"bid_types":["limit","price"],"ask_types":["limit","market"],"bid":{"currency":"$quote","min_total":"5000"},
		"ask":{"currency":"$base","min_total":"5000"},"max_total":"1000000000.0","state":"active"},
		"bid_account":$has,"ask_account":$sells}`), nil
}

// nothing answers where the simulated trader has no orders and no history.
func (v *upbit) nothing(*http.Request) (any, *upbitRefusal) { return []any{}, nil }

// Nothing is traded, moved or handed out.

func (v *upbit) noOrder(*http.Request) (any, *upbitRefusal) {
	return nil, &upbitRefusal{http.StatusNotFound, "order_not_found", "주문을 찾지 못했습니다."}
}

func (v *upbit) noFunds(*http.Request) (any, *upbitRefusal) {
	return nil, &upbitRefusal{http.StatusBadRequest, "insufficient_funds_bid", "주문가능한 금액이 부족합니다."}
}

func (v *upbit) noAddress(*http.Request) (any, *upbitRefusal) {
	return nil, &upbitRefusal{http.StatusBadRequest, "withdraw_address_not_registered", "등록된 출금 주소가 아닙니다."}
}

func (v *upbit) noDeposit(*http.Request) (any, *upbitRefusal) {
	return nil, &upbitRefusal{http.StatusBadRequest, "validation_error", "입금을 할 수 없습니다."}
}
