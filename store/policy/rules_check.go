package policy

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func rejected(s *subject) (Finding, bool) {
	if s.Status() != store.Rejected {
		return Finding{}, false
	}
	text := "Refused at the last check: " + s.Check.Kind.Sentence()
	if s.Check.Code != "" {
		text += " (" + s.Check.Code + ")"
	}
	return Finding{
		Severity: Critical, Word: "REJECTED", Mend: ByDiagnosing, Began: s.Check.Failing, Fact: "rejected: " + string(s.Check.Kind) + " " + s.Check.Code,
		Text: text + ".", Action: orElse(s.Check.Hint, "Look the key up on the exchange's page."),
	}, true
}

func secretMissing(s *subject) (Finding, bool) {
	if s.Check.Kind != store.KindNoSecret {
		return Finding{}, false
	}
	return Finding{
		Severity: Critical, Word: "NO SECRET", Mend: ByForgetting, Began: s.Check.Failing, Fact: "no secret",
		Text:   "The keyring has no secret for it any more.",
		Action: orElse(s.Check.Hint, "Forget this entry and add the key again, or make a new one."),
	}, true
}

// clockIsOff is from where on a difference is worth a finding: exchanges refuse
// what comes a second too early.
const clockIsOff = time.Second

func clockOff(s *subject) (Finding, bool) {
	c := s.Check.Clock
	refused := s.Check.Kind == exchanges.ClockSkew
	if s.Forecast || !refused && (!c.Known || c.Offset.Abs() < clockIsOff) {
		return Finding{}, false
	}
	f := Finding{
		Severity: Warning, Word: "CLOCK", Mend: ByClock, Began: s.Check.Failing, Fact: "clock",
		Text:   "This machine's clock and the exchange's differ.",
		Action: "Switch on time synchronisation (NTP): exchanges refuse calls whose time is off.",
	}
	if c.Known {
		way := " behind"
		if c.Offset < 0 {
			way = " ahead of"
		}
		f.Text = "This machine's clock is " + c.Offset.Abs().String() + way + " the exchange's."
	}
	if refused {
		f.Severity, f.Fact = Critical, "clock, refused"
		f.Text += " The exchange refused the last check for that."
		f.Action = orElse(s.Check.Hint, f.Action)
	}
	return f, true
}

// staleAfter is how long an exchange may give no verdict before that is more
// than a passing trouble.
const staleAfter = 24 * time.Hour

func unreachable(s *subject) (Finding, bool) {
	if s.Status() != store.Unreachable || s.Check.Kind == store.KindNoSecret || s.Check.Kind == exchanges.ClockSkew {
		return Finding{}, false
	}
	f := Finding{
		Severity: Info, Word: "UNREACHABLE", Mend: ByVerifying, Began: s.Check.Failing, Fact: "no verdict: " + string(s.Check.Kind),
		Text:   "No verdict at the last check: " + s.Check.Kind.Sentence() + ".",
		Action: orElse(s.Check.Hint, "Verify it again later."),
	}
	switch seen := s.Facts.Seen; {
	case seen.IsZero():
		f.Severity = Warning
		f.Text += " It was never seen to work."
	case s.Now.Sub(seen) >= staleAfter:
		f.Severity = Warning
		f.Text += " It was last seen to work " + ago(s.Now.Sub(seen)) + "."
	}
	return f, true
}

func unverified(s *subject) (Finding, bool) {
	if s.Status() != store.Unverified {
		return Finding{}, false
	}
	return Finding{
		Severity: Info, Word: "UNVERIFIED", Mend: ByVerifying, Began: s.Added, Fact: "unverified",
		Text:   "The exchange has not been asked about it yet.",
		Action: "Verify the key.",
	}, true
}
