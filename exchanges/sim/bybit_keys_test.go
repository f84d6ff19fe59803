package sim

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	updateSelf = "/v5/user/update-api"
	deleteSelf = "/v5/user/delete-api"
	createSub  = "/v5/user/create-sub-api"
	updateSub  = "/v5/user/update-sub-api"
	deleteSub  = "/v5/user/delete-sub-api"
	listSub    = "/v5/user/sub-apikeys"
	members    = "/v5/user/query-sub-members"
	botUID     = "24680135"
	otherUID   = "13579246"
)

// bybitAccounts is a trader with two sub-accounts and keys of every standing.
func bybitAccounts() account {
	home := []string{callerAddress}
	return account{
		ID: "987654321", Balances: map[string]float64{"USDT": 100}, Subs: []string{botUID, otherUID},
		Seeds: []seed{
			{Label: "manager", Algorithm: algHMAC, Permissions: []string{"read", "spot", "transfer"}, IPs: home, Age: day},
			{Label: "trader", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: day},
			{Label: "viewer", Algorithm: algHMAC, Words: []string{"readOnly", "Wallet:AccountTransfer", "Spot:SpotTrade"}, IPs: home, Age: day},
			{Label: "banker", Algorithm: algHMAC, Words: []string{"Wallet:Withdraw", "FiatBitPay:FaitPayOrder"}, IPs: home, Age: day},
			{Label: "grid", Sub: botUID, Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: home, Age: 97 * day},
			{Label: "mover", Sub: botUID, Algorithm: algRSA, Permissions: []string{"read", "transfer"}, Age: 85 * day, Expires: 5 * day},
		},
	}
}

// bybitManager is a caller with a clock.
type bybitManager struct {
	bybitCaller
	clock *testClock
}

func newBybitManager(t *testing.T) bybitManager {
	t.Helper()
	v, clock := serveAccount(t, "bybit", "live", bybitAccounts(), Options{})
	return bybitManager{newBybitCaller(v, v.key(t, "manager")), clock}
}

func (c bybitManager) as(k Key) bybitManager { c.key = k; return c }

func (c bybitManager) named(t *testing.T, label string) bybitManager {
	t.Helper()
	return c.as(c.venue.key(t, label))
}

func (c bybitManager) ask(t *testing.T, path, query string) reply {
	t.Helper()
	c.at = c.clock.now()
	return c.get(t, path, query)
}

func (c bybitManager) post(t *testing.T, path string, body any) reply {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	c.at = c.clock.now()
	h := c.header(t, string(text))
	h.Set("Content-Type", "application/json")
	return send(t, http.MethodPost, c.venue.BaseURL+path, string(text), h)
}

// create makes a key for the first sub-account.
func (c bybitManager) create(t *testing.T, note string, changes object) object {
	t.Helper()
	body := object{"subuid": 24680135, "note": note, "readOnly": 0, "ips": callerAddress, "permissions": object{"Spot": []string{"SpotTrade"}}}
	maps.Copy(body, changes)
	return result(t, c.post(t, createSub, body))
}

// listed returns the keys of the first sub-account by their notes.
func (c bybitManager) listed(t *testing.T) map[string]object {
	t.Helper()
	out := map[string]object{}
	list, _ := result(t, c.ask(t, listSub, "subMemberId="+botUID))["result"].([]any)
	for _, item := range list {
		out[text(item.(object), "note")] = item.(object)
	}
	return out
}

// grouped returns the rights of a group in an answer.
func grouped(o object) object { groups, _ := o["permissions"].(object); return groups }

