package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// exchange is the name of the flow's exchange.
func (p *flowPage) exchange() string {
	plan := p.u.State.Plan
	if plan.Exchange == "" {
		return "the exchange"
	}
	return placeName(exchangeNames(p.env.Desk.Exchanges()), plan.Exchange, plan.Venue)
}

// keysLine says how the keys are that the flow is about.
func (p *flowPage) keysLine() string {
	st, s := &p.u.State, p.env.Styles
	if st.Kind != flow.Rotate && st.Kind != flow.Revoke || p.gone != nil {
		return ""
	}
	text := " old " + keyWords(exchanges.Clean(st.Old.Masked), oldWords(st))
	if st.Kind == flow.Rotate {
		text += "  →  new " + keyWords(exchanges.Clean(st.New.Masked), newWords(st.New))
	}
	return s.Muted.Render(ansi.Truncate(text, p.w, "…"))
}

func keyWords(masked, how string) string { return strings.TrimSpace(masked + " " + how) }

func oldWords(st *flow.State) string {
	switch st.Proof.Verdict {
	case flow.Proven:
		return "proven dead"
	case flow.Refused:
		return "refused"
	case flow.Stated:
		return "deleted, as you said"
	case flow.Open:
	}
	switch {
	case st.Old.Gone:
		return "revoked"
	case st.Old.Refused != "":
		return "refused by the exchange"
	case st.Old.Blind:
		return "secret not in the keyring"
	case !st.Old.Accepted.IsZero(), st.Old.Listed:
		return "live"
	}
	return "not checked yet"
}

func newWords(k flow.Key) string {
	switch {
	case k.Masked == "":
		return "not made yet"
	case k.Gone:
		return "revoked"
	case k.Verified:
		return "verified"
	}
	return "not verified yet"
}

// stageMarks are the marks of stages: done, here, to come.
func (p *flowPage) stageMark(g flow.Stage) string {
	done, here := "✓", "▸"
	if p.env.ASCII {
		done, here = "+", ">"
	}
	switch {
	case g.Here:
		return here
	case g.Done:
		return done
	}
	return " "
}

// stages are the steps of the flow. Of one that was abandoned only those are
// done that it had got through before.
func (p *flowPage) stages() []flow.Stage {
	now := p.u.State.Stages()
	if !p.abandoning() {
		return now
	}
	got := each(p.got, func(g flow.Stage) flow.Stage { g.Here = false; return g })
	if p.u.State.Step == flow.StepDone {
		return got
	}
	return append(got, now[len(now)-1]) // the step aside comes last
}

// abandoning reports whether the flow has left its path.
func (p *flowPage) abandoning() bool {
	st := &p.u.State
	return st.Ended || st.Step == flow.StepUndo || st.Step == flow.StepKeep
}

// stageList draws the stages, h lines of stepsWidth cells.
func (p *flowPage) stageList(h int) []string {
	s := p.env.Styles
	out := make([]string, h)
	for i := range out {
		out[i] = strings.Repeat(" ", stepsWidth)
	}
	if p.gone != nil {
		return out
	}
	for i, g := range p.stages() {
		if i+1 >= h {
			break
		}
		style := s.Faint
		switch {
		case g.Here:
			style = s.Accent
		case g.Done:
			style = s.OK
		}
		out[i+1] = style.Render(fit("  "+p.stageMark(g)+" "+g.Name, stepsWidth))
	}
	return out
}

// stageLine draws the stages on one line; where there is no room for all, what
// is past goes first.
func (p *flowPage) stageLine() string {
	stages := p.stages()
	here := 0
	words := make([]string, len(stages))
	for i, g := range stages {
		words[i] = strings.TrimSpace(g.Name + " " + p.stageMark(g))
		if g.Here {
			here = i
		}
	}
	from, cut := 0, ""
	text := func() string { return " " + cut + strings.Join(words[from:], " · ") }
	for from < here-1 && ansi.StringWidth(text()) > p.w {
		from++
		cut = "… · "
	}
	return p.env.Styles.Muted.Render(ansi.Truncate(text(), p.w, "…"))
}

