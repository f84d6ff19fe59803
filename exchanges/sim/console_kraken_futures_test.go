package sim

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func (s *siteRig) futuresAccepts(k Key) bool {
	s.t.Helper()
	return s.futures(k, "GET", krakenFuturesAccounts, "", "").object(s.t)["result"] == "success"
}

func TestKrakenFuturesPageWalked(t *testing.T) {
	const propagation = 5 * time.Second
	for i, at := range krakenFuturesSites {
		rig := newSiteRig(t, krakenFuturesSites[i], Options{Propagation: propagation})
		var e *entry
		rig.byHand("", func(d *desk) (refusal *Refusal) {
			e, refusal = d.create(form{Label: "bot", Boxes: []string{krakenFuturesTrade}, IPs: "203.0.113.7"}, confirmed)
			return refusal
		})
		k := e.key()
		expect := func(works bool, when string) {
			t.Helper()
			if rig.futuresAccepts(k) != works {
				t.Errorf("%s %s: works is not %v", at.environment, when, works)
			}
		}
		edit := func(boxes, ips string) {
			t.Helper()
			rig.byHand("", func(d *desk) *Refusal { return d.edit(e, form{Boxes: strings.Fields(boxes), IPs: ips}, confirmed) })
		}
		expect(false, "before the news got around")
		rig.pass(propagation)
		expect(true, "new")
		edit(krakenFuturesTrade, "198.51.100.0/24")
		expect(false, "with the address off its list")
		edit(krakenFuturesTransfer, "203.0.113.0/24")
		expect(false, "without the general level")
		edit(krakenFuturesRead+" "+krakenFuturesTransfer, "")
		expect(true, "with the lower level")
		rig.byHand("", func(d *desk) *Refusal { return d.remove(e, confirmed) })
		rig.pass(propagation)
		expect(false, "deleted")
	}
}

func TestKrakenFuturesPageRefuses(t *testing.T) {
	rig := newKrakenFuturesRig(t)
	for says, change := range map[string]func(*form){
		"one level":           func(f *form) { f.Boxes = []string{krakenFuturesRead, krakenFuturesTrade} },
		"one permission":      func(f *form) { f.Boxes = nil },
		"no such permission":  func(f *form) { f.Boxes = []string{"general:WRITE"} },
		"signature algorithm": func(f *form) { f.Algorithm = algEd25519 },
		"no passphrase":       func(f *form) { f.Passphrase = "Sim-1234567" },
		"not an IPv4 address": func(f *form) { f.IPs = "2001:db8::/32" },
		"is no range":         func(f *form) { f.IPs = "203.0.113.7/24" },
		"at most 32":          func(f *form) { f.Label = strings.Repeat("x", 33) },
		"no expiration date":  func(f *form) { f.Expires = "2027-01-31" },
	} {
		f := form{Label: "bot", Boxes: []string{krakenFuturesRead}}
		change(&f)
		rig.byHand(says, func(d *desk) *Refusal { _, refusal := d.create(f, confirmed); return refusal })
	}
	if n := len(rig.desk.book.all()); n != 0 {
		t.Errorf("%d keys were made all the same", n)
	}
}

// Keys asked for by the permissions that the dashboard thinks in.
func TestKrakenFuturesPageGives(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	for want, wanted := range map[string]string{
		"read": "read", "read futures": "futures", "transfer withdraw": "withdraw", "read futures transfer withdraw": "read futures transfer",
	} {
		k, err := s.CreateByHand("kraken-futures", "demo", Wanted{Label: "x", Permissions: strings.Fields(wanted)})
		if err != nil || !slices.Equal(k.Permissions, strings.Fields(want)) || k.Manages {
			t.Errorf("%s: %v, %v", wanted, k.Permissions, err)
		}
	}
	for _, permission := range []string{"spot", "margin", "options", "earn", "admin"} {
		if _, err := s.CreateByHand("kraken-futures", "live", Wanted{Label: "x", Permissions: []string{permission}}); err == nil {
			t.Errorf("the page has a box for %s", permission)
		}
	}
}

// Each exchange and environment has keys of its own.
func TestKrakenFuturesKeysDoNotCross(t *testing.T) {
	d := startAt(t, Options{World: "demo"}).Describe()
	for _, v := range d.Venues {
		if v.Exchange != "kraken-futures" && v.Exchange != "kraken" {
			continue
		}
		for _, k := range v.Keys {
			for _, at := range []string{"live", "demo"} {
				there := d.venue(t, "kraken-futures", at)
				got := send(t, "GET", there.BaseURL+krakenFuturesAccounts, "", map[string][]string{
					"Apikey": {k.Key}, "Authent": {signKrakenFutures(k.Secret, "", "", "/api/v3/accounts")},
				}).object(t)["result"] == "success"
				if got != (there.BaseURL == v.BaseURL) {
					t.Errorf("%s %s %s on %s: %v", v.Exchange, v.Environment, k.Label, at, got)
				}
			}
		}
	}
}
