package sim

import (
	"maps"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	bitgetSubKeys         = "/api/v3/user/sub-api-list?subUid="
	bitgetCreateKey       = "/api/v3/user/create-sub-api"
	bitgetUpdateKey       = "/api/v3/user/update-sub-api"
	bitgetDeleteKey       = "/api/v3/user/delete-sub-api"
	bitgetVirtualSubsPath = "/api/v2/user/virtual-subaccount-list"
	bitgetVirtualList     = "/api/v2/user/virtual-subaccount-apikey-list?subAccountUid="
	bitgetVirtualCreate   = "/api/v2/user/create-virtual-subaccount-apikey"
	bitgetVirtualModify   = "/api/v2/user/modify-virtual-subaccount-apikey"
)

// bitgetForms are good keys for the first sub-account, by the path that makes
// them.
func bitgetForms(path string) object {
	if path == bitgetCreateKey {
		return object{
			"subUid": bitgetUID, "note": "fresh", "type": "read_write", "passphrase": "Chosen1here", "permissions": []string{"uta_trade"},
			"ips": []string{callerAddress},
		}
	}
	return object{
		"subAccountUid": bitgetUID, "label": "fresh", "passphrase": "Chosen1here", "permList": []string{"spot_trade", "contract_trade"},
		"ipList": []string{callerAddress},
	}
}

func TestBitgetSubKeyLivesAndDies(t *testing.T) {
	c, clock := newBitgetCaller(t)
	made := one(t, c.with(t, bitgetCreateKey, bitgetForms(bitgetCreateKey)))
	fields(t, "create", made, "note apiKey secret type permissions ips")
	tells(t, "create", made, object{"note": "fresh", "type": "read_write", "permissions": []any{"uta_trade"}, "ips": []any{callerAddress}})
	id := text(made, "apiKey")
	fresh := c.as(id, text(made, "secret"), "Chosen1here")
	tells(t, "the new key", one(t, fresh.get(t, bitgetInfoPath)), object{"userId": bitgetUID, "parentId": "123456789", "permType": "read-and-write"})
	wants(t, "with another passphrase", c.as(id, text(made, "secret"), "Chosen2here").get(t, bitgetInfoPath), 400, "40012")

	clock.move(time.Hour)
	list := one(t, c.get(t, bitgetSubKeys+bitgetUID))
	fields(t, "list", list, "items hasNext cursor")
	if all := names(t, list["items"], "note"); !reflect.DeepEqual(all, []string{"grid", "fresh"}) { // not the classic one
		t.Errorf("listed: %v", all)
	}
	item := list["items"].([]any)[1].(object)
	fields(t, "item", item, "note apiKey type permissions ips ts")
	tells(t, "item", item, object{"apiKey": id, "ts": strconv.FormatInt(noon.UnixMilli(), 10)})

	wants(t, "delete", c.with(t, bitgetDeleteKey, object{"apiKey": id}), 200, "00000")
	wants(t, "the dead key", fresh.get(t, bitgetInfoPath), 400, "40037")
	wants(t, "delete again", c.with(t, bitgetDeleteKey, object{"apiKey": id}), 400, "40065")
	if all := names(t, one(t, c.get(t, bitgetSubKeys+bitgetUID))["items"], "note"); !reflect.DeepEqual(all, []string{"grid"}) {
		t.Errorf("listed after that: %v", all)
	}
}

