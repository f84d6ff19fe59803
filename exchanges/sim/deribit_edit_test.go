package sim

import (
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDeribitEditsAKeyAtOnce(t *testing.T) {
	rig := newKeyRig(t)
	token := rig.login(rig.key("bot"))
	const positions = "private/get_positions"
	rig.expect(rig.get(positions, "Bearer "+token.Access), &[]object{})

	row := rig.row(rig.post("edit_api_key", `{"id":2,"max_scope":"account:read wallet:read","name":"reader",
		"enabled_features":["block_trade_approval"],"ip_whitelist":["203.0.113.7","198.51.100.20"]}`))
	want := deribitKeyRow{
		ID: 2, ClientID: rig.key("reader").Key, Name: "reader", Enabled: true, Timestamp: noon.UnixMilli(),
		MaxScope: "account:read block_rfq:none block_trade:none trade:none wallet:read",
		IPs:      []string{"203.0.113.7", "198.51.100.20"},
	}
	if !reflect.DeepEqual(row, want) {
		t.Errorf("%+v\nwant %+v", row, want)
	}
	rig.refused(rig.get(positions, "Bearer "+token.Access), deribitForbidden)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), &object{})

	var next deribitTokenReply
	rig.expect(rig.get("public/auth", "", "grant_type", "refresh_token", "refresh_token", token.Refresh), &next)
	if next.Scope != "account:read connection mainaccount wallet:read" {
		t.Errorf("refreshed to %q", next.Scope)
	}
	rig.caller = netip.MustParseAddr("198.51.100.20")
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+next.Access), &object{})
}

// What an edit does not name stays, but for the areas of the scope.
func TestDeribitEditLeavesTheRest(t *testing.T) {
	rig := newKeyRig(t)
	rig.row(rig.post("edit_api_key", `{"id":2,"max_scope":"trade:read","name":"n","enabled_features":["restricted_block_trades"]}`))
	row := rig.row(rig.manage("edit_api_key", "id", "2", "max_scope", "account:read"))
	e, _ := rig.venue.(*deribit).byNumber(2)
	if row.Name != "n" || !row.Enabled || !slices.Equal(row.IPs, []string{"203.0.113.7"}) ||
		!slices.Equal(rig.venue.(*deribit).features[e], []string{"restricted_block_trades"}) ||
		row.MaxScope != "account:read block_rfq:none block_trade:none trade:none wallet:none" {
		t.Errorf("%+v", row)
	}
	if row := rig.row(rig.manage("edit_api_key", "id", "2", "max_scope", "account:read", "ip_whitelist", "[]")); len(row.IPs) != 0 {
		t.Errorf("not open: %+v", row)
	}
}

