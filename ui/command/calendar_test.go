package command

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// events reads a calendar with another program's parser.
func events(t *testing.T, text string) []*ics.VEvent {
	t.Helper()
	c, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return c.Events()
}

// property returns a property of an event, or of one of its alarms.
func property(c interface {
	GetProperty(ics.ComponentProperty) *ics.IANAProperty
}, name ics.ComponentProperty) string {
	if p := c.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

func TestTheCalendarHasOneEventADeadline(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	key := tr.keys(tr.ok("", "list", "--json"))["grid-bot"]
	all := events(t, tr.ok("", "calendar"))
	if len(all) != 1 {
		t.Fatalf("%d events", len(all))
	}
	e := all[0]
	if at, err := e.GetStartAt(); err != nil || !at.Equal(key.Deadline.At) {
		t.Errorf("it is at %s, the deadline at %s, %v", at, key.Deadline.At, err)
	}
	for name, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertySummary: "Rotate grid-bot (Bybit live)",
		"DURATION":                   "PT30M", "TRANSP": "TRANSPARENT",
		ics.ComponentPropertyCategories: "API keys,Bybit,live",
	} {
		if got := property(e, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := property(e, ics.ComponentPropertyDescription); !strings.Contains(got, "The key was made on "+key.Created.Format(time.DateOnly)) ||
		!strings.HasSuffix(got, "\nRotate the key: press r on it in keyrota.") {
		t.Errorf("the description is %q", got)
	}
	var triggers []string
	for _, a := range e.Alarms() {
		triggers = append(triggers, property(a, "ACTION")+property(a, "TRIGGER"))
	}
	if got := strings.Join(triggers, " "); got != "DISPLAY-P14D DISPLAY-P1D" {
		t.Errorf("the alarms are %q", got)
	}
	if r := tr.run("", "show", "grid-bot"); strings.Contains(tr.ok("", "calendar"), key.KeyID) || r.code != 0 {
		t.Errorf("the calendar has the key ID %s", key.KeyID)
	}
}

func TestAnEventKeepsItsIdentityWhenItMoves(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	config := fileText(t, filepath.Join(tr.home, "config.toml"))
	first := tr.ok("", "calendar")
	if again := tr.ok("", "calendar"); again != first {
		t.Errorf("without a change it is\n%s\nafter\n%s", again, first)
	}
	tr.run("", "check")
	if again := tr.ok("", "calendar"); again != first {
		t.Error("a check that found nothing new changes the calendar")
	}
	tr.config("rotate_every = \"60d\"\nwarn_before = \"36h\"\n" + config)
	later := time.Now().Add(time.Hour) // a clock of files may be coarse
	if err := os.Chtimes(filepath.Join(tr.home, "config.toml"), later, later); err != nil {
		t.Fatal(err)
	}
	was, is := events(t, first)[0], events(t, tr.ok("", "calendar"))[0]
	if was.Id() != is.Id() || !strings.HasSuffix(is.Id(), ".policy@keyrota") {
		t.Errorf("%s became %s", was.Id(), is.Id())
	}
	from, _ := was.GetStartAt()
	to, _ := is.GetStartAt()
	if from.Sub(to) != 30*24*time.Hour {
		t.Errorf("it moved from %s to %s", from, to)
	}
	number := func(e *ics.VEvent) int {
		n, err := strconv.Atoi(property(e, ics.ComponentPropertySequence))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if number(is) <= number(was) || property(is, "DTSTAMP") <= property(was, "DTSTAMP") || property(is, "DTSTAMP") != property(is, "LAST-MODIFIED") {
		t.Errorf("the revision went from %d to %d, %s", number(was), number(is), property(is, "DTSTAMP"))
	}
	if got := property(is.Alarms()[0], "TRIGGER"); got != "-P1DT12H" {
		t.Errorf("it warns at %s", got)
	}
}

func TestTheCalendarGoesAsFarAsItIsAsked(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	due := tr.keys(tr.ok("", "list", "--json"))["grid-bot"].Deadline.At
	left := int(time.Until(due).Hours() / 24) // whole days
	if left < 2 {
		t.Fatalf("the key is due in %d days", left)
	}
	for flags, want := range map[string]int{
		"--days " + strconv.Itoa(left): 0, "--days " + strconv.Itoa(left+1): 1, "--as-of " + due.Format(time.DateOnly): 1,
		"--as-of " + due.AddDate(0, 0, -1).Format(time.DateOnly): 0, "--as-of " + due.Format(time.RFC3339): 1,
		"--as-of " + due.Add(-time.Second).Format(time.RFC3339): 0, "--days 36500": 1,
	} {
		if n := len(events(t, tr.ok("", append([]string{"calendar"}, strings.Fields(flags)...)...))); n != want {
			t.Errorf("calendar %s has %d events, want %d", flags, n, want)
		}
	}
}

func TestTheCalendarReplacesItsFile(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	path := filepath.Join(t.TempDir(), "keys.ics")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := tr.ok("", "calendar", "--output", path); out != "1 deadline written to "+path+"\n" {
		t.Errorf("it says %q", out)
	}
	if got := fileText(t, path); got != tr.ok("", "calendar") {
		t.Errorf("the file has\n%s", got)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	tr.ok("", "forget", "grid-bot", "--confirm", "grid-bot")
	tr.ok("", "calendar", "--output", path)
	if n := len(events(t, fileText(t, path))); n != 0 {
		t.Errorf("a forgotten key leaves %d events", n)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestTheCalendarRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	for flags, want := range map[string]string{
		"--days 0": "--days cannot be 0", "--days -1": "--days cannot be -1", "--days 99999999": "--days cannot be", "--days many": "--days",
		"--days 3 --as-of 2099-01-01": "--days does not go with --as-of", "--as-of 2020-01-01": "is past", "--as-of 30d": `--as-of cannot be "30d"`,
		"grid-bot": "takes no arguments", "--json": "unknown flag",
	} {
		if r := tr.run("", append([]string{"calendar"}, strings.Fields(flags)...)...); r.code != 2 || r.out != "" || !strings.Contains(r.err, want) {
			t.Errorf("calendar %s exits %d: %s%s", flags, r.code, r.out, r.err)
		}
	}
	if r := tr.run("", "calendar", "--output", filepath.Join(tr.home, "config.toml")); r.code != 1 || !strings.Contains(r.err, "keyrota needs") {
		t.Errorf("over config.toml: exit %d, %s", r.code, r.err)
	}
}

func TestWhyADeadlineIs(t *testing.T) {
	made := &store.Record{Added: october(2), Facts: store.Facts{Created: exchanges.At(october(1))}}
	stated := &store.Record{Added: october(2), Facts: store.Facts{Stated: true, Created: exchanges.At(october(1))}}
	rules := store.DefaultRules()
	for want, got := range map[string]string{
		"The key was made on 2025-10-01; your rotate_every is 90d.":                deadlineReason(made, policy.Deadline{Reason: policy.ByPolicy}, rules),
		"The key was made on 2025-10-01, as you stated; your rotate_every is 90d.": deadlineReason(stated, policy.Deadline{Reason: policy.ByPolicy}, rules),
		"keyrota has known the key since 2025-10-02; your rotate_every is 90d.":    deadlineReason(&store.Record{Added: october(2)}, policy.Deadline{Reason: policy.ByPolicy}, rules),
		"The exchange lets the key expire then.":                                   deadlineReason(made, policy.Deadline{Reason: policy.ByExpiry}, rules),
		"The exchange lets the key expire then, as you stated.":                    deadlineReason(stated, policy.Deadline{Reason: policy.ByExpiry}, rules),
		"The exchange ends the key then: no ip.":                                   deadlineReason(made, policy.Deadline{Reason: policy.ByNoIPs}, rules),
		"By a rule of the exchange: Idle keys go. (its FAQ, 2026-11-23)": deadlineReason(made, policy.Deadline{Reason: policy.ByInactivity,
			Rule: &exchanges.Lifetime{Words: "Idle keys go.", Source: "its FAQ", AsOf: "2026-11-23"}}, rules),
	} {
		if got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
