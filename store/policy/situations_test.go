package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// situation is a case, and what a careful trader would say of it. wants are
// "severity code: text | action", shortened to what counts.
type situation struct {
	what   string
	change func(*Case)
	want   []string
}

// key changes the record of a case.
func key(change func(*store.Record)) func(*Case) {
	return func(c *Case) {
		r := *c.Record
		change(&r)
		c.Record = &r
	}
}

// both makes several changes.
func both(changes ...func(*Case)) func(*Case) {
	return func(c *Case) {
		for _, change := range changes {
			change(c)
		}
	}
}

func grants(all ...exchanges.Permission) func(*Case) {
	return key(func(r *store.Record) {
		r.Facts.Permissions = exchanges.NewPermissionSet(append(all, exchanges.Read)...)
	})
}

func in(env exchanges.Environment) func(*Case) {
	return key(func(r *store.Record) { r.Environment = env })
}

func whitelist(entries ...string) func(*Case) {
	return key(func(r *store.Record) {
		r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	})
}

func openToAll(c *Case) {
	key(func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} })(c)
}

// under puts a rule of the exchange in.
func under(l exchanges.Lifetime) func(*Case) {
	l.Words, l.Source, l.AsOf = "Keys do not live for ever.", "its FAQ", "2026-11-23"
	return func(c *Case) { c.Terms.Lifetimes = append(c.Terms.Lifetimes, l) }
}

func usedAgo(days float64) func(*Case) {
	return key(func(r *store.Record) { r.Facts.LastUsed = exchanges.At(daysAgo(days)) })
}

func madeAgo(days float64) func(*Case) {
	return key(func(r *store.Record) { r.Facts.Created = exchanges.At(daysAgo(days)) })
}

func seenAgo(days float64) func(*Case) {
	return key(func(r *store.Record) { r.Facts.Seen, r.Check.At = daysAgo(days), daysAgo(days) })
}

func usedBy(names ...string) func(*Case) {
	return key(func(r *store.Record) {
		for _, n := range names {
			r.Consumers = append(r.Consumers, store.Consumer{Name: n})
		}
	})
}

// machine gives this machine addresses, the last of a kind being that of now.
func machine(addresses ...string) func(*Case) {
	return func(c *Case) {
		for i, a := range addresses {
			c.Machine = c.Machine.Seen(now.Add(time.Duration(i-10)*day), netip.MustParseAddr(a))
		}
	}
}

// aCase is the healthy key with nothing around it, changed.
func aCase(changes ...func(*Case)) *Case {
	r := healthy()
	c := &Case{Record: &r, Rules: store.DefaultRules(), Now: now}
	both(changes...)(c)
	return c
}

var (
	idleRule  = exchanges.Lifetime{After: 14 * day, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted, NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot}}
	yearRule  = exchanges.Lifetime{After: 30 * day, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired}
	noIPRule  = exchanges.Lifetime{After: 30 * day, Since: exchanges.SinceCreated, Then: exchanges.EndsLoseRights, NoIPs: true}
	longUnuse = exchanges.Lifetime{After: 90 * day, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted}
)

