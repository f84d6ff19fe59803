package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// help shows every action with its keys, in groups; two columns where there
// is room.
type help struct {
	env    *Env
	groups []helpGroup
	w, h   int
	scroll int
}

type helpGroup struct {
	name    string
	actions []Action
}

const (
	helpKeys   = 14 // cells for the keys of an action
	helpColumn = 51 // least width of a column
	helpGap    = 2
)

// newHelp shows the given actions, grouped in the order in which groups first
// appear.
func newHelp(env *Env, actions []Action) *help {
	h := &help{env: env}
	for _, act := range actions {
		if len(act.Keys) == 0 {
			continue
		}
		i := slices.IndexFunc(h.groups, func(g helpGroup) bool { return g.name == act.Group })
		if i < 0 {
			h.groups = append(h.groups, helpGroup{name: act.Group})
			i = len(h.groups) - 1
		}
		h.groups[i].actions = append(h.groups[i].actions, act)
	}
	return h
}

// Title names the overlay.
func (h *help) Title() string { return "Help" }

// Init has nothing to start.
func (h *help) Init() tea.Cmd { return nil }

// Size asks for as much as the text needs.
func (h *help) Size(maxW, maxH int) (wide, high int) {
	w := min(maxW, helpColumn)
	if maxW >= 2*helpColumn+helpGap {
		w = 2*helpColumn + helpGap
	}
	return w, min(maxH, len(h.lines(w)))
}

// SetSize gives the area to draw on.
func (h *help) SetSize(wide, high int) {
	h.w, h.h = wide, high
	h.move(0)
}

// Actions are the ways to scroll and to leave.
func (h *help) Actions() []Action {
	if len(h.lines(h.w)) <= h.h {
		return nil
	}
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { h.move(n); return nil } }
	return []Action{
		{Keys: []string{"down", "j"}, Label: "down", Help: "Scroll down.", Group: "Move", Do: by(1)},
		{Keys: []string{"up", "k"}, Label: "up", Help: "Scroll up.", Group: "Move", Do: by(-1)},
		{Keys: []string{"pgdown", " "}, Label: "page down", Group: "Move", Quiet: true, Do: by(h.h)},
		{Keys: []string{"pgup"}, Label: "page up", Group: "Move", Quiet: true, Do: by(-h.h)},
	}
}

// Update scrolls with the wheel and leaves with the keys that opened it.
func (h *help) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case MouseMsg:
		h.move(3 * msg.Wheel)
	case KeyMsg:
		if msg.Name == "?" || msg.Name == "q" {
			return closeOverlay
		}
	}
	return nil
}

func (h *help) move(n int) {
	h.scroll = max(0, min(h.scroll+n, len(h.lines(h.w))-h.h))
}

// View draws the part in sight.
func (h *help) View() string {
	lines := h.lines(h.w)
	return strings.Join(exactly(lines[min(h.scroll, len(lines)):], h.w, h.h), "\n")
}

// lines draws everything at a width.
func (h *help) lines(w int) []string {
	if w < 2*helpColumn+helpGap {
		var out []string
		for _, g := range h.groups {
			out = append(out, h.group(g, w)...)
		}
		return trimEnd(out)
	}
	column := (w - helpGap) / 2
	left, right := h.columns(column)
	left, right = trimEnd(left), trimEnd(right)
	n := max(len(left), len(right))
	left, right = exactly(left, column, n), exactly(right, w-column-helpGap, n)
	out := make([]string, n)
	for i := range out {
		out[i] = left[i] + strings.Repeat(" ", helpGap) + right[i]
	}
	return out
}

// columns puts groups into the left column until it has half of the lines.
func (h *help) columns(w int) (left, right []string) {
	total := 0
	drawn := make([][]string, len(h.groups))
	for i, g := range h.groups {
		drawn[i] = h.group(g, w)
		total += len(drawn[i])
	}
	for _, lines := range drawn {
		if len(right) == 0 && len(left)+len(lines)/2 < (total+1)/2 {
			left = append(left, lines...)
		} else {
			right = append(right, lines...)
		}
	}
	return left, right
}

// group draws a heading, its actions and a blank line.
func (h *help) group(g helpGroup, w int) []string {
	s := h.env.Styles
	out := []string{s.Header.Render(fit(g.name, w))}
	for _, act := range g.actions {
		text, style := helpText(act), s.Text
		if act.Disabled != "" {
			text, style = text+" (not now: "+act.Disabled+")", s.Faint
		}
		keys := keyNames(act.Keys)
		for i, line := range wrapPlain(text, w-helpKeys-1) {
			if i > 0 {
				keys = ""
			}
			out = append(out, s.FooterKey.Render(fit(keys, helpKeys))+" "+style.Render(line))
		}
	}
	return append(out, strings.Repeat(" ", w))
}

func helpText(act Action) string {
	if act.Help != "" {
		return act.Help
	}
	return act.Label
}

func keyNames(keys []string) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = keyName(k)
	}
	return strings.Join(names, " ")
}

// wrapPlain breaks plain text into lines of exactly w cells.
func wrapPlain(text string, w int) []string {
	lines := strings.Split(ansi.Wrap(text, w, ""), "\n")
	for i := range lines {
		lines[i] = fit(lines[i], w)
	}
	return lines
}

func trimEnd(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
