package bybit

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// right is one right in Bybit's words.
type right struct{ group, word string }

// taking is what a permission takes.
type taking struct {
	given  exchanges.Permission
	rights []right
}

// takes says which rights a permission takes, the least there are. What is
// not here cannot be given to a new key by API: withdrawal goes to keys of the
// master account only, margin comes along with spot or does not, and "other" is
// many rights. Derivatives are added by Bybit itself.
var takes = []taking{
	{exchanges.Spot, []right{{"Spot", "SpotTrade"}}},
	{exchanges.Futures, []right{{"ContractTrade", "Order"}, {"ContractTrade", "Position"}}},
	{exchanges.Options, []right{{"Options", "OptionsTrade"}}},
	{exchanges.Transfer, []right{{"Wallet", "AccountTransfer"}}},
	{exchanges.Admin, []right{{"Wallet", "AccountTransfer"}}},
	{exchanges.Earn, []right{{"Earn", "Earn"}}},
}

// addedByBybit is a group that requests must not have.
const addedByBybit = "Derivatives"

// looking are the areas of a read-only key: Bybit makes none without a right.
var looking = []right{{"Spot", "SpotTrade"}, {"ContractTrade", "Order"}, {"ContractTrade", "Position"}}

// mode is what a request says of the rights of a key. Both parts are always
// sent: a mode that is left out means read-write, and the groups replace all
// that the key had.
type mode struct {
	ReadOnly    int    `json:"readOnly"`
	Permissions groups `json:"permissions"`
}

// asked returns the mode that gives what want grants. have are the rights that
// a read-write key has already: one of them stays unless want denies something
// that it gives.
func asked(op string, want exchanges.PermissionSet, have groups) (mode, error) {
	m := mode{Permissions: groups{}}
	given := have.kept(want, m.Permissions)
	for _, p := range want.All(exchanges.Granted) {
		if p == exchanges.Read || slices.Contains(given, p) {
			continue
		}
		i := slices.IndexFunc(takes, func(t taking) bool { return t.given == p })
		if i < 0 {
			return mode{}, desk.Invalid(op, "Bybit's API cannot give a key the right to "+p.String()+". Ask for less, or do it under API Management.")
		}
		m.Permissions.add(takes[i].rights...)
	}
	if len(m.Permissions) > 0 {
		return m, nil
	}
	if !want.Has(exchanges.Read) {
		return mode{}, desk.Invalid(op, "Bybit takes no key without rights. Ask for reading at least.")
	}
	m.ReadOnly = 1
	m.Permissions.add(looking...)
	return m, nil
}

// kept adds the rights of g that stay under want, and returns what they give.
func (g groups) kept(want exchanges.PermissionSet, to groups) []exchanges.Permission {
	var given []exchanges.Permission
	denied := func(p exchanges.Permission) bool { return want.Get(p) == exchanges.NotGranted }
	for name, words := range g {
		for _, word := range words {
			gives := meaning(name, word).Gives
			if name == addedByBybit || slices.ContainsFunc(gives, denied) {
				continue
			}
			to.add(right{name, word})
			given = append(given, gives...)
		}
	}
	return given
}

// add adds rights that are not there yet.
func (g groups) add(rights ...right) {
	for _, r := range rights {
		if !slices.Contains(g[r.group], r.word) {
			g[r.group] = append(g[r.group], r.word)
		}
	}
}

// mode returns the mode that k has now.
func (k *key) mode() mode {
	m := mode{Permissions: groups{}}
	k.Permissions.kept(exchanges.PermissionSet{}, m.Permissions)
	if k.ReadOnly.Value {
		m.ReadOnly = 1
	}
	return m
}

// becomes returns the mode that k gets by a request: unchanged where nothing is
// known of what it should be. What a read-only key lists are areas, not rights.
func (k *key) becomes(op string, want exchanges.PermissionSet) (mode, error) {
	told := k.ReadOnly.Known && k.Permissions != nil
	switch {
	case !told && len(want.All(exchanges.Unknown)) > 0:
		return mode{}, desk.Untold(op, "rights")
	case !want.Known():
		return k.mode(), nil
	case k.ReadOnly.Value:
		return asked(op, want, nil)
	}
	return asked(op, want, k.Permissions)
}

// anywhere is an IP list that restricts nothing.
const anywhere = "*"

// written writes addresses as requests have them.
func written(list []string) string {
	if len(list) == 0 {
		return anywhere
	}
	return strings.Join(list, ",")
}
