package flow

import (
	"cmp"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// managers returns the records whose keys may manage the keys that a plan is
// about, the likeliest first. old is the record in rotation, nil for none.
func managers(all []*store.Record, p Plan, old *store.Record) []*store.Record {
	var out []*store.Record
	for _, r := range all {
		if r.Exchange == p.Exchange && r.Environment == p.Environment && p.sameSite(r.Site) && manages(r, p, old) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *store.Record) int {
		return cmp.Compare(managerRank(a, old), managerRank(b, old))
	})
	return out
}

// sameSite reports whether a site is the plan's: the usual one has a name, and
// is also meant by none.
func (p Plan) sameSite(site string) bool {
	usual := func(s string) bool { return s == "" || s == p.Usual }
	return site == p.Site || usual(site) && usual(p.Site)
}

// manages reports whether r's key may manage: by the exchange's word where the
// right has a name, by the trader's mark where it has none.
func manages(r *store.Record, p Plan, old *store.Record) bool {
	switch p.Can.Reach {
	case exchanges.OwnKeys:
		return r.Facts.Permissions.Has(exchanges.Admin) && sameAccount(r, old)
	case exchanges.SubAccountKeys:
		return p.SubAccount != "" && r.Manager && r.SubAccount == ""
	case exchanges.NoKeys:
	}
	return false
}

// sameAccount reports whether two keys may belong to one account: it is denied
// only where both accounts are known.
func sameAccount(a, b *store.Record) bool {
	return b == nil || a.Facts.Account == "" || b.Facts.Account == "" || a.Facts.Account == b.Facts.Account
}

func managerRank(r, old *store.Record) int {
	switch {
	case old != nil && r.ID == old.ID:
		return 0 // it is sure to be of the same account
	case r.Status() == store.OK:
		return 1
	}
	return 2
}

// killer decides with which key the old one is revoked. A key manages another
// key rather than itself where there is a choice: nothing says that an
// exchange lets a key delete itself, but for those that declare it.
func killer(all []*store.Record, s *State, old *store.Record) (Route, Killer) {
	can := s.Plan.Can
	mints := slices.Contains(s.Plan.Permissions, exchanges.Admin.String())
	if can.Revoke && can.Reach == exchanges.OwnKeys && s.Kind == Rotate && mints {
		return ByAPI, Killer{New: true}
	}
	if can.Revoke {
		candidates := managers(all, s.Plan, old)
		slices.SortStableFunc(candidates, func(a, b *store.Record) int {
			return cmp.Compare(btoi(a.ID == old.ID), btoi(b.ID == old.ID))
		})
		if len(candidates) > 0 {
			if candidates[0].ID == old.ID {
				return ByAPI, Killer{Itself: true}
			}
			return ByAPI, Killer{Record: candidates[0].ID}
		}
	}
	if can.RevokesItself && old.SubAccount == "" && !s.Old.Blind && s.Old.Facts.Permissions.Has(exchanges.Admin) {
		return ByAPI, Killer{Itself: true}
	}
	return ByHand, Killer{}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Blast returns how much damage a key can do, the larger the worse: whether it
// can withdraw, mint keys, transfer or trade, and whether from anywhere. What
// is unknown counts as a quarter: a key that can withdraw for certain comes first.
func Blast(r *store.Record) int {
	weights := []struct {
		p exchanges.Permission
		w int
	}{
		{exchanges.Withdraw, 1000}, {exchanges.Admin, 400}, {exchanges.Transfer, 200}, {exchanges.Other, 60},
		{exchanges.Margin, 50}, {exchanges.Futures, 50}, {exchanges.Options, 50}, {exchanges.Spot, 40}, {exchanges.Earn, 20}, {exchanges.Read, 4},
	}
	sum := 0
	for _, x := range weights {
		switch r.Facts.Permissions.Get(x.p) {
		case exchanges.Granted:
			sum += 4 * x.w
		case exchanges.Unknown:
			sum += x.w
		case exchanges.NotGranted:
		}
	}
	switch r.Facts.IPs.State {
	case exchanges.IPAny:
		sum = sum * 3 / 2
	case exchanges.IPUnknown:
		sum = sum * 5 / 4
	case exchanges.IPList, exchanges.IPRestricted:
	}
	if r.Environment != exchanges.Live {
		sum /= 1000 // play money
	}
	return sum
}
