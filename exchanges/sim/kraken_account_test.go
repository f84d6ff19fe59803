package sim

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"
)

func TestKrakenDescribesTheCallingKey(t *testing.T) {
	rig := newKrakenRig(t, seed{
		Label: "dca", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{"203.0.113.7", "2001:db8::/48"},
		Age: 48 * time.Hour, LastUsed: 24 * time.Hour, Expires: 240 * time.Hour,
	})
	key := rig.key("dca")
	rig.pass(time.Minute)
	info := rig.info(key)
	want := map[string]any{
		"apiKeyName": "dca", "apiKey": key.Key, "nonce": "1800000000001", "nonceWindow": 0.0,
		"createdTime": strconv.FormatInt(noon.Add(-48*time.Hour).Unix(), 10),
		"validUntil":  strconv.FormatInt(noon.Add(240*time.Hour).Unix(), 10),
		"lastUsed":    strconv.FormatInt(noon.Add(-24*time.Hour).Unix(), 10), // before this call
		"queryFrom":   "0", "queryTo": "0",
	}
	for name, value := range want {
		if info[name] != value {
			t.Errorf("%s is %v, want %v", name, info[name], value)
		}
	}
	if got, _ := json.Marshal(info["permissions"]); string(got) !=
		`["close-trades","modify-trades","query-closed-trades","query-funds","query-ledger","query-open-trades"]` {
		t.Errorf("permissions %s", got)
	}
	if got, _ := json.Marshal(info["ipAllowlist"]); string(got) != `["203.0.113.7","2001:db8::/48"]` {
		t.Errorf("addresses %s", got)
	}
}

func TestKrakenTellsTheUseBeforeTheCall(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k", Permissions: []string{"read"}})
	key := rig.key("k")
	expect := func(want any) {
		t.Helper()
		if seconds, used := want.(int); used {
			want = strconv.FormatInt(noon.Unix()+int64(seconds), 10)
		}
		if got := rig.info(key)["lastUsed"]; got != want {
			t.Errorf("last used %v, want %v", got, want)
		}
	}
	expect(nil) // never
	rig.pass(10 * time.Second)
	expect(0) // the question before counts
	rig.pass(10 * time.Second)
	rig.expect(rig.call(key, "Balance"), "")
	rig.pass(10 * time.Second)
	rig.expect(rig.signed(key, "Balance", "1", ""), krakenInvalidNonce) // refused: no use
	expect(20)
	expect(30)
}