func TestBybitSubKeyLivesAndDies(t *testing.T) {
	c := newBybitManager(t)
	made := c.create(t, "fresh", object{"permissions": object{"Spot": []string{"SpotTrade"}, "ContractTrade": []string{"Order", "Position"}, "Options": []string{}}})
	fields(t, "create", made, "id note apiKey readOnly secret permissions")
	fresh := c.as(Key{Key: text(made, "apiKey"), Secret: text(made, "secret")})
	told := result(t, fresh.ask(t, queryAPI, ""))
	tells(t, "the new key", told, object{
		"note": "fresh", "id": made["id"], "readOnly": 0.0, "isMaster": false, "parentUid": "987654321", "userIDInt64": botUID,
		"userID": 24680135.0, "ips": []any{callerAddress}, "expiredAt": bybitNever, "createdAt": "2026-11-25T12:00:00Z",
	})
	tells(t, "its rights", grouped(told), object{
		"ContractTrade": []any{"Order", "Position"}, "Spot": []any{"SpotTrade"}, "Wallet": []any{}, "Options": []any{},
		"Derivatives": []any{"DerivativesTrade"}, // the exchange's own doing
	})

	item := c.listed(t)["fresh"]
	fields(t, "item", item, "id ips apiKey note status expiredAt createdAt type permissions secret readOnly deadlineDay flag")
	tells(t, "item", item, object{"secret": "******", "readOnly": false, "status": 1.0, "flag": "hmac", "apiKey": fresh.key.Key})

	edited := result(t, c.post(t, updateSub, object{
		"apikey": fresh.key.Key, "readOnly": 1, "ips": callerAddress + ",198.51.100.1", "permissions": object{"Earn": []string{"Earn"}},
	}))
	fields(t, "edit", edited, "id note apiKey readOnly secret permissions ips")
	tells(t, "edit", edited, object{"readOnly": 1.0, "secret": "", "ips": []any{callerAddress, "198.51.100.1"}})
	tells(t, "the other rights", grouped(edited), object{"Spot": []any{}, "ContractTrade": []any{}, "Derivatives": []any{}, "Earn": []any{"Earn"}})

	if gone := result(t, c.post(t, deleteSub, object{"apikey": fresh.key.Key})); len(gone) > 0 {
		t.Errorf("delete answers %v", gone)
	}
	if got := fresh.ask(t, queryAPI, ""); got.status != 200 || got.code(t) != 10003 {
		t.Errorf("the dead key: %d %s", got.status, got.body)
	}
	if _, there := c.listed(t)["fresh"]; there {
		t.Error("the dead key is listed")
	}
	if again := c.post(t, deleteSub, object{"apikey": fresh.key.Key}); again.code(t) != 10003 {
		t.Errorf("delete again: %s", again.body)
	}
}

func TestBybitSubAccountHoldsNothing(t *testing.T) {
	c := newBybitManager(t)
	for label, coins := range map[string]int{"manager": 1, "grid": 0} {
		wallet := result(t, c.named(t, label).ask(t, "/v5/account/wallet-balance", "accountType=UNIFIED"))
		if held, _ := firstOf(t, wallet["list"]).(object)["coin"].([]any); len(held) != coins {
			t.Errorf("%s holds %v", label, held)
		}
	}
}

// What a request leaves out becomes wider, not what it was.
func TestBybitEditsOfSubKeysHaveDangerousDefaults(t *testing.T) {
	c := newBybitManager(t)
	made := c.create(t, "safe", object{"readOnly": 1})
	c.clock.move(time.Hour)
	edited := result(t, c.post(t, updateSub, object{"apikey": made["apiKey"]}))
	if edited["readOnly"] != 0.0 || !reflect.DeepEqual(edited["ips"], []any{"*"}) || !reflect.DeepEqual(grouped(edited)["Spot"], []any{"SpotTrade"}) {
		t.Errorf("%v", edited)
	}
	if item := c.listed(t)["safe"]; item["status"] != 3.0 || item["expiredAt"] != "2027-02-23T13:00:00Z" || item["deadlineDay"] != 90.0 {
		t.Errorf("%v", item)
	}
	c.post(t, updateSub, object{"apikey": made["apiKey"], "readOnly": 1, "ips": callerAddress})
	if item := c.listed(t)["safe"]; item["readOnly"] != true || item["status"] != 1.0 || item["expiredAt"] != bybitNever {
		t.Errorf("with addresses again: %v", item)
	}
	nulls := result(t, c.post(t, updateSub, object{"apikey": made["apiKey"], "readOnly": nil, "ips": nil, "permissions": nil}))
	if nulls["readOnly"] != 0.0 || !reflect.DeepEqual(nulls["ips"], []any{"*"}) {
		t.Errorf("null is not left out: %v", nulls)
	}
}

