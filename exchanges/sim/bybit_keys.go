package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// What follows is the management of keys by API: github.com/bybit-exchange/docs,
// v5/user. A key of the main account may change or delete itself and manage
// those of sub-accounts; a key of a sub-account may change or delete itself.

const (
	bybitMostKeys = 20      // of an account; the number is common knowledge, not documented
	bybitPage     = 20      // keys in one answer, at most
	bybitSoon     = 7 * day // before the end of a key
)

var bybitKeyRoutes = []bybitRoute{
	{"/v5/user/update-api", http.MethodPost, true, bybitWalletRights, 5, byMaster(bybitEditSelf)},
	{"/v5/user/delete-api", http.MethodPost, true, bybitWalletRights, 5, byMaster(bybitDeleteSelf)},
	{"/v5/user/create-sub-api", http.MethodPost, true, bybitWalletRights, 1, byMaster(bybitCreateSubKey)},
	{"/v5/user/update-sub-api", http.MethodPost, true, bybitWalletRights, 5, bybitEditSubKey},
	{"/v5/user/delete-sub-api", http.MethodPost, true, bybitWalletRights, 5, bybitDeleteSubKey},
	{"/v5/user/query-sub-members", http.MethodGet, true, bybitWalletRights, 10, byMaster(bybitSubMembers)},
	{"/v5/user/sub-apikeys", http.MethodGet, true, "", 10, byMaster(bybitSubKeys)},
}

// These refusals exist in some form, but no document ties them to a code here:
// the choice of codes is made up, and a client may not depend on it. The same
// goes for 10003 when the key to be changed or deleted is not there: a client
// cannot tell that from a managing key that is dead.
var (
	errBybitNoSub = &bybitError{200, 500010, "The subaccount specified does not belong to the parent account"}
	errBybitFull  = &bybitError{200, 20022, "The number of API keys exceeds the limit."}
)

// byMaster keeps keys of sub-accounts from an endpoint. Not inlined: each copy
// would have a closure of its own.
//
//go:noinline
func byMaster(serve func(*bybit, bybitCall) (any, *bybitError)) func(*bybit, bybitCall) (any, *bybitError) {
	return func(v *bybit, c bybitCall) (any, *bybitError) {
		if c.key.Sub != "" {
			return nil, errBybitDenied
		}
		return serve(v, c)
	}
}

// fields reads the named fields of a JSON object. Names are exact, other than
// in encoding/json; a field that is missing or null stays as it is.
func (c bybitCall) fields(into ...any) *bybitError {
	bad, ok := readFields(c.body, into...)
	switch {
	case !ok:
		return bybitBad("Request parameter error.")
	case bad != "":
		return bybitBad("Request parameter error: " + bad + ".")
	}
	return nil
}

// target returns the key that a request for a sub-account's key means: the
// one that it names to a key of the main account, else the caller itself,
// which may not be named.
func (v *bybit) target(c bybitCall, named string) (*entry, *bybitError) {
	if c.key.Sub != "" {
		if named != "" {
			return nil, bybitBad("apikey cannot be passed with the key of a sub-account.")
		}
		return c.key, nil
	}
	if named == "" {
		return nil, bybitBad("apikey is required.")
	}
	key, ok := v.listed(named)
	if !ok || key.Sub == "" {
		return nil, errBybitKey
	}
	return key, nil
}

// bybitEditSelf changes the rights of the calling key. Left out, readOnly
// means read-write, whatever the key was; addresses cannot be changed, and
// are not looked at.
func bybitEditSelf(v *bybit, c bybitCall) (any, *bybitError) {
	readOnly, groups := 0, map[string][]string(nil)
	if refusal := c.fields("readOnly", &readOnly, "permissions", &groups); refusal != nil {
		return nil, refusal
	}
	words, refusal := bybitNewSelf(c.key, groups)
	if refusal != nil {
		return nil, refusal
	}
	if words, refusal = bybitSwitched(readOnly, words); refusal != nil {
		return nil, refusal
	}
	c.key.Words, c.key.Permissions = words, bybitNormal(words)
	return bybitEdited(c.key), nil
}

