package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// View draws the score with its gains, the timeline, what is to be done, and
// all about the line under the cursor.
func (p *overviewPage) View() string {
	if p.w <= 0 || p.h <= 0 || p.board == nil {
		return ""
	}
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	lines := []string{p.head()}
	for _, row := range p.gains {
		lines = append(lines, p.gainLine(row))
	}
	lines = append(lines, p.times.lines(p.box, p.w)...)
	if p.h >= overviewRoomy {
		lines = append(lines, p.rule("", ""))
	}
	lines = append(lines, p.body()...)
	lines = append(lines, p.rule(p.list.below(), p.place()))
	return strings.Join(exactly(append(lines, p.about()...), p.w, p.h), "\n")
}

//go:noinline // it has many callers
func (p *overviewPage) line(spans ...span) string { return p.box.line(p.w, tonePlain, spans...) }

// head says how well all is kept, and how much is not.
func (p *overviewPage) head() string {
	_, tint := p.grave.mark()
	left := []span{{inkHeader, " Overview"}, {inkText, "   score "}, {tint, p.over.Score.String()}}
	right := []span{}
	if n := len(p.board.rows); n > 0 {
		right = append(right, span{inkMuted, fmt.Sprintf("%d of %s to look at ", p.keys, plural(n, "key"))})
	}
	return p.box.sides(p.w, left, right)
}

const gainGap = 3

// flowing puts texts into as few lines of w cells as hold them, in order.
func flowing(texts []string, w int) [][]string {
	var out [][]string
	room := 0
	for _, t := range texts {
		n := cells(t)
		if len(out) == 0 || n+gainGap > room {
			out, room = append(out, nil), w+gainGap
		}
		out[len(out)-1] = append(out[len(out)-1], t)
		room -= n + gainGap
	}
	return out
}

// gainLine draws what would raise the score: the points stand out.
func (p *overviewPage) gainLine(texts []string) string {
	var spans []span
	for i, t := range texts {
		gap := " "
		if i > 0 {
			gap = strings.Repeat(" ", gainGap)
		}
		points, rest, _ := strings.Cut(t, " ")
		spans = append(spans, span{inkText, gap}, span{inkAccent, points}, span{inkText, " " + rest})
	}
	return p.line(spans...)
}

// rule draws a line across, with texts at its ends.
func (p *overviewPage) rule(left, right string) string {
	for _, text := range []*string{&left, &right} {
		if *text != "" {
			*text = " " + *text + " "
		}
	}
	left = strings.TrimRight(fit(left, min(cells(left), max(0, p.w-cells(right)-2))), " ")
	if left != "" {
		left += " "
	}
	return p.line(span{inkBorder, "─"}, span{inkMuted, left}, span{inkBorder, strings.Repeat("─", max(0, p.w-cells(left)-cells(right)-2))},
		span{inkMuted, right}, span{inkBorder, "─"})
}

// place says where in the list the cursor is.
func (p *overviewPage) place() string {
	if len(p.list.keys) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", p.list.at+1, len(p.list.keys))
}

// body draws the lines in sight.
func (p *overviewPage) body() []string {
	l := &p.list
	if len(l.lines) == 0 {
		why := "Nothing is to be done."
		if len(p.board.rows) == 0 {
			why = "There is no key yet."
		}
		return exactly([]string{p.line(span{inkMuted, " " + why})}, p.w, l.h)
	}
	out := make([]string, 0, l.h)
	columns := todoColumnsFor(p.w)
	for i := l.top; i < min(l.top+l.h, len(l.lines)); i++ {
		if l.lines[i].row == nil {
			out = append(out, p.line(headingSpans(&l.lines[i])...))
			continue
		}
		out = append(out, p.todo(&l.lines[i], columns, i == l.keys[l.at]))
	}
	return exactly(out, p.w, l.h)
}

// headingSpans name a group and say how bad it is.
func headingSpans(l *todoLine) []span {
	out := []span{{inkBold, " " + l.heading + " "}}
	for severity := policy.Critical; severity > policy.Info; severity-- {
		if n := l.tally[severity]; n > 0 {
			glyph, tint := state{severity: severity}.mark()
			out = append(out, span{tint, " " + glyph + strconv.Itoa(n)})
		}
	}
	return out
}

