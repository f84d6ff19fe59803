package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// wheelStep is how many rows one step of the wheel moves.
const wheelStep = 3

// mouse handles a click or the wheel. A click on a banner shows what it is
// about.
func (d *dashboard) mouse(m MouseMsg) tea.Cmd {
	if m.Y < lineBanner {
		return d.pointer(m)
	}
	all := d.banners()
	if at := m.Y - lineBanner; at < len(all) && m.Wheel == 0 {
		return all[at].press()
	}
	m.Y = max(lineBanner, m.Y-len(all))
	return d.pointer(m)
}

// pointer is mouse with lines counted as if there were no banners. A click on a
// row selects it, one on the selected row opens its details; there is no timing
// to get right.
func (d *dashboard) pointer(m MouseMsg) tea.Cmd {
	if d.pane != nil && m.X >= d.table.w && m.Y >= lineHeading {
		if m.Wheel != 0 {
			d.pane.scroll(wheelStep * m.Wheel)
		}
		return nil
	}
	if m.Wheel != 0 {
		d.table.move(wheelStep * m.Wheel)
		return d.follow()
	}
	switch m.Y {
	case lineHeader, lineStrip:
		return nil
	case lineTabs:
		if i, ok := d.bar.at(m.X); ok {
			return d.toTab(i)
		}
	case lineFilter:
		d.filter.typing = d.filter.shown()
	case lineHeading:
		return d.sortAt(m.X)
	default:
		return d.clickRow(m.X, m.Y-linesAbove)
	}
	return nil
}

// clickRow selects a row. A click on the badge of an unfinished flow goes on
// with it.
func (d *dashboard) clickRow(x, y int) tea.Cmd {
	i, ok := d.table.rowAt(y)
	if !ok {
		return nil
	}
	if c, ok := d.table.layout.at(x); ok && c.id == colState {
		id := d.table.lines[i].row.rec.ID
		_, asked := d.asked[id] // then that is what the row shows
		if s, busy := d.board.flowOf[id]; busy && !asked && d.env.Desk.ReadOnly() == "" {
			d.table.to(i)
			return batch(d.follow(), resumeFlow(d.env, s.ID))
		}
	}
	if i == d.table.cur {
		return d.details()
	}
	d.table.to(i)
	return d.follow()
}

// sortAt sorts by the column at x; a second click reverses.
func (d *dashboard) sortAt(x int) tea.Cmd {
	c, ok := d.table.layout.at(x)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(orderings, func(o ordering) bool { return o.column == c.id })
	if i < 0 {
		return nil
	}
	d.reverse = i == d.order && !d.reverse
	d.order = i
	return d.resort()
}