// A key of a classic sub-account can be stripped by API, but not deleted.
func TestBitgetVirtualKeyLives(t *testing.T) {
	c, _ := newBitgetCaller(t)
	made := one(t, c.with(t, bitgetVirtualCreate, bitgetForms(bitgetVirtualCreate)))
	fields(t, "create", made, "subAccountUid label subAccountApiKey secretKey permList ipList")
	tells(t, "create", made, object{"label": "fresh", "permList": []any{"spot_trade", "contract_trade"}, "ipList": []any{callerAddress}})
	id := text(made, "subAccountApiKey")
	fresh := c.as(id, text(made, "secretKey"), "Chosen1here")
	tells(t, "the new key", one(t, fresh.get(t, bitgetClassicPath)), object{"userId": bitgetUID, "authorities": []any{"coow", "cpow", "stow"}})

	items, _ := data(t, c.named(t, "old-lister").get(t, bitgetVirtualList+bitgetUID)).([]any)
	if all := names(t, items, "label"); !reflect.DeepEqual(all, []string{"old-grid", "fresh"}) { // not the unified one
		t.Fatalf("listed: %v", all)
	}
	fields(t, "item", items[1], "subAccountUid label subAccountApiKey permList ipList")

	stripped := object{"subAccountUid": bitgetUID, "subAccountApiKey": id, "passphrase": "Chosen1here", "label": "dying", "permList": []string{}}
	tells(t, "stripped", one(t, c.with(t, bitgetVirtualModify, stripped)), object{"label": "dying", "permList": []any{}, "ipList": []any{}})
	tells(t, "what is left", one(t, fresh.get(t, bitgetClassicPath)), object{"authorities": []any{}, "ips": ""})
	wants(t, "delete by the other API", c.with(t, bitgetDeleteKey, object{"apiKey": id}), 400, "40065")
}

// What v2 is not told of permissions stays, and what it is not told of
// addresses goes.
func TestBitgetEditsOfVirtualKeysHaveDangerousDefaults(t *testing.T) {
	c, _ := newBitgetCaller(t)
	made := one(t, c.with(t, bitgetVirtualCreate, changed(bitgetForms(bitgetVirtualCreate), object{"permList": []string{"read", "transfer", "margin_trade"}})))
	edit := changed(bitgetForms(bitgetVirtualCreate), object{"subAccountApiKey": made["subAccountApiKey"], "permList": nil, "ipList": nil, "label": "renamed"})
	tells(t, "edit", one(t, c.with(t, bitgetVirtualModify, edit)),
		object{"label": "renamed", "permList": []any{"read", "margin_trade", "transfer"}, "ipList": []any{}})
}

func TestBitgetEdits(t *testing.T) {
	c, _ := newBitgetCaller(t)
	made := one(t, c.with(t, bitgetCreateKey, bitgetForms(bitgetCreateKey)))
	was := object{"note": "fresh", "type": "read_write", "permissions": []any{"uta_trade"}, "ips": []any{callerAddress}}
	for _, step := range []object{
		{}, {"ips": []any{}}, {"type": "read_only", "permissions": []any{"uta_mgt", "uta_trade"}}, {"ips": []any{"192.0.2.1", callerAddress}},
		{"type": "read_write", "permissions": []any{"uta_mgt"}, "ips": []any{"198.51.100.1"}},
	} {
		edited := one(t, c.with(t, bitgetUpdateKey, changed(object{"apiKey": made["apiKey"], "passphrase": "Chosen1here"}, step)))
		fields(t, "edit", edited, "note apiKey type permissions ips")
		maps.Copy(was, step)
		tells(t, "edit", edited, was)
	}
	fresh := c.as(text(made, "apiKey"), text(made, "secret"), "Chosen1here")
	wants(t, "from an address that went", fresh.get(t, bitgetInfoPath), 400, "40018")
}

