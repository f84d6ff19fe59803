package diagnose

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// inquiry is the evidence with what follows from the answer as a whole.
type inquiry struct {
	*Evidence

	works bool
	left  []exchanges.Cause // what the refusal leaves open
	known bool              // the refusal shows that the exchange knows the key here
	heard bool              // the exchange itself answered, and about this call
}

func newInquiry(e *Evidence) *inquiry {
	c := &inquiry{Evidence: e, works: e.Asked && e.Err == nil && e.Keyless == nil}
	if e.Err == nil {
		return c
	}
	c.left = e.Err.Possible()
	switch k := e.Err.Kind; k {
	case exchanges.Invalid:
	case exchanges.ClockSkew, exchanges.Nonce, exchanges.SecondFactor, exchanges.Unsupported:
		c.heard = true
	default:
		c.heard = k.Verdict()
	}
	c.known = c.heard && e.Err.Kind.Verdict() && !c.strange()
	return c
}

// strange reports whether the refusal may be that of a key which the exchange
// does not know. A signature can only be held against a key that it has.
func (c *inquiry) strange() bool {
	if c.Err.UnknownKey || c.open(exchanges.CauseDeleted) || c.open(exchanges.CauseEnvironment) || c.open(exchanges.CauseSite) {
		return true
	}
	return c.open(exchanges.CauseDamaged) && !c.open(exchanges.CauseSecret)
}

//go:noinline // copied into its callers, it would take 2 kB
func (c *inquiry) open(code exchanges.Cause) bool { return slices.Contains(c.left, code) }

// rank is the place of a cause in the exchange's own order.
func (c *inquiry) rank(code exchanges.Cause) int {
	if i := slices.Index(c.left, code); i >= 0 {
		return i
	}
	return len(c.left)
}

// words are what the exchange, or the way to it, answered.
func (c *inquiry) words() string {
	if c.Err.Code != "" {
		return c.Err.Code
	}
	if c.Err.Err != nil {
		return exchanges.Clean(c.Err.Err.Error())
	}
	return string(c.Err.Kind)
}

// base is what the answer alone says of a cause.
func (c *inquiry) base(code exchanges.Cause) finding {
	switch {
	case c.Keyless != nil:
		return finding{level: unasked, text: "the exchange was not asked: the secret could not be read"}
	case c.works:
		return finding{level: excluded, text: c.Exchange + " accepted the key just now"}
	case c.Err == nil:
		return finding{level: unasked, text: "the exchange was not asked"}
	case c.open(code) && len(c.left) == 1 && c.told():
		return finding{level: certain, text: c.says(c.words()), action: c.Err.Hint}
	case c.open(code):
		return finding{level: possible, text: c.says(c.words()) + ", which leaves it open", action: advice[code]}
	case !c.heard && c.Err.Kind == exchanges.Invalid:
		return finding{level: unasked, text: "nothing was sent"}
	case !c.heard:
		return finding{level: unasked, text: "the exchange did not come to judge the key"}
	}
	return finding{level: unasked, text: "the refusal does not speak of it; verify again when what it speaks of is mended"}
}

// told reports whether the words come from somebody who can know: a refusal of
// the last time is as good.
func (c *inquiry) told() bool { return c.Err.Kind != exchanges.Protocol || len(c.Err.Causes) > 0 }

func (c *inquiry) says(words string) string {
	if c.Err.Kind == exchanges.Invalid || !c.heard {
		return words
	}
	text := c.Exchange + " says " + words
	if !c.Asked {
		text += " (on " + date(c.Last) + ")"
	}
	return text
}

// acceptedBefore excludes what cannot be of a key that was accepted here before.
func (c *inquiry) acceptedBefore(f finding) finding {
	if f.level == excluded || c.Accepted.IsZero() || f.level == certain {
		return f
	}
	return finding{level: excluded, text: c.Exchange + " accepted this same key here on " + date(c.Accepted)}
}

// knownHere excludes what cannot be of a key that the exchange knows.
func (c *inquiry) knownHere(f finding) finding {
	if c.known && f.level == unasked {
		return finding{level: excluded, text: "the refusal shows that the exchange knows this key here"}
	}
	return f
}
