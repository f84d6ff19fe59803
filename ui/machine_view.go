package ui

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// machineAbout is how many lines are about the chosen key: a blank, what is
// meant, the line to paste, and remarks.
const machineAbout = 6

// View draws the addresses, the keys, and what to paste for the chosen one.
func (p *machinePage) View() string {
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	lines := append(p.addressLines(), p.line(), p.heading())
	rows := make([]string, 0, p.rowLines())
	for _, i := range p.list.visible() {
		rows = append(rows, p.row(p.rows[i], i == p.list.cursor))
	}
	if len(p.rows) == 0 {
		rows = append(rows, p.line(span{inkMuted, "   There are no keys yet."}))
	}
	blank := p.line()
	for len(rows) < p.rowLines() {
		rows = append(rows, blank)
	}
	lines = append(lines, rows[:p.rowLines()]...)
	if row := p.chosen(); row != nil {
		lines = append(lines, p.about(row)...)
	}
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}

//go:noinline // it has many callers
func (p *machinePage) line(spans ...span) string { return p.box.line(p.w, tonePlain, spans...) }

// above is how many lines are above the keys.
func (p *machinePage) above() int {
	return 1 + max(1, len(p.machine.Current())) + len(p.machine.Changed()) + 2
}

func (p *machinePage) rowLines() int {
	below := 0
	if len(p.rows) > 0 {
		below = machineAbout
	}
	return max(1, p.h-p.above()-below)
}

// addressLines are the title with the age of the answers, the addresses, and
// what they were before.
func (p *machinePage) addressLines() []string {
	now := p.env.Now()
	fresh := span{inkMuted, "nobody was asked yet "}
	switch asked := p.machine.Asked(); {
	case p.asking:
		fresh = span{inkAccent, "asking " + hostWords(p.env) + " … "}
	case !asked.IsZero():
		fresh.text = "asked " + ago(asked, now) + " "
	}
	lines := []string{p.box.sides(p.w, []span{{inkHeader, " This machine"}}, []span{fresh})}
	current := p.machine.Current()
	if len(current) == 0 {
		lines = append(lines, p.line(span{inkUnknown, " ? "}, span{inkText, "Its public addresses are not known: r asks " + hostWords(p.env) + "."}))
	}
	for _, a := range current {
		lines = append(lines, p.line(span{inkText, "   " + fit(a.Addr.String(), addressCells(current))}, span{inkMuted, "  since " + minute(a.First) + " · told " + ago(a.Last, now)}))
	}
	for _, c := range p.machine.Changed() {
		mark := span{inkMuted, "   "}
		if c.Fresh() {
			mark = span{inkWarning, " ▲ "}
		}
		lines = append(lines, p.line(mark, span{inkText, fmt.Sprintf("changed from %s, last seen %s", c.From.Addr, minute(c.From.Last))}))
	}
	return lines
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// addressCells is how wide the longest of them is.
func addressCells(all []store.Address) int {
	n := 0
	for _, a := range all {
		n = max(n, cells(a.Addr.String()))
	}
	return n
}

// machineColumns are the widths of the columns behind the name; 0: no room.
type machineColumns struct{ place, standing, ip int }

func (p *machinePage) columns() machineColumns {
	switch {
	case p.w >= 110:
		return machineColumns{place: 24, standing: 36, ip: 20}
	case p.w >= 80:
		return machineColumns{place: 20, standing: 18, ip: 17}
	}
	return machineColumns{place: 14, standing: 18}
}

func (c machineColumns) name(w int) int {
	w -= strayMargin
	for _, n := range []int{c.place, c.standing, c.ip} {
		if n > 0 {
			w -= n + 1
		}
	}
	return w
}

func (p *machinePage) heading() string {
	if len(p.rows) == 0 {
		return p.line()
	}
	c := p.columns()
	text := "   " + fit("KEY", c.name(p.w)) + " " + fit("WHERE", c.place) + " " + fit("THIS MACHINE", c.standing)
	if c.ip > 0 {
		text += " " + fit("IP WHITELIST", c.ip)
	}
	return p.line(span{inkMuted, text})
}

func (p *machinePage) row(r *machineRow, here bool) string {
	t, pointer := tonePlain, "   "
	if here {
		t, pointer = toneCursor, " > "
	}
	c := p.columns()
	by := r.by
	if c.standing < 30 {
		by = netip.Addr{} // the mark and the words are what counts
	}
	b := p.box.newBrush(p.w, t)
	b.put(inkText, pointer+fit(r.name, c.name(p.w)))
	for _, cell := range []struct {
		width int
		span  span
	}{
		{c.place, span{envInk(r.rec.Environment), where(r.exchange, r.rec.Environment, c.place)}},
		{c.standing, standingSpan(r.standing, by)},
		{c.ip, ipCell(r.rec.Facts.IPs, c.ip)},
	} {
		if cell.width > 0 {
			b.put(inkText, " ")
			b.cell(cell.width, []span{cell.span})
		}
	}
	return b.finish(p.w)
}

// where says at which exchange and environment a key is, in w cells; the
// environment stays whole.
func where(exchange string, env exchanges.Environment, w int) string {
	word := " " + exchanges.Clean(string(env))
	if w < 20 {
		word = envTag(env)
	}
	return strings.TrimRight(fit(exchange, min(cells(exchange), w-cells(word))), " ") + word
}

// about says what to paste for a key, in machineAbout lines.
func (p *machinePage) about(r *machineRow) []string {
	lines := []string{p.line(), p.line(span{inkBold, "   To paste at " + r.exchange}, span{inkMuted, " as the IP whitelist of "}, span{inkBold, r.name})}
	say := func(i ink, text string) {
		for piece := range strings.SplitSeq(wrap(exchanges.Clean(text), p.w-4), "\n") {
			lines = append(lines, p.line(span{i, "   " + piece}))
		}
	}
	switch {
	case r.paste.Text != "":
		say(inkAccent, r.paste.Text)
	case len(r.paste.Remarks) == 0:
		say(inkMuted, "nothing: this machine's addresses are not known")
	}
	for _, remark := range r.paste.Remarks {
		say(inkMuted, remark)
	}
	return exactly(lines, p.w, machineAbout)
}
