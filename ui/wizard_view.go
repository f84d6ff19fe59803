package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
)

const (
	stepsWidth = 16 // the column that lists the steps
	stepsFrom  = 80 // below this width the steps are one line
)

// View draws the steps beside what the present one asks.
func (w *addWizard) View() string {
	s := w.env.Styles
	head := []string{
		s.Header.Render(ansi.Truncate(" "+w.heading(), w.w, "…")),
		s.Border.Render(strings.Repeat("─", w.w)),
	}
	if w.env.ASCII {
		head[1] = s.Border.Render(strings.Repeat("-", w.w))
	}
	bodyW, bodyH := w.w, max(0, w.h-len(head))
	if w.w >= stepsFrom {
		bodyW -= stepsWidth
	}
	lines, from, to := w.body(bodyW)
	if w.step >= addVerify {
		from = min(w.scroll, max(0, len(lines)-bodyH))
		to = from + bodyH
		lines = lines[from:]
	}
	body := page(lines, bodyW, bodyH, from, to)
	if w.w >= stepsFrom {
		body = beside(w.stepList(bodyH), body)
	}
	return page(append(head, strings.Split(body, "\n")...), w.w, w.h, 0, 0)
}

func (w *addWizard) heading() string {
	title := w.caption()
	if w.key.Exchange != "" && w.step > addWhere {
		title += fmt.Sprintf(" · %s · %s", w.exchange(), w.key.Environment)
	}
	if w.key.Name != "" && w.step > addWhat {
		title += " · " + w.key.Name
	}
	return title + fmt.Sprintf("   step %d of %d", slices.Index(w.path(), w.step)+1, len(w.path()))
}

// stepList draws the list of steps, h lines of stepsWidth cells.
func (w *addWizard) stepList(h int) []string {
	s := w.env.Styles
	done, here := "✓", "▸"
	if w.env.ASCII {
		done, here = "+", ">"
	}
	out := make([]string, h)
	for i := range out {
		out[i] = strings.Repeat(" ", stepsWidth)
	}
	for i, step := range w.path() {
		if i+1 >= h {
			break
		}
		mark, style := " ", s.Faint
		switch {
		case step < w.step:
			mark, style = done, s.OK
		case step == w.step:
			mark, style = here, s.Accent
		}
		text := fmt.Sprintf("  %s %s", mark, w.stepName(step))
		out[i+1] = style.Render(text) + strings.Repeat(" ", stepsWidth-ansi.StringWidth(text))
	}
	return out
}

// beside puts a column of equal lines left of a body.
func beside(left []string, body string) string {
	lines := strings.Split(body, "\n")
	for i := range lines {
		lines[i] = left[i] + lines[i]
	}
	return strings.Join(lines, "\n")
}

func (w *addWizard) body(width int) (lines []string, from, to int) {
	s := w.env.Styles
	if w.step < addVerify {
		intro := ""
		if w.step == addPaste {
			intro = w.pasteIntro()
		}
		lines = indent([]string{""}, s.Muted, intro, width, 2)
		if intro != "" {
			lines = append(lines, "")
		}
		n := len(lines)
		form, from, to := w.forms[w.step].draw(s, width-2)
		return append(lines, form...), from + n, to + n
	}
	switch {
	case w.busy != "":
		lines = indent([]string{""}, s.Accent, w.busy+" …", width, 2)
		lines = append(lines, "")
		lines = indent(lines, s.Muted, "esc gives up; nothing is saved until you say so", width, 2)
	case w.failure != nil:
		what, hint := explain(w.failure)
		lines = w.bad(what, hint, width)
	case w.info().Manual:
		lines = w.vouched(width)
	case w.trial.Err != nil:
		lines = w.diagnosis(width)
	default:
		lines = w.accepted(width)
	}
	return lines, 0, 0
}

func (w *addWizard) pasteIntro() string {
	if w.info().Manual {
		return w.statedIntro()
	}
	if _, ok := w.spare(); ok {
		return "This is the demo: " + spareShortcut + " fills in a made-up key of the simulated " + w.info().Name + "."
	}
	site, _ := w.info().Site(w.key.Environment, w.key.Site)
	return fmt.Sprintf("Paste the parts of the key. Nothing is sent before the last field, and nothing is saved before %s accepted it. Your keys are at %s",
		w.info().Name, site.KeysPage)
}

