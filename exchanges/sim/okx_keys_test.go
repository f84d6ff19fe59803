package sim

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	okxKeys      = "/api/v5/users/subaccount/apikey"
	okxModifyKey = "/api/v5/users/subaccount/modify-apikey"
	okxDeleteKey = "/api/v5/users/subaccount/delete-apikey"
	okxSubsPath  = "/api/v5/users/subaccount/list"
)

// with sends a JSON object.
func (c headedCaller) with(t *testing.T, path string, body object) reply {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return c.post(t, path, string(text))
}

// changed returns an object with some fields replaced; nil takes one out.
func changed(o, changes object) object {
	out := maps.Clone(o)
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, value any) bool { return value == nil })
	return out
}

// okxForm is a good key for the first sub-account, with changes.
func okxForm(changes object) object {
	return changed(object{"subAcct": "bot01", "label": "fresh", "passphrase": "Chosen-1-here", "perm": "read_only,trade", "ip": callerAddress}, changes)
}

// okxEdit is an edit of a key of that sub-account.
func okxEdit(id any, changes object) object {
	return changed(object{"subAcct": "bot01", "apiKey": id}, changes)
}

func TestOKXSubKeyLivesAndDies(t *testing.T) {
	c, clock := newOKXCaller(t, "live")
	made := one(t, c.with(t, okxKeys, okxForm(nil)))
	fields(t, "create", made, "subAcct label apiKey secretKey passphrase perm ip ts")
	tells(t, "create", made, object{
		"subAcct": "bot01", "label": "fresh", "perm": "read_only,trade", "ip": callerAddress, "passphrase": "Chosen-1-here",
		"ts": strconv.FormatInt(noon.UnixMilli(), 10),
	})
	id := text(made, "apiKey")
	fresh := c.as(id, text(made, "secretKey"), "Chosen-1-here")
	tells(t, "the new key", one(t, fresh.get(t, okxConfigPath)), object{"label": "fresh", "type": "1", "perm": "read_only,trade"})
	wants(t, "with another passphrase", c.as(id, text(made, "secretKey"), "Chosen-2-here").get(t, okxConfigPath), 401, "50105")

	clock.move(time.Hour)
	item := one(t, c.get(t, okxKeys+"?subAcct=bot01&apiKey="+id))
	fields(t, "item", item, "label apiKey perm ip ts")
	tells(t, "item", item, object{"apiKey": id, "ts": made["ts"]})
	if all := names(t, data(t, c.get(t, okxKeys+"?subAcct=bot01")), "label"); !reflect.DeepEqual(all, []string{"grid", "quiet", "fresh"}) {
		t.Errorf("listed: %v", all)
	}
	if all := names(t, data(t, c.get(t, okxKeys+"?subAcct=bot02")), "label"); len(all) != 0 {
		t.Errorf("of the other sub-account: %v", all)
	}
	wants(t, "of none", c.get(t, okxKeys), 400, "50014")
	wants(t, "of another's", c.get(t, okxKeys+"?subAcct=bot09"), 200, "59510")

	wants(t, "delete", c.with(t, okxDeleteKey, object{"subAcct": "bot01", "apiKey": id}), 200, "0")
	wants(t, "the dead key", fresh.get(t, okxConfigPath), 401, "50119")
	wants(t, "delete again", c.with(t, okxDeleteKey, object{"subAcct": "bot01", "apiKey": id}), 200, "59506")
	wants(t, "list it", c.get(t, okxKeys+"?subAcct=bot01&apiKey="+id), 200, "59506")
}

func TestOKXSubAccounts(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	if all := names(t, data(t, c.get(t, okxSubsPath)), "subAcct"); !reflect.DeepEqual(all, []string{"bot01", "bot02"}) {
		t.Errorf("%v", all)
	}
	tells(t, "one", one(t, c.get(t, okxSubsPath+"?subAcct=bot02")), object{"subAcct": "bot02", "enable": true})
	wants(t, "a new one", c.with(t, "/api/v5/users/subaccount/create-subaccount", object{"subAcct": "bot03"}), 200, "59518")
}

