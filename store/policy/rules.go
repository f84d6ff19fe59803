package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// The codes of findings.
const (
	CodeExpired     = "expired"          // the exchange's own expiry has passed
	CodeOverdue     = "overdue"          // older than rotate_every
	CodeRejected    = "rejected"         // the exchange refused the key
	CodeExpiresSoon = "expires-soon"     // expires within warn_before
	CodeDueSoon     = "due-soon"         // overdue within warn_before
	CodeWithdraw    = "withdraw-enabled" // may move funds out
	CodeNoIPList    = "no-ip-whitelist"  // may be used from any address
	CodeUnreachable = "unreachable"      // the last inspection brought no verdict
	CodeUnverified  = "unverified"       // no exchange was asked yet
	CodeUnused      = "unused"           // not used by others for unused_after
)

// rule returns a finding about a key, if it has one to make. What is unknown
// makes none: nobody should act on what no exchange said. The subject goes by
// value, since a pointer through a func value would put it on the heap.
type rule func(subject) (Finding, bool)

// ruleList is every rule; among findings of one severity its order counts.
var ruleList = []rule{
	expired, overdue, rejected, expiresSoon, dueSoon, withdrawEnabled, noIPList, unreachable, unverified, unused,
}

func expired(s subject) (Finding, bool) {
	if s.expiry.IsZero() || s.now.Before(s.expiry) {
		return Finding{}, false
	}
	return Finding{Code: CodeExpired, Severity: Critical, Word: "EXPIRED",
		Text:   s.word("Expired at the exchange " + ago(s.now.Sub(s.expiry)) + "."),
		Action: "Make a new key, hand it to the programs that use this one, and forget this one.",
	}, true
}

func overdue(s subject) (Finding, bool) {
	if s.due.IsZero() || s.now.Before(s.due) {
		return Finding{}, false
	}
	return Finding{Code: CodeOverdue, Severity: Critical, Word: "OVERDUE",
		Text:   s.ageText() + ", your policy says " + days(s.rules.RotateEvery) + ".",
		Action: "Rotate the key.",
	}, true
}

func rejected(s subject) (Finding, bool) {
	if s.Status() != store.Rejected {
		return Finding{}, false
	}
	text := "Refused at the last check: " + s.Check.Kind.Sentence()
	if s.Check.Code != "" {
		text += " (" + s.Check.Code + ")"
	}
	return Finding{Code: CodeRejected, Severity: Critical, Word: "REJECTED", Text: text + ".",
		Action: orElse(s.Check.Hint, "Look the key up on the exchange's page.")}, true
}

func expiresSoon(s subject) (Finding, bool) {
	if s.expiry.IsZero() || !s.soon(s.expiry) {
		return Finding{}, false
	}
	return Finding{Code: CodeExpiresSoon, Severity: Warning, Word: "EXPIRING",
		Text:   s.word("The exchange lets it expire in " + count(s.expiry.Sub(s.now)) + "."),
		Action: "Renew or rotate the key before that.",
	}, true
}

func dueSoon(s subject) (Finding, bool) {
	if s.due.IsZero() || !s.soon(s.due) {
		return Finding{}, false
	}
	return Finding{Code: CodeDueSoon, Severity: Warning, Word: "DUE SOON",
		Text:   s.ageText() + ", your policy says " + days(s.rules.RotateEvery) + ": due in " + count(s.due.Sub(s.now)) + ".",
		Action: "Plan to rotate the key.",
	}, true
}

// withdrawEnabled tells play money apart: there is nothing to steal, but the
// same habit would hurt on the live site.
func withdrawEnabled(s subject) (Finding, bool) {
	if !s.Facts.Permissions.Has(exchanges.Withdraw) {
		return Finding{}, false
	}
	f := Finding{Code: CodeWithdraw, Severity: Warning, Word: "WITHDRAW",
		Text:   "May withdraw funds.",
		Action: "Switch the permission off on the exchange's page unless a program needs it.",
	}
	switch {
	case !s.realMoney():
		f.Severity = Info
		f.Text = "May withdraw funds, though only play money."
	case fromAnywhere(s.Facts.IPs):
		f.Severity = Critical
		f.Text = "May withdraw funds, from any address."
		f.Action = "Switch the permission off on the exchange's page, or bind the key to your addresses."
	}
	f.Text = s.word(f.Text)
	return f, true
}

