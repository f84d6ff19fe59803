package diagnose

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Likelihood says how sure a cause is. Its text appears in --json output.
type Likelihood string

// The likelihoods.
const (
	Certain  Likelihood = "certain"  // the exchange said so, or a test showed it
	Likely   Likelihood = "likely"   // the evidence points to it, or nothing else is left
	Possible Likelihood = "possible" // nothing speaks against it
	Unlikely Likelihood = "unlikely" // what was known speaks against it
)

// State is what a check came to. Its text appears in --json output.
type State string

// The states of a check.
const (
	StateProblem  State = "problem"   // it is the cause
	StateLikely   State = "likely"    // it probably is
	StatePossible State = "possible"  // it may be
	StateRuledOut State = "ruled-out" // a test shows that it is not
	StateUntested State = "untested"  // nothing is known either way
)

// Test is a check that is made only when a person asks for it, since it asks
// somebody who would not be asked otherwise.
type Test string

// The tests there are. Their texts are the flags of keyrota diagnose.
const (
	TestAddresses    Test = "--addresses"          // echo services, for this machine's public addresses
	TestSites        Test = "--other-sites"        // the exchange's other regional sites, with this key
	TestEnvironments Test = "--other-environments" // its other environments, with this key
)

// Check is one row of the checklist.
type Check struct {
	Code   exchanges.Cause
	State  State
	Text   string // what was tested and what came out, with the numbers
	Action string // what to do next, or how to test it; may be empty
	Test   Test   // the test that would tell more; empty: there is none
}

// Cause is one that is left.
type Cause struct {
	Code       exchanges.Cause
	Likelihood Likelihood
	Text       string
	Action     string
}

// Diagnosis is what the evidence comes to.
type Diagnosis struct {
	Works  bool    // the exchange accepted the key just now
	Causes []Cause // the likeliest first
	Checks []Check // always in the same order
}

// Found reports whether something has to be mended or is left open: a key that
// works has no cause but one that is near certain, such as a clock.
func (d Diagnosis) Found() bool {
	return slices.ContainsFunc(d.Causes, func(c Cause) bool { return !d.Works || c.Likelihood == Certain || c.Likelihood == Likely })
}

// level is how far the evidence points to a cause, from its being ruled out.
type level uint8

const (
	excluded level = iota
	unasked
	unlikely
	possible
	suspect // possible, and what is known makes it the first to look at
	likely
	certain
)

// finding is what one judge makes of the evidence.
type finding struct {
	code   exchanges.Cause
	level  level
	text   string
	action string
	test   Test // would tell more
}

// Diagnose judges the evidence.
func Diagnose(e *Evidence) Diagnosis {
	c := newInquiry(e)
	all := make([]finding, 0, len(judges))
	for _, j := range judges {
		f := j.judge(c, j.code)
		if f.text == "" { // the exchange does not know such a thing
			continue
		}
		f.code = j.code
		all = append(all, f)
	}
	if !c.works {
		weigh(all)
	}
	d := Diagnosis{Works: c.works}
	for i := range all {
		d.Checks = append(d.Checks, all[i].check())
	}
	d.Causes = c.causes(all)
	return d
}

// causes returns what is left, the likeliest first. Where the evidence is as
// good, the order of the exchange's own code counts.
func (c *inquiry) causes(all []finding) (out []Cause) {
	for l := certain; l >= unlikely; l-- {
		for rank := range len(c.left) + 1 {
			for i := range all {
				if f := &all[i]; f.level == l && c.rank(f.code) == rank {
					out = append(out, Cause{f.code, f.likelihood(), f.text, f.advice()})
				}
			}
		}
	}
	return out
}

// weigh holds the findings against each other: where one is certain, what is
// merely possible is as open as before; and what alone is left is likely.
func weigh(all []finding) {
	open, last := 0, -1
	sure := slices.ContainsFunc(all, func(f finding) bool { return f.level == certain })
	for i := range all {
		f := &all[i]
		if sure && f.level < likely && f.level > unasked {
			f.level, f.test = unasked, ""
			f.text = "not told: " + f.text
			continue
		}
		if f.level >= possible {
			open, last = open+1, i
		}
	}
	if open == 1 && all[last].level < likely {
		all[last].level = likely
		all[last].text += "; nothing else is left that is as likely"
	}
}

func (f *finding) likelihood() Likelihood {
	switch f.level {
	case certain:
		return Certain
	case likely:
		return Likely
	case suspect, possible:
		return Possible
	case unlikely:
		return Unlikely
	default:
		return ""
	}
}

func (f *finding) check() Check {
	c := Check{Code: f.code, Text: f.text, Action: f.advice(), Test: f.test}
	switch {
	case f.level == excluded:
		c.State, c.Action, c.Test = StateRuledOut, "", ""
	case f.level == certain:
		c.State = StateProblem
	case f.level == likely:
		c.State = StateLikely
	case f.level == unasked, f.test != "":
		c.State = StateUntested
	default:
		c.State = StatePossible
	}
	if f.level == unasked && f.test == "" {
		c.Action = ""
	}
	return c
}

// advice is what to do about a finding: the test, where one would tell more.
func (f *finding) advice() string {
	if f.test != "" && f.level < likely {
		return testActions[f.test]
	}
	return f.action
}

var testActions = map[Test]string{
	TestAddresses:    "Test it: --addresses asks which addresses this machine has.",
	TestSites:        "Test it: --other-sites asks the other sites about this key, read-only.",
	TestEnvironments: "Test it: --other-environments asks the other environments about this key, read-only.",
}
