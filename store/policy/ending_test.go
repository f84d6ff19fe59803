package policy

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func TestEndings(t *testing.T) {
	idle := exchanges.Lifetime{After: 14 * day, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted, NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot}}
	old := exchanges.Lifetime{After: 90 * day, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired, In: []exchanges.Environment{exchanges.Live}}
	open := func(change func(*store.Record)) *store.Record {
		r := healthy()
		r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)
		r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
		if change != nil {
			change(&r)
		}
		return &r
	}
	for name, c := range map[string]struct {
		key  *store.Record
		want []time.Time // zero: the rule holds, its end is not known
	}{
		"both":                     {open(nil), []time.Time{daysAgo(1).Add(14 * day), daysAgo(10).Add(90 * day)}},
		"bound to addresses":       {open(func(r *store.Record) { r.Facts.IPs.State = exchanges.IPRestricted }), []time.Time{daysAgo(10).Add(90 * day)}},
		"addresses unknown":        {open(func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{} }), []time.Time{daysAgo(10).Add(90 * day)}},
		"rights unknown":           {open(func(r *store.Record) { r.Facts.Permissions = exchanges.PermissionSet{} }), []time.Time{daysAgo(10).Add(90 * day)}},
		"play money":               {open(func(r *store.Record) { r.Environment = exchanges.Testnet }), []time.Time{daysAgo(1).Add(14 * day)}},
		"last use unknown":         {open(func(r *store.Record) { r.Facts.LastUsed = exchanges.Moment{} }), []time.Time{{}, daysAgo(10).Add(90 * day)}},
		"never used":               {open(func(r *store.Record) { r.Facts.LastUsed = exchanges.Never() }), []time.Time{daysAgo(10).Add(14 * day), daysAgo(10).Add(90 * day)}},
		"nothing but first seen":   {open(func(r *store.Record) { r.Facts.Created = exchanges.Moment{} }), []time.Time{daysAgo(1).Add(14 * day), {}}},
		"no rule is about the key": {open(func(r *store.Record) { r.Environment = exchanges.Demo; r.Facts.IPs.State = exchanges.IPList }), nil},
	} {
		got := Endings(c.key, []exchanges.Lifetime{idle, old})
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		for i, e := range got {
			if !e.At.Equal(c.want[i]) {
				t.Errorf("%s: rule %d ends it %s, want %s", name, i, e.At, c.want[i])
			}
		}
	}
}
