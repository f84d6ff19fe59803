package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// What follows is the management of the keys of sub-accounts by API:
// www.okx.com/docs-v5, "Sub-account". Keys of the main account are managed on
// the web site only.

const (
	okxMostKeys  = 50
	okxMostLabel = 50
)

// Which of several codes for one refusal comes when is not documented: 59500
// stands for 59604 and 59501 for 59602 too.
var (
	errOKXMainOnly = &okxError{http.StatusOK, "59500", "Only the APIKey of the main account has permission"}
	errOKXNoSub    = &okxError{http.StatusOK, "59510", "Sub-account does not exist"}
	errOKXNoKey    = &okxError{http.StatusOK, "59506", "APIKey does not exist"}
)

// byOKXMain keeps keys of sub-accounts from an endpoint, and the demo from it:
// there are no sub-accounts there. Not inlined: each copy would have a closure
// of its own.
//
//go:noinline
func byOKXMain(serve func(*okx, okxCall) (any, *okxError)) func(*okx, okxCall) (any, *okxError) {
	return func(v *okx, c okxCall) (any, *okxError) {
		switch {
		case v.env == "demo":
			return nil, &okxError{http.StatusOK, "50038", "This feature is unavailable in demo trading"}
		case c.key.Sub != "":
			return nil, errOKXMainOnly
		}
		return serve(v, c)
	}
}

// byOKXManager also wants the calling key to be bound to addresses.
//
//go:noinline // it has many callers
func byOKXManager(serve func(*okx, okxCall) (any, *okxError)) func(*okx, okxCall) (any, *okxError) {
	return byOKXMain(func(v *okx, c okxCall) (any, *okxError) {
		if len(c.key.IPs) == 0 {
			return nil, &okxError{http.StatusForbidden, "50035", "This endpoint requires that APIKey must be bound to IP"}
		}
		return serve(v, c)
	})
}

// fields reads the named fields of the body.
func (c okxCall) fields(into ...any) *okxError {
	bad, ok := readFields(c.body, into...)
	switch {
	case !ok:
		return &okxError{http.StatusBadRequest, "50002", "JSON syntax error"}
	case bad != "":
		return okxBad(bad)
	}
	return nil
}

func okxCreateSub(*okx, okxCall) (any, *okxError) {
	return nil, &okxError{http.StatusOK, "59518", "You cannot create a sub-account using the API. Please create on the website"}
}

func okxSubList(v *okx, c okxCall) (any, *okxError) {
	list := []json.RawMessage{}
	for _, sub := range v.account.Subs {
		if wanted := c.query("subAcct"); wanted != "" && wanted != sub {
			continue
		}
		list = append(list, fill(`{"subAcct":"$sub","uid":"$uid","label":"","type":"1","enable":true,"canTransOut":false,"gAuth":false,"mobile":"",
			"frozenFunc":[],"subAcctLv":"1","firstLvSubAcct":"","ifDma":false,"ts":"1672531200000"}`, "sub", sub, "uid", v.uid(sub)))
	}
	return list, nil
}

// sub checks the name of a sub-account.
func (v *okx) sub(name string) *okxError {
	switch {
	case name == "":
		return okxEmpty("subAcct")
	case !contains(v.account.Subs, name):
		return errOKXNoSub
	}
	return nil
}

// subKey returns the key of a sub-account that a request names.
func (v *okx) subKey(sub, id string) (*entry, *okxError) {
	if refusal := v.sub(sub); refusal != nil {
		return nil, refusal
	}
	if id == "" {
		return nil, okxEmpty("apiKey")
	}
	key, ok := v.listed(id)
	switch {
	case !ok:
		return nil, errOKXNoKey
	case key.Sub != sub:
		return nil, &okxError{http.StatusOK, "59605", "The API key does not exist in this sub-account"}
	}
	return key, nil
}

func okxListSubKeys(v *okx, c okxCall) (any, *okxError) {
	sub, id := c.query("subAcct"), c.query("apiKey")
	if refusal := v.sub(sub); refusal != nil {
		return nil, refusal
	}
	keys := v.ofSub(sub)
	if id != "" {
		key, refusal := v.subKey(sub, id)
		if refusal != nil {
			return nil, refusal
		}
		keys = []*entry{key}
	}
	list := []json.RawMessage{}
	for _, key := range keys {
		list = append(list, okxSubKey(key))
	}
	return list, nil
}

// okxSubKey is a key of a sub-account as its main account sees it.
func okxSubKey(key *entry) json.RawMessage {
	return jsonOf(`{"label":?,"apiKey":?,"perm":?,"ip":?,"ts":?}`,
		key.Label, key.ID, okxPerm(key), strings.Join(key.IPs, ","), strconv.FormatInt(inMillis(key.Created), 10))
}

