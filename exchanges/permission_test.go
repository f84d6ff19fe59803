package exchanges

import (
	"slices"
	"testing"
)

func TestPermissionNames(t *testing.T) {
	want := []string{"read", "spot", "margin", "futures", "options", "transfer", "withdraw", "earn", "admin", "other"}
	var got []string
	for _, p := range Permissions() {
		got = append(got, p.String())
		if back, err := ParsePermission(p.String()); err != nil || back != p {
			t.Errorf("%s is read back as %s: %v", p, back, err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("names %v", got)
	}
	if _, err := ParsePermission("trade"); err == nil {
		t.Error("trade is a permission")
	}
	if s := Permission(99).String(); s != "permission(99)" {
		t.Errorf("%q", s)
	}
}

func TestGrantWords(t *testing.T) {
	for g, want := range map[Grant]string{Unknown: "unknown", NotGranted: "denied", Granted: "granted"} {
		if g.String() != want {
			t.Errorf("%d is %q", g, g)
		}
	}
}

func TestZeroSetKnowsNothing(t *testing.T) {
	var s PermissionSet
	if s.Known() || len(s.All(Unknown)) != len(Permissions()) || s.Has(Read) {
		t.Errorf("%+v", s)
	}
}

func TestNewPermissionSetDeniesTheRest(t *testing.T) {
	s := NewPermissionSet(Read, Withdraw)
	if !slices.Equal(s.All(Granted), []Permission{Read, Withdraw}) || len(s.All(Unknown)) != 0 || s.Get(Spot) != NotGranted {
		t.Errorf("%+v", s)
	}
}

func TestWithReplacesAnAnswer(t *testing.T) {
	s := PermissionSet{}
	for _, g := range []Grant{Granted, NotGranted, Unknown, NotGranted, Granted, Unknown} {
		next := s.With(Futures, g)
		if next.Get(Futures) != g || next.Has(Futures) != (g == Granted) {
			t.Errorf("after %s it is %s", g, next.Get(Futures))
		}
		for _, p := range Permissions() {
			if p != Futures && next.Get(p) != Unknown {
				t.Errorf("%s changed too", p)
			}
		}
		s = next
	}
	if s != (PermissionSet{}) {
		t.Error("sets with the same answers are not equal")
	}
}

// TestAPermissionSetComesBackFromItsText walks through sets of every answer.
func TestAPermissionSetComesBackFromItsText(t *testing.T) {
	for seed := range 3 * 3 * 3 * 3 {
		var want PermissionSet
		for i, p := range Permissions() {
			want = want.With(p, Grant((seed/[]int{1, 3, 9, 27}[i%4])%3))
		}
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got := NewPermissionSet(Admin) // what it held before does not matter
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%q is read as %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestThePermissionSetInWords(t *testing.T) {
	for want, s := range map[string]PermissionSet{
		"":                {},
		"+read -withdraw": PermissionSet{}.With(Withdraw, NotGranted).With(Read, Granted),
		"+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other": NewPermissionSet(Read),
	} {
		if got, err := s.MarshalText(); err != nil || string(got) != want {
			t.Errorf("%+v is written as %q, %v; want %q", s, got, err, want)
		}
	}
}

func TestWhatIsNoPermissionSetIsRefused(t *testing.T) {
	for _, text := range []string{"+", "-", " + ", "read", "+read +", "+trade", "é", "+READ", "+read,-spot", "++read", "\xff"} {
		got := NewPermissionSet(Read)
		if err := got.UnmarshalText([]byte(text)); err == nil || got != NewPermissionSet(Read) {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
}

func FuzzPermissionSetText(f *testing.F) {
	f.Add("+read +spot -withdraw")
	f.Add("+")
	f.Add("+read -read")
	f.Fuzz(func(t *testing.T, text string) {
		var s, again PermissionSet
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		out, err := s.MarshalText()
		if err != nil || again.UnmarshalText(out) != nil || again != s {
			t.Errorf("%q became %q, %+v and %+v", text, out, s, again)
		}
	})
}
