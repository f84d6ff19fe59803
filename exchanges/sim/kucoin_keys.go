package sim

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What follows is the management of the keys of sub-accounts by a key of the
// main account, for which General is enough. Nothing by API makes or changes
// a key of the main account itself.

const (
	kucoinMostIPs   = 20
	kucoinMostLabel = 24
)

// kucoinSubRights are those that a sub-account's key can be given.
var kucoinSubRights = []string{"General", "Spot", "Margin", "Futures", "InnerTransfer"}

// Nothing says which kind of account is refused the endpoints of the unified
// one that tell of keys and make them, so none is.
var kucoinKeyRoutes = []kucoinRoute{
	{"GET /api/v1/user/api-key", "General", 20, (*kucoin).keyInfo},
	{"GET /api/ua/v1/user/api-key", "General", 20, (*kucoin).keyInfo},
	{"GET /api/v2/sub/user", "General", 20, byKucoinMaster((*kucoin).subAccounts)},
	{"GET /api/v1/sub/user", "General", 20, byKucoinMaster((*kucoin).allSubAccounts)},
	{"GET /api/v1/sub/api-key", "General", 20, byKucoinMaster((*kucoin).subKeys)},
	{"POST /api/v1/sub/api-key", "General", 20, byKucoinMaster((*kucoin).createSubKey)},
	{"POST /api/ua/v1/user/create-sub-api-key", "General", 20, byKucoinMaster((*kucoin).createSubKey)},
	{"POST /api/v1/sub/api-key/update", "General", 30, byKucoinMaster((*kucoin).editSubKey)},
	{"DELETE /api/v1/sub/api-key", "General", 30, byKucoinMaster((*kucoin).deleteSubKey)},
}

// byKucoinMaster keeps keys of sub-accounts from an endpoint. Not inlined: each
// copy would have a closure of its own.
//
//go:noinline
func byKucoinMaster(serve func(*kucoin, kucoinCall) (any, *kucoinRefusal)) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		if c.key.Sub != "" {
			return nil, errKucoinDenied
		}
		return serve(v, c)
	}
}

// uid returns the number of the account that a key belongs to.
func (v *kucoin) uid(sub string) int64 {
	id := v.account.ID
	if sub != "" {
		id = newMaterial("kucoin", "uid", v.account.ID, sub).text("123456789", 9)
	}
	n, _ := strconv.ParseInt(id, 10, 64) // made of digits here and by the world
	return n
}

// keyInfo describes the calling key.
func (v *kucoin) keyInfo(c kucoinCall) (any, *kucoinRefusal) {
	var parent any
	if c.key.Sub != "" {
		parent = v.uid("")
	}
	return joined(v.describe(c.key), jsonOf(`{"region":"DE","kycStatus":1,"siteType":"global","expiredAt":?,"thirdPartyApp":?,"parentUid":?}`,
		kucoinExpiry(c.key.Expires), c.key.Partner, parent)), nil
}

// describe tells of a key what it may know of itself, and its master of it.
// The end of a key is not documented for the master.
func (v *kucoin) describe(key *entry) json.RawMessage {
	return joined(kucoinSettings(key), jsonOf(`{"uid":?,"isMaster":?}`, v.uid(key.Sub), key.Sub == ""))
}

// kucoinSettings is what is told of a key that was just made, too.
func kucoinSettings(key *entry) json.RawMessage {
	body := jsonOf(`{"remark":?,"apiKey":?,"apiVersion":?,"permission":?,"createdAt":?}`,
		key.Label, key.ID, kucoinVersion(key), strings.Join(key.Words, ","), inMillis(key.Created))
	if key.Sub != "" {
		body = joined(body, jsonOf(`{"subName":?}`, key.Sub))
	}
	if len(key.IPs) > 0 { // else there is no such field
		body = joined(body, jsonOf(`{"ipWhitelist":?}`, strings.Join(key.IPs, ",")))
	}
	return body
}

