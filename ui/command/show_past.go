package command

import (
	"fmt"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

// shownJSON is a key as show prints it: with what the exchange said of it
// before, newest first, and since when it says what it says now.
type shownJSON struct {
	keyJSON
	Since *time.Time  `json:"since"`
	Past  []sightJSON `json:"past"`
}

type sightJSON struct {
	First       time.Time         `json:"first"`
	Last        time.Time         `json:"last"`
	Permissions map[string]string `json:"permissions"`
	IPWhitelist ipJSON            `json:"ip_whitelist"`
	Label       string            `json:"label"`
	Account     string            `json:"account"`
}

func newShownJSON(k judged) shownJSON {
	r := k.record
	out := shownJSON{keyJSON: newKeyJSON(r, k.assessment), Since: timeJSON(r.Facts.Sight().First), Past: []sightJSON{}}
	for i := range r.Past {
		s := &r.Past[i]
		out.Past = append(out.Past, sightJSON{
			First: s.First.UTC().Truncate(time.Second), Last: s.Last.UTC().Truncate(time.Second), Permissions: permissionsJSON(s.Permissions),
			IPWhitelist: newIPJSON(s.IPs), Label: s.Label, Account: s.Account,
		})
	}
	return out
}

// pastPairs says what the exchange said otherwise of the key before.
func pastPairs(r *store.Record) [][2]string {
	var out [][2]string
	label := "changed"
	for _, t := range desk.Turns(r) {
		out = append(out, [2]string{label, t.String()})
		label = ""
	}
	return out
}

// groundsText says by which rule a deadline is one, and where that is written.
func groundsText(k judged) string {
	d := &k.assessment.Deadline
	if d.At.IsZero() {
		return ""
	}
	g := d.Grounds(k.record)
	switch {
	case g.AsOf != "":
		return fmt.Sprintf(": %s (%s, %s)", g.Rule, g.Source, g.AsOf)
	case g.Source != string(d.Reason):
		return fmt.Sprintf(": %s (%s)", g.Rule, g.Source)
	}
	return ": " + g.Rule
}

// printFindings says what is found about a key, and what the person lives with.
func (a *App) printFindings(k judged) error {
	for i := range k.assessment.Findings {
		f := &k.assessment.Findings[i]
		if err := a.say("%-8s %s: %s%s\n         %s\n", f.Severity, f.Word, f.Text, beganText(f.Began), f.Action); err != nil {
			return err
		}
	}
	for i := range k.assessment.Accepted {
		if err := a.printAccepted(&k.assessment.Accepted[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) printAccepted(x *policy.Accepted) error {
	return a.say("%-8s %s: %s%s\n         accepted until %s: %s\n", "-", x.Word, x.Text, beganText(x.Began), x.Until.UTC().Format(time.DateOnly), x.Reason)
}

// beganText says when something was first so, where that is known.
func beganText(began time.Time) string {
	if began.IsZero() {
		return ""
	}
	return " (since " + began.UTC().Format(time.DateOnly) + ")"
}