func acceptedTitle(n int) string { return fmt.Sprintf("Accepted (%d)", n) }

// todoColumns are the widths of the columns; the sentence takes what is left.
type todoColumns struct{ name, place, word int }

func todoColumnsFor(w int) todoColumns {
	switch {
	case w >= 160:
		return todoColumns{name: 28, place: 26, word: 15}
	case w >= 110:
		return todoColumns{name: 20, place: 20, word: 15}
	case w >= 80:
		return todoColumns{name: 16, place: 16, word: 15}
	}
	return todoColumns{name: 14, place: 11, word: 12}
}

// todo draws a key with the worst of what is wrong with it.
func (p *overviewPage) todo(l *todoLine, c todoColumns, here bool) string {
	t, pointer := tonePlain, "   "
	if here {
		t, pointer = toneCursor, " > "
	}
	b := p.box.newBrush(p.w, t)
	f := l.findings[0]
	glyph, tint := state{severity: f.Severity}.mark()
	text, plain := exchanges.Clean(f.Text), inkText
	if l.accepted != nil {
		glyph, tint, plain = "○", inkMuted, inkMuted
		text = acceptedWords(&l.accepted.Accepted)
	}
	b.put(tint, pointer+glyph+" ")
	b.cell(c.name, []span{{plain, l.row.name}})
	b.put(plain, " ")
	b.cell(c.place, todoPlace(l.row, c.place))
	b.put(plain, " ")
	b.cell(c.word, p.todoWord(l, tint))
	b.put(plain, " ")
	b.cell(max(0, p.w-b.width-1), []span{{plain, text}})
	return b.finish(p.w)
}

// todoWord is the finding's word and how many more the key has of the same
// group; while the exchange is asked, that.
func (p *overviewPage) todoWord(l *todoLine, tint ink) []span {
	if verifying(p.env, l.row.rec.ID) {
		return []span{{inkAccent, "◐ asking"}}
	}
	out := []span{{tint, exchanges.Clean(l.findings[0].Word)}}
	if more := len(l.findings) - 1; more > 0 {
		out = append(out, span{inkMuted, fmt.Sprintf(" +%d", more)})
	}
	return out
}

// todoPlace says where a key is, in w cells: its environment is never cut.
func todoPlace(r *row, w int) []span {
	env := exchanges.Clean(string(r.rec.Environment))
	tail := " " + env
	if w < 16 {
		tail = envTag(r.rec.Environment)
	}
	name := r.exchange
	if room := w - cells(tail); cells(name) > room {
		name = strings.TrimRight(fit(name, room), " ")
	}
	return []span{{inkMuted, name}, {envInk(r.rec.Environment), tail}}
}

// aboutShort is the most lines that have no room for the key's name, which is
// in the list.
const aboutShort = 4

// about says all of the line under the cursor, as far as there is room.
func (p *overviewPage) about() []string {
	l, some := p.list.chosen()
	if !some {
		return nil
	}
	f := &paragraphs{box: p.box, w: p.w, indent: 3}
	if p.aboutLines() > aboutShort {
		r := l.row.rec
		parts := []span{{inkBold, " " + l.row.name}, {inkMuted, " · " + l.row.exchange + " "}, {envInk(r.Environment), exchanges.Clean(string(r.Environment))}}
		if l.row.account != "" {
			parts = append(parts, span{inkMuted, " · " + l.row.account})
		}
		f.lines = append(f.lines, p.line(parts...))
	}
	if l.accepted != nil {
		f.wrong("○", inkMuted, "", acceptedWords(&l.accepted.Accepted), "")
	}
	for _, x := range l.findings {
		glyph, tint := state{severity: x.Severity}.mark()
		f.wrong(glyph, tint, exchanges.Clean(x.Word), exchanges.Clean(x.Text), exchanges.Clean(x.Action))
	}
	n := p.aboutLines()
	if len(f.lines) > n {
		f.lines[n-1] = p.line(span{inkMuted, "   … enter shows all"})
	}
	return exactly(f.lines, p.w, n)
}
