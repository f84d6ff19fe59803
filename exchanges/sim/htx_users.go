package sim

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What follows is the parent user's: the list of its keys and those of its
// sub-users, and the management of the latter. By API nothing makes or changes
// a key of the parent itself.

const (
	htxMostKeys  = 20 // of a user, parent or not
	htxMostIPs   = 20
	htxMostLabel = 255

	// htxOpenLife is how long a key without a list of addresses lives, as the
	// quick start has it. By a newer page only keys that may do more than read
	// end, 90 days after they were used last; the stricter reading is taken.
	htxOpenLife = 90 * day
)

var errHTXForbidden = &htxRefusal{code: 1002, name: "base-operation-forbidden", message: "forbidden"}

// htxField refuses the value of a field.
//
//go:noinline
func htxField(name string) *htxRefusal {
	return &htxRefusal{code: 2002, name: "invalid-parameter", message: "invalid field value in `" + name + "`"}
}

var htxUserRoutes = []htxRoute{
	{"GET /v2/user/uid", htxRead, htxUID},
	{"GET /v2/user/api-key", htxRead, byHTXParent(htxKeys)},
	{"GET /v2/sub-user/user-list", htxRead, byHTXParent(htxSubUsers)},
	{"GET /v2/sub-user/user-state", htxRead, byHTXParent(htxSubUser)},
	{"GET /v2/sub-user/account-list", htxRead, byHTXParent(htxSubAccounts)},
	{"POST /v2/sub-user/management", htxTrade, ofHTXSub(htxLock)},
	{"POST /v2/sub-user/creation", htxTrade, htxNoMoving},
	{"POST /v2/sub-user/api-key-generation", htxTrade, ofHTXSub(htxCreateKey)},
	{"POST /v2/sub-user/api-key-modification", htxTrade, ofHTXSub(htxEditKey)},
	{"POST /v2/sub-user/api-key-deletion", htxTrade, ofHTXSub(htxDeleteKey)},
}

// byHTXParent keeps sub-users from an endpoint. Whether a key of theirs may ask
// about itself is not documented; it is not on the list of what they may. Not
// inlined: each copy would have a closure of its own.
//
//go:noinline
func byHTXParent(serve func(*htx, htxCall) (any, *htxRefusal)) func(*htx, htxCall) (any, *htxRefusal) {
	return func(v *htx, c htxCall) (any, *htxRefusal) {
		if c.key.Sub != "" {
			return nil, errHTXForbidden
		}
		return serve(v, c)
	}
}

// htxForm is what the calls about a sub-user and its keys send. What is left
// out is nil.
type htxForm struct {
	SubUID                        json.Number
	Action, OTPToken, AccessKey   string
	Note, Permission, IPAddresses *string
}

// read reads the body of a call, whose names are exact.
func (f *htxForm) read(body []byte) *htxRefusal {
	bad, ok := readFields(body, "subUid", &f.SubUID, "action", &f.Action, "otpToken", &f.OTPToken, "accessKey", &f.AccessKey,
		"note", &f.Note, "permission", &f.Permission, "ipAddresses", &f.IPAddresses)
	switch {
	case !ok:
		return htxField("body")
	case bad != "":
		return htxField(bad)
	}
	return nil
}

// ofHTXSub is for endpoints whose body names a sub-user, which has to be there.
// Not inlined: each copy would have a closure of its own.
//
//go:noinline
func ofHTXSub(serve func(*htx, htxForm) (any, *htxRefusal)) func(*htx, htxCall) (any, *htxRefusal) {
	return byHTXParent(func(v *htx, c htxCall) (any, *htxRefusal) {
		var f htxForm
		if refusal := f.read(c.body); refusal != nil {
			return nil, refusal
		}
		if !contains(v.account.Subs, f.SubUID.String()) {
			return nil, htxField("subUid")
		}
		return serve(v, f)
	})
}

func htxUID(v *htx, c htxCall) (any, *htxRefusal) {
	return json.Number(v.account.owner(c.key).ID), nil
}

// state returns the state of a sub-user.
func (v *htx) state(sub string) string {
	if v.locked[sub] {
		return "lock"
	}
	return "normal"
}

func htxSubUsers(v *htx, _ htxCall) (any, *htxRefusal) {
	list := []json.RawMessage{}
	for _, sub := range slices.Sorted(slices.Values(v.account.Subs)) {
		list = append(list, jsonOf(`{"uid":?,"userState":?}`, json.Number(sub), v.state(sub)))
	}
	return list, nil
}

func (v *htx) subUser(c htxCall) (json.RawMessage, *htxRefusal) {
	sub := c.query("subUid")
	if !contains(v.account.Subs, sub) {
		return nil, htxField("subUid")
	}
	return jsonOf(`{"uid":?}`, json.Number(sub)), nil
}

