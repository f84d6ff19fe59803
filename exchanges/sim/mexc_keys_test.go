package sim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const mexcSubKeys = "/api/v3/sub-account/apiKey"

// rows returns the keys of the first sub-account as its master sees them.
func (c mexcCaller) rows(t *testing.T) []any {
	t.Helper()
	list, _ := c.get(t, mexcSubKeys, "subAccount", mexcSniper).object(t)["subAccount"].([]any)
	return list
}

// create asks for a key; the changes come as name, value, name …, an empty
// value leaving the parameter out.
func (c mexcCaller) create(t *testing.T, changes ...string) reply {
	t.Helper()
	names := []string{"subAccount", "note", "permissions", "ip"}
	values := map[string]string{
		"subAccount": mexcSniper, "note": "fresh", "permissions": "SPOT_ACCOUNT_READ,SPOT_DEAL_WRITE", "ip": callerAddress + ",198.51.100.20",
	}
	for i := 0; i < len(changes); i += 2 {
		values[changes[i]] = changes[i+1]
	}
	var asked []string
	for _, name := range names {
		if values[name] != "" {
			asked = append(asked, name, values[name])
		}
	}
	return c.ask(t, http.MethodPost, mexcSubKeys, asked...)
}

// made returns a caller with the key of an answer.
func (c mexcCaller) made(o object) mexcCaller {
	return c.as(Key{Key: text(o, "apiKey"), Secret: text(o, "secretKey")})
}

func TestMexcSubKeyLivesAndDies(t *testing.T) {
	const row = "note apiKey permissions ip creatTime"
	c := newMexcCaller(t, "manager")
	made := c.create(t).object(t)
	fields(t, "create", made, row+" subAccount secretKey")
	tells(t, "create", made, object{
		"subAccount": mexcSniper, "note": "fresh", "permissions": "SPOT_ACCOUNT_READ,SPOT_DEAL_WRITE", "ip": callerAddress + ",198.51.100.20",
		"creatTime": float64(noon.UnixMilli()),
	})
	fresh := c.made(made)
	if got := fresh.get(t, mexcAccount); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	fresh.get(t, "/api/v3/openOrders").says(t, "a right that it lacks", 700007)
	rows := c.rows(t)
	if len(rows) != 2 || rows[1].(object)["apiKey"] != made["apiKey"] {
		t.Fatalf("%v", rows)
	}
	fields(t, "row", rows[1], row)
	remove := func() reply {
		return c.ask(t, http.MethodDelete, mexcSubKeys, "subAccount", mexcSniper, "apiKey", fresh.key.Key)
	}
	if gone := remove().object(t); len(gone) != 1 || gone["subAccount"] != mexcSniper {
		t.Errorf("%v", gone)
	}
	fresh.get(t, mexcAccount).says(t, "the dead key", 10072)
	remove().says(t, "delete again", 730706)
	if rows := c.rows(t); len(rows) != 1 || rows[0].(object)["note"] != "sniper" {
		t.Errorf("%v", rows)
	}
}

