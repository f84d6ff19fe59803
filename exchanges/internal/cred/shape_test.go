package cred

import (
	"strings"
	"testing"
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
