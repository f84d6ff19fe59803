package ui

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// View draws the title with the state of the chain, the columns, the filter,
// the entries, and how far the log was read.
func (p *auditPage) View() string {
	if p.w <= 0 || p.h <= 0 {
		return ""
	}
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	filter := p.box.line(p.w, tonePlain, span{inkBorder, strings.Repeat("─", p.w)})
	if p.filter.shown() {
		filter = p.filter.draw(p.box, p.w, len(p.entries), int(p.total))
	}
	lines := []string{
		p.box.sides(p.w, []span{{inkHeader, " Audit log"}}, append(p.chain.words(), span{inkText, " "})),
		filter,
		p.box.line(p.w, tonePlain, p.columns(auditHeadings)...),
	}
	for _, i := range p.list.visible() {
		lines = append(lines, p.draw(i))
	}
	lines = exactly(lines, p.w, p.h-auditBottom)
	return strings.Join(append(lines, p.box.line(p.w, tonePlain, p.progress())), "\n")
}

// words says what is known of the chain, briefly enough for the narrowest
// screen.
func (c *chainState) words() []span {
	r := &c.report
	switch {
	case c.checking:
		return []span{{inkAccent, "◐ checking the chain …"}}
	case c.err != nil:
		return []span{{inkWarning, "▲ the chain could not be checked"}}
	case !c.checked:
		return []span{{inkMuted, "chain not checked"}}
	}
	switch r.State {
	case store.AuditIntact:
		return []span{{inkOK, fmt.Sprintf("✓ verified up to entry %d", r.Entries)}}
	case store.AuditAhead:
		return []span{{inkOK, fmt.Sprintf("✓ verified up to entry %d", r.Entries-r.Beyond)}, {inkWarning, fmt.Sprintf(" ▲ +%d", r.Beyond)}}
	case store.AuditUnanchored:
		return []span{{inkWarning, fmt.Sprintf("▲ chain holds, keyring vouches for %d of %d", r.Entries-min(r.Beyond, r.Entries), r.Entries)}}
	case store.AuditTampered:
	}
	if r.Line > 0 {
		return []span{{inkDanger, fmt.Sprintf("✗ CHANGED at line %d", r.Line)}}
	}
	return []span{{inkDanger, "✗ CHANGED: the end is not the keyring's"}}
}

// auditRow is an entry as it is drawn.
type auditRow struct {
	when, deed, key, place, who, result, detail string
	mark                                        ink
}

var auditHeadings = auditRow{
	when: "TIME (UTC)", deed: "ACTION", key: "KEY", place: "EXCHANGE", who: "WHO", result: "RESULT AND DETAIL", mark: inkMuted,
}

// Widths of the columns, and from which width of the screen on there is room
// for those that are not always there.
const (
	whenCells, dayCells, deedCells, auditKeyCells, placeCells, whoCells = 16, 10, 17, 16, 12, 20

	auditPlaceFrom = 80
	auditWhoFrom   = 110
)

// columns lays a row out; the last column takes what is left.
func (p *auditPage) columns(r auditRow) []span {
	cell := func(i ink, text string, w int) span { return span{i, fit(text, w) + " "} }
	rest := inkMuted
	if r.mark == inkMuted { // the headings
		rest = r.mark
	}
	when := whenCells
	if p.w < auditPlaceFrom { // the day is enough there
		when = dayCells
	}
	out := []span{{inkText, "  "}, cell(inkMuted, r.when[:min(when, len(r.when))], when), cell(r.mark, r.deed, deedCells), cell(inkText, r.key, auditKeyCells)}
	if p.w >= auditPlaceFrom {
		out = append(out, cell(rest, r.place, placeCells))
	}
	if p.w >= auditWhoFrom {
		out = append(out, cell(rest, r.who, whoCells))
	}
	return append(out, span{rest, strings.TrimSpace(r.result + " " + r.detail)})
}

// draw draws the entry at i.
func (p *auditPage) draw(i int) string {
	e := &p.entries[i]
	t, row := tonePlain, newAuditRow(e)
	spans := p.columns(row)
	if i == p.list.cursor {
		t, spans[0].text = toneCursor, "> "
	}
	return p.box.line(p.w, t, spans...)
}

func newAuditRow(e *store.AuditEntry) auditRow {
	if isBadLine(e) {
		return auditRow{when: "?", deed: "unreadable line", key: fmt.Sprintf("at byte %d", e.Place), mark: inkDanger}
	}
	r := auditRow{
		when: auditTime(e), deed: exchanges.Clean(string(e.Action)), key: exchanges.Clean(e.Key), place: exchanges.Clean(string(e.Exchange)),
		who: cleanJoin([]string{e.Actor, e.Host}, "@"), result: exchanges.Clean(e.Result), detail: exchanges.Clean(e.Detail), mark: deedInk(e.Action),
	}
	if r.result == "ok" { // that is the rule, and the detail wants the room
		r.result = ""
	}
	if e.Environment != "" {
		tag := envTag(e.Environment)
		r.key = strings.TrimRight(fit(r.key, min(cells(r.key), auditKeyCells-cells(tag))), " ") + tag
	}
	return r
}

// isBadLine reports whether a line of the log could not be read as an entry.
func isBadLine(e *store.AuditEntry) bool { return e.Number == 0 && e.Action == "" }

func auditTime(e *store.AuditEntry) string { return e.At.UTC().Format("2006-01-02 15:04") }

// deedInk marks what a person should look at.
func deedInk(a store.Action) ink {
	switch a {
	case store.ActionVerifyFailed, store.ActionHandOverFailed, store.ActionFoundRefused, store.ActionFound, store.ActionMoved,
		store.ActionRepaired, store.ActionAnchored, store.ActionRevealed, store.ActionExported:
		return inkWarning
	case store.ActionRevoked, store.ActionProvenDead, store.ActionForgotten, store.ActionSecretForgotten:
		return inkAccent
	default:
		return inkText
	}
}

// progress says how much of the log was read, in words.
func (p *auditPage) progress() span {
	n := plural(len(p.entries), "entry")
	if len(p.entries) != 1 {
		n = fmt.Sprintf("%d entries", len(p.entries))
	}
	since := ""
	if !p.back.IsZero() {
		since = ", back to " + date(p.back)
	}
	switch {
	case p.err != nil:
		what, _ := explain(p.err)
		return span{inkDanger, " ✗ " + what}
	case p.loading:
		return span{inkAccent, " ◐ reading …  " + n + since}
	case p.next == 0 && len(p.entries) == 0 && p.passes.empty():
		return span{inkMuted, " Nothing was written down yet."}
	case p.next == 0:
		return span{inkMuted, " " + n + ", to the beginning of the log"}
	}
	return span{inkMuted, " " + n + since + "; older ones below"}
}