func TestDeribitReadsAWhitelistInEveryForm(t *testing.T) {
	for name, call := range map[string]func(*keyRig) reply{
		"GET, JSON": func(rig *keyRig) reply {
			return rig.manage("edit_api_key", "id", "3", "max_scope", "account:read", "ip_whitelist", `["192.0.2.1","192.0.2.2"]`)
		},
		"GET, repeated": func(rig *keyRig) reply {
			return rig.do(http.MethodGet, "/api/v2/private/edit_api_key?id=3&max_scope=account:read&ip_whitelist=192.0.2.1&ip_whitelist=192.0.2.2",
				"", rig.bearer)
		},
		"POST": func(rig *keyRig) reply {
			return rig.post("edit_api_key", `{"id":3,"max_scope":"account:read","ip_whitelist":["192.0.2.1","192.0.2.2"]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rig := newKeyRig(t)
			if row := rig.row(call(rig)); !slices.Equal(row.IPs, []string{"192.0.2.1", "192.0.2.2"}) {
				t.Errorf("%+v", row)
			}
		})
	}
	rig := newKeyRig(t)
	if row := rig.row(rig.manage("edit_api_key", "id", "3", "max_scope", "account:read", "ip_whitelist", "192.0.2.1")); len(row.IPs) != 1 {
		t.Errorf("%+v", row)
	}
}

// An edit does all of what is asked or nothing.
func TestDeribitRefusesToEdit(t *testing.T) {
	rig := newKeyRig(t)
	before := rig.rows()
	for name, c := range map[string]struct {
		params string
		want   deribitError
	}{
		"no id":             {`{"max_scope":"trade:read"}`, deribitBadParams},
		"no scope":          {`{"id":2,"name":"x"}`, deribitBadParams},
		"more than its own": {`{"id":2,"max_scope":"wallet:read_write"}`, deribitScopeExceeded},
		"name":              {`{"id":2,"max_scope":"trade:read","name":"a b"}`, deribitBadParams},
		"enabled as text":   {`{"id":2,"max_scope":"trade:read","enabled":"false"}`, deribitBadParams},
		"enabled as number": {`{"id":2,"max_scope":"trade:read","enabled":0}`, deribitBadParams},
		"feature":           {`{"id":2,"max_scope":"trade:read","enabled_features":["speed"]}`, deribitBadParams},
		"list as text":      {`{"id":2,"max_scope":"trade:read","ip_whitelist":"192.0.2.1"}`, deribitBadParams},
		"list is null":      {`{"id":2,"max_scope":"trade:read","ip_whitelist":null}`, deribitBadParams},
		"a block":           {`{"id":2,"max_scope":"trade:read","ip_whitelist":["192.0.2.0/24"]}`, deribitBadParams},
		"IPv6":              {`{"id":2,"max_scope":"trade:read","ip_whitelist":["2001:db8::1"]}`, deribitBadParams},
		"no address":        {`{"id":2,"max_scope":"trade:read","ip_whitelist":["home"]}`, deribitBadParams},
		"numbers":           {`{"id":2,"max_scope":"trade:read","ip_whitelist":[192]}`, deribitBadParams},
		"unknown":           {`{"id":2,"max_scope":"trade:read","ips":["192.0.2.1"]}`, deribitBadParams},
		"public key":        {`{"id":2,"max_scope":"trade:read","public_key":"x"}`, deribitBadParams},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.refused(rig.post("edit_api_key", c.params), c.want)
		})
	}
	rig.t = t
	rig.refused(rig.manage("edit_api_key", "id", "2", "max_scope", "trade:read", "enabled", "0"), deribitBadParams)
	rig.refused(rig.manage("edit_api_key", "id", "2", "max_scope", "trade:read", "ip_whitelist", "[oops"), deribitBadParams)
	rig.refused(rig.manage("edit_api_key", "id", "2", "max_scope", "trade:read", "ip_whitelist", ""), deribitBadParams)
	if after := rig.rows(); !reflect.DeepEqual(before, after) {
		t.Errorf("%+v\nbecame %+v", before, after)
	}
}

func TestDeribitChangesNamesAndScopes(t *testing.T) {
	rig := newKeyRig(t)
	if row := rig.row(rig.manage("change_api_key_name", "id", "2", "name", "New_Name_1")); row.Name != "New_Name_1" || row.Secret != "" {
		t.Errorf("%+v", row)
	}
	if row := rig.row(rig.manage("change_scope_in_api_key", "id", "2", "max_scope", "wallet:read")); row.Name != "New_Name_1" ||
		row.MaxScope != "account:none block_rfq:none block_trade:none trade:none wallet:read" {
		t.Errorf("%+v", row)
	}
	for _, params := range []string{`{"id":2}`, `{"id":2,"name":""}`, `{"id":2,"name":"no spaces"}`, `{"id":2,"name":5}`, `{"id":2,"name":"x","enabled":true}`} {
		rig.refused(rig.post("change_api_key_name", params), deribitBadParams)
	}
	for _, params := range []string{`{"id":2}`, `{"id":2,"max_scope":"x"}`, `{"id":2,"max_scope":"trade:read","name":"x"}`} {
		rig.refused(rig.post("change_scope_in_api_key", params), deribitBadParams)
	}
}

// logRow is a row of get_access_log.
type logRow struct {
	ID        int
	IP        string
	Timestamp int64
	Log, Data string
}

func TestDeribitLogTellsWhatWasDoneToKeys(t *testing.T) {
	rig := newKeyRig(t)
	bot := rig.key("bot").Key
	made := rig.row(rig.manage("create_api_key", "max_scope", "trade:read"))
	rig.pass(time.Minute)
	for _, c := range [][]string{
		{"edit_api_key", "id", "2", "max_scope", "account:read trade:read_write", "name", "same_scope"}, // noted nowhere
		{"edit_api_key", "id", "2", "max_scope", "account:read", "ip_whitelist", "192.0.2.1", "enabled", "false"},
		{"disable_api_key", "id", "2"}, // it is already
		{"enable_api_key", "id", "2"},
		{"reset_api_key", "id", "2"},
		{"remove_api_key", "id", "2"},
	} {
		rig.expect(rig.manage(c[0], c[1:]...), new(any))
	}
	log := func(params ...string) (rows []logRow) {
		t.Helper()
		rig.expect(rig.manage("get_access_log", params...), &rows)
		return rows
	}
	rows := log()
	var actions []string
	for _, r := range rows {
		actions = append(actions, r.Log)
	}
	const want = "removed_api_key reset_api_key enabled_api_key disabled_api_key changed_whitelist changed_scope new_api_key"
	if got := strings.Join(actions, " "); got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
	if rows[6] != (logRow{1, DefaultCaller.String(), noon.UnixMilli(), "new_api_key", made.ClientID}) {
		t.Errorf("%+v", rows[6])
	}
	if rows[0] != (logRow{7, DefaultCaller.String(), noon.Add(time.Minute).UnixMilli(), "removed_api_key", bot}) {
		t.Errorf("%+v", rows[0])
	}
	if part := log("offset", "2", "count", "3"); !reflect.DeepEqual(part, rows[2:5]) {
		t.Errorf("%+v", part)
	}
	if part := log("offset", "7"); len(part) != 0 {
		t.Errorf("%+v", part)
	}
	for _, params := range [][]string{{"count", "0"}, {"count", "1001"}, {"offset", "-1"}, {"offset", "x"}, {"limit", "5"}} {
		rig.refused(rig.manage("get_access_log", params...), deribitBadParams)
	}
	rig.bearer = "Bearer " + rig.login(rig.key("hedger")).Access
	if rows := log(); len(rows) != 0 {
		t.Errorf("a sub-account sees the main account's: %+v", rows)
	}
}
