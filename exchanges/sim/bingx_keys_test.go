package sim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	bingxQuery  = "/openApi/account/v1/apiKey/query"
	bingxCreate = "/openApi/subAccount/v1/apiKey/create"
	bingxEdit   = "/openApi/subAccount/v1/apiKey/edit"
	bingxDelete = "/openApi/subAccount/v1/apiKey/del"
)

// rows returns the keys of an account as lists have them.
func (c bingxCaller) rows(t *testing.T, pairs ...string) []any {
	t.Helper()
	list, ok := c.get(t, bingxQuery, pairs...).part(t)["apiKeyList"].([]any)
	if !ok {
		t.Fatal("no list")
	}
	return list
}

// create asks for a key of the first sub-account; a change to nil leaves the
// parameter out.
func (c bingxCaller) create(t *testing.T, changes object) reply {
	t.Helper()
	return c.post(t, bingxCreate, bingxChanged(object{}, changes))
}

// bingxChanged returns what is asked of a key.
func bingxChanged(base, changes object) object {
	body := object{"subUid": 10001, "note": "fresh", "permissions": []int{1, 2}, "ipAddresses": []string{callerAddress, "198.51.100.20"}}
	maps.Copy(body, base)
	maps.Copy(body, changes)
	maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
	return body
}

// made returns a caller with the key of an answer.
func (c bingxCaller) made(o object) bingxCaller {
	return c.as(Key{Key: text(o, "apiKey"), Secret: text(o, "secretKey")})
}

func TestBingxListsKeysByAccount(t *testing.T) {
	c := newBingxCaller(t, "live", "reader")
	rows := c.rows(t, "uid", "987654321")
	byNote := map[string]object{}
	for _, row := range rows {
		fields(t, "row", row, "apiKey note permissions ipAddresses createTime updateTime")
		byNote[text(row.(object), "note")] = row.(object)
	}
	if len(rows) != 8 || byNote["scalper"] != nil || byNote["sleeper"] != nil {
		t.Errorf("%d keys: %v", len(rows), byNote)
	}
	born := float64(noon.Add(-40 * day).UnixMilli())
	tells(t, "trader", byNote["trader"], object{
		"apiKey": c.venue.key(t, "trader").Key, "permissions": []any{1.0, 2.0, 3.0}, "ipAddresses": []any{callerAddress}, "createTime": born, "updateTime": born,
	})
	tells(t, "manager", byNote["manager"], object{"permissions": []any{2.0}}) // its other right has no number
	tells(t, "mover", byNote["mover"], object{"permissions": []any{2.0, 4.0, 5.0, 7.0}})
	tells(t, "open", byNote["reader"], object{"ipAddresses": []any{}})
	if rows := c.rows(t, "uid", bingxScalper); len(rows) != 1 || rows[0].(object)["note"] != "scalper" {
		t.Errorf("%v", rows)
	}
	if rows := c.rows(t, "uid", "987654321", "apiKey", c.key.Key); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	c.get(t, bingxQuery).turnedDown(t, "no uid", 100400)
	c.get(t, bingxQuery, "uid", "999").turnedDown(t, "somebody else's", 100400)
	c.named(t, "scalper").get(t, bingxQuery, "uid", bingxScalper).turnedDown(t, "of a sub-account", 100004)
}

// One source says that lists mask keys.
func TestBingxDemoMasksKeys(t *testing.T) {
	c := newBingxCaller(t, "demo", "trader")
	id := c.key.Key
	if got := c.rows(t, "uid", "987654321", "apiKey", id)[0].(object)["apiKey"]; got != id[:6]+"****"+id[82:] {
		t.Errorf("%v", got)
	}
}