func TestBitgetCreateRefusals(t *testing.T) {
	c, _ := newBitgetCaller(t)
	for _, r := range []struct {
		what    string
		unified object
		virtual object
		code    string
	}{
		{"no sub-account", object{"subUid": nil}, object{"subAccountUid": nil}, "40019"},
		{"another's sub-account", object{"subUid": "1"}, object{"subAccountUid": "1"}, "40066"},
		{"no name", object{"note": nil}, object{"label": nil}, "40020"},
		{"a name that is long", object{"note": strings.Repeat("x", 21)}, object{"label": strings.Repeat("x", 21)}, "40020"},
		{"no passphrase", object{"passphrase": nil}, object{"passphrase": nil}, "40070"},
		{"a special character", object{"passphrase": "Chosen-1-here"}, object{"passphrase": "Chosen-1-here"}, "40070"},
		{"a long passphrase", object{"passphrase": strings.Repeat("a1", 17)}, object{"passphrase": strings.Repeat("a1", 17)}, "40070"},
		{"an unknown right", object{"permissions": []string{"fly"}}, object{"permList": []string{"fly"}}, "40040"},
		{"withdrawing", object{"permissions": []string{"withdraw"}}, object{"permList": []string{"withdraw"}}, "40040"},
		{"a range", object{"ips": []string{"192.0.2.0/24"}}, object{"ipList": []string{"192.0.2.0/24"}}, "40020"},
		{"IPv6", object{"ips": []string{"2001:db8::1"}}, object{"ipList": []string{"2001:db8::1"}}, "40020"},
		{"31 addresses", object{"ips": manyAddresses(31)}, object{"ipList": manyAddresses(31)}, "40020"},
		{"a text for a list", object{"ips": callerAddress}, object{"ipList": callerAddress}, "40020"},
	} {
		for path, changes := range map[string]object{bitgetCreateKey: r.unified, bitgetVirtualCreate: r.virtual} {
			wants(t, path+": "+r.what, c.with(t, path, changed(bitgetForms(path), changes)), 400, r.code)
		}
	}
	for what, r := range map[string]struct { // of v3 only
		changes object
		code    string
	}{
		"no type":                  {object{"type": nil}, "40020"},
		"another type":             {object{"type": "write"}, "40020"},
		"no permissions":           {object{"permissions": []string{}}, "40040"},
		"no list of addresses":     {object{"ips": nil}, "40020"},
		"a note with a digit":      {object{"note": "1st"}, "40020"},
		"a note with other things": {object{"note": "a b"}, "40020"},
	} {
		wants(t, what, c.with(t, bitgetCreateKey, changed(bitgetForms(bitgetCreateKey), r.changes)), 400, r.code)
	}
	if all := names(t, one(t, c.get(t, bitgetSubKeys+bitgetUID))["items"], "note"); !reflect.DeepEqual(all, []string{"grid"}) {
		t.Errorf("something was made: %v", all)
	}
	if all := names(t, data(t, c.get(t, bitgetVirtualList+bitgetUID)), "label"); !reflect.DeepEqual(all, []string{"old-grid"}) {
		t.Errorf("something was made: %v", all)
	}
}

func TestBitgetEditAndDeleteRefusals(t *testing.T) {
	c, clock := newBitgetCaller(t)
	v, _ := clock.front.venue.(*bitget)
	grid, old := c.venue.key(t, "grid"), c.venue.key(t, "old-grid")
	for path, forms := range map[string]map[string]object{
		bitgetUpdateKey: {
			"40019": {"passphrase": grid.Passphrase},
			"40065": {"apiKey": old.Key, "passphrase": old.Passphrase}, // of the other generation
			"40012": {"apiKey": grid.Key, "passphrase": "Chosen1here", "ips": []string{}},
			"40040": {"apiKey": grid.Key, "passphrase": grid.Passphrase, "type": "read_only"}, // without permissions
			"40020": {"apiKey": grid.Key, "passphrase": grid.Passphrase, "ips": []string{"x"}},
			"40017": nil,
		},
		bitgetDeleteKey: {"40019": {}, "40065": {"apiKey": c.key.Key}, "40020": {"apiKey": []string{grid.Key}}},
		bitgetVirtualModify: {
			"40019": {"subAccountUid": bitgetUID, "label": "a", "passphrase": old.Passphrase},
			"40065": {"subAccountUid": bitgetOtherUID, "subAccountApiKey": old.Key, "label": "a", "passphrase": old.Passphrase},
			"40012": {"subAccountUid": bitgetUID, "subAccountApiKey": old.Key, "label": "a", "passphrase": "Chosen1here"},
			"40040": {"subAccountUid": bitgetUID, "subAccountApiKey": old.Key, "label": "a", "passphrase": old.Passphrase, "permList": []string{"fly"}},
			"40020": {"subAccountUid": bitgetUID, "subAccountApiKey": old.Key, "passphrase": old.Passphrase},
		},
	} {
		for code, form := range forms {
			wants(t, path, c.with(t, path, form), 400, code)
		}
	}
	for id, label := range map[string]string{grid.Key: "grid", old.Key: "old-grid"} {
		if e, ok := v.listed(id); !ok || e.Label != label || !reflect.DeepEqual(e.IPs, []string{callerAddress}) {
			t.Errorf("%s has changed: %+v", label, e)
		}
	}
}

