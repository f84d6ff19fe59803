package diagnose

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

func (c *inquiry) environment(code exchanges.Cause) finding {
	return c.elsewhere(code, &c.Environments, TestEnvironments, "no environment but "+string(c.Environment))
}

func (c *inquiry) site(code exchanges.Cause) finding {
	return c.elsewhere(code, &c.Sites, TestSites, "no other site in this environment")
}

// elsewhere judges whether the key is at home at another place of the exchange.
func (c *inquiry) elsewhere(code exchanges.Cause, e *Elsewhere, test Test, alone string) finding {
	f := c.knownHere(c.acceptedBefore(c.base(code)))
	if len(e.Trials) > 0 && f.level != excluded {
		return tried(f, e.Trials)
	}
	switch {
	case f.level == excluded:
	case len(e.Names) == 0 && f.level < certain && (code == exchanges.CauseEnvironment || !c.open(code)):
		return finding{level: excluded, text: c.Exchange + " has " + alone}
	case len(e.Names) == 0: // of another product of the exchange, which has an adapter of its own
	case f.level >= possible && e.Why != "":
		f.text += "; " + e.Why
	case f.level >= possible:
		f.test, f.text = test, "not tested: it may be of "+strings.Join(e.Names, ", ")
	}
	return f
}

// tried judges by what the other places said: one that accepts the key, or knows
// it, is its home; those that know no such key are not.
func tried(f finding, trials []Trial) finding {
	var knew, strangers, vague []string
	for _, t := range trials {
		switch e := t.Err; {
		case e == nil:
			return finding{level: certain, text: "asked: " + t.Name + " accepts this key", action: f.action}
		case e.UnknownKey:
			strangers = append(strangers, t.Name)
		case knows(e):
			knew = append(knew, t.Name+" ("+e.Code+")")
		default:
			vague = append(vague, t.Name+" ("+firstOf(e.Code, string(e.Kind))+")")
		}
	}
	switch {
	case len(knew) > 0:
		return finding{level: likely, text: "asked: " + strings.Join(knew, ", ") + " knows this key, though it refused it", action: f.action}
	case len(vague) == 0:
		return finding{level: excluded, text: "asked: " + strings.Join(strangers, ", ") + " has no such key"}
	}
	f.level = min(f.level, unlikely)
	f.text = "asked, and refused as well: " + strings.Join(append(vague, strangers...), ", ")
	return f
}

// knows reports whether a refusal shows that the exchange knows the key.
func knows(e *exchanges.Error) bool {
	c := newInquiry(&Evidence{Asked: true, Err: e})
	return c.known
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
