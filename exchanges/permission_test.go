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
