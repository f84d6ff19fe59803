package ui

import (
	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/themes"
)

// Messages about themes.
type (
	// themeTryMsg asks for a theme by name. keep says that the person chose
	// it, rather than looked at it.
	themeTryMsg struct {
		name string
		keep bool
	}
	// themeReadMsg is a theme that was read, or why it could not be.
	themeReadMsg struct {
		gen   int // of the try: a slow answer to an older one is dropped
		theme themes.Theme
		keep  bool
		err   error
	}
	// backgroundMsg is what the terminal said of its background.
	backgroundMsg struct{ dark bool }
)

// look is what the program knows of themes and of its terminal.
type look struct {
	userThemes string // folder of the person's own themes
	profile    termenv.Profile
	noColour   bool // no colours, whatever the theme
	auto       bool // follow the terminal's background

	// background asks the terminal, and gives up after a moment; nil where
	// there is nobody to ask.
	background tea.Cmd
}

// styles makes a theme ready to draw with. Without colours all themes are one.
func (l look) styles(t themes.Theme) *Styles {
	if l.noColour {
		t = themes.Builtin(themes.Mono)
	}
	return NewStyles(t, l.profile)
}

// themeTried reads a theme's file, away from the screen.
func (a *app) themeTried(m themeTryMsg) tea.Cmd {
	a.themeGen++
	gen, folder := a.themeGen, a.opt.look.userThemes
	return func() tea.Msg {
		t, err := themes.Load(m.name, folder)
		return themeReadMsg{gen, t, m.keep, err}
	}
}

func (a *app) themeRead(m themeReadMsg) tea.Cmd {
	if m.gen != a.themeGen {
		return nil
	}
	if m.err != nil {
		return toast(Failure, m.err.Error(), "Mend the file, or choose another theme.")
	}
	a.setTheme(m.theme)
	if !m.keep {
		return nil
	}
	a.opt.look.auto = false // a late answer of the terminal does not undo a choice
	return toast(Success, "Theme "+m.theme.Name+" for this session.", `To keep it, write theme = "`+m.theme.Name+`" into config.toml.`)
}

func (a *app) setTheme(t themes.Theme) {
	a.theme = t
	a.env.Styles = a.opt.look.styles(t)
}

// backgroundKnown follows the terminal, unless the person chose meanwhile.
func (a *app) backgroundKnown(m backgroundMsg) tea.Cmd {
	if !a.opt.look.auto || m.dark == a.theme.Dark {
		return nil
	}
	a.setTheme(themes.Builtin(autoTheme(m.dark)))
	return nil
}

func autoTheme(dark bool) string {
	if dark {
		return themes.Dark
	}
	return themes.Light
}
