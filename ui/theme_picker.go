package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/themes"
)

// themePicker shows each theme on the page behind it while the cursor moves.
type themePicker struct {
	env    *Env
	folder string
	before string // shown again when nothing is chosen
	names  []string
	list   picker
	w, h   int
}

// themeNamesMsg brings the names of the themes there are.
type themeNamesMsg struct{ names []string }

// newThemePicker starts at the theme in use. folder holds the person's own.
func newThemePicker(env *Env, now themes.Theme, folder string) *themePicker {
	p := &themePicker{env: env, folder: folder, before: now.Name}
	p.offer(themes.Names(""))
	return p
}

func (p *themePicker) offer(names []string) {
	chosen := p.before
	if p.list.count > 0 {
		chosen = p.names[p.list.cursor]
	}
	p.names = names
	p.list.reset(len(names))
	p.list.move(max(0, slices.Index(names, chosen)))
}

// Title names the overlay.
func (p *themePicker) Title() string { return "Theme" }

// Init looks for themes of the person's own.
func (p *themePicker) Init() tea.Cmd {
	if p.folder == "" {
		return nil
	}
	folder := p.folder
	return func() tea.Msg { return themeNamesMsg{themes.Names(folder)} }
}

// themePickerRows leaves most of the page in sight.
const themePickerRows = 10

// Size asks for the names and a line about each meaning.
func (p *themePicker) Size(maxW, maxH int) (w, h int) {
	return min(maxW, 44), min(maxH, themePickerRows+2)
}

// SetSize gives the area to draw on.
func (p *themePicker) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(h - 2)
}

// Actions move, choose and go back.
func (p *themePicker) Actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { return p.move(n) } }
	return []Action{
		{Keys: []string{"enter"}, Label: "use it", Help: "Use this theme until keyrota quits.", Do: p.choose},
		{Keys: []string{"down", "j"}, Label: "next", Help: "Look at the next theme.", Do: by(1)},
		{Keys: []string{"up", "k"}, Label: "previous", Help: "Look at the theme before.", Do: by(-1)},
		{Keys: []string{"esc", "q", "t"}, Label: "as it was", Help: "Keep the theme there was.", Do: p.restore},
	}
}

// Update takes the names of own themes, and the mouse.
func (p *themePicker) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case themeNamesMsg:
		p.offer(msg.names)
	case MouseMsg:
		if msg.Wheel != 0 {
			return p.move(msg.Wheel)
		}
		if p.list.clicked(msg.Y) {
			return p.try(false)
		}
	}
	return nil
}

func (p *themePicker) move(n int) tea.Cmd {
	p.list.move(n)
	return p.try(false)
}

func (p *themePicker) try(keep bool) tea.Cmd {
	name := p.names[p.list.cursor]
	return func() tea.Msg { return themeTryMsg{name, keep} }
}

func (p *themePicker) choose() tea.Cmd { return batch(p.try(true), closeOverlay) }

func (p *themePicker) restore() tea.Cmd {
	before := p.before
	return batch(func() tea.Msg { return themeTryMsg{before, false} }, closeOverlay)
}

// View draws the names and, below, what the colours mean.
func (p *themePicker) View() string {
	s := p.env.Styles
	var lines []string
	for _, i := range p.list.visible() {
		mark, style := "  ", s.Text
		if i == p.list.cursor {
			mark, style = "> ", s.Cursor
		}
		lines = append(lines, style.Render(fit(mark+p.names[i], p.w)))
	}
	lines = exactly(lines, p.w, p.h-2)
	lines = append(lines, strings.Repeat(" ", p.w))
	const sample = "✓ ok  ▲ attention  ✗ overdue  live  testnet"
	legend := s.OK.Render("✓ ok") + "  " + s.Warning.Render("▲ attention") + "  " + s.Danger.Render("✗ overdue") + "  " + s.Live.Render("live") + "  " + s.Testnet.Render("testnet")
	lines = append(lines, legend+strings.Repeat(" ", max(0, p.w-cells(sample))))
	return strings.Join(lines, "\n")
}
