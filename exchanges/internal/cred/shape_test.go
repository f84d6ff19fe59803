package cred

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestWhole(t *testing.T) {
	shape := Whole("about 40 letters")
	for length, want := range map[int]bool{0: false, 19: false, 20: true, 43: true, 100: true, 101: false} {
		if got := shape.fits(strings.Repeat("k", length)); got != want {
			t.Errorf("%d characters: %t", length, got)
		}
	}
	if shape.Words != "about 40 letters" {
		t.Errorf("words %q", shape.Words)
	}
}

func TestBase64IsJudgedByItsBytes(t *testing.T) {
	s := Base64("a secret of 3 bytes", func(n int) bool { return n == 3 })
	for text, fits := range map[string]bool{"AQID": true, "AQ==": false, "AQI": false, "_-_-": false, "": false} {
		if s.Fits(text) != fits {
			t.Errorf("%q fits: %t", text, !fits)
		}
	}
	if raw, err := Decode64(exchanges.NewSecret("AQID")); err != nil || string(raw) != "\x01\x02\x03" {
		t.Errorf("%v, %v", raw, err)
	}
	for _, text := range []string{"", "!canary!", "="} {
		if raw, err := Decode64(exchanges.NewSecret(text)); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v, %v", text, raw, err)
		}
	}
}

func TestPattern(t *testing.T) {
	isCode := Pattern(`^[0-9]{6}$`)
	for text, want := range map[string]bool{"123456": true, "12345": false, "1234567": false, "": false, "12345x": false} {
		if isCode(text) != want {
			t.Errorf("%q fits: %t", text, !want)
		}
	}
}

func TestSwappedFieldsAreSeen(t *testing.T) {
	length, form := ByLength(2, 3), ByForm(func(s string) bool { return strings.HasPrefix(s, "k") })
	for _, c := range []struct {
		key, secret    string
		length, byForm bool
	}{
		{"k1", "s12", false, false}, {"s12", "k1", true, true}, {"k12", "k1", true, false}, {"s1", "k12", false, true}, {"", "", false, false},
	} {
		if l, f := length(c.key, c.secret), form(c.key, c.secret); l != c.length || f != c.byForm {
			t.Errorf("%q, %q: %t by length, %t by form", c.key, c.secret, l, f)
		}
	}
}

func TestPEMPasswordIsNoPartOfEveryKey(t *testing.T) {
	if f := PEMPassword(); f.Name != exchanges.FieldPassphrase || !f.Optional || f.PEM {
		t.Errorf("%+v", f)
	}
}
