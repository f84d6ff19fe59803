package sim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestKucoinKeysMadeByHand(t *testing.T) { walkByHand(t, "kucoin", "live") }

// The keys of the demo do what its story says: all of them work, and those of
// the main account manage.
func TestKucoinDemo(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "kucoin", "live")
	ends := float64(noon.Add(9 * day).UnixMilli())
	for _, k := range v.Keys {
		c := kucoinCaller{v, k, clockAt(noon), "3"}
		info := c.get(t, kucoinInfo).about(t)
		if (info["expiredAt"] == ends) != (k.Label == "rebal-bot") || info["thirdPartyApp"] != "" {
			t.Errorf("%s: %v", k.Label, info)
		}
		made := c.post(t, kucoinSubKeys, object{"subName": demoKucoinDesk})
		if manages := text(made.object(t), "code") == "400100"; manages != k.Manages || manages == (k.Label == "mm2-bot") {
			t.Errorf("%s manages: %v, and %s", k.Label, k.Manages, made.body)
		}
	}
}

func TestKucoinPageObeysItsRules(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "kucoin", "live")
	form := func(pairs ...string) url.Values {
		f := parameters("label", "a", "box", "General", "passphrase", kucoinPassphrase)
		for name, values := range parameters(pairs...) {
			f[name] = values
		}
		return f
	}
	for says, bad := range map[string]url.Values{
		"7 to 32 characters":      form("passphrase", "short"),
		"24 characters":           form("label", strings.Repeat("x", 25)),
		"needs an IP restriction": form("box", "Transfer"),
		"sub-accounts cannot":     form("box", "Earn", "account", demoKucoinDesk),
		"not an IPv4 address":     form("ips", "2001:db8::1"),
	} {
		v.refused(http.MethodPost, "/keys", bad, 422, says)
	}
	var made consoleKey
	v.read(http.MethodPost, "/keys", form("box", "Spot", "ips", callerAddress, "expires", "2027-01-31"), 201, &made)
	api := s.Describe().venue(t, "kucoin", "live")
	c := kucoinCaller{api, Key{Key: made.Key, Secret: made.Secret, Passphrase: kucoinPassphrase}, &testClock{}, "3"}
	tells(t, "made", c.get(t, kucoinInfo).about(t), object{
		"permission": "General,Spot", "expiredAt": float64(time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC).UnixMilli()),
	})
}
