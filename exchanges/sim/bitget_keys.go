package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// What follows is the management of the keys of sub-accounts by API. Keys of
// the main account are managed on the web site only, and so is the deletion of
// the key of a classic sub-account.

const (
	bitgetMostKeys  = 10
	bitgetMostIPs   = 30
	bitgetMostLabel = 20  // of v2; v3 names no limit, so the same holds there
	bitgetPage      = 100 // keys in one answer, at most
)

// Which code comes when is documented by the words of the codes alone.
var (
	errBitgetNotMain   = &bitgetError{http.StatusBadRequest, "40048", "Must be the parent account's apikey"}
	errBitgetNoSub     = &bitgetError{http.StatusBadRequest, "40066", "This is not a virtual sub-account of the current account"}
	errBitgetFull      = &bitgetError{http.StatusBadRequest, "40063", "API exceeds the maximum limit added"}
	errBitgetNoSubKey  = &bitgetError{http.StatusBadRequest, "40065", "This sub-account apikey does not exist"}
	errBitgetPhrase    = &bitgetError{http.StatusBadRequest, "40070", "The passphrase must be 8-32 characters of letters and numbers"}
	errBitgetRights    = &bitgetError{http.StatusBadRequest, "40040", "User api key permission setting error"}
	errBitgetUnbound   = &bitgetError{http.StatusBadRequest, "40018", "Invalid IP"} // no document names the code for a managing key without a list
	errBitgetWrongPass = &bitgetError{http.StatusBadRequest, "40012", "apikey/password is incorrect"}
)

// bitgetKeyRoutes are the endpoints for keys. Those of v2 take keys of either
// generation, since their pages name none.
var bitgetKeyRoutes = []bitgetRoute{
	{"GET /api/v2/user/virtual-subaccount-list", bitgetEither, []string{"chor", "chow", "uta_mgt"}, byBitgetManager(bitgetVirtualSubs)},
	{"GET /api/v2/user/virtual-subaccount-apikey-list", bitgetEither, []string{"chor", "chow", "uta_mgt"}, byBitgetManager(bitgetVirtualKeys)},
	{"POST /api/v2/user/create-virtual-subaccount-apikey", bitgetEither, []string{"chow", "uta_mgt"}, byBitgetManager(bitgetCreateVirtualKey)},
	{"POST /api/v2/user/modify-virtual-subaccount-apikey", bitgetEither, []string{"chow", "uta_mgt"}, byBitgetManager(bitgetEditVirtualKey)},
}

// byBitgetManager keeps keys of sub-accounts from an endpoint, and those that
// are open to every address. Not inlined: each copy would have a closure of its
// own.
//
//go:noinline
func byBitgetManager(serve func(*bitget, bitgetCall) (any, *bitgetError)) func(*bitget, bitgetCall) (any, *bitgetError) {
	return func(v *bitget, c bitgetCall) (any, *bitgetError) {
		switch {
		case c.key.Sub != "":
			return nil, errBitgetNotMain
		case len(c.key.IPs) == 0:
			return nil, errBitgetUnbound
		}
		return serve(v, c)
	}
}

// fields reads the named fields of the body.
func (c bitgetCall) fields(into ...any) *bitgetError {
	bad, ok := readFields(c.body, into...)
	switch {
	case !ok:
		return bitgetRefusal("40017", "Parameter verification failed")
	case bad != "":
		return bitgetBad(bad)
	}
	return nil
}

// sub checks the number of a sub-account, which a field of that name gives.
func (v *bitget) sub(field, uid string) *bitgetError {
	switch {
	case uid == "":
		return bitgetRefusal("40019", "Parameter "+field+" cannot be empty")
	case !contains(v.account.Subs, uid):
		return errBitgetNoSub
	}
	return nil
}

// keysOf returns the keys of a sub-account that are of one generation: each
// API shows its own.
func (v *bitget) keysOf(sub string, classic bool) []*entry {
	return slices.DeleteFunc(v.ofSub(sub), func(e *entry) bool { return contains(e.Words, bitgetClassicKey) != classic })
}

// subKey returns the key of a sub-account that a request names.
func (v *bitget) subKey(id string, classic bool) (*entry, *bitgetError) {
	if id == "" {
		return nil, bitgetRefusal("40019", "Parameter apiKey cannot be empty")
	}
	key, ok := v.listed(id)
	if !ok || key.Sub == "" || contains(key.Words, bitgetClassicKey) != classic {
		return nil, errBitgetNoSubKey
	}
	return key, nil
}

