package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// knowsAgent reports whether Hyperliquid knows a key as an agent of the account.
func (v Venue) knowsAgent(t *testing.T, id string) bool {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	got := send(t, http.MethodPost, v.BaseURL+"/info", `{"type":"userRole","user":"`+id+`"}`, header).object(t)
	data, _ := got["data"].(object)
	return got["role"] == "agent" && data["user"] == v.Account
}

func TestAgentsByHand(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	for _, env := range []string{"live", "testnet"} {
		v := s.Describe().venue(t, "hyperliquid", env)
		mine, next := someWallet("mine"), someWallet("next")
		approve := func(address string) {
			t.Helper()
			w := Wanted{Label: "bot", Permissions: []string{"read", "spot", "futures"}, PublicKey: address}
			k, err := s.CreateByHand("hyperliquid", env, w)
			if err != nil || k.Key != strings.ToLower(address) || k.Secret+k.PrivateKey != "" || !slices.Equal(k.Permissions, w.Permissions) {
				t.Fatalf("%+v (%v)", k, err)
			}
		}
		known := func(when string, isMine, isNext bool) {
			t.Helper()
			if v.knowsAgent(t, mine.address) != isMine || v.knowsAgent(t, next.address) != isNext {
				t.Errorf("%s: agents are not %v and %v", when, isMine, isNext)
			}
		}
		approve("0x" + strings.ToUpper(mine.address[2:]))
		known("approved", true, false)
		approve(next.address)
		known("the next one of its name", false, true)
		if err := s.DeleteByHand("hyperliquid", env, next.address); err != nil {
			t.Error(err)
		}
		known("deleted", false, false)
		if err := s.DeleteByHand("hyperliquid", env, next.address); err == nil {
			t.Error("it was deleted twice")
		}
	}
}

// Without an address the page makes a pair, as the button "Generate" does.
func TestAgentsThatThePageMakes(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	e, refusal := rig.desk.create(form{Label: "made"}, confirmed)
	if refusal != nil {
		t.Fatal(refusal)
	}
	k := e.key()
	if k.Secret != "" || k.PrivateKey == "" || k.Key == rig.key("bot").Key {
		t.Errorf("%+v", k)
	}
	rig.says("it acts", rig.act(k.PrivateKey, noOp), "")
}

func TestTheAgentPageRefuses(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"), agentSeed("bot2"), agentSeed("bot3"))
	fresh := someWallet("fresh")
	for says, f := range map[string]form{
		"Enter a name":        {PublicKey: fresh.address},
		"16 characters":       {Label: "seventeen chars..", PublicKey: fresh.address},
		"0x and 40 digits":    {Label: "bot", PublicKey: fresh.address[2:]},
		"private key":         {Label: "bot", PublicKey: fresh.private},
		"already used":        {Label: "bot", PublicKey: rig.key("bot").Key},
		"Too many extra":      {Label: "bot4", PublicKey: fresh.address},
		"no IP list":          {Label: "bot", PublicKey: fresh.address, IPs: "203.0.113.7"},
		"1 to 180 days":       {Label: "bot", PublicKey: fresh.address, Expires: "181"},
		"from 1 to":           {Label: "bot", PublicKey: fresh.address, Expires: "2027-01-31"},
		"no such permission":  {Label: "bot", PublicKey: fresh.address, Boxes: []string{"spot"}},
		"no sub-account":      {Label: "bot", PublicKey: fresh.address, Account: "7"},
		"no such signature":   {Label: "bot", PublicKey: fresh.address, Algorithm: algRSA},
		"signature algorithm": {Label: "bot", Algorithm: algHMAC},
	} {
		rig.byHand(says, func(d *desk) *Refusal {
			_, refusal := d.create(f, confirmed)
			return refusal
		})
	}
	rig.lists("nothing was done", "bot bot2 bot3")
	s := startAt(t, Options{World: "empty"})
	if _, err := s.CreateByHand("hyperliquid", "live", Wanted{Label: "a", Permissions: []string{"withdraw"}}); err == nil || !strings.Contains(err.Error(), "no box") {
		t.Errorf("an agent that may withdraw: %v", err)
	}
}

