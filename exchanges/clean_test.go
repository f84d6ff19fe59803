package exchanges

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"grid bot #1":                        "grid bot #1",
		"Größe 数量 ключ":                      "Größe 数量 ключ",
		"a\tb\nc\rd":                         "a b c d",
		"\x1b[31mred\x1b[0m":                 "[31mred[0m",
		"\x1b]52;c;aGk=\x07":                 "]52;c;aGk=",
		"nul\x00 bell\x07 del\x7f":           "nul bell del",
		"c1 \u009b31m":                       "c1 31m",
		"bidi \u202eabc\u202c \u2066x\u2069": "bidi abc x",
		"zero\u200bwidth\u200d\ufeff":        "zerowidth",
		"line\u2028paragraph\u2029":          "lineparagraph",
		"soft\u00adhyphen":                   "softhyphen",
		"filler\u3164\u115f":                 "filler",
		"heart\ufe0f":                        "heart",
		"tag\U000e0041":                      "tag",
		"private\ue000":                      "private",
		"bad \xff\xfe":                       "bad \ufffd\ufffd",
		"cut \xe6\x95":                       "cut \ufffd\ufffd",
		"nbsp\u00a0x":                        "nbsp\u00a0x",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanCuts(t *testing.T) {
	for _, unit := range []string{"x", "数"} {
		if s := strings.Repeat(unit, MaxText); Clean(s) != s {
			t.Errorf("%d × %q is changed", MaxText, unit)
		}
		got := Clean(strings.Repeat(unit, MaxText+1))
		if got != strings.Repeat(unit, MaxText)+"…" {
			t.Errorf("%d × %q gives %d characters", MaxText+1, unit, utf8.RuneCountInString(got))
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\u202e\xff")
	f.Add(strings.Repeat("é", MaxText+1))
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if Clean(got) != got {
			t.Errorf("not idempotent: %q, %q", got, Clean(got))
		}
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > MaxText+1 {
			t.Errorf("%q", got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e }) {
			t.Errorf("%q can move the cursor", got)
		}
	})
}
