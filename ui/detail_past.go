package ui

import (
	"strings"

	"github.com/keyrota/keyrota/ui/desk"
)

// turnsShown is how many changes of the facts are shown; the command shows all.
const turnsShown = 8

// changes says what the exchange said otherwise of the key before: what came,
// what went, and how long it had been so.
func (d *detail) changes(f *paragraphs) {
	label := "changed"
	for i, t := range desk.Turns(d.row.rec) {
		if i == turnsShown {
			f.para("", words(inkMuted, "… and more before that: keyrota show "+d.row.name)...)
			return
		}
		line := []span{{inkText, date(t.At) + " "}}
		for _, m := range t.Marks {
			tint := inkBold
			if strings.HasPrefix(m, desk.Went) {
				tint = inkMuted
			}
			line = append(line, span{tint, m + " "})
		}
		f.para(label, append(line, words(inkFaint, "("+t.Before()+")")...)...)
		label = ""
	}
}
