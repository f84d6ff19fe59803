package ui

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// rules says by which rules the exchange ends the key by itself, when at the
// latest, and where that is written: exchanges change such rules.
func (d *detail) rules(f *paragraphs) {
	r, now := d.row.rec, d.env.Now()
	all := d.env.Desk.Exchanges()
	i := slices.IndexFunc(all, func(x exchanges.Info) bool { return x.ID == r.Exchange })
	if i < 0 {
		return
	}
	head := "rule"
	for _, e := range policy.Endings(r, all[i].Guide.Lifetimes) {
		if by := d.row.judged.Deadline.Rule; by != nil && by.Words == e.Rule.Words && e.At.After(now) {
			continue // the deadline names it
		}
		text := words(inkText, exchanges.Clean(e.Rule.Words))
		if e.At.After(now) { // a key that has outlived the rule disproves it
			tint := inkText
			if e.At.Sub(now) <= d.env.Desk.RulesFor(r).WarnBefore {
				tint = inkWarning
			}
			text = append(text, words(tint, "That is "+date(e.At)+" ("+ago(e.At, now)+").")...)
		}
		text = append(text, words(inkMuted, "("+exchanges.Clean(e.Rule.Source)+", "+exchanges.Clean(e.Rule.AsOf)+")")...)
		f.para(head, text...)
		head = ""
	}
}

// deadline says what is due next and when, by which rule, and where that is
// written.
func (d *detail) deadline(f *paragraphs) {
	at := &d.row.judged.Deadline
	if at.At.IsZero() {
		return
	}
	left := deadlineCell(d.row, d.env.Now(), true)
	text := words(inkText, "next deadline "+date(at.At)+" ("+exchanges.Clean(string(at.Reason))+"),")
	text = append(text, words(left.ink, left.text+":")...)
	g := at.Grounds(d.row.rec)
	text = append(text, words(inkMuted, g.Rule)...)
	if from := strings.Trim(g.Source+", "+g.AsOf, ", "); from != string(at.Reason) {
		text = append(text, words(inkMuted, "("+from+")")...)
	}
	f.para("", text...)
}
