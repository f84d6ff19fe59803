package store

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// clockWorthAWord is from where on a measured difference is written down:
// smaller ones are the measurement's own, and would change the file at each
// check.
const clockWorthAWord = 500 * time.Millisecond

// Heard returns the check with what it told of the exchange's clock, to a
// tenth of a second.
func (c Check) Heard(clock exchanges.Clock) Check {
	c.Clock = exchanges.Clock{}
	if clock.Known && clock.Offset.Abs() >= clockWorthAWord {
		c.Clock = exchanges.Clock{Known: true, Offset: clock.Offset.Round(100 * time.Millisecond)}
	}
	return c
}

// Failed returns next, a check that failed, with when that began: at the check
// before, if that failed in the same way.
func (c Check) Failed(next Check) Check {
	next.Failing = next.At
	if c.Kind == next.Kind && !c.At.IsZero() {
		next.Failing = c.Failing
		if next.Failing.IsZero() {
			next.Failing = c.At
		}
	}
	return next
}

// KindNoSecret is the kind of a check that could not be made because the
// keyring has no secret for the key any more.
const KindNoSecret exchanges.Kind = "no-secret"
