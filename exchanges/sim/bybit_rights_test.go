package sim

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestBybitSubKeyRefusals(t *testing.T) {
	c := newBybitManager(t)
	grid, manager := c.venue.key(t, "grid").Key, c.key.Key
	spot := object{"Spot": []string{"SpotTrade"}}
	create := func(changes object) object {
		body := object{"subuid": 24680135, "readOnly": 0, "permissions": spot}
		for name, value := range changes {
			body[name] = value
			if value == nil {
				delete(body, name)
			}
		}
		return body
	}
	for name, r := range map[string]struct {
		path string
		body any
		code int
	}{
		"no sub-account":              {createSub, create(object{"subuid": nil}), errBybitNoSub.code},
		"a sub-account of another":    {createSub, create(object{"subuid": 24680136}), errBybitNoSub.code},
		"the sub-account as text":     {createSub, create(object{"subuid": botUID}), 10001},
		"no readOnly":                 {createSub, create(object{"readOnly": nil}), 10001},
		"readOnly is neither":         {createSub, create(object{"readOnly": 2}), 10001},
		"readOnly as a truth value":   {createSub, create(object{"readOnly": true}), 10001},
		"no permissions":              {createSub, create(object{"permissions": nil}), 10001},
		"empty permissions":           {createSub, create(object{"permissions": object{"Spot": []string{}}}), 10001},
		"Derivatives alone":           {createSub, create(object{"permissions": object{"Derivatives": []string{"DerivativesTrade"}}}), 10001},
		"a right of masters":          {createSub, create(object{"permissions": object{"Wallet": []string{"Withdraw"}}}), 10001},
		"another one":                 {createSub, create(object{"permissions": object{"Wallet": []string{"SubMemberTransfer"}}}), 10001},
		"a group of masters":          {createSub, create(object{"permissions": object{"BlockTrade": []string{"BlockTrade"}}}), 10001},
		"a group nobody knows":        {createSub, create(object{"permissions": object{"Moon": []string{"Land"}}}), 10001},
		"addresses as a list":         {createSub, create(object{"ips": []string{callerAddress}}), 10001},
		"a range":                     {createSub, create(object{"ips": "203.0.113.0/24"}), 10001},
		"a blank after the comma":     {createSub, create(object{"ips": "203.0.113.7, 203.0.113.8"}), 10001},
		"IPv6":                        {createSub, create(object{"ips": "2001:db8::1"}), 10001},
		"no object":                   {createSub, []string{"x"}, 10001},
		"edit without a key":          {updateSub, object{"readOnly": 0}, 10001},
		"edit with the name misspelt": {updateSub, object{"apiKey": grid}, 10001},
		"edit of a key nobody has":    {updateSub, object{"apikey": "Qm3xT7wZpL1vYk8sDa"}, 10003},
		"edit of a master's key":      {updateSub, object{"apikey": manager}, 10003},
		"edit to nothing":             {updateSub, object{"apikey": grid, "permissions": object{}}, 10001},
		"edit to withdrawals":         {updateSub, object{"apikey": grid, "permissions": object{"Wallet": []string{"Withdraw"}}}, 10001},
		"edit, readOnly is neither":   {updateSub, object{"apikey": grid, "readOnly": -1}, 10001},
		"edit to a range":             {updateSub, object{"apikey": grid, "ips": "203.0.113.0/24"}, 10001},
		"delete, a key of digits":     {deleteSub, object{"apikey": 7}, 10001},
		"self-edit to nothing":        {updateSelf, object{"permissions": object{"Wallet": []string{}}}, 10001},
		"self-edit, readOnly is text": {updateSelf, object{"readOnly": "0"}, 10001},
		"self-edit, it is neither":    {updateSelf, object{"readOnly": 2}, 10001},
		"delete without a key":        {deleteSub, object{}, 10001},
		"delete of a master's key":    {deleteSub, object{"apikey": manager}, 10003},
	} {
		if got := c.post(t, r.path, r.body); got.status != 200 || got.code(t) != r.code {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.body, r.code)
		}
	}
	tells(t, "the manager", result(t, c.ask(t, queryAPI, "")), object{"readOnly": 0.0, "ips": []any{callerAddress}})
	left := c.listed(t)
	if len(left) != 2 || left["grid"]["readOnly"] != false || left["grid"]["status"] != 1.0 {
		t.Errorf("a refusal changed something: %v", left)
	}
}

