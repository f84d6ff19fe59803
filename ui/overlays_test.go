package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
)

func TestHelpShowsEveryAction(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("?")
	d.see("─ Help ─", "Test", "Do the act.", "rotate (not now: it comes later)", "Program", "Quit; what was begun")
	d.press("?")
	d.seeNot("─ Help ─")
}

func TestHelpScrollsWhereItDoesNotFit(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, home)
	d.resize(60, 20)
	d.press("?")
	first := d.view()
	d.seeNot("Quit from anywhere.")
	for range 120 {
		d.press("j")
	}
	d.see("Quit from anywhere.")
	d.wheel(30, 10, -1)
	d.press("k", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup")
	if d.view() != first {
		t.Errorf("scrolled back up:\n%s\nat first:\n%s", d.view(), first)
	}
}

func TestHelpUsesTwoColumnsWhereThereIsRoom(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("?")
	golden(t, "help-wide", ansi.Strip(d.top().View())+"\n")
	d.resize(80, 24)
	golden(t, "help-narrow", ansi.Strip(d.top().View())+"\n")
}

func TestPaletteFindsAndDoes(t *testing.T) {
	d, p := driveProbe(t)
	d.press(":")
	d.see("─ Commands ─", "act", "not possible: it comes later", "theme")
	d.typeText("ac")
	d.see(": ac")
	d.seeNot("Choose colours")
	d.press("enter")
	d.seeNot("─ Commands ─")
	if got := p.take(); got != "acted" {
		t.Errorf("got %q", got)
	}
}

