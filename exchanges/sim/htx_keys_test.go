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
	htxKeysPath   = "/v2/user/api-key"
	htxCreatePath = "/v2/sub-user/api-key-generation"
	htxEditPath   = "/v2/sub-user/api-key-modification"
	htxDeletePath = "/v2/sub-user/api-key-deletion"
)

// listed returns what the parent's list tells of the keys of a user, "" being
// the parent itself, by their notes.
func (c htxCaller) listed(t *testing.T, uid string) map[string]object {
	t.Helper()
	rows := map[string]object{}
	query := ""
	if uid != "" {
		query = "?uid=" + uid
	}
	for _, row := range htxRows(t, c.get(t, htxKeysPath+query)) {
		o, _ := row.(object)
		rows[text(o, "note")] = o
	}
	return rows
}

// form is what a call about a key of the first sub-user sends.
func (htxCaller) form(changes object) object {
	body := object{"subUid": 10001, "note": "fresh", "permission": "readOnly,trade", "ipAddresses": callerAddress}
	maps.Copy(body, changes)
	maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
	return body
}

// create makes a key and returns a caller with it.
func (c htxCaller) create(t *testing.T, changes object) htxCaller {
	t.Helper()
	made, _ := htxData(t, c.call(t, http.MethodPost, htxCreatePath, c.form(changes))).(object)
	fields(t, "create", made, "note accessKey secretKey permission ipAddresses")
	c.key = Key{Label: text(made, "note"), Key: text(made, "accessKey"), Secret: text(made, "secretKey")}
	return c
}

// change edits or deletes a key of the first sub-user.
func (c htxCaller) change(t *testing.T, path, id string, changes object) reply {
	t.Helper()
	body := object{"subUid": 10001, "accessKey": id}
	maps.Copy(body, changes)
	return c.call(t, http.MethodPost, path, body)
}

// works reports whether the exchange takes the key.
func (c htxCaller) works(t *testing.T) bool {
	t.Helper()
	return htxSays(t, c.get(t, htxAccountsPath)) == ""
}

func TestHTXListsTheKeysOfAUser(t *testing.T) {
	c := newHTXCaller(t, "manager")
	if uid := htxData(t, c.get(t, htxUIDPath)); uid != 987654321.0 {
		t.Errorf("the parent is %v", uid)
	}
	if uid := htxData(t, c.named(t, "spread").get(t, htxUIDPath)); uid != 10001.0 {
		t.Errorf("the sub-user is %v", uid)
	}
	own, subs := c.listed(t, "987654321"), c.listed(t, htxSpread)
	if len(own) != 8 || own["spread"] != nil || len(subs) != 1 || len(c.listed(t, htxQuiet)) != 0 {
		t.Errorf("%d keys of the parent, %d of its sub-user", len(own), len(subs))
	}
	at := func(age time.Duration) float64 { return float64(noon.Add(-age).UnixMilli()) }
	for note, want := range map[string]object{
		"manager": {"accessKey": c.key.Key, "permission": "readOnly,trade", "ipAddresses": callerAddress, "validDays": -1.0, "status": "normal",
			"createTime": at(9 * day), "updateTime": at(9 * day)},
		"open":     {"ipAddresses": "", "validDays": 21.0, "status": "normal"},
		"banker":   {"permission": "readOnly,withdraw", "ipAddresses": "203.0.113.0/28,2001:db8::1"},
		"reader":   {"permission": "readOnly", "createTime": at(260 * day)},
		"over":     {"validDays": 0.0, "status": "expired"},
		"switched": {"validDays": 0.0, "status": "expired"},
	} {
		fields(t, note, own[note], "accessKey note permission ipAddresses validDays status createTime updateTime")
		tells(t, note, own[note], want)
	}
	tells(t, "spread", subs["spread"], object{"permission": "readOnly,trade", "validDays": -1.0})
}