func endingSituations() []situation {
	return []situation{
		{"by an inactivity rule soon", both(grants(exchanges.Spot), openToAll, usedAgo(9), under(idleRule)),
			[]string{"warning deleted-soon: By a rule of the exchange it is deleted in 5 days (2026-11-30): Keys do not live for ever. | Enter your addresses", "warning no-ip-whitelist"}},
		{"in use every day", both(grants(exchanges.Spot), openToAll, usedAgo(1), under(idleRule)), []string{"warning no-ip-whitelist"}},
		{"bound, so that the rule is not about it", both(grants(exchanges.Spot), usedAgo(9), under(idleRule)), nil},
		{"reads only, so that the rule is not about it", both(openToAll, usedAgo(9), under(idleRule)), []string{"warning no-ip-whitelist"}},
		{"last use not told", both(grants(exchanges.Spot), openToAll, key(func(r *store.Record) { r.Facts.LastUsed = exchanges.Moment{} }), under(idleRule)), []string{"warning no-ip-whitelist"}},
		{"of long inactivity", both(usedAgo(80), madeAgo(85), under(longUnuse)),
			[]string{"warning deleted-soon: By a rule of the exchange it is deleted in 10 days", "warning due-soon", "info unused"}},
		{"by age, which the exchange tells no day of", both(madeAgo(25), key(func(r *store.Record) { r.Facts.Expires = exchanges.Moment{} }), under(yearRule)),
			[]string{"warning expires-soon: By a rule of the exchange it expires in 5 days"}},
		{"its rights, for want of a list", both(openToAll, madeAgo(25), under(noIPRule)),
			[]string{"warning loses-rights-soon: By a rule of the exchange it loses its rights but reading in 5 days (2026-11-30): Keys do not live for ever. | Enter", "warning no-ip-whitelist"}},
		{"gone, perhaps", both(madeAgo(33), seenAgo(5), under(yearRule)),
			[]string{"critical may-be-gone: By a rule of the exchange it should have expired 3 days ago, and nobody has asked since"}},
		{"accepted after its end", both(madeAgo(33), seenAgo(1), under(yearRule)), nil},
		{"play money", both(in(exchanges.Testnet), madeAgo(25), key(func(r *store.Record) { r.Facts.Expires = exchanges.Moment{} }), under(yearRule)), []string{"info expires-soon"}},
	}
}

func rightSituations() []situation {
	return []situation{
		{"transfers", grants(exchanges.Transfer), []string{"warning transfer-enabled"}},
		{"transfers play money", both(grants(exchanges.Transfer), in(exchanges.Demo)), []string{"info transfer-enabled"}},
		{"mints keys", grants(exchanges.Admin), []string{"warning admin-enabled: May make and change API keys: whoever"}},
		{"mints keys for keyrota", both(grants(exchanges.Admin), key(func(r *store.Record) { r.Manager = true })), []string{"info admin-enabled: May make and change API keys, as you chose"}},
		{"more than a spot bot needs", both(grants(exchanges.Spot, exchanges.Futures, exchanges.Options), needing(exchanges.Read, exchanges.Spot)),
			[]string{`warning over-privileged: May do more than its purpose "spot bot" needs: futures, options; it needs read, spot. | Switch off futures, options`}},
		{"more than can be had apart", both(grants(exchanges.Spot, exchanges.Futures, exchanges.Options), needing(exchanges.Read, exchanges.Spot), tradesAsOne),
			[]string{`warning over-privileged: May do more than its purpose "spot bot" needs: options; it needs read, spot. | Switch off options`}},
		{"what cannot be had apart", both(grants(exchanges.Spot, exchanges.Futures), needing(exchanges.Read, exchanges.Spot), tradesAsOne), nil},
		{"what a spot bot needs", both(grants(exchanges.Spot), needing(exchanges.Read, exchanges.Spot)), nil},
		{"less than a spot bot needs", needing(exchanges.Read, exchanges.Spot), nil},
		{"a purpose that transfers", both(grants(exchanges.Transfer), needing(exchanges.Read, exchanges.Transfer)), nil},
		{"an HMAC secret where pairs are taken", both(hmac, func(c *Case) { c.Terms.KeyPairs = true }), []string{"info hmac-secret"}},
		{"an HMAC secret where no pairs are taken", hmac, nil},
		{"a key pair", func(c *Case) { c.Terms.KeyPairs = true }, nil},
		{"a block of addresses", whitelist("203.0.113.7", "198.51.0.0/16"), []string{"warning ip-range-broad: May be used from large blocks of addresses: 198.51.0.0/16."}},
		{"a block that is small enough", whitelist("198.51.100.0/24"), nil},
		{"a range of addresses", whitelist("198.51.100.0-198.51.103.255"), []string{"warning ip-range-broad"}},
		{"a block of IPv6", whitelist("2001:db8::/32"), []string{"warning ip-range-broad"}},
		{"a home's IPv6", whitelist("2001:db8::/64"), nil},
		{"blocks as the person wants them", both(whitelist("198.51.0.0/16"), func(c *Case) { c.Rules.BroadIPv4 = 0 }), nil},
		{"a block of play money", both(whitelist("198.51.0.0/16"), in(exchanges.Testnet)), nil},
	}
}

