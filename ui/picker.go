package ui

import tea "github.com/charmbracelet/bubbletea"

// picker is the cursor and the window of a short list.
type picker struct {
	cursor, top int
	rows        int // rows in sight
	count       int
}

// reset starts over with a list of n.
func (p *picker) reset(n int) {
	p.count, p.cursor, p.top = n, 0, 0
}

//go:noinline // copied into its callers, it would take 2 kB
func (p *picker) resize(rows int) {
	p.rows = max(1, rows)
	p.move(0)
}

// move goes n down, or up if n is negative, and stops at the ends.
//
//go:noinline // copied into its callers, it would take 5 kB
func (p *picker) move(n int) {
	p.cursor = max(0, min(p.cursor+n, p.count-1))
	p.top = max(min(p.top, p.cursor), p.cursor-p.rows+1)
	p.top = max(0, min(p.top, p.count-p.rows))
}

// clicked moves to a row in sight and reports whether there is one.
func (p *picker) clicked(row int) bool {
	i := p.top + row
	if row < 0 || row >= p.rows || i >= p.count {
		return false
	}
	p.cursor = i
	return true
}

// visible returns the indices in sight.
//
//go:noinline // copied into its callers, it would take 2 kB
func (p *picker) visible() []int {
	var out []int
	for i := p.top; i < min(p.top+p.rows, p.count); i++ {
		out = append(out, i)
	}
	return out
}

// actions go through a list of keys.
func (p *picker) actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { p.move(n); return nil } }
	return []Action{
		moving("down", "Next key.", by(1), "down", "j"),
		moving("up", "Previous key.", by(-1), "up", "k"),
		moving("page down", "A page down.", by(p.rows), "pgdown", "ctrl+d"),
		moving("page up", "A page up.", by(-p.rows), "pgup", "ctrl+u"),
		moving("first", "First key.", by(-p.count), "home", "g"),
		moving("last", "Last key.", by(p.count), "end", "G"),
	}
}
