package exchangetest

import (
	"iter"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// Boxes holds what a guide promises of its boxes against what an inspection then
// reports, whatever is asked for beside reading. reported says what that is for
// a key for which the boxes with these words are ticked, and no others. unboxed
// are the permissions that no box gives.
func Boxes(tb testing.TB, g exchanges.Guide, reported func(ticked []string) exchanges.PermissionSet, unboxed ...exchanges.Permission) {
	tb.Helper()
	for asked := range Wishes() {
		on, _, will, _ := g.Plan(asked)
		ticked := make([]string, len(on))
		for i, b := range on {
			ticked[i] = b.Words
		}
		got := reported(ticked)
		if granted, want := got.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(granted, want) {
			tb.Errorf("asked %v: the boxes give %v, the guide says %v", asked, granted, want)
		}
		if got.Has(exchanges.Withdraw) && !slices.Contains(asked, exchanges.Withdraw) {
			tb.Errorf("asked %v: the key may withdraw", asked)
		}
	}
	given := func(p exchanges.Permission) bool {
		return slices.ContainsFunc(g.Boxes, func(b exchanges.Box) bool { return slices.Contains(b.Gives, p) })
	}
	slices.Sort(unboxed)
	if got := slices.DeleteFunc(exchanges.Permissions(), given); !slices.Equal(got, unboxed) {
		tb.Errorf("no box gives %v", got)
	}
}

// Wishes are all sets of permissions that have reading in them.
func Wishes() iter.Seq[[]exchanges.Permission] {
	all := exchanges.Permissions()
	return func(yield func([]exchanges.Permission) bool) {
		for mask := range 1 << len(all) {
			asked := []exchanges.Permission{exchanges.Read}
			for i, p := range all {
				if mask>>i&1 == 1 && p != exchanges.Read {
					asked = append(asked, p)
				}
			}
			if !yield(asked) {
				return
			}
		}
	}
}
