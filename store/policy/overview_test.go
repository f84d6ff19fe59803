package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// keyOf returns a key of that name with findings; one at the testnet where the
// name begins with "paper".
func keyOf(name string, findings ...Finding) Key {
	r := healthy()
	r.ID, r.Name = store.RecordID(name), name
	if strings.HasPrefix(name, "paper") {
		r.Environment = exchanges.Testnet
	}
	return Key{Record: &r, Judged: Assessment{Findings: findings}}
}

func finding(code string, severity Severity, by Mend) Finding {
	return Finding{Code: code, Severity: severity, Mend: by}
}

// layout writes an overview's groups as "mend: key code code, key code; …".
func layout(o *Overview) string {
	var groups []string
	for _, t := range o.Todos {
		var items []string
		for _, i := range t.Items {
			words := []string{i.Record.Name}
			for _, f := range i.Findings {
				words = append(words, f.Code)
			}
			items = append(items, strings.Join(words, " "))
		}
		groups = append(groups, string(t.Mend)+": "+strings.Join(items, ", "))
	}
	return strings.Join(groups, "; ")
}

func TestTodosAreByWhatMendsThemTheWorstFirst(t *testing.T) {
	overdue, due := finding(CodeOverdue, Critical, ByRotating), finding(CodeDueSoon, Warning, ByRotating)
	withdraw, noIPs := finding(CodeWithdraw, Critical, ByRestricting), finding(CodeNoIPList, Warning, ByRestricting)
	stale, quiet := finding(CodeStale, Info, ByVerifying), finding(CodeNeverRotated, Info, ByRotating)
	quiet.Quiet = true
	loudly := quiet // a person may make a quiet finding grave: it stays quiet
	loudly.Severity = Critical
	since := func(f Finding, days float64) Finding { f.Began = daysAgo(days); return f }

	for what, c := range map[string]struct {
		keys []Key
		want string
	}{
		"nothing":                        {[]Key{keyOf("a")}, ""},
		"severity before name":           {[]Key{keyOf("a", due), keyOf("b", overdue)}, "rotate: b overdue, a due-soon"},
		"the worst group first":          {[]Key{keyOf("a", due, stale), keyOf("b", withdraw)}, "restrict: b withdraw-enabled; rotate: a due-soon; verify: a check-stale"},
		"the rules' order among equals":  {[]Key{keyOf("a", withdraw), keyOf("b", overdue)}, "rotate: b overdue; restrict: a withdraw-enabled"},
		"one line a key":                 {[]Key{keyOf("a", withdraw, noIPs)}, "restrict: a withdraw-enabled no-ip-whitelist"},
		"real money before play money":   {[]Key{keyOf("paper", overdue), keyOf("real", overdue)}, "rotate: real overdue, paper overdue"},
		"severity before money":          {[]Key{keyOf("paper", overdue), keyOf("real", due)}, "rotate: paper overdue, real due-soon"},
		"quiet ones last":                {[]Key{keyOf("a", loudly), keyOf("paper", due)}, "rotate: paper due-soon, a never-rotated"},
		"a quiet one behind a loud":      {[]Key{keyOf("a", loudly, due)}, "rotate: a due-soon never-rotated"},
		"a group of quiet ones is last":  {[]Key{keyOf("a", quiet), keyOf("b", stale)}, "verify: b check-stale; rotate: a never-rotated"},
		"the longest first among equals": {[]Key{keyOf("a", since(overdue, 1)), keyOf("b", since(overdue, 9)), keyOf("c", overdue)}, "rotate: b overdue, a overdue, c overdue"},
		"names in the end":               {[]Key{keyOf("B", overdue), keyOf("c", overdue), keyOf("a", overdue)}, "rotate: a overdue, B overdue, c overdue"},
	} {
		for range 2 { // whichever way the keys came
			o := NewOverview(c.keys, now)
			if got := layout(&o); got != c.want {
				t.Errorf("%s: %s\nwant %s", what, got, c.want)
			}
			slices.Reverse(c.keys)
		}
	}
}

