package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func daysAgo(n float64) time.Time { return now.Add(-time.Duration(n * float64(day))) }

// healthy returns a key with which nothing is wrong: ten days old, checked
// today, read-only, bound to an address, in use.
func healthy() store.Record {
	return store.Record{
		ID: "a", Name: "grid-bot", Exchange: "binance", Environment: exchanges.Live, Added: daysAgo(5),
		Facts: store.Facts{
			Seen: daysAgo(0), Permissions: exchanges.NewPermissionSet(exchanges.Read),
			IPs:     exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}},
			Created: exchanges.At(daysAgo(10)), Expires: exchanges.Never(), LastUsed: exchanges.At(daysAgo(1)),
		},
		Check: store.Check{At: daysAgo(0)},
	}
}

func assess(change func(*store.Record)) Assessment {
	r := healthy()
	if change != nil {
		change(&r)
	}
	return judge(&r, store.DefaultRules(), now)
}

// judge judges a record with nothing around it.
func judge(r *store.Record, rules store.Rules, at time.Time) Assessment {
	return Assess(&Case{Record: r, Rules: rules, Now: at})
}

func TestAHealthyKeyHasNoFindings(t *testing.T) {
	a := assess(nil)
	if len(a.Findings) > 0 {
		t.Errorf("findings: %+v", a.Findings)
	}
	if _, ok := a.Worst(); ok {
		t.Error("Worst found something")
	}
	if want := (Deadline{At: daysAgo(-80), Reason: ByPolicy, Every: 90 * day}); a.Deadline != want || a.Age != 10*day || !a.AgeExact {
		t.Errorf("%+v, want the deadline %+v", a, want)
	}
}

// byPolicy and byExpiry are deadlines of a healthy key so many days ago.
func byPolicy(n float64) Deadline { return Deadline{At: daysAgo(n), Reason: ByPolicy, Every: 90 * day} }
func byExpiry(n float64) Deadline {
	return Deadline{At: daysAgo(n), Reason: ByExpiry, Told: daysAgo(0)}
}

// record is short, since the table below is wide.
type record = store.Record

// findingCase is a key and what policy says of it.
type findingCase struct {
	what   string
	change []func(*store.Record)
	want   []string // "severity code: text | action", shortened to what is given
}

