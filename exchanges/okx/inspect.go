package okx

import (
	"cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what is read of a key in OKX's answers. The first group is in all of
// them, the second in what a key is told of itself, the third in the list of a
// sub-account. The person's level and settings of trade stay in the answer.
type key struct {
	Label wire.Text      `json:"label"`
	Perms wire.Words     `json:"perm"`
	IP    wire.Addresses `json:"ip"`

	UID     wire.Text `json:"uid"`
	MainUID wire.Text `json:"mainUid"`
	Type    wire.Text `json:"type"`

	APIKey wire.Text `json:"apiKey"`
	TS     wire.Text `json:"ts"` // ms, when it was made
}

// parseKey reads the answer of a key about itself.
func parseKey(r rest.Response) (key, *exchanges.Error) {
	all, e := rest.List[key](r, "data")
	if e != nil {
		return key{}, e
	}
	if len(all) != 1 || all[0].UID == "" && len(all[0].Perms.Values) == 0 && all[0].IP.Whitelist().State == exchanges.IPUnknown {
		return key{}, rest.NotJSON(r)
	}
	return all[0], nil
}

// info brings what was said of a key of an environment to the normal form, but
// for its ID.
func (k key) info(env exchanges.Environment) exchanges.KeyInfo {
	out := exchanges.KeyInfo{
		Label:               string(k.Label),
		Account:             string(k.UID),
		Permissions:         k.permissions(),
		ExchangePermissions: k.Perms.Sorted(),
		IPs:                 k.IP.Whitelist(),
		Created:             k.TS.Milliseconds(),
	}
	if k.subAccount() {
		kind := cmp.Or(kinds.Of(string(k.Type)), "a sub-account")
		out.Notes = append(out.Notes, "This is a key of "+kind+" of "+string(k.MainUID)+".")
	}
	if k.main() && out.Permissions.Known() && out.Permissions.Get(exchanges.Admin) == exchanges.Unknown {
		out.Notes = append(out.Notes, "A key of the main account that may trade and has an IP list also manages sub-accounts and their keys.")
	}
	if idle.Covers(env, out.Permissions, out.IPs) {
		out.Notes = append(out.Notes, "Every signed call counts as use, a check by keyrota with that key too: the 14 days begin anew.")
	}
	return out
}

// kinds words the types of sub-accounts that are not the standard one.
var kinds = wire.Glossary{
	{"2", "a managed sub-account"},
	{"5", "a custody sub-account (Copper)"},
	{"9", "a managed sub-account (Copper)"},
	{"12", "a custody sub-account (Komainu)"},
}

// main reports whether OKX said that the key is of a main account.
func (k key) main() bool { return k.UID != "" && k.UID == k.MainUID }

// subAccount reports whether OKX said that the key is of a sub-account. An
// entry of a list is, and says nothing of accounts.
func (k key) subAccount() bool { return k.UID != "" && k.MainUID != "" && k.UID != k.MainUID }
