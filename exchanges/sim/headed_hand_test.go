package sim

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A key that is made, changed and deleted on the web page works as the page
// says, and once it is gone it is as if it had never been.
func TestHeadedKeysMadeByHand(t *testing.T) {
	gone := map[string]string{"okx": "50119", "bitget": "40037"}
	for _, at := range headedSites {
		s := startAt(t, Options{World: "empty"})
		v := s.Describe().venue(t, at.exchange, at.env)
		w := Wanted{Label: "new-bot", Permissions: []string{"read", "spot"}, IPs: []string{callerAddress}, Passphrase: "Chosen-1-myself"}
		k, err := s.CreateByHand(at.exchange, at.env, w)
		if err != nil {
			t.Fatal(err)
		}
		if k.Passphrase != w.Passphrase || k.Secret == "" || !slices.Contains(k.Permissions, "spot") {
			t.Errorf("%+v", k)
		}
		caller := newHeadedCaller(v, k)
		expect := func(when, code string, err error) {
			t.Helper()
			if got := caller.introspect(t); err != nil || worded(t, got) != code {
				t.Errorf("%s %s, %s: %s (%v)", at.exchange, at.env, when, got.body, err)
			}
		}
		expect("new", at.success, nil)
		w.IPs = []string{"192.0.2.44"}
		expect("bound elsewhere", map[string]string{"okx": "50110", "bitget": "40018"}[at.exchange], s.EditByHand(at.exchange, at.env, k.Key, w))
		w.IPs = nil
		expect("open", at.success, s.EditByHand(at.exchange, at.env, k.Key, w))
		expect("deleted", gone[at.exchange], s.DeleteByHand(at.exchange, at.env, k.Key))
	}
}

func TestHeadedKeysNeedToPropagate(t *testing.T) {
	gone := map[string]string{"okx": "50119", "bitget": "40037"}
	for _, at := range headedSites {
		s := startAt(t, Options{World: "empty", Propagation: 5 * time.Second})
		k, err := s.CreateByHand(at.exchange, at.env, Wanted{Label: "slow", Permissions: []string{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		caller := newHeadedCaller(s.Describe().venue(t, at.exchange, at.env), k)
		step := func(when, code string) {
			t.Helper()
			if got := caller.introspect(t); worded(t, got) != code {
				t.Errorf("%s, %s: %s", at.exchange, when, got.body)
			}
		}
		step("at once", gone[at.exchange])
		s.Advance(5 * time.Second)
		step("after the delay", at.success)
		if err := s.DeleteByHand(at.exchange, at.env, k.Key); err != nil {
			t.Fatal(err)
		}
		step("just deleted", at.success)
		s.Advance(5 * time.Second)
		step("long deleted", gone[at.exchange])
	}
}

// manyAddresses returns n addresses.
func manyAddresses(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "192.0.2." + strconv.Itoa(i+1)
	}
	return all
}

func TestHeadedPageRefusals(t *testing.T) {
	s := startAt(t, Options{})
	carry, mirror := "carry01", s.Describe().venue(t, "bitget", "live").SubAccounts[0]
	read, home := []string{"read"}, []string{callerAddress}
	for _, c := range []struct {
		exchange string
		w        Wanted
		says     string
	}{
		{"okx", Wanted{Label: "a", Permissions: read, Passphrase: "Short1!"}, "8 to 32"},
		{"okx", Wanted{Label: "a", Permissions: read, Passphrase: "nouppercase1!"}, "upper-case"},
		{"okx", Wanted{Label: "a", Permissions: read, Passphrase: "NOLOWERCASE1!"}, "lower-case"},
		{"okx", Wanted{Label: "a", Permissions: read, Passphrase: "NoDigits!!"}, "digit"},
		{"okx", Wanted{Label: "a", Permissions: read, Passphrase: "NothingSpecial1"}, "special"},
		{"okx", Wanted{Label: "swap-bot", Permissions: read}, "already a key of this name"},
		{"okx", Wanted{Label: strings.Repeat("x", 51), Permissions: read}, "50 characters"},
		{"okx", Wanted{Label: "a", SubAccount: carry, Permissions: []string{"withdraw"}}, "sub-accounts cannot"},
		{"okx", Wanted{Label: "a", Permissions: read, IPs: manyAddresses(21)}, "at most 20"},
		{"bitget", Wanted{Label: "a", Permissions: read, Passphrase: "lettersonly"}, "8 to 32"},
		{"bitget", Wanted{Label: "a", Permissions: read, Passphrase: strings.Repeat("a1", 17)}, "8 to 32"},
		{"bitget", Wanted{Label: strings.Repeat("x", 27), Permissions: read}, "26 characters"},
		{"bitget", Wanted{Label: "a", Permissions: []string{"withdraw"}}, "linked IP"},
		{"bitget", Wanted{Label: "a", SubAccount: mirror, Permissions: []string{"withdraw"}, IPs: home}, "sub-accounts cannot"},
		{"bitget", Wanted{Label: "a", Permissions: []string{"options"}}, `"options"`},
		{"bitget", Wanted{Label: "a", Permissions: read, IPs: manyAddresses(31)}, "at most 30"},
		{"bitget", Wanted{Label: "a", Permissions: read, IPs: []string{"203.0.113.0/24"}}, "is a range"},
		{"bitget", Wanted{Label: "a", Permissions: read, IPs: []string{"2001:db8::1"}}, "not an IPv4"},
	} {
		_, err := s.CreateByHand(c.exchange, "live", c.w)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %+v: %v does not say %q", c.exchange, c.w, err, c.says)
		}
	}
}

// A key that is said to manage others can; one that is not cannot.
func TestHeadedManagingKeys(t *testing.T) {
	s := startAt(t, Options{})
	for _, at := range []struct {
		exchange, env, path, managing string
		denied                        []string
	}{
		{"okx", "live", okxKeys, "okx-master spare-okx", []string{"50120", "59500", "50035"}},
		{"okx", "demo", okxKeys, "", []string{"50038"}},
		{"bitget", "live", bitgetCreateKey, "bg-master", []string{"40014", "40048", "40018"}},
		{"bitget", "demo", bitgetVirtualCreate, "", []string{"40014"}},
	} {
		v := s.Describe().venue(t, at.exchange, at.env)
		var managing []string
		for _, k := range v.Keys {
			if k.Manages {
				managing = append(managing, k.Label)
			}
			if got := newHeadedCaller(v, k).post(t, at.path, "{}"); slices.Contains(at.denied, worded(t, got)) == k.Manages {
				t.Errorf("%s %s: manages is %v: %s", at.exchange, k.Label, k.Manages, got.body)
			}
		}
		if got := strings.Join(managing, " "); got != at.managing {
			t.Errorf("%s %s: %s manage", at.exchange, at.env, got)
		}
	}
}