func bitgetVirtualSubs(v *bitget, _ bitgetCall) (any, *bitgetError) {
	list := []json.RawMessage{}
	for i, uid := range v.account.Subs {
		list = append(list, fill(`{"subAccountUid":"$uid","subAccountName":"$name","label":"","status":"normal","permList":["read","spot_trade"],
			"accountType":"virtual","bindingTime":"$opened","cTime":"$opened","uTime":"$opened"}`,
			"uid", uid, "name", bitgetSubName(i), "opened", bitgetRegistered))
	}
	return jsonOf(`{"endId":"","subAccountList":?}`, list), nil
}

// bitgetSubName is what an account calls one of its sub-accounts; requests go
// by its number.
func bitgetSubName(i int) string { return "sub" + strconv.Itoa(i+1) }

func bitgetVirtualKeys(v *bitget, c bitgetCall) (any, *bitgetError) {
	uid := param(c.query, "subAccountUid")
	if refusal := v.sub("subAccountUid", uid); refusal != nil {
		return nil, refusal
	}
	list := []json.RawMessage{}
	for _, key := range v.keysOf(uid, true) {
		list = append(list, bitgetVirtualKey(key))
	}
	return list, nil
}

func bitgetVirtualKey(key *entry) json.RawMessage {
	return jsonOf(`{"subAccountUid":?,"label":?,"subAccountApiKey":?,"permList":?,"ipList":?}`,
		key.Sub, key.Label, key.ID, bitgetListed(key), append([]string{}, key.IPs...))
}

// bitgetForm is what v2 is told of a key.
type bitgetForm struct {
	uid, id, label, passphrase string
	permList                   *[]string
	ips                        []string
}

func (v *bitget) form(c bitgetCall) (f bitgetForm, refusal *bitgetError) {
	refusal = c.fields("subAccountUid", &f.uid, "subAccountApiKey", &f.id, "label", &f.label, "passphrase", &f.passphrase, "permList", &f.permList, "ipList", &f.ips)
	if refusal == nil {
		refusal = v.sub("subAccountUid", f.uid)
	}
	switch {
	case refusal != nil:
		return f, refusal
	case f.label == "" || len(f.label) > bitgetMostLabel:
		return f, bitgetBad("label")
	case len(f.ips) > bitgetMostIPs || !onlyIPv4(f.ips):
		return f, bitgetBad("ipList")
	}
	return f, nil
}

func bitgetCreateVirtualKey(v *bitget, c bitgetCall) (any, *bitgetError) {
	f, refusal := v.form(c)
	if refusal != nil {
		return nil, refusal
	}
	asked := []string{}
	if f.permList != nil {
		asked = *f.permList
	}
	words, refusal := bitgetSubWords(asked)
	switch {
	case refusal != nil:
		return nil, refusal
	case !bitgetPhrase(f.passphrase):
		return nil, errBitgetPhrase
	case len(v.ofSub(f.uid)) >= bitgetMostKeys:
		return nil, errBitgetFull
	}
	key := v.issueNew(wanted{
		Label: f.label, Sub: f.uid, Permissions: bitgetNormal(words), Words: words, IPs: f.ips, Passphrase: f.passphrase,
	}, v.now())
	return joined(bitgetVirtualKey(key), jsonOf(`{"secretKey":?}`, key.Secret)), nil
}

// bitgetEditVirtualKey changes a key. Left out, permList stays and ipList
// becomes empty, which opens the key to every address. The passphrase, which
// has to be told, is taken to be the one that the key has.
func bitgetEditVirtualKey(v *bitget, c bitgetCall) (any, *bitgetError) {
	f, refusal := v.form(c)
	if refusal != nil {
		return nil, refusal
	}
	key, refusal := v.subKey(f.id, true)
	if refusal != nil {
		return nil, refusal
	}
	words := key.Words
	if f.permList != nil {
		words, refusal = bitgetSubWords(*f.permList)
	}
	switch {
	case refusal != nil:
		return nil, refusal
	case key.Sub != f.uid:
		return nil, errBitgetNoSubKey
	case f.passphrase != key.Passphrase:
		return nil, errBitgetWrongPass
	}
	key.Label, key.Words, key.Permissions, key.IPs = f.label, words, bitgetNormal(words), f.ips
	return bitgetVirtualKey(key), nil
}

// bitgetPhrase reports whether a passphrase is one: 8 to 32 letters and
// digits.
func bitgetPhrase(p string) bool {
	return len(p) >= 8 && len(p) <= 32 && strings.Trim(p, alphanumeric) == ""
}

// mayManage reports whether a key can manage those of sub-accounts.
func (v *bitget) mayManage(e *entry) bool {
	return e.Sub == "" && !e.Disabled && len(e.IPs) > 0 && anyOf([]string{"chow", "uta_mgt"}, e.Words) && !anyOf([]string{bitgetReadOnly}, e.Words)
}