func TestBingxSubKeyLivesAndDies(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	made := c.create(t, nil).part(t)
	fields(t, "create", made, "apiKey secretKey note permissions ipAddresses")
	tells(t, "create", made, object{"note": "fresh", "permissions": []any{1.0, 2.0}, "ipAddresses": []any{callerAddress, "198.51.100.20"}})
	fresh := c.made(made)
	tells(t, "own", fresh.get(t, bingxOwn).part(t), object{"enableSpotAndMarginTrading": true, "enableFutures": false, "ipRestrict": true})
	if got := fresh.get(t, "/openApi/spot/v1/account/balance").part(t); len(got["balances"].([]any)) != 0 {
		t.Errorf("a sub-account holds %v", got)
	}
	if rows := c.rows(t, "uid", bingxScalper); len(rows) != 2 || rows[1].(object)["apiKey"] != made["apiKey"] {
		t.Errorf("%v", rows)
	}
	remove := object{"subUid": bingxScalper, "apiKey": fresh.key.Key} // a number may be a text
	if got := c.post(t, bingxDelete, remove).part(t); len(got) != 0 {
		t.Errorf("%v", got)
	}
	fresh.get(t, bingxOwn).turnedDown(t, "the dead key", 100413)
	c.post(t, bingxDelete, remove).turnedDown(t, "delete again", 100400)
	if rows := c.rows(t, "uid", bingxScalper); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
}

// The secret stays what it was; what an edit leaves out is cleared, not kept.
func TestBingxEditReplacesTheSettings(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	fresh := c.made(c.create(t, nil).part(t))
	c.clock.move(time.Minute)
	target := object{"apiKey": fresh.key.Key}
	edited := c.post(t, bingxEdit, bingxChanged(target, object{"note": "other", "permissions": []int{2, 3}, "ipAddresses": []string{callerAddress}})).part(t)
	fields(t, "edit", edited, "note permissions ipAddresses")
	tells(t, "row", c.rows(t, "uid", bingxScalper)[1].(object), object{
		"note": "other", "permissions": []any{2.0, 3.0}, "ipAddresses": []any{callerAddress},
		"createTime": float64(noon.UnixMilli()), "updateTime": float64(noon.Add(time.Minute).UnixMilli()),
	})
	tells(t, "own", fresh.get(t, bingxOwn).part(t), object{"enableFutures": true, "enableSpotAndMarginTrading": false})
	c.post(t, bingxEdit, bingxChanged(target, object{"ipAddresses": nil})).part(t)
	tells(t, "cleared", fresh.get(t, bingxOwn).part(t), object{"ipRestrict": false})
	c.post(t, bingxEdit, bingxChanged(target, object{"ipAddresses": []string{"198.51.100.1"}})).part(t)
	fresh.get(t, bingxOwn).turnedDown(t, "with a foreign address on its list", 100419)
}

func TestBingxRefusesKeysThatCannotBe(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	target := object{"apiKey": c.venue.key(t, "scalper").Key}
	many := slices.Repeat([]string{callerAddress}, bingxMostIPs+1)
	for name, changes := range map[string]object{
		"no sub-account":      {"subUid": nil},
		"unknown sub-account": {"subUid": 10003},
		"the main account":    {"subUid": 987654321},
		"no note":             {"note": nil},
		"long note":           {"note": strings.Repeat("x", bingxMostLabel+1)},
		"no right":            {"permissions": []int{}},
		"rights left out":     {"permissions": nil},
		"unknown right":       {"permissions": []int{2, 6}},
		"right 0":             {"permissions": []int{0}},
		"rights as text":      {"permissions": "1,2"},
		"withdraw from all":   {"permissions": []int{2, 5}, "ipAddresses": nil},
		"a range":             {"ipAddresses": []string{"198.51.100.0/24"}},
		"IPv6":                {"ipAddresses": []string{"2001:db8::1"}},
		"no address":          {"ipAddresses": []string{"home"}},
		"too many addresses":  {"ipAddresses": many},
		"address as text":     {"ipAddresses": callerAddress},
	} {
		c.create(t, changes).turnedDown(t, "create: "+name, 100400)
		c.post(t, bingxEdit, bingxChanged(target, changes)).turnedDown(t, "edit: "+name, 100400)
	}
	withdraw := object{"permissions": []int{2, 5}}
	c.post(t, bingxEdit, bingxChanged(target, withdraw)).turnedDown(t, "edit: withdraw", 100400)
	for name, body := range map[string]object{
		"no key": {}, "unknown key": {"apiKey": "x"}, "of the main account": {"apiKey": c.venue.key(t, "trader").Key},
		"of another": {"apiKey": target["apiKey"], "subUid": 10002},
	} {
		c.post(t, bingxDelete, bingxChanged(body, nil)).turnedDown(t, "delete: "+name, 100400)
		c.post(t, bingxEdit, bingxChanged(body, nil)).turnedDown(t, "edit: "+name, 100400)
	}
	if rows := c.rows(t, "uid", bingxScalper); len(rows) != 1 || rows[0].(object)["note"] != "scalper" {
		t.Errorf("changed to %v", rows)
	}
	c.create(t, withdraw).part(t) // with addresses it may be
}

