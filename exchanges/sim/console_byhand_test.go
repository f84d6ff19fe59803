package sim

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// accepted reports whether an exchange takes a key.
func (v Venue) accepted(t *testing.T, k Key, at time.Time) bool {
	t.Helper()
	var got reply
	switch v.Exchange {
	case "binance":
		query := stamp(int(at.Sub(noon) / time.Millisecond)).Encode()
		signature := strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(sign(t, k, query))
		got = send(t, http.MethodGet, v.BaseURL+"/api/v3/account?"+query+"&signature="+signature, "", header(k))
		return got.status == http.StatusOK
	case "bybit":
		c := newBybitCaller(v, k)
		c.at = at
		return c.get(t, queryAPI, "").code(t) == 0
	case "kraken":
		got, err := v.introspect(t, k, decimal(float64(at.UnixMilli()), 0))
		return err == nil && strings.Contains(string(got.body), "apiKeyName")
	case "gate":
		return gateCaller{v, k, clockAt(at)}.get(t, "/account/detail").status == http.StatusOK
	case "kucoin":
		return kucoinCaller{v, k, clockAt(at), "3"}.get(t, kucoinInfo).status == http.StatusOK
	case "htx":
		return htxCaller{venue: v, key: k, clock: clockAt(at)}.works(t)
	}
	k.Label = at.String() // is the nonce, which works once
	return strings.Contains(string(v.signIn(t, k, at).body), "access_token")
}

// keysOf returns the labels of the keys that a site has now.
func (s *Sim) keysOf(t *testing.T, exchange, env string) string {
	t.Helper()
	var labels []string
	for _, f := range s.fronts {
		if f.site.exchange == exchange && f.site.environment == env {
			f.turn.Lock()
			for _, e := range f.desk.book.all() {
				labels = append(labels, e.Label+" "+strings.Join(f.desk.ticked(e), ",")+" "+strings.Join(e.IPs, ","))
			}
			f.turn.Unlock()
		}
	}
	return strings.Join(labels, "\n")
}

func TestKeysMadeByHandWork(t *testing.T) {
	for _, at := range []struct{ exchange, env string }{
		{"binance", "live"}, {"binance", "testnet"}, {"bybit", "live"}, {"bybit", "demo"}, {"kraken", "live"}, {"deribit", "live"}, {"deribit", "testnet"},
	} {
		t.Run(at.exchange+" "+at.env, func(t *testing.T) { walkByHand(t, at.exchange, at.env) })
	}
}

// walkByHand makes, changes and deletes a key, and asks the exchange each time
// whether it takes the key.
func walkByHand(t *testing.T, exchange, env string) {
	t.Helper()
	s := startAt(t, Options{World: "empty"})
	v := s.Describe().venue(t, exchange, env)
	w := Wanted{Label: "new_bot", Permissions: []string{"read", "spot"}, IPs: []string{"203.0.113.7"}}
	k, err := s.CreateByHand(exchange, env, w)
	if err != nil {
		t.Fatal(err)
	}
	if k.Label != "new_bot" || k.Secret == "" || !slices.Contains(k.Permissions, "spot") {
		t.Errorf("%+v", k)
	}
	at := noon
	expect := func(works bool, when string, err error) {
		t.Helper()
		at = at.Add(time.Millisecond) // each nonce is larger than the last
		if err != nil || v.accepted(t, k, at) != works {
			t.Errorf("%s: works is not %v (%v)", when, works, err)
		}
	}
	expect(true, "new", nil)
	w.IPs = []string{"192.0.2.44"}
	expect(false, "with the address off its list", s.EditByHand(exchange, env, k.Key, w))
	w.IPs = []string{"203.0.113.7", "192.0.2.44"}
	expect(true, "with the address on its list again", s.EditByHand(exchange, env, k.Key, w))
	expect(false, "deleted", s.DeleteByHand(exchange, env, k.Key))
}

func TestKeysMadeByHandFromAPublicKey(t *testing.T) {
	for exchange, algorithm := range map[string]string{"binance": algEd25519, "bybit": algRSA, "deribit": algEd25519, "htx": algEd25519} {
		s := startAt(t, Options{World: "empty"})
		m := newMaterial("client", exchange)
		var public any
		private := ""
		if algorithm == algRSA {
			public, private = m.rsa()
		} else {
			public, private = m.ed25519()
		}
		k, err := s.CreateByHand(exchange, "live", Wanted{Label: "pair", Permissions: []string{"read"}, PublicKey: publicPEM(public)})
		if err != nil {
			t.Fatalf("%s: %v", exchange, err)
		}
		if k.Secret != "" || k.PrivateKey != "" {
			t.Errorf("%s shows a secret", exchange)
		}
		k.PrivateKey = private
		if !s.Describe().venue(t, exchange, "live").accepted(t, k, noon) {
			t.Errorf("%s does not take a signature by the private half", exchange)
		}
	}
}