func TestOKXCreateRefusals(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	for what, r := range map[string]struct {
		form   object
		status int
		code   string
	}{
		"no sub-account":          {okxForm(object{"subAcct": nil}), 400, "50014"},
		"another's sub-account":   {okxForm(object{"subAcct": "bot09"}), 200, "59510"},
		"no label":                {okxForm(object{"label": nil}), 400, "50014"},
		"a label with a hyphen":   {okxForm(object{"label": "grid-bot"}), 400, "51000"},
		"a label that is long":    {okxForm(object{"label": strings.Repeat("x", 51)}), 400, "51000"},
		"a label that is taken":   {okxForm(object{"label": "grid"}), 200, "59502"},
		"no passphrase":           {okxForm(object{"passphrase": nil}), 200, "59505"},
		"a passphrase too simple": {okxForm(object{"passphrase": "onlysmall1"}), 200, "59505"},
		"withdrawing":             {okxForm(object{"perm": "read_only,withdraw"}), 200, "59504"},
		"an unknown right":        {okxForm(object{"perm": "read_only,fly"}), 400, "51000"},
		"no address":              {okxForm(object{"ip": "here"}), 400, "51000"},
		"addresses with blanks":   {okxForm(object{"ip": "192.0.2.1, 192.0.2.2"}), 400, "51000"},
		"every address":           {okxForm(object{"ip": "0.0.0.0"}), 400, "51000"},
		"21 addresses":            {okxForm(object{"ip": strings.Join(manyAddresses(21), ",")}), 200, "59503"},
		"a list for a text":       {okxForm(object{"ip": []string{callerAddress}}), 400, "51000"},
	} {
		wants(t, what, c.with(t, okxKeys, r.form), r.status, r.code)
	}
	if all := names(t, data(t, c.get(t, okxKeys+"?subAcct=bot01")), "label"); !reflect.DeepEqual(all, []string{"grid", "quiet"}) {
		t.Errorf("something was made: %v", all)
	}
	taken := okxForm(object{"subAcct": "bot02", "label": "grid", "ip": strings.Join(append(manyAddresses(18), "2001:db8::/64", "198.51.100.0/24"), ",")})
	if made := one(t, c.with(t, okxKeys, taken)); made["label"] != "grid" {
		t.Errorf("the same label in another sub-account: %v", made)
	}
	if made := one(t, c.with(t, okxKeys, okxForm(object{"perm": nil, "ip": nil}))); made["perm"] != "read_only" || made["ip"] != "" {
		t.Errorf("by default: %v", made)
	}
}

func TestOKXOnlyBoundMainKeysManage(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	demo, _ := newOKXCaller(t, "demo")
	grid := c.venue.key(t, "grid").Key
	writes := map[string]object{okxKeys: okxForm(nil), okxModifyKey: {"subAcct": "bot01", "apiKey": grid}, okxDeleteKey: {"subAcct": "bot01", "apiKey": grid}}
	for path, form := range writes {
		wants(t, path+" without addresses", c.named(t, "open").with(t, path, form), 403, "50035")
		wants(t, path+" by a reader", c.named(t, "reader").with(t, path, form), 401, "50120")
		wants(t, path+" by a sub-account", c.named(t, "grid").with(t, path, form), 200, "59500")
		wants(t, path+" in the demo", demo.with(t, path, form), 200, "50038")
	}
	for label, code := range map[string]string{"open": "0", "reader": "0", "banker": "0", "grid": "59500"} {
		if got := c.named(t, label).get(t, okxKeys+"?subAcct=bot01"); worded(t, got) != code {
			t.Errorf("list by %s: %s", label, got.body)
		}
	}
}

