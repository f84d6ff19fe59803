package policy

import (
	"slices"
	"time"
)

// Severity orders findings.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Warning
	Critical
)

// String returns "info", "warning" or "critical".
func (s Severity) String() string { return [...]string{"info", "warning", "critical"}[s] }

// Mend says which guided way mends a finding. The words are stable: programs
// read them.
type Mend string

// The ways.
const (
	ByRotating    Mend = "rotate"    // a new key in the place of this one
	ByRestricting Mend = "restrict"  // fewer rights, or addresses, on the exchange's page
	ByRevoking    Mend = "revoke"    // nobody needs the key
	ByVerifying   Mend = "verify"    // ask the exchange again
	ByDiagnosing  Mend = "diagnose"  // take the refusal apart
	ByEditing     Mend = "edit"      // what keyrota keeps of it is wrong
	ByResuming    Mend = "resume"    // go on with what was begun
	ByForgetting  Mend = "forget"    // what keyrota keeps of it is of no use
	BySurvey      Mend = "unmanaged" // look at the account's other keys
	ByMachine     Mend = "machine"   // this machine's addresses
	ByClock       Mend = "clock"     // set this machine's clock
)

// Finding is something wrong or worth doing about a key.
type Finding struct {
	Code     string // stable machine word: "overdue", "withdraw-enabled"
	Severity Severity
	Word     string // for the STATE column, at most 12 cells: "OVERDUE"
	Text     string // a sentence: what is wrong, with the numbers
	Action   string // a sentence: what mends it
	Mend     Mend   // the guided way to do that
	Quiet    bool   // worth a line in the details, not a word in a table of keys

	// Began is when it was first so, as far as that is known; zero: it is not.
	Began time.Time

	// Fact is what is behind the finding, in words that stay the same while that
	// does: an acceptance holds for it. The passing of time changes no fact.
	Fact string
}

// Accepted is a finding that the person lives with for a while.
type Accepted struct {
	Finding
	Reason string
	Until  time.Time
}

// The codes of findings.
const (
	CodeExpired       = "expired"             // the exchange's own expiry has passed
	CodeOverdue       = "overdue"             // older than rotate_every
	CodeMayBeGone     = "may-be-gone"         // by a rule of the exchange it ended, and nobody has asked since
	CodeRevokedAlive  = "revoked-alive"       // revoked, and the exchange still accepts it
	CodeSecretMissing = "secret-missing"      // the keyring has no secret for it
	CodeRejected      = "rejected"            // the exchange refused the key
	CodeClock         = "clock-off"           // this machine's clock and the exchange's differ
	CodeWithdraw      = "withdraw-enabled"    // may move funds out
	CodeAdmin         = "admin-enabled"       // may make and change keys
	CodeTransfer      = "transfer-enabled"    // may move funds between accounts
	CodePermissions   = "permissions-changed" // may do something else than before
	CodeIPChanged     = "ip-list-changed"     // may be used from elsewhere than before
	CodeAccount       = "account-changed"     // belongs to another account than before
	CodeLabel         = "label-changed"       // has another name at the exchange
	CodeExpiresSoon   = "expires-soon"        // expires within warn_before
	CodeDeletedSoon   = "deleted-soon"        // by a rule of the exchange, within warn_before
	CodeLosesRights   = "loses-rights-soon"   // by a rule of the exchange, within warn_before
	CodeDueSoon       = "due-soon"            // overdue within warn_before
	CodeNoIPList      = "no-ip-whitelist"     // may be used from any address
	CodeBroadIPs      = "ip-range-broad"      // may be used from a large block of addresses
	CodeNotHere       = "not-on-list"         // may not be used from this machine
	CodeMoved         = "address-changed"     // this machine has another address than before
	CodeOverPriv      = "over-privileged"     // may do more than its purpose needs
	CodeDuplicate     = "duplicate"           // stored twice
	CodeMixed         = "environments-mixed"  // play money and real money at one program, or under one name
	CodeShared        = "shared"              // two programs use it
	CodeUnmanaged     = "unmanaged-keys"      // its account has keys that keyrota does not know
	CodeFlow          = "flow-unfinished"     // create, rotate or revoke was begun and not ended
	CodeUnreachable   = "unreachable"         // the last inspection brought no verdict
	CodeUnverified    = "unverified"          // no exchange was asked yet
	CodeStale         = "check-stale"         // the last inspection is long ago
	CodeUnused        = "unused"              // not used by others for unused_after
	CodeNeverUsed     = "never-used"          // never used at all, for unused_after
	CodeNeverRotated  = "never-rotated"       // old, and still the first key
	CodeHMAC          = "hmac-secret"         // the exchange knows the secret, though it takes key pairs
)

// Codes returns the codes of all findings, in the order of the rules.
func Codes() []string {
	out := make([]string, len(ruleList))
	for i, r := range ruleList {
		out[i] = r.code
	}
	return out
}

// Known reports whether there is a finding of that code.
func Known(code string) bool {
	return slices.ContainsFunc(ruleList, func(r rule) bool { return r.code == code })
}