func (v *kucoin) member(sub string) json.RawMessage {
	return fill(`{"userId":"$user","uid":$uid,"subName":"$sub","status":2,"type":0,"access":"All","createdAt":1668562696000,"remarks":"",
		"tradeTypes":["Spot","Futures","Margin"],"openedTradeTypes":["Spot"],"hostedStatus":null}`,
		"user", newMaterial("kucoin", "user", v.account.ID, sub).text(lowerHex, 24), "uid", digits(v.uid(sub)), "sub", sub)
}

func (v *kucoin) subAccounts(c kucoinCall) (any, *kucoinRefusal) {
	size := boundedInt(param(c.query(), "pageSize"), 10, 100)
	page := boundedInt(param(c.query(), "currentPage"), 1, 1_000)
	items := []json.RawMessage{}
	for i, sub := range v.account.Subs {
		if i/size == page-1 {
			items = append(items, v.member(sub))
		}
	}
	total := len(v.account.Subs)
	return jsonOf(`{"currentPage":?,"pageSize":?,"totalNum":?,"totalPage":?,"items":?}`, page, size, total, (total+size-1)/size, items), nil
}

func (v *kucoin) allSubAccounts(kucoinCall) (any, *kucoinRefusal) {
	items := []json.RawMessage{}
	for _, sub := range v.account.Subs {
		items = append(items, v.member(sub))
	}
	return items, nil
}

// knownSub refuses a sub-account that is not there; with which code is not
// documented, nor for a key.
func (v *kucoin) knownSub(sub string) *kucoinRefusal {
	switch {
	case sub == "":
		return kucoinBad("subName is required")
	case !contains(v.account.Subs, sub):
		return kucoinBad("The sub-account does not exist")
	}
	return nil
}

func (v *kucoin) subKeys(c kucoinCall) (any, *kucoinRefusal) {
	query := c.query()
	if refusal := v.knownSub(param(query, "subName")); refusal != nil {
		return nil, refusal
	}
	list := []json.RawMessage{}
	for _, key := range v.ofSub(param(query, "subName")) {
		if wanted := param(query, "apiKey"); (wanted == "" || wanted == key.ID) && !v.dormant(key) {
			list = append(list, v.describe(key))
		}
	}
	return list, nil
}

// target returns the key that a request means, of which it has to know the
// passphrase.
func (v *kucoin) target(sub, id, passphrase string) (*entry, *kucoinRefusal) {
	if refusal := v.knownSub(sub); refusal != nil {
		return nil, refusal
	}
	key, ok := v.listed(id)
	switch {
	case id == "" || passphrase == "":
		return nil, kucoinBad("apiKey and passphrase are required")
	case !ok || key.Sub != sub || v.dormant(key):
		return nil, kucoinBad("The API key does not exist")
	case !sameText(key.Passphrase, passphrase):
		return nil, kucoinBad("The passphrase of the API key is wrong")
	}
	return key, nil
}

// kucoinForm is what a sub-account's key should be, read from what was sent
// and from the defaults.
type kucoinForm struct {
	sub, id, passphrase, remark string
	permission, ips, expire     string

	words []string
	list  []string
	end   time.Time
}

func (v *kucoin) form(c kucoinCall) (f kucoinForm, refusal *kucoinRefusal) {
	f.permission, f.expire = "General", "-1"
	if refusal = c.fields("subName", &f.sub, "apiKey", &f.id, "passphrase", &f.passphrase, "remark", &f.remark,
		"permission", &f.permission, "ipWhitelist", &f.ips, "expire", &f.expire); refusal != nil {
		return f, refusal
	}
	if f.words, refusal = kucoinSubWords(f.permission); refusal != nil {
		return f, refusal
	}
	if f.list, refusal = kucoinAddresses(f.ips); refusal != nil {
		return f, refusal
	}
	f.end, refusal = v.endIn(f.expire)
	return f, refusal
}

