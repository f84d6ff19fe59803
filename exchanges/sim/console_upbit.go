package sim

import (
	"time"
)

// page is Upbit's page for API keys, as its guide describes it: functions, up
// to 10 fixed IPv4 addresses of which there has to be one, 10 keys, a year.
// Keys have no names there; here each has one of its own, to tell it by.
func (v *upbit) page(string) page {
	read := []string{"read"}
	return page{
		title: "Open API 관리 (Open API management)",
		boxes: []box{
			{upbitAssets, "자산조회 (View assets)", read},
			{upbitSeeOrders, "주문조회 (View orders)", read},
			{upbitMakeOrders, "주문하기 (Make orders)", []string{"spot"}},
			{upbitSeeWithdraw, "출금조회 (View withdrawals)", read},
			{upbitWithdraw, "출금하기 (Withdraw)", []string{"withdraw"}},
			{upbitSeeDeposits, "입금조회 (View deposits)", read},
			{upbitMakeDeposits, "입금하기 (Deposit)", []string{"other"}},
		},
		label:    labelRule{most: 64, unique: true},
		ips:      ipRule{most: 10},
		mostKeys: 10,
		words:    upbitWords,
		wordsOf:  upbitWordsOf,
		deny:     v.denies,
		complete: func(w *wanted, now time.Time) {
			if w.Expires.IsZero() { // an edit does not prolong it
				w.Expires = now.Add(upbitKeyLife)
			}
		},
	}
}

// denies wants an address, and the functions of a key that exists to stay what
// they are: that they can be changed is not documented.
func (v *upbit) denies(w wanted) string {
	if len(w.IPs) == 0 {
		return "Register at least one IP address."
	}
	e, exists := v.byLabel(w.Sub, w.Label)
	if !exists {
		return ""
	}
	for _, b := range v.page("").boxes {
		if contains(w.Words, b.Value) != contains(upbitWordsOf(e), b.Value) {
			return "The functions of a key cannot be changed. Make a new key."
		}
	}
	return ""
}

// upbitClosest are the functions that come closest to a permission of the
// normal form.
var upbitClosest = table[[]string]{
	{"read", []string{upbitAssets, upbitSeeOrders, upbitSeeWithdraw, upbitSeeDeposits}},
	{"spot", []string{upbitMakeOrders}},
	{"withdraw", []string{upbitWithdraw}},
	{"other", []string{upbitMakeDeposits}},
}

func upbitWords(permissions []string) []string { return closest(upbitClosest, permissions) }

func upbitWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return upbitWords(e.Permissions)
}

// upbitDemo: one key ends in 11 days, one only works from the office.
func upbitDemo(a *account) {
	const home, office = "203.0.113.7", "192.0.2.44"
	a.Balances = map[string]float64{"BTC": 0.12, "ETH": 1.75, "KRW": 8_400_000}
	a.Seeds = []seed{
		{Label: "krw-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home},
			Age: upbitKeyLife - 11*day, Expires: 11 * day, LastUsed: 5 * time.Minute},
		{Label: "upbit-view", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{office},
			Age: 79 * day, Expires: upbitKeyLife - 79*day, LastUsed: 2 * day},
		{Label: "spare-upbit", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home},
			Age: time.Hour, Expires: upbitKeyLife - time.Hour},
	}
}