func TestHTXListIsOfOneUserOrOneKey(t *testing.T) {
	c := newHTXCaller(t, "reader") // to look takes the right to read only
	spread := c.venue.key(t, "spread").Key
	for query, want := range map[string]int{
		"": 8, "?accessKey=" + c.key.Key: 1, "?accessKey=" + spread: 0, "?accessKey=gone": 0,
		"?uid=" + htxSpread + "&accessKey=" + spread: 1, "?uid=" + htxQuiet + "&accessKey=" + spread: 0,
	} {
		if rows := htxRows(t, c.get(t, htxKeysPath+query)); len(rows) != want {
			t.Errorf("%q: %d keys, want %d", query, len(rows), want)
		}
	}
	for _, uid := range []string{"1", "me", "10003"} {
		if got := htxSays(t, c.get(t, htxKeysPath+"?uid="+uid)); got != "2002: invalid field value in `uid`" {
			t.Errorf("%s: %s", uid, got)
		}
	}
}

func TestHTXDaysLeft(t *testing.T) {
	for left, want := range map[time.Duration]int{-day: 0, 0: 0, time.Second: 1, day: 1, day + time.Second: 2, 89*day + time.Hour: 90} {
		if got := htxDaysLeft(noon.Add(left), noon); got != want {
			t.Errorf("%v: %d days, want %d", left, got, want)
		}
	}
	if got := htxDaysLeft(time.Time{}, noon); got != -1 {
		t.Errorf("for ever: %d days", got)
	}
}

func TestHTXSubKeyLivesAndDies(t *testing.T) {
	c := newHTXCaller(t, "manager")
	fresh := c.create(t, object{"subUid": htxSpread, "permission": "readOnly, trade"}) // a number as text, and a list with a space
	if fresh.key.Key == "" || fresh.key.Secret == "" || !fresh.works(t) {
		t.Fatalf("%+v does not work", fresh.key)
	}
	tells(t, "listed", c.listed(t, htxSpread)["fresh"], object{
		"accessKey": fresh.key.Key, "permission": "readOnly,trade", "validDays": -1.0, "createTime": float64(noon.UnixMilli()),
	})
	if got := htxData(t, c.change(t, htxDeletePath, fresh.key.Key, nil)); got != nil {
		t.Errorf("deletion tells %v", got)
	}
	if got := htxSays(t, fresh.get(t, htxAccountsPath)); got != htxWrongKey {
		t.Errorf("the dead key: %s", got)
	}
	for _, path := range []string{htxDeletePath, htxEditPath} {
		if got := htxSays(t, c.change(t, path, fresh.key.Key, nil)); got != "2002: invalid field value in `accessKey`" {
			t.Errorf("%s again: %s", path, got)
		}
	}
	if c.listed(t, htxSpread)["fresh"] != nil {
		t.Error("the dead key is listed")
	}
}

// What an edit leaves out stays as it is; an empty list of addresses unbinds.
func TestHTXEditChangesWhatItNames(t *testing.T) {
	c := newHTXCaller(t, "manager")
	fresh := c.create(t, nil)
	want := object{"note": "fresh", "permission": "readOnly,trade", "ipAddresses": callerAddress, "validDays": -1.0, "createTime": float64(noon.UnixMilli())}
	for _, step := range []struct{ send, changes object }{
		{object{"note": "renamed"}, object{"note": "renamed"}},
		{object{"permission": "readOnly", "note": nil}, object{"permission": "readOnly"}},
		{object{"ipAddresses": "198.51.100.0/24, 2001:db8::1"}, object{"ipAddresses": "198.51.100.0/24,2001:db8::1"}},
		{object{"ipAddresses": ""}, object{"ipAddresses": "", "validDays": 90.0}},
		{object{"ipAddresses": "", "permission": "trade,readOnly"}, object{"permission": "trade,readOnly", "validDays": 80.0}}, // no new life
		{object{"ipAddresses": callerAddress}, object{"ipAddresses": callerAddress, "validDays": -1.0}},
		{object{}, object{}},
	} {
		if step.changes["validDays"] == 80.0 {
			c.clock.move(10 * day)
		}
		maps.Copy(want, step.changes)
		settings := htxData(t, c.change(t, htxEditPath, fresh.key.Key, step.send)).(object)
		fields(t, "edit", settings, "note permission ipAddresses")
		row := c.listed(t, htxSpread)[text(want, "note")]
		want["updateTime"] = float64(c.clock.now().UnixMilli())
		tells(t, "listed", row, want)
		for name, value := range settings {
			if row[name] != value {
				t.Errorf("the answer tells %s %v, the list %v", name, value, row[name])
			}
		}
	}
}

