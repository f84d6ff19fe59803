package wire

import "testing"

func TestKeysThatAreShownInPart(t *testing.T) {
	const key = "abcdefgh"
	for shown, want := range map[string]struct {
		starred string
		masked  bool
		shows   bool
	}{
		key:           {key, false, true},
		"abcdef":      {"abcdef", false, false},
		"ab****gh":    {"ab*gh", true, true},
		"ab****xy":    {"ab*xy", true, false},
		"ab•••":       {"ab*", true, true},
		"…gh":         {"*gh", true, true},
		"ab**cd**gh":  {"ab*gh", true, true},
		"ab...gh":     {"ab*gh", true, true},
		"ab.gh":       {"ab.gh", false, false},
		"***":         {"*", true, true},
		"abcdefgh***": {"abcdefgh*", true, false}, // of a longer one
		"":            {"", false, false},
	} {
		if got := Starred(shown); got != want.starred || Masked(shown) != want.masked || Shows(shown, key) != want.shows {
			t.Errorf("%q: %q, masked %t, shows %t", shown, got, Masked(shown), Shows(shown, key))
		}
	}
}

func TestARowIsFoundWithoutDoubt(t *testing.T) {
	const key = "abcdefghijkl"
	for name, c := range map[string]struct {
		rows []string
		want int // -1: none
	}{
		"whole":                     {[]string{"x", key}, 1},
		"whole beside alike":        {[]string{"abcd***ijkl", key}, 1},
		"alone alike":               {[]string{"x", "abcd***ijkl"}, 1},
		"by its beginning":          {[]string{"abcdefgh***", "x"}, 0},
		"two alike":                 {[]string{"abcd***ijkl", "abcde**ijkl"}, -1},
		"too little of it":          {[]string{"abc***kl"}, -1},
		"nothing of it":             {[]string{"*****"}, -1},
		"another one":               {[]string{"abcd***ijkx", ""}, -1},
		"no row":                    {nil, -1},
		"another, shown to its end": {[]string{"abcdefghijk"}, -1},
	} {
		got := FindShown(c.rows, func(s string) string { return s }, key)
		if (got != nil) != (c.want >= 0) || got != nil && got != &c.rows[c.want] {
			t.Errorf("%s: %v", name, got)
		}
	}
}