// body draws what the flow says now.
func (p *flowPage) body(w int) sheet {
	t := sheet{w: w}
	s := p.env.Styles
	t.line("")
	switch {
	case p.gone != nil:
		what, hint := explain(p.gone)
		t.para(s.Danger, "✗ "+what, 2)
		t.para(s.Text, hint, 4)
	case p.u.Done:
		p.ending(&t)
	case p.working():
		p.work(&t)
	case p.ask != nil:
		p.prompt(&t)
	default:
		t.para(s.Accent, "◐ "+p.dueWords("goes on", "a moment …"), 2)
		t.blank()
		t.para(s.Muted, "q leaves; it goes on all the same", 2)
	}
	return t
}

// work says what is waited for.
func (p *flowPage) work(t *sheet) {
	s := p.env.Styles
	glyph := spinFrames[0]
	if p.env.Animate {
		glyph = spinFrames[p.spin%len(spinFrames)]
	}
	what := "the simulated exchange does what was asked for"
	if p.cancel == nil {
		what = effectWords(p.u.Busy, p.exchange())
	}
	t.para(s.Accent, glyph+" "+what+" …", 2)
	t.blank()
	if p.stopping {
		t.para(s.Muted, "stopping: you are asked what to do as soon as it is known what came of it", 2)
		return
	}
	t.para(s.Muted, "esc gives up waiting and asks what to do; q leaves, and it goes on all the same", 2)
}

// effectWords says what the flow is doing, as the sentence behind a spinner.
func effectWords(e flow.Effect, exchange string) string {
	if words, ok := effects[e]; ok {
		return strings.ReplaceAll(words, "EXCHANGE", exchange)
	}
	return strings.ReplaceAll(exchanges.Clean(string(e)), "-", " ")
}

var effects = map[flow.Effect]string{
	flow.DoEcho:      "asking which address this machine has on the internet",
	flow.DoPreflight: "checking the keyring, EXCHANGE's clock and whether the old key is accepted",
	flow.DoPair:      "making the key pair on this machine",
	flow.DoCreate:    "asking EXCHANGE to make the key",
	flow.DoReconcile: "looking for the key among those of EXCHANGE, by its label",
	flow.DoStage:     "storing the new secret in the keyring",
	flow.DoRecall:    "looking for the new secret in the keyring",
	flow.DoRestrict:  "asking EXCHANGE to set the key's rights and addresses",
	flow.DoVerify:    "asking EXCHANGE what the new key may do",
	flow.DoSwitch:    "writing keys.toml: the new key is the one in use from now on",
	flow.DoHook:      "running the command that hands over the new key",
	flow.DoFile:      "writing the file that hands over the new key",
	flow.DoLook:      "asking EXCHANGE when the old key was last used",
	flow.DoRevoke:    "asking EXCHANGE to revoke the key",
	flow.DoProve:     "asking EXCHANGE whether the key is still accepted",
	flow.DoForget:    "removing the old secret from the keyring",
	flow.DoUndo:      "asking EXCHANGE to revoke the new key again",
	flow.DoKeep:      "keeping the key that lives as a key of its own",
	flow.DoAudit:     "writing down what happened",
}

// ending says how the flow ended and what is left to do.
func (p *flowPage) ending(t *sheet) {
	s, st := p.env.Styles, &p.u.State
	outcome := cleanAll(st.Outcome)
	if outcome == "" {
		outcome = p.Title() + ": done"
	}
	mark, style := "✓ ", s.OK
	if len(st.Left) > 0 {
		mark, style = "▲ ", s.Warning
	}
	t.para(style, mark+outcome, 2)
	list := func(title string, items []string) {
		if len(items) == 0 {
			return
		}
		t.blank()
		t.para(s.Bold, title, 2)
		for _, item := range items {
			t.para(s.Text, "· "+cleanAll(item), 4)
		}
	}
	list("What is left at the exchange", st.Left)
	list("Noticed on the way", st.Notes)
}

// dueWords says when something happens by itself.
func (p *flowPage) dueWords(what, unless string) string {
	due := p.due()
	if due.IsZero() {
		return unless
	}
	left := due.Sub(p.env.Now())
	switch {
	case left <= 0:
		return what + " now"
	case left < 2*time.Minute:
		return fmt.Sprintf("%s in %d s", what, (left+time.Second-1)/time.Second)
	}
	return fmt.Sprintf("%s in %d min", what, (left+time.Minute-1)/time.Minute)
}
