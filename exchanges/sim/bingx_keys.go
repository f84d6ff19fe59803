package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// What follows is the list of the keys of the account and of its sub-accounts,
// and the management of the latter, by keys of the main account. Nothing by
// API makes or changes a key of the main account itself.

const (
	bingxMostKeys  = 20 // of the main account and of each sub-account
	bingxMostIPs   = 20
	bingxMostLabel = 64 // a guess
)

var bingxKeyRoutes = []bingxRoute{
	{"GET /openApi/v1/account/apiPermissions", bingxRead, 2, (*bingx).ownPermissions},
	{"GET /openApi/v1/account/apiRestrictions", bingxRead, 2, (*bingx).ownPermissions},
	{"GET /openApi/account/v1/uid", bingxRead, 10, (*bingx).ownUID},
	{"GET /openApi/account/v1/apiKey/query", bingxRead, 5, byBingxMaster((*bingx).keysOf)},
	{"GET /openApi/subAccount/v1/list", bingxRead, 1, byBingxMaster((*bingx).subAccounts)},
	{"POST /openApi/subAccount/v1/apiKey/create", bingxManage, 5, ofBingxSub((*bingx).createSubKey)},
	{"POST /openApi/subAccount/v1/apiKey/edit", bingxManage, 5, ofBingxSub((*bingx).editSubKey)},
	{"POST /openApi/subAccount/v1/apiKey/del", bingxManage, 5, ofBingxSub((*bingx).deleteSubKey)},
}

// byBingxMaster keeps keys of sub-accounts from an endpoint; how they are
// refused is not documented.
//
//go:noinline // it has many callers
func byBingxMaster(serve func(*bingx, bingxCall) (any, *bingxRefusal)) func(*bingx, bingxCall) (any, *bingxRefusal) {
	return func(v *bingx, c bingxCall) (any, *bingxRefusal) {
		if c.key.Sub != "" {
			return nil, &bingxRefusal{100004, "Permission denied: this api can only be used by the main account"}
		}
		return serve(v, c)
	}
}

// bingxForm is what a request says of a sub-account's key.
type bingxForm struct {
	Sub         json.Number
	ID          string
	Note        string
	Permissions []int
	IPs         []string

	words []string
}

// ofBingxSub is for endpoints that name a sub-account in a JSON body. No code
// of its own is documented for any mistake in it.
//
//go:noinline // it has many callers
func ofBingxSub(serve func(*bingx, bingxForm) (any, *bingxRefusal)) func(*bingx, bingxCall) (any, *bingxRefusal) {
	return byBingxMaster(func(v *bingx, c bingxCall) (any, *bingxRefusal) {
		var f bingxForm
		bad, ok := readFields(c.params.body, "subUid", &f.Sub, "apiKey", &f.ID, "note", &f.Note, "permissions", &f.Permissions, "ipAddresses", &f.IPs)
		switch {
		case !ok:
			return nil, bingxBad("the parameters of this api are sent as JSON")
		case bad != "":
			return nil, bingxBad("Invalid parameters: " + bad)
		case !contains(v.account.Subs, f.Sub.String()):
			return nil, bingxBad("sub account does not exist")
		}
		return serve(v, f)
	})
}

