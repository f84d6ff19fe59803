package ui

import (
	"cmp"
	"fmt"
	"strings"
)

// View draws header, deadline strip, tabs, filter and table, and the pane.
func (d *dashboard) View() string {
	if d.w <= 0 || d.h <= 0 {
		return ""
	}
	if d.box == nil || d.box.styles != d.env.Styles {
		d.box = newPenBox(d.env.Styles)
	}
	lines := make([]string, 0, d.h)
	lines = append(lines, d.header())
	for _, b := range d.banners() {
		lines = append(lines, b.draw(d.box, d.w))
	}
	lines = append(lines, d.strip.line(d.box, d.w), d.tabLine(), d.filterLine())
	body := d.body()
	if d.pane != nil {
		body = d.beside(body)
	}
	lines = append(lines, body...)
	if len(lines) > d.h {
		lines = lines[:d.h]
	}
	return strings.Join(lines, "\n")
}

// header says how many keys there are and how they are. Where room is short,
// what matters least goes first; what is overdue stays.
func (d *dashboard) header() string {
	c := d.board.counts
	keys, venues := "   "+plural(c.Keys, "key"), " · "+plural(c.exchanges, "exchange")
	left := d.headerLeft(keys + venues)
	for _, shorter := range []string{keys, ""} {
		if spansWidth(left) >= d.w {
			left = d.headerLeft(shorter)
		}
	}
	right := d.headerRight()
	for len(right) > 0 && spansWidth(left)+spansWidth(right) >= d.w {
		right = right[:len(right)-1] // the keyring's name is the first to go
	}
	return d.box.sides(d.w, left, right)
}

func (d *dashboard) headerLeft(count string) []span {
	c := d.board.counts
	left := []span{{inkHeader, " keyrota"}}
	for _, b := range d.env.badges() {
		left = append(left, span{inkText, "  "}, span{inkBadge, " " + b + " "})
	}
	left = append(left, span{inkMuted, count})
	if c.Overdue > 0 {
		left = append(left, span{inkText, "   "}, span{inkDanger, fmt.Sprintf("✗ %d overdue", c.Overdue)})
	}
	if c.Attention > 0 {
		left = append(left, span{inkText, "   "}, span{inkWarning, fmt.Sprintf("▲ %d attention", c.Attention)})
	}
	if c.Keys > 0 && c.Overdue+c.Attention == 0 {
		left = append(left, span{inkText, "   "}, span{inkOK, "✓ all well"})
	}
	return left
}

// headerRight says how fresh the facts are and where the secrets lie, what
// matters most first.
func (d *dashboard) headerRight() []span {
	var right []span
	switch at := d.board.counts.checked; {
	case len(d.asked) > 0:
		right = append(right, span{inkAccent, fmt.Sprintf("%s verifying %d/%d", d.spinner(), d.answered, d.answered+len(d.asked))})
	case !at.IsZero():
		right = append(right, span{inkMuted, "synced " + ago(at, d.env.Now())})
	case d.board.counts.Keys > 0:
		right = append(right, span{inkMuted, "not verified yet"})
	}
	k := d.env.Desk.Keyring()
	if k.Backend == "" {
		return append(right, span{inkText, " "})
	}
	if k.Err != nil {
		return append(right, span{inkWarning, "  ▲ " + keyringTitle(k.Backend) + " failed "})
	}
	return append(right, span{inkMuted, " · " + keyringTitle(k.Backend) + " "})
}

var keyringTitles = map[string]string{
	"secret-service": "Secret Service", "keychain": "Keychain", "wincred": "Windows Credential Manager",
	"kwallet": "KWallet", "pass": "pass", "file": "encrypted file", "memory": "memory only",
}

// keyringTitle is the name that people know a keyring by.
func keyringTitle(backend string) string { return cmp.Or(keyringTitles[backend], backend) }

func (d *dashboard) tabLine() string {
	arrow := "↑"
	if d.reverse {
		arrow = "↓"
	}
	sorted := []span{{inkMuted, "sort " + orderings[d.order].name + " " + arrow + " "}}
	tabs := d.bar.draw(d.board.tabs, d.chosenTab(), d.w-spansWidth(sorted)-1)
	return d.box.sides(d.w, tabs, sorted)
}

// filterLine draws the filter where there is one, else a rule.
func (d *dashboard) filterLine() string {
	if d.filter.shown() {
		return d.filter.draw(d.box, d.w, d.matches, len(d.inTab))
	}
	return d.box.line(d.w, tonePlain, span{inkBorder, " " + strings.Repeat("─", d.w-2) + " "})
}

// body draws the table with its heading, or why it is empty.
func (d *dashboard) body() []string {
	arrow := "↑"
	if d.reverse {
		arrow = "↓"
	}
	lines := append([]string{d.table.heading(d.box, orderings[d.order].column, arrow)}, d.table.draw(d.box, d.env.Now(), d.rowState)...)
	if len(d.table.lines) == 0 && len(lines) > 2 {
		why := "No key yet: press n to create or add one."
		if d.board.counts.Keys > 0 {
			why = "No key matches the filter: esc clears it."
		}
		lines[2] = d.box.line(d.table.w, tonePlain, span{inkMuted, "   " + why})
	}
	return lines
}

// beside puts the pane to the right of the table.
func (d *dashboard) beside(body []string) []string {
	border := d.box.line(1, tonePlain, span{inkBorder, "│"})
	pane := strings.Split(d.pane.View(), "\n")
	for i := range body {
		if i < len(pane) {
			body[i] += border + pane[i]
		}
	}
	return body
}
