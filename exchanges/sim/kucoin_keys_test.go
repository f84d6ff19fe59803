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
	kucoinSubKeys    = "/api/v1/sub/api-key"
	kucoinEditKey    = "/api/v1/sub/api-key/update"
	kucoinPassphrase = "p@ss+w/=&%1"
)

// create makes a key for the first sub-account.
func (c kucoinCaller) create(t *testing.T, changes object) object {
	t.Helper()
	body := object{
		"subName": kucoinDesk, "passphrase": kucoinPassphrase, "remark": "fresh", "permission": "General,Spot", "ipWhitelist": callerAddress,
	}
	maps.Copy(body, changes)
	return c.post(t, kucoinSubKeys, body).about(t)
}

// made returns a caller with the key of an answer.
func (c kucoinCaller) made(o object) kucoinCaller {
	return c.as(Key{Key: text(o, "apiKey"), Secret: text(o, "apiSecret"), Passphrase: text(o, "passphrase")})
}

// listed returns the keys of the first sub-account by their remarks.
func (c kucoinCaller) listed(t *testing.T, more ...string) map[string]object {
	t.Helper()
	out := map[string]object{}
	list, _ := c.get(t, kucoinSubKeys, append([]string{"subName", kucoinDesk}, more...)...).data(t).([]any)
	for _, item := range list {
		out[text(item.(object), "remark")] = item.(object)
	}
	return out
}

func (c kucoinCaller) delete(t *testing.T, id, passphrase string) reply {
	t.Helper()
	return c.ask(t, http.MethodDelete, kucoinSubKeys, "subName", kucoinDesk, "apiKey", id, "passphrase", passphrase)
}

func TestKucoinIntrospection(t *testing.T) {
	const documented = `uid parentUid region kycStatus isMaster remark apiKey apiVersion permission createdAt expiredAt thirdPartyApp siteType`
	c := newKucoinCaller(t, "trader")
	ms := func(at time.Duration) float64 { return float64(noon.Add(at).UnixMilli()) }
	info := c.get(t, kucoinInfo).about(t)
	fields(t, "trader", info, documented+" ipWhitelist")
	tells(t, "trader", info, object{
		"uid": 987654321.0, "parentUid": nil, "isMaster": true, "remark": "trader", "apiKey": c.key.Key, "apiVersion": 3.0, "siteType": "global",
		"permission": "General,Spot,Futures", "ipWhitelist": callerAddress, "createdAt": ms(-40 * day), "expiredAt": ms(9 * day), "thirdPartyApp": "",
	})
	linked := c.named(t, "linked").get(t, kucoinInfo).about(t)
	fields(t, "linked", linked, documented) // an open key has no list
	tells(t, "linked", linked, object{"thirdPartyApp": "3commas", "expiredAt": nil})
	c.version = "2"
	tells(t, "second", c.named(t, "second").get(t, kucoinInfo).about(t), object{"apiVersion": 2.0})
	grid := c.named(t, "grid").get(t, kucoinInfo).about(t)
	fields(t, "grid", grid, documented+" ipWhitelist subName")
	tells(t, "grid", grid, object{"isMaster": false, "parentUid": 987654321.0, "subName": kucoinDesk})
	tells(t, "the unified account's call", c.get(t, "/api/ua/v1/user/api-key").about(t), info)
}

func TestKucoinSubKeyLivesAndDies(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	made := c.create(t, object{"expire": "30"})
	fields(t, "create", made, "subName remark apiKey apiSecret apiVersion passphrase permission ipWhitelist createdAt")
	tells(t, "create", made, object{
		"subName": kucoinDesk, "remark": "fresh", "passphrase": kucoinPassphrase, "permission": "General,Spot", "ipWhitelist": callerAddress,
		"apiVersion": 3.0, "createdAt": float64(noon.UnixMilli()),
	})
	fresh := c.made(made)
	tells(t, "the new key", fresh.get(t, kucoinInfo).about(t), object{
		"remark": "fresh", "isMaster": false, "expiredAt": float64(noon.Add(30 * day).UnixMilli()), "permission": "General,Spot",
	})
	item := c.listed(t)["fresh"]
	fields(t, "item", item, "subName remark apiKey apiVersion permission ipWhitelist createdAt uid isMaster")
	if one := c.listed(t, "apiKey", fresh.key.Key); len(one) != 1 || len(c.listed(t)) != 2 {
		t.Errorf("%v", one)
	}
	c.delete(t, fresh.key.Key, "another1").denied(t, "with another passphrase", 400, "400100")
	c.delete(t, fresh.key.Key, "").denied(t, "with none", 400, "400100")
	fresh.get(t, kucoinInfo).data(t)
	tells(t, "delete", c.delete(t, fresh.key.Key, kucoinPassphrase).about(t), object{"subName": kucoinDesk, "apiKey": fresh.key.Key})
	fresh.get(t, kucoinInfo).denied(t, "the dead key", 401, "400003")
	c.delete(t, fresh.key.Key, kucoinPassphrase).denied(t, "delete again", 400, "400100")
	if left := c.listed(t); len(left) != 1 || left["grid"] == nil {
		t.Errorf("%v", left)
	}
}