func TestKeysMadeByHandNeedToPropagate(t *testing.T) {
	s := startAt(t, Options{World: "empty", Propagation: 5 * time.Second})
	v := s.Describe().venue(t, "kraken", "live")
	k, err := s.CreateByHand("kraken", "live", Wanted{Label: "slow", Permissions: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	if v.accepted(t, k, noon) {
		t.Error("it works at once")
	}
	s.Advance(5 * time.Second)
	if !v.accepted(t, k, noon.Add(time.Second)) {
		t.Error("it does not work after the delay")
	}
	if err := s.DeleteByHand("kraken", "live", k.Key); err != nil || !v.accepted(t, k, noon.Add(2*time.Second)) {
		t.Errorf("it stops at once (%v)", err)
	}
	s.Advance(5 * time.Second)
	if v.accepted(t, k, noon.Add(3*time.Second)) {
		t.Error("it works for ever")
	}
}

func TestByHandRefusalsChangeNothing(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	ed, _ := newMaterial("x").ed25519()
	home := []string{"203.0.113.7"}
	read, spot := []string{"read"}, []string{"read", "spot"}
	long := strings.Repeat("x", 65)
	for _, c := range []struct {
		exchange string
		w        Wanted
		says     string
	}{
		{"binance", Wanted{Permissions: read}, "Enter a name"},
		{"binance", Wanted{Label: long, Permissions: read}, "64 characters"},
		{"binance", Wanted{Label: "a\x1b[2J", Permissions: read}, "can be seen"},
		{"binance", Wanted{Label: "a"}, "at least one permission"},
		{"binance", Wanted{Label: "a", Permissions: []string{"earn"}}, `"earn"`},
		{"binance", Wanted{Label: "a", Permissions: spot}, "only have Enable Reading"},
		{"binance", Wanted{Label: "a", Permissions: []string{"withdraw"}, PublicKey: publicPEM(ed)}, "needs an IP list"},
		{"binance", Wanted{Label: "a", SubAccount: demoArbitrage, Permissions: []string{"withdraw"}, IPs: home}, "sub-accounts cannot"},
		{"binance", Wanted{Label: "a", SubAccount: "nobody@example.com", Permissions: read}, "no sub-account"},
		{"binance", Wanted{Label: "a", Permissions: spot, IPs: []string{"203.0.113.0/24"}}, "is a range"},
		{"binance", Wanted{Label: "a", Permissions: spot, IPs: []string{"2001:db8::1"}}, "not an IPv4 address"},
		{"binance", Wanted{Label: "a", Permissions: spot, IPs: []string{"0.0.0.0"}}, "every address"},
		{"binance", Wanted{Label: "a", Permissions: spot, IPs: []string{"203.0.113"}}, "not an IP address"},
		{"binance", Wanted{Label: "a", Permissions: read, PublicKey: "MCowBQ"}, "PEM form"},
		{"bybit", Wanted{Label: "a", Permissions: read, PublicKey: publicPEM(ed)}, "Use rsa"},
		{"bybit", Wanted{Label: "a", SubAccount: demoMarketMaker, Permissions: []string{"withdraw"}, IPs: home}, "subaccounts cannot"},
		{"bybit", Wanted{Label: "a", SubAccount: demoMarketMaker, Permissions: []string{"admin"}, IPs: home}, "subaccounts cannot"},
		{"kraken", Wanted{Label: "dca-bot", Permissions: read}, "already a key of this name"},
		{"kraken", Wanted{Label: long[:33], Permissions: read}, "32 characters"},
		{"kraken", Wanted{Label: "a", Permissions: []string{"futures"}}, `"futures"`},
		{"kraken", Wanted{Label: "a", Permissions: read, PublicKey: publicPEM(ed)}, "by itself"},
		{"kraken", Wanted{Label: "a", Permissions: read, IPs: []string{"203.0.113.7/24"}}, "203.0.113.0/24"},
		{"deribit", Wanted{Label: "vol-desk", Permissions: read}, "letters, digits and _"},
		{"deribit", Wanted{Label: long[:17], Permissions: read}, "16 characters"},
		{"deribit", Wanted{Label: "a", Permissions: read, IPs: []string{"::1"}}, "not an IPv4 address"},
	} {
		before := s.keysOf(t, c.exchange, "live")
		k, err := s.CreateByHand(c.exchange, "live", c.w)
		refusal := (*Refusal)(nil)
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Text, c.says) || refusal.Missing || k.Key != "" {
			t.Errorf("%s %+v: %v does not say %s", c.exchange, c.w, err, c.says)
		}
		if after := s.keysOf(t, c.exchange, "live"); after != before {
			t.Errorf("%s %+v: changed\n%s\nto\n%s", c.exchange, c.w, before, after)
		}
	}
}

func TestEditByHandObeysTheRules(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.Describe().venue(t, "binance", "live")
	before := s.keysOf(t, "binance", "live")
	grid, treasury := v.key(t, "grid-bot"), v.key(t, "treasury")
	for says, err := range map[string]error{
		"only have Enable Reading": s.EditByHand("binance", "live", grid.Key, Wanted{Permissions: []string{"read", "spot"}}),
		"needs an IP list":         s.EditByHand("binance", "live", treasury.Key, Wanted{Permissions: []string{"withdraw"}}),
		"at least one permission":  s.EditByHand("binance", "live", grid.Key, Wanted{IPs: []string{"203.0.113.7"}}),
		"not an IP address":        s.EditByHand("binance", "live", grid.Key, Wanted{Permissions: []string{"read"}, IPs: []string{"here"}}),
		"no such key":              s.EditByHand("binance", "live", "unknown", Wanted{Permissions: []string{"read"}}),
		"no box":                   s.EditByHand("binance", "live", grid.Key, Wanted{Permissions: []string{"admin"}}),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %s", err, says)
		}
	}
	if after := s.keysOf(t, "binance", "live"); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
}