// findingCases has a row for what each rule says, and for where it stays quiet.
func findingCases() []findingCase {
	created := func(n float64) func(*record) {
		return func(r *record) { r.Facts.Created = exchanges.At(daysAgo(n)) }
	}
	expires := func(n float64) func(*record) {
		return func(r *record) { r.Facts.Expires = exchanges.At(daysAgo(-n)) }
	}
	grant := func(p exchanges.Permission) func(*record) {
		return func(r *record) { r.Facts.Permissions = r.Facts.Permissions.With(p, exchanges.Granted) }
	}
	ips := func(state exchanges.IPState, entries ...string) func(*record) {
		return func(r *record) { r.Facts.IPs = exchanges.IPWhitelist{State: state, Entries: entries} }
	}
	env := func(e exchanges.Environment) func(*record) { return func(r *record) { r.Environment = e } }
	failed := func(k exchanges.Kind, code, hint string) func(*record) {
		return func(r *record) { r.Check = store.Check{At: now, Kind: k, Code: code, Hint: hint} }
	}
	used := func(m exchanges.Moment) func(*record) { return func(r *record) { r.Facts.LastUsed = m } }
	unknown := func(r *record) { r.Facts, r.Check = store.Facts{}, store.Check{At: now} }

	return []findingCase{
		{"overdue", []func(*record){created(97)}, []string{"critical overdue: 97 days old, your policy says 90. | Rotate the key."}},
		{"overdue to the minute", []func(*record){created(90)}, []string{"critical overdue: 90 days old, your policy says 90."}},
		{"overdue since first seen", []func(*record){unknown, func(r *record) { r.Added = daysAgo(100) }},
			[]string{"critical overdue: At least 100 days old, your policy says 90."}},
		{"rotated lately", []func(*record){unknown, func(r *record) { r.Added, r.Rotated = daysAgo(100), daysAgo(3) }}, nil},
		{"due soon", []func(*record){created(80)}, []string{"warning due-soon: 80 days old, your policy says 90: due in 10 days. | Plan"}},
		{"due in hours", []func(*record){created(89.75)}, []string{"warning due-soon: 89 days old, your policy says 90: due in 6 hours."}},
		{"not due yet", []func(*record){created(75.9)}, nil},
		{"expired", []func(*record){expires(-1)}, []string{"critical expired: Expired at the exchange 1 day ago. | Make a new key"}},
		{"expires soon", []func(*record){expires(12)}, []string{"warning expires-soon: The exchange lets it expire in 12 days. | Renew"}},
		{"expires later", []func(*record){expires(15)}, nil},
		{"expired and overdue", []func(*record){created(97), expires(-0.5)},
			[]string{"critical expired: Expired at the exchange 12 hours ago.", "critical overdue"}},
		{"rejected", []func(*record){failed(exchanges.IPBlocked, "-2015", "Add 203.0.113.9.")},
			[]string{"critical rejected: Refused at the last check: this machine's address is not on the key's IP whitelist (-2015). | Add 203.0.113.9."}},
		{"rejected without a hint", []func(*record){failed(exchanges.Auth, "", "")},
			[]string{"critical rejected: Refused at the last check: the exchange rejected the key. | Look the key up"}},
		{"unreachable", []func(*record){failed(exchanges.Network, "", "Check your connection.")},
			[]string{"info unreachable: No verdict at the last check: the exchange could not be reached. | Check your connection."}},
		{"unreachable for days", []func(*record){failed(exchanges.Network, "", ""), func(r *record) { r.Facts.Seen = daysAgo(3) }},
			[]string{"warning unreachable: No verdict at the last check: the exchange could not be reached. It was last seen to work 3 days ago. | Verify"}},
		{"never reached", []func(*record){unknown, failed(exchanges.Unavailable, "", "")}, []string{"warning unreachable: No verdict at the last check: the exchange is not available. It was never seen to work."}},
		{"unverified", []func(*record){unknown, func(r *record) { r.Check = store.Check{} }}, []string{"info unverified: The exchange has not been asked"}},
		{"withdraw", []func(*record){grant(exchanges.Withdraw)}, []string{"warning withdraw-enabled: May withdraw funds. | Switch"}},
		{"withdraw from anywhere", []func(*record){grant(exchanges.Withdraw), ips(exchanges.IPAny)},
			[]string{"critical withdraw-enabled: May withdraw funds, from any address.", "warning no-ip-whitelist"}},
		{"withdraw play money", []func(*record){grant(exchanges.Withdraw), ips(exchanges.IPAny), env(exchanges.Testnet)},
			[]string{"info withdraw-enabled: May withdraw funds, though only play money."}},
		{"transfer is no withdrawal", []func(*record){grant(exchanges.Transfer)}, []string{"warning transfer-enabled: May move funds between your accounts. | Switch"}},
		{"any address", []func(*record){ips(exchanges.IPAny)}, []string{"warning no-ip-whitelist: May be used from any address. | Enter"}},
		{"a list that is none", []func(*record){ips(exchanges.IPList, "203.0.113.7", "0.0.0.0/0")}, []string{"warning no-ip-whitelist"}},
		{"any address, testnet", []func(*record){ips(exchanges.IPAny), env(exchanges.Testnet)}, nil},
		{"any address, demo", []func(*record){ips(exchanges.IPAny), env(exchanges.Demo)}, nil},
		{"a list with hidden entries", []func(*record){ips(exchanges.IPRestricted)}, nil},
		{"unused", []func(*record){used(exchanges.At(daysAgo(31)))}, []string{"info unused: Last used 31 days ago. | Revoke"}},
		{"used lately", []func(*record){used(exchanges.At(daysAgo(29)))}, nil},
		{"never used, old", []func(*record){created(40), used(exchanges.Never())}, []string{"info never-used: Never used since it was made, 40 days ago."}},
		{"never used, new", []func(*record){used(exchanges.Never())}, nil},
		{"nothing is known", []func(*record){unknown}, nil},
	}
}

func TestFindings(t *testing.T) {
	for _, c := range findingCases() {
		t.Run(c.what, func(t *testing.T) {
			a := assess(func(r *store.Record) {
				for _, change := range c.change {
					change(r)
				}
			})
			if len(a.Findings) != len(c.want) {
				t.Fatalf("%d findings, want %d: %+v", len(a.Findings), len(c.want), a.Findings)
			}
			for i, f := range a.Findings {
				got := fmt.Sprintf("%s %s: %s | %s", f.Severity, f.Code, f.Text, f.Action)
				if !strings.HasPrefix(got, c.want[i]) {
					t.Errorf("finding %d:\n got %s\nwant %s", i, got, c.want[i])
				}
				if f.Word == "" || len(f.Word) > 12 || strings.ToUpper(f.Word) != f.Word {
					t.Errorf("word %q", f.Word)
				}
				if !a.Has(f.Code) {
					t.Errorf("Has(%q) is false", f.Code)
				}
			}
		})
	}
}

func TestRulesThatAreOffFindNothing(t *testing.T) {
	r := healthy()
	r.Facts.Created, r.Facts.LastUsed = exchanges.At(daysAgo(1000)), exchanges.At(daysAgo(900))
	a := judge(&r, store.Rules{}, now)
	if len(a.Findings) > 0 || a.Deadline != (Deadline{}) {
		t.Errorf("%+v", a)
	}
}

