package themes

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuiltinThemesAreComplete(t *testing.T) {
	for _, name := range Names("") {
		data, err := builtin.ReadFile("builtin/" + name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		theme := Builtin(name)
		if theme.Name != name {
			t.Errorf("%s calls itself %q", name, theme.Name)
		}
		for token := range theme.tokens() {
			if !strings.Contains(string(data), "\n"+token+" ") {
				t.Errorf("%s leaves %s to others", name, token)
			}
		}
	}
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(Names("")) {
		t.Errorf("%d files, %d names", len(files), len(Names("")))
	}
}

func TestThemesHaveSixteenTokens(t *testing.T) {
	if n := len(new(Theme).tokens()); n != 16 {
		t.Errorf("%d tokens", n)
	}
}

func TestParseTakesWhatIsLeftOutFromTheBase(t *testing.T) {
	for _, c := range []struct {
		text string
		base string
	}{
		{`accent = "#123456"`, Dark},
		{"dark = true\n" + `accent = "#123456"`, Dark},
		{"dark = false\n" + `accent = "#123456"`, Light},
	} {
		got, err := Parse("mine", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		want := Builtin(c.base)
		want.Name, want.Accent = "mine", "#123456"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", c.text, diff)
		}
	}
}

func TestParseTakesEveryKindOfColour(t *testing.T) {
	got, err := Parse("mine", []byte("text = \"#AbCdEf\"\nmuted = \"0\"\nfaint = \"255\"\nok = \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "#AbCdEf" || got.Muted != "0" || got.Faint != "255" || got.OK != "" {
		t.Errorf("%+v", got)
	}
}

func TestParseNamesTokenAndLine(t *testing.T) {
	for text, want := range map[string]string{
		"text = \"#ffffff\"\ncolour = \"#ffffff\"": `line 2: "colour" is not a token of a theme`,
		"# c\n\ndanger = \"red\"":                  `line 3: danger: "red" is not a colour`,
		"danger = \"#fff\"":                        `line 1: danger: "#fff" is not a colour`,
		"danger = \"256\"":                         `line 1: danger: "256" is not a colour`,
		"danger = \"007\"":                         `line 1: danger: "007" is not a colour`,
		"danger = \"#gggggg\"":                     `line 1: danger: "#gggggg" is not a colour`,
		"danger = 7":                               `line 1: danger: 7 is not a colour`,
		"\ndark = \"yes\"":                         `line 2: dark: "yes" is neither true nor false`,
		"[colors]\ntext = \"#ffffff\"":             `line 1: "colors" is not a token of a theme`,
		"text = \"#ffffff\nmuted":                  `line 1: `,
	} {
		_, err := Parse("mine", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q…", text, err, want)
		}
	}
}

func TestLoadPrefersThePersonsOwnFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "dark.toml", `accent = "#010203"`)
	write(t, dir, "sea.toml", "dark = false\n"+`ok = "#040506"`)
	own, err := Load("dark", dir)
	if err != nil || own.Accent != "#010203" || own.Text != Builtin(Dark).Text {
		t.Errorf("own dark: %+v, %v", own, err)
	}
	sea, err := Load("sea", dir)
	if err != nil || sea.OK != "#040506" || sea.Dark {
		t.Errorf("sea: %+v, %v", sea, err)
	}
	light, err := Load("light", dir)
	if err != nil || light != Builtin(Light) {
		t.Errorf("light: %+v, %v", light, err)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "bad.toml", "\ntext = \"blue\"\n")
	if _, err := Load("bad", dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "bad.toml")+": line 2: text") {
		t.Errorf("bad: %v", err)
	}
	if _, err := Load("nonsense", dir); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "high-contrast") {
		t.Errorf("nonsense: %v", err)
	}
	for _, name := range []string{"", "../dark", "a/b", "Dark", "dark.toml"} {
		if _, err := Load(name, dir); err == nil {
			t.Errorf("Load(%q) is no error", name)
		}
	}
}

func TestNamesListsOwnThemesLast(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"sea.toml", "dark.toml", "ash.toml", "README.md", "Bad Name.toml"} {
		write(t, dir, f, "")
	}
	want := append(slices.Clone(shipped), "ash", "sea")
	if diff := cmp.Diff(want, Names(dir)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(shipped, Names(filepath.Join(dir, "none"))); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("dark = true\ntext = \"#ffffff\"\n")
	f.Add("[a]\nb = 1")
	f.Fuzz(func(t *testing.T, text string) {
		theme, err := Parse("mine", []byte(text))
		if err != nil {
			return
		}
		for token, colour := range theme.tokens() {
			if !validColour(*colour) {
				t.Errorf("%q: %s = %q", text, token, *colour)
			}
		}
	})
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
