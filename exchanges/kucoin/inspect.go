package kucoin

import (
	"encoding/json"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what is read of KuCoin's description of a key. The person's country
// and identity check are in the answer too and stay there.
type key struct {
	APIKey        wire.Text       `json:"apiKey"`
	APIVersion    wire.Int        `json:"apiVersion"`
	Remark        wire.Text       `json:"remark"`
	Permissions   wire.Words      `json:"permission"`
	IPs           wire.Addresses  `json:"ipWhitelist"`
	CreatedAt     wire.Text       `json:"createdAt"` // ms
	ExpiredAt     json.RawMessage `json:"expiredAt"` // ms, or null
	UID           wire.Text       `json:"uid"`
	ParentUID     wire.Text       `json:"parentUid"`
	IsMaster      wire.Flag       `json:"isMaster"`
	SubName       wire.Text       `json:"subName"`
	ThirdPartyApp wire.Text       `json:"thirdPartyApp"`
	SiteType      wire.Text       `json:"siteType"`

	usage string // of the call that told all this
}

// rights are the documented permissions. Trade is the word of old keys: nothing
// says how much of margin and futures trading it covers.
var rights = wire.Rights{
	{Word: "General", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "Spot", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "Margin", Gives: []exchanges.Permission{exchanges.Margin}},
	{Word: "Futures", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "InnerTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "Transfer", Gives: []exchanges.Permission{exchanges.Withdraw}, Fixed: true},
	{Word: "Earn", Gives: []exchanges.Permission{exchanges.Earn}, Fixed: true},
	{
		Word: "Trade", Gives: []exchanges.Permission{exchanges.Spot}, Fixed: true,
		Maybe: []exchanges.Permission{exchanges.Margin, exchanges.Futures},
	},
}

// siteTypes are KuCoin's words for its sites.
var siteTypes = wire.Glossary{{"global", "global"}, {"eu", "europe"}, {australian, "australia"}}

// parseKey reads the answer of a key about itself.
func parseKey(r rest.Response) (key, *exchanges.Error) {
	k := wire.At[key](r.Body, "data")
	if k.APIKey == "" && len(k.Permissions.Values) == 0 {
		return key{}, rest.NotJSON(r)
	}
	k.usage = usage(r)
	return k, nil
}

// UnmarshalJSON reads a description. KuCoin leaves the IP list out where there is
// none.
func (k *key) UnmarshalJSON(b []byte) error {
	type plain key
	told := plain{IPs: wire.Anywhere()}
	err := json.Unmarshal(b, &told)
	*k = key(told)
	return err
}

func (k *key) id() string { return string(k.APIKey) }

// info brings what was said of the key called keyID to the normal form.
func (k *key) info(keyID, site string) exchanges.KeyInfo {
	info := exchanges.KeyInfo{
		KeyID:               keyID,
		Label:               string(k.Remark),
		Account:             string(k.UID),
		Permissions:         k.permissions(),
		ExchangePermissions: k.Permissions.Sorted(),
		IPs:                 k.IPs.Whitelist(),
		Created:             k.CreatedAt.Milliseconds(),
		Expires:             k.expires(),
		Usage:               k.usage,
	}
	info.Notes = k.notes(info, site)
	return info
}

// permissions reads the rights. By the documentation a key of a master account
// may make keys of sub-accounts without a right for it; whether that is so is
// unknown.
func (k *key) permissions() exchanges.PermissionSet {
	if len(k.Permissions.Values) == 0 {
		return exchanges.PermissionSet{}
	}
	set := rights.Set(k.Permissions.Values)
	if !k.ofSubAccount() {
		set = set.With(exchanges.Admin, exchanges.Unknown)
	}
	return set
}

// ofSubAccount reports whether KuCoin said that the key is not the master's.
func (k *key) ofSubAccount() bool { return k.IsMaster.Known && !k.IsMaster.Value }

// expires reads the expiry: null says that there is none. Older answers lack
// the field.
func (k *key) expires() exchanges.Moment {
	switch {
	case len(k.ExpiredAt) == 0:
		return exchanges.Moment{}
	case string(k.ExpiredAt) == "null":
		return exchanges.Never()
	}
	return wire.At[wire.Text](k.ExpiredAt).Milliseconds() // what is no number stays unknown
}

func (k *key) notes(info exchanges.KeyInfo, site string) []string {
	var out []string
	switch {
	case k.ofSubAccount():
		out = append(out, fmt.Sprintf("This is a key of the sub-account %s of %s.", orUnnamed(k.SubName), orUnnamed(k.ParentUID)))
	case k.IsMaster.Value:
		out = append(out, "By KuCoin's documentation any key of a master account may make and delete keys of its sub-accounts, whatever its permissions.")
	}
	switch {
	case k.ThirdPartyApp != "":
		out = append(out, fmt.Sprintf("This key is bound to the third-party application %s: it may be used from that application's addresses.", k.ThirdPartyApp))
	case idle.Covers(exchanges.Live, info.Permissions, info.IPs):
		out = append(out, idle.Words)
	}
	if own := siteTypes.Of(site); own != "" && k.SiteType != "" && string(k.SiteType) != own {
		out = append(out, fmt.Sprintf("KuCoin says that the account belongs to its site %s, which is not the site chosen.", k.SiteType))
	}
	if k.APIKey != "" && !wire.Shows(k.id(), info.KeyID) {
		out = append(out, "KuCoin's answer names another key.")
	}
	return out
}

func orUnnamed(t wire.Text) string {
	if t == "" {
		return "(not named)"
	}
	return string(t)
}

// usage words how much of the account's limit for calls of this kind is left.
func usage(r rest.Response) string {
	left, most := r.Header.Get("Gw-Ratelimit-Remaining"), r.Header.Get("Gw-Ratelimit-Limit")
	if left == "" || most == "" {
		return ""
	}
	return exchanges.Clean("weight " + left + " of " + most + " left")
}
