package sim

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// What follows is the management of the keys of sub-accounts by a key of the
// main account, for which the right to see the account is enough as it is
// documented. Nothing by API makes a key of the main account, and nothing
// changes a key: a new one has to take its place.

const (
	mexcMostKeys  = 30
	mexcMostIPs   = 10 // of two numbers that are documented, the smaller
	mexcMostLabel = 64 // a guess
	mexcOpenLife  = 90 * day
)

var mexcKeyRoutes = []mexcRoute{
	{"GET /api/v3/sub-account/list", "SPOT_ACCOUNT_READ", byMexcMaster((*mexc).subAccounts)},
	{"GET /api/v3/sub-account/apiKey", "SPOT_ACCOUNT_READ", ofMexcSub((*mexc).subKeys)},
	{"POST /api/v3/sub-account/apiKey", "SPOT_ACCOUNT_READ", ofMexcSub((*mexc).createSubKey)},
	{"DELETE /api/v3/sub-account/apiKey", "SPOT_ACCOUNT_READ", ofMexcSub((*mexc).deleteSubKey)},
}

// byMexcMaster keeps keys of sub-accounts from an endpoint.
//
//go:noinline // it has many callers
func byMexcMaster(serve func(*mexc, mexcCall) (any, *mexcRefusal)) func(*mexc, mexcCall) (any, *mexcRefusal) {
	return func(v *mexc, c mexcCall) (any, *mexcRefusal) {
		if c.key.Sub != "" {
			return nil, errMexcDenied
		}
		return serve(v, c)
	}
}

// ofMexcSub is for endpoints that name a sub-account, which has to be there.
//
//go:noinline // it has many callers
func ofMexcSub(serve func(v *mexc, c mexcCall, sub string) (any, *mexcRefusal)) func(*mexc, mexcCall) (any, *mexcRefusal) {
	return byMexcMaster(func(v *mexc, c mexcCall) (any, *mexcRefusal) {
		sub := param(c.params, "subAccount")
		switch {
		case sub == "":
			return nil, mexcSays(730600, "Sub-account Name cannot be null")
		case !contains(v.account.Subs, sub):
			return nil, mexcSays(140001, "sub account does not exist")
		}
		return serve(v, c, sub)
	})
}

func (v *mexc) subAccounts(c mexcCall) (any, *mexcRefusal) {
	size := boundedInt(param(c.params, "limit"), 10, 200)
	page := boundedInt(param(c.params, "page"), 1, 1_000)
	wanted := param(c.params, "subAccount")
	list := []json.RawMessage{}
	for i, sub := range v.account.Subs {
		if i/size == page-1 && (wanted == "" || wanted == sub) {
			list = append(list, jsonOf(`{"subAccount":?,"isFreeze":false,"createTime":1668562696000,"uid":?}`, sub, v.uid(sub)))
		}
	}
	return jsonOf(`{"subAccounts":?}`, list), nil
}

func (v *mexc) subKeys(_ mexcCall, sub string) (any, *mexcRefusal) {
	list := []json.RawMessage{}
	for _, key := range v.ofSub(sub) {
		list = append(list, mexcSubKey(key))
	}
	return jsonOf(`{"subAccount":?}`, list), nil
}

// mexcSubKey is a key as its master sees it. The name of the time is spelt as
// MEXC spells it; its end is not told.
func mexcSubKey(key *entry) json.RawMessage {
	return jsonOf(`{"note":?,"apiKey":?,"permissions":?,"ip":?,"creatTime":?}`,
		key.Label, key.ID, strings.Join(key.Words, ","), strings.Join(key.IPs, ","), inMillis(key.Created))
}

// createSubKey makes a key. The answer is the only one that has the secret.
// That notes have to differ is not documented.
func (v *mexc) createSubKey(c mexcCall, sub string) (any, *mexcRefusal) {
	note := param(c.params, "note")
	switch {
	case note == "":
		return nil, mexcSays(730700, "API KEY remarks cannot be null")
	case utf8.RuneCountInString(note) > mexcMostLabel:
		return nil, mexcSays(730002, "Your input param is invalid")
	}
	words, refusal := mexcSubWords(param(c.params, "permissions"))
	if refusal != nil {
		return nil, refusal
	}
	ips, refusal := mexcAddresses(param(c.params, "ip"))
	if refusal != nil {
		return nil, refusal
	}
	if len(v.ofSub(sub)) >= mexcMostKeys {
		return nil, mexcSays(730705, "At most 30 groups of Api Keys are allowed to be created only")
	}
	now := v.now()
	key := v.issueNew(wanted{
		Label: note, Sub: sub, Words: words, Permissions: mexcNormal(words), IPs: ips, Expires: endOfOpen(ips, time.Time{}, now, mexcOpenLife),
	}, now)
	return joined(mexcSubKey(key), jsonOf(`{"subAccount":?,"secretKey":?}`, sub, key.Secret)), nil
}

// mexcAddresses reads a list of addresses with commas between them. Nothing
// says that ranges or IPv6 would be taken.
func mexcAddresses(text string) ([]string, *mexcRefusal) {
	if text == "" {
		return nil, nil
	}
	list := strings.Split(text, ",")
	switch {
	case len(list) > mexcMostIPs:
		return nil, mexcSays(730703, "The IP information is incorrect, and a maximum of 10 IPs are allowed to be bound only")
	case !onlyIPv4(list):
		return nil, mexcSays(730704, "The bound IP format is incorrect, please refill")
	}
	return list, nil
}

func (v *mexc) deleteSubKey(c mexcCall, sub string) (any, *mexcRefusal) {
	id := param(c.params, "apiKey")
	if id == "" {
		return nil, mexcSays(730707, "accessKey cannot be null")
	}
	key, ok := v.listed(id)
	if !ok || key.Sub != sub {
		return nil, mexcSays(730706, "API KEY information does not exist")
	}
	v.remove(key.ID, v.now())
	return jsonOf(`{"subAccount":?}`, sub), nil
}