// Writes are signed and sent as JSON: in a query there is nothing to be seen.
func TestBingxWritesAreJSON(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	c.ask(t, http.MethodPost, bingxCreate, "subUid", bingxScalper, "note", "a", "permissions", "[2]").turnedDown(t, "query", 100400)
	h := c.header()
	h.Set("Content-Type", "application/json")
	post := func(body string) reply { return send(t, http.MethodPost, c.venue.BaseURL+bingxCreate, body, h) }
	post("[1]").turnedDown(t, "a list", 100400)
	post(`{"subUid":10001}`).turnedDown(t, "no time", 100421)
	spaced := "ipAddresses=[\"" + callerAddress + "\"]&note=a b&permissions=[1,2]&subUid=10001&timestamp=" + c.stamp()
	body := `{ "timestamp": ` + c.stamp() + `, "subUid": 10001, "permissions": [1, 2], "note": "a b", "ipAddresses": [ "` + callerAddress + `" ], "signature": "`
	post(body + sign(t, c.key, spaced) + `"}`).part(t) // spaces between the values are nobody's business
	post(body+sign(t, c.key, strings.Replace(spaced, "[1,2]", "[1, 2]", 1))+`"}`).turnedDown(t, "signed with spaces", 100001)
}

func TestBingxAccountIsFullAt20Keys(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	for range bingxMostKeys - 1 {
		c.create(t, nil).part(t)
	}
	c.create(t, nil).turnedDown(t, "one more", 100400)
	c.create(t, object{"subUid": 10002}).part(t)
}

func TestBingxKeysAreManagedByManagersOnly(t *testing.T) {
	c := newBingxCaller(t, "live", "manager")
	for _, label := range []string{"trader", "reader", "scalper"} {
		c.named(t, label).create(t, nil).turnedDown(t, label, 100004)
	}
	c.named(t, "blind").create(t, nil).part(t) // it need not read
	list := c.get(t, "/openApi/subAccount/v1/list", "page", "1", "limit", "1").part(t)
	if rows := list["subAccountList"].([]any); len(rows) != 1 || rows[0].(object)["uid"] != 10001.0 || list["total"] != 2.0 {
		t.Errorf("%v", list)
	}
	c.get(t, "/openApi/subAccount/v1/list").turnedDown(t, "no page", 100400)
}

func TestBingxSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "bingx", "live", bingxTrader(), Options{Propagation: 5 * time.Second})
	c := bingxCaller{v, v.key(t, "manager"), clock}
	fresh := c.made(c.create(t, nil).part(t))
	fresh.get(t, bingxOwn).turnedDown(t, "new", 100413)
	clock.move(5 * time.Second)
	fresh.get(t, bingxOwn).part(t)
	c.post(t, bingxDelete, object{"subUid": 10001, "apiKey": fresh.key.Key}).part(t)
	fresh.get(t, bingxOwn).part(t) // a while longer
	clock.move(5 * time.Second)
	fresh.get(t, bingxOwn).turnedDown(t, "deleted", 100413)
}
