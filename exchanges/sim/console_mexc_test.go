package sim

import (
	"net/http"
	"strings"
	"testing"
)

// soloMexc asks whether the exchange takes a key.
func (r *soloRig) soloMexc(k Key) bool {
	r.t.Helper()
	query := stamp(int(r.time().Sub(noon).Milliseconds())).Encode()
	got := r.do(http.MethodGet, mexcAccount+"?"+query+"&signature="+sign(r.t, k, query), "", http.Header{"X-Mexc-Apikey": {k.Key}})
	return got.status == http.StatusOK
}

func TestMexcKeysMadeByHand(t *testing.T) {
	rig := newSoloRig(t, mexcSites[0])
	rig.walkThePage(form{Boxes: []string{"SPOT_ACCOUNT_READ", "SPOT_DEAL_WRITE"}}, rig.soloMexc)
}

func TestMexcPageObeysItsRules(t *testing.T) {
	rig := newSoloRig(t, mexcSites[0], seed{Label: "sniper", Sub: mexcSniper, Permissions: []string{"read"}, Age: day})
	read := []string{"SPOT_ACCOUNT_READ"}
	for says, f := range map[string]form{
		"at most 64":           {Label: strings.Repeat("x", 65), Boxes: read},
		"at least one":         {Label: "a"},
		"no such permission":   {Label: "a", Boxes: []string{"SPOT"}},
		"is a range":           {Label: "a", Boxes: read, IPs: "198.51.100.0/24"},
		"at most 10 addresses": {Label: "a", Boxes: read, IPs: "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 1.1.1.10 1.1.1.11"},
		"no passphrase":        {Label: "a", Boxes: read, Passphrase: "secret12"},
		"no expiration":        {Label: "a", Boxes: read, Expires: "2027-01-31"},
		"given Withdraw":       {Label: "a", Boxes: []string{mexcWithdraw}, Account: mexcSniper},
	} {
		rig.pageRefuses(f, says)
	}
	for range mexcMostKeys {
		rig.create(form{Label: "again", Boxes: read})
	}
	rig.pageRefuses(form{Label: "more", Boxes: read}, "as many API keys")
}

// An open key has 90 days, whether it was made so or became so; one that is
// bound has no end.
func TestMexcPageGivesOpenKeys90Days(t *testing.T) {
	rig := newSoloRig(t, mexcSites[0])
	f := form{Label: "open", Boxes: []string{"SPOT_ACCOUNT_READ"}}
	k := rig.create(f)
	e, _ := rig.desk.book.listed(k.Key)
	rig.pass(30 * day)
	change := func(ips, what string, want int) {
		t.Helper()
		f.IPs = ips
		refusal := rig.desk.edit(e, f, confirmed)
		left := 0
		if !e.Expires.IsZero() {
			left = int(e.Expires.Sub(rig.time()) / day)
		}
		if refusal != nil || left != want {
			t.Errorf("%s: %d days left, want %d (%v)", what, left, want, refusal)
		}
	}
	change("", "edited", 60) // not prolonged
	change(callerAddress, "bound", 0)
	change("", "opened", 90)
	rig.pass(90 * day)
	if rig.soloMexc(k) {
		t.Error("it works for ever")
	}
}

// The keys of the demo do what its story says: every one of the main account
// manages, and one ends on its 90th day.
func TestMexcDemo(t *testing.T) {
	holdsDemo(t, mexcSites[0], "alt-bot", "mexc-master", "sniper-bot", "spare-mexc")
	v := startAt(t, Options{}).Describe().venue(t, "mexc", "live")
	for _, k := range v.Keys {
		c := mexcCaller{v, k, clockAt(noon)}
		if got := c.get(t, mexcAccount); got.status != http.StatusOK {
			t.Errorf("%s: %s", k.Label, got.body)
		}
		got := c.get(t, mexcSubKeys, "subAccount", demoMexcSniper)
		if manages := got.status == http.StatusOK; manages != k.Manages || manages != (k.Account == "") {
			t.Errorf("%s manages: %v, and %s", k.Label, k.Manages, got.body)
		}
	}
	var a account
	demoMexc(&a)
	if bot := a.Seeds[0]; bot.Label != "alt-bot" || bot.Age != 77*day || bot.Expires != 13*day || len(bot.IPs) > 0 {
		t.Errorf("%+v", bot)
	}
}
