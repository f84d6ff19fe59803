package gate

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what Gate says of a key in a list. Moments are in seconds.
type key struct {
	Key        wire.Text  `json:"key"` // masked in the list of the main account
	Name       wire.Text  `json:"name"`
	UserID     wire.Text  `json:"user_id"`
	State      wire.Int   `json:"state"`
	Mode       wire.Int   `json:"mode"`
	Perms      perms      `json:"perms"`
	IPs        wire.Texts `json:"ip_whitelist"`
	Pairs      wire.Texts `json:"currency_pairs"`
	CreatedAt  wire.Int   `json:"created_at"`
	LastAccess wire.Int   `json:"last_access"`

	nameless bool // taken for the calling key without being named
}

// The values of key.State and key.Mode. Of the other states, one is locked and
// one is frozen; Gate's pages disagree on which.
const (
	stateNormal   = 1
	modeClassic   = 1
	modePortfolio = 2 // of the older unified account
)

// keyList is an answer about the keys of the main account.
type keyList struct {
	keys  []key
	alone bool // it was one object and no list
}

// parseKeys reads a list of keys or, as Gate's schema has it, one object.
func parseKeys(r rest.Response) (keyList, *exchanges.Error) {
	if bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("{")) {
		var k key
		if e := rest.Decode(r, &k); e != nil {
			return keyList{}, e
		}
		if !k.Perms.known && !k.IPs.Known {
			return keyList{}, rest.NotJSON(r)
		}
		return keyList{[]key{k}, true}, nil
	}
	var keys []key
	if e := rest.Decode(r, &keys); e != nil {
		return keyList{}, e
	}
	if keys == nil {
		return keyList{}, rest.NotJSON(r)
	}
	return keyList{keys: keys}, nil
}

// leastPrefix is how many characters of a masked key must be there to find it
// by them. Gate shows 12.
const leastPrefix = 8

// of finds the one key that may be the one called keyID. The answer with a
// single object may have no name in it: then it is about the calling key.
func (l keyList) of(keyID string) (k key, found bool) {
	if l.alone && l.keys[0].Key == "" {
		l.keys[0].nameless = true
		return l.keys[0], true
	}
	n := 0
	for _, each := range l.keys {
		start, _, masked := strings.Cut(string(each.Key), "*")
		if start == keyID || masked && len(start) >= leastPrefix && strings.HasPrefix(keyID, start) {
			k = each
			n++
		}
	}
	return k, n == 1 // of two that begin alike, neither is concluded
}

// owner says whose key an answer is about.
type owner bool

const (
	ofMain owner = false
	ofSub  owner = true
)

// info brings what was said of a key to the normal form, but for its ID.
func (k key) info(o owner) exchanges.KeyInfo {
	info := exchanges.KeyInfo{
		Label:               string(k.Name),
		Account:             string(k.UserID),
		Permissions:         k.Perms.permissions(o),
		ExchangePermissions: k.Perms.words(),
		IPs:                 whitelist(k.IPs),
		Created:             moment(k.CreatedAt),
		LastUsed:            moment(k.LastAccess),
	}
	info.Notes = k.notes(info)
	// In Gate's examples a key that was never used has its creation there.
	if k.LastAccess.Value <= k.CreatedAt.Value {
		info.LastUsed = exchanges.Moment{}
	}
	return info
}

func (k key) notes(info exchanges.KeyInfo) []string {
	var out []string
	if k.nameless {
		out = append(out, "Gate's answer is about one key and does not name it: it is taken for this one.")
	}
	if k.State.Known && k.State.Value != stateNormal {
		out = append(out, fmt.Sprintf("Gate says that this key is locked or frozen (state %d).", k.State.Value))
	}
	if end, ok := unbound.End(info.Created, info.LastUsed); ok && info.IPs.State == exchanges.IPAny {
		out = append(out, unbound.Words+" By its creation that is about "+end.Format(time.DateOnly)+"; a later edit may count instead.")
	}
	if k.LastAccess.Known && k.LastAccess.Value > 0 && k.LastAccess.Value <= k.CreatedAt.Value {
		out = append(out, "Gate names the creation as last use: perhaps the key was never used.")
	}
	if len(k.Pairs.Values) > 0 {
		out = append(out, exchanges.Clean("It trades these pairs only: "+strings.Join(k.Pairs.Values, ", ")+"."))
	}
	if k.Mode.Value == modePortfolio {
		out = append(out, "It is a key for the older unified (portfolio) account.")
	}
	if k.Perms.hidesWithdraw(info.Permissions) {
		out = append(out, "Gate's list of permissions has no documented name for withdrawals, so that whether the key may withdraw is not known.")
	}
	return out
}

// parseDetail reads what a key is told about itself.
func parseDetail(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	var detail struct {
		UserID wire.Text  `json:"user_id"`
		IPs    wire.Texts `json:"ip_whitelist"`
		Pairs  wire.Texts `json:"currency_pairs"`
		Key    struct {
			Mode wire.Int `json:"mode"`
		} `json:"key"`
	}
	if e := rest.Decode(r, &detail); e != nil {
		return exchanges.KeyInfo{}, e
	}
	if detail.UserID == "" && !detail.IPs.Known {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	k := key{UserID: detail.UserID, IPs: detail.IPs, Pairs: detail.Pairs, Mode: detail.Key.Mode}
	info := k.info(ofMain)
	// The call itself takes a right to read.
	info.Permissions = exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	info.Notes = append(info.Notes, "Gate's list of keys does not show this one. It may be a key of a sub-account, whose permissions are told to a key of the main account only.")
	info.Usage = usage(r)
	return info, nil
}

// whitelist reads the addresses. A list that was not told is unknown; an empty
// one means that there is no restriction.
func whitelist(ips wire.Texts) exchanges.IPWhitelist {
	switch {
	case !ips.Known:
		return exchanges.IPWhitelist{}
	case len(ips.Values) == 0:
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: ips.Values}
}

func moment(seconds wire.Int) exchanges.Moment {
	if !seconds.Known {
		return exchanges.Moment{}
	}
	return wire.Moment(time.Unix(seconds.Value, 0))
}

// usage words how much of the limit for this call is left.
func usage(r rest.Response) string {
	left, most := r.Header.Get("X-Gate-RateLimit-Requests-Remain"), r.Header.Get("X-Gate-RateLimit-Limit")
	if left == "" || most == "" {
		return ""
	}
	return exchanges.Clean(left + " of " + most + " calls left")
}