func noIPList(s subject) (Finding, bool) {
	if !s.realMoney() || s.rules.NoIPLists || !fromAnywhere(s.Facts.IPs) {
		return Finding{}, false
	}
	return Finding{Code: CodeNoIPList, Severity: Warning, Word: "NO IP LIST",
		Text:   s.word("May be used from any address."),
		Action: "Enter your addresses as its IP whitelist on the exchange's page.",
	}, true
}

// fromAnywhere reports whether the exchange, or the person, said that there is no restriction,
// or has a list that is none.
func fromAnywhere(w exchanges.IPWhitelist) bool {
	return w.State == exchanges.IPAny ||
		slices.ContainsFunc(w.Entries, func(e string) bool { return e == "0.0.0.0/0" || e == "::/0" || e == "*" })
}

// staleAfter is how long an exchange may give no verdict before that is more
// than a passing trouble.
const staleAfter = 24 * time.Hour

func unreachable(s subject) (Finding, bool) {
	if s.Status() != store.Unreachable {
		return Finding{}, false
	}
	f := Finding{Code: CodeUnreachable, Severity: Info, Word: "UNREACHABLE",
		Text:   "No verdict at the last check: " + s.Check.Kind.Sentence() + ".",
		Action: orElse(s.Check.Hint, "Verify it again later."),
	}
	switch seen := s.Facts.Seen; {
	case seen.IsZero():
		f.Severity = Warning
		f.Text += " It was never seen to work."
	case s.now.Sub(seen) >= staleAfter:
		f.Severity = Warning
		f.Text += " It was last seen to work " + ago(s.now.Sub(seen)) + "."
	}
	return f, true
}

func unverified(s subject) (Finding, bool) {
	if s.Status() != store.Unverified {
		return Finding{}, false
	}
	return Finding{Code: CodeUnverified, Severity: Info, Word: "UNVERIFIED",
		Text:   "The exchange has not been asked about it yet.",
		Action: "Verify the key.",
	}, true
}

func unused(s subject) (Finding, bool) {
	if s.rules.UnusedAfter <= 0 {
		return Finding{}, false
	}
	f := Finding{Code: CodeUnused, Severity: Info, Word: "UNUSED",
		Action: "Revoke the key if nothing needs it any more."}
	used := s.Facts.LastUsed
	if at, ok := used.Time(); ok && s.now.Sub(at) > s.rules.UnusedAfter {
		f.Text = "Last used " + ago(s.now.Sub(at)) + "."
		return f, true
	}
	if used.IsNever() && s.age > s.rules.UnusedAfter {
		f.Text = "Never used since it was made, " + count(s.age) + " ago."
		return f, true
	}
	return Finding{}, false
}

// soon reports whether t lies ahead, within warn_before.
func (s subject) soon(t time.Time) bool {
	return s.now.Before(t) && t.Sub(s.now) <= s.rules.WarnBefore
}

// ageText begins a sentence with the key's age, as exactly as it is known.
func (s subject) ageText() string {
	switch {
	case s.exact && s.Facts.Stated:
		return count(s.age) + " old as you stated"
	case s.exact:
		return count(s.age) + " old"
	}
	return "At least " + count(s.age) + " old"
}

// word tells whose word a sentence is: of stated facts the exchange said nothing.
func (s subject) word(sentence string) string {
	if s.Facts.Stated {
		return strings.TrimSuffix(sentence, ".") + ", as you stated."
	}
	return sentence
}

const day = 24 * time.Hour

// days returns a period of whole days as a bare number, any other with a unit.
func days(d time.Duration) string {
	if d >= day && d%day == 0 {
		return strconv.Itoa(int(d / day))
	}
	return count(d)
}

// count returns a duration in the unit that people would use: "97 days",
// "1 day", "5 hours", "40 minutes".
func count(d time.Duration) string {
	n, unit := int(d/day), " day"
	if n == 0 {
		n, unit = int(d/time.Hour), " hour"
	}
	if n == 0 {
		n, unit = int(d/time.Minute), " minute"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + unit
}

func ago(d time.Duration) string { return count(d) + " ago" }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