func TestHTXOpenKeysEndAfter90Days(t *testing.T) {
	c := newHTXCaller(t, "manager")
	open, bound := c.create(t, object{"ipAddresses": nil}), c.create(t, nil)
	reader := c.create(t, object{"ipAddresses": "", "permission": "readOnly"})
	c.clock.move(90*day - time.Second)
	if !open.works(t) || !bound.works(t) || !reader.works(t) {
		t.Error("a key ends too early")
	}
	c.clock.move(time.Second)
	if got := htxSays(t, open.get(t, htxAccountsPath)); got != htxTooLate || reader.works(t) || !bound.works(t) {
		t.Errorf("not exactly the open keys end: %s", got)
	}
	c.change(t, htxEditPath, open.key.Key, object{"ipAddresses": callerAddress})
	if !open.works(t) {
		t.Error("a key that was bound does not work again")
	}
}

func TestHTXRefusesKeysThatCannotBe(t *testing.T) {
	c := newHTXCaller(t, "manager")
	spread := c.venue.key(t, "spread").Key
	for name, test := range map[string]struct {
		changes object
		field   string
	}{
		"a strange sub-user":  {object{"subUid": 10003}, "subUid"},
		"the parent":          {object{"subUid": 987654321}, "subUid"},
		"no sub-user":         {object{"subUid": nil}, "subUid"},
		"an empty note":       {object{"note": ""}, "note"},
		"a long note":         {object{"note": strings.Repeat("é", htxMostLabel+1)}, "note"},
		"no right at all":     {object{"permission": ""}, "permission"},
		"not even to read":    {object{"permission": "trade"}, "permission"},
		"to withdraw":         {object{"permission": "readOnly,withdraw"}, "permission"},
		"a right twice":       {object{"permission": "readOnly,readOnly"}, "permission"},
		"an unknown right":    {object{"permission": "readOnly,everything"}, "permission"},
		"no address":          {object{"ipAddresses": "home"}, "ipAddresses"},
		"a gap in the list":   {object{"ipAddresses": callerAddress + ","}, "ipAddresses"},
		"no network":          {object{"ipAddresses": "203.0.113.7/24"}, "ipAddresses"},
		"a network of IPv6":   {object{"ipAddresses": "2001:db8::/32"}, "ipAddresses"},
		"every address":       {object{"ipAddresses": "0.0.0.0"}, "ipAddresses"},
		"too many addresses":  {object{"ipAddresses": strings.Join(manyAddresses(htxMostIPs+1), ",")}, "ipAddresses"},
		"a list in brackets":  {object{"ipAddresses": []string{callerAddress}}, "ipAddresses"},
		"a name of its own":   {object{"subUid": nil, "SubUid": 10001}, "subUid"},
		"a number for a note": {object{"note": 5}, "note"},
	} {
		want := "2002: invalid field value in `" + test.field + "`"
		for _, path := range []string{htxCreatePath, htxEditPath} {
			body := c.form(test.changes)
			body["accessKey"] = spread
			if got := htxSays(t, c.call(t, http.MethodPost, path, body)); got != want {
				t.Errorf("%s, %s: %s", name, path, got)
			}
		}
	}
	for field, code := range map[string]string{"note": "", "permission": "", "otpToken": "12345"} { // may be left out of an edit
		if got := htxSays(t, c.call(t, http.MethodPost, htxCreatePath, c.form(object{"note": "n", field: nonEmpty(code)}))); got != "2002: invalid field value in `"+field+"`" {
			t.Errorf("without %s: %s", field, got)
		}
	}
	if got := htxSays(t, c.call(t, http.MethodPost, htxCreatePath, []string{})); got != "2002: invalid field value in `body`" {
		t.Errorf("no object: %s", got)
	}
	if rows := c.listed(t, htxSpread); len(rows) != 1 || rows["spread"]["permission"] != "readOnly,trade" || rows["spread"]["ipAddresses"] != callerAddress {
		t.Errorf("changed to %v", rows)
	}
}

