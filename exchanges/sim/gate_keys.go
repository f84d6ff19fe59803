package sim

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// What follows is the management of the keys of sub-accounts by a key of the
// main account. Nothing by API makes or changes a key of the main account
// itself.

const (
	gateMostKeys  = 20 // of an account; said of accounts in general, not of sub-accounts
	gateMostIPs   = 20
	gateMostLabel = 64       // a guess
	gateOpenLife  = 90 * day // of a key without a list of addresses
)

var gateKeyRoutes = []gateRoute{
	{"GET /sub_accounts", "account", byGateMain((*gate).subAccounts)},
	{"GET /sub_accounts/{user_id}", "account", ofGateSub((*gate).subAccount)},
	{"POST /sub_accounts/{user_id}/lock", "account", ofGateSub((*gate).lock)},
	{"POST /sub_accounts/{user_id}/unlock", "account", ofGateSub((*gate).unlock)},
	{"GET /sub_accounts/{user_id}/keys", "account", ofGateSub((*gate).subKeys)},
	{"POST /sub_accounts/{user_id}/keys", "account", ofGateSub((*gate).createSubKey)},
	{"GET /sub_accounts/{user_id}/keys/{key}", "account", ofGateSub((*gate).subKey)},
	{"PUT /sub_accounts/{user_id}/keys/{key}", "account", ofGateSub((*gate).editSubKey)},
	{"DELETE /sub_accounts/{user_id}/keys/{key}", "account", ofGateSub((*gate).deleteSubKey)},
}

// byGateMain keeps keys of sub-accounts from an endpoint.
//
//go:noinline // it has many callers
func byGateMain(serve func(*gate, gateCall) (any, *gateRefusal)) func(*gate, gateCall) (any, *gateRefusal) {
	return func(v *gate, c gateCall) (any, *gateRefusal) {
		if c.key.Sub != "" {
			return nil, &gateRefusal{403, "FORBIDDEN", "Only main account keys are allowed to access this endpoint"}
		}
		return serve(v, c)
	}
}

// ofGateSub is for endpoints that name a sub-account, which has to be there.
//
//go:noinline // it has many callers
func ofGateSub(serve func(*gate, gateCall) (any, *gateRefusal)) func(*gate, gateCall) (any, *gateRefusal) {
	return byGateMain(func(v *gate, c gateCall) (any, *gateRefusal) {
		if !contains(v.account.Subs, segment(c.Request, "user_id")) {
			return nil, &gateRefusal{400, "SUB_ACCOUNT_NOT_FOUND", "Sub account not found"}
		}
		return serve(v, c)
	})
}

func (v *gate) subAccounts(gateCall) (any, *gateRefusal) {
	list := make([]json.RawMessage, len(v.account.Subs))
	for i, sub := range v.account.Subs {
		list[i] = v.member(sub)
	}
	return list, nil
}

func (v *gate) subAccount(c gateCall) (any, *gateRefusal) {
	return v.member(segment(c.Request, "user_id")), nil
}

// member describes a sub-account, whose first name is made up of its place.
func (v *gate) member(sub string) json.RawMessage {
	state := 1
	if v.locked[sub] {
		state = 2
	}
	return jsonOf(`{"user_id":?,"login_name":?,"remark":"","state":?,"type":1,"create_time":1663642892}`,
		gateUID(sub), "sub"+strconv.Itoa(slices.Index(v.account.Subs, sub)+1), state)
}

func (v *gate) lock(c gateCall) (any, *gateRefusal) {
	v.locked[segment(c.Request, "user_id")] = true
	return nil, nil
}

func (v *gate) unlock(c gateCall) (any, *gateRefusal) {
	delete(v.locked, segment(c.Request, "user_id"))
	return nil, nil
}

func (v *gate) subKeys(c gateCall) (any, *gateRefusal) {
	list := []json.RawMessage{}
	for _, key := range v.ofSub(segment(c.Request, "user_id")) {
		list = append(list, v.subItem(key))
	}
	return list, nil
}

