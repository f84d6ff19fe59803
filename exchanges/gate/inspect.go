package gate

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what Gate says of a key in a list. Moments are in seconds.
type key struct {
	Key        wire.Text      `json:"key"` // masked in the list of the main account
	Name       wire.Text      `json:"name"`
	UserID     wire.Text      `json:"user_id"`
	State      wire.Int       `json:"state"`
	Mode       wire.Int       `json:"mode"`
	Perms      perms          `json:"perms"`
	IPs        wire.Addresses `json:"ip_whitelist"`
	Pairs      wire.Words     `json:"currency_pairs"`
	CreatedAt  wire.Text      `json:"created_at"`
	LastAccess wire.Text      `json:"last_access"`

	nameless bool // taken for the calling key without being named
}

// The values of key.State and key.Mode. Of the other states, one is locked and
// one is frozen; Gate's pages disagree on which.
const (
	stateNormal   = 1
	modeClassic   = 1
	modePortfolio = 2 // of the older unified account
)

func (k key) id() string { return string(k.Key) }

// parseKeys reads a list of keys or, as Gate's schema has it, one object; alone
// says that it was one.
func parseKeys(r rest.Response) (keys []key, alone bool, e *exchanges.Error) {
	if wire.Members(r.Body) == nil {
		keys, e = rest.List[key](r)
		return keys, false, e
	}
	k := wire.At[key](r.Body)
	if !k.Perms.known && k.IPs.Whitelist().State == exchanges.IPUnknown {
		return nil, true, rest.NotJSON(r)
	}
	return []key{k}, true, nil
}

// parseOwn finds the calling key in an answer about keys. The one with a single
// object may have no name in it: then it is about the calling key.
func parseOwn(r rest.Response, keyID string) (exchanges.KeyInfo, *exchanges.Error) {
	keys, alone, e := parseKeys(r)
	if e != nil {
		return exchanges.KeyInfo{}, e
	}
	k := wire.FindShown(keys, key.id, keyID)
	if alone && keys[0].Key == "" {
		k = &keys[0]
		k.nameless = true
	}
	if k == nil { // of two that begin alike, neither is concluded
		return exchanges.KeyInfo{}, unlisted()
	}
	out := k.info(ofMain)
	out.Usage, out.Asked = usage(r), r.Asked
	return out, nil
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
		IPs:                 k.IPs.Whitelist(),
		Created:             k.CreatedAt.Seconds(),
		LastUsed:            k.LastAccess.Seconds(),
	}
	info.Notes = k.notes(info)
	if unused(info) {
		info.LastUsed = exchanges.Moment{}
	}
	return info
}

// unused reports whether a key has its creation in the place of its last use: in
// Gate's examples, that is how one is shown that was never used.
func unused(info exchanges.KeyInfo) bool {
	made, told := info.Created.Time()
	used, at := info.LastUsed.Time()
	return told && at && !used.After(made)
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
	if unused(info) {
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
	k := wire.At[struct {
		UserID wire.Text      `json:"user_id"`
		IPs    wire.Addresses `json:"ip_whitelist"`
		Pairs  wire.Words     `json:"currency_pairs"`
	}](r.Body)
	if k.UserID == "" && k.IPs.Whitelist().State == exchanges.IPUnknown {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	info := key{UserID: k.UserID, IPs: k.IPs, Pairs: k.Pairs, Mode: wire.At[wire.Int](r.Body, "key", "mode")}.info(ofMain)
	// The call itself takes a right to read.
	info.Permissions = exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	info.Notes = append(info.Notes, "Gate's list of keys does not show this one. It may be a key of a sub-account, whose permissions are told to a key of the main account only.")
	info.Usage, info.Asked = usage(r), r.Asked
	return info, nil
}

// usage words how much of the limit for this call is left.
func usage(r rest.Response) string {
	left, most := r.Header.Get("X-Gate-RateLimit-Requests-Remain"), r.Header.Get("X-Gate-RateLimit-Limit")
	if left == "" || most == "" {
		return ""
	}
	return exchanges.Clean(left + " of " + most + " calls left")
}
