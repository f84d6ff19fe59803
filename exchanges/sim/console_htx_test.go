package sim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHTXKeysMadeByHand(t *testing.T) { walkByHand(t, "htx", "live") }

func TestHTXPageObeysItsRules(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "htx", "live")
	for says, form := range map[string]map[string][]string{
		"sub-users cannot":   {"label": {"a"}, "account": {demoHTXUser}, "box": {"readOnly", "withdraw"}},
		"range of IPv6":      {"label": {"a"}, "box": {"readOnly"}, "ips": {"2001:db8::/32"}},
		"at most 20":         {"label": {"a"}, "box": {"readOnly"}, "ips": {strings.Join(manyAddresses(21), " ")}},
		"at most 255":        {"label": {strings.Repeat("x", 256)}, "box": {"readOnly"}},
		"no passphrase":      {"label": {"a"}, "box": {"readOnly"}, "passphrase": {"secret12"}},
		"at least one":       {"label": {"a"}},
		"no such permission": {"label": {"a"}, "box": {htxManage}},
		"no expiration":      {"label": {"a"}, "box": {"readOnly"}, "expires": {"2027-01-31"}},
		"not supported":      {"label": {"a"}, "box": {"readOnly"}, "public_key": {publicPEM(parsedRSAKeys()[simulationRSAKeys[0]].Public())}},
	} {
		v.refused(http.MethodPost, "/keys", form, 422, says)
	}
	var made consoleKey
	v.read(http.MethodPost, "/keys", map[string][]string{"label": {"open"}, "box": {"trade"}}, 201, &made)
	row := v.row("", "open")
	if row.Expires == nil || !row.Expires.Equal(noon.Add(90*day)) || strings.Join(row.Boxes, " ") != "readOnly trade" ||
		strings.Join(row.Permissions, " ") != "read spot margin futures options transfer admin" {
		t.Errorf("%+v", row)
	}
	var edited consoleRow
	v.read(http.MethodPost, path(row, "edit"), map[string][]string{"box": {"readOnly"}, "ips": {"203.0.113.0/28, 2001:db8::1"}}, 200, &edited)
	if edited.Expires != nil || strings.Join(edited.Permissions, " ") != "read" || len(edited.IPs) != 2 {
		t.Errorf("with an IP list: %+v", edited)
	}
}

// Only keys of the parent manage, whatever the box says.
func TestHTXPageKnowsWhoManages(t *testing.T) {
	for _, c := range []struct {
		w       Wanted
		manages bool
		gives   string
	}{
		{Wanted{Permissions: []string{"read", "admin"}}, true, "read spot margin futures options transfer admin"},
		{Wanted{Permissions: []string{"spot"}, SubAccount: demoHTXUser}, false, "read spot margin futures options transfer"},
		{Wanted{Permissions: []string{"read"}}, false, "read"},
		{Wanted{Permissions: []string{"read", "withdraw"}}, false, "read withdraw"},
	} {
		s := startAt(t, Options{})
		c.w.Label = "new"
		k, err := s.CreateByHand("htx", "live", c.w)
		if err != nil || k.Manages != c.manages || strings.Join(k.Permissions, " ") != c.gives {
			t.Errorf("%+v: %+v (%v)", c.w, k, err)
		}
	}
	if _, err := startAt(t, Options{}).CreateByHand("htx", "live", Wanted{Label: "a", Permissions: []string{"earn"}}); err == nil || !strings.Contains(err.Error(), "no box") {
		t.Errorf("%v", err)
	}
	if k, err := startAt(t, Options{World: "empty"}).CreateByHand("htx", "live", Wanted{Label: "a", Permissions: []string{"spot"}}); err != nil || k.Manages {
		t.Errorf("without sub-users there is something to manage: %+v (%v)", k, err)
	}
}

func TestHTXPageIsFullAt20Keys(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	w := Wanted{Label: "again", Permissions: []string{"read"}}
	for range htxMostKeys {
		if _, err := s.CreateByHand("htx", "live", w); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CreateByHand("htx", "live", w); err == nil || !strings.Contains(err.Error(), "as many API keys") {
		t.Errorf("%v", err)
	}
}

// The keys of the demo do what its story says.
func TestHTXDemo(t *testing.T) {
	holdsDemo(t, htxSites[0], "dip-bot", "htx-admin", "spread-bot", "htx-old", "lost-htx", "spare-htx")
	s := startAt(t, Options{})
	v := s.Describe().venue(t, "htx", "live")
	var managing []string
	for _, k := range v.Keys {
		c := htxCaller{venue: v, key: k, clock: clockAt(noon)}
		if c.works(t) != (k.Label != "htx-old") {
			t.Errorf("%s: %s", k.Label, c.get(t, htxAccountsPath).body)
		}
		got := htxSays(t, c.call(t, http.MethodPost, htxDeletePath, object{"subUid": demoHTXUser, "accessKey": "gone"}))
		if manages := strings.HasPrefix(got, "2002"); manages != k.Manages {
			t.Errorf("%s manages: %v, and %s", k.Label, k.Manages, got)
		} else if manages {
			managing = append(managing, k.Label)
		}
	}
	if want := []string{"dip-bot", "htx-admin", "spare-htx"}; !slices.Equal(managing, want) {
		t.Errorf("%v manage", managing)
	}
	c := htxCaller{venue: v, key: v.key(t, "lost-htx"), clock: clockAt(noon)}
	rows := c.listed(t, "")
	for note, want := range map[string]object{
		"dip-bot": {"validDays": 21.0, "ipAddresses": "", "permission": "readOnly,trade"}, "htx-old": {"validDays": 0.0, "status": "expired"},
		"lost-htx": {"permission": "readOnly", "createTime": float64(noon.Add(-260 * day).UnixMilli()), "validDays": -1.0},
	} {
		tells(t, note, rows[note], want)
	}
	s.Advance(21*day + time.Second)
	c.key, c.clock = v.key(t, "dip-bot"), clockAt(noon.Add(21*day+time.Second))
	if got := htxSays(t, c.get(t, htxAccountsPath)); got != htxTooLate {
		t.Errorf("dip-bot lives longer than it says: %s", got)
	}
}
