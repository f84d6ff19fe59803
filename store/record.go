// Package store is what keyrota knows and keeps: records of keys in
// keys.toml, the person's rules in config.toml, an audit log, and the
// interface behind which secrets lie in the OS keyring.
//
// keys.toml is the index; the keyring holds values. Adding writes the secret
// first and then the record, forgetting removes the record first and then the
// secret, so that a crash between the two leaves an orphan secret, which
// doctor finds, and never a record without its secret. A key that replaces
// another has a slot of its own there: one save of keys.toml switches from the
// old to the new, and until then and long after both secrets are kept.
//
// Unfinished flows have a journal each, of which the store knows lines only.
package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// RecordID names a record for ever; it is random, and safe as the name of a
// keyring item.
type RecordID string

// NewRecordID returns a fresh ID of 26 lower-case letters and digits.
func NewRecordID() RecordID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return RecordID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])))
}

// Record is what is kept of a key. It holds no secret. Records in a Snapshot
// are shared: nobody may change them.
type Record struct {
	ID          RecordID
	Name        string // unique, chosen by the person
	Exchange    exchanges.ID
	Environment exchanges.Environment
	Site        string // regional site, empty for the default one
	Venue       string // the exchange's name in the person's words, where Exchange stands for any
	KeysPage    string // https address of its page for keys; empty: not known
	Account     string // login or sub-account, in the person's words
	SubAccount  string // as the exchange wants it, when the key belongs to one and a managing key reaches it
	Manager     bool   // the person lets this key manage those of sub-accounts
	Purpose     string
	Consumers   []Consumer
	KeyID       string // masked: see MaskKeyID
	Fingerprint string // see Fingerprint
	Slot        Slot   // where the secret lies; empty: see SecretSlot
	Added       time.Time
	Rotated     time.Time // zero: never rotated through keyrota
	Rules       Overrides
	Source      exchanges.KeySource // who made the secret; empty: not known
	Notes       string
	Facts       Facts
	Check       Check
	Past        []Sight      // what the exchange said before, newest first: see Learn
	Accepted    []Acceptance // findings that the person lives with, one a code
}

// Off as an override switches a rule off for one key.
const Off time.Duration = -1

// Overrides replaces rules for one key. A zero duration means: no override;
// a negative one, Off, switches the rule off.
type Overrides struct {
	RotateEvery, WarnBefore, UnusedAfter time.Duration
}

// Facts is what the exchange said when it last accepted the key. Zero fields
// were not told. Of stated facts the same holds for what the person said.
type Facts struct {
	Stated              bool                    `json:"stated,omitempty"` // the person's word: nobody can be asked
	Seen                time.Time               `json:"seen,omitzero"`    // when; zero: never inspected, or stated
	Since               time.Time               `json:"since,omitzero"`   // first seen with these rights, addresses, label and account; zero: as Seen
	Label               string                  `json:"label,omitempty"`
	Account             string                  `json:"account,omitempty"`
	Permissions         exchanges.PermissionSet `json:"permissions,omitzero"`
	ExchangePermissions []string                `json:"exchange_permissions,omitempty"`
	IPs                 exchanges.IPWhitelist   `json:"ips,omitzero"`
	Created             exchanges.Moment        `json:"created,omitzero"`
	Expires             exchanges.Moment        `json:"expires,omitzero"`
	LastUsed            exchanges.Moment        `json:"last_used,omitzero"` // by others: our own inspections are told apart by MergeFacts
	Notes               []string                `json:"notes,omitempty"`
}

// Check is the result of the last inspection, whether it succeeded or not.
type Check struct {
	At   time.Time      `json:"at,omitzero"` // zero: never
	Kind exchanges.Kind `json:"kind,omitempty"`
	Code string         `json:"code,omitempty"`
	Hint string         `json:"hint,omitempty"`

	// Failing is when inspections began to end as this one did; zero: it
	// succeeded, or that is not known.
	Failing time.Time `json:"failing,omitzero"`

	// Clock is how far the exchange's clock was off at the last inspection, if
	// that is worth a word: see Check.Heard.
	Clock exchanges.Clock `json:"clock,omitzero"`
}

// Status is what the last inspection says of a key, or that there cannot be one.
type Status string

// The statuses, as they appear in --json output.
const (
	OK          Status = "ok"          // the exchange accepted the key
	Rejected    Status = "rejected"    // the exchange refused the key
	Unreachable Status = "unreachable" // the exchange gave no verdict
	Unverified  Status = "unverified"  // nobody has asked yet
	Stated      Status = "stated"      // nobody can be asked: the person's word counts
)

// Status returns what the last inspection says.
//
//go:noinline // copied into its callers, it would take 9 kB
func (r *Record) Status() Status {
	switch {
	case r.Facts.Stated:
		return Stated
	case r.Check.At.IsZero():
		return Unverified
	case r.Check.Kind == "":
		return OK
	case r.Check.Kind.Verdict():
		return Rejected
	}
	return Unreachable
}

// Created returns when the key was made, as far as known, and whether the
// exchange said so, or the person where facts are stated; if nobody did,
// keyrota's first sight of the key stands in.
// A rotation through keyrota counts as first sight of the new key.
func (r *Record) Created() (at time.Time, told bool) {
	if t, ok := r.Facts.Created.Time(); ok {
		return t, true
	}
	if !r.Rotated.IsZero() {
		return r.Rotated, false
	}
	return r.Added, false
}

// MaskKeyID keeps the ends of a key ID, enough to find it on the exchange's
// page: "vmPU…uh8A". Of a short ID it keeps less, so that no more than half
// is ever shown.
func MaskKeyID(id string) string {
	r := []rune(id)
	n := min(4, len(r)/4)
	return string(r[:n]) + "…" + string(r[len(r)-n:])
}

// Fingerprint identifies a key ID without holding it: SHA-256, in hex.
func Fingerprint(keyID string) string {
	sum := sha256.Sum256([]byte(keyID))
	return hex.EncodeToString(sum[:])
}