func TestBybitNewSubKeyThatIsOpenEnds(t *testing.T) {
	c := newBybitManager(t)
	for _, ips := range []any{"*", "", nil} {
		made := c.create(t, "open", object{"ips": ips})
		told := result(t, c.as(Key{Key: text(made, "apiKey"), Secret: text(made, "secret")}).ask(t, queryAPI, ""))
		if !reflect.DeepEqual(told["ips"], []any{"*"}) || told["expiredAt"] != "2027-02-23T12:00:00Z" || told["deadlineDay"] != 90.0 {
			t.Errorf("ips %v: %v", ips, told)
		}
	}
}

func TestBybitSubKeyEditsAndDeletesItself(t *testing.T) {
	c := newBybitManager(t)
	own := c.named(t, "mover")
	for _, path := range []string{updateSub, deleteSub} {
		if got := own.post(t, path, object{"apikey": own.key.Key}); got.code(t) != 10001 {
			t.Errorf("%s, naming itself: %s", path, got.body)
		}
	}
	for path, code := range map[string]int{updateSelf: 10005, deleteSelf: 10005, createSub: 10005} {
		if got := own.post(t, path, object{}); got.code(t) != code {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	if got := c.named(t, "grid").post(t, deleteSub, object{}); got.code(t) != 10005 {
		t.Errorf("without a wallet right: %s", got.body)
	}
	edited := result(t, own.post(t, updateSub, object{"ips": callerAddress, "permissions": object{"Wallet": []string{"SubMemberTransferList"}}}))
	if !reflect.DeepEqual(grouped(edited)["Wallet"], []any{"SubMemberTransferList"}) {
		t.Errorf("%v", edited)
	}
	if c.listed(t)["mover"]["flag"] != "rsa" {
		t.Error("an RSA key is not told as one")
	}
	result(t, own.post(t, deleteSub, object{}))
	if got := own.ask(t, queryAPI, ""); got.code(t) != 10003 {
		t.Errorf("afterwards: %s", got.body)
	}
}

func TestBybitKeyEditsItself(t *testing.T) {
	c := newBybitManager(t)
	edited := result(t, c.post(t, updateSelf, object{
		"readOnly": 0, "ips": "198.51.100.1", "permissions": object{"Wallet": []string{"AccountTransfer"}, "Options": []string{"OptionsTrade"}},
	}))
	fields(t, "edit", edited, "id note apiKey readOnly secret permissions ips")
	if !reflect.DeepEqual(edited["ips"], []any{callerAddress}) || // they can be changed on the web page only
		!reflect.DeepEqual(grouped(edited)["Spot"], []any{}) || !reflect.DeepEqual(grouped(edited)["Options"], []any{"OptionsTrade"}) {
		t.Errorf("%v", edited)
	}
	if same := result(t, c.post(t, updateSelf, object{})); !reflect.DeepEqual(same, edited) {
		t.Errorf("nothing to change: %v", same)
	}
	result(t, c.post(t, updateSelf, object{"readOnly": 1}))
	told := result(t, c.ask(t, queryAPI, ""))
	if told["readOnly"] != 1.0 || !reflect.DeepEqual(grouped(told)["Wallet"], []any{"AccountTransfer"}) {
		t.Errorf("read-only: %v", told)
	}
	if got := c.post(t, updateSelf, object{"readOnly": 0}); got.code(t) != 10005 {
		t.Errorf("a read-only key makes itself read-write: %s", got.body)
	}
}

func TestBybitKeyDeletesItself(t *testing.T) {
	c := newBybitManager(t)
	for _, label := range []string{"viewer", "trader", "grid"} {
		if got := c.named(t, label).post(t, deleteSelf, object{}); got.status != 200 || got.code(t) != 10005 {
			t.Errorf("%s: %d %s", label, got.status, got.body)
		}
		result(t, c.named(t, label).ask(t, queryAPI, ""))
	}
	if gone := result(t, c.post(t, deleteSelf, object{})); len(gone) > 0 {
		t.Errorf("answers %v", gone)
	}
	for _, got := range []reply{c.ask(t, queryAPI, ""), c.post(t, deleteSelf, object{})} {
		if got.status != 200 || got.code(t) != 10003 {
			t.Errorf("afterwards: %d %s", got.status, got.body)
		}
	}
	result(t, c.named(t, "banker").ask(t, queryAPI, ""))
}

func TestBybitSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "bybit", "testnet", bybitAccounts(), Options{Propagation: 5 * time.Second})
	c := bybitManager{newBybitCaller(v, v.key(t, "manager")), clock}
	made := c.create(t, "slow", nil)
	fresh := c.as(Key{Key: text(made, "apiKey"), Secret: text(made, "secret")})
	if got := fresh.ask(t, queryAPI, ""); got.code(t) != 10003 || c.listed(t)["slow"] == nil {
		t.Errorf("new: %s", got.body)
	}
	clock.move(5 * time.Second)
	result(t, fresh.ask(t, queryAPI, ""))
	result(t, c.post(t, deleteSelf, object{}))
	result(t, c.ask(t, queryAPI, ""))
	if got := c.post(t, deleteSelf, object{}); got.code(t) != 10003 {
		t.Errorf("deleted twice: %s", got.body)
	}
	clock.move(5 * time.Second)
	if got := c.ask(t, queryAPI, ""); got.code(t) != 10003 {
		t.Errorf("deleted: %s", got.body)
	}
}