// endIn returns the end of a key that lives so many days from now.
func (v *kucoin) endIn(days string) (time.Time, *kucoinRefusal) {
	switch days {
	case "-1":
		return time.Time{}, nil
	case "30", "90", "180", "360":
		n, _ := strconv.Atoi(days) // one of these
		return v.now().Add(time.Duration(n) * day), nil
	}
	return time.Time{}, kucoinBad("expire is invalid")
}

// kucoinSubWords reads the rights of a sub-account's key, of which General is
// always one.
func kucoinSubWords(text string) ([]string, *kucoinRefusal) {
	asked := strings.Split(text, ",")
	for _, word := range asked {
		if !contains(kucoinSubRights, word) {
			return nil, kucoinBad("permission is invalid: " + word)
		}
	}
	words := []string{}
	for _, word := range kucoinSubRights {
		if word == "General" || contains(asked, word) {
			words = append(words, word)
		}
	}
	return words, nil
}

// kucoinAddresses reads a list of addresses with commas between them. Nothing
// says that ranges or IPv6 would be taken.
func kucoinAddresses(text string) ([]string, *kucoinRefusal) {
	if text == "" {
		return nil, nil
	}
	list := strings.Split(text, ",")
	if len(list) > kucoinMostIPs {
		return nil, kucoinBad(fmt.Sprintf("ipWhitelist has more than %d addresses", kucoinMostIPs))
	}
	for _, one := range list {
		if addr, err := netip.ParseAddr(one); err != nil || !addr.Is4() {
			return nil, kucoinBad("ipWhitelist is invalid: " + one)
		}
	}
	return list, nil
}

// kucoinBadPassphrase says what is wrong with a passphrase; empty: nothing.
func kucoinBadPassphrase(text string) string {
	if n := utf8.RuneCountInString(text); n < 7 || n > 32 || strings.ContainsAny(text, " \t\r\n") {
		return "The passphrase must have 7 to 32 characters and no spaces"
	}
	return ""
}

// createSubKey makes a key. The answer is the only one that has the secret.
func (v *kucoin) createSubKey(c kucoinCall) (any, *kucoinRefusal) {
	f, refusal := v.form(c)
	if refusal == nil {
		refusal = v.knownSub(f.sub)
	}
	if refusal != nil {
		return nil, refusal
	}
	if bad := kucoinBadPassphrase(f.passphrase); bad != "" {
		return nil, kucoinBad(bad)
	}
	if n := utf8.RuneCountInString(f.remark); n < 1 || n > kucoinMostLabel {
		return nil, kucoinBad(fmt.Sprintf("The remark must have 1 to %d characters", kucoinMostLabel))
	}
	key := v.issueNew(wanted{
		Label: f.remark, Sub: f.sub, Words: f.words, Permissions: kucoinNormal(f.words), IPs: f.list, Passphrase: f.passphrase, Expires: f.end,
	}, v.now())
	return joined(kucoinSettings(key), jsonOf(`{"apiSecret":?,"passphrase":?}`, key.Secret, key.Passphrase)), nil
}

// editSubKey replaces the rights, the addresses and the end of a key. What is
// left out takes its default and not what it was: that is documented for the
// rights and, as the more dangerous reading, holds for the rest.
func (v *kucoin) editSubKey(c kucoinCall) (any, *kucoinRefusal) {
	f, refusal := v.form(c)
	if refusal != nil {
		return nil, refusal
	}
	key, refusal := v.target(f.sub, f.id, f.passphrase)
	if refusal != nil {
		return nil, refusal
	}
	key.Words, key.Permissions, key.IPs, key.Expires = f.words, kucoinNormal(f.words), f.list, f.end
	return jsonOf(`{"subName":?,"apiKey":?,"permission":?,"ipWhitelist":?}`, f.sub, key.ID, strings.Join(f.words, ","), strings.Join(f.list, ",")), nil
}

func (v *kucoin) deleteSubKey(c kucoinCall) (any, *kucoinRefusal) {
	query := c.query()
	key, refusal := v.target(param(query, "subName"), param(query, "apiKey"), param(query, "passphrase"))
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return jsonOf(`{"subName":?,"apiKey":?}`, key.Sub, key.ID), nil
}