func TestByHandWhereThereIsNothing(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	refusal := (*Refusal)(nil)
	k := s.Describe().venue(t, "kraken", "live").key(t, "dca-bot")
	if err := s.DeleteByHand("kraken", "live", k.Key); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteByHand("kraken", "live", k.Key); !errors.As(err, &refusal) || !refusal.Missing {
		t.Errorf("deleting twice: %v", err)
	}
	if err := s.DeleteByHand("kraken", "testnet", k.Key); err == nil || errors.As(err, new(*Refusal)) {
		t.Errorf("a site that does not exist: %v", err)
	}
}

func TestKeyLimitsByHand(t *testing.T) {
	for exchange, most := range map[string]int{"binance": 30, "bybit": 20, "deribit": 8} {
		s := startAt(t, Options{World: "empty"})
		var last Key
		for i := range most {
			k, err := s.CreateByHand(exchange, "live", Wanted{Label: "k" + decimal(float64(i), 0), Permissions: []string{"read"}})
			if err != nil {
				t.Fatalf("%s: key %d: %v", exchange, i+1, err)
			}
			last = k
		}
		more := Wanted{Label: "more", Permissions: []string{"read"}}
		if _, err := s.CreateByHand(exchange, "live", more); err == nil || !strings.Contains(err.Error(), "as many API keys") {
			t.Errorf("%s: one more than %d: %v", exchange, most, err)
		}
		if err := s.DeleteByHand(exchange, "live", last.Key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateByHand(exchange, "live", more); err != nil {
			t.Errorf("%s: after one was deleted: %v", exchange, err)
		}
	}
}

func TestOpenBybitKeysEnd(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	v := s.Describe().venue(t, "bybit", "live")
	w := Wanted{Label: "open", Permissions: []string{"read", "futures"}}
	k, err := s.CreateByHand("bybit", "live", w)
	if err != nil {
		t.Fatal(err)
	}
	info := result(t, newBybitCaller(v, k).get(t, queryAPI, ""))
	groups, _ := info["permissions"].(map[string]any)
	if derivatives, _ := groups["Derivatives"].([]any); info["expiredAt"] != noon.Add(90*day).Format(time.RFC3339) || len(derivatives) != 1 {
		t.Errorf("%v", info)
	}
	w.IPs = []string{"203.0.113.7"}
	if err := s.EditByHand("bybit", "live", k.Key, w); err != nil {
		t.Fatal(err)
	}
	if info := result(t, newBybitCaller(v, k).get(t, queryAPI, "")); info["expiredAt"] != bybitNever {
		t.Errorf("with an IP list it ends %v", info["expiredAt"])
	}
}
