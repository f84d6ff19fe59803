package bybit

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what is read of Bybit's description of a key. Its secret and the
// person's country, level and inviter are in the answer too and stay there.
type key struct {
	APIKey      wire.Text      `json:"apiKey"`
	Note        wire.Text      `json:"note"`
	ReadOnly    wire.Flag      `json:"readOnly"`
	Permissions groups         `json:"permissions"`
	IPs         wire.Addresses `json:"ips"`
	Type        wire.Int       `json:"type"`
	DeadlineDay wire.Int       `json:"deadlineDay"`
	ExpiredAt   wire.Text      `json:"expiredAt"`
	CreatedAt   wire.Text      `json:"createdAt"`
	UserID      wire.Text      `json:"userID"`
	UserIDInt64 wire.Text      `json:"userIDInt64"`
	IsMaster    wire.Flag      `json:"isMaster"`
	ParentUID   wire.Text      `json:"parentUid"`

	usage string // of the call that told all this
}

// thirdParty is the type of a key that was made for an application of Bybit's
// list of applications.
const thirdParty = 2

// parseKey reads the answer of a key about itself.
func parseKey(r rest.Response) (key, *exchanges.Error) {
	k := wire.At[key](r.Body, "result")
	if k.APIKey == "" && k.Permissions == nil && !k.ReadOnly.Known {
		return key{}, rest.NotJSON(r)
	}
	k.usage = usage(r)
	return k, nil
}

func (k *key) id() string { return string(k.APIKey) }

// whitelist is the IP list, in which a star means that there is no restriction.
func (k *key) whitelist() exchanges.IPWhitelist { return k.IPs.Whitelist(anywhere) }

// info brings what was said of the key called keyID to the normal form.
func (k *key) info(keyID string) exchanges.KeyInfo {
	info := exchanges.KeyInfo{
		KeyID:               keyID,
		Label:               string(k.Note),
		Account:             k.account(),
		Permissions:         permissions(k.Permissions, k.ReadOnly),
		ExchangePermissions: k.words(),
		IPs:                 k.whitelist(),
		Created:             k.CreatedAt.Time(),
		Expires:             k.expires(),
		Usage:               k.usage,
		Notes:               k.notes(),
	}
	if k.APIKey != "" && !wire.Shows(k.id(), keyID) {
		info.Notes = append(info.Notes, "Bybit's answer names another key.")
	}
	return info
}

// words are the key's rights as Bybit words them, with the mode first, since
// it decides what they mean.
func (k *key) words() []string {
	out := k.Permissions.words()
	if k.ReadOnly.Value {
		out = append(out, "ReadOnly")
		slices.Sort(out)
	}
	return out
}

// account prefers the number that is written as text: it is exact where the
// other has lost digits, and "0" where it is not filled in.
func (k *key) account() string {
	for _, id := range []wire.Text{k.UserIDInt64, k.UserID} {
		if id != "" && id != "0" {
			return string(id)
		}
	}
	return ""
}

// epoch is how Bybit writes the expiry of a key that has none.
const epoch = "1970-01-01T00:00:00Z"

// expires reads Bybit's two ways to say how long a key lives. When they
// contradict each other, nothing is known.
func (k *key) expires() exchanges.Moment {
	if at := k.ExpiredAt.Time(); at.Known() {
		return at
	}
	// The days count only where there is no IP list; negative means for ever.
	counting := k.DeadlineDay.Known && k.DeadlineDay.Value >= 0 && k.whitelist().State != exchanges.IPList
	forEver := k.DeadlineDay.Known && k.DeadlineDay.Value < 0
	if !counting && (k.ExpiredAt == epoch || k.ExpiredAt == "" && forEver) {
		return exchanges.Never()
	}
	return exchanges.Moment{}
}

func (k *key) notes() []string {
	var out []string
	if k.IsMaster.Known && !k.IsMaster.Value {
		out = append(out, "This is a key of a sub-account of "+string(k.ParentUID)+".")
	}
	if k.Type.Value == thirdParty {
		out = append(out, "This key is bound to a third-party application.")
	}
	if !k.ReadOnly.Known {
		out = append(out, "Bybit did not say whether the key is read-only.")
	}
	return out
}

// usage words how much of the account's limit for this call is left.
func usage(r rest.Response) string {
	left, most := r.Header.Get("X-Bapi-Limit-Status"), r.Header.Get("X-Bapi-Limit")
	if left == "" || most == "" {
		return ""
	}
	return exchanges.Clean(left + " of " + most + " calls left")
}