// bad draws an error in two parts: what failed, and what to do.
func (w *addWizard) bad(what, hint string, width int) []string {
	s := w.env.Styles
	lines := indent([]string{""}, s.Danger, "✗ "+what, width, 2)
	lines = indent(lines, s.Text, hint, width, 4)
	return append(lines, "")
}

// diagnosis explains why the exchange did not accept the key.
func (w *addWizard) diagnosis(width int) []string {
	s, e := w.env.Styles, w.trial.Err
	what := fmt.Sprintf("%s: %s", w.info().Name, e.Kind.Sentence())
	if e.Code != "" {
		what += " (" + exchanges.Clean(e.Code) + ")"
	}
	lines := w.bad(what, e.Hint, width)
	if e.Err != nil {
		lines = indent(lines, s.Faint, exchanges.Clean(e.Err.Error()), width, 4)
	}
	saved := "Nothing was saved."
	if !e.Kind.Verdict() {
		saved += " The exchange gave no verdict about the key itself."
	}
	return indent(lines, s.Muted, saved, width, 2)
}

// accepted shows what the exchange says of the key, before it is saved.
func (w *addWizard) accepted(width int) []string {
	s, i := w.env.Styles, w.trial.Info
	lines := indent([]string{""}, s.OK, fmt.Sprintf("✓ %s accepted the key in %d ms", w.info().Name, w.trial.Took.Milliseconds()), width, 2)
	lines = append(lines, "")
	rows := [][2]string{
		{"may do", grantWords(i.Permissions)},
		{"exchange says", strings.Join(i.ExchangePermissions, " ")},
		{"from", ipWords(i.IPs)},
		{"created", momentWords(i.Created, "not told")},
		{"expires", momentWords(i.Expires, "never")},
		{"last used", momentWords(i.LastUsed, "never")},
	}
	if i.Label != "" {
		rows = append(rows, [2]string{"label there", exchanges.Clean(i.Label)})
	}
	if i.Clock.Known {
		rows = append(rows, [2]string{"clock", fmt.Sprintf("%+d ms", i.Clock.Offset.Milliseconds())})
	}
	for _, n := range i.Notes {
		rows = append(rows, [2]string{"note", n})
	}
	for _, row := range rows {
		lines = append(lines, w.factRow(row[0], row[1], width)...)
	}
	lines = append(lines, "")
	return append(lines, w.warnings(i.Permissions, i.IPs, width)...)
}

// factRow writes a fact beside its name.
func (w *addWizard) factRow(name, value string, width int) []string {
	lines := indent(nil, w.env.Styles.Text, value, width, 16)
	if len(lines) > 0 {
		lines[0] = "  " + w.env.Styles.Muted.Render(fmt.Sprintf("%-14s", name)) + strings.TrimPrefix(lines[0], strings.Repeat(" ", 16))
	}
	return lines
}

// warnings names what a careful trader would mend at the exchange.
func (w *addWizard) warnings(may exchanges.PermissionSet, ips exchanges.IPWhitelist, width int) []string {
	var lines []string
	warn := func(what, hint string) {
		lines = indent(lines, w.env.Styles.Warning, "▲ "+what, width, 2)
		lines = indent(lines, w.env.Styles.Text, hint, width, 4)
	}
	if may.Has(exchanges.Withdraw) {
		warn("this key may withdraw", "A bot never needs that. Edit the key at the exchange and switch withdrawals off.")
	}
	if ips.State == exchanges.IPAny {
		warn("this key works from any address", "Give it an IP whitelist at the exchange, so that a stolen secret is worth nothing elsewhere.")
	}
	return lines
}

// grantWords lists every permission with its answer, in words.
func grantWords(s exchanges.PermissionSet) string {
	if !s.Known() {
		return "unknown: the exchange does not say"
	}
	var out []string
	for _, p := range exchanges.Permissions() {
		switch s.Get(p) {
		case exchanges.Granted:
			out = append(out, p.String()+" ✓")
		case exchanges.Unknown:
			out = append(out, p.String()+" ?")
		case exchanges.NotGranted:
			if p != exchanges.Other {
				out = append(out, p.String()+" –")
			}
		}
	}
	return strings.Join(out, "   ")
}

func ipWords(w exchanges.IPWhitelist) string {
	switch w.State {
	case exchanges.IPList:
		return strings.Join(w.Entries, ", ")
	case exchanges.IPAny:
		return "any address"
	case exchanges.IPRestricted:
		return "a list that the exchange does not show"
	case exchanges.IPUnknown:
	}
	return "unknown: the exchange does not say"
}
