package policy

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// negative finds a number below zero, and no date.
var negative = regexp.MustCompile(` -\d`)

// randomCase is a record with rules of its exchange.
func randomCase(r *rand.Rand) *Case {
	rec := randomRecord(r)
	terms := Terms{KeyPairs: r.IntN(2) == 0}
	for range r.IntN(3) {
		terms.Lifetimes = append(terms.Lifetimes, exchanges.Lifetime{
			After: time.Duration(1+r.IntN(200)) * day, NoIPs: r.IntN(2) == 0,
			Since: []exchanges.LifeStart{exchanges.SinceCreated, exchanges.SinceUsed}[r.IntN(2)],
			Then:  []exchanges.LifeEnd{exchanges.EndsDeleted, exchanges.EndsExpired, exchanges.EndsLoseRights}[r.IntN(3)],
		})
	}
	return &Case{Record: &rec, Rules: randomRules(r), Terms: terms, Now: now}
}

// causesOf are all moments by which something must be done about a key.
func causesOf(c *Case) []time.Time {
	var causes []time.Time
	if created, _ := c.Record.Created(); c.Rules.RotateEvery > 0 && !created.IsZero() {
		causes = append(causes, created.Add(c.Rules.RotateEvery))
	}
	if at, ok := c.Record.Facts.Expires.Time(); ok {
		causes = append(causes, at)
	}
	for _, e := range Endings(c.Record, c.Terms.Lifetimes) {
		if !e.At.IsZero() && e.At.After(c.Record.Facts.Seen) {
			causes = append(causes, e.At)
		}
	}
	return causes
}

// TestADeadlineIsNeverLaterThanItsCauses, nor is there one without a cause.
func TestADeadlineIsNeverLaterThanItsCauses(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 5_000 {
		c := randomCase(r)
		got, causes := Assess(c).Deadline, causesOf(c)
		found := len(causes) == 0 && got.At.IsZero()
		for _, at := range causes {
			if got.At.After(at) || got.At.IsZero() {
				t.Fatalf("the deadline %v is later than %v: %+v", got, at, c.Record)
			}
			found = found || got.At.Equal(at)
		}
		if !found {
			t.Fatalf("the deadline %v has no cause among %v", got, causes)
		}
	}
}

// unknown are ways to know less of a key, with the findings that are about it.
var unknown = map[string]struct {
	forget func(*store.Record)
	codes  []string
}{
	"permissions": {func(r *store.Record) { r.Facts.Permissions = exchanges.PermissionSet{} },
		[]string{CodeWithdraw, CodeTransfer, CodeAdmin, CodeOverPriv, CodePermissions}},
	"addresses": {func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{} }, []string{CodeNoIPList, CodeBroadIPs, CodeNotHere, CodeMoved, CodeIPChanged}},
	"last use":  {func(r *store.Record) { r.Facts.LastUsed = exchanges.Moment{} }, []string{CodeUnused, CodeNeverUsed}},
	"expiry":    {func(r *store.Record) { r.Facts.Expires = exchanges.Moment{} }, []string{CodeExpired}},
	"label":     {func(r *store.Record) { r.Facts.Label = "" }, []string{CodeLabel}},
	"account":   {func(r *store.Record) { r.Facts.Account = "" }, []string{CodeAccount}},
	"secret":    {func(r *store.Record) { r.Source = "" }, []string{CodeHMAC}},
	"checks":    {func(r *store.Record) { r.Check = store.Check{} }, []string{CodeRejected, CodeClock, CodeSecretMissing, CodeUnreachable, CodeStale}},
	"purpose":   {func(r *store.Record) { r.Purpose = "" }, nil},
}

// TestNoFindingComesFromWhatIsUnknown: whatever else is known of a key, and
// whatever was known of it before.
func TestNoFindingComesFromWhatIsUnknown(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 1_000 {
		c := randomCase(r)
		for range 2 { // a past
			next := randomRecord(r)
			c.Record.Learn(next.Facts, next.Check)
		}
		machine("203.0.113.7", "198.51.100.9", "2001:db8::1")(c)
		c.Rules.Needs = exchanges.NewPermissionSet(exchanges.Read)
		for what, u := range unknown {
			less := *c
			rec := *c.Record
			u.forget(&rec)
			less.Record = &rec
			a := Assess(&less)
			for _, code := range u.codes {
				if a.Has(code) {
					t.Fatalf("%s is unknown, and there is %s: %+v", what, code, rec)
				}
			}
		}
	}
}

// inZone is a copy of a case with every time in another zone.
func inZone(c *Case, zone *time.Location) *Case {
	out, rec := *c, *c.Record
	out.Now = c.Now.In(zone)
	for _, at := range []*time.Time{&rec.Added, &rec.Rotated, &rec.Facts.Seen, &rec.Facts.Since, &rec.Check.At, &rec.Check.Failing} {
		if !at.IsZero() {
			*at = at.In(zone)
		}
	}
	out.Record = &rec
	return &out
}

// TestWhereThePersonIsChangesNoVerdict.
func TestWhereThePersonIsChangesNoVerdict(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	zones := []*time.Location{time.FixedZone("east", 14*3600), time.FixedZone("west", -11*3600), time.FixedZone("half", 19800)}
	equal := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	for range 1_000 {
		c := randomCase(r)
		want := Assess(c)
		for _, zone := range zones {
			if diff := cmp.Diff(want, Assess(inZone(c, zone)), equal); diff != "" {
				t.Fatalf("%v (-UTC +there):\n%s", zone, diff)
			}
		}
	}
}

// TestAClockThatJumpsChangesNoVerdict: what is said at a moment does not depend
// on what was said at others, and a clock before what is known of a key makes
// no number negative.
func TestAClockThatJumpsChangesNoVerdict(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 300 {
		c := randomCase(r)
		want := Assess(c)
		for _, jump := range []time.Duration{-5000 * day, 300 * day, -time.Second, 90000 * time.Hour, 0} {
			c.Now = now.Add(jump)
			a := Assess(c)
			if a.Age < 0 {
				t.Fatalf("an age of %v", a.Age)
			}
			for _, f := range a.Findings {
				if negative.MatchString(f.Text) {
					t.Fatalf("%q", f.Text)
				}
			}
		}
		if diff := cmp.Diff(want, Assess(c)); diff != "" {
			t.Fatalf("after the clock came back:\n%s", diff)
		}
	}
}

// TestAForecastTellsOnlyWhatTimeBrings: nobody knows what will have been used
// and checked by then.
func TestAForecastTellsOnlyWhatTimeBrings(t *testing.T) {
	c := aCase(usedAgo(20), key(func(r *store.Record) { r.Check.Clock = exchanges.Clock{Known: true, Offset: time.Minute} }))
	c.Now = now.Add(85 * day)
	if a := Assess(c); !a.Has(CodeUnused) || !a.Has(CodeStale) || !a.Has(CodeOverdue) {
		t.Fatalf("%+v", a.Findings)
	}
	c.Forecast = true
	if a := Assess(c); len(a.Findings) != 1 || !a.Has(CodeOverdue) {
		t.Errorf("%+v", a.Findings)
	}
}
