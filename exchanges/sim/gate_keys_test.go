package sim

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	gateKeyFields = "state mode name user_id perms ip_whitelist key created_at update_at last_access"
	gateKeysPath  = "/sub_accounts/" + gateScout + "/keys"
)

// perm is a permission in an answer.
func perm(name string, readOnly bool) any { return object{"name": name, "read_only": readOnly} }

// create makes a key for the first sub-account.
func (c gateCaller) create(t *testing.T, changes object) object {
	t.Helper()
	body := object{"mode": 1, "name": "fresh", "perms": []any{perm("spot", false)}, "ip_whitelist": []string{callerAddress}}
	maps.Copy(body, changes)
	got := c.call(t, http.MethodPost, gateKeysPath, body)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	return got.object(t)
}

// made returns a caller with the key of an answer.
func (c gateCaller) made(o object) gateCaller {
	return c.as(Key{Key: text(o, "key"), Secret: text(o, "secret")})
}

func TestGateListsTheKeysOfTheMainAccount(t *testing.T) {
	c := newGateCaller(t, "manager")
	rows := c.get(t, "/account/main_keys").rows(t)
	byName := map[string]object{}
	for _, row := range rows {
		fields(t, "row", row, gateKeyFields+" currency_pairs")
		byName[text(row, "name")] = row
	}
	if len(rows) != 7 || byName["scout"] != nil {
		t.Errorf("%d keys: %v", len(rows), byName)
	}
	at := func(age time.Duration) float64 { return float64(noon.Add(-age).Unix()) }
	tells(t, "manager", byName["manager"], object{
		"state": 1.0, "mode": 1.0, "user_id": 987654321.0, "key": c.key.Key[:12] + "*****", "ip_whitelist": []any{callerAddress},
		"perms": []any{perm("account", false), perm("spot", true)}, "currency_pairs": []any{},
		"created_at": at(9 * day), "update_at": at(9 * day), "last_access": at(0), // by this very call
	})
	tells(t, "unused", byName["unused"], object{"created_at": at(30 * day), "last_access": at(30 * day), "ip_whitelist": []any{}})
	tells(t, "trader", byName["trader"], object{"last_access": at(day)})
	tells(t, "locked", byName["locked"], object{"state": 2.0})
}

// The schema of the documentation says one object, with other types.
func TestGateTellsOfASingleKeyByTheSchema(t *testing.T) {
	a := gateAccount()
	a.Seeds = a.Seeds[1:3]
	v, clock := serveAccount(t, "gate", "testnet", a, Options{})
	c := gateCaller{v, v.key(t, "trader"), clock}
	if rows := c.get(t, "/account/main_keys").rows(t); len(rows) != 2 {
		t.Errorf("%v", rows)
	}
	clock.front.desk.book.remove(v.key(t, "unused").Key, noon)
	one := c.get(t, "/account/main_keys").object(t)
	fields(t, "object", one, strings.ReplaceAll(gateKeyFields, "update_at", "updated_at")+" currency_pairs")
	tells(t, "object", one, object{
		"name": "trader", "key": object{"mode": 1.0}, "last_access": fmt.Sprint(noon.Unix()), "created_at": fmt.Sprint(noon.Add(-40 * day).Unix()),
	})
}

func TestGateDetail(t *testing.T) {
	c := newGateCaller(t, "trader")
	detail := c.get(t, "/account/detail").object(t)
	fields(t, "detail", detail, "user_id ip_whitelist currency_pairs key tier copy_trading_role")
	tells(t, "detail", detail, object{"user_id": 987654321.0, "ip_whitelist": []any{callerAddress}, "key": object{"mode": 1.0}})
	tells(t, "of a sub-account", c.named(t, "scout").get(t, "/account/detail").object(t), object{"user_id": 10001.0})
}