func TestWorstOfAnOverview(t *testing.T) {
	o := NewOverview([]Key{keyOf("a")}, now)
	if _, some := o.Worst(); some {
		t.Error("the worst of nothing")
	}
	grave := finding(CodeNeverRotated, Critical, ByRotating)
	grave.Quiet = true
	o = NewOverview([]Key{keyOf("a", finding(CodeStale, Info, ByVerifying)), keyOf("b", grave)}, now)
	if worst, some := o.Worst(); worst != Critical || !some {
		t.Errorf("%v, %v", worst, some)
	}
}

func TestAcceptedFindingsAreApartAndCostNothing(t *testing.T) {
	until := func(days float64) Accepted {
		return Accepted{Finding: finding(CodeWithdraw, Critical, ByRestricting), Reason: "treasury", Until: daysAgo(-days)}
	}
	late, soon, soonToo := keyOf("a"), keyOf("c"), keyOf("b")
	late.Judged.Accepted, soon.Judged.Accepted, soonToo.Judged.Accepted = []Accepted{until(30)}, []Accepted{until(2)}, []Accepted{until(2)}
	o := NewOverview([]Key{late, soon, soonToo}, now)
	var got []string
	for _, a := range o.Accepted {
		got = append(got, a.Record.Name+" "+a.Code+" "+a.Reason)
	}
	if want := "b withdraw-enabled treasury, c withdraw-enabled treasury, a withdraw-enabled treasury"; strings.Join(got, ", ") != want {
		t.Errorf("accepted: %v", got)
	}
	if len(o.Todos) > 0 || o.Score.String() != "100 of 100" {
		t.Errorf("todos %v, score %s", o.Todos, &o.Score)
	}
}

// dueIn returns a key at an exchange whose deadline is so many days ahead.
func dueIn(name string, exchange exchanges.ID, venue string, days float64) Key {
	k := keyOf(name)
	k.Record.Exchange, k.Record.Venue = exchange, venue
	k.Judged.Deadline = byPolicy(-days)
	return k
}

func TestDeadlinesUpToTheHorizon(t *testing.T) {
	o := NewOverview([]Key{
		dueIn("far", "kraken", "", 90), dueIn("last", "kraken", "", 89.9), dueIn("late", "kraken", "", -7.5), dueIn("now", "kraken", "", 0),
		dueIn("soon", "kraken", "", 1.2), dueIn("hours", "kraken", "", 0.25), keyOf("never"),
	}, now)
	var got []string
	for _, d := range o.Dues {
		got = append(got, fmt.Sprintf("%s %s %v", d.Record.Name, d.When(), d.Late()))
	}
	want := "late 7 days late true, now now true, hours in 6 hours false, soon in 1 day false, last in 89 days false"
	if strings.Join(got, ", ") != want {
		t.Errorf("%v\nwant %s", got, want)
	}
}

func TestLanesAreByExchangeTheMostUrgentFirst(t *testing.T) {
	o := NewOverview([]Key{
		dueIn("a", "kraken", "", 20), dueIn("b", "binance", "", 5), dueIn("c", "kraken", "", -1), dueIn("d", "other", "Phemex", 3),
		dueIn("e", "other", "phemex", 30), dueIn("f", "other", "Bitstamp", 4), dueIn("g", "okx", "", 200),
	}, now)
	var got []string
	for _, l := range o.Lanes() {
		words := string(l.Exchange) + l.Venue
		for _, d := range l.Dues {
			words += " " + d.Record.Name
		}
		got = append(got, words)
	}
	if want := "kraken c a, otherPhemex d e, otherBitstamp f, binance b"; strings.Join(got, ", ") != want {
		t.Errorf("%v\nwant %s", got, want)
	}
}

