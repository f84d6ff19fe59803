package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

func bybitSubMembers(v *bybit, _ bybitCall) (any, *bybitError) {
	members := []json.RawMessage{}
	for i, uid := range v.account.Subs {
		members = append(members, jsonOf(`{"uid":?,"username":?,"memberType":1,"status":1,"accountMode":5,"remark":""}`, uid, "sub"+strconv.Itoa(i+1)))
	}
	return jsonOf(`{"subMembers":?}`, members), nil
}

// bybitSubKeys lists the keys of a sub-account. The cursor is the number of
// the last key of a page, so that a key that goes between two pages moves none
// of the others out of sight.
func bybitSubKeys(v *bybit, c bybitCall) (any, *bybitError) {
	sub := param(c.params, "subMemberId")
	if sub == "" {
		return nil, bybitBad("subMemberId is required.")
	}
	limit, refusal := c.number("limit", bybitPage, 1, bybitPage)
	if refusal != nil {
		return nil, refusal
	}
	after, refusal := c.number("cursor", 0, 1, 1<<31-1)
	if refusal != nil {
		return nil, refusal
	}
	if !contains(v.account.Subs, sub) {
		return nil, errBybitNoSub
	}
	keys := slices.DeleteFunc(v.ofSub(sub), func(e *entry) bool { return e.Number <= after })
	next := ""
	if len(keys) > limit {
		keys = keys[:limit]
		next = strconv.Itoa(keys[limit-1].Number)
	}
	list := []json.RawMessage{}
	for _, key := range keys {
		list = append(list, v.listItem(key))
	}
	return jsonOf(`{"result":?,"nextPageCursor":?}`, list, next), nil
}

// listItem is a key as the list shows it. Here readOnly is a truth value.
func (v *bybit) listItem(key *entry) json.RawMessage {
	readOnly, _ := bybitRights(key)
	flag := algHMAC
	if key.PublicKey != nil {
		flag = algRSA
	}
	return v.describe(key, jsonOf(`{"readOnly":?,"secret":"******","flag":?,"status":?}`, readOnly, flag, bybitLife(key, v.now())))
}

// bybitLife says how long a key lives: for ever (1), no more (2), for a
// while (3), for less than 7 days (4).
func bybitLife(key *entry, now time.Time) int {
	switch {
	case key.Expires.IsZero():
		return 1
	case key.expired(now):
		return 2
	case key.Expires.Sub(now) < bybitSoon:
		return 4
	}
	return 3
}

// number reads an optional number of the query.
func (c bybitCall) number(name string, fallback, least, most int) (int, *bybitError) {
	text := param(c.params, name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, bybitBad("Request parameter error: " + name + ".")
	}
	return n, nil
}