func TestGateSubKeyLivesAndDies(t *testing.T) {
	c := newGateCaller(t, "manager")
	made := c.create(t, object{"mode": 2})
	fields(t, "create", made, strings.ReplaceAll(gateKeyFields, "update_at", "updated_at")+" secret")
	tells(t, "create", made, object{
		"name": "fresh", "mode": 2.0, "user_id": 10001.0, "perms": []any{perm("spot", false)}, "ip_whitelist": []any{callerAddress},
		"created_at": float64(noon.Unix()),
	})
	fresh := c.made(made)
	if rows := fresh.get(t, "/spot/accounts").rows(t); len(rows) != 0 {
		t.Errorf("a sub-account holds %v", rows)
	}
	c.clock.move(time.Hour)
	rows := c.get(t, gateKeysPath).rows(t)
	if len(rows) != 2 || rows[1]["key"] != made["key"] {
		t.Fatalf("%v", rows)
	}
	one := c.get(t, gateKeysPath+"/"+fresh.key.Key).object(t)
	fields(t, "row", one, gateKeyFields)
	if !reflect.DeepEqual(one, rows[1]) || one["last_access"] != float64(noon.Unix()) {
		t.Errorf("%v is not %v", one, rows[1])
	}
	if got := c.call(t, http.MethodDelete, gateKeysPath+"/"+fresh.key.Key, nil); got.status != http.StatusNoContent || len(got.body) > 0 {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	fresh.get(t, "/spot/accounts").refused(t, "the dead key", 401, "INVALID_KEY")
	c.call(t, http.MethodDelete, gateKeysPath+"/"+fresh.key.Key, nil).refused(t, "delete again", 404, "NOT_FOUND")
	c.get(t, gateKeysPath+"/"+fresh.key.Key).refused(t, "look again", 404, "NOT_FOUND")
	if rows := c.get(t, gateKeysPath).rows(t); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
}

// What an edit leaves out is cleared, not kept.
func TestGateEditReplacesTheWholeKey(t *testing.T) {
	c := newGateCaller(t, "manager")
	made := c.create(t, object{"mode": 2})
	path := gateKeysPath + "/" + text(made, "key")
	c.clock.move(time.Minute)
	edit := func(body object) object {
		t.Helper()
		if got := c.call(t, http.MethodPut, path, body); got.status != http.StatusNoContent {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return c.get(t, path).object(t)
	}
	edited := edit(object{"mode": 1, "name": "other", "perms": []any{perm("futures", false), perm("wallet", true)}, "ip_whitelist": []string{"198.51.100.1"}})
	tells(t, "edited", edited, object{
		"name": "other", "perms": []any{perm("futures", false), perm("wallet", true)}, "ip_whitelist": []any{"198.51.100.1"},
		"mode": 2.0, "created_at": float64(noon.Unix()), "update_at": float64(noon.Add(time.Minute).Unix()), // the mode is for life
	})
	tells(t, "cleared", edit(object{"name": "bare"}), object{"name": "bare", "perms": []any{}, "ip_whitelist": []any{}})
	c.made(made).get(t, "/spot/accounts").refused(t, "without rights", 403, "FORBIDDEN")
}

func TestGateOpenKeysEndAfter90Days(t *testing.T) {
	c := newGateCaller(t, "manager")
	open, bound := c.create(t, object{"ip_whitelist": []string{}}), c.create(t, nil)
	freed := c.create(t, nil)
	c.clock.move(80 * day)
	for _, made := range []object{open, freed} { // to one of them this is its first open day
		c.call(t, http.MethodPut, gateKeysPath+"/"+text(made, "key"), object{"name": "a", "perms": []any{perm("spot", true)}})
	}
	works := func(made object) bool { return c.made(made).get(t, "/spot/accounts").status == http.StatusOK }
	c.clock.move(10*day - time.Second)
	if !works(open) || !works(bound) || !works(freed) {
		t.Error("a key ends too early")
	}
	c.clock.move(time.Second)
	if works(open) || !works(bound) || !works(freed) {
		t.Error("not exactly the open key ends after 90 days")
	}
	c.clock.move(80 * day)
	if works(freed) || !works(bound) {
		t.Error("not exactly the key that was opened ends 90 days later")
	}
}

func TestGateRefusesKeysThatCannotBe(t *testing.T) {
	c := newGateCaller(t, "manager")
	many := slices.Repeat([]string{"198.51.100.1"}, gateMostIPs+1)
	for name, changes := range map[string]object{
		"mode":             {"mode": 3},
		"withdraw":         {"perms": []any{perm("withdraw", false)}},
		"withdrawal":       {"perms": []any{perm("withdrawal", true)}},
		"unknown right":    {"perms": []any{perm("everything", true)}},
		"a right twice":    {"perms": []any{perm("spot", true), perm("spot", false)}},
		"a range":          {"ip_whitelist": []string{"198.51.100.0/24"}},
		"IPv6":             {"ip_whitelist": []string{"2001:db8::1"}},
		"no address":       {"ip_whitelist": []string{"home"}},
		"too many of them": {"ip_whitelist": many},
		"long name":        {"name": strings.Repeat("x", gateMostLabel+1)},
	} {
		body := object{"mode": 1, "name": "n", "perms": []any{perm("spot", true)}}
		maps.Copy(body, changes)
		c.call(t, http.MethodPost, gateKeysPath, body).refused(t, name, 400, "INVALID_PARAM_VALUE")
		c.call(t, http.MethodPut, gateKeysPath+"/"+c.venue.key(t, "scout").Key, body).refused(t, name, 400, "INVALID_PARAM_VALUE")
	}
	c.call(t, http.MethodPost, gateKeysPath, []string{"no object"}).refused(t, "list", 400, "INVALID_REQUEST_BODY")
	if rows := c.get(t, gateKeysPath).rows(t); len(rows) != 1 || rows[0]["name"] != "scout" {
		t.Errorf("changed to %v", rows)
	}
}

func TestGateAccountIsFullAt20Keys(t *testing.T) {
	c := newGateCaller(t, "manager")
	for range gateMostKeys - 1 {
		c.create(t, nil)
	}
	c.call(t, http.MethodPost, gateKeysPath, object{"name": "more"}).refused(t, "one more", 400, "INVALID_PARAM_VALUE")
}

func TestGateKeysAreManagedByTheMainAccountOnly(t *testing.T) {
	c := newGateCaller(t, "manager")
	scout := gateKeysPath + "/" + c.venue.key(t, "scout").Key
	for _, test := range []struct {
		label, method, what string
		status              int
		refusal             string
	}{
		{"scout", "GET", gateKeysPath, 403, "FORBIDDEN"},
		{"blind", "GET", gateKeysPath, 403, "FORBIDDEN"},
		{"trader", "DELETE", scout, 403, "READ_ONLY"},
		{"trader", "POST", gateKeysPath, 403, "READ_ONLY"},
		{"trader", "PUT", scout, 403, "READ_ONLY"},
		{"manager", "GET", "/sub_accounts/999/keys", 400, "SUB_ACCOUNT_NOT_FOUND"},
		{"manager", "DELETE", "/sub_accounts/" + gateQuiet + "/keys/" + c.venue.key(t, "scout").Key, 404, "NOT_FOUND"},
		{"manager", "DELETE", gateKeysPath + "/" + c.venue.key(t, "trader").Key, 404, "NOT_FOUND"},
	} {
		c.named(t, test.label).call(t, test.method, test.what, nil).refused(t, test.label+" "+test.method, test.status, test.refusal)
	}
	if rows := c.named(t, "trader").get(t, gateKeysPath).rows(t); len(rows) != 1 { // looking is reading
		t.Errorf("%v", rows)
	}
}

func TestGateSubAccountsAndTheirLock(t *testing.T) {
	c := newGateCaller(t, "manager")
	rows := c.get(t, "/sub_accounts?type=0").rows(t)
	if len(rows) != 2 || rows[1]["user_id"] != 10002.0 {
		t.Fatalf("%v", rows)
	}
	fields(t, "sub-account", rows[0], "user_id login_name remark state type create_time")
	scout := c.named(t, "scout")
	for _, step := range []struct {
		act    string
		state  float64
		status int
	}{{"lock", 2, 403}, {"unlock", 1, 200}} {
		if got := c.call(t, http.MethodPost, "/sub_accounts/"+gateScout+"/"+step.act, nil); got.status != http.StatusNoContent {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if got := c.get(t, "/sub_accounts/"+gateScout).object(t); got["state"] != step.state {
			t.Errorf("%s: %v", step.act, got)
		}
		if got := scout.get(t, "/account/detail"); got.status != step.status {
			t.Errorf("%s: %d %s", step.act, got.status, got.body)
		}
		if step.act == "lock" {
			scout.get(t, "/account/detail").refused(t, "locked", 403, "ACCOUNT_LOCKED")
			c.call(t, http.MethodPost, gateKeysPath, object{"name": "n"}).refused(t, "locked", 400, "SUB_ACCOUNT_LOCKED")
		}
	}
}

func TestGateSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "gate", "live", gateAccount(), Options{Propagation: 5 * time.Second})
	c := gateCaller{v, v.key(t, "manager"), clock}
	made := c.create(t, nil)
	c.made(made).get(t, "/spot/accounts").refused(t, "new", 401, "INVALID_KEY")
	clock.move(5 * time.Second)
	c.made(made).get(t, "/spot/accounts").rows(t)
	c.call(t, http.MethodDelete, gateKeysPath+"/"+text(made, "key"), nil)
	c.made(made).get(t, "/spot/accounts").rows(t) // a while longer
	clock.move(5 * time.Second)
	c.made(made).get(t, "/spot/accounts").refused(t, "deleted", 401, "INVALID_KEY")
}