func needing(all ...exchanges.Permission) func(*Case) {
	return func(c *Case) {
		key(func(r *store.Record) { r.Purpose = "spot bot" })(c)
		c.Rules.Needs = exchanges.NewPermissionSet(all...)
	}
}

// tradesAsOne is an exchange with one box for spot and futures.
func tradesAsOne(c *Case) {
	c.Terms.Boxes = []exchanges.Box{
		{Words: "See", Gives: []exchanges.Permission{exchanges.Read}},
		{Words: "Trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
		{Words: "Options", Gives: []exchanges.Permission{exchanges.Options}},
	}
}

func hmac(c *Case) { key(func(r *store.Record) { r.Source = exchanges.FromExchange })(c) }

func placeSituations() []situation {
	return []situation{
		{"this machine is on the list", machine("203.0.113.7"), nil},
		{"it is not", machine("198.51.100.9"), []string{"info not-on-list: This machine's address 198.51.100.9 is not on the key's IP whitelist."}},
		{"it is not, and starts the bot", both(machine("198.51.100.9"), key(func(r *store.Record) {
			r.Consumers = []store.Consumer{{Name: "grid", By: store.HandRun}}
		})), []string{"warning not-on-list"}},
		{"it goes by a proxy", both(machine("198.51.100.9"), func(c *Case) { c.Terms.ByProxy = true }), nil},
		{"nobody knows its address", nil, nil},
		{"the list is not told", both(machine("198.51.100.9"), key(func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPRestricted} })), nil},
		{"it moved, and the list did not", machine("203.0.113.7", "198.51.100.9"),
			[]string{"warning address-changed: This machine's address was 203.0.113.7, which is on the key's IP whitelist, and is 198.51.100.9 since 2026-11-16, which is not.", "info not-on-list"}},
		{"it moved within the list", both(whitelist("203.0.113.7", "198.51.100.9"), machine("203.0.113.7", "198.51.100.9")), nil},
		{"its IPv6 is on no list that could have it", machine("2001:db8::1"), nil},
	}
}

func aroundSituations() []situation {
	twin := func(env exchanges.Environment) func(*Case) {
		return func(c *Case) { c.Around.Twins = []Twin{{"copy", env}} }
	}
	flow := func(f Flow) func(*Case) { return func(c *Case) { c.Around.Flow = &f } }
	begun := Flow{Kind: "rotate", Step: "consumers", Began: daysAgo(3), Moved: daysAgo(2)}
	stuck, still, alive := begun, begun, begun
	stuck.Problem = "The keyring is locked."
	still.Moved = daysAgo(8)
	alive.Alive = true
	return []situation{
		{"two programs", usedBy("grid", "tax"), []string{"warning shared: 2 programs use it: grid, tax."}},
		{"one program", usedBy("grid"), nil},
		{"stored twice", twin(exchanges.Live), []string{"warning duplicate: The same key is stored as copy too."}},
		{"stored for live and testnet", twin(exchanges.Testnet), []string{`warning environments-mixed: The same key is stored as "copy" for testnet, and as this one for live.`}},
		{"a program for both kinds of money", both(usedBy("grid"), func(c *Case) { c.Around.Mixes = []Mix{{"grid", "paper"}} }),
			[]string{`warning environments-mixed: The program "grid" has this key for live, and "paper" for the other kind of money.`}},
		{"a live key that is called paper", key(func(r *store.Record) { r.Name = "Paper-bot" }), []string{`info environments-mixed: It is called "Paper", and is for live.`}},
		{"a testnet key that is called prod", both(in(exchanges.Testnet), key(func(r *store.Record) { r.Name = "grid prod" })), []string{"info environments-mixed"}},
		{"a name with such letters in it", key(func(r *store.Record) { r.Name = "newspaper-latest" }), nil},
		{"a name of both", key(func(r *store.Record) { r.Name = "live-test" }), nil},
		{"strays", func(c *Case) { c.Around.Strays = &Strays{Count: 2, Found: daysAgo(4)} }, []string{"warning unmanaged-keys: Its account has 2 keys that keyrota does not manage. | Look"}},
		{"strays that were revoked", func(c *Case) { c.Around.Strays = &Strays{Count: 2, Revoked: 1} }, []string{"critical unmanaged-keys: Its account has 2 keys that keyrota does not manage. Revoked here, and listed again: 1."}},
		{"strays that withdraw", func(c *Case) { c.Around.Strays = &Strays{Count: 1, Withdraw: 1} }, []string{"critical unmanaged-keys: Its account has 1 key that keyrota does not manage, of which 1 may withdraw."}},
		{"a rotation that was begun", flow(begun), []string{`info flow-unfinished: To rotate it was begun 3 days ago and is at "consumers".`}},
		{"one that is stuck", flow(stuck), []string{"warning flow-unfinished: To rotate it was begun 3 days ago and is at \"consumers\". It is stuck: The keyring is locked."}},
		{"one that stands still", flow(still), []string{"warning flow-unfinished"}},
		{"a revoked key that lives", flow(alive), []string{"critical revoked-alive: The old key was revoked, and the exchange still accepts it."}},
	}
}

