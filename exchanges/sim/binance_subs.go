package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// What follows are the keys of sub-accounts, which a key of the main account
// makes, lists, changes and deletes: developers.binance.com, sub-account, "API
// management". Keys of the main account itself have no such endpoints.

// binanceUIDWeight is what each call weighs on the account's limit of 180,000
// a minute for each endpoint.
const binanceUIDWeight = 3000

var binanceSubRoutes = []binanceRoute{
	{"POST /sapi/v1/sub-account/subAccountApi", binanceRead, binanceUIDWeight, forMaster(binanceCreateSubKeyV1)},
	{"POST /sapi/v2/sub-account/subAccountApi", binanceTrade, binanceUIDWeight, forMaster(binanceCreateSubKeyV2)},
	{"GET /sapi/v1/sub-account/subAccountApi", binanceRead, binanceUIDWeight, forMaster(binanceListSubKeys)},
	{"DELETE /sapi/v1/sub-account/subAccountApi", binanceRead, binanceUIDWeight, forMaster(binanceDeleteSubKey)},
	{"POST /sapi/v1/sub-account/subAccountApiPermission", binanceRead, binanceUIDWeight, forMaster(binanceEditSubKey)},
	{"GET /sapi/v1/sub-account/subAccountApi/ipRestriction", binanceRead, binanceUIDWeight, forMaster(binanceSubKeyIPs)},
	{"POST /sapi/v2/sub-account/subAccountApi/ipRestriction", binanceTrade, binanceUIDWeight, forMaster(binanceAddSubKeyIPs)},
	{"DELETE /sapi/v1/sub-account/subAccountApi/ipRestriction/ipList", binanceTrade, binanceUIDWeight, forMaster(binanceDropSubKeyIPs)},
}

// These refusals exist in some form, but no document ties them to a code: the
// codes and words are made up, and a client may not depend on them.
var (
	errBinanceNoSub    = &binanceError{400, -20001, "Sub-account does not exist."}
	errBinanceNoSubKey = &binanceError{400, -20002, "Sub-account API key does not exist."}
	errBinanceLabel    = &binanceError{400, -20003, "API name already exists."}
	errBinanceFull     = &binanceError{400, -20004, "The number of API keys exceeds the limit."}
)

// binanceMostKeys is how many keys an account may have. It is what the web
// pages say; the limit of a sub-account is not documented.
const binanceMostKeys = 30

// notValid refuses a parameter that was sent but cannot be.
//
//go:noinline
func notValid(name string) *binanceError {
	return &binanceError{400, -1130, fmt.Sprintf("Data sent for parameter '%s' is not valid.", name)}
}

// binanceSubCall is an endpoint for the keys of one sub-account.
type binanceSubCall func(v *binance, c binanceCall, email string) (any, *binanceError)

// forMaster lets an endpoint through to keys that may manage those of
// sub-accounts. The documentation calls the rule "KYC IP restriction check" and
// does not spell it out; here it takes a key of the main account with an IP
// list, which the caller's address has passed already. Not inlined: each copy
// would have a closure of its own.
//
//go:noinline
func forMaster(serve binanceSubCall) func(*binance, binanceCall) (any, *binanceError) {
	return func(v *binance, c binanceCall) (any, *binanceError) {
		email := param(c.params, "email")
		switch {
		case c.key.Sub != "" || len(c.key.IPs) == 0:
			return nil, errBinanceKey
		case email == "":
			return nil, missing("email")
		case !contains(v.account.Subs, email): // in lower case: another spelling is another address
			return nil, errBinanceNoSub
		}
		return serve(v, c, email)
	}
}

// subKey returns the key that a request names.
func (v *binance) subKey(c binanceCall, email string) (*entry, *binanceError) {
	id := param(c.params, "subAccountApiKey")
	if id == "" {
		return nil, missing("subAccountApiKey")
	}
	key, ok := v.listed(id)
	if !ok || key.Sub != email {
		return nil, errBinanceNoSubKey
	}
	return key, nil
}

