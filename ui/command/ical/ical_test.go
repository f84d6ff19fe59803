package ical

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
)

var (
	due     = time.Date(2026, 11, 16, 23, 30, 0, 0, time.FixedZone("JST", 9*3600))
	revised = time.Date(2026, 8, 18, 9, 0, 0, 0, time.UTC)
)

func one(change func(*Event)) *Calendar {
	e := Event{
		UID: "abc.policy@keyrota", Revised: revised, Sequence: 7, Start: due, Length: 30 * time.Minute,
		Summary: "Rotate grid-bot (Binance live)", Description: "It is old.\nRotate it.", Categories: []string{"API keys", "Binance"},
		Alarms: []time.Duration{14 * 24 * time.Hour, 24 * time.Hour},
	}
	if change != nil {
		change(&e)
	}
	return &Calendar{Product: "-//keyrota//EN", Name: "keyrota", Events: []Event{e}}
}

func written(t *testing.T, c *Calendar) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnEventIsWrittenAsTheStandardSays(t *testing.T) {
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//keyrota//EN
CALSCALE:GREGORIAN
X-WR-CALNAME:keyrota
BEGIN:VEVENT
UID:abc.policy@keyrota
DTSTAMP:20260818T090000Z
LAST-MODIFIED:20260818T090000Z
SEQUENCE:7
DTSTART:20261116T143000Z
DURATION:PT30M
SUMMARY:Rotate grid-bot (Binance live)
DESCRIPTION:It is old.\nRotate it.
CATEGORIES:API keys,Binance
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Rotate grid-bot (Binance live)
TRIGGER:-P14D
END:VALARM
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Rotate grid-bot (Binance live)
TRIGGER:-P1D
END:VALARM
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if got := written(t, one(nil)); got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestAnotherParserReadsTheSame: with names that try to be more than a name.
func TestAnotherParserReadsTheSame(t *testing.T) {
	for _, text := range []string{
		"plain", "", "comma, semi; colon: back\\slash \"quote\"", `ends with \`, `\n`, `\\n`, "two\nlines", "three\r\nlines",
		"x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", strings.Repeat("ä", 200), strings.Repeat("🔑", 90), strings.Repeat("x", 74-len("SUMMARY:")),
		strings.Repeat("x", 75-len("SUMMARY:")), strings.Repeat("x", 76-len("SUMMARY:")), strings.Repeat(" ", 300), " leading", "tab\there",
	} {
		out := written(t, one(func(e *Event) { e.Summary, e.Description = text, text }))
		wantLines(t, out)
		cal, err := ics.ParseCalendar(strings.NewReader(out))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		events := cal.Events()
		if len(events) != 1 {
			t.Errorf("%q makes %d events", text, len(events))
			continue
		}
		want := strings.ReplaceAll(text, "\r\n", "\n")
		for _, p := range []ics.ComponentProperty{ics.ComponentPropertySummary, ics.ComponentPropertyDescription} {
			if got := events[0].GetProperty(p).Value; got != want {
				t.Errorf("%s %q is read as %q", p, text, got)
			}
		}
		if at, err := events[0].GetStartAt(); err != nil || !at.Equal(due) {
			t.Errorf("it starts at %s, %v", at, err)
		}
		if n := len(events[0].Alarms()); n != 2 {
			t.Errorf("%d alarms", n)
		}
	}
}

// wantLines fails unless every line ends with CRLF, is short and valid UTF-8.
func wantLines(t *testing.T, out string) {
	t.Helper()
	rest, ended := strings.CutSuffix(out, "\r\n")
	if !ended {
		t.Errorf("no line break at the end of %q", out)
	}
	for line := range strings.SplitSeq(rest, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00\x7f") || line == "" {
			t.Errorf("the line %q (%d octets)", line, len(line))
		}
	}
}

func TestWhatNoTextMayHaveIsLeftOut(t *testing.T) {
	out := written(t, one(func(e *Event) {
		e.Summary, e.UID, e.Categories = "a\x00b\x1bc\x7fd\xff", "u\r\nBEGIN:VALARM", []string{"x,y", "z;\n"}
	}))
	wantLines(t, out)
	for _, want := range []string{"SUMMARY:abcd\uFFFD\r\n", `UID:u\nBEGIN:VALARM`, `CATEGORIES:x\,y,z\;\n`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestACalendarWithoutEventsIsValid(t *testing.T) {
	out := written(t, &Calendar{Product: "-//keyrota//EN", Name: "keyrota"})
	wantLines(t, out)
	cal, err := ics.ParseCalendar(strings.NewReader(out))
	if err != nil || len(cal.Events()) != 0 || len(cal.Components) != 1 {
		t.Errorf("%v, %+v", err, cal)
	}
}

func TestPeriods(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "PT0S", time.Second / 2: "PT0S", time.Second: "PT1S", 30 * time.Minute: "PT30M", time.Hour: "PT1H", 90 * time.Minute: "PT1H30M",
		time.Hour + 5*time.Second: "PT1H0M5S", 24 * time.Hour: "P1D", 14 * 24 * time.Hour: "P14D", 36*time.Hour + time.Minute: "P1DT12H1M",
		24*time.Hour + 3*time.Second + 400*time.Millisecond: "P1DT3S", 365 * 24 * time.Hour: "P365D", time.Hour + time.Second/3: "PT1H",
	} {
		if got := period(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
