package ui

import (
	"slices"

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
