package ui

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// View draws the part of the checklist that fits.
func (p *diagnosePage) View() string {
	if p.w <= 0 || p.h <= 0 {
		return ""
	}
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	all := p.text()
	p.top = min(p.top, max(0, len(all)-p.h))
	lines := append([]string(nil), all[p.top:min(len(all), p.top+p.h)]...)
	for len(lines) < p.h {
		lines = append(lines, p.box.line(p.w, tonePlain))
	}
	if below := len(all) - p.top - p.h; below > 0 {
		lines[p.h-1] = p.box.line(p.w, tonePlain, span{inkMuted, " ↓ " + plural(below+1, "more line")})
	}
	return strings.Join(lines, "\n")
}

// text writes the whole page, one string a line: the verdict, what is left, what
// is not known, and what is ruled out.
func (p *diagnosePage) text() []string {
	f := &paragraphs{box: p.box, w: p.w, indent: 1}
	p.head(f)
	f.indent = 3
	switch {
	case p.err != nil:
		what, hint := explain(p.err)
		f.wrong("✗", inkDanger, "not looked", what, hint)
	case p.found.Record == nil:
		return f.lines
	}
	f.blank()
	left := map[exchanges.Cause]bool{}
	for _, cause := range p.found.Causes {
		left[cause.Code] = true
		for i := range p.found.Checks {
			if c := &p.found.Checks[i]; c.Code == cause.Code {
				p.check(f, c, string(c.Code))
			}
		}
	}
	for _, s := range []diagnose.State{diagnose.StateUntested, diagnose.StateRuledOut} {
		f.blank()
		p.rest(f, s, left)
	}
	return f.lines
}

// rest writes the checks of a state that are no causes left. Those of which the
// same is to be said share a paragraph.
func (p *diagnosePage) rest(f *paragraphs, s diagnose.State, left map[exchanges.Cause]bool) {
	said := map[string]bool{}
	for i := range p.found.Checks {
		c := &p.found.Checks[i]
		if c.State != s || left[c.Code] || said[c.Text] {
			continue
		}
		said[c.Text] = true
		names := string(c.Code)
		for _, o := range p.found.Checks[i+1:] {
			if o.State == s && !left[o.Code] && o.Text == c.Text {
				names += ", " + string(o.Code)
			}
		}
		p.check(f, c, names)
	}
}

// pending reports whether a check waits for the person's word.
func pending(c *diagnose.Check) bool { return c.State == diagnose.StateUntested && c.Test != "" }

// head says which key this is and what came out.
func (p *diagnosePage) head(f *paragraphs) {
	title := []span{{inkHeader, " Diagnosis"}}
	if r, ok := p.env.Desk.Snapshot().ByID(p.id); ok {
		env := span{envInk(r.Environment), exchanges.Clean(string(r.Environment))}
		title = append(title, span{inkBold, "  " + exchanges.Clean(r.Name)}, span{inkMuted, " · " + exchangeName(p.env, r.Exchange) + " · "}, env)
	}
	f.lines = append(f.lines, f.box.line(f.w, tonePlain, title...))
	if p.looking {
		frame := spinFrames[0]
		if p.env.Animate {
			frame = spinFrames[p.spin%len(spinFrames)]
		}
		f.para("", words(inkAccent, frame+" asking …")...)
		return
	}
	if p.found.Record != nil {
		f.para("", words(inkText, p.verdict())...)
	}
}

// verdict is what came out, in a sentence.
func (p *diagnosePage) verdict() string {
	d := &p.found
	switch name := d.Evidence.Exchange; {
	case d.Works && !d.Found():
		return "✓ " + name + " accepts the key."
	case d.Works:
		return "▲ " + name + " accepts the key, but something else is wrong."
	case len(d.Causes) > 0 && d.Causes[0].Likelihood == diagnose.Certain:
		return "✗ The cause was found."
	case len(d.Causes) > 0 && d.Causes[0].Likelihood == diagnose.Likely:
		return "✗ The cause is probably the first one."
	}
	return "? The cause is not certain: the likeliest are first to be looked at."
}

// check writes one row of the checklist, of the causes that names has.
func (p *diagnosePage) check(f *paragraphs, c *diagnose.Check, names string) {
	mark, tint, word := diagnoseMark(c)
	spans := append(words(tint, names), words(inkMuted, word)...)
	f.para(mark, append(spans, words(inkText, exchanges.Clean(c.Text))...)...)
	action := exchanges.Clean(c.Action)
	switch {
	case pending(c):
		action = diagnoseKeys[c.Test] + " tests it"
	case c.State == diagnose.StateUntested || c.State == diagnose.StateRuledOut:
		return
	case c.Test != "":
		action += " (" + diagnoseKeys[c.Test] + " tells more)"
	}
	if action != "" {
		f.para("", append([]span{{inkAccent, "→"}}, words(inkMuted, action)...)...)
	}
}

// diagnoseKeys are the keys that make the tests.
var diagnoseKeys = map[diagnose.Test]string{diagnose.TestAddresses: "a", diagnose.TestSites: "s", diagnose.TestEnvironments: "n"}

// diagnoseMark is how a check is marked, by a sign, an ink and a word.
func diagnoseMark(c *diagnose.Check) (mark string, tint ink, word string) {
	switch c.State {
	case diagnose.StateProblem:
		return "✗", inkDanger, "cause:"
	case diagnose.StateLikely:
		return "✗", inkDanger, "likely:"
	case diagnose.StatePossible:
		return "?", inkWarning, "possible:"
	case diagnose.StateRuledOut:
		return "✓", inkOK, "ruled out:"
	case diagnose.StateUntested:
	}
	return "·", inkUnknown, "open:"
}