// A name is a better match than a word of the sentence beside it.
func TestPalettePutsNamesFirst(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	p := newPalette(env, []Action{
		{Label: "up", Help: "Previous key."}, {Label: "mark", Help: "Mark the key, to verify several."}, {Label: "verify", Help: "Ask."},
	})
	for _, c := range []struct{ query, want string }{{"ver", "verify mark"}, {"VERIFY", "verify mark"}, {"vfy", "verify"}, {"prev", "up"}, {"", "up mark verify"}, {"  ", "up mark verify"}} {
		p.narrow(c.query)
		var got []string
		for _, i := range p.found {
			got = append(got, p.actions[i].Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q finds %v, want %s", c.query, got, c.want)
		}
	}
}

func TestPaletteOpensDialogsAfterItClosed(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("ctrl+p")
	d.typeText("theme")
	d.press("enter")
	d.see("─ Theme ─")
	d.seeNot("─ Commands ─")
}

func TestPaletteSaysWhyNot(t *testing.T) {
	d, _ := driveProbe(t)
	d.press(":")
	d.typeText("rotate")
	d.press("enter")
	d.see("rotate is not possible: it comes later")
}

func TestPaletteHandlesMistakes(t *testing.T) {
	d, p := driveProbe(t)
	d.press(":")
	d.typeText("zzzz")
	d.see("Nothing is called that")
	d.press("enter")
	d.see("─ Commands ─")
	d.press("backspace", "backspace", "backspace", "backspace", "backspace")
	d.see("Do the act.")
	d.paste("quit\x1b[31m\nat")
	d.press("ctrl+u")
	d.typeText("act")
	d.press("down", "up", "tab", "shift+tab", "pgdown", "pgup", "esc")
	d.seeNot("─ Commands ─")
	if got := p.take(); got != "" {
		t.Errorf("the page got %q", got)
	}
}

func TestPaletteCanBeClicked(t *testing.T) {
	d, p := driveProbe(t)
	d.press(":")
	d.clickOn("Do the act.")
	if got := p.take(); got != "acted" {
		t.Errorf("got %q", got)
	}
}

func themedDriver(t *testing.T, folder string) *driver {
	t.Helper()
	env, _ := testEnv(t, fixture()...)
	d := prepare(t, env, appOptions{home: home, width: 120, height: 40, look: look{profile: termenv.TrueColor, userThemes: folder, auto: true}})
	d.app.setTheme(themes.Builtin(themes.Dark))
	d.run(d.app.Init())
	return d
}

func TestThemePreviewIsTakenBackByEsc(t *testing.T) {
	d := themedDriver(t, "")
	before := d.app.View()
	d.press("t", "j")
	if d.app.theme.Name != themes.Light {
		t.Errorf("preview shows %s", d.app.theme.Name)
	}
	d.press("esc")
	if d.app.View() != before {
		t.Error("esc did not bring the old look back")
	}
}

func TestThemeThatIsChosenStays(t *testing.T) {
	d := themedDriver(t, "")
	d.press("t", "down", "down", "enter")
	if d.app.theme.Name != "high-contrast" {
		t.Errorf("theme is %s", d.app.theme.Name)
	}
	d.see("Theme high-contrast for this session.", `theme = "high-contrast"`, "config.toml")
	d.send(backgroundMsg{dark: false})
	if d.app.theme.Name != "high-contrast" {
		t.Error("a late answer of the terminal undid the choice")
	}
}

func TestOwnThemesAreOffered(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"sea": `accent = "#010203"`, "torn": "\naccent = \"blue\""} {
		if err := os.WriteFile(filepath.Join(folder, name+".toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := themedDriver(t, folder)
	d.press("t")
	d.see("sea", "torn")
	d.clickOn("sea")
	if d.app.theme.Accent != "#010203" {
		t.Errorf("accent is %s", d.app.theme.Accent)
	}
	d.clickOn("torn")
	d.see("torn.toml: line 2: accent", "Mend the file")
	if d.app.theme.Name != "sea" {
		t.Errorf("a theme that cannot be read changed the look to %s", d.app.theme.Name)
	}
}

func TestAutoThemeFollowsTheTerminal(t *testing.T) {
	d := themedDriver(t, "")
	d.send(backgroundMsg{dark: false})
	if d.app.theme.Name != themes.Light {
		t.Errorf("on a light terminal the theme is %s", d.app.theme.Name)
	}
	d.send(backgroundMsg{dark: true})
	if d.app.theme.Name != themes.Dark {
		t.Errorf("on a dark terminal the theme is %s", d.app.theme.Name)
	}
}

func TestLateReadOfAThemeIsDropped(t *testing.T) {
	d := themedDriver(t, "")
	slow := d.app.themeTried(themeTryMsg{name: "mono"})
	d.send(themeTryMsg{name: "light"})
	d.run(slow)
	if d.app.theme.Name != themes.Light {
		t.Errorf("theme is %s", d.app.theme.Name)
	}
}

func TestFirstRunOffersWhatWorks(t *testing.T) {
	env, _ := testEnv(t)
	d := drive(t, env, home)
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		checkFrame(t, d.app.View(), size[0], size[1])
	}
	d.resize(80, 24)
	golden(t, "firstrun-80x24", d.view())
	d.press("j", "j", "enter")
	d.see("keyrota --demo")
	d.press("k", "k", "enter")
	if len(d.app.pages) != 2 {
		t.Error("enter on the first choice opens no page")
	}
}

func TestFirstRunChoicesCanBeClicked(t *testing.T) {
	env, _ := testEnv(t)
	d := drive(t, env, home)
	d.clickOn("Add a key that you have")
	if len(d.app.pages) != 2 {
		t.Error("a click opens no page")
	}
}

func TestFirstRunExplainsWhenNoKeyringWorks(t *testing.T) {
	env, fake := testEnv(t)
	fake.keyring = desk.Keyring{}
	d := drive(t, env, home)
	d.see("No keyring works on this machine yet", "--keyring pass", "--keyring file")
}

func TestFirstRunAddsNothingWhenReadOnly(t *testing.T) {
	env, fake := testEnv(t)
	fake.readOnly = "another keyrota has the lock"
	d := drive(t, env, home)
	for _, key := range []string{"n", "enter"} {
		d.press(key)
		d.see("another keyrota has the lock", "READ-ONLY")
	}
	if len(d.app.pages) != 1 {
		t.Error("a page was opened")
	}
}

// A hostile name cannot leave its cell in any part of the frame.
func TestHostileTextDoesNotReachTheTerminal(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, home)
	d.send(toastMsg{level: Failure, text: "evil\x1b]52;c;eA==\x07", hint: "\u202ereversed\x9b2J"})
	v := d.app.View()
	for _, bad := range []string{"\x1b]", "\x07", "\u202e", "\x9b"} {
		if strings.Contains(v, bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
}