func TestTheDeadlineIsTheEarliest(t *testing.T) {
	for what, c := range map[string]struct {
		expires exchanges.Moment
		want    Deadline
	}{
		"no expiry":      {exchanges.Never(), byPolicy(-80)},
		"unknown expiry": {exchanges.Moment{}, byPolicy(-80)},
		"expiry first":   {exchanges.At(daysAgo(-20)), byExpiry(-20)},
		"policy first":   {exchanges.At(daysAgo(-100)), byPolicy(-80)},
		"both at once":   {exchanges.At(daysAgo(-80)), byPolicy(-80)},
	} {
		if got := assess(func(r *store.Record) { r.Facts.Expires = c.expires }).Deadline; got != c.want {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
	r := healthy()
	r.Facts.Expires = exchanges.At(daysAgo(-20))
	if got := judge(&r, store.Rules{}, now).Deadline; got != byExpiry(-20) {
		t.Errorf("expiry without a policy: %+v", got)
	}
}

func TestShortPoliciesAreToldInHours(t *testing.T) {
	r := healthy()
	for age, want := range map[time.Duration]string{
		13 * time.Hour: "13 hours old, your policy says 12 hours.",
		25 * time.Hour: "1 day old, your policy says 12 hours.",
		12 * time.Hour: "12 hours old, your policy says 12 hours.",
		14*day + day/2: "14 days old, your policy says 12 hours.",
	} {
		r.Facts.Created = exchanges.At(now.Add(-age))
		if got := judge(&r, store.Rules{RotateEvery: 12 * time.Hour}, now).Findings[0].Text; got != want {
			t.Errorf("%v: %q, want %q", age, got, want)
		}
	}
	r.Facts.Created = exchanges.At(now.Add(-time.Minute))
	if got := judge(&r, store.Rules{RotateEvery: time.Minute}, now).Findings[0].Text; got != "1 minute old, your policy says 1 minute." {
		t.Error(got)
	}
}

func TestSummary(t *testing.T) {
	var s Summary
	for _, change := range []func(*store.Record){
		nil,
		func(r *store.Record) { r.Facts.Created = exchanges.At(daysAgo(97)) },  // overdue
		func(r *store.Record) { r.Facts.Expires = exchanges.At(daysAgo(1)) },   // expired
		func(r *store.Record) { r.Facts.Created = exchanges.At(daysAgo(80)) },  // due soon
		func(r *store.Record) { r.Check.Kind = exchanges.Auth },                // rejected
		func(r *store.Record) { r.Facts.LastUsed = exchanges.At(daysAgo(60)) }, // unused: for information
	} {
		s.Add(assess(change))
	}
	if want := (Summary{Keys: 6, Overdue: 2, Attention: 2}); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}

// randomRecord returns a record with anything in it, also what no exchange
// would say.
func randomRecord(r *rand.Rand) store.Record {
	at := func() time.Time {
		if r.IntN(4) == 0 {
			return time.Time{}
		}
		return now.Add(time.Duration(r.Int64N(int64(800*day))) - 400*day)
	}
	moment := func() exchanges.Moment {
		return []exchanges.Moment{{}, exchanges.Never(), exchanges.At(at()), exchanges.At(at())}[r.IntN(4)]
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	rec := store.Record{
		Name: pick("a", "paper", "prod"), Source: exchanges.KeySource(pick("", "secret", "key-pair")), Purpose: pick("", "spot bot"),
		Added: at(), Rotated: at(), Environment: exchanges.Environment(pick("live", "testnet", "demo", "?")),
		Facts: store.Facts{Seen: at(), Label: pick("", "x", "y"), Account: pick("", "1", "2"), Created: moment(), Expires: moment(), LastUsed: moment(),
			IPs: exchanges.IPWhitelist{State: exchanges.IPState(pick("", "any", "restricted", "list", "?")), Entries: []string{pick("", "::/0", "203.0.113.7")}}},
		Check: store.Check{At: at(), Kind: exchanges.Kind(pick("", "auth", "network", "?")), Hint: pick("", "do it")},
	}
	for _, p := range exchanges.Permissions() {
		rec.Facts.Permissions = rec.Facts.Permissions.With(p, exchanges.Grant(r.IntN(3)))
	}
	return rec
}

func randomRules(r *rand.Rand) store.Rules {
	period := func() time.Duration { return time.Duration(max(r.Int64N(int64(200*day))-int64(40*day), 0)) }
	rules := store.DefaultRules()
	for _, p := range []*time.Duration{&rules.RotateEvery, &rules.WarnBefore, &rules.UnusedAfter, &rules.StaleAfter, &rules.ChangedWithin, &rules.UnrotatedAfter} {
		*p = period()
	}
	return rules
}

// urgency ranks the findings that come from a deadline.
func urgency(a Assessment) Severity {
	worst := Info
	for _, f := range a.Findings {
		switch f.Code {
		case CodeOverdue, CodeExpired, CodeDueSoon, CodeExpiresSoon:
			worst = max(worst, f.Severity)
		}
	}
	return worst
}

// TestAKeyNeverBecomesLessOverdue: nothing but a change of the key helps.
func TestAKeyNeverBecomesLessOverdue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		rec, rules := randomRecord(r), randomRules(r)
		before := judge(&rec, rules, now.Add(-400*day))
		for at := now.Add(-399 * day); at.Before(now.Add(600 * day)); at = at.Add(time.Duration(r.Int64N(int64(60 * day)))) {
			after := judge(&rec, rules, at)
			if urgency(after) < urgency(before) || before.Overdue() && !after.Overdue() || after.Age < before.Age {
				t.Fatalf("at %v it is better than before:\n%+v\n%+v\n%+v", at, before, after, rec)
			}
			if after.Deadline != before.Deadline {
				t.Fatalf("the deadline moved from %+v to %+v", before.Deadline, after.Deadline)
			}
			before = after
		}
	}
}

func TestAssessmentsAreConsistent(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		rec, rules := randomRecord(r), randomRules(r)
		a := judge(&rec, rules, now)
		passed := !a.Deadline.At.IsZero() && !now.Before(a.Deadline.At)
		if passed != a.Overdue() {
			t.Fatalf("deadline %+v, overdue %v: %+v", a.Deadline, a.Overdue(), rec)
		}
		if !slices.IsSortedFunc(a.Findings, func(x, y Finding) int { return int(y.Severity) - int(x.Severity) }) {
			t.Fatalf("not the worst first: %+v", a.Findings)
		}
		if diff := cmp.Diff(a, judge(&rec, rules, now)); diff != "" {
			t.Fatalf("the same input gives another answer:\n%s", diff)
		}
		for _, f := range a.Findings {
			if strings.Contains(f.Text+f.Action, "-") && strings.ContainsAny(f.Text, "0123456789") && strings.Contains(f.Text, " -") {
				t.Fatalf("a negative number in %q", f.Text)
			}
		}
	}
}