// An edit changes what it names and nothing else.
func TestOKXEdits(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	made := one(t, c.with(t, okxKeys, okxForm(nil)))
	id, was := made["apiKey"], object{"label": "fresh", "perm": "read_only,trade", "ip": callerAddress, "ts": made["ts"]}
	for _, step := range []object{
		{}, {"label": "renamed"}, {"perm": "read_only"}, {"ip": callerAddress + ",192.0.2.1"}, {"ip": ""}, {"label": "renamed"},
		{"perm": "trade", "ip": "198.51.100.0/24"},
	} {
		edited := one(t, c.with(t, okxModifyKey, okxEdit(id, step)))
		fields(t, "edit", edited, "subAcct label apiKey perm ip ts")
		maps.Copy(was, step)
		if was["perm"] == "trade" {
			was["perm"] = "read_only,trade" // every key may read
		}
		tells(t, "edit", edited, was)
		tells(t, "listed", one(t, c.get(t, okxKeys+"?subAcct=bot01&apiKey="+text(made, "apiKey"))), was)
	}
	fresh := c.as(text(made, "apiKey"), text(made, "secretKey"), "Chosen-1-here")
	wants(t, "from an address that went", fresh.get(t, okxConfigPath), 401, "50110")
}

func TestOKXEditAndDeleteRefusals(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	grid, own := c.venue.key(t, "grid").Key, c.venue.key(t, "open").Key
	for what, r := range map[string]struct {
		form   object
		status int
		code   string
	}{
		"no sub-account":      {object{"apiKey": grid}, 400, "50014"},
		"no key":              {object{"subAcct": "bot01"}, 400, "50014"},
		"an unknown key":      {okxEdit("985d5b66-57ce-40fb-b714-afc0b9787083", nil), 200, "59506"},
		"the wrong account":   {object{"subAcct": "bot02", "apiKey": grid}, 200, "59605"},
		"a key of the main":   {okxEdit(own, nil), 200, "59605"},
		"no such sub-account": {object{"subAcct": "bot09", "apiKey": grid}, 200, "59510"},
	} {
		wants(t, "edit: "+what, c.with(t, okxModifyKey, r.form), r.status, r.code)
		wants(t, "delete: "+what, c.with(t, okxDeleteKey, r.form), r.status, r.code)
	}
	for what, r := range map[string]struct {
		changes object
		code    string
	}{
		"a taken label": {object{"label": "quiet", "perm": "read_only"}, "59502"},
		"no label":      {object{"label": "", "perm": "read_only"}, "50014"},
		"withdrawing":   {object{"label": "new", "perm": "withdraw"}, "59504"},
		"no address":    {object{"label": "new", "perm": "read_only", "ip": "x"}, "51000"},
		"no text":       {object{"label": 7}, "51000"},
	} {
		if got := c.with(t, okxModifyKey, okxEdit(grid, r.changes)); worded(t, got) != r.code {
			t.Errorf("%s: %s", what, got.body)
		}
	}
	tells(t, "nothing has changed", one(t, c.get(t, okxKeys+"?subAcct=bot01&apiKey="+grid)),
		object{"label": "grid", "perm": "read_only,trade", "ip": callerAddress})
}

func TestOKXKeyLimit(t *testing.T) {
	c, _ := newOKXCaller(t, "live")
	for i := range okxMostKeys {
		wants(t, "key", c.with(t, okxKeys, okxForm(object{"subAcct": "bot02", "label": "k" + strconv.Itoa(i)})), 200, "0")
	}
	more := okxForm(object{"subAcct": "bot02", "label": "more"})
	wants(t, "one more", c.with(t, okxKeys, more), 200, "59501")
	all := names(t, data(t, c.get(t, okxKeys+"?subAcct=bot02")), "apiKey")
	slices.Sort(all)
	if len(slices.Compact(all)) != okxMostKeys {
		t.Errorf("%d different keys", len(all))
	}
	wants(t, "delete", c.with(t, okxDeleteKey, object{"subAcct": "bot02", "apiKey": all[0]}), 200, "0")
	wants(t, "after that", c.with(t, okxKeys, more), 200, "0")
}
