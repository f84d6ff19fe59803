package exchanges

import (
	"testing"
	"time"
)

func TestALifetimeCoversWhatIsKnownToFallUnderIt(t *testing.T) {
	trader := NewPermissionSet(Read, Spot)
	reader := NewPermissionSet(Read)
	anywhere, listed := IPWhitelist{State: IPAny}, IPWhitelist{State: IPList, Entries: []string{"192.0.2.1"}}
	for name, c := range map[string]struct {
		rule Lifetime
		env  Environment
		set  PermissionSet
		ips  IPWhitelist
		want bool
	}{
		"no condition":           {Lifetime{}, Live, PermissionSet{}, IPWhitelist{}, true},
		"without list":           {Lifetime{NoIPs: true}, Live, reader, anywhere, true},
		"with a list":            {Lifetime{NoIPs: true}, Live, reader, listed, false},
		"an untold list":         {Lifetime{NoIPs: true}, Live, reader, IPWhitelist{State: IPRestricted}, false},
		"nothing told of a list": {Lifetime{NoIPs: true}, Live, reader, IPWhitelist{}, false},
		"has one of the rights":  {Lifetime{Grants: []Permission{Withdraw, Spot}}, Live, trader, listed, true},
		"has none of them":       {Lifetime{Grants: []Permission{Withdraw, Spot}}, Live, reader, listed, false},
		"the right is unknown":   {Lifetime{Grants: []Permission{Spot}}, Live, PermissionSet{}, listed, false},
		"its environment":        {Lifetime{In: []Environment{Testnet, Demo}}, Demo, reader, listed, true},
		"another environment":    {Lifetime{In: []Environment{Testnet, Demo}}, Live, reader, listed, false},
		"all conditions":         {Lifetime{NoIPs: true, Grants: []Permission{Spot}, In: []Environment{Live}}, Live, trader, anywhere, true},
		"all but one":            {Lifetime{NoIPs: true, Grants: []Permission{Spot}, In: []Environment{Live}}, Live, trader, listed, false},
	} {
		if got := c.rule.Covers(c.env, c.set, c.ips); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestALifetimeEndsByWhatItCountsFrom(t *testing.T) {
	made := time.Date(2026, 1, 10, 8, 0, 0, 0, time.UTC)
	used := made.AddDate(0, 2, 0)
	for name, c := range map[string]struct {
		since         LifeStart
		created, used Moment
		from          time.Time // zero: it cannot be told
	}{
		"made":                       {SinceCreated, At(made), At(used), made},
		"made, use unknown":          {SinceCreated, At(made), Moment{}, made},
		"making unknown":             {SinceCreated, Moment{}, At(used), time.Time{}},
		"made never":                 {SinceCreated, Never(), At(used), time.Time{}},
		"used":                       {SinceUsed, At(made), At(used), used},
		"used, making unknown":       {SinceUsed, Moment{}, At(used), used},
		"use unknown":                {SinceUsed, At(made), Moment{}, time.Time{}},
		"never used":                 {SinceUsed, At(made), Never(), made},
		"never used, making unknown": {SinceUsed, Moment{}, Never(), time.Time{}},
	} {
		const life = 14 * 24 * time.Hour
		end, ok := Lifetime{After: life, Since: c.since}.End(c.created, c.used)
		if ok == c.from.IsZero() || ok && !end.Equal(c.from.Add(life)) {
			t.Errorf("%s: %s, %t", name, end, ok)
		}
	}
}
