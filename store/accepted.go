package store

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Acceptance is a person's word that they live with a finding about a key, and
// why. It holds until a day, and only while what is behind the finding stays as
// it was: then the finding is back.
type Acceptance struct {
	Code   string // of the finding
	Fact   string // what was behind it, in words: policy.Finding.Fact
	Reason string
	At     time.Time
	Until  time.Time
	Actor  string
}

// maxAcceptance is the longest time that a finding is accepted for: what is
// true for longer is better said in config.toml.
const maxAcceptance = 2 * 366 * day

// Holds reports whether the acceptance covers a finding at a moment.
func (a *Acceptance) Holds(code, fact string, now time.Time) bool {
	return a.Code == code && a.Fact == fact && now.Before(a.Until)
}

// AcceptedAs returns the record's acceptance of a code, whether it still holds
// or not.
func (r *Record) AcceptedAs(code string) (Acceptance, bool) {
	i := slices.IndexFunc(r.Accepted, func(a Acceptance) bool { return a.Code == code })
	if i < 0 {
		return Acceptance{}, false
	}
	return r.Accepted[i], true
}

// Accept puts an acceptance in the place of the one of the same code.
func (r *Record) Accept(a Acceptance) {
	r.Object(a.Code)
	r.Accepted = append(r.Accepted, a)
}

// Object takes back the acceptance of a code, and reports whether there was one.
func (r *Record) Object(code string) bool {
	kept := slices.DeleteFunc(slices.Clone(r.Accepted), func(a Acceptance) bool { return a.Code == code })
	found := len(kept) < len(r.Accepted)
	r.Accepted = kept
	return found
}

// check says what keeps an acceptance from being stored.
func (a *Acceptance) check() error {
	switch {
	case !isWord(a.Code, 40):
		return errors.New("accepted: the code is not that of a finding")
	case strings.TrimSpace(a.Reason) == "":
		return errors.New("accepted: a reason is needed")
	case a.At.IsZero() || a.Until.IsZero():
		return errors.New("accepted: at and until are needed")
	case !a.Until.After(a.At):
		return errors.New("accepted: it ends before it begins")
	case a.Until.Sub(a.At) > maxAcceptance:
		return errors.New("accepted: for two years at most")
	}
	return nil
}

// normalisePast is the part of normalise that is about history.
func normalisePast(r *Record) {
	r.Past, r.Accepted = slices.Clone(r.Past), slices.Clone(r.Accepted)
	for i := range r.Past {
		s := &r.Past[i]
		s.First, s.Last = roundTime(s.First), roundTime(s.Last)
		s.Label, s.Account = exchanges.Clean(s.Label), exchanges.Clean(s.Account)
		s.IPs.Entries = cleanList(s.IPs.Entries)
	}
	for i := range r.Accepted {
		a := &r.Accepted[i]
		a.At, a.Until = roundTime(a.At), roundTime(a.Until)
		a.Fact, a.Reason, a.Actor = exchanges.Clean(a.Fact), exchanges.Clean(a.Reason), exchanges.Clean(a.Actor)
	}
}
