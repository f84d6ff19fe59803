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
