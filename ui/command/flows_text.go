package command

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// progress tells a person, line by line, how a flow goes on.
type progress struct {
	out     io.Writer
	began   bool
	done    map[string]bool // stages
	notes   int
	problem string
	due     time.Time
}

// silent is for --json, where nothing but the JSON is printed.
type silent struct{}

func (silent) moved(*flow.Update)            {}
func (silent) answered(*flow.Update, string) {}
func (silent) waiting(*flow.Update)          {}

// moved prints the stages that are done and the notes that are new since it
// was last called. What was there at the start is no news.
func (p *progress) moved(u *flow.Update) {
	if !p.began {
		p.began, p.done, p.notes = true, map[string]bool{}, len(u.State.Notes)
		for _, s := range u.State.Stages() {
			p.done[s.Name] = s.Done
		}
	}
	for _, s := range u.State.Stages() {
		if s.Done && !p.done[s.Name] && !u.State.Ended {
			p.line("✓", s.Name)
		}
		p.done[s.Name] = s.Done
	}
	for ; p.notes < len(u.State.Notes); p.notes++ {
		p.line("·", u.State.Notes[p.notes])
	}
	now := ""
	if f := problemOf(u); f != nil {
		now = f.What
	}
	if now != p.problem && now != "" {
		p.line("✗", now)
	}
	p.problem = now
}

func (p *progress) answered(u *flow.Update, with string) {
	p.line("→", fmt.Sprintf("asks: %s: %s", u.Prompt.Title, with))
}

func (p *progress) waiting(u *flow.Update) {
	if u.Prompt.Due.Equal(p.due) {
		return
	}
	p.due = u.Prompt.Due
	p.line("…", fmt.Sprintf("%s: goes on by itself at %s", u.Prompt.Title, p.due.Format(time.TimeOnly)))
}

func (p *progress) line(mark, text string) {
	fmt.Fprintf(p.out, "%s %s\n", mark, exchanges.Clean(text))
}

// printEnd prints where a flow was left.
func printEnd(w io.Writer, e *end) {
	u := &e.update
	switch {
	case u.Done:
		fmt.Fprintln(w, exchanges.Clean(u.State.Outcome))
		for _, l := range u.State.Left {
			fmt.Fprintln(w, "  left: "+exchanges.Clean(l))
		}
		return
	case u.Prompt != nil:
		printPrompt(w, u.Prompt)
	}
	if u.State.ID == "" { // it could not be looked at
		return
	}
	fmt.Fprintf(w, "The flow stays as it is. Go on with: keyrota resume %s --answers FILE\n", u.State.ID)
	if u.Prompt != nil {
		fmt.Fprintln(w, "  "+example(u.Prompt))
	}
}

// printPrompt prints what is asked, so that the answer can be written.
func printPrompt(w io.Writer, p *flow.Prompt) {
	fmt.Fprintf(w, "→ asks: %s (%s)\n", exchanges.Clean(p.Title), p.ID)
	for _, t := range p.Text {
		indent(w, "  ", t)
	}
	for _, t := range p.Warn {
		indent(w, "  ! ", t)
	}
	if p.Page != "" {
		indent(w, "  page  ", p.Page)
	}
	for i, l := range p.Guide {
		indent(w, fmt.Sprintf("  %2d  ", i+1), l.Text)
		for _, m := range l.Many {
			indent(w, "        ", m)
		}
		for c := range strings.Lines(l.Copy) { // a public key has several
			indent(w, "        ", c)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range p.Review {
		row(t, r.What, "asked "+r.Asked, "found "+r.Found, r.Mark)
	}
	for _, f := range p.Fields {
		row(t, "field "+strings.Join(inputNames(f), ", "), strings.Join(inputWords(f), "; "))
	}
	for _, c := range choicesOf(p) {
		row(t, "choice "+c.ID, strings.TrimSuffix(c.Label+": "+c.Help, ": "))
	}
	_ = t.Flush()
}

// inputWords describes a field: what it is, what it may be, what it is if
// nothing is said.
func inputWords(f flow.Field) []string {
	var out []string
	for _, t := range []string{f.Label, f.Help} {
		if t != "" {
			out = append(out, t)
		}
	}
	if len(f.Options) > 0 {
		var values []string
		for _, o := range f.Options {
			if o.Value != "" && !slices.Contains(values, o.Value) {
				values = append(values, o.Value)
			}
		}
		out = append(out, "of "+strings.Join(values, ", "))
	}
	if f.Default != "" {
		out = append(out, "default "+f.Default)
	}
	return out
}

func indent(w io.Writer, with, text string) { fmt.Fprintln(w, with+exchanges.Clean(text)) }

func row(w io.Writer, cells ...string) {
	for i, c := range cells {
		cells[i] = exchanges.Clean(c)
	}
	fmt.Fprintln(w, "  "+strings.Join(cells, "\t"))
}

// example is an answers file for a prompt, to be filled in.
func example(p *flow.Prompt) string {
	choice := ""
	for _, c := range choicesOf(p) {
		if choice == "" || !c.Bare {
			choice = c.ID
		}
		if !c.Bare {
			break
		}
	}
	parts := []string{pair(nameChoice, choice)}
	for _, f := range p.Fields {
		value := f.Default
		if f.Kind == flow.FieldPhrase {
			value = f.Want
		}
		if value == "" {
			value = "…"
		}
		for _, name := range inputNames(f) {
			parts = append(parts, pair(name, value))
		}
	}
	return fmt.Sprintf("{%s: {%s}}", quoted(string(p.ID)), strings.Join(parts, ", "))
}

func pair(name, value string) string { return quoted(name) + ": " + quoted(value) }

func quoted(s string) string {
	b, _ := json.Marshal(exchanges.Clean(s)) // a string never fails
	return string(b)
}

// printOpen lists unfinished flows.
func printOpen(w io.Writer, open []flow.Summary) error {
	if len(open) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is unfinished.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FLOW\tKIND\tNAME\tEXCHANGE\tENV\tAT\tMOVED\tSTUCK ON")
	for _, s := range open {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Kind, exchanges.Clean(s.Name), placeName(s.Exchange, s.Venue), s.Environment,
			s.Step, s.Moved.UTC().Format("2006-01-02 15:04"), exchanges.Clean(s.Problem))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\nGo on with one: keyrota resume FLOW on a terminal, or keyrota resume FLOW --answers FILE.")
	return err
}
