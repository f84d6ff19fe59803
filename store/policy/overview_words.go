package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mendWords say what is to be done about some keys: "Rotate 2 keys"; and that
// it was: "2 keys are rotated".
type mendWords struct {
	by              Mend
	do, what, after string
	done            string
}

var mendText = []mendWords{
	{by: ByRotating, do: "Rotate", what: "key", done: "rotated"},
	{by: ByRestricting, do: "Restrict", what: "key", after: " on the exchange's page", done: "restricted"},
	{by: ByRevoking, do: "Revoke", what: "key", after: ", unless needed", done: "revoked"},
	{by: ByVerifying, do: "Verify", what: "key", done: "verified"},
	{by: ByDiagnosing, do: "Diagnose", what: "refused key", done: "put right"},
	{by: ByEditing, do: "Correct", what: "record", done: "corrected"},
	{by: ByResuming, do: "Go on with", what: "unfinished flow", done: "ended"},
	{by: ByForgetting, do: "Clear up", what: "record", after: " of no use", done: "cleared up"},
	{by: BySurvey, do: "Look at unmanaged keys of", what: "account", done: "looked through"},
	{by: ByMachine, do: "Set", what: "IP whitelist", after: " right for this machine", done: "set right"},
	{by: ByClock, do: "Set this machine's clock for", what: "key", done: "asked at the right time"},
}

func wordsOf(by Mend) mendWords {
	i := slices.IndexFunc(mendText, func(w mendWords) bool { return w.by == by })
	if i < 0 {
		return mendWords{do: string(by) + ":", what: "key", done: "mended"}
	}
	return mendText[i]
}

// Title says what is to be done: "Rotate 2 keys".
func (t *Todo) Title() string {
	w := wordsOf(t.Mend)
	return w.do + " " + plural(len(t.Items), w.what) + w.after
}

// mostGains is how many ways to a better score a person can choose between.
const mostGains = 3

// Best returns the gains that raise the score most, of those that do.
func (s *Score) Best() []Gain {
	var out []Gain
	for _, g := range s.Gains {
		if g.Points > 0 && len(out) < mostGains {
			out = append(out, g)
		}
	}
	return out
}

// String writes the score: "72 of 100". Only a set with which nothing is wrong
// has all of them.
func (s *Score) String() string { return strconv.Itoa(int(s.Points)) + " of 100" }

// String says what is gained by what: "+11 if 3 keys are rotated (overdue)".
func (g *Gain) String() string {
	w, are := wordsOf(g.Mend), " are "
	if g.Keys == 1 {
		are = " is "
	}
	return "+" + pointsText(g.Points) + " if " + plural(g.Keys, w.what) + are + w.done + " (" + codeWords.Replace(g.Code) + ")"
}

// pointsText rounds, but never to nothing.
func pointsText(p float64) string {
	switch {
	case p >= 0.95:
		return strconv.Itoa(int(math.Round(p)))
	case p >= 0.05:
		return strconv.FormatFloat(p, 'f', 1, 64)
	}
	return "<0.1"
}

// codeWords turns a code into what people read.
var codeWords = strings.NewReplacer("-", " ", "ip-", "IP ")

// When says how far off the deadline is: "in 5 days", "7 days late".
func (d *Due) When() string {
	switch {
	case d.In > 0:
		return "in " + count(d.In)
	case d.In > -time.Minute:
		return "now"
	}
	return count(-d.In) + " late"
}
