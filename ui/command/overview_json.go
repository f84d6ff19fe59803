package command

import (
	"math"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// overviewJSON is what overview prints. Points are of 100.
type overviewJSON struct {
	Score     float64            `json:"score"`
	Gains     []gainJSON         `json:"gains"`     // all that would raise the score, the most first
	Deadlines []dueJSON          `json:"deadlines"` // passed, or within 90 days; the earliest first
	Groups    []todoJSON         `json:"groups"`    // the one with the worst finding first
	Accepted  []acceptedItemJSON `json:"accepted"`
}

type gainJSON struct {
	Code   string      `json:"code"`
	Mend   policy.Mend `json:"mend"`
	Keys   int         `json:"keys"`
	Points float64     `json:"points"`
	Text   string      `json:"text"`
}

// namedJSON says which key is meant.
type namedJSON struct {
	Name        string                `json:"name"`
	Exchange    exchanges.ID          `json:"exchange"`
	Venue       string                `json:"venue,omitempty"`
	Environment exchanges.Environment `json:"environment"`
}

type dueJSON struct {
	namedJSON
	deadlineJSON

	Late bool `json:"late"`
}

type todoJSON struct {
	Mend  policy.Mend    `json:"mend"`
	Title string         `json:"title"`
	Keys  []todoItemJSON `json:"keys"` // the worst first
}

type todoItemJSON struct {
	namedJSON

	Findings []findingJSON `json:"findings"`
}

type acceptedItemJSON struct {
	namedJSON
	findingJSON

	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

func newOverviewJSON(o *policy.Overview) overviewJSON {
	out := overviewJSON{
		Score: tenths(o.Score.Points), Gains: []gainJSON{}, Deadlines: make([]dueJSON, len(o.Dues)),
		Groups: make([]todoJSON, len(o.Todos)), Accepted: make([]acceptedItemJSON, len(o.Accepted)),
	}
	for _, g := range o.Score.Gains {
		if g.Points > 0 {
			out.Gains = append(out.Gains, gainJSON{g.Code, g.Mend, g.Keys, hundredths(g.Points), g.String()})
		}
	}
	for i, d := range o.Dues {
		out.Deadlines[i] = dueJSON{named(d.Record), *newDeadlineJSON(d.Record, &d.Deadline), d.Late()}
	}
	for i, t := range o.Todos {
		group := todoJSON{t.Mend, t.Title(), make([]todoItemJSON, len(t.Items))}
		for n, item := range t.Items {
			group.Keys[n] = todoItemJSON{named(item.Record), findingsJSON(item.Findings)}
		}
		out.Groups[i] = group
	}
	for i, x := range o.Accepted {
		out.Accepted[i] = acceptedItemJSON{named(x.Record), findingsJSON([]policy.Finding{x.Finding})[0], x.Reason, x.Until.UTC().Truncate(time.Second)}
	}
	return out
}

func named(r *store.Record) namedJSON { return namedJSON{r.Name, r.Exchange, r.Venue, r.Environment} }

// tenths cuts the score: only a set with which nothing is wrong has all points.
func tenths(points float64) float64 { return math.Floor(points*10) / 10 }

// hundredths rounds a gain, which may be small among many keys.
func hundredths(points float64) float64 { return math.Round(points*100) / 100 }
