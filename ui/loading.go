package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// notice is a page that only says something: while keys.toml is read, and
// when it could not be.
type notice struct {
	env         *Env
	title       string
	head, below string
	bad         bool
	w, h        int
}

func newLoading(env *Env) *notice {
	return &notice{env: env, title: "Loading", head: "loading keys…"}
}

func newLoadFailure(env *Env, err error) *notice {
	what, hint := explain(err)
	if hint == "" {
		hint = "keyrota doctor looks closer. Nothing was changed."
	}
	return &notice{env: env, title: "keys.toml", head: what, below: hint, bad: true}
}

// Title names the page.
func (n *notice) Title() string { return n.title }

// Init has nothing to start.
func (n *notice) Init() tea.Cmd { return nil }

// Update has nothing to take.
func (n *notice) Update(tea.Msg) tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (n *notice) SetSize(w, h int) { n.w, n.h = w, h }

// Actions are those of the root: help and quit.
func (n *notice) Actions() []Action { return nil }

// View draws the text.
func (n *notice) View() string {
	s := n.env.Styles
	style, mark := s.Muted, ""
	if n.bad {
		style, mark = s.Danger, "✗ "
	}
	lines := []string{s.Header.Render(fit(" keyrota", n.w)), strings.Repeat(" ", n.w)}
	for _, line := range wrapPlain(mark+n.head, n.w-2) {
		lines = append(lines, " "+style.Render(line)+" ")
	}
	if n.below != "" {
		lines = append(lines, strings.Repeat(" ", n.w))
		for _, line := range wrapPlain(n.below, n.w-2) {
			lines = append(lines, " "+s.Text.Render(line)+" ")
		}
	}
	return strings.Join(exactly(lines, n.w, n.h), "\n")
}
