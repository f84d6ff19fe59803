package sim

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// soloBingx asks whether the exchange takes a key.
func (r *soloRig) soloBingx(k Key) bool {
	r.t.Helper()
	query := stamp(int(r.time().Sub(noon).Milliseconds())).Encode()
	got := r.do(http.MethodGet, bingxOwn+"?"+query+"&signature="+sign(r.t, k, query), "", http.Header{"X-Bx-Apikey": {k.Key}})
	return strings.Contains(string(got.body), "enableReading")
}

func TestBingxKeysMadeByHand(t *testing.T) {
	for _, at := range bingxSites {
		rig := newSoloRig(t, at)
		rig.walkThePage(form{Boxes: []string{bingxRead, bingxSpot}}, rig.soloBingx)
	}
}

func TestBingxPageObeysItsRules(t *testing.T) {
	rig := newSoloRig(t, bingxSites[0], seed{Label: "scalper", Sub: bingxScalper, Permissions: []string{"read"}, Age: day})
	read := []string{bingxRead}
	for says, f := range map[string]form{
		"at most 64":         {Label: strings.Repeat("x", 65), Boxes: read},
		"at least one":       {Label: "a"},
		"no such permission": {Label: "a", Boxes: []string{"Options"}},
		"is a range":         {Label: "a", Boxes: read, IPs: "198.51.100.0/24"},
		"not an IPv4":        {Label: "a", Boxes: read, IPs: "2001:db8::1"},
		"no passphrase":      {Label: "a", Boxes: read, Passphrase: "secret12"},
		"linked to an IP":    {Label: "a", Boxes: []string{bingxRead, bingxWithdraw}},
		"given Manage":       {Label: "a", Boxes: []string{bingxManage}, Account: bingxScalper},
	} {
		rig.pageRefuses(f, says)
	}
	for range bingxMostKeys {
		rig.create(form{Label: "again", Boxes: read})
	}
	rig.pageRefuses(form{Label: "more", Boxes: read}, "as many API keys")
}

func TestBingxPageForgetsKeysThatNobodyUses(t *testing.T) {
	rig := newSoloRig(t, bingxSites[0])
	rig.create(form{Label: "open", Boxes: []string{bingxRead, bingxTransfer}})
	reader := rig.create(form{Label: "reader", Boxes: []string{bingxRead}})
	bound := rig.create(form{Label: "bound", Boxes: []string{bingxRead, bingxSpot}, IPs: callerAddress})
	rig.pass(bingxUnusedLife - time.Second)
	if n := len(rig.desk.book.all()); n != 3 {
		t.Errorf("%d keys", n)
	}
	rig.pass(time.Second)
	if n := len(rig.desk.book.all()); n != 2 || !rig.soloBingx(reader) || !rig.soloBingx(bound) {
		t.Errorf("%d keys", n)
	}
}

// The keys of the demo do what its story says: one manages, and all of the
// main account see the list.
func TestBingxDemo(t *testing.T) {
	sites := bingxSites
	holdsDemo(t, sites[0], "hedge2-bot", "bx-master", "scalp2-bot", "spare-bingx")
	holdsDemo(t, sites[1], "bx-paper")
	for _, at := range sites {
		v := startAt(t, Options{}).Describe().venue(t, "bingx", at.environment)
		for _, k := range v.Keys {
			c := bingxCaller{v, k, clockAt(noon)}
			if got := c.get(t, bingxOwn); !strings.Contains(string(got.body), "enableReading") {
				t.Errorf("%s: %s", k.Label, got.body)
			}
			got := c.post(t, bingxDelete, object{"subUid": demoBingxScalper})
			if manages := got.code(t) == 100400; manages != k.Manages || manages != (k.Label == "bx-master") {
				t.Errorf("%s manages: %v, and %s", k.Label, k.Manages, got.body)
			}
		}
	}
}
