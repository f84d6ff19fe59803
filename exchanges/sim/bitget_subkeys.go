package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// What follows is the management of the keys of sub-accounts by v3.

var bitgetUnifiedKeyRoutes = []bitgetRoute{
	{"GET /api/v3/user/sub-list", bitgetUnified, []string{"uta_mgt"}, byBitgetManager(bitgetSubList)},
	{"GET /api/v3/user/sub-api-list", bitgetUnified, []string{"uta_mgt"}, byBitgetManager(bitgetSubKeyList)},
	{"POST /api/v3/user/create-sub-api", bitgetUnified, []string{"uta_mgt"}, byBitgetManager(bitgetCreateSubKey)},
	{"POST /api/v3/user/update-sub-api", bitgetUnified, []string{"uta_mgt"}, byBitgetManager(bitgetEditSubKey)},
	{"POST /api/v3/user/delete-sub-api", bitgetUnified, []string{"uta_mgt"}, byBitgetManager(bitgetDeleteSubKey)},
}

func bitgetSubList(v *bitget, _ bitgetCall) (any, *bitgetError) {
	list := []json.RawMessage{}
	for i, uid := range v.account.Subs {
		list = append(list, fill(`{"subUid":"$uid","username":"$name","status":"normal","accountMode":"unified","type":"virtual","note":"",
			"createdTime":"$opened","updatedTime":"$opened"}`, "uid", uid, "name", bitgetSubName(i), "opened", bitgetRegistered))
	}
	return jsonOf(`{"list":?,"hasNext":false,"cursor":""}`, list), nil
}

// bitgetSubKeyList lists the keys of a sub-account. The cursor is the number
// of the last key of a page, so that a key that goes between two pages moves
// none of the others out of sight.
func bitgetSubKeyList(v *bitget, c bitgetCall) (any, *bitgetError) {
	uid := param(c.query, "subUid")
	if refusal := v.sub("subUid", uid); refusal != nil {
		return nil, refusal
	}
	limit, refusal := c.number("limit", bitgetPage, bitgetPage)
	if refusal != nil {
		return nil, refusal
	}
	after, refusal := c.number("cursor", 0, 1<<31-1)
	if refusal != nil {
		return nil, refusal
	}
	keys := slices.DeleteFunc(v.keysOf(uid, false), func(e *entry) bool { return e.Number <= after })
	more, next := len(keys) > limit, ""
	if more {
		keys = keys[:limit]
	}
	if len(keys) > 0 {
		next = strconv.Itoa(keys[len(keys)-1].Number)
	}
	items := []json.RawMessage{}
	for _, key := range keys {
		items = append(items, joined(bitgetSubKey(key), jsonOf(`{"ts":?}`, millis(key.Created))))
	}
	return jsonOf(`{"items":?,"hasNext":?,"cursor":?}`, items, more, next), nil
}

// number reads an optional number of the query.
func (c bitgetCall) number(name string, fallback, most int) (int, *bitgetError) {
	text := param(c.query, name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, bitgetBad(name)
	}
	return n, nil
}

func bitgetSubKey(key *entry) json.RawMessage {
	kind := "read_write"
	if contains(key.Words, bitgetReadOnly) {
		kind = "read_only"
	}
	return jsonOf(`{"note":?,"apiKey":?,"type":?,"permissions":?,"ips":?}`, key.Label, key.ID, kind, bitgetRights(key), append([]string{}, key.IPs...))
}

// bitgetSubRights reads the rights of a key of a unified sub-account, to which
// withdrawing does not belong.
func bitgetSubRights(kind string, permissions []string) ([]string, *bitgetError) {
	known := []string{"uta_mgt", "uta_trade"}
	if len(permissions) == 0 || slices.ContainsFunc(permissions, func(p string) bool { return !contains(known, p) }) {
		return nil, errBitgetRights
	}
	words := slices.Sorted(slices.Values(permissions))
	words = slices.Compact(words)
	switch kind {
	case "read_write":
		return words, nil
	case "read_only":
		return append([]string{bitgetReadOnly}, words...), nil
	}
	return nil, bitgetBad("type")
}

// bitgetCreateSubKey makes a key. Every field has to be there, an empty list
// of addresses included.
func bitgetCreateSubKey(v *bitget, c bitgetCall) (any, *bitgetError) {
	var uid, note, kind, passphrase string
	var permissions []string
	var ips *[]string
	if refusal := c.fields("subUid", &uid, "note", &note, "type", &kind, "passphrase", &passphrase, "permissions", &permissions, "ips", &ips); refusal != nil {
		return nil, refusal
	}
	if refusal := v.sub("subUid", uid); refusal != nil {
		return nil, refusal
	}
	words, refusal := bitgetSubRights(kind, permissions)
	switch {
	case refusal != nil:
		return nil, refusal
	case !bitgetNote(note):
		return nil, bitgetBad("note")
	case ips == nil || len(*ips) > bitgetMostIPs || !onlyIPv4(*ips):
		return nil, bitgetBad("ips")
	case !bitgetPhrase(passphrase):
		return nil, errBitgetPhrase
	case len(v.ofSub(uid)) >= bitgetMostKeys:
		return nil, errBitgetFull
	}
	key := v.issueNew(wanted{
		Label: note, Sub: uid, Permissions: bitgetNormal(words), Words: words, IPs: *ips, Passphrase: passphrase,
	}, v.now())
	return joined(bitgetSubKey(key), jsonOf(`{"secret":?}`, key.Secret)), nil
}

// bitgetNote reports whether a note is one: a letter first, then letters,
// digits and - _ , only.
func bitgetNote(note string) bool {
	letters := alphanumeric[:52]
	return note != "" && len(note) <= bitgetMostLabel && strings.Contains(letters, note[:1]) && strings.Trim(note, alphanumeric+"-_,") == ""
}

// bitgetEditSubKey changes a key. Type and permissions come together or not at
// all; addresses that are left out stay, an empty list takes them away. The
// passphrase, which has to be told, is taken to be the one that the key has.
func bitgetEditSubKey(v *bitget, c bitgetCall) (any, *bitgetError) {
	var id, passphrase string
	var kind *string
	var permissions, ips *[]string
	if refusal := c.fields("apiKey", &id, "passphrase", &passphrase, "type", &kind, "permissions", &permissions, "ips", &ips); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.subKey(id, false)
	if refusal != nil {
		return nil, refusal
	}
	words, list := key.Words, key.IPs
	if kind != nil && permissions != nil {
		words, refusal = bitgetSubRights(*kind, *permissions)
	}
	if ips != nil {
		list = *ips
	}
	switch {
	case refusal != nil:
		return nil, refusal
	case (kind == nil) != (permissions == nil):
		return nil, errBitgetRights
	case len(list) > bitgetMostIPs || !onlyIPv4(list):
		return nil, bitgetBad("ips")
	case passphrase != key.Passphrase:
		return nil, errBitgetWrongPass
	}
	key.Words, key.Permissions, key.IPs = words, bitgetNormal(words), list
	return bitgetSubKey(key), nil
}

func bitgetDeleteSubKey(v *bitget, c bitgetCall) (any, *bitgetError) {
	var id string
	if refusal := c.fields("apiKey", &id); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.subKey(id, false)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return nil, nil
}
