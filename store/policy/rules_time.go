package policy

import (
	"github.com/keyrota/keyrota/exchanges"
)

func expired(s *subject) (Finding, bool) {
	if !s.passed(s.expiry) {
		return Finding{}, false
	}
	return Finding{
		Severity: Critical, Word: "EXPIRED", Mend: ByRotating, Began: s.expiry, Fact: "expiry " + date(s.expiry),
		Text:   s.word("Expired at the exchange " + ago(s.Now.Sub(s.expiry)) + "."),
		Action: "Make a new key, hand it to the programs that use this one, and forget this one.",
	}, true
}

func overdue(s *subject) (Finding, bool) {
	if !s.passed(s.due) {
		return Finding{}, false
	}
	return Finding{
		Severity: Critical, Word: "OVERDUE", Mend: ByRotating, Began: s.due, Fact: "due " + date(s.due),
		Text:   s.ageText() + ", your policy says " + days(s.Rules().RotateEvery) + ".",
		Action: "Rotate the key.",
	}, true
}

func expiresSoon(s *subject) (Finding, bool) {
	if s.soon(s.expiry) {
		return Finding{
			Severity: Warning, Word: "EXPIRING", Mend: ByRotating, Began: s.expiry.Add(-s.Rules().WarnBefore), Fact: "expiry " + date(s.expiry),
			Text:   s.word("The exchange lets it expire in " + count(s.expiry.Sub(s.Now)) + "."),
			Action: "Renew or rotate the key before that.",
		}, true
	}
	if !s.expiry.IsZero() { // the exchange's word counts more than a rule
		return Finding{}, false
	}
	f, ends := s.endsSoon(exchanges.EndsExpired)
	f.Word, f.Action = "EXPIRING", "Renew or rotate the key before that."
	return f, ends
}

func deletedSoon(s *subject) (Finding, bool) {
	f, ends := s.endsSoon(exchanges.EndsDeleted)
	f.Word = "DELETED SOON"
	return f, ends
}

func losesRights(s *subject) (Finding, bool) {
	f, ends := s.endsSoon(exchanges.EndsLoseRights)
	f.Word = "LOSES RIGHTS"
	return f, ends
}

// endsSoon is the finding about the exchange's rule that ends the key first, if
// it ends in that way.
func (s *subject) endsSoon(how exchanges.LifeEnd) (Finding, bool) {
	e := &s.ending
	if e.At.IsZero() || e.Rule.Then != how || !s.within(e.At, e.warnBefore(s.Rules())) {
		return Finding{}, false
	}
	f := Finding{
		Severity: s.grave(Warning), Mend: ByRotating, Began: e.At.Add(-e.warnBefore(s.Rules())), Fact: string(how) + " " + date(e.At),
		Text: "By a rule of the exchange it " + endWord[how] + " in " + count(e.At.Sub(s.Now)) + " (" + date(e.At) + "): " + exchanges.Clean(e.Rule.Words),
	}
	switch {
	case e.Rule.NoIPs:
		f.Mend, f.Action = ByRestricting, "Enter your addresses as its IP whitelist: the rule is for keys without one."
	case e.Rule.Since == exchanges.SinceUsed:
		f.Mend, f.Action = ByVerifying, "Let its program make a call, or revoke the key if nothing needs it any more."
	default:
		f.Action = "Rotate the key before that."
	}
	return f, true
}

// What happens to a key at an end, as it will and as it should have.
var (
	endWord = map[exchanges.LifeEnd]string{
		exchanges.EndsDeleted: "is deleted", exchanges.EndsExpired: "expires", exchanges.EndsLoseRights: "loses its rights but reading",
	}
	endedWord = map[exchanges.LifeEnd]string{
		exchanges.EndsDeleted: "been deleted", exchanges.EndsExpired: "expired", exchanges.EndsLoseRights: "lost its rights but reading",
	}
)

// mayBeGone is about a rule whose end has come while nobody asked.
func mayBeGone(s *subject) (Finding, bool) {
	e := &s.ending
	if !s.passed(e.At) {
		return Finding{}, false
	}
	return Finding{
		Severity: s.grave(Critical), Word: "MAY BE GONE", Mend: ByVerifying, Began: e.At, Fact: string(e.Rule.Then) + " " + date(e.At),
		Text:   "By a rule of the exchange it should have " + endedWord[e.Rule.Then] + " " + ago(s.Now.Sub(e.At)) + ", and nobody has asked since: " + exchanges.Clean(e.Rule.Words),
		Action: "Verify the key; if it is gone, make a new one.",
	}, true
}

func dueSoon(s *subject) (Finding, bool) {
	if !s.soon(s.due) {
		return Finding{}, false
	}
	return Finding{
		Severity: Warning, Word: "DUE SOON", Mend: ByRotating, Began: s.due.Add(-s.Rules().WarnBefore), Fact: "due " + date(s.due),
		Text:   s.ageText() + ", your policy says " + days(s.Rules().RotateEvery) + ": due in " + count(s.due.Sub(s.Now)) + ".",
		Action: "Plan to rotate the key.",
	}, true
}

func unused(s *subject) (Finding, bool) {
	at, known := s.Facts.LastUsed.Time()
	if after := s.Rules().UnusedAfter; s.Forecast || after <= 0 || !known || s.Now.Sub(at) <= after {
		return Finding{}, false
	}
	return Finding{
		Severity: Info, Word: "UNUSED", Mend: ByRevoking, Began: at.Add(s.Rules().UnusedAfter), Fact: "last used " + date(at),
		Text:   "Last used " + ago(s.Now.Sub(at)) + ".",
		Action: "Revoke the key if nothing needs it any more.",
	}, true
}

func neverUsed(s *subject) (Finding, bool) {
	after := s.Rules().UnusedAfter
	if s.Forecast || after <= 0 || !s.Facts.LastUsed.IsNever() || s.age <= after {
		return Finding{}, false
	}
	created, _ := s.Created()
	return Finding{
		Severity: Info, Word: "NEVER USED", Mend: ByRevoking, Began: created.Add(after), Fact: "never used",
		Text:   "Never used since it was made, " + count(s.age) + " ago.",
		Action: "Revoke the key if nothing needs it.",
	}, true
}

// neverRotated is for keys that no rotation rule keeps young, and for those that
// were never rotated all the same.
func neverRotated(s *subject) (Finding, bool) {
	after := s.Rules().UnrotatedAfter
	if after <= 0 || !s.Rotated.IsZero() || s.age < after {
		return Finding{}, false
	}
	created, _ := s.Created()
	return Finding{
		Severity: Info, Quiet: true, Word: "UNROTATED", Mend: ByRotating, Began: created.Add(after), Fact: "made " + date(created),
		Text:   s.ageText() + " and never rotated.",
		Action: "Rotate the key: nobody knows where it was copied to in that time.",
	}, true
}

// stale is about facts that were true once. What could not be asked about is
// told by other rules.
func stale(s *subject) (Finding, bool) {
	after, at := s.Rules().StaleAfter, s.Check.At
	if s.Forecast || after <= 0 || at.IsZero() || s.Facts.Stated || s.Check.Kind != "" || s.Now.Sub(at) <= after {
		return Finding{}, false
	}
	return Finding{
		Severity: Info, Word: "STALE", Mend: ByVerifying, Began: at.Add(after), Fact: "checked " + date(at),
		Text:   "The exchange was last asked " + ago(s.Now.Sub(at)) + ": what is shown may have changed.",
		Action: "Verify the key.",
	}, true
}
