package command

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/command/ical"
	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) calendarCommand(g *globals) *cobra.Command {
	output, asOf, days := "", "", 0
	c := &cobra.Command{
		Use: "calendar", Short: "Write the deadlines of the keys as a calendar (iCalendar)", Args: noSecretArgs,
		Long: "calendar writes one event for each key that has a deadline, with alarms at warn_before and a day ahead, for\n" +
			"programs that import or subscribe to .ics files. It asks no exchange: check does. An event keeps its identity\n" +
			"when its date moves, so that a calendar that reads the file again has each deadline once.\n" +
			"The file names keys and exchanges, and holds neither key IDs nor secrets.",
		Example: "  keyrota calendar --output keys.ics\n" +
			"  keyrota calendar --days 30",
		RunE: func(c *cobra.Command, _ []string) error {
			until, err := parseAhead("--as-of", asOf, a.Now())
			switch given := c.Flags().Changed("days"); {
			case err != nil:
			case given && asOf != "":
				err = desk.Refuse("--days does not go with --as-of", "Leave one of them out.")
			case given && (days < 1 || time.Duration(days) > farAhead/(24*time.Hour)):
				err = desk.Refuse(fmt.Sprintf("--days cannot be %d", days), "Use 1 or more, or leave it out for all deadlines.")
			case given:
				until = a.Now().AddDate(0, 0, days)
			}
			if err != nil {
				return &Exit{Code: 2, Err: err}
			}
			return a.looking(c.Context(), g, func(s *session) error { return a.calendar(s, output, until) })
		},
	}
	s := c.Flags()
	s.StringVar(&output, "output", "", "write to this file, which only you may read, instead of the terminal")
	s.IntVar(&days, "days", 0, "only the deadlines of the next so many days, and those that have passed")
	s.StringVar(&asOf, "as-of", "", "only the deadlines that will have come by then: 2027-01-15 or 2027-01-15T12:00:00Z")
	return c
}

// calendar writes the deadlines up to a moment; zero: all.
func (a *App) calendar(s *session, output string, until time.Time) error {
	c := ical.Calendar{Product: "-//keyrota//keyrota//EN", Name: "keyrota"}
	moment := a.Now()
	if !until.IsZero() {
		moment = until
	}
	known := all.Registry()
	for _, k := range s.assess(s.desk.Snapshot().Records(), moment) {
		if at := k.assessment.Deadline.At; !at.IsZero() && (until.IsZero() || !at.After(until)) {
			c.Events = append(c.Events, s.deadlineEvent(k, exchangeName(known, k.record)))
		}
	}
	if err := a.writeTo(output, s.keeps(), func(w io.Writer) error { return c.Write(w) }); err != nil {
		return err
	}
	if output != "" {
		return a.say("%s written to %s\n", count(len(c.Events), "deadline"), output)
	}
	return nil
}

// shownFor is how long an event lasts. A deadline is a moment, and many
// programs draw what has no length as nothing, or as a line.
const shownFor = 30 * time.Minute

// deadlineEvent makes an event of facts alone: it is the same, to the byte,
// until one of them changes.
//
// It is at its moment, in UTC, and not all of a day: the day of UTC on which a
// key ends is tomorrow for half of the world, and a deadline that is shown a
// day late is missed.
func (s *session) deadlineEvent(k judged, place string) ical.Event {
	r, d, rules := k.record, k.assessment.Deadline, s.desk.RulesFor(k.record)
	revised := s.revised(r, d.Reason)
	return ical.Event{
		UID:     string(r.ID) + "." + string(d.Reason) + "@keyrota",
		Revised: revised, Sequence: int64(max(0, min(math.MaxInt32, revised.Sub(r.Added).Seconds()))),
		Start: d.At, Length: shownFor,
		Summary:     exchanges.Clean(fmt.Sprintf("Rotate %s (%s %s)", r.Name, place, r.Environment)),
		Description: exchanges.Clean(deadlineReason(r, d, rules)) + "\n" + deadlineAdvice(d.Reason),
		Categories:  []string{"API keys", place, string(r.Environment)},
		Alarms:      alarms(rules.WarnBefore),
	}
}

// revised is when an event took its form, as well as that is known. Of the
// person's rules it is when their file was last changed; of what an exchange
// says, when it last said so.
func (s *session) revised(r *store.Record, reason policy.Reason) time.Time {
	at := r.Added
	if r.Rotated.After(at) {
		at = r.Rotated
	}
	changed := r.Facts.Seen
	if reason == policy.ByPolicy {
		changed = time.Time{}
		if info, err := os.Stat(s.store.Paths().Config); err == nil {
			changed = info.ModTime()
		}
	}
	if changed.After(at) {
		at = changed
	}
	return at
}

// exchangeName is what people call a key's exchange.
func exchangeName(known *exchanges.Registry, r *store.Record) string {
	if a, err := known.Get(r.Exchange); err == nil && !a.Info.Manual {
		return a.Info.Name
	}
	return placeOf(r)
}

// deadlineReason says what makes the deadline, without a count of days that
// would be another one tomorrow.
func deadlineReason(r *store.Record, d policy.Deadline, rules store.Rules) string {
	switch d.Reason {
	case policy.ByPolicy:
		created, told := r.Created()
		since := "keyrota has known the key since "
		if told {
			since = "The key was made on "
		}
		return since + created.UTC().Format(time.DateOnly) + asStated(r) + "; your rotate_every is " + store.FormatPeriod(rules.RotateEvery) + "."
	case policy.ByExpiry:
		return "The exchange lets the key expire then" + asStated(r) + "."
	case policy.ByInactivity, policy.ByNoIPs, policy.ByLifetime:
		if d.Rule != nil {
			return fmt.Sprintf("By a rule of the exchange: %s (%s, %s)", d.Rule.Words, d.Rule.Source, d.Rule.AsOf)
		}
	}
	return "The exchange ends the key then: " + strings.ReplaceAll(string(d.Reason), "-", " ") + "."
}

func deadlineAdvice(reason policy.Reason) string {
	if reason == policy.ByPolicy {
		return "Rotate the key: press r on it in keyrota."
	}
	if reason == policy.ByInactivity {
		return "Let its program make a call before that, or revoke the key: press x on it in keyrota."
	}
	return "Renew or rotate the key before that: press r on it in keyrota."
}

// asStated tells that a fact is the person's word.
func asStated(r *store.Record) string {
	if r.Facts.Stated {
		return ", as you stated"
	}
	return ""
}

// alarms are before the deadline by what the person wants to be warned, and by
// a day.
func alarms(warn time.Duration) []time.Duration {
	const day = 24 * time.Hour
	if warn <= 0 || warn == day {
		return []time.Duration{day}
	}
	return []time.Duration{warn, day}
}