func TestBitgetWhoManages(t *testing.T) {
	c, _ := newBitgetCaller(t)
	for _, who := range []struct{ label, v3Read, v3Write, v2Read, v2Write string }{
		{"manager", "00000", "40019", "00000", "40019"},
		{"trader", "40014", "40014", "40014", "40014"},
		{"viewer", "00000", "40014", "00000", "40014"}, // may look, but not act
		{"open", "40018", "40018", "40018", "40018"},
		{"grid", "40048", "40048", "40048", "40048"},
		{"old-manager", "40084", "40084", "00000", "40019"},
		{"old-lister", "40084", "40084", "00000", "40014"},
		{"old-grid", "40084", "40084", "40048", "40048"},
	} {
		by := c.named(t, who.label)
		for path, want := range map[string]string{bitgetSubKeys + bitgetUID: who.v3Read, bitgetVirtualList + bitgetUID: who.v2Read} {
			if got := by.get(t, path); worded(t, got) != want {
				t.Errorf("%s, %s: %s", who.label, path, got.body)
			}
		}
		for path, want := range map[string]string{bitgetCreateKey: who.v3Write, bitgetVirtualCreate: who.v2Write} {
			if got := by.post(t, path, "{}"); worded(t, got) != want {
				t.Errorf("%s, %s: %s", who.label, path, got.body)
			}
		}
	}
}

func TestBitgetSubAccountsAndPages(t *testing.T) {
	c, _ := newBitgetCaller(t)
	if all := names(t, one(t, c.get(t, bitgetVirtualSubsPath))["subAccountList"], "subAccountUid"); !reflect.DeepEqual(all, []string{bitgetUID, bitgetOtherUID}) {
		t.Errorf("%v", all)
	}
	if all := names(t, one(t, c.get(t, "/api/v3/user/sub-list"))["list"], "subUid"); !reflect.DeepEqual(all, []string{bitgetUID, bitgetOtherUID}) {
		t.Errorf("%v", all)
	}
	for i := range 3 {
		form := changed(bitgetForms(bitgetCreateKey), object{"subUid": bitgetOtherUID, "note": "k" + strconv.Itoa(i)})
		wants(t, "create", c.with(t, bitgetCreateKey, form), 200, "00000")
	}
	first := one(t, c.get(t, bitgetSubKeys+bitgetOtherUID+"&limit=2"))
	second := one(t, c.get(t, bitgetSubKeys+bitgetOtherUID+"&limit=2&cursor="+text(first, "cursor")))
	if a, b := names(t, first["items"], "note"), names(t, second["items"], "note"); first["hasNext"] != true || second["hasNext"] != false ||
		!reflect.DeepEqual(append(a, b...), []string{"k0", "k1", "k2"}) {
		t.Errorf("%v, then %v", first, second)
	}
	for query, code := range map[string]string{"&limit=101": "40020", "&limit=0": "40020", "&cursor=x": "40020"} {
		wants(t, query, c.get(t, bitgetSubKeys+bitgetOtherUID+query), 400, code)
	}
	wants(t, "no sub-account", c.get(t, bitgetSubKeys), 400, "40019")
	wants(t, "no sub-account", c.get(t, bitgetVirtualList+"1"), 400, "40066")
}

func TestBitgetKeyLimit(t *testing.T) {
	c, _ := newBitgetCaller(t)
	form := changed(bitgetForms(bitgetCreateKey), object{"subUid": bitgetOtherUID})
	last := object{}
	for range bitgetMostKeys { // names may be the same
		last = one(t, c.with(t, bitgetCreateKey, form))
	}
	wants(t, "one more", c.with(t, bitgetCreateKey, form), 400, "40063")
	virtual := changed(bitgetForms(bitgetVirtualCreate), object{"subAccountUid": bitgetOtherUID})
	wants(t, "one more, by v2", c.with(t, bitgetVirtualCreate, virtual), 400, "40063")
	wants(t, "delete", c.with(t, bitgetDeleteKey, object{"apiKey": last["apiKey"]}), 200, "00000")
	wants(t, "after that", c.with(t, bitgetVirtualCreate, virtual), 200, "00000")
}
