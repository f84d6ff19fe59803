package ui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// typed takes a key while the filter is typed. Arrows still move the cursor;
// backspace on an empty filter leaves it.
func (d *dashboard) typed(k KeyMsg) tea.Cmd {
	if !d.filter.typing {
		return nil
	}
	if a, ok := findAction(d.filterActions(), k.Name); ok {
		return a.Do()
	}
	if k.Name == "backspace" && d.filter.text == "" {
		return d.keepFilter()
	}
	if d.filter.key(k) {
		d.table.restart()
		return d.refilter()
	}
	return nil
}

func (d *dashboard) keepFilter() tea.Cmd {
	d.filter.typing = false
	return nil
}

func (d *dashboard) clearFilter() tea.Cmd {
	d.filter.typing = false
	d.filter.set("")
	return d.refilter()
}
