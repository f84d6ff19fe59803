package exchanges

import (
	"slices"
	"testing"
	"time"
)

func TestParseEnvironment(t *testing.T) {
	for _, e := range []Environment{Live, Testnet, Demo} {
		if got, err := ParseEnvironment(string(e)); err != nil || got != e {
			t.Errorf("%s: %v", e, err)
		}
	}
	for _, s := range []string{"", "Live", "paper", " live"} {
		if _, err := ParseEnvironment(s); err == nil {
			t.Errorf("%q is an environment", s)
		}
	}
}

func TestMoment(t *testing.T) {
	when := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		name         string
		m            Moment
		known, never bool
		has          bool
	}{
		{"unknown", Moment{}, false, false, false},
		{"never", Never(), true, true, false},
		{"a zero time", At(time.Time{}), true, true, false},
		{"a time", At(when), true, false, true},
	} {
		at, has := c.m.Time()
		if c.m.Known() != c.known || c.m.IsNever() != c.never || has != c.has {
			t.Errorf("%s: %v %v %v", c.name, c.m.Known(), c.m.IsNever(), has)
		}
		if has && (at.Location() != time.UTC || !at.Equal(when)) {
			t.Errorf("%s: %s", c.name, at)
		}
	}
}

func TestIPStateWords(t *testing.T) {
	for s, want := range map[IPState]string{IPUnknown: "unknown", IPAny: "any", IPRestricted: "restricted", IPList: "list"} {
		if s.String() != want {
			t.Errorf("%q is %q", string(s), s)
		}
	}
}

func TestInfoFindsSites(t *testing.T) {
	i := Info{Sites: []Site{
		{ID: "global", Environment: Live}, {ID: "eu", Environment: Live}, {ID: "global", Environment: Testnet},
	}}
	for _, c := range []struct {
		env  Environment
		id   string
		want int
	}{{Live, "", 0}, {Live, "global", 0}, {Live, "eu", 1}, {Testnet, "", 2}, {Testnet, "eu", -1}, {Demo, "", -1}} {
		got, ok := i.Site(c.env, c.id)
		if ok != (c.want >= 0) || ok && got != i.Sites[c.want] {
			t.Errorf("%s/%s: %+v, %t", c.env, c.id, got, ok)
		}
	}
	if got := i.Environments(); !slices.Equal(got, []Environment{Live, Testnet}) {
		t.Errorf("environments %v", got)
	}
}

func TestAMomentComesBackFromItsText(t *testing.T) {
	when := time.Date(2026, 3, 2, 10, 0, 0, 123, time.FixedZone("CET", 3600))
	for text, want := range map[string]Moment{
		"": {}, "never": Never(), "2026-03-02T09:00:00.000000123Z": At(when), "9999-12-31T23:59:59Z": At(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)),
	} {
		got, err := want.MarshalText()
		if err != nil || string(got) != text {
			t.Errorf("%+v is written as %q, %v; want %q", want, got, err, text)
		}
		back := At(time.Unix(1, 0)) // what it held before does not matter
		if err := back.UnmarshalText(got); err != nil || back != want {
			t.Errorf("%q is read as %+v, %v", got, back, err)
		}
	}
	var zoned Moment
	if err := zoned.UnmarshalText([]byte("2026-03-02T10:00:00.000000123+01:00")); err != nil || zoned != At(when) {
		t.Errorf("another time zone: %+v, %v", zoned, err)
	}
}

// TestAMomentThatCannotBeWrittenIsUnknown: an exchange that answers in another
// unit of time must not spoil the file that keeps its answer.
func TestAMomentThatCannotBeWrittenIsUnknown(t *testing.T) {
	for _, year := range []int{-1, 10000, 57890} {
		m := At(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		text, err := m.MarshalText()
		if err != nil || len(text) > 0 {
			t.Errorf("the year %d is written as %q, %v", year, text, err)
		}
	}
}

func TestWhatIsNoMomentIsRefused(t *testing.T) {
	for _, text := range []string{" ", "Never", "never ", "2026-03-02", "2026-03-02T10:00:00", "10000-01-01T00:00:00Z", "1772442000", "\xff"} {
		got := Never()
		if err := got.UnmarshalText([]byte(text)); err == nil || got != Never() {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
}

func FuzzMomentText(f *testing.F) {
	f.Add("2026-03-02T09:00:00.5Z")
	f.Add("never")
	f.Add("9999-12-31T23:59:59-01:00")
	f.Add("0000-01-01T00:00:00+01:00")
	f.Fuzz(func(t *testing.T, text string) {
		var m, again Moment
		if m.UnmarshalText([]byte(text)) != nil {
			return
		}
		out, err := m.MarshalText()
		if err != nil || again.UnmarshalText(out) != nil {
			t.Fatalf("%q became %q, %v, which cannot be read", text, out, err)
		}
		if len(out) > 0 && again != m {
			t.Errorf("%q became %q and then %+v", text, out, again)
		}
	})
}
