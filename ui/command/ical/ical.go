// Package ical writes calendars in the iCalendar form of RFC 5545. It is pure:
// the same calendar gives the same bytes, and no text that is put into an event
// can become anything but text.
package ical

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Calendar is a set of events.
type Calendar struct {
	Product string // who wrote it, by the custom of PRODID: "-//keyrota//EN"
	Name    string // what calendar programs call it
	Events  []Event
}

// Event is something that happens at a moment.
type Event struct {
	// UID names the event for ever and everywhere: a program that reads the
	// calendar again moves the event that it has, when its date has changed.
	UID string

	// Revised is when the event took its present form, and Sequence is higher
	// the later that was: programs leave alone what has no higher one (RFC 5546, 2.1.5).
	Revised  time.Time
	Sequence int64

	Start       time.Time
	Length      time.Duration // positive
	Summary     string
	Description string
	Categories  []string
	Alarms      []time.Duration // how long before the start a person is told
}

// Write writes the calendar.
func (c *Calendar) Write(w io.Writer) error {
	var l lines
	l.put("BEGIN", "VCALENDAR")
	l.put("VERSION", "2.0")
	l.text("PRODID", c.Product)
	l.put("CALSCALE", "GREGORIAN")
	l.text("X-WR-CALNAME", c.Name)
	for i := range c.Events {
		l.event(&c.Events[i])
	}
	if len(c.Events) == 0 {
		l.zone()
	}
	l.put("END", "VCALENDAR")
	_, err := w.Write(l.Bytes())
	return err
}

// lines are the content lines of RFC 5545, 3.1.
type lines struct{ bytes.Buffer }

func (l *lines) event(e *Event) {
	l.put("BEGIN", "VEVENT")
	l.text("UID", e.UID)
	l.put("DTSTAMP", moment(e.Revised))
	l.put("LAST-MODIFIED", moment(e.Revised))
	l.put("SEQUENCE", strconv.FormatInt(e.Sequence, 10))
	l.put("DTSTART", moment(e.Start))
	l.put("DURATION", period(e.Length))
	l.text("SUMMARY", e.Summary)
	l.text("DESCRIPTION", e.Description)
	if len(e.Categories) > 0 {
		l.text("CATEGORIES", e.Categories...)
	}
	l.put("TRANSP", "TRANSPARENT") // nobody is busy because of it
	for _, before := range e.Alarms {
		l.put("BEGIN", "VALARM")
		l.put("ACTION", "DISPLAY")
		l.text("DESCRIPTION", e.Summary)
		l.put("TRIGGER", "-"+period(before))
		l.put("END", "VALARM")
	}
	l.put("END", "VEVENT")
}

// zone keeps a calendar without events valid: it must have some component
// (RFC 5545, 3.6), and this one shows nothing.
func (l *lines) zone() {
	for _, p := range [][2]string{
		{"BEGIN", "VTIMEZONE"}, {"TZID", "UTC"}, {"BEGIN", "STANDARD"}, {"DTSTART", "19700101T000000"},
		{"TZOFFSETFROM", "+0000"}, {"TZOFFSETTO", "+0000"}, {"END", "STANDARD"}, {"END", "VTIMEZONE"},
	} {
		l.put(p[0], p[1])
	}
}

// text puts a property whose values are text.
func (l *lines) text(name string, values ...string) {
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = escape(v)
	}
	l.put(name, strings.Join(escaped, ","))
}

// lineLimit is the most octets that a line may have without its line break.
const lineLimit = 75

// put writes a content line. A long one is folded, never inside of a character.
func (l *lines) put(name, value string) {
	line := name + ":" + value
	for room := lineLimit; len(line) > room; room = lineLimit - 1 { // the space counts
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		l.WriteString(line[:cut])
		l.WriteString("\r\n ")
		line = line[cut:]
	}
	l.WriteString(line)
	l.WriteString("\r\n")
}

// escape makes a text a TEXT value of RFC 5545, 3.3.11. Control characters,
// which those may not have, are left out; what is no UTF-8 becomes U+FFFD.
func escape(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case r == '\n' || r == '\r':
			b.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t' || r >= ' ' && r != 0x7f:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// moment writes a time in the form "date with UTC time".
func moment(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// period writes a duration in whole seconds: "P14D", "PT30M", "P1DT12H".
func period(d time.Duration) string {
	const day = 24 * time.Hour
	out := "P"
	if days := d / day; days > 0 {
		out += fmt.Sprintf("%dD", days)
	}
	rest := d % day
	if rest < time.Second {
		if out == "P" {
			return "PT0S"
		}
		return out
	}
	out += "T"
	for _, u := range []struct {
		length time.Duration
		letter byte
	}{{time.Hour, 'H'}, {time.Minute, 'M'}, {time.Second, 'S'}} {
		n := rest / u.length
		rest %= u.length
		// "PT1H5S" is not in the grammar, "PT1H0M5S" is.
		if n > 0 || u.letter == 'M' && strings.HasSuffix(out, "H") && rest >= time.Second {
			out += fmt.Sprintf("%d%c", n, u.letter)
		}
	}
	return out
}