func checkSituations() []situation {
	check := func(c store.Check) func(*Case) { return key(func(r *store.Record) { r.Check = c }) }
	clock := func(offset time.Duration) exchanges.Clock {
		return exchanges.Clock{Known: true, Offset: offset}
	}
	return []situation{
		{"no secret", check(store.Check{At: now, Kind: store.KindNoSecret}), []string{"critical secret-missing: The keyring has no secret for it any more."}},
		{"clock slow", check(store.Check{At: now, Clock: clock(1500 * time.Millisecond)}), []string{"warning clock-off: This machine's clock is 1.5s behind the exchange's."}},
		{"clock fast", check(store.Check{At: now, Clock: clock(-90 * time.Second)}), []string{"warning clock-off: This machine's clock is 1m30s ahead of the exchange's."}},
		{"clock well enough", check(store.Check{At: now, Clock: clock(700 * time.Millisecond)}), nil},
		{"refused for the clock", check(store.Check{At: now, Kind: exchanges.ClockSkew, Clock: clock(time.Minute)}), []string{"critical clock-off: This machine's clock is 1m0s behind the exchange's. The exchange refused the last check for that."}},
		{"refused for a clock that nobody measured", check(store.Check{At: now, Kind: exchanges.ClockSkew}), []string{"critical clock-off: This machine's clock and the exchange's differ. The exchange refused"}},
		{"a stale check", seenAgo(8), []string{"info check-stale: The exchange was last asked 8 days ago"}},
		{"a fresh check", seenAgo(6), nil},
		{"long rejected, and asked long ago", check(store.Check{At: daysAgo(8), Kind: exchanges.Auth, Failing: daysAgo(20)}), []string{"critical rejected"}},
		{"old and never rotated", madeAgo(200), []string{"critical overdue", "info never-rotated: 200 days old and never rotated."}},
		{"old, rotated in between", both(madeAgo(200), key(func(r *store.Record) { r.Rotated = daysAgo(200) })), []string{"critical overdue"}},
		{"old without a rule", both(madeAgo(200), func(c *Case) { c.Rules.RotateEvery = 0 }), []string{"info never-rotated"}},
	}
}

// learn lets the exchange have said something else before, so many days ago.
func learn(days float64, before func(*store.Facts)) func(*Case) {
	return key(func(r *store.Record) {
		next, check := r.Facts, r.Check
		before(&r.Facts)
		r.Facts.Seen = daysAgo(days)
		r.Learn(next, check)
	})
}