// Some clients escape nothing in a URL, a plus least of all.
func TestKucoinPassphraseMayHaveAPlus(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	what := kucoinSubKeys + "?subName=" + kucoinDesk + "&apiKey=" + text(c.create(t, object{"passphrase": "plus+plus"}), "apiKey") + "&passphrase=plus+plus"
	send(t, http.MethodDelete, c.venue.BaseURL+what, "", c.header(http.MethodDelete, what, "")).data(t)
}

// What an edit leaves out takes its default, not what it was.
func TestKucoinEditsHaveDangerousDefaults(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	made := c.create(t, object{"expire": "90", "permission": "Futures,Margin"})
	fresh := c.made(made)
	edit := func(changes object) object {
		t.Helper()
		body := object{"subName": kucoinDesk, "apiKey": made["apiKey"], "passphrase": kucoinPassphrase}
		maps.Copy(body, changes)
		answer := c.post(t, kucoinEditKey, body).about(t)
		fields(t, "edit", answer, "subName apiKey permission ipWhitelist")
		return fresh.get(t, kucoinInfo).about(t)
	}
	tells(t, "new", fresh.get(t, kucoinInfo).about(t), object{"permission": "General,Margin,Futures"})
	told := edit(object{"permission": "General,InnerTransfer", "ipWhitelist": callerAddress + ",198.51.100.1", "expire": "360"})
	tells(t, "edited", told, object{
		"permission": "General,InnerTransfer", "ipWhitelist": callerAddress + ",198.51.100.1", "expiredAt": float64(noon.Add(360 * day).UnixMilli()),
	})
	for what, changes := range map[string]object{"left out": {}, "null": {"permission": nil, "ipWhitelist": nil, "expire": nil}} {
		told = edit(changes)
		tells(t, what, told, object{"permission": "General", "expiredAt": nil, "remark": "fresh"})
		if _, has := told["ipWhitelist"]; has {
			t.Errorf("%s: the list stays %v", what, told)
		}
	}
	grid := object{"subName": kucoinDesk, "apiKey": c.venue.key(t, "grid").Key, "passphrase": kucoinPassphrase}
	c.post(t, kucoinEditKey, grid).denied(t, "another's passphrase", 400, "400100")
	tells(t, "grid", c.listed(t)["grid"], object{"permission": "General,Spot"})
}

func TestKucoinSubKeysEnd(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	ends := c.made(c.create(t, object{"expire": "30"}))
	stays := c.made(c.create(t, object{"expire": "-1"}))
	c.clock.move(30*day - time.Second)
	ends.get(t, kucoinInfo).data(t)
	c.clock.move(time.Second)
	ends.get(t, kucoinInfo).denied(t, "after 30 days", 401, "400003")
	stays.get(t, kucoinInfo).data(t)
}

