package bitget

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what is read of Bitget's description of the calling key. When the
// account was registered and who invited it are in the answer too and stay
// there; the key's own age is not told.
type key struct {
	UserID      wire.Text      `json:"userId"`
	ParentID    wire.Text      `json:"parentId"`
	IPs         wire.Addresses `json:"ips"`
	PermType    wire.Text      `json:"permType"`    // unified
	Permissions wire.Words     `json:"permissions"` // unified
	Authorities wire.Words     `json:"authorities"` // classic

	unified bool // which call was answered
}

// parseKey reads the answer of a key about itself.
func parseKey(r rest.Response) (key, *exchanges.Error) {
	k := wire.At[key](r.Body, "data")
	if k.UserID == "" && !k.Permissions.Known && !k.Authorities.Known {
		return key{}, rest.NotJSON(r)
	}
	return k, nil
}

// info brings what was said of the key called keyID to the normal form.
func (k *key) info(keyID string) exchanges.KeyInfo {
	info := exchanges.KeyInfo{KeyID: keyID, Account: string(k.UserID), IPs: k.IPs.Whitelist()}
	words := k.Authorities
	if k.unified {
		words = k.Permissions
		info.Permissions = unifiedSet(k.PermType, words)
	} else {
		info.Permissions = classicSet(classicRights, words)
	}
	info.ExchangePermissions = inWords(words, k.PermType)
	if k.ParentID != "" && k.ParentID != "0" {
		info.Notes = append(info.Notes, "This is a key of a sub-account of "+string(k.ParentID)+".")
	}
	if k.unified && mode(k.PermType) == unknownMode {
		info.Notes = append(info.Notes, "Bitget did not say whether the key is read-only.")
	}
	return info
}

// inWords lists rights as Bitget words them, with the mode, which decides what
// they mean.
func inWords(words wire.Words, permType wire.Text) []string {
	out := slices.Clone(words.Values)
	if permType != "" {
		out = append(out, string(permType))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
