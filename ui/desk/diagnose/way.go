package diagnose

import (
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// How far clocks may be apart. The strictest exchanges refuse what is more than
// a second ahead of them; most allow five seconds or more.
const (
	clockFine = time.Second
	clockBad  = 5 * time.Second
)

const clockAdvice = "Switch on time synchronisation of this machine (timedatectl set-ntp true; on WSL: wsl --shutdown)."

func date(t time.Time) string {
	if t.IsZero() {
		return "an unknown day"
	}
	return t.UTC().Format("2006-01-02")
}

// way judges what lies between this machine and a verdict on the key.
func (c *inquiry) way(code exchanges.Cause) finding {
	f := c.base(code)
	switch {
	case f.level == excluded:
		f.text = c.Exchange + " answered"
	case c.Err == nil || f.level >= possible || c.Err.Kind == exchanges.Invalid || c.Keyless != nil:
	case c.heard:
		f = finding{level: excluded, text: c.Exchange + " answered, and about the key"}
	case code == exchanges.CauseNetwork && c.answered():
		f = finding{level: excluded, text: "there is a way: something answered " + c.words()}
	default:
		f.text = "the call did not get so far as to tell"
	}
	return f
}

// answered reports whether a server answered at all.
func (c *inquiry) answered() bool {
	switch c.Err.Kind {
	case exchanges.RateLimited, exchanges.Unavailable, exchanges.Blocked, exchanges.Protocol:
		return c.Err.Outcome != exchanges.NotSent
	default:
		return false
	}
}

func (c *inquiry) clock(code exchanges.Cause) finding {
	f := c.base(code)
	off := c.Clock.Offset
	switch {
	case !c.Clock.Known && f.level == excluded:
		return finding{level: unasked, text: c.Exchange + " does not tell its time"}
	case !c.Clock.Known:
		return f
	case off.Abs() <= clockFine && f.level == certain:
		return finding{level: likely, text: "the exchange refuses the time, although the clocks agree to " + offset(off) + ": the way is slow, or something holds requests back", action: f.action}
	case off.Abs() <= clockFine:
		return finding{level: excluded, text: "measured: " + offsetWords(off)}
	}
	return c.clockOff(f)
}

// clockOff judges a clock that is off. keyrota signs with the exchange's time, so
// that what it was refused for may be something else; other programs do not.
func (c *inquiry) clockOff(f finding) finding {
	off, text := c.Clock.Offset, "measured: "+offsetWords(c.Clock.Offset)
	out := finding{level: possible, text: text, action: clockAdvice}
	switch {
	case f.level == certain:
		out.level = certain
	case c.open(exchanges.CauseClock) && c.Err.Kind == exchanges.Nonce:
		out.level = unlikely
		if off > clockFine { // behind: the nonces are smaller than before
			out.level = likely
		}
	case off.Abs() > clockBad:
		out.level = likely
		out.text += "; keyrota allows for it, other programs on this machine do not"
		if c.Err != nil && c.heard {
			out.level = possible
		}
	}
	return out
}

func offset(d time.Duration) string { return fmt.Sprintf("%+d ms", d.Milliseconds()) }

func offsetWords(d time.Duration) string {
	word := "behind"
	if d < 0 {
		word = "ahead"
	}
	return fmt.Sprintf("this machine's clock is %s %s", d.Abs().Round(time.Millisecond), word)
}

// nonce is judged where the exchange counts, which its refusals show.
func (c *inquiry) nonce(code exchanges.Cause) finding {
	f := c.base(code)
	if f.level == possible { // the exchange named it; a clock that was measured takes the blame off it
		f.level = likely
		if c.Clock.Known && c.Clock.Offset > clockFine {
			f.level = possible
		}
		f.text, f.action = c.says(c.words()), c.Err.Hint
	}
	if f.level == unasked && c.heard && c.Err.Kind.Verdict() {
		return finding{level: excluded, text: "the refusal is about something else than a nonce"}
	}
	return f
}
