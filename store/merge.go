package store

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

const (
	// ownUse is how far a reported use may lie from the end of an earlier
	// inspection and still be it: of that one only the end is kept, and its
	// call took a moment.
	ownUse = 5 * time.Second

	// clockSlack is how far a moment on an exchange's clock may be off when it
	// is brought to ours: exchanges tell whole seconds, of the use and in some
	// places of the clock that the offset was measured with.
	clockSlack = 2 * time.Second
)

// MergeFacts returns the facts after a successful inspection. What the
// exchange did not say this time is unknown, however recently it was known.
//
// The one exception is LastUsed. Where inspections move it
// (caps.LastUsedCountsOwn), the exchange may tell the use before the question
// or the question itself. So a value at the time of this inspection or of the
// one before hides the last use by others; prev's value then stays, unknown if
// this is the first inspection. The windows are tight, because a use by others
// that falls into one is lost until the next inspection.
func MergeFacts(prev Facts, prevCheck Check, info exchanges.KeyInfo, caps exchanges.Capabilities, now time.Time) Facts {
	seen := info.Seen
	if seen.IsZero() {
		seen = now
	}
	lastUsed := info.LastUsed
	if t, ok := lastUsed.Time(); ok && caps.LastUsedCountsOwn {
		// Exchange clocks differ from ours; t is on theirs.
		t = t.Add(-info.Clock.Offset)
		if during(t, info.Asked, seen) || endOf(t, prev.Seen) || endOf(t, prevCheck.At) {
			lastUsed = prev.LastUsed
		}
	}
	return Facts{
		Seen:                seen.UTC(),
		Label:               exchanges.Clean(info.Label),
		Account:             exchanges.Clean(info.Account),
		Permissions:         info.Permissions,
		ExchangePermissions: cleanList(info.ExchangePermissions),
		IPs:                 exchanges.IPWhitelist{State: info.IPs.State, Entries: cleanList(info.IPs.Entries)},
		Created:             info.Created,
		Expires:             info.Expires,
		LastUsed:            lastUsed,
		Notes:               cleanList(info.Notes),
	}
}

// during reports whether t lies within the present inspection, from the moment
// the question was sent to the moment the answer was there. An adapter that
// does not tell when it asked is taken to have been as quick as ownUse.
func during(t, asked, seen time.Time) bool {
	if asked.IsZero() {
		asked = seen.Add(-ownUse)
	}
	return !t.Before(asked.Add(-clockSlack)) && !t.After(seen.Add(clockSlack))
}

// endOf reports whether t is at the end of an earlier inspection; zero: there
// was none.
func endOf(t, inspected time.Time) bool {
	return !inspected.IsZero() && t.Sub(inspected).Abs() <= ownUse
}
