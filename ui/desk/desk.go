// Package desk is the trader's desk: what can be done with keys, for the
// screen and for the plain commands alike. It knows no terminal.
//
// A Desk joins store, keyring and exchanges. It alone changes them, and it
// outlives the screen: what was begun is finished and written down even when
// the person quits.
package desk

import (
	"context"
	"net/netip"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// NewKey is a key that the person wants to add: everything about it, and its
// credential.
type NewKey struct {
	Name        string
	Exchange    exchanges.ID
	Environment exchanges.Environment
	Site        string // empty: the default site of the environment
	Details     Details
	Credential  exchanges.Credential

	// Since is when the person got the key, the least age that it has where the
	// exchange tells none; zero: now.
	Since time.Time
}

// Details is what a person may change about a key at any time.
type Details struct {
	Account   string
	Purpose   string
	Consumers []store.Consumer
	Notes     string

	SubAccount string // the sub-account that the key belongs to, as the exchange names it
	Manager    bool   // keyrota may manage the keys of sub-accounts with it

	// For keys at an exchange without adapter, and for no others.
	Venue    string  // the exchange's name, which is needed there
	KeysPage string  // https address of its page for keys; empty: not known
	Stated   *Stated // what the person says of the key; nil: nothing, or nothing new
}

// Stated is what the person says of a key at an exchange that nobody can ask.
// What is left zero they do not know.
type Stated struct {
	Permissions      exchanges.PermissionSet
	IPs              exchanges.IPWhitelist
	Created, Expires exchanges.Moment

	At time.Time // when they said so; zero: now
}

// Trial is the result of asking the exchange about a key before it is saved.
// A failed trial has Err set and no Info.
type Trial struct {
	Info exchanges.KeyInfo
	Err  *exchanges.Error
	At   time.Time
	Took time.Duration

	// Source is who made the secret, as the credential tells; empty: it was not read.
	Source exchanges.KeySource
}

// Phase says where a key is in a verification.
type Phase uint8

// The phases of a verification.
const (
	Waiting Phase = iota // for its turn, under the exchange's rate limit
	Asking               // the exchange has been asked
	Done                 // the answer is in the record
)

// Progress is one step of one key in a verification.
type Progress struct {
	ID     store.RecordID
	Phase  Phase
	Status store.Status     // when Done
	Err    *exchanges.Error // when Done and not ok
	Record *store.Record    // when Done: the record with the answer, even if it could not be saved
}

// Link says how the way to an exchange was when it was last taken. It is kept
// in memory only: another day it is another way.
type Link struct {
	At    time.Time // zero: not since the program started
	Clock exchanges.Clock
	Usage string // of the exchange's rate limit: "12/6000 per minute"
}

// Keyring says what is known of the keyring without touching it.
type Keyring struct {
	Backend string // "secret-service"; empty when none is chosen yet
	Opened  bool
	Err     error // why the last use failed
}

// Service is what screens need of a Desk. *Desk implements it; tests of
// screens use a fake. Methods with a ctx may take long and are called from
// commands, never from Update or View; the others return at once.
type Service interface {
	// Load reads keys.toml and returns the first snapshot.
	Load() (*store.Snapshot, error)
	// Snapshot returns the records as they are now.
	Snapshot() *store.Snapshot
	// RulesFor returns the policy that holds for a key.
	RulesFor(*store.Record) store.Rules
	// World returns what keys are judged by at a moment, without asking anybody.
	World(now time.Time) policy.World
	// Exchanges describes the exchanges that keyrota can talk to.
	Exchanges() []exchanges.Info
	// Keyring says what is known of the keyring.
	Keyring() Keyring
	// Link says how the way to a key's exchange was when it was last taken.
	Link(*store.Record) Link
	// ReadOnly returns why nothing can be changed, or "".
	ReadOnly() string

	// CheckName says whether a name can be given to a new key.
	CheckName(name string) error
	// CheckCredential brings a pasted credential into form, without network.
	CheckCredential(exchanges.ID, exchanges.Credential) (exchanges.Credential, error)
	// Try asks the exchange about a key that is not saved. The error is for
	// what kept it from asking; the exchange's refusal is in the Trial.
	Try(ctx context.Context, k NewKey) (Trial, error)
	// Add saves a key: the secret in the keyring, then the record. t is the
	// trial that the person saw, nil when they chose not to verify. Where nobody
	// can be asked it does not count: what is stated does.
	Add(ctx context.Context, k NewKey, t *Trial) (*store.Record, error)
	// Edit changes name and details and returns how to undo it.
	Edit(ctx context.Context, id store.RecordID, name string, d Details) (undo func(context.Context) error, err error)
	// Accept notes that the person lives with a finding about a key until a
	// moment, and why; Object takes that back. A code that nothing is found by now
	// is refused.
	Accept(ctx context.Context, id store.RecordID, code, reason string, until time.Time) error
	Object(ctx context.Context, id store.RecordID, code string) error
	// RestrictByHand returns how a person narrows a key on the exchange's page.
	RestrictByHand(*store.Record) Restriction
	// Forget removes the record, then the secret. The key lives on at the exchange.
	Forget(ctx context.Context, id store.RecordID) error
	// Verify asks the exchanges about the given keys (all for none), each
	// exchange at its own pace, and writes down what they say. Keys at an
	// exchange that nobody can ask are done as they are. report is called from
	// several goroutines. When ctx ends, what was learned so far
	// is kept.
	Verify(ctx context.Context, ids []store.RecordID, report func(Progress)) error
	// Diagnose asks the exchange about a key as Verify does, and takes a refusal
	// apart. The error is for what kept it from looking.
	Diagnose(ctx context.Context, id store.RecordID, o DiagnoseOptions) (Diagnosis, error)
	// CanTest returns why a key cannot be test-run, or "".
	CanTest(*store.Record) string
	// TestRun makes the calls of a test run of a key, one after the other: reads
	// and, where they are asked for, drills, which live keys are refused. report
	// is called by one goroutine when a call begins and when it is done. The
	// error is for what kept it from calling; when ctx ends, the report has what
	// was done.
	TestRun(ctx context.Context, id store.RecordID, o TestOptions, report func(TestStep)) (TestReport, error)
	// Survey asks for the keys of every account that an exchange lists, and
	// writes down those that no record is about.
	Survey(ctx context.Context) ([]Account, error)
	// Surveyed returns when the last survey since the start ended, and what it
	// looked at.
	Surveyed() (time.Time, []Account)
	// Unmanaged reads those of the last survey, the ignored ones last.
	Unmanaged() ([]store.Unmanaged, error)
	// Ignore notes that an unmanaged key is well as it is, and why; Heed takes
	// that back. A key is named by its fingerprint.
	Ignore(ctx context.Context, fingerprint, reason string) error
	Heed(ctx context.Context, fingerprint string) error
	// CanRevoke says whether RevokeUnmanaged can delete a key by API. It deletes
	// it with the key that listed it, and believes the list only.
	CanRevoke(*store.Unmanaged) bool
	RevokeUnmanaged(ctx context.Context, fingerprint string, code exchanges.Secret) error
	// DeleteByHand returns how a person deletes one on the exchange's page.
	DeleteByHand(*store.Unmanaged) ByHand
	// Machine returns what is known of this machine's public addresses, without
	// asking anybody.
	Machine() store.Machine
	// AskMachine asks the services of ip_echo for them; EchoHosts names those.
	// The error is for when none answered, and for what kept the answers from
	// being written down.
	AskMachine(context.Context) (store.Machine, error)
	EchoHosts() []string
	// Standing says how this machine stands to a key's IP whitelist, and by
	// which of its addresses; see store.Machine.Standing and ThroughProxy.
	Standing(*store.Record) (store.Standing, netip.Addr)
	// Flows is create, rotate and revoke.
	Flows() flow.Flows
	// History returns the newest audit events of a key, newest first.
	History(id store.RecordID, most int) ([]store.Event, error)
	// AuditBefore returns what lies before a place in the audit log (see
	// store.AuditEnd) and passes, newest first: at most so many entries, and
	// fewer when that would take long. next is the place to go on from; 0: the
	// log begins there. A line that is no entry is an empty event.
	AuditBefore(place int64, most int, pass func(*store.Event) bool) (found []store.AuditEntry, next int64, err error)
	// VerifyAudit reads the whole audit log and holds it against the keyring.
	VerifyAudit(ctx context.Context) (store.AuditReport, error)
}
