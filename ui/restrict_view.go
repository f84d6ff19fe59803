package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// scroll moves the text and keeps it within bounds.
func (p *restrictPage) scroll(n int) {
	t := p.sheet()
	p.top = max(0, min(min(p.top, p.most(&t))+n, p.most(&t)))
}

// most is the furthest that the text can be scrolled.
func (p *restrictPage) most(t *sheet) int { return max(0, len(t.lines)-p.h) }

// View draws the part of the text that fits, and says how much is below it.
func (p *restrictPage) View() string {
	t := p.sheet()
	top := min(p.top, p.most(&t))
	lines := append([]string(nil), t.lines[top:]...)
	if below := len(lines) - p.h; below > 0 {
		lines[p.h-1] = p.env.Styles.Muted.Render(" ↓ " + plural(below+1, "more line"))
	}
	return page(lines, p.w, p.h, 0, 0)
}

// sheet writes the whole page.
func (p *restrictPage) sheet() sheet {
	t, s := sheet{w: p.w}, p.env.Styles
	if p.rec == nil {
		t.remarks(remark{s.Muted, "This key is no longer in keyrota."})
		return t
	}
	p.head(&t)
	t.remarks(p.wanted()...)
	p.steps(&t)
	p.answer(&t)
	return t
}

// head says which key this is, and what is wrong with it.
func (p *restrictPage) head(t *sheet) {
	s, r := p.env.Styles, p.rec
	env := exchanges.Clean(string(r.Environment))
	name := s.Header.Render(" Restrict " + exchanges.Clean(r.Name) + " · " + p.exchange() + " · ")
	t.line(ansi.Truncate(name+s.Environment(env).Render(env)+s.Muted.Render(" · key "+exchanges.Clean(r.KeyID)), p.w, "…"))
	for i := range p.wrong {
		f := &p.wrong[i]
		glyph, style := "▲", s.Warning
		switch f.Severity {
		case policy.Critical:
			glyph, style = "✗", s.Danger
		case policy.Info:
			glyph, style = "·", s.Muted
		case policy.Warning:
		}
		t.remarks(remark{style, glyph + " " + exchanges.Clean(f.Word) + "  " + exchanges.Clean(f.Text)})
	}
	if len(p.wrong) == 0 {
		t.remarks(remark{s.OK, "✓ nothing is wrong with what it may do, and from where"})
	}
	t.blank()
}

func (p *restrictPage) exchange() string {
	if p.rec.Venue != "" {
		return exchanges.Clean(p.rec.Venue)
	}
	return exchangeName(p.env, p.rec.Exchange)
}

// remark is a paragraph at the edge of the page.
type remark struct {
	style Style
	text  string
}

//go:noinline // it has many callers
func (t *sheet) remarks(all ...remark) {
	for _, r := range all {
		t.para(r.style, r.text, 1)
	}
}

// wanted says what the key should be like, and why.
func (p *restrictPage) wanted() []remark {
	s := p.env.Styles
	if !p.changes() {
		return []remark{{s.Warning, p.exchange() + " does not let a key be changed. Press r: a new key takes its place."}}
	}
	first := remark{s.Text, "It should be able to: " + permissionWords(p.how.Want.All(exchanges.Granted)) + p.because() + "."}
	switch {
	case !p.how.Rights:
		first = remark{s.Warning, p.exchange() + " does not let the rights of a key be changed. For fewer rights press r: a new key takes its place."}
	case !p.how.Want.Known():
		first.text = "What it should be able to do is not known: leave on what its program needs, and nothing else."
	}
	out := []remark{first}
	if p.how.Rights && len(p.how.Off) > 0 {
		out = append(out, remark{s.Bold, "To switch off: " + permissionWords(p.how.Off) + "."})
	}
	if len(p.how.Cut) > 0 {
		out = append(out, remark{s.Text, "Not to stay on its list: " + cleanJoin(p.how.Cut, ", ") + ". Enter the single addresses of your machines instead."})
	}
	if len(p.how.Added) > 0 {
		out = append(out, remark{s.Text, "The addresses below have this machine's too: " + cleanJoin(p.how.Added, ", ") +
			". Leave it out if nothing here uses the key; keyrota cannot verify it from here then."})
	}
	if n := len(p.how.From.Entries); p.how.Most > 0 && n > p.how.Most {
		out = append(out, remark{s.Warning, fmt.Sprintf("%d addresses, and %s takes %d: shorten the list.", n, p.exchange(), p.how.Most)})
	}
	return out
}

func (p *restrictPage) because() string {
	if p.how.Needed {
		return `, which is what its purpose "` + exchanges.Clean(p.rec.Purpose) + `" needs`
	}
	if len(p.how.Off) == 0 {
		return ", which is what it has now"
	}
	return ", which is what it has now, without what can empty the account"
}

func permissionWords(all []exchanges.Permission) string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = x.String()
	}
	return strings.Join(out, ", ")
}

// steps draws what to do on the exchange's page.
func (p *restrictPage) steps(t *sheet) {
	s := p.env.Styles
	t.blank()
	if p.how.Page != "" {
		for piece := range strings.SplitSeq(ansi.Hardwrap(p.how.Page, max(8, t.w-3), true), "\n") {
			t.line(" " + link(p.env, p.how.Page, s.Accent.Render(piece)))
		}
	}
	var mark func(int)
	if p.env.Copy != nil {
		mark = func(int) { t.copyKey(s, "c", func() tea.Cmd { return p.copy() }) }
	}
	drawGuide(t, s, p.how.Steps, mark)
	words := ""
	if p.how.AsOf != "" {
		words = "The page's words are those of " + exchanges.Clean(p.how.AsOf) + "."
	}
	if p.how.Manual {
		words = "keyrota does not know " + p.exchange() + "'s page: what is called so here may have other names there. When it is done, press e and state it."
	}
	t.remarks(remark{s.Muted, words})
	t.blank()
}

// answer says what the exchange said once it was asked.
func (p *restrictPage) answer(t *sheet) {
	s := p.env.Styles
	switch {
	case p.how.Manual:
	case verifying(p.env, p.id):
		t.remarks(remark{s.Accent, "◐ asking " + p.exchange() + " …"})
	case p.problem != "":
		t.remarks(remark{s.Danger, "✗ " + p.problem}, remark{s.Text, p.hint})
	case p.review != nil:
		reviewTable(t, s, p.review)
		t.remarks(p.verdict())
	default:
		t.remarks(remark{s.Muted, "Then press v: " + p.exchange() + " is asked whether the key is so."})
	}
}

// verdict sums up the lines of the answer.
func (p *restrictPage) verdict() remark {
	s, off, open := p.env.Styles, 0, 0
	for i := range p.review {
		switch p.review[i].Mark {
		case flow.MarkWider, flow.MarkNarrower:
			off++
		case flow.MarkUnknown:
			open++
		}
	}
	switch {
	case off > 0:
		return remark{s.Danger, "✗ " + plural(off, "line") + " not as wanted yet. A change may take some minutes; v asks again."}
	case open > 0:
		return remark{s.Unknown, "? As wanted, as far as it is told; look at the rest on the page."}
	case len(p.review) == 0:
		return remark{s.Unknown, "? Nothing that is wanted is known: look at the page."}
	}
	return remark{s.OK, "✓ The key is as wanted."}
}
