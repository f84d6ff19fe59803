package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// hiddenMark stands for what is shown with --reveal only.
const hiddenMark = "…hidden, --reveal shows it"

// print writes a signed call for people.
func (c *signedCall) print(w io.Writer) error {
	fmt.Fprintf(w, "%s · %s %s · %s\n", c.record.Name, placeOf(c.record), c.record.Environment, exchanges.Clean(c.call.Method+" "+c.call.Path))
	fmt.Fprintf(w, "Nothing is sent. The moment is %s%s.\n\n", c.call.At.UTC().Format("2006-01-02T15:04:05.000Z"), c.clock())
	for i, s := range c.shown.Steps {
		fmt.Fprintf(w, "%2d  %s\n", i+1, strings.TrimRight(fmt.Sprintf("%-15s %s", s.Name, s.How), " "))
		writeText(w, s.Text)
	}
	fmt.Fprintf(w, "\nThe call\n    %s %s\n", c.shown.Method, drawn(c.shown.URL))
	for _, name := range slices.Sorted(maps.Keys(c.shown.Header)) {
		fmt.Fprintf(w, "    %s: %s\n", name, drawn(strings.Join(c.shown.Header[name], ",")))
	}
	if c.shown.Body != "" {
		fmt.Fprintln(w)
		writeText(w, c.shown.Body)
	}
	fmt.Fprintln(w, "\nWhoever sees the signature can send the call until it expires.")
	for _, note := range c.notes() {
		fmt.Fprintln(w, note)
	}
	return c.printMatches(w)
}

// clock says whose moment it is, where nobody gave one.
func (c *signedCall) clock() string {
	if c.flags.at == "" {
		return ", by this machine's clock"
	}
	return ""
}

func (c *signedCall) notes() []string {
	notes := slices.Clone(c.shown.Notes)
	if strings.HasSuffix(c.shown.Body, "\n") {
		notes = append(notes, "The body ends with a line end, and is signed with it.")
	}
	if c.signed.Leaked {
		notes = append(notes, "What you compare holds a part of the secret, which is left out here: keep it out of files and logs, and rotate the key if others could read them.")
	}
	return notes
}

// printMatches says what came of comparing.
func (c *signedCall) printMatches(w io.Writer) error {
	for _, m := range c.signed.Matches {
		verdict := "differs"
		if m.Same {
			verdict = "the same"
		}
		fmt.Fprintf(w, "\n%s: %s\n", m.Part, verdict)
		if m.At > 0 {
			fmt.Fprintf(w, "    first in character %d\n    yours  %s\n    here   %s\n", m.At, m.Yours, m.Ours)
		}
		for _, cause := range m.Causes {
			fmt.Fprintf(w, "    - %s\n", exchanges.Clean(cause))
		}
	}
	return nil
}

// writeText writes a text in lines of its own. A line end that is a part of it
// is written out, since it counts.
func writeText(w io.Writer, text string) {
	for line := range strings.Lines(text) {
		if body, ends := strings.CutSuffix(line, "\n"); ends {
			line = body + `\n`
		}
		fmt.Fprintf(w, "      %s\n", drawn(line))
	}
}

// drawn cleans a text of any length: Clean alone would cut it.
func drawn(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		end := min(len(s), exchanges.MaxText)
		for end < len(s) && !utf8.RuneStart(s[end]) {
			end--
		}
		b.WriteString(exchanges.Clean(s[:end]))
		s = s[end:]
	}
	return b.String()
}

// signedJSON is a signed call for programs. Texts are as they are signed and
// sent, with hidden in the place of signatures.
type signedJSON struct {
	Name         string                `json:"name"`
	Exchange     exchanges.ID          `json:"exchange"`
	Environment  exchanges.Environment `json:"environment"`
	At           time.Time             `json:"at"`
	StringToSign string                `json:"string_to_sign"`
	Steps        []stepJSON            `json:"steps"`
	Method       string                `json:"method"`
	URL          string                `json:"url"`
	Headers      map[string]string     `json:"headers"`
	Body         string                `json:"body"`
	Revealed     bool                  `json:"revealed"`
	Notes        []string              `json:"notes"`
	SecretPasted bool                  `json:"secret_pasted"`
	Comparison   []matchJSON           `json:"comparison"`
}

type stepJSON struct {
	Name   exchanges.StepName `json:"name"`
	How    string             `json:"how"`
	Text   string             `json:"text"`
	Hidden bool               `json:"hidden"`
}

type matchJSON struct {
	Part   string   `json:"part"`
	Same   bool     `json:"same"`
	At     int      `json:"first_difference"` // in characters, from 1; 0: none is shown
	Yours  string   `json:"yours"`
	Ours   string   `json:"ours"`
	Causes []string `json:"causes"`
}

func (c *signedCall) json() *signedJSON {
	out := &signedJSON{
		Name: c.record.Name, Exchange: c.record.Exchange, Environment: c.record.Environment, At: c.call.At.UTC(),
		Steps: []stepJSON{}, Method: c.shown.Method, URL: c.shown.URL, Headers: map[string]string{}, Body: c.shown.Body,
		Revealed: c.flags.reveal, Notes: append([]string{}, c.notes()...), SecretPasted: c.signed.Leaked, Comparison: []matchJSON{},
	}
	for _, s := range c.shown.Steps {
		out.Steps = append(out.Steps, stepJSON{s.Name, s.How, s.Text, s.Secret && !c.flags.reveal})
		if s.Name == exchanges.StepText {
			out.StringToSign = s.Text
		}
	}
	for name, values := range c.shown.Header {
		out.Headers[name] = strings.Join(values, ",")
	}
	for _, m := range c.signed.Matches {
		out.Comparison = append(out.Comparison, matchJSON{m.Part, m.Same, m.At, m.Yours, m.Ours, append([]string{}, m.Causes...)})
	}
	return out
}