func TestDaysOfAgents(t *testing.T) {
	for days, want := range map[string]time.Duration{"1": day, " 180 ": 180 * day, "": hyperliquidLife} {
		rig := newWalletRig(t, "live", Options{})
		e, refusal := rig.desk.create(form{Label: "bot", PublicKey: someWallet("a").address, Expires: days}, confirmed)
		if refusal != nil || !e.Expires.Equal(noon.Add(want)) {
			t.Errorf("%q: %v %v", days, e, refusal)
		}
	}
}

// The page has no boxes, no IP list and no edit, and asks for an address.
func TestTheAgentPageReadByAPerson(t *testing.T) {
	s := startAt(t, Options{})
	v := s.visitor(t, "hyperliquid", "live")
	list := v.html(http.MethodGet, "/", nil, http.StatusOK)
	has(t, list, "hyperliquid live: API (API wallets)", "hl-perp-bot", "Days valid, at most 180", `<input name="public_key"`)
	for _, part := range []string{"<fieldset>", `name="ips"`, "/edit", "Signature algorithm", "<textarea"} {
		if strings.Contains(list, part) {
			t.Errorf("the page has %s", part)
		}
	}
	w := someWallet("mine")
	refused := v.html(http.MethodPost, "/keys", url.Values{"label": {"bot"}, "public_key": {w.private}}, http.StatusUnprocessableEntity)
	has(t, refused, "That is a private key")
	if strings.Contains(refused, w.private[2:]) {
		t.Error("the private key comes back")
	}
	made := v.html(http.MethodPost, "/keys", url.Values{"label": {"bot"}, "public_key": {w.address}, "expires": {"30"}}, http.StatusCreated)
	has(t, made, w.address)
	if strings.Contains(made, "secret") || strings.Contains(made, "Public key") {
		t.Errorf("it shows more than the address:\n%s", made)
	}
}

// ownerOf returns the address that a private key belongs to.
func ownerOf(private string) string {
	raw, ok := hexBytes(private, 32)
	if !ok || len(private) != 66 {
		return ""
	}
	public := secp256k1.PrivKeyFromBytes(raw).PubKey()
	return addressOf(public.X(), public.Y())
}

func TestHyperliquidDemo(t *testing.T) {
	holdsDemo(t, hyperliquidSites[1], "hl-paper")
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "hyperliquid", "live")
	ends := map[string]time.Duration{"hl-perp-bot": 30 * day, "hl-vault-bot": 6 * day, "spare-hl": 90 * day}
	if len(v.Keys) != len(ends) {
		t.Errorf("%d keys", len(v.Keys))
	}
	for _, k := range v.Keys {
		if ownerOf(k.PrivateKey) != k.Key || k.Secret != "" || len(k.IPWhitelist) != 0 || k.Manages || !v.knowsAgent(t, k.Key) {
			t.Errorf("%+v", k)
		}
		s.entryOf(t, k.Key, func(e *entry) {
			if !e.Expires.Equal(noon.Add(ends[k.Label])) {
				t.Errorf("%s ends %s", k.Label, e.Expires)
			}
		})
	}
}

// Who owns an account is told where wallets do, and nowhere else.
func TestOwnersAreDescribed(t *testing.T) {
	for _, world := range worldNames {
		for _, v := range startAt(t, Options{World: world}).Describe().Venues {
			if ofWallet := v.Exchange == "hyperliquid"; ofWallet != (v.Account != "") {
				t.Errorf("%s %s: account %q", v.Exchange, v.Environment, v.Account)
			}
			if ownerOf(v.MasterKey) != v.Account {
				t.Errorf("the master key of %s belongs to %q", v.Account, ownerOf(v.MasterKey))
			}
		}
	}
}