// nonEmpty returns a text for JSON, and nothing for none.
func nonEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func TestHTXUserIsFullAt20Keys(t *testing.T) {
	c := newHTXCaller(t, "manager")
	c.create(t, object{"note": strings.Repeat("é", htxMostLabel), "ipAddresses": strings.Join(manyAddresses(htxMostIPs), ",")})
	for range htxMostKeys - 2 {
		c.create(t, nil) // notes may be equal
	}
	if got := htxSays(t, c.call(t, http.MethodPost, htxCreatePath, c.form(nil))); got != "2014: number of api key in the request exceeded valid range" {
		t.Errorf("one more: %s", got)
	}
	c.create(t, object{"subUid": htxQuiet})
}

func TestHTXKeysAreManagedByTheParentOnly(t *testing.T) {
	c := newHTXCaller(t, "manager")
	spread := c.venue.key(t, "spread").Key
	for label, want := range map[string]string{"spread": "1002: forbidden", "reader": htxNoRight, "banker": htxNoRight, "over": htxTooLate} {
		for _, path := range []string{htxCreatePath, htxEditPath, htxDeletePath} {
			body := c.form(object{"accessKey": spread})
			if got := htxSays(t, c.named(t, label).call(t, http.MethodPost, path, body)); got != want {
				t.Errorf("%s %s: %s", label, path, got)
			}
		}
	}
	for name, body := range map[string]object{
		"of another sub-user": {"subUid": 10002, "accessKey": spread}, "of the parent": {"subUid": 10001, "accessKey": c.key.Key}, "none": {"subUid": 10001},
	} {
		if got := htxSays(t, c.call(t, http.MethodPost, htxDeletePath, body)); got != "2002: invalid field value in `accessKey`" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if rows := c.listed(t, htxSpread); len(rows) != 1 || !c.works(t) {
		t.Errorf("%v", rows)
	}
	c.named(t, "pair").create(t, nil)
}

// Making a key takes a code where the parent has an authenticator, and each
// code works once. Editing and deleting take none.
func TestHTXCodeOfTheParent(t *testing.T) {
	a := htxUser()
	a.Authenticator = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	v, clock := serveAccount(t, "htx", "live", a, Options{})
	c := htxCaller{venue: v, key: v.key(t, "manager"), clock: clock}
	code := func() string { return timeCode([]byte("12345678901234567890"), uint64(clock.now().Unix())/codeStep) }
	refused := func(what string, sent any) {
		t.Helper()
		if got := htxSays(t, c.call(t, http.MethodPost, htxCreatePath, c.form(object{"otpToken": sent}))); got != "2002: invalid field value in `otpToken`" {
			t.Errorf("%s: %s", what, got)
		}
	}
	refused("no code", nil)
	refused("another code", "000000")
	refused("a number", 123456)
	refused("half a code", code()[:3])
	if got := htxSays(t, c.call(t, http.MethodPost, htxCreatePath, c.form(object{"otpToken": code(), "permission": "trade"}))); !strings.Contains(got, "permission") {
		t.Errorf("a mistake uses up the code: %s", got)
	}
	fresh := c.create(t, object{"otpToken": code()})
	refused("a used code", code())
	clock.move(codeStep * time.Second)
	c.create(t, object{"otpToken": code()})
	if got := htxSays(t, c.change(t, htxEditPath, fresh.key.Key, object{"note": "n"})); got != "" || !fresh.works(t) {
		t.Errorf("editing: %s", got)
	}
	if got := htxSays(t, c.change(t, htxDeletePath, fresh.key.Key, nil)); got != "" || fresh.works(t) {
		t.Errorf("deleting: %s", got)
	}
}

// Without an authenticator a code is not asked for; one that is sent all the
// same only has to look like one.
func TestHTXCodeOfNobody(t *testing.T) {
	c := newHTXCaller(t, "manager")
	if fresh := c.create(t, object{"otpToken": "123456"}); !fresh.works(t) {
		t.Error("the key does not work")
	}
}

func TestHTXSubUsersAndTheirLock(t *testing.T) {
	c := newHTXCaller(t, "manager")
	spread := c.named(t, "spread")
	var uids []float64
	for _, row := range htxRows(t, c.get(t, "/v2/sub-user/user-list")) {
		fields(t, "sub-user", row, "uid userState")
		uids = append(uids, row.(object)["uid"].(float64))
	}
	if !slices.Equal(uids, []float64{10001, 10002}) {
		t.Errorf("sub-users %v", uids)
	}
	const state, lock = "/v2/sub-user/user-state", "/v2/sub-user/management"
	for _, step := range []struct{ action, state, says, later string }{
		{"lock", "lock", "base-operation-forbidden: forbidden", "1002: forbidden"}, {"unlock", "normal", "", ""},
	} {
		body := object{"subUid": 10001, "action": step.action}
		tells(t, step.action, htxData(t, c.call(t, http.MethodPost, lock, body)).(object), object{"subUid": 10001.0, "userState": step.state})
		if got := htxSays(t, c.call(t, http.MethodPost, lock, body)); got != "2016: invalid request while value specified in sub user states" {
			t.Errorf("%s again: %s", step.action, got)
		}
		tells(t, step.action, htxData(t, c.get(t, state+"?subUid="+htxSpread)).(object), object{"uid": 10001.0, "userState": step.state})
		if first, later := htxSays(t, spread.get(t, htxAccountsPath)), htxSays(t, spread.get(t, htxUIDPath)); first != step.says || later != step.later {
			t.Errorf("%s: the key is told %q and %q", step.action, first, later)
		}
	}
	for what, got := range map[string]reply{
		"action": c.call(t, http.MethodPost, lock, object{"subUid": 10001, "action": "melt"}), "subUid": c.get(t, state+"?subUid=7"),
	} {
		if said := htxSays(t, got); said != "2002: invalid field value in `"+what+"`" {
			t.Errorf("%s: %s", what, said)
		}
	}
	accounts := htxData(t, c.get(t, "/v2/sub-user/account-list?subUid="+htxSpread)).(object)
	fields(t, "accounts", accounts, "uid deductMode list")
	if c.get(t, "/v2/sub-user/account-list").object(t)["code"] != 2002.0 {
		t.Error("accounts of nobody")
	}
}

func TestHTXSubKeyNeedsTime(t *testing.T) {
	v, clock := serveAccount(t, "htx", "live", htxUser(), Options{Propagation: 5 * time.Second})
	c := htxCaller{venue: v, key: v.key(t, "manager"), clock: clock}
	fresh := c.create(t, nil)
	for _, step := range []struct {
		after time.Duration
		works bool
	}{{0, false}, {5 * time.Second, true}} {
		clock.move(step.after)
		if fresh.works(t) != step.works {
			t.Errorf("%v after its creation: works is not %v", step.after, step.works)
		}
	}
	c.change(t, htxDeletePath, fresh.key.Key, nil)
	if !fresh.works(t) || c.listed(t, htxSpread)["fresh"] != nil {
		t.Error("just deleted it is listed, or has stopped")
	}
	clock.move(5 * time.Second)
	if got := htxSays(t, fresh.get(t, htxAccountsPath)); got != htxWrongKey {
		t.Errorf("long deleted: %s", got)
	}
}