func TestTitlesNameWhatIsToBeDone(t *testing.T) {
	items := func(n int) []*Item { return make([]*Item, n) }
	for _, c := range []struct {
		by   Mend
		n    int
		want string
	}{
		{ByRotating, 1, "Rotate 1 key"}, {ByRotating, 4, "Rotate 4 keys"}, {ByRestricting, 3, "Restrict 3 keys on the exchange's page"},
		{ByRevoking, 2, "Revoke 2 keys, unless needed"}, {ByVerifying, 2, "Verify 2 keys"}, {ByDiagnosing, 1, "Diagnose 1 refused key"},
		{ByEditing, 1, "Correct 1 record"}, {ByResuming, 1, "Go on with 1 unfinished flow"}, {ByForgetting, 2, "Clear up 2 records of no use"},
		{BySurvey, 1, "Look at unmanaged keys of 1 account"}, {ByMachine, 2, "Set 2 IP whitelists right for this machine"},
		{ByClock, 5, "Set this machine's clock for 5 keys"}, {Mend("pray"), 2, "pray: 2 keys"},
	} {
		todo := Todo{Mend: c.by, Items: items(c.n)}
		if got := todo.Title(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestGainsInWords(t *testing.T) {
	for _, c := range []struct {
		gain Gain
		want string
	}{
		{Gain{CodeOverdue, ByRotating, 3, 11.4}, "+11 if 3 keys are rotated (overdue)"},
		{Gain{CodeNoIPList, ByRestricting, 1, 0.96}, "+1 if 1 key is restricted (no IP whitelist)"},
		{Gain{CodeIPChanged, ByRestricting, 2, 0.94}, "+0.9 if 2 keys are restricted (IP list changed)"},
		{Gain{CodeStale, ByVerifying, 1, 0.01}, "+<0.1 if 1 key is verified (check stale)"},
		{Gain{CodeUnmanaged, BySurvey, 2, 5.5}, "+6 if 2 accounts are looked through (unmanaged keys)"},
		{Gain{CodeUnused, Mend("pray"), 2, 2}, "+2 if 2 keys are mended (unused)"},
	} {
		if got := c.gain.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestBestGains leaves out what raises nothing: a key with much worse troubles
// is at the bottom either way.
func TestBestGains(t *testing.T) {
	s := Score{Points: 99.99, Gains: []Gain{{Code: "a", Points: 9}, {Code: "b", Points: 5}, {Code: "c", Points: 3}, {Code: "d", Points: 1}}}
	if got := s.Best(); len(got) != 3 || got[0].Code != "a" || got[2].Code != "c" {
		t.Errorf("%v", got)
	}
	s.Gains[1].Points, s.Gains[2].Points, s.Gains[3].Points = 0, 0, 0
	if got := s.Best(); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if s.String() != "99 of 100" {
		t.Errorf("%s: what is not all well is not 100", &s)
	}
}

// TestOverviewOfALedger ties the overview to what the rules find: every finding
// has a group, and each group a title of its own.
func TestOverviewOfALedger(t *testing.T) {
	var records []*store.Record
	for i, c := range findingCases() {
		r := healthy()
		for _, change := range c.change {
			change(&r)
		}
		r.ID, r.Name = store.RecordID(fmt.Sprint(i)), c.what
		records = append(records, &r)
	}
	l := NewLedger(records, World{Now: now, Rules: func(*store.Record) store.Rules { return store.DefaultRules() }})
	keys, found := make([]Key, len(records)), 0
	for i, r := range records {
		keys[i] = Key{r, l.Of(r.ID)}
		found += len(keys[i].Judged.Findings)
	}
	o, listed := NewOverview(keys, now), 0
	for _, todo := range o.Todos {
		if wordsOf(todo.Mend).by == "" {
			t.Errorf("what %q is about has no words", todo.Mend)
		}
		for _, item := range todo.Items {
			listed += len(item.Findings)
		}
	}
	if found != listed || found == 0 {
		t.Errorf("%d findings, %d listed", found, listed)
	}
}
