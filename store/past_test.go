package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// said is what an exchange said on a day of August: words are permissions that
// are granted, "-word" not granted; "any" or addresses with a dot the IP
// whitelist; "#x" a label, "@x" an account. What is not named was not told.
func said(dayOfMonth int, words string) Facts {
	f := Facts{Seen: august(dayOfMonth)}
	for w := range strings.FieldsSeq(words) {
		switch {
		case w == "any":
			f.IPs.State = exchanges.IPAny
		case w == "hidden":
			f.IPs.State = exchanges.IPRestricted
		case strings.Contains(w, "."):
			f.IPs.State, f.IPs.Entries = exchanges.IPList, append(f.IPs.Entries, w)
		case w[0] == '#':
			f.Label = w[1:]
		case w[0] == '@':
			f.Account = w[1:]
		case w[0] == '-':
			p, _ := exchanges.ParsePermission(w[1:])
			f.Permissions = f.Permissions.With(p, exchanges.NotGranted)
		default:
			p, _ := exchanges.ParsePermission(w)
			f.Permissions = f.Permissions.With(p, exchanges.Granted)
		}
	}
	return f
}

func august(day int) time.Time { return time.Date(2026, 8, day, 12, 0, 0, 0, time.UTC) }

// learned is a record after inspections on the days 1, 2, 3 …
func learned(says ...string) *Record {
	r := &Record{}
	for i, words := range says {
		f := said(i+1, words)
		r.Learn(f, Check{At: f.Seen})
	}
	return r
}

// days writes which days a sight spans: "1-3".
func days(s Sight) string {
	return strings.TrimLeft(s.First.Format("02"), "0") + "-" + strings.TrimLeft(s.Last.Format("02"), "0")
}