func okxCreateSubKey(v *okx, c okxCall) (any, *okxError) {
	var sub, label, passphrase, perm, ip string
	if refusal := c.fields("subAcct", &sub, "label", &label, "passphrase", &passphrase, "perm", &perm, "ip", &ip); refusal != nil {
		return nil, refusal
	}
	if refusal := v.sub(sub); refusal != nil {
		return nil, refusal
	}
	if refusal := v.newLabel(sub, label, nil); refusal != nil {
		return nil, refusal
	}
	words, refusal := okxSubWords(perm)
	if refusal != nil {
		return nil, refusal
	}
	ips, refusal := okxAddresses(ip)
	switch {
	case refusal != nil:
		return nil, refusal
	case okxPassphrase(passphrase) != "":
		return nil, &okxError{http.StatusOK, "59505", okxPassphrase(passphrase)}
	case len(v.ofSub(sub)) >= okxMostKeys:
		return nil, &okxError{http.StatusOK, "59501", fmt.Sprintf("Only %d APIKeys can be created per account", okxMostKeys)}
	}
	key := v.issueNew(wanted{
		Label: label, Sub: sub, Permissions: okxNormal(words), Words: words, IPs: ips, Passphrase: passphrase,
	}, v.now())
	made := jsonOf(`{"subAcct":?,"secretKey":?,"passphrase":?}`, sub, key.Secret, passphrase)
	return []json.RawMessage{joined(okxSubKey(key), made)}, nil
}

// okxEditSubKey changes what a request names; what it leaves out stays. An
// empty ip takes the addresses away.
func okxEditSubKey(v *okx, c okxCall) (any, *okxError) {
	var sub, id string
	var label, perm, ip *string
	if refusal := c.fields("subAcct", &sub, "apiKey", &id, "label", &label, "perm", &perm, "ip", &ip); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.subKey(sub, id)
	if refusal != nil {
		return nil, refusal
	}
	changed := *key
	if label != nil {
		refusal, changed.Label = v.newLabel(sub, *label, key), *label
	}
	if perm != nil && refusal == nil {
		changed.Words, refusal = okxSubWords(*perm)
	}
	if ip != nil && refusal == nil {
		changed.IPs, refusal = okxAddresses(*ip)
	}
	if refusal != nil {
		return nil, refusal
	}
	key.Label, key.Words, key.IPs, key.Permissions = changed.Label, changed.Words, changed.IPs, okxNormal(changed.Words)
	return []json.RawMessage{joined(okxSubKey(key), jsonOf(`{"subAcct":?}`, sub))}, nil
}

func okxDeleteSubKey(v *okx, c okxCall) (any, *okxError) {
	var sub, id string
	if refusal := c.fields("subAcct", &sub, "apiKey", &id); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.subKey(sub, id)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return jsonOf(`[{"subAcct":?}]`, sub), nil
}

// newLabel checks the name that a key shall have; own is the key that has it
// already. By API it may consist of letters and digits only.
func (v *okx) newLabel(sub, label string, own *entry) *okxError {
	other, taken := v.byLabel(sub, label)
	switch {
	case label == "":
		return okxEmpty("label")
	case len(label) > okxMostLabel || strings.Trim(label, alphanumeric) != "":
		return okxBad("label")
	case taken && other != own:
		return &okxError{http.StatusOK, "59502", "This note name already exists. Enter a unique API key note name"}
	}
	return nil
}

// okxSubWords reads the rights of a key of a sub-account. Nothing stands for
// reading, which every key may.
func okxSubWords(perm string) ([]string, *okxError) {
	words := []string{okxRead}
	for _, word := range strings.Split(perm, ",") {
		switch strings.TrimSpace(word) {
		case "", okxRead:
		case okxTrade:
			words = append(words, okxTrade)
		case okxWithdraw:
			return nil, &okxError{http.StatusOK, "59504", "The sub-account does not support withdrawals"}
		default:
			return nil, okxBad("perm")
		}
	}
	return slices.Compact(words), nil
}

// okxAddresses reads a list of addresses and ranges with commas between them.
func okxAddresses(text string) ([]string, *okxError) {
	if text == "" {
		return nil, nil
	}
	list, rule := strings.Split(text, ","), okxIPRule()
	switch {
	case len(list) > rule.most:
		return nil, &okxError{http.StatusOK, "59503", fmt.Sprintf("Each APIKey can bind up to %d IP addresses", rule.most)}
	case slices.ContainsFunc(list, func(one string) bool { return rule.check(one) != "" }):
		return nil, okxBad("ip")
	}
	return list, nil
}

// okxPassphrase says what is wrong with a passphrase.
func okxPassphrase(p string) string {
	kinds := []func(rune) bool{
		unicode.IsUpper, unicode.IsLower, unicode.IsDigit,
		func(c rune) bool { return unicode.IsPunct(c) || unicode.IsSymbol(c) },
	}
	lacks := slices.ContainsFunc(kinds, func(is func(rune) bool) bool { return !strings.ContainsFunc(p, is) })
	if lacks || len(p) < 8 || len(p) > 32 {
		return "The passphrase must have 8 to 32 characters: at least one upper-case letter, one lower-case letter, one digit and one special character."
	}
	return ""
}