func TestBybitKeysOfDemoAccountsAreManagedElsewhere(t *testing.T) {
	v, clock := serveAccount(t, "bybit", "demo", bybitAccounts(), Options{})
	c := bybitManager{newBybitCaller(v, v.key(t, "manager")), clock}
	for _, route := range bybitKeyRoutes {
		if got := c.post(t, route.path, object{}); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", route.path, got.status)
		}
	}
}

func TestBybitTellsTheRateOfEachEndpoint(t *testing.T) {
	c := newBybitManager(t)
	expect := func(path string, got reply, rate int) {
		t.Helper()
		if got.header.Get("X-Bapi-Limit") != strconv.Itoa(rate) || got.header.Get("X-Bapi-Limit-Status") != strconv.Itoa(rate-1) {
			t.Errorf("%s: %v", path, got.header)
		}
	}
	expect(createSub, c.post(t, createSub, object{}), 1)
	expect(updateSub, c.post(t, updateSub, object{}), 5)
	expect(deleteSub, c.post(t, deleteSub, object{}), 5)
	expect(updateSelf, c.post(t, updateSelf, object{}), 5)
	expect(listSub, c.ask(t, listSub, "subMemberId="+botUID), 10)
	expect(members, c.ask(t, members, ""), 10)
	expect(deleteSelf, c.post(t, deleteSelf, object{}), 5)
}

func TestBybitTellsASecretOnce(t *testing.T) {
	c := newBybitManager(t)
	made := c.create(t, "once", nil)
	for _, got := range []reply{
		c.ask(t, listSub, "subMemberId="+botUID), c.post(t, updateSub, object{"apikey": made["apiKey"]}),
		c.post(t, deleteSub, object{"apikey": made["apiKey"]}),
	} {
		if strings.Contains(string(got.body), text(made, "secret")) {
			t.Errorf("%s", got.body)
		}
	}
	if other := c.create(t, "twice", nil); other["secret"] == made["secret"] || other["apiKey"] == made["apiKey"] {
		t.Error("two keys are the same")
	}
}

func TestBybitSubMembers(t *testing.T) {
	c := newBybitManager(t)
	list, _ := result(t, c.ask(t, members, ""))["subMembers"].([]any)
	fields(t, "member", firstOf(t, list), "uid username memberType status accountMode remark")
	var uids []string
	for _, one := range list {
		uids = append(uids, text(one.(object), "uid"))
	}
	if !slices.Equal(uids, []string{botUID, otherUID}) {
		t.Errorf("%v", uids)
	}
	result(t, c.named(t, "viewer").ask(t, members, "")) // reading is open to a read-only key
	for _, label := range []string{"trader", "mover"} {
		if got := c.named(t, label).ask(t, members, ""); got.code(t) != 10005 {
			t.Errorf("%s: %s", label, got.body)
		}
	}
}
