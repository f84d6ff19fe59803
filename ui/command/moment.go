package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// momentForms says how a flag takes a day or a moment.
const momentForms = "2026-11-01, 2026-11-01T15:00:00Z or 30d"

// parseMoment reads a day of UTC, a moment, or a period back from now. A moment
// is as long as the audit log can tell moments apart. An empty text gives none.
func parseMoment(flag, text string, now time.Time) (store.AuditSpan, error) {
	if text == "" {
		return store.AuditSpan{}, nil
	}
	span, ok := readMoment(text, now)
	switch {
	case !ok:
		return span, desk.Refuse(fmt.Sprintf("%s cannot be %q", flag, text),
			"Use a day of UTC (2026-11-01), a moment (2026-11-01T15:00:00Z) or a period back from now (30d, 12h).")
	case span.From.After(now):
		return span, desk.Refuse(fmt.Sprintf("%s %s has not come yet", flag, text), "The audit log tells of the past only; its days are those of UTC.")
	}
	return span, nil
}

func readMoment(text string, now time.Time) (store.AuditSpan, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return store.AuditSpan{From: day, To: day.AddDate(0, 0, 1)}, true
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		ago, err := store.ParsePeriod(text)
		if err != nil || ago == 0 {
			return store.AuditSpan{}, false
		}
		at = now.Add(-ago)
	}
	at = at.UTC().Truncate(time.Millisecond)
	return store.AuditSpan{From: at, To: at.Add(time.Millisecond)}, true
}

// actionWords lists the words of the audit log.
func actionWords() []string {
	var words []string
	for _, a := range store.Actions() {
		words = append(words, string(a))
	}
	return words
}

// parseActions reads words of the audit log.
func parseActions(words []string) ([]store.Action, error) {
	allowed := actionWords()
	var out []store.Action
	for _, w := range words {
		w = strings.ToLower(strings.TrimSpace(w))
		if !slices.Contains(allowed, w) {
			return nil, unknownWord("--action", w, allowed)
		}
		out = append(out, store.Action(w))
	}
	return out, nil
}

// unknownWord refuses a word that is none of the allowed ones.
func unknownWord(flag, word string, allowed []string) error {
	return desk.Refuse(fmt.Sprintf("%s cannot be %q", flag, word), "Use one of "+strings.Join(allowed, ", ")+".")
}

// farAhead is as far as anybody looks; what is behind it is a slip of the keys.
const farAhead = 100 * 366 * 24 * time.Hour

// parseAhead reads a moment that is still to come, or a day of UTC, which
// stands for the last moment of it. An empty text gives the zero time.
func parseAhead(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if day, dayErr := time.Parse(time.DateOnly, text); dayErr == nil {
		at, err = day.AddDate(0, 0, 1).Add(-time.Nanosecond), nil
	}
	switch {
	case err != nil:
		return time.Time{}, desk.Refuse(fmt.Sprintf("%s cannot be %q", flag, text), "Use a day of UTC (2027-01-15) or a moment (2027-01-15T12:00:00Z).")
	case at.Before(now):
		return time.Time{}, desk.Refuse(fmt.Sprintf("%s %s is past", flag, text),
			"Keys are judged by what is known of them now. What there was then is in the log: keyrota audit --as-of "+text)
	case at.Sub(now) > farAhead:
		return time.Time{}, desk.Refuse(fmt.Sprintf("%s %s is more than a hundred years away", flag, text), "Use a day that you may see.")
	}
	return at.UTC(), nil
}