func bybitDeleteSelf(v *bybit, c bybitCall) (any, *bybitError) {
	return v.delete(c.key)
}

func (v *bybit) delete(key *entry) (any, *bybitError) {
	if !v.remove(key.ID, v.now()) {
		return nil, errBybitKey
	}
	return jsonOf(`{}`), nil
}

func bybitCreateSubKey(v *bybit, c bybitCall) (any, *bybitError) {
	var uid int64
	var note, ips string
	var readOnly *int
	var groups map[string][]string
	if refusal := c.fields("subuid", &uid, "note", &note, "ips", &ips, "readOnly", &readOnly, "permissions", &groups); refusal != nil {
		return nil, refusal
	}
	if readOnly == nil {
		return nil, bybitBad("readOnly is required.")
	}
	list, refusal := bybitAddresses(ips)
	if refusal != nil {
		return nil, refusal
	}
	words, refusal := bybitNewSub(groups)
	if refusal != nil {
		return nil, refusal
	}
	if words, refusal = bybitSwitched(*readOnly, words); refusal != nil {
		return nil, refusal
	}
	sub := strconv.FormatInt(uid, 10)
	if !contains(v.account.Subs, sub) {
		return nil, errBybitNoSub
	}
	if len(v.ofSub(sub)) >= bybitMostKeys {
		return nil, errBybitFull
	}
	key := v.issueNew(wanted{
		Label: note, Sub: sub, Permissions: bybitNormal(words), Words: words, IPs: list, Expires: v.end(list),
	}, v.now())
	return bybitSettings(key, key.Secret), nil
}

// end returns when a key ends that has these addresses from now on.
func (v *bybit) end(ips []string) time.Time {
	if len(ips) > 0 {
		return time.Time{}
	}
	return v.now().Add(bybitOpenLife)
}

// bybitEditSubKey changes rights and addresses of a key. Left out, readOnly
// means read-write and ips every address; permissions stay.
func bybitEditSubKey(v *bybit, c bybitCall) (any, *bybitError) {
	var named, ips string
	var readOnly int
	var groups map[string][]string
	if refusal := c.fields("apikey", &named, "readOnly", &readOnly, "ips", &ips, "permissions", &groups); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.target(c, named)
	if refusal != nil {
		return nil, refusal
	}
	list, refusal := bybitAddresses(ips)
	if refusal != nil {
		return nil, refusal
	}
	_, words := bybitRights(key)
	if groups != nil {
		if words, refusal = bybitWordsFor(groups, bybitSubRights); refusal != nil {
			return nil, refusal
		}
	}
	if words, refusal = bybitSwitched(readOnly, words); refusal != nil {
		return nil, refusal
	}
	key.Words, key.Permissions = words, bybitNormal(words)
	key.IPs, key.Expires = list, v.end(list)
	return bybitEdited(key), nil
}

func bybitDeleteSubKey(v *bybit, c bybitCall) (any, *bybitError) {
	var named string
	if refusal := c.fields("apikey", &named); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.target(c, named)
	if refusal != nil {
		return nil, refusal
	}
	return v.delete(key)
}

// bybitEdited is what a change answers.
func bybitEdited(key *entry) json.RawMessage {
	return joined(bybitSettings(key, ""), jsonOf(`{"ips":?}`, bybitIPs(key)))
}

// bybitSettings is what making a key answers, which has the secret, and
// changing one, which has it no more.
func bybitSettings(key *entry, secret string) json.RawMessage {
	readOnly, words := bybitRights(key)
	return jsonOf(`{"id":?,"note":?,"apiKey":?,"readOnly":?,"secret":?,"permissions":?}`,
		bybitNumber(key), key.Label, key.ID, zeroOrOne(readOnly), secret, bybitPermissions(words))
}