func changeSituations() []situation {
	set := func(p exchanges.Permission, g exchanges.Grant) func(*store.Facts) {
		return func(f *store.Facts) { f.Permissions = f.Permissions.With(p, g) }
	}
	ips := func(state exchanges.IPState, entries ...string) func(*store.Facts) {
		return func(f *store.Facts) { f.IPs = exchanges.IPWhitelist{State: state, Entries: entries} }
	}
	return []situation{
		{"a right came", both(grants(exchanges.Spot), learn(2, set(exchanges.Spot, exchanges.NotGranted))),
			[]string{"warning permissions-changed: What it may do has changed since 2026-11-23: now granted: spot. | If it was not you"}},
		{"a right came that empties accounts", both(grants(exchanges.Transfer), learn(2, set(exchanges.Transfer, exchanges.NotGranted))),
			[]string{"critical permissions-changed", "warning transfer-enabled"}},
		{"a right went", learn(2, set(exchanges.Spot, exchanges.Granted)), []string{"warning permissions-changed: What it may do has changed since 2026-11-23: no longer granted: spot."}},
		{"a right is told for the first time", both(grants(exchanges.Spot), learn(2, set(exchanges.Spot, exchanges.Unknown))), nil},
		{"a right came long ago", both(grants(exchanges.Spot), learn(20, set(exchanges.Spot, exchanges.NotGranted)), func(c *Case) { c.Rules.ChangedWithin = day / 2; c.Now = now.Add(day) }), nil},
		{"an address came", both(whitelist("203.0.113.7", "198.51.100.9"), learn(2, ips(exchanges.IPList, "203.0.113.7"))),
			[]string{"warning ip-list-changed: Its IP whitelist has changed since 2026-11-23: now on it: 198.51.100.9."}},
		{"an address went", learn(2, ips(exchanges.IPList, "203.0.113.7", "198.51.100.9")), []string{"info ip-list-changed"}},
		{"the list is gone", both(openToAll, learn(2, ips(exchanges.IPList, "203.0.113.7"))),
			[]string{"critical ip-list-changed: It may be used from any address now; until 2026-11-23 it was bound to 203.0.113.7.", "warning no-ip-whitelist"}},
		{"it is bound now", learn(2, ips(exchanges.IPAny)), []string{"info ip-list-changed"}},
		{"another account", both(key(func(r *store.Record) { r.Facts.Account = "222" }), learn(2, func(f *store.Facts) { f.Account = "111" })),
			[]string{`warning account-changed: The exchange says that it belongs to the account "222"; until 2026-11-23 it said "111".`}},
		{"another label", both(key(func(r *store.Record) { r.Facts.Label = "b" }), learn(2, func(f *store.Facts) { f.Label = "a" })),
			[]string{`info label-changed: At the exchange it is called "b"; until 2026-11-23 it was "a".`}},
	}
}

// wantFinding holds a finding against "severity code: text | action".
func wantFinding(t *testing.T, what string, f Finding, want string) {
	t.Helper()
	got := fmt.Sprintf("%s %s: %s | %s", f.Severity, f.Code, f.Text, f.Action)
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
	if f.Word == "" || len(f.Word) > 12 || f.Mend == "" || f.Fact == "" || f.Action == "" {
		t.Errorf("%s: %+v", what, f)
	}
}

func TestSituations(t *testing.T) {
	all := slices.Concat(endingSituations(), rightSituations(), placeSituations(), aroundSituations(), checkSituations(), changeSituations())
	met := map[string]bool{}
	for _, s := range all {
		c := aCase()
		if s.change != nil {
			s.change(c)
		}
		a := Assess(c)
		if len(a.Findings) != len(s.want) {
			t.Errorf("%s: %d findings, want %d:\n%+v", s.what, len(a.Findings), len(s.want), a.Findings)
			continue
		}
		for i, f := range a.Findings {
			met[f.Code] = true
			wantFinding(t, s.what, f, s.want[i])
			if f.Began.After(c.Now) {
				t.Errorf("%s: it began %v", s.what, f.Began)
			}
		}
	}
	for _, c := range findingCases() {
		for _, w := range c.want {
			met[strings.TrimSuffix(strings.Fields(w)[1], ":")] = true
		}
	}
	for _, code := range Codes() {
		if !met[code] {
			t.Errorf("no situation has the finding %s", code)
		}
	}
}
