package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Nothing in the demo could not have been made on the exchange's own page.
func TestDemoKeysKeepTheRulesOfTheirPages(t *testing.T) {
	for _, f := range startAt(t, Options{World: "demo"}).fronts {
		d := f.desk
		for _, e := range d.book.all() {
			_, badIPs := d.ips.read(strings.Join(e.IPs, ","))
			w := wanted{Label: e.Label, Sub: e.Sub, Words: d.ticked(e), IPs: e.IPs, PublicKey: e.PublicKey}
			if bad := cmp.Or(d.badAccount(e.Sub), badIPs, d.badRights(w)); bad != "" {
				t.Errorf("%s %s: %s", d.title, e.Label, bad)
			}
			if d.mostKeys != 0 && len(d.book.ofSub(e.Sub)) >= d.mostKeys {
				t.Errorf("%s: no room for a new key", d.title)
			}
		}
	}
}

func TestDemoHasSubAccountsAndASecondFactor(t *testing.T) {
	for _, v := range startAt(t, Options{World: "demo"}).Describe().Venues {
		at := v.Exchange + " " + v.Environment
		if wantCode := at == "deribit testnet"; (v.TOTPSecret != "") != wantCode {
			t.Errorf("%s: second factor %q", at, v.TOTPSecret)
		}
		// sub-accounts are there for the sake of the keys that are managed in them
		manages := slices.ContainsFunc(v.Keys, func(k Key) bool { return k.Manages && k.Account == "" })
		if len(v.SubAccounts) > 0 && !manages {
			t.Errorf("%s: nobody manages the sub-accounts %v", at, v.SubAccounts)
		}
		if own := at == "binance live"; own != (len(v.SubAccounts) == 2) {
			t.Errorf("%s: sub-accounts %v", at, v.SubAccounts)
		}
		for _, k := range v.Keys {
			if k.Account != "" && !slices.Contains(v.SubAccounts, k.Account) {
				t.Errorf("%s: %s belongs to %s", at, k.Label, k.Account)
			}
		}
	}
}

// A key that is said to manage others can; one that is not cannot.
func TestManagingKeysManage(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	for _, at := range []struct{ exchange, env, managing string }{
		{"binance", "live", "grid-bot scalper sub-admin spare-binance"}, {"binance", "testnet", ""}, {"binance", "demo", ""},
		{"bybit", "live", "perp-bot subs"}, {"bybit", "testnet", ""}, {"kraken", "live", ""},
		{"deribit", "live", "key-admin"}, {"deribit", "testnet", "test-admin"},
	} {
		v := s.Describe().venue(t, at.exchange, at.env)
		var managing []string
		for _, k := range v.Keys {
			if k.Manages {
				managing = append(managing, k.Label)
			}
			if works(k) && at.exchange != "kraken" && !strings.HasSuffix(at.env, "demo") && mayManage(t, v, k) != k.Manages {
				t.Errorf("%s %s %s: manages is %v", at.exchange, at.env, k.Label, k.Manages)
			}
		}
		if got := strings.Join(managing, " "); got != at.managing {
			t.Errorf("%s %s: %s manage", at.exchange, at.env, got)
		}
	}
}

// mayManage tries to make a key with another one, in such a way that the
// exchange refuses it for its content, or asks for a code, at the latest.
func mayManage(t *testing.T, v Venue, k Key) bool {
	t.Helper()
	switch v.Exchange {
	case "binance":
		params := stamp(0)
		params.Set("email", demoArbitrage)
		query := params.Encode()
		signature := url.QueryEscape(sign(t, k, query))
		got := send(t, http.MethodPost, v.BaseURL+"/sapi/v2/sub-account/subAccountApi?"+query+"&signature="+signature, "", header(k))
		return got.status == http.StatusBadRequest && got.code(t) == -1102 // no name was sent
	case "bybit":
		c := newBybitCaller(v, k)
		h := c.header(t, "{}")
		h.Set("Content-Type", "application/json")
		return send(t, http.MethodPost, v.BaseURL+"/v5/user/create-sub-api", "{}", h).code(t) == 10001
	}
	token, _ := v.signIn(t, k, noon).object(t)["result"].(object)
	bearer, _ := token["access_token"].(string)
	got := send(t, http.MethodGet, v.BaseURL+"/api/v2/private/create_api_key?name=not-allowed&max_scope=trade:read", "",
		http.Header{"Authorization": {"Bearer " + bearer}})
	return got.status != http.StatusForbidden && !strings.Contains(string(got.body), "13021") && bearer != ""
}