func TestKucoinRefusesKeysThatCannotBe(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for name, changes := range map[string]object{
		"no sub-account":       {"subName": ""},
		"unknown sub-account":  {"subName": "nobody"},
		"short passphrase":     {"passphrase": "sixsix"},
		"long passphrase":      {"passphrase": strings.Repeat("x", 33)},
		"passphrase in two":    {"passphrase": "two words"},
		"no remark":            {"remark": ""},
		"long remark":          {"remark": strings.Repeat("x", 25)},
		"withdrawals":          {"permission": "General,Transfer"},
		"earn":                 {"permission": "Earn"},
		"unknown right":        {"permission": "General,Everything"},
		"no right":             {"permission": ""},
		"a list of rights":     {"permission": []string{"General"}},
		"a range":              {"ipWhitelist": "198.51.100.0/24"},
		"IPv6":                 {"ipWhitelist": "2001:db8::1"},
		"a gap":                {"ipWhitelist": "198.51.100.1, 198.51.100.2"},
		"too many addresses":   {"ipWhitelist": strings.Join(slices.Repeat([]string{"198.51.100.1"}, 21), ",")},
		"31 days":              {"expire": "31"},
		"a number for an end":  {"expire": 30},
		"an end that is empty": {"expire": ""},
	} {
		body := object{"subName": kucoinDesk, "passphrase": kucoinPassphrase, "remark": "fresh"}
		maps.Copy(body, changes)
		c.post(t, kucoinSubKeys, body).denied(t, name, 400, "400100")
	}
	c.post(t, kucoinSubKeys, "text").denied(t, "no object", 400, "400100")
	c.get(t, kucoinSubKeys).denied(t, "list without a name", 400, "400100")
	c.get(t, kucoinSubKeys, "subName", "nobody").denied(t, "list of nobody", 400, "400100")
	if left := c.listed(t); len(left) != 1 {
		t.Errorf("%v", left)
	}
}

func TestKucoinSubKeysStayWithTheirAccount(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for label, key := range map[string]Key{"a master's": c.venue.key(t, "trader"), "a disowned one": c.venue.key(t, "grid")} {
		sub := kucoinDesk
		if label == "a disowned one" {
			sub = kucoinQuiet
		}
		c.ask(t, http.MethodDelete, kucoinSubKeys, "subName", sub, "apiKey", key.Key, "passphrase", key.Passphrase).denied(t, label, 400, "400100")
	}
	own := c.named(t, "grid")
	for _, got := range []reply{
		own.get(t, kucoinSubKeys, "subName", kucoinDesk), own.post(t, kucoinSubKeys, object{}), own.post(t, kucoinEditKey, object{}),
		own.delete(t, own.key.Key, own.key.Passphrase), own.get(t, "/api/v2/sub/user"), own.get(t, "/api/v1/sub/user"),
	} {
		got.denied(t, "a sub-account's key", 401, "400007")
	}
}

func TestKucoinUnifiedCallMakesKeysToo(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	made := c.post(t, "/api/ua/v1/user/create-sub-api-key", object{
		"subName": kucoinQuiet, "passphrase": kucoinPassphrase, "remark": "r",
	}).about(t)
	tells(t, "told", c.made(made).get(t, kucoinInfo).about(t), object{"permission": "General", "subName": kucoinQuiet})
}

func TestKucoinSubAccounts(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for page, want := range map[string]string{"1": kucoinDesk, "2": kucoinQuiet} {
		got := c.get(t, "/api/v2/sub/user", "currentPage", page, "pageSize", "1").about(t)
		tells(t, "page", got, object{"totalNum": 2.0, "totalPage": 2.0, "pageSize": 1.0})
		member := firstOf(t, got["items"])
		fields(t, "member", member, "userId uid subName status type access createdAt remarks tradeTypes openedTradeTypes hostedStatus")
		if text(member.(object), "subName") != want {
			t.Errorf("page %s: %v", page, member)
		}
	}
	if all, _ := c.get(t, "/api/v1/sub/user").data(t).([]any); len(all) != 2 {
		t.Errorf("%v", all)
	}
	uid := c.listed(t)["grid"]["uid"]
	if uid == 987654321.0 || uid != c.named(t, "grid").get(t, kucoinInfo).about(t)["uid"] {
		t.Errorf("uid %v", uid)
	}
}

func TestKucoinSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "kucoin", "live", kucoinAccount(), Options{Propagation: 5 * time.Second})
	c := kucoinCaller{v, v.key(t, "manager"), clock, "2"}
	fresh := c.made(c.create(t, nil))
	fresh.get(t, kucoinInfo).denied(t, "new", 401, "400003")
	clock.move(5 * time.Second)
	fresh.get(t, kucoinInfo).data(t)
	c.delete(t, fresh.key.Key, kucoinPassphrase).data(t)
	fresh.get(t, kucoinInfo).data(t) // a while longer
	clock.move(5 * time.Second)
	fresh.get(t, kucoinInfo).denied(t, "deleted", 401, "400003")
}
