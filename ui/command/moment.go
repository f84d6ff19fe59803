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

// parseActions reads words of the audit log.
func parseActions(words []string) ([]store.Action, error) {
	var allowed []string
	for _, a := range store.Actions() {
		allowed = append(allowed, string(a))
	}
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