func TestMexcRefusesKeysThatCannotBe(t *testing.T) {
	c := newMexcCaller(t, "manager")
	for name, test := range map[string]struct {
		parameter, value string
		code             int
	}{
		"no sub-account":      {"subAccount", "", 730600},
		"unknown sub-account": {"subAccount", "nobody123", 140001},
		"no note":             {"note", "", 730700},
		"long note":           {"note", strings.Repeat("x", mexcMostLabel+1), 730002},
		"no right":            {"permissions", "", 730701},
		"unknown right":       {"permissions", "SPOT_EVERYTHING", 730702},
		"withdraw":            {"permissions", "SPOT_ACCOUNT_READ,SPOT_WITHDRAW_WRITE", 730702},
		"see withdrawals":     {"permissions", "SPOT_WITHDRAW_READ", 730702},
		"spaces":              {"permissions", "SPOT_ACCOUNT_READ, SPOT_DEAL_READ", 730702},
		"too many addresses":  {"ip", strings.Join(slices.Repeat([]string{callerAddress}, mexcMostIPs+1), ","), 730703},
		"a range":             {"ip", "198.51.100.0/24", 730704},
		"IPv6":                {"ip", "2001:db8::1", 730704},
		"no address":          {"ip", "home", 730704},
	} {
		c.create(t, test.parameter, test.value).says(t, name, test.code)
	}
	c.ask(t, http.MethodDelete, mexcSubKeys, "subAccount", mexcSniper).says(t, "delete nothing", 730707)
	for label, sub := range map[string]string{"trader": mexcSniper, "sniper": mexcQuiet} {
		c.ask(t, http.MethodDelete, mexcSubKeys, "subAccount", sub, "apiKey", c.venue.key(t, label).Key).says(t, "delete another's "+label, 730706)
	}
	if rows := c.rows(t); len(rows) != 1 {
		t.Errorf("changed to %v", rows)
	}
}

func TestMexcAccountIsFullAt30Keys(t *testing.T) {
	c := newMexcCaller(t, "manager")
	for range mexcMostKeys - 1 {
		if got := c.create(t); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	c.create(t).says(t, "one more", 730705)
	if got := c.create(t, "subAccount", mexcQuiet); got.status != http.StatusOK {
		t.Errorf("in another sub-account: %s", got.body)
	}
}

func TestMexcOpenSubKeysEndAfter90Days(t *testing.T) {
	c := newMexcCaller(t, "manager")
	open, bound := c.made(c.create(t, "ip", "").object(t)), c.made(c.create(t).object(t))
	works := func(c mexcCaller) bool { return c.get(t, mexcAccount).status == http.StatusOK }
	c.clock.move(mexcOpenLife - time.Second)
	if !works(open) || !works(bound) {
		t.Error("a key ends too early")
	}
	c.clock.move(time.Second)
	if works(open) || !works(bound) {
		t.Error("not exactly the open key ends after 90 days")
	}
}

func TestMexcKeysAreManagedByTheMainAccountOnly(t *testing.T) {
	c := newMexcCaller(t, "manager")
	for _, label := range []string{"sniper", "blind"} {
		c.named(t, label).create(t).says(t, label, 700007)
		c.named(t, label).get(t, mexcSubKeys, "subAccount", mexcSniper).says(t, label, 700007)
	}
	if got := c.named(t, "trader").create(t); got.status != http.StatusOK {
		t.Errorf("a key that may see the account: %s", got.body)
	}
	list, _ := c.get(t, "/api/v3/sub-account/list").object(t)["subAccounts"].([]any)
	if len(list) != 2 {
		t.Fatalf("%v", list)
	}
	fields(t, "sub-account", list[0], "subAccount isFreeze createTime uid")
	list, _ = c.get(t, "/api/v3/sub-account/list", "limit", "1", "page", "2").object(t)["subAccounts"].([]any)
	if len(list) != 1 || list[0].(object)["subAccount"] != mexcQuiet {
		t.Errorf("second page: %v", list)
	}
}

func TestMexcSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "mexc", "live", mexcTrader(), Options{Propagation: 5 * time.Second})
	c := mexcCaller{v, v.key(t, "manager"), clock}
	fresh := c.made(c.create(t).object(t))
	fresh.get(t, mexcAccount).says(t, "new", 10072)
	clock.move(5 * time.Second)
	if got := fresh.get(t, mexcAccount); got.status != http.StatusOK {
		t.Errorf("%s", got.body)
	}
	c.ask(t, http.MethodDelete, mexcSubKeys, "subAccount", mexcSniper, "apiKey", fresh.key.Key)
	if got := fresh.get(t, mexcAccount); got.status != http.StatusOK {
		t.Errorf("it stops at once: %s", got.body)
	}
	clock.move(5 * time.Second)
	fresh.get(t, mexcAccount).says(t, "deleted", 10072)
}