func htxSubUser(v *htx, c htxCall) (any, *htxRefusal) {
	body, refusal := v.subUser(c)
	if refusal != nil {
		return nil, refusal
	}
	return joined(body, jsonOf(`{"userState":?}`, v.state(c.query("subUid")))), nil
}

func htxSubAccounts(v *htx, c htxCall) (any, *htxRefusal) {
	body, refusal := v.subUser(c)
	if refusal != nil {
		return nil, refusal
	}
	return joined(body, jsonOf(`{"deductMode":"sub","list":[{"accountType":"spot","activation":"activated","transferrable":true,
		"accountIds":[{"accountId":?,"accountStatus":"normal"}]}]}`, v.spotAccount(c.query("subUid")))), nil
}

func htxLock(v *htx, f htxForm) (any, *htxRefusal) {
	sub := f.SubUID.String()
	locks := f.Action == "lock"
	switch {
	case !locks && f.Action != "unlock":
		return nil, htxField("action")
	case v.locked[sub] == locks:
		return nil, &htxRefusal{code: 2016, message: "invalid request while value specified in sub user states"}
	}
	v.locked[sub] = locks
	return jsonOf(`{"subUid":?,"userState":?}`, f.SubUID, v.state(sub)), nil
}

// htxKeys lists the keys of the parent or of one of its sub-users. Whose is
// optional by the present documentation, and was not by an older one.
func htxKeys(v *htx, c htxCall) (any, *htxRefusal) {
	uid, sub := cmp.Or(c.query("uid"), v.account.ID), ""
	switch {
	case contains(v.account.Subs, uid):
		sub = uid
	case uid != v.account.ID:
		return nil, htxField("uid")
	}
	list := []json.RawMessage{}
	for _, key := range v.ofSub(sub) {
		if wanted := c.query("accessKey"); wanted == "" || wanted == key.ID {
			list = append(list, v.describe(key))
		}
	}
	return list, nil
}

func (v *htx) describe(key *entry) json.RawMessage {
	status, changed := "normal", key.Created
	if key.expired(v.now()) {
		status = "expired"
	}
	if at, ok := v.changed[key]; ok {
		changed = at
	}
	return joined(htxSettings(key), jsonOf(`{"accessKey":?,"status":?,"validDays":?,"createTime":?,"updateTime":?}`,
		key.ID, status, htxDaysLeft(key.Expires, v.now()), inMillis(key.Created), inMillis(changed)))
}

// htxSettings tells what can be changed of a key.
func htxSettings(key *entry) json.RawMessage {
	words := slices.DeleteFunc(htxWordsOf(key), func(word string) bool { return word == htxManage })
	return jsonOf(`{"note":?,"permission":?,"ipAddresses":?}`, key.Label, strings.Join(words, ","), strings.Join(key.IPs, ","))
}

// htxDaysLeft returns the days until a key ends, those that have begun
// included, and -1 where it never does.
func htxDaysLeft(end, now time.Time) int {
	if end.IsZero() {
		return -1
	}
	return max(0, int((end.Sub(now)+day-1)/day))
}

// note, words and ips read what a form has of a key, and say which field is
// wrong.
func (f htxForm) note() (string, *htxRefusal) {
	if n := utf8.RuneCountInString(*f.Note); n == 0 || n > htxMostLabel {
		return "", htxField("note")
	}
	return *f.Note, nil
}

// words wants the right to read. The one to withdraw cannot be given by API.
func (f htxForm) words() ([]string, *htxRefusal) {
	words := htxList(*f.Permission)
	for i, word := range words {
		if word != htxRead && word != htxTrade || contains(words[:i], word) {
			return nil, htxField("permission")
		}
	}
	if !contains(words, htxRead) {
		return nil, htxField("permission")
	}
	return words, nil
}

func (f htxForm) ips() ([]string, *htxRefusal) {
	ips := htxList(*f.IPAddresses)
	if len(ips) > htxMostIPs || slices.ContainsFunc(ips, func(ip string) bool { return !htxAddress(ip) }) {
		return nil, htxField("ipAddresses")
	}
	return ips, nil
}

// htxList reads what is listed between commas, with or without spaces.
func htxList(text string) []string {
	var list []string
	for _, one := range strings.Split(text, ",") {
		if text != "" {
			list = append(list, strings.TrimSpace(one))
		}
	}
	return list
}

// htxAddress reports whether a key can be bound to an entry: a host of either
// kind, or a network of IPv4.
func htxAddress(text string) bool {
	if block, err := netip.ParsePrefix(text); err == nil {
		return block.Addr().Is4() && block == block.Masked()
	}
	addr, err := netip.ParseAddr(text)
	return err == nil && addr.Zone() == "" && !addr.IsUnspecified()
}
