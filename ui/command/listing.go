package command

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/keyrota/keyrota/exchanges"
)

// format is how a list is printed.
type format string

const (
	formatTable format = "table"
	formatJSON  format = "json"
	formatCSV   format = "csv"
)

func parseFormat(s string) (format, error) {
	switch f := format(s); f {
	case formatTable, formatJSON, formatCSV:
		return f, nil
	}
	return "", unknownWord("--format", s, []string{string(formatTable), string(formatJSON), string(formatCSV)})
}

// listRow is one row of a list. What it encodes to in JSON is its JSON form.
type listRow interface {
	table() []string
	csv() []string
}

// columns are the headings of a list.
type columns struct{ table, csv []string }

// listing prints a list row by row, so that a long one is never in memory.
type listing interface {
	put(listRow) error
	end(nothing string) error // nothing is what a table without rows says
}

func newListing(w io.Writer, f format, c columns) listing {
	switch f {
	case formatJSON:
		return &jsonListing{w: w}
	case formatCSV:
		return newCSVListing(w, c.csv)
	case formatTable:
	}
	return &tableListing{w: w, head: c.table, tabs: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
}

// tableBlock is after how many rows a table is printed, and its columns may get
// another width.
const tableBlock = 1000

type tableListing struct {
	w    io.Writer
	tabs *tabwriter.Writer
	head []string
	rows int
}

func (l *tableListing) put(r listRow) error {
	if l.rows == 0 {
		fmt.Fprintln(l.tabs, strings.Join(l.head, "\t"))
	}
	cells := r.table()
	for i, c := range cells {
		cells[i] = exchanges.Clean(c)
	}
	if _, err := fmt.Fprintln(l.tabs, strings.Join(cells, "\t")); err != nil {
		return err
	}
	if l.rows++; l.rows%tableBlock == 0 {
		return l.tabs.Flush()
	}
	return nil
}

func (l *tableListing) end(nothing string) error {
	if l.rows == 0 {
		_, err := fmt.Fprintln(l.w, nothing)
		return err
	}
	return l.tabs.Flush()
}

// csvListing prints what RFC 4180 describes: a header, CRLF at the ends of
// lines, quotes where a cell needs them.
type csvListing struct{ csv *csv.Writer }

func newCSVListing(w io.Writer, head []string) *csvListing {
	l := &csvListing{csv.NewWriter(w)}
	l.csv.UseCRLF = true
	_ = l.csv.Write(head) // an error stays, and end returns it
	return l
}

func (l *csvListing) put(r listRow) error {
	cells := r.csv()
	for i, c := range cells {
		cells[i] = csvCell(c)
	}
	return l.csv.Write(cells)
}

func (l *csvListing) end(string) error {
	l.csv.Flush()
	return l.csv.Error()
}

// csvCell makes a text safe for spreadsheets, which take a cell that begins
// with one of these signs for a formula, and run it: an exchange or a file
// could so run something on the reader's machine. An apostrophe makes it text.
// (OWASP, CSV Injection.)
func csvCell(s string) string {
	clean := exchanges.Clean(s)
	if bare := strings.TrimLeft(clean, " "); s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) ||
		bare != "" && strings.ContainsAny(bare[:1], "=+-@") || strings.IndexAny(bare, "＝＋－＠") == 0 {
		return "'" + clean
	}
	return clean
}

// jsonListing prints an array, laid out as printJSON does.
type jsonListing struct {
	w    io.Writer
	some bool
}

func (l *jsonListing) put(r listRow) error {
	var b bytes.Buffer
	b.WriteString("[\n  ")
	if l.some {
		b.Reset()
		b.WriteString(",\n  ")
	}
	l.some = true
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("  ", "  ")
	if err := e.Encode(r); err != nil {
		return err
	}
	_, err := l.w.Write(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
	return err
}

func (l *jsonListing) end(string) error {
	closing := "\n]\n"
	if !l.some {
		closing = "[]\n"
	}
	_, err := io.WriteString(l.w, closing)
	return err
}