// TestUnknownIsNoFinding: what no exchange said is not held against a key.
func TestUnknownIsNoFinding(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		rec, rules := randomRecord(r), randomRules(r)
		rec.Facts.Permissions, rec.Facts.IPs = exchanges.PermissionSet{}, exchanges.IPWhitelist{}
		rec.Facts.LastUsed, rec.Facts.Expires = exchanges.Moment{}, exchanges.Moment{}
		a := judge(&rec, rules, now)
		for _, code := range []string{CodeWithdraw, CodeNoIPList, CodeUnused, CodeNeverUsed, CodeExpired, CodeExpiresSoon} {
			if a.Has(code) {
				t.Fatalf("%s of a key of which nothing is known: %+v", code, rec)
			}
		}
	}
}

func FuzzAssess(f *testing.F) {
	f.Add(uint64(1), int64(0), int64(90*day), int64(14*day))
	f.Fuzz(func(t *testing.T, seed uint64, shift, rotate, warn int64) {
		rec := randomRecord(rand.New(rand.NewPCG(seed, seed)))
		rules := store.Rules{RotateEvery: time.Duration(rotate), WarnBefore: time.Duration(warn), UnusedAfter: time.Duration(shift)}
		a := judge(&rec, rules, now.Add(time.Duration(shift)))
		if a.Age < 0 {
			t.Errorf("age %v", a.Age)
		}
		for _, finding := range a.Findings {
			if finding.Text == "" || finding.Action == "" || finding.Severity > Critical {
				t.Errorf("%+v", finding)
			}
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	bad := healthy()
	bad.Facts.Created, bad.Facts.IPs.State = exchanges.At(daysAgo(97)), exchanges.IPAny
	bad.Facts.Permissions = bad.Facts.Permissions.With(exchanges.Withdraw, exchanges.Granted)
	good := healthy()
	for what, r := range map[string]*store.Record{"healthy": &good, "three findings": &bad} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				judge(r, store.DefaultRules(), now)
			}
		})
	}
}

// What no page has a box for is nothing that the person could mend.
func TestAnExchangeWithoutIPListsMakesNoFindingOfIt(t *testing.T) {
	r := &store.Record{Exchange: "hyperliquid", Environment: exchanges.Live, Added: now,
		Facts: store.Facts{Seen: now, IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, Check: store.Check{At: now}}
	c := &Case{Record: r, Rules: store.DefaultRules(), Now: now}
	if !Assess(c).Has(CodeNoIPList) {
		t.Error("a key that is open to every address is no finding")
	}
	if c.Terms.NoIPLists = true; Assess(c).Has(CodeNoIPList) {
		t.Error("a finding that nobody can mend")
	}
}