// bingxUID writes the number of an account as one; it is made of digits by its
// world.
func bingxUID(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// uid returns the number of an account: a sub-account is called by its own.
func (v *bingx) uid(sub string) string {
	if sub == "" {
		return v.account.ID
	}
	return sub
}

func (v *bingx) ownUID(c bingxCall) (any, *bingxRefusal) {
	return jsonOf(`{"uid":?}`, bingxUID(v.uid(c.key.Sub))), nil
}

// ownPermissions tells the calling key what it may do; that it may manage
// sub-accounts has no flag. By one edition of the documentation this answer is
// wrapped like all others, by another it is not: the demo follows the second.
func (v *bingx) ownPermissions(c bingxCall) (any, *bingxRefusal) {
	flags := map[string]bool{"ipRestrict": len(c.key.IPs) > 0, "enableVanillaOptions": false}
	for _, r := range bingxRights {
		if r.flag != "" {
			flags[r.flag] = contains(c.key.Words, r.name)
		}
	}
	body := joined(jsonOf(`{"createTime":?}`, inMillis(c.key.Created)), marshal(flags))
	if v.env == "demo" {
		return bingxBare{body}, nil
	}
	return body, nil
}

// keysOf lists the keys of the account itself or of a sub-account.
func (v *bingx) keysOf(c bingxCall) (any, *bingxRefusal) {
	uid, sub := c.params.get("uid"), ""
	switch {
	case uid == "":
		return nil, bingxBad("uid is required")
	case uid != v.account.ID && !contains(v.account.Subs, uid):
		return nil, bingxBad("uid is not yours")
	case uid != v.account.ID:
		sub = uid
	}
	list := []json.RawMessage{}
	for _, key := range v.ofSub(sub) {
		if wanted := c.params.get("apiKey"); wanted == "" || wanted == key.ID {
			list = append(list, v.describe(key))
		}
	}
	return jsonOf(`{"apiKeyList":?}`, list), nil
}

// describe tells of a key what lists do. One source says that its public half
// is masked, the documentation does not: the demo does it.
func (v *bingx) describe(key *entry) json.RawMessage {
	id, changed := key.ID, key.Created
	if at, ok := v.changed[key]; ok {
		changed = at
	}
	if v.env == "demo" {
		id = key.ID[:6] + "****" + key.ID[len(key.ID)-4:]
	}
	return joined(bingxSettings(key), jsonOf(`{"apiKey":?,"createTime":?,"updateTime":?}`, id, inMillis(key.Created), inMillis(changed)))
}

// bingxSettings are what can be chosen of a key.
func bingxSettings(key *entry) json.RawMessage {
	return jsonOf(`{"note":?,"permissions":?,"ipAddresses":?}`, key.Label, bingxNumbers(key.Words), append([]string{}, key.IPs...))
}

func (v *bingx) subAccounts(c bingxCall) (any, *bingxRefusal) {
	page, badPage := strconv.Atoi(c.params.get("page"))
	size, badSize := strconv.Atoi(c.params.get("limit"))
	if badPage != nil || badSize != nil || page < 1 || size < 1 || size > 1000 {
		return nil, bingxBad("page and limit are required")
	}
	list := []json.RawMessage{}
	for i, sub := range v.account.Subs {
		if i/size == page-1 {
			list = append(list, jsonOf(`{"uid":?,"subAccountString":?,"note":"","isFreeze":false,"createTime":1668562696000}`, bingxUID(sub), "trader"+sub))
		}
	}
	return jsonOf(`{"subAccountList":?,"total":?}`, list, len(v.account.Subs)), nil
}

// check reads what a form says of a key and says what is wrong with it. The
// note has to be there; that a key which may withdraw needs an address is what
// the page for keys says of all.
func (f *bingxForm) check() (refusal *bingxRefusal) {
	f.words, refusal = bingxNumbered(f.Permissions)
	switch {
	case f.Note == "" || utf8.RuneCountInString(f.Note) > bingxMostLabel:
		return bingxBad("note is required")
	case refusal != nil:
		return refusal
	case len(f.IPs) > bingxMostIPs:
		return bingxBad(fmt.Sprintf("ipAddresses: at most %d", bingxMostIPs))
	case !onlyIPv4(f.IPs):
		return bingxBad("ipAddresses: Invalid IP")
	case contains(f.words, bingxWithdraw) && len(f.IPs) == 0:
		return bingxBad("ipAddresses is required for the permission to withdraw")
	}
	return nil
}

// createSubKey makes a key. The answer is the only one that has the secret.
func (v *bingx) createSubKey(f bingxForm) (any, *bingxRefusal) {
	sub := f.Sub.String()
	if refusal := f.check(); refusal != nil {
		return nil, refusal
	}
	if len(v.ofSub(sub)) >= bingxMostKeys {
		return nil, bingxBad(fmt.Sprintf("at most %d API keys", bingxMostKeys))
	}
	key := v.issueNew(wanted{Label: f.Note, Sub: sub, Words: f.words, Permissions: bingxNormal(f.words), IPs: f.IPs}, v.now())
	return joined(bingxSettings(key), jsonOf(`{"apiKey":?,"secretKey":?}`, key.ID, key.Secret)), nil
}

// target returns the key that a form means.
func (v *bingx) target(f bingxForm) (*entry, *bingxRefusal) {
	key, ok := v.listed(f.ID)
	switch {
	case f.ID == "":
		return nil, bingxBad("apiKey is required")
	case !ok || key.Sub != f.Sub.String():
		return nil, bingxBad("apiKey does not exist")
	}
	return key, nil
}

// editSubKey replaces the note, the rights and the addresses of a key. That the
// latter are gone when they are left out is the more dangerous reading. The
// right to withdraw is not among those that are documented here.
func (v *bingx) editSubKey(f bingxForm) (any, *bingxRefusal) {
	key, refusal := v.target(f)
	if refusal == nil {
		refusal = f.check()
	}
	switch {
	case refusal != nil:
		return nil, refusal
	case contains(f.words, bingxWithdraw):
		return nil, bingxBad("permissions: 5 cannot be given")
	}
	key.Label, key.Words, key.Permissions, key.IPs = f.Note, f.words, bingxNormal(f.words), f.IPs
	v.changed[key] = v.now()
	return bingxSettings(key), nil
}

func (v *bingx) deleteSubKey(f bingxForm) (any, *bingxRefusal) {
	key, refusal := v.target(f)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return jsonOf(`{}`), nil
}
