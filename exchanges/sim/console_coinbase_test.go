package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// coinbaseAccepts reports whether a key works.
func (s *siteRig) coinbaseAccepts(k Key) bool {
	s.t.Helper()
	return coinbaseOK(s.coinbaseCall(k, http.MethodGet, coinbaseKeyCall, ""))
}

func TestCoinbasePageWalked(t *testing.T) {
	const propagation = 5 * time.Second
	for _, algorithm := range []string{"", algEd25519, algES256} {
		rig := newSiteRig(t, coinbaseSites[0], Options{Propagation: propagation})
		var e *entry
		rig.byHand("", func(d *desk) (refusal *Refusal) {
			e, refusal = d.create(form{Label: "bot", Boxes: []string{coinbaseView}, Algorithm: algorithm, IPs: "203.0.113.7"}, confirmed)
			return refusal
		})
		k := e.key()
		expect := func(works bool, when string) {
			t.Helper()
			if rig.coinbaseAccepts(k) != works {
				t.Errorf("%s %s: works is not %v", algorithm, when, works)
			}
		}
		edit := func(ips string) {
			t.Helper()
			rig.byHand("", func(d *desk) *Refusal { return d.edit(e, form{Boxes: []string{coinbaseView}, IPs: ips}, confirmed) })
		}
		expect(false, "before the news got around")
		rig.pass(propagation)
		expect(true, "new")
		edit("198.51.100.0/24")
		expect(false, "with the address off its list")
		edit("203.0.113.0/24, 2001:db8::/32")
		expect(true, "with the address on its list again")
		rig.byHand("", func(d *desk) *Refusal { return d.remove(e, confirmed) })
		expect(true, "just deleted")
		rig.pass(propagation)
		expect(false, "deleted")
	}
}

func TestCoinbasePageRefuses(t *testing.T) {
	rig := newCoinbaseRig(t)
	public, _ := newMaterial("pair").ed25519()
	for says, change := range map[string]func(*form){
		"signature algorithm":  func(f *form) { f.Algorithm = algRSA },
		"makes the secret":     func(f *form) { f.PublicKey = publicPEM(public) },
		"no passphrase":        func(f *form) { f.Passphrase = "Sim-1234567" },
		"Enter a name":         func(f *form) { f.Label = " " },
		"at most 64":           func(f *form) { f.Label = strings.Repeat("x", 65) },
		"one permission":       func(f *form) { f.Boxes = nil },
		"no such permission":   func(f *form) { f.Boxes = []string{"can_fly"} },
		"is not an IP address": func(f *form) { f.IPs = "home" },
		"no expiration date":   func(f *form) { f.Expires = "2027-01-31" },
		"no sub-account":       func(f *form) { f.Account = "DCA" },
	} {
		f := form{Label: "bot", Boxes: []string{coinbaseView}}
		change(&f)
		rig.byHand(says, func(d *desk) *Refusal { _, refusal := d.create(f, confirmed); return refusal })
	}
	if n := len(rig.desk.book.all()); n != 0 {
		t.Errorf("%d keys were made all the same", n)
	}
}

func TestCoinbasePageOverTheNetwork(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "coinbase", "live")
	if p := v.list(""); !slices.Equal(p.Makes, []string{algEd25519, algES256}) || len(p.KeyPairs) != 0 || len(p.Keys) != 4 {
		t.Errorf("%+v", p)
	}
	var made consoleKey
	v.read(http.MethodPost, "/keys", url.Values{"label": {"web"}, "box": {coinbaseView, coinbaseTransfer}, "algorithm": {algES256}}, http.StatusCreated, &made)
	if !strings.Contains(made.PrivateKey, "EC PRIVATE KEY") || made.Secret != "" || made.PublicKey == "" {
		t.Errorf("%+v", made)
	}
	if row := v.row("", "web"); !slices.Equal(row.Permissions, []string{"read", "transfer", "withdraw"}) || len(row.IPs) != 0 {
		t.Errorf("%+v", row)
	}
}

// Keys asked for by the permissions that the dashboard thinks in.
func TestCoinbasePageGives(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	k, err := s.CreateByHand("coinbase", "live", Wanted{Label: "bot", Permissions: []string{"read", "spot"}, IPs: []string{"203.0.113.7"}})
	if err != nil || k.Manages || !slices.Equal(k.Permissions, []string{"read", "spot", "futures"}) || len(k.PrivateKey) != 88 {
		t.Errorf("%+v, %v", k, err)
	}
	for _, permission := range []string{"margin", "options", "earn", "admin"} {
		if _, err := s.CreateByHand("coinbase", "live", Wanted{Label: "x", Permissions: []string{permission}}); err == nil {
			t.Errorf("the page has a box for %s", permission)
		}
	}
}

// What the demo says of its keys is what the exchange says.
func TestCoinbaseDemo(t *testing.T) {
	a := account{ID: "7"}
	coinbaseDemo(&a)
	rig := newCoinbaseRig(t, a.Seeds...)
	for label, want := range map[string]string{
		"treasury-view": "read", "payouts": "read transfer withdraw", "cb-dca-bot": "read spot futures", "spare-coinbase": "read spot futures",
	} {
		k := rig.key(label)
		if got := strings.Join(k.Permissions, " "); got != want || !rig.coinbaseAccepts(k) {
			t.Errorf("%s: %s", label, got)
		}
	}
}