func TestBybitSubKeysWantAWalletRight(t *testing.T) {
	c := newBybitManager(t)
	grid := c.venue.key(t, "grid").Key
	for _, label := range []string{"trader", "viewer"} {
		for _, path := range []string{createSub, updateSub, deleteSub, updateSelf} {
			if got := c.named(t, label).post(t, path, object{"apikey": grid}); got.code(t) != 10005 {
				t.Errorf("%s, %s: %s", label, path, got.body)
			}
		}
	}
}

func TestBybitSubKeyLists(t *testing.T) {
	c := newBybitManager(t)
	for query, code := range map[string]int{
		"": 10001, "subMemberId=1": errBybitNoSub.code, "subMemberId=" + botUID + "&limit=0": 10001,
		"subMemberId=" + botUID + "&limit=21": 10001, "subMemberId=" + botUID + "&cursor=x": 10001, "subMemberId=" + botUID + "&limit=20": 0,
		"subMemberId=" + otherUID: 0,
	} {
		if got := c.ask(t, listSub, query); got.code(t) != code {
			t.Errorf("%s: %s, want %d", query, got.body, code)
		}
	}
	result(t, c.named(t, "viewer").ask(t, listSub, "subMemberId="+botUID)) // any right will do
	if got := c.named(t, "grid").ask(t, listSub, "subMemberId="+botUID); got.code(t) != 10005 {
		t.Errorf("a key of a sub-account: %s", got.body)
	}
	if item := c.listed(t)["mover"]; item["status"] != 4.0 || item["deadlineDay"] != 5.0 {
		t.Errorf("a key that ends soon: %v", item)
	}
	c.clock.move(5 * day)
	if item := c.listed(t)["mover"]; item["status"] != 2.0 {
		t.Errorf("a key that has ended: %v", item)
	}
}

// pages reads the list three keys at a time and calls seen with the last one of
// each page.
func (c bybitManager) pages(t *testing.T, seen func(last object)) [][]string {
	t.Helper()
	var pages [][]string
	cursor := ""
	for {
		page := result(t, c.ask(t, listSub, strings.TrimSuffix("subMemberId="+botUID+"&limit=3&cursor="+cursor, "&cursor=")))
		var names []string
		var last object
		for _, item := range page["result"].([]any) {
			last = item.(object)
			names = append(names, text(last, "note"))
		}
		pages = append(pages, names)
		if cursor = text(page, "nextPageCursor"); cursor == "" {
			return pages
		}
		seen(last)
	}
}

// The list moves on from the last key seen, whatever happened to it since.
func TestBybitSubKeysArePaged(t *testing.T) {
	c := newBybitManager(t)
	for i := range 4 {
		c.create(t, "key"+strconv.Itoa(i), nil)
	}
	want := [][]string{{"grid", "mover", "key0"}, {"key1", "key2", "key3"}}
	if got := c.pages(t, func(object) {}); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v", got)
	}
	c.create(t, "key4", nil)
	want = append(want, []string{"key4"})
	got := c.pages(t, func(last object) { result(t, c.post(t, deleteSub, object{"apikey": last["apiKey"]})) })
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("while keys are deleted: %v", got)
	}
}

func TestBybitSubKeyLimit(t *testing.T) {
	c := newBybitManager(t)
	for i := len(c.listed(t)); i < bybitMostKeys; i++ {
		c.create(t, "key"+strconv.Itoa(i), nil)
	}
	more := object{"subuid": 24680135, "readOnly": 0, "permissions": object{"Spot": []string{"SpotTrade"}}}
	if got := c.post(t, createSub, more); got.code(t) != errBybitFull.code {
		t.Errorf("%s", got.body)
	}
	result(t, c.post(t, deleteSub, object{"apikey": c.venue.key(t, "grid").Key}))
	result(t, c.post(t, createSub, more))
	more["subuid"] = 13579246
	result(t, c.post(t, createSub, more)) // another account
}