// subItem is a key as the lists of sub-accounts have it.
func (v *gate) subItem(key *entry) json.RawMessage { return v.item(key, key.ID) }

func (v *gate) subKey(c gateCall) (any, *gateRefusal) {
	key, refusal := v.target(c)
	if refusal != nil {
		return nil, refusal
	}
	return v.subItem(key), nil
}

// target returns the key that a request names. What is answered where there
// is none is not documented; that it is this label is a guess.
func (v *gate) target(c gateCall) (*entry, *gateRefusal) {
	key, ok := v.listed(segment(c.Request, "key"))
	if !ok || key.Sub != segment(c.Request, "user_id") {
		return nil, &gateRefusal{404, "NOT_FOUND", "API key not found"}
	}
	return key, nil
}

// gateForm is what a sub-account's key should be.
type gateForm struct {
	Mode  *int       `json:"mode"`
	Name  string     `json:"name"`
	Perms []gatePerm `json:"perms"`
	IPs   []string   `json:"ip_whitelist"`
	words []string
}

func (c gateCall) form() (f gateForm, refusal *gateRefusal) {
	if json.Unmarshal(c.body, &f) != nil {
		return f, &gateRefusal{400, "INVALID_REQUEST_BODY", "Invalid request body"}
	}
	if f.Mode != nil && *f.Mode != 1 && *f.Mode != 2 {
		return f, gateBad("Invalid param value: mode")
	}
	if utf8.RuneCountInString(f.Name) > gateMostLabel {
		return f, gateBad("Invalid param value: name")
	}
	if len(f.IPs) > gateMostIPs {
		return f, gateBad(fmt.Sprintf("Invalid param value: ip_whitelist has more than %d entries", gateMostIPs))
	}
	for _, text := range f.IPs {
		if addr, err := netip.ParseAddr(text); err != nil || !addr.Is4() {
			return f, gateBad("Invalid param value: ip_whitelist " + text)
		}
	}
	f.words, refusal = gateSubWords(f.Perms)
	return f, refusal
}

// createSubKey makes a key. The answer is the only one that has the secret.
func (v *gate) createSubKey(c gateCall) (any, *gateRefusal) {
	f, refusal := c.form()
	sub := segment(c.Request, "user_id")
	switch {
	case refusal != nil:
		return nil, refusal
	case v.locked[sub]:
		return nil, &gateRefusal{400, "SUB_ACCOUNT_LOCKED", "Sub account is locked"}
	case len(v.ofSub(sub)) >= gateMostKeys:
		return nil, gateBad("The number of API keys has reached the limit")
	}
	now := v.now()
	key := v.issueNew(wanted{
		Label: f.Name, Sub: sub, Words: f.words, Permissions: gateNormal(f.words), IPs: f.IPs, Expires: endOfOpen(f.IPs, time.Time{}, now, gateOpenLife),
	}, now)
	if f.Mode != nil {
		v.kept[key] = gateKept{mode: *f.Mode}
	}
	return joined(v.describe(key), jsonOf(`{"mode":?,"key":?,"secret":?,"created_at":?,"updated_at":?,"last_access":?}`,
		v.mode(key), key.ID, key.Secret, key.Created.Unix(), v.changed(key).Unix(), v.accessed(key).Unix())), nil
}

// editSubKey replaces a key's name, rights and addresses: what is left out is
// gone afterwards. The mode is for life.
func (v *gate) editSubKey(c gateCall) (any, *gateRefusal) {
	key, refusal := v.target(c)
	if refusal != nil {
		return nil, refusal
	}
	f, refusal := c.form()
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	key.Label, key.Words, key.Permissions = f.Name, f.words, gateNormal(f.words)
	key.IPs, key.Expires = f.IPs, endOfOpen(f.IPs, key.Expires, now, gateOpenLife)
	v.kept[key] = gateKept{mode: v.mode(key), changed: now}
	return nil, nil
}

func (v *gate) deleteSubKey(c gateCall) (any, *gateRefusal) {
	key, refusal := v.target(c)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return nil, nil
}
