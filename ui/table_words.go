package ui

import (
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

const aDay = 24 * time.Hour

// span of time in one unit: "40s" is never shown, since nothing here is that
// exact. At most four cells up to 27 years.
func briefly(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + briefly(-d)
	case d < time.Minute:
		return "0m"
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < aDay:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d < 1000*aDay:
		return fmt.Sprintf("%dd", d/aDay)
	}
	return fmt.Sprintf("%dy", d/(365*aDay))
}

// ago says how long t is past. A little in the future is a clock difference.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < -aDay:
		return "in " + briefly(-d)
	case d < time.Minute:
		return "just now"
	default:
		return briefly(d) + " ago"
	}
}

// date writes the day of t in UTC.
func date(t time.Time) string { return t.UTC().Format("2006-01-02") }

// momentWords says what the exchange said of a moment: a date, never or unknown.
func momentWords(m exchanges.Moment, never string) string {
	switch t, ok := m.Time(); {
	case ok:
		return date(t)
	case m.IsNever():
		return never
	}
	return "unknown"
}

// plural writes a count with its noun: "1 key", "2 keys".
//
//go:noinline // copied into its callers, it would take 4 kB
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// envTag is the short form of an environment beside a name, empty for live:
// play money must stand out, and real money is the rule.
func envTag(e exchanges.Environment) string {
	switch e {
	case exchanges.Live:
		return ""
	case exchanges.Testnet:
		return " (t)"
	case exchanges.Demo:
		return " (d)"
	}
	return " (?)"
}

func envInk(e exchanges.Environment) ink {
	switch e {
	case exchanges.Live:
		return inkLive
	case exchanges.Testnet:
		return inkTestnet
	case exchanges.Demo:
		return inkDemo
	}
	return inkUnknown
}
