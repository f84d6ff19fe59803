package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// accepting accepts the finding of a code as it is now, for 30 days.
func accepting(t *testing.T, c *Case, code string) {
	t.Helper()
	f, ok := Assess(c).Find(code)
	if !ok {
		t.Fatalf("no finding %s", code)
	}
	key(func(r *store.Record) {
		r.Accept(store.Acceptance{Code: code, Fact: f.Fact, Reason: "so be it", At: c.Now, Until: c.Now.Add(30 * day)})
	})(c)
}

func TestAnAcceptedFindingIsToldApart(t *testing.T) {
	c := aCase(grants(exchanges.Withdraw), usedBy("a", "b"))
	accepting(t, c, CodeWithdraw)
	a := Assess(c)
	if a.Has(CodeWithdraw) || !a.Has(CodeShared) || len(a.Accepted) != 1 {
		t.Fatalf("%+v", a)
	}
	if x := a.Accepted[0]; x.Code != CodeWithdraw || x.Reason != "so be it" || !x.Until.Equal(now.Add(30*day)) || x.Text == "" || x.Severity != Warning {
		t.Errorf("%+v", x)
	}
}

// TestAcceptedFindingsComeBack when the fact behind them changes, or their time
// is over; and not for the passing of time alone.
func TestAcceptedFindingsComeBack(t *testing.T) {
	later := func(d time.Duration) func(*Case) { return func(c *Case) { c.Now = c.Now.Add(d) } }
	for what, x := range map[string]struct {
		code   string
		before func(*Case)
		after  func(*Case)
		back   bool
	}{
		"nothing changes":              {CodeWithdraw, grants(exchanges.Withdraw), later(29 * day), false},
		"the time is over":             {CodeWithdraw, grants(exchanges.Withdraw), later(30 * day), true},
		"it opens":                     {CodeWithdraw, grants(exchanges.Withdraw), openToAll, true},
		"another program":              {CodeShared, usedBy("a", "b"), usedBy("c"), true},
		"a day older":                  {CodeOverdue, madeAgo(97), later(day), false},
		"rotated, and overdue again":   {CodeOverdue, madeAgo(97), both(madeAgo(92), later(day)), true},
		"another policy":               {CodeOverdue, madeAgo(97), func(c *Case) { c.Rules.RotateEvery = 60 * day }, true},
		"unused for longer":            {CodeUnused, usedAgo(40), later(day), false},
		"used, and unused again":       {CodeUnused, usedAgo(70), usedAgo(35), true},
		"another block":                {CodeBroadIPs, whitelist("10.0.0.0/8"), whitelist("11.0.0.0/8"), true},
		"one more right than it needs": {CodeOverPriv, both(grants(exchanges.Spot, exchanges.Earn), needing(exchanges.Read, exchanges.Spot)), grants(exchanges.Spot, exchanges.Earn, exchanges.Margin), true},
		"refused in another way":       {CodeRejected, refused(exchanges.Auth), refused(exchanges.Expired), true},
		"refused again":                {CodeRejected, refused(exchanges.Auth), both(refused(exchanges.Auth), later(day)), false},
		"more strays":                  {CodeUnmanaged, strays(1), strays(2), true},
		"this machine moves":           {CodeNotHere, machine("198.51.100.1"), machine("198.51.100.2"), true},
	} {
		c := aCase(x.before)
		accepting(t, c, x.code)
		if Assess(c).Has(x.code) {
			t.Errorf("%s: not accepted", what)
		}
		x.after(c)
		if got := Assess(c).Has(x.code); got != x.back {
			t.Errorf("%s: back is %v", what, got)
		}
	}
}

func refused(k exchanges.Kind) func(*Case) {
	return key(func(r *store.Record) { r.Check = store.Check{At: now, Kind: k} })
}

func strays(n int) func(*Case) {
	return func(c *Case) { c.Around.Strays = &Strays{Count: n} }
}

// What changed before somebody accepted it is no news after the next change.
func TestAfterAnAcceptedChangeOnlyTheNextOneIsTold(t *testing.T) {
	spot := func(f *store.Facts) { f.Permissions = f.Permissions.With(exchanges.Spot, exchanges.NotGranted) }
	c := aCase(grants(exchanges.Spot), learn(5, spot))
	accepting(t, c, CodePermissions)
	if a := Assess(c); a.Has(CodePermissions) || len(a.Accepted) != 1 {
		t.Fatalf("%+v", a)
	}
	key(func(r *store.Record) {
		next := r.Facts
		next.Seen = now.Add(day)
		next.Permissions = next.Permissions.With(exchanges.Margin, exchanges.Granted)
		r.Learn(next, store.Check{At: next.Seen})
	})(c)
	c.Now = now.Add(2 * day)
	f, ok := Assess(c).Find(CodePermissions)
	if !ok || !strings.Contains(f.Text, "now granted: margin.") {
		t.Errorf("%v %+v", ok, f)
	}
}

func TestSeveritiesAreThePersons(t *testing.T) {
	for word, want := range map[string]string{"": "warning", "info": "info", "critical": "critical", "warning": "warning", "off": "none"} {
		got := "none"
		if f, ok := Assess(withSeverity(word)).Find(CodeNoIPList); ok {
			got = f.Severity.String()
		}
		if got != want {
			t.Errorf("%q: %s", word, got)
		}
	}
}

// withSeverity is a key that is open to all, under a config.toml that says how
// bad that is.
func withSeverity(word string) *Case {
	c := aCase(openToAll)
	if word == "" {
		return c
	}
	c.Rules.Severities = store.NewSeverities(map[string]string{CodeNoIPList: word})
	return c
}
