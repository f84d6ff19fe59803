package upbit

import (
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the functions that are asked for, in Korea's words with what they
// mean. Upbit tells of none of them what a key has, so that an inspection can
// neither confirm nor deny what they give.
var boxes = []exchanges.Box{
	{Words: "자산조회 (view assets)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "주문조회 (view orders)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "주문하기 (make orders)", Gives: []exchanges.Permission{exchanges.Spot}},
	{Words: "출금조회 (view withdrawals)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "출금하기 (withdraw)", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Words: "입금조회 (view deposits)", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "입금하기 (deposit)", Gives: []exchanges.Permission{exchanges.Other}},
}

// yearly is the rule for all keys. Upbit tells the day of each.
var yearly = exchanges.Lifetime{
	After: 365 * 24 * time.Hour, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired,
	Words:  "A key of Upbit ends a year after it was made and cannot be prolonged.",
	Source: "descriptions of Upbit's Open API by others; docs.upbit.com tells of the end of a key and gives no number",
	AsOf:   "2026-11-23",
}

// page is that of all sites, in Korea's words.
var page = pages.Page{
	Place: "Upbit on a PC, not in the app: 마이페이지 → Open API 관리 (My page → Open API management)",
	Rights: pages.Steps{
		{Text: "Choose the functions", Put: exchanges.PutTicks},
		{Text: "Leave off, with every function that is not named here", Put: exchanges.PutNoTicks},
		{Text: "IP 주소 등록: the public IPv4 addresses that may use it. Korea wants at least one, the other sites for orders and withdrawals", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "If the page asks for a name of the key", Put: exchanges.PutLabel},
		{Text: "Agree, then Open API Key 발급받기 (issue), and confirm by two-channel authentication"},
		{Text: "Copy Access key and Secret key now: the secret key is not shown again"},
		{Text: "A key that withdraws starts out blocked: release it in the app, under 인증/보안 → Open API 관리"},
	},
	Delete: pages.Steps{{Text: "삭제 (delete), and confirm by two-channel authentication"}},
	Takes: exchanges.Guide{
		Boxes:     boxes,
		IPs:       exchanges.IPRule{Most: 10},
		MostKeys:  10,
		Lifetimes: []exchanges.Lifetime{yearly},
		Source:    "docs.upbit.com, how to get an API key and authentication",
		AsOf:      "2026-11-23",
	},
}

// addresses are how a key is changed: its functions stay what they are.
var addresses = pages.Steps{
	{Text: "변경 (change): the addresses that may use it", Put: exchanges.PutIPs},
	{Text: "Functions cannot be changed: for others make a new key, then delete this one"},
}

func guide() exchanges.Guide {
	g := page.Guide()
	g.Restrict = slices.Concat(g.Delete[:2], addresses)
	return g
}
