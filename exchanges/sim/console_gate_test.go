package sim

import (
	"net/http"
	"strings"
	"testing"
)

func TestGateKeysMadeByHand(t *testing.T) {
	for _, env := range []string{"live", "testnet"} {
		walkByHand(t, "gate", env)
	}
}

func TestGatePageIsFullAt20Keys(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	for range gateMostKeys {
		if _, err := s.CreateByHand("gate", "live", Wanted{Label: "again", Permissions: []string{"read"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CreateByHand("gate", "live", Wanted{Label: "more", Permissions: []string{"read"}}); err == nil || !strings.Contains(err.Error(), "as many API keys") {
		t.Errorf("%v", err)
	}
}

// The keys of the demo do what its story says: all but the one of a
// sub-account see the list, and one manages.
func TestGateDemo(t *testing.T) {
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "gate", "live")
	for _, k := range v.Keys {
		c := gateCaller{v, k, clockAt(noon)}
		if got := c.get(t, "/account/main_keys"); (got.status == http.StatusOK) != (k.Label != "scout-bot") {
			t.Errorf("%s: %d %s", k.Label, got.status, got.body)
		}
		made := c.call(t, http.MethodPost, "/sub_accounts/"+demoGateScout+"/keys", object{"mode": 9})
		if manages := text(made.object(t), "label") == "INVALID_PARAM_VALUE"; manages != k.Manages || manages != (k.Label == "gate-admin") {
			t.Errorf("%s manages: %v, and %s", k.Label, k.Manages, made.body)
		}
	}
	old := s.visitor(t, "gate", "live").row("", "gate-old")
	if len(old.IPs) > 0 || old.LastUsed.Before(noon) { // by the call above
		t.Errorf("%+v", old)
	}
}

func TestGatePageObeysItsRules(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "gate", "live")
	v.refused(http.MethodPost, "/keys", map[string][]string{"label": {"a"}, "box": {"spot:read", "spot:write"}}, 422, "either Read Only")
	v.refused(http.MethodPost, "/keys", map[string][]string{"label": {"a"}, "account": {demoGateScout}, "box": {"withdraw:write"}}, 422, "sub-accounts cannot")
	v.refused(http.MethodPost, "/keys", map[string][]string{"label": {"a"}, "box": {"spot:read"}, "ips": {"203.0.113.0/24"}}, 422, "is a range")
	v.refused(http.MethodPost, "/keys", map[string][]string{"label": {"a"}, "box": {"spot:read"}, "passphrase": {"secret12"}}, 422, "no passphrase")
	var made consoleKey
	v.read(http.MethodPost, "/keys", map[string][]string{"label": {"open"}, "box": {"account:read", "earn:write"}}, 201, &made)
	row := v.row("", "open")
	if end := noon.Add(gateOpenLife); row.Expires == nil || !row.Expires.Equal(end) || strings.Join(row.Permissions, " ") != "read earn" {
		t.Errorf("%+v", row)
	}
	var edited consoleRow
	v.read(http.MethodPost, path(row, "edit"), map[string][]string{"box": {"account:read"}, "ips": {callerAddress}}, 200, &edited)
	if edited.Expires != nil {
		t.Errorf("with an IP list it ends %v", edited.Expires)
	}
}