// binanceGrant is a right that a key of a sub-account can be given. There is
// none for withdrawals, and reading is part of every key.
type binanceGrant struct{ param, flag string }

var binanceGrants = []binanceGrant{
	{"canTrade", "enableSpotAndMarginTrading"},
	{"canMarginLoanRepay", "enableMargin"},
	{"canFuturesTrade", "enableFutures"},
	{"canUniversalTransfer", "permitsUniversalTransfer"},
	{"canVanillaOptions", "enableVanillaOptions"},
}

// binanceFIXGrants are for Ed25519 keys only.
var binanceFIXGrants = []binanceGrant{
	{"canFixApiTrading", "enableFixApiTrade"},
	{"canFixApiReading", "enableFixReadOnly"},
}

// change sets the switches that a request names, and leaves the others.
func (c binanceCall) change(on map[string]bool, grants []binanceGrant) *binanceError {
	for _, g := range grants {
		switch param(c.params, g.param) {
		case "":
		case "true":
			on[g.flag] = true
		case "false":
			delete(on, g.flag)
		default:
			return &binanceError{400, -1100, fmt.Sprintf("Illegal characters found in parameter '%s'; legal range is 'true|false'.", g.param)}
		}
	}
	return nil
}

// rightsOf writes switches as permissions of the normal form, and in
// Binance's words too when the normal form does not say it all.
func rightsOf(on map[string]bool) (permissions, words []string) {
	for _, permission := range []string{"read", "spot", "margin", "futures", "options", "transfer", "withdraw"} {
		if flag, _ := binanceWords.of(permission); on[flag] {
			permissions = append(permissions, permission)
		}
	}
	if len(permissions) == len(on) {
		return permissions, nil
	}
	for flag := range on {
		words = append(words, flag)
	}
	slices.Sort(words)
	return permissions, words
}

// tell adds the rights of a key to an answer.
func (v *binance) tell(body json.RawMessage, key *entry) json.RawMessage {
	on, rights := v.flags(key), map[string]bool{}
	for _, g := range binanceGrants {
		rights[g.param] = on[g.flag]
	}
	return joined(body, marshal(rights))
}

func binanceListSubKeys(v *binance, c binanceCall, email string) (any, *binanceError) {
	page, refusal := c.number("page", 1, 1<<31-1)
	if refusal != nil {
		return nil, refusal
	}
	size, refusal := c.number("size", 30, 100)
	if refusal != nil {
		return nil, refusal
	}
	keys := v.ofSub(email)
	if id := param(c.params, "subAccountApiKey"); id != "" {
		keys = slices.DeleteFunc(keys, func(e *entry) bool { return e.ID != id })
	}
	total, list := len(keys), []json.RawMessage{}
	first := min((page-1)*size, total)
	for _, key := range keys[first:min(first+size, total)] {
		list = append(list, v.tell(jsonOf(`{"email":?,"apiName":?,"apikey":?,"timestamp":?}`, email, key.Label, key.ID, inMillis(key.Created)), key))
	}
	return jsonOf(`{"total":?,"list":?}`, total, list), nil
}

// number reads an optional number from 1 to most.
func (c binanceCall) number(name string, fallback, most int) (int, *binanceError) {
	text := param(c.params, name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, notValid(name)
	}
	return n, nil
}

// binanceEditSubKey changes rights. What the request does not name stays,
// since no default is documented here.
func binanceEditSubKey(v *binance, c binanceCall, email string) (any, *binanceError) {
	key, refusal := v.subKey(c, email)
	if refusal != nil {
		return nil, refusal
	}
	on := v.flags(key)
	if refusal := c.change(on, binanceGrants); refusal != nil {
		return nil, refusal
	}
	key.Permissions, key.Words = rightsOf(on)
	v.edited[key] = v.now()
	return v.tell(jsonOf(`{"apiName":?,"apikey":?,"timestamp":?}`, key.Label, key.ID, inMillis(v.now())), key), nil
}

func binanceDeleteSubKey(v *binance, c binanceCall, email string) (any, *binanceError) {
	key, refusal := v.subKey(c, email)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return jsonOf(`{}`), nil
}
