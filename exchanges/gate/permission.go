package gate

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights say what the areas that Gate documents let a key do that may write
// there. Any other area gives Other, and perhaps more.
var rights = wire.Rights{
	{Word: "spot", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}}, // margin orders are spot orders with another account
	{Word: "margin", Gives: []exchanges.Permission{exchanges.Margin}},
	{Word: "unified", Gives: []exchanges.Permission{exchanges.Margin}},
	{Word: "futures", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "delivery", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "options", Gives: []exchanges.Permission{exchanges.Options}},
	{Word: "wallet", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Word: "withdrawal", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Word: "earn", Gives: []exchanges.Permission{exchanges.Earn}},
	{Word: "account", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "loan", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "custody", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "copy", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "pilot", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "otc", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "alpha", Gives: []exchanges.Permission{exchanges.Other}},
	{Word: "crossx", Gives: []exchanges.Permission{exchanges.Other}},
}

// perm is one area with what a key may do there.
type perm struct {
	Name     string `json:"name"`
	ReadOnly bool   `json:"read_only"`
}

func (p perm) gives() []exchanges.Permission {
	if p.ReadOnly {
		return []exchanges.Permission{exchanges.Read}
	}
	r, _ := rights.Of(p.Name)
	return r.Gives
}

// perms are the areas of a key as Gate lists them.
type perms struct {
	known bool   // there was a list
	all   []perm // those that were told in full
	vague []string
}

// UnmarshalJSON never fails on valid JSON. An area of which was not told
// whether the key only reads is vague: it may be either.
func (p *perms) UnmarshalJSON(b []byte) error {
	*p = perms{}
	var list []struct {
		Name     wire.Text `json:"name"`
		ReadOnly wire.Flag `json:"read_only"`
	}
	if json.Unmarshal(b, &list) != nil || list == nil {
		return nil // another type tells nothing
	}
	p.known = true
	for _, each := range list {
		if each.ReadOnly.Known && each.Name != "" {
			p.all = append(p.all, perm{string(each.Name), each.ReadOnly.Value})
		} else {
			p.vague = append(p.vague, string(each.Name))
		}
	}
	return nil
}

// permissions brings the areas to the normal form. One that is not listed is
// off, but not everything that Gate grants is known to be listed: see base.
func (p perms) permissions(o owner) exchanges.PermissionSet {
	if !p.known || slices.Contains(p.vague, "") { // an area without name may be any
		return exchanges.PermissionSet{}
	}
	set := p.base(o)
	if len(p.all)+len(p.vague) > 0 { // who may write may read
		set = set.With(exchanges.Read, exchanges.Granted)
	}
	for _, name := range p.vague {
		for _, g := range (perm{Name: name}).gives() {
			set = set.With(g, exchanges.Unknown)
		}
	}
	for _, each := range p.all {
		for _, g := range each.gives() {
			set = set.With(g, exchanges.Granted)
		}
	}
	return set
}

// base is what the areas deny before any is looked at. An area that is not
// known may give anything. For keys of the main account, withdrawing has no
// documented name in this list, and no document says which right it takes to
// manage keys of sub-accounts: unless the name shows, both are unknown. Keys of
// sub-accounts do neither.
func (p perms) base(o owner) exchanges.PermissionSet {
	set := exchanges.NewPermissionSet()
	if o == ofMain {
		set = set.With(exchanges.Withdraw, exchanges.Unknown).With(exchanges.Admin, exchanges.Unknown)
	}
	for _, each := range p.all {
		right, known := rights.Of(each.Name)
		if !known && !each.ReadOnly {
			return exchanges.PermissionSet{}
		}
		if slices.Contains(right.Gives, exchanges.Withdraw) {
			set = set.With(exchanges.Withdraw, exchanges.NotGranted)
		}
	}
	for _, name := range p.vague {
		if _, known := rights.Of(name); !known {
			return exchanges.PermissionSet{}
		}
	}
	return set
}

// hidesWithdraw reports whether the right to withdraw stayed unknown because
// Gate has no word for it.
func (p perms) hidesWithdraw(set exchanges.PermissionSet) bool {
	return p.known && len(p.all) > 0 && set.Get(exchanges.Withdraw) == exchanges.Unknown
}

// words lists the areas as "name:read-only" or "name:read-write", sorted; a
// vague one by its name alone.
func (p perms) words() []string {
	out := slices.DeleteFunc(slices.Clone(p.vague), func(name string) bool { return name == "" })
	for _, each := range p.all {
		mode := ":read-write"
		if each.ReadOnly {
			mode = ":read-only"
		}
		out = append(out, each.Name+mode)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// asked returns the areas that give what want grants. have are the areas that
// the key has now: they stay where want says nothing against them.
func asked(op string, want exchanges.PermissionSet, have []perm) ([]perm, error) {
	out := kept(want, have)
	for _, w := range want.All(exchanges.Granted) {
		if given(out, w) {
			continue
		}
		more := areasFor(w)
		if len(more) == 0 {
			return nil, desk.Invalid(op, "Gate's API cannot give a key of a sub-account the right to "+w.String()+". Ask for less.")
		}
		out = add(out, more...)
	}
	if len(out) == 0 {
		return nil, desk.Invalid(op, "Gate takes no key without permissions. Ask for reading at least.")
	}
	slices.SortStableFunc(out, func(a, b perm) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// kept returns what stays of a key's areas: where want denies what one gives,
// it becomes read-only, or goes if reading is denied too.
func kept(want exchanges.PermissionSet, have []perm) []perm {
	out := []perm{}
	denied := func(p exchanges.Permission) bool { return want.Get(p) == exchanges.NotGranted }
	for _, p := range have {
		p.ReadOnly = p.ReadOnly || slices.ContainsFunc(p.gives(), denied)
		if !p.ReadOnly || !denied(exchanges.Read) {
			out = append(out, p)
		}
	}
	return out
}

// areasFor returns the areas of the boxes that give a permission, as far as the
// API gives them too.
func areasFor(w exchanges.Permission) []perm {
	var out []perm
	for _, b := range boxes {
		if b.byAPI && slices.Contains(b.gives, w) {
			out = append(out, b.perms...)
		}
	}
	return out
}

// given reports whether areas give a permission. Who may write may read.
func given(all []perm, w exchanges.Permission) bool {
	return slices.ContainsFunc(all, func(p perm) bool { return w == exchanges.Read || slices.Contains(p.gives(), w) })
}

// add adds areas, or lets a key write where it only read.
func add(all []perm, more ...perm) []perm {
	for _, p := range more {
		i := slices.IndexFunc(all, func(have perm) bool { return have.Name == p.Name })
		if i < 0 {
			all = append(all, p)
		} else if !p.ReadOnly {
			all[i].ReadOnly = false
		}
	}
	return all
}
