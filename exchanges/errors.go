package exchanges

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classifies a failure. It is itself an error, so that callers write
// errors.Is(err, exchanges.IPBlocked). Its text is a stable machine word that
// appears in --json output; Sentence is for people.
type Kind string

// The kinds of failure.
const (
	Invalid     Kind = "invalid"      // the credential was refused here, before anything was sent
	Auth        Kind = "auth"         // the exchange rejected the key or its signature
	Denied      Kind = "denied"       // the key lacks a right that the call needs
	IPBlocked   Kind = "ip-blocked"   // the key may not be used from this machine's address
	Expired     Kind = "expired"      // the exchange says that the key has expired
	ClockSkew   Kind = "clock-skew"   // this machine's clock is too far off
	Nonce       Kind = "nonce"        // another program uses this key with a larger nonce
	RateLimited Kind = "rate-limited" // the exchange asked us to slow down
	Blocked     Kind = "blocked"      // a firewall or a country rule refused us, not the key
	Unavailable Kind = "unavailable"  // the exchange is down or in maintenance
	Network     Kind = "network"      // no usable connection
	Protocol    Kind = "protocol"     // the answer was not what the exchange documents
	NotFound    Kind = "not-found"    // no such key or account
	Unsupported Kind = "unsupported"  // the exchange has no API for this
	Canceled    Kind = "canceled"     // the person or a deadline ended the call

	SecondFactor Kind = "second-factor" // managing keys wants a one-time code, or another one than was given
	LabelTaken   Kind = "label-taken"   // the account has a key of that label already
	KeyLimit     Kind = "key-limit"     // the account has as many keys as it may have
)

// kinds say of each kind what to tell a person, and what it leaves open where the
// exchange's own code says no more, the likeliest first.
var kinds = []struct {
	Kind
	sentence string
	causes   []Cause
}{
	{Invalid, "the key does not look right", []Cause{CauseDamaged}},
	{
		Auth, "the exchange rejected the key",
		[]Cause{CauseDeleted, CauseEnvironment, CauseSite, CauseSecret, CauseSwapped, CauseIP, CauseExpired, CausePassphrase},
	},
	{Denied, "the key lacks a permission", []Cause{CauseRight}},
	{IPBlocked, "this machine's address is not on the key's IP whitelist", []Cause{CauseIP}},
	{Expired, "the key has expired", []Cause{CauseExpired}},
	{ClockSkew, "this machine's clock is off", []Cause{CauseClock}},
	{Nonce, "another program uses this key with larger nonces", []Cause{CauseNonce}},
	{RateLimited, "the exchange asked us to slow down", []Cause{CauseRate}},
	{Blocked, "a firewall or country rule of the exchange refused the connection", []Cause{CauseBlocked}},
	{Unavailable, "the exchange is not available", []Cause{CauseDown}},
	{Network, "the exchange could not be reached", []Cause{CauseNetwork}},
	{Protocol, "the exchange answered something unexpected", []Cause{CauseAnswer}},
	{NotFound, "the exchange knows no such key", []Cause{CauseDeleted}},
	{Unsupported, "the exchange has no API for this", []Cause{CauseProduct}},
	{Canceled, "canceled", nil},

	{SecondFactor, "the exchange wants a one-time code", []Cause{CausePassphrase}},
	{LabelTaken, "the account already has a key of that label", nil},
	{KeyLimit, "the account has as many keys as it may have", nil},
}

// Error returns the machine word.
func (k Kind) Error() string { return string(k) }

// Sentence returns what to tell a person.
func (k Kind) Sentence() string {
	for _, known := range kinds {
		if known.Kind == k {
			return known.sentence
		}
	}
	return string(k)
}

// Verdict reports whether a failure of this kind says something about the key
// itself (rejected), rather than about the way to the exchange (unreachable).
// Not inlined: it has many callers.
//
//go:noinline
func (k Kind) Verdict() bool {
	switch k {
	case Auth, Denied, IPBlocked, Expired, NotFound, Invalid:
		return true
	default:
		return false
	}
}

// Outcome says what is known of the exchange's side of a failed call.
type Outcome uint8

// The outcomes. The zero value is the careful one.
const (
	OutcomeUnknown Outcome = iota // sent, no usable answer: it may have happened
	NotSent                       // nothing left this machine
	Refused                       // the exchange said no
)

// Error is the one error type of this package and its adapters.
type Error struct {
	Exchange   ID
	Op         string // what was asked, in the exchange's words: "GET /v5/user/query-api"
	Kind       Kind
	Outcome    Outcome
	Code       string        // the exchange's own code and words, cleaned
	Hint       string        // what the person can do next, one or two sentences
	RetryAfter time.Duration // how long the exchange asked us to wait; 0 if it did not

	// UnknownKey is set when the exchange said that it has no such key, in
	// words that mean nothing else: a refusal that may also be about the
	// address, a right or the signature does not set it.
	UnknownKey bool

	// Causes are what the exchange's code leaves open, where that is more or
	// other than Kind says, the likeliest first; see Possible.
	Causes []Cause

	Err error // cause, free of URLs with queries, bodies and secrets
}

// Error says what failed on what, in one line.
func (e *Error) Error() string {
	parts := make([]string, 0, 4)
	for _, p := range []string{string(e.Exchange), e.Op} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	text := e.Kind.Sentence()
	if e.Code != "" {
		text += fmt.Sprintf(" (%s)", e.Code)
	}
	parts = append(parts, text)
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, exchanges.Auth) work.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// AsError returns the *Error in err's chain, or one of kind Protocol around
// err. Not inlined: it has many callers.
//
//go:noinline
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Protocol, Err: err}
}