// What a key of the main account may make of itself.
func TestBybitNewRightsOfTheOwnKey(t *testing.T) {
	transfer := "Wallet:AccountTransfer"
	for name, r := range map[string]struct {
		before []string
		groups map[string][]string
		want   []string // nil: refused
	}{
		"nothing named":         {[]string{transfer}, nil, []string{transfer}},
		"fewer":                 {[]string{transfer, "Spot:SpotTrade"}, map[string][]string{"Spot": {"SpotTrade"}}, []string{"Spot:SpotTrade"}},
		"more":                  {[]string{transfer}, map[string][]string{"Wallet": {"AccountTransfer", "SubMemberTransfer"}}, []string{transfer, "Wallet:SubMemberTransfer"}},
		"the same twice":        {[]string{transfer}, map[string][]string{"Wallet": {"AccountTransfer", "AccountTransfer"}}, []string{transfer}},
		"withdrawals are kept":  {[]string{"Wallet:Withdraw"}, map[string][]string{"Wallet": {"Withdraw"}}, []string{"Wallet:Withdraw"}},
		"but not gained":        {[]string{transfer}, map[string][]string{"Wallet": {"Withdraw"}}, nil},
		"none left":             {[]string{transfer}, map[string][]string{"Wallet": {}}, nil},
		"affiliate alone":       {[]string{transfer}, map[string][]string{"Affiliate": {"Affiliate"}}, []string{"Affiliate:Affiliate"}},
		"affiliate and others":  {[]string{transfer}, map[string][]string{"Affiliate": {"Affiliate"}, "Spot": {"SpotTrade"}}, nil},
		"fiat is not gained":    {[]string{transfer}, map[string][]string{"FiatBitPay": {"FaitPayOrder"}}, nil},
		"fiat is not lost":      {[]string{transfer, "FiatP2P:Advertising"}, map[string][]string{"Wallet": {"AccountTransfer"}}, nil},
		"fiat is kept":          {[]string{"FiatP2P:Advertising"}, map[string][]string{"FiatP2P": {"Advertising"}, "Earn": {"Earn"}}, []string{"Earn:Earn", "FiatP2P:Advertising"}},
		"fiat of a reader goes": {[]string{"readOnly", "FiatP2P:Advertising"}, map[string][]string{"Spot": {"SpotTrade"}}, []string{"Spot:SpotTrade"}},
		"a right of subs":       {[]string{transfer}, map[string][]string{"Wallet": {"SubMemberTransferList"}}, nil},
	} {
		words, refusal := bybitNewSelf(&entry{Words: r.before}, r.groups)
		if (refusal != nil) != (r.want == nil) || !slices.Equal(words, r.want) {
			t.Errorf("%s: %v, %v, want %v", name, words, refusal, r.want)
		}
	}
	if wallet, _ := bybitMasterRights.of("Wallet"); slices.Contains(wallet, "Withdraw") {
		t.Error("a key that may withdraw gave that right to every other")
	}
}

// The web page shows what the API made.
func TestBybitRightsAreKeptInTheNormalFormToo(t *testing.T) {
	f := newFront(site{exchange: "bybit", environment: "live", build: newBybit}, Options{}, bybitAccounts(), atNoon)
	v := f.venue.(*bybit)
	for readOnly, want := range map[string][]string{"0": {"read", "spot", "transfer"}, "1": {"read"}} {
		body := `{"subuid":24680135,"readOnly":` + readOnly + `,"permissions":{"Spot":["SpotTrade"],"Wallet":["AccountTransfer"]}}`
		if _, refusal := bybitCreateSubKey(v, bybitCall{body: []byte(body)}); refusal != nil {
			t.Fatal(refusal.msg)
		}
		all := v.ofSub(botUID)
		if got := all[len(all)-1].Permissions; !slices.Equal(got, want) {
			t.Errorf("readOnly %s: %v", readOnly, got)
		}
	}
}
