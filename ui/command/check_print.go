package command

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// checkFormats are the ways in which check prints; the first is what it does
// unasked.
var checkFormats = []struct {
	word  string
	print func(*App, *report) error
}{
	{"text", (*App).printCheckText},
	{"table", (*App).printCheckTable},
	{"markdown", (*App).printCheckMarkdown},
	{"prometheus", (*App).printMetrics},
	{"json", func(a *App, r *report) error { return a.printJSON(newCheckJSON(r)) }},
}

func parseCheckFormat(word string) (func(*App, *report) error, error) {
	var words []string
	for _, f := range checkFormats {
		if f.word == word {
			return f.print, nil
		}
		words = append(words, f.word)
	}
	return nil, unknownWord("--format", word, words)
}

// printCheckText prints a paragraph for each key that needs somebody.
func (a *App) printCheckText(r *report) error {
	if !r.asOf.IsZero() {
		if err := a.say("%s:\n", r.asOfText()); err != nil {
			return err
		}
	}
	for _, k := range r.keys {
		if _, loud := k.assessment.Loud(); !loud && !k.assessment.LoudlyAccepted() {
			continue
		}
		if err := a.say("%s (%s %s)\n", k.record.Name, placeOf(k.record), k.record.Environment); err != nil {
			return err
		}
		if err := a.printFindings(k); err != nil {
			return err
		}
	}
	if err := a.say("%s\n", r.sum()); err != nil {
		return err
	}
	return a.printStrays(len(r.strays))
}

// asOfText says by which moment keys are judged.
func (r *report) asOfText() string {
	return "as of " + r.asOf.UTC().Format(time.RFC3339) + ", by what is known now"
}

// sum counts the keys.
func (r *report) sum() string {
	fine := 0
	for _, k := range r.keys {
		if _, loud := k.assessment.Loud(); !loud {
			fine++
		}
	}
	return fmt.Sprintf("%d keys, %d fine", len(r.keys), fine)
}

// findingHead are the headings of the rows that findingRows makes.
var findingHead = []string{"SEVERITY", "KEY", "EXCHANGE", "ENV", "FINDING", "DEADLINE", "WHAT", "WHAT TO DO"}

// findingRows makes one row a finding, worst first.
func (r *report) findingRows() [][]string {
	var rows [][]string
	for severity := policy.Critical; ; severity-- {
		for _, k := range r.keys {
			for _, f := range k.assessment.Findings {
				if f.Severity != severity {
					continue
				}
				row := []string{f.Severity.String(), k.record.Name, placeOf(k.record), string(k.record.Environment), f.Code,
					deadlineText(k.assessment.Deadline), f.Text, f.Action}
				for i, cell := range row {
					row[i] = exchanges.Clean(cell)
				}
				rows = append(rows, row)
			}
		}
		if severity == policy.Info {
			return rows
		}
	}
}

func (a *App) printCheckTable(r *report) error {
	return buffered(a.Stdout, func(w io.Writer) error {
		if !r.asOf.IsZero() {
			fmt.Fprintln(w, r.asOfText())
		}
		if rows := r.findingRows(); len(rows) > 0 {
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, strings.Join(findingHead, "\t"))
			for _, row := range rows {
				fmt.Fprintln(t, strings.Join(row, "\t"))
			}
			if err := t.Flush(); err != nil {
				return err
			}
		}
		r.closing(w)
		return nil
	})
}

// printCheckMarkdown prints a table as GitHub Flavored Markdown has it.
func (a *App) printCheckMarkdown(r *report) error {
	return buffered(a.Stdout, func(w io.Writer) error {
		if !r.asOf.IsZero() {
			fmt.Fprintf(w, "%s\n\n", markdown(r.asOfText()))
		}
		if rows := r.findingRows(); len(rows) > 0 {
			markdownRow(w, findingHead)
			fmt.Fprintln(w, "|"+strings.Repeat(" --- |", len(findingHead)))
			for _, row := range rows {
				for i, c := range row {
					row[i] = markdown(c)
				}
				markdownRow(w, row)
			}
			fmt.Fprintln(w)
		}
		r.closing(w)
		return nil
	})
}

func markdownRow(w io.Writer, cells []string) {
	fmt.Fprintln(w, "| "+strings.Join(cells, " | ")+" |")
}

// closing says how many keys there are, and that there are others.
func (r *report) closing(w io.Writer) {
	fmt.Fprintln(w, r.sum())
	if n := len(r.strays); n > 0 {
		fmt.Fprintln(w, "\n"+straysText(n))
	}
}

// markdown makes a text stand for itself: a backslash takes every sign that
// Markdown gives a meaning to back to what it is (CommonMark, 2.4).
func markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>|~&$#@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