func TestWhatAnExchangeSaidBeforeIsKept(t *testing.T) {
	for what, c := range map[string]struct {
		says []string
		want string // the days of the facts, then of the past, newest first
	}{
		"once":                       {[]string{"read"}, "1-1"},
		"the same":                   {[]string{"read any", "read any", "read any"}, "1-3"},
		"another right":              {[]string{"read -spot", "read -spot", "read spot"}, "3-3 1-2"},
		"and back":                   {[]string{"read -spot", "read spot", "read -spot"}, "3-3 2-2 1-1"},
		"more is told":               {[]string{"read", "read any", "read any #a @b"}, "1-3"},
		"less is told":               {[]string{"read any", "read"}, "2-2 1-1"},
		"less for a while":           {[]string{"read any", "read", "read any", "read", "read any"}, "1-5"},
		"less again and again":       {[]string{"read any", "read", "any", "read", "any"}, "5-5 4-4 3-3 2-2 1-1"},
		"addresses in another order": {[]string{"1.1.1.1 2.2.2.2", "2.2.2.2 1.1.1.1"}, "1-2"},
		"an address more":            {[]string{"1.1.1.1", "1.1.1.1 2.2.2.2"}, "2-2 1-1"},
		"label and account":          {[]string{"#a @b", "#c @b", "#c @d"}, "3-3 2-2 1-1"},
	} {
		r := learned(c.says...)
		got := []string{days(r.Facts.Sight())}
		for _, s := range r.Past {
			got = append(got, days(s))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestThePastHasAnEnd(t *testing.T) {
	var says []string
	for i := range 40 {
		says = append(says, []string{"read", "-read"}[i%2])
	}
	r := learned(says[:30]...)
	if len(r.Past) != maxPast || days(r.Past[0]) != "29-29" {
		t.Errorf("%d sights, the newest of %s", len(r.Past), days(r.Past[0]))
	}
}

// What a person states is theirs to change.
func TestAPersonsWordHasNoPast(t *testing.T) {
	r := learned("read")
	stated := said(2, "spot any")
	stated.Stated = true
	r.Learn(stated, Check{})
	r.Learn(said(3, "read spot"), Check{})
	if len(r.Past) != 0 {
		t.Errorf("%+v", r.Past)
	}
}

// Records share their lists with snapshots.
func TestLearningChangesNoListInPlace(t *testing.T) {
	r := learned("read any", "read")
	before := slices.Clone(r.Past)
	shared := *r
	shared.Learn(said(3, "read any"), Check{})
	shared.Learn(said(4, "read"), Check{})
	if diff := cmp.Diff(before, r.Past, sameRecord); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

func TestWhatChanged(t *testing.T) {
	for what, c := range map[string]struct {
		says  []string
		part  Part
		since int
		want  string // "day +came -went", or "": nothing
	}{
		"a right came":                    {[]string{"read -withdraw", "read withdraw"}, PartPermissions, 1, "2 +withdraw"},
		"one came, one went":              {[]string{"read -spot futures", "read spot -futures"}, PartPermissions, 1, "2 +spot -futures"},
		"and went again":                  {[]string{"read -spot", "read spot", "read -spot"}, PartPermissions, 1, ""},
		"in two steps":                    {[]string{"read -spot -margin", "read spot -margin", "read spot margin"}, PartPermissions, 1, "3 +spot,margin"},
		"the last step only":              {[]string{"read -spot -margin", "read spot -margin", "read spot margin"}, PartPermissions, 2, "3 +margin"},
		"long ago":                        {[]string{"read -spot", "read spot", "read spot"}, PartPermissions, 3, ""},
		"something else changed since":    {[]string{"-spot #a", "spot #a", "spot #b"}, PartPermissions, 1, "2 +spot"},
		"not told before":                 {[]string{"read", "read spot"}, PartPermissions, 1, ""},
		"not told any more":               {[]string{"read spot", "any"}, PartPermissions, 1, ""},
		"not told in between":             {[]string{"-spot any", "any", "spot any"}, PartPermissions, 1, "3 +spot"},
		"an address came":                 {[]string{"1.1.1.1", "1.1.1.1 2.2.2.2"}, PartIPs, 1, "2 +2.2.2.2"},
		"opened":                          {[]string{"1.1.1.1", "any"}, PartIPs, 1, "2 +any address -1.1.1.1"},
		"bound":                           {[]string{"any", "1.1.1.1"}, PartIPs, 1, "2 +1.1.1.1 -any address"},
		"bound, to what is not told":      {[]string{"any", "hidden"}, PartIPs, 1, "2 +a list -any address"},
		"the entries are told from now":   {[]string{"hidden", "1.1.1.1"}, PartIPs, 1, ""},
		"hidden in between":               {[]string{"1.1.1.1", "hidden", "1.1.1.1"}, PartIPs, 1, ""},
		"another name":                    {[]string{"#a", "#b"}, PartLabel, 1, "2"},
		"a name that was not told before": {[]string{"read", "read #b"}, PartLabel, 1, ""},
		"another account":                 {[]string{"@a", "@a", "@b"}, PartAccount, 1, "3"},
	} {
		got := ""
		if change, ok := learned(c.says...).Changed(c.part, august(c.since)); ok {
			got = strings.TrimLeft(change.At.Format("02"), "0")
			if len(change.Came) > 0 {
				got += " +" + strings.Join(change.Came, ",")
			}
			if len(change.Went) > 0 {
				got += " -" + strings.Join(change.Went, ",")
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestFailuresOfOneKindHaveABeginning(t *testing.T) {
	at := func(d int, k exchanges.Kind) Check { return Check{At: august(d), Kind: k} }
	c := Check{At: august(1)}.Failed(at(2, exchanges.Auth)).Failed(at(3, exchanges.Auth))
	if !c.Failing.Equal(august(2)) {
		t.Errorf("failing since %v", c.Failing)
	}
	if c = c.Failed(at(4, exchanges.Network)); !c.Failing.Equal(august(4)) {
		t.Errorf("failing otherwise since %v", c.Failing)
	}
	old := at(5, exchanges.Network) // of a keyrota that did not write it down
	if c = old.Failed(at(6, exchanges.Network)); !c.Failing.Equal(august(5)) {
		t.Errorf("failing since %v", c.Failing)
	}
}

func TestASmallDifferenceOfClocksIsNone(t *testing.T) {
	for offset, want := range map[time.Duration]string{
		0: "", 499 * time.Millisecond: "", -499 * time.Millisecond: "",
		-1540 * time.Millisecond: "-1.5s", 90 * time.Second: "1m30s", 560 * time.Millisecond: "600ms",
	} {
		if got := offsetText(Check{}.Heard(exchanges.Clock{Known: true, Offset: offset}).Clock); got != want {
			t.Errorf("%v is written %q, want %q", offset, got, want)
		}
	}
	if c := (Check{Clock: exchanges.Clock{Known: true, Offset: time.Minute}}).Heard(exchanges.Clock{}); c.Clock.Known {
		t.Error("an offset that was not measured this time is kept")
	}
}
