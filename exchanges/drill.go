package exchanges

import (
	"context"
	"slices"
	"time"
)

// Driller is an exchange at which a key can be tried without funds at risk: with
// reads and, where no real money is, with reads that are wrong on purpose.
//
// A site that implements it can be test-run; nothing else declares it.
type Driller interface {
	// Course returns the calls of a test run of c, in the order in which they
	// are made: reads, and after them drills, of which a live site has none.
	// market is the exchange's name of a market; empty: one that every site of
	// the environment has. Every call is a documented read.
	//
	// It sends nothing. The error is an *Error of kind Invalid, for a credential
	// or a market that cannot be one.
	Course(c Credential, market string) ([]TestCall, error)
}

// Drill is a mistake that a test run makes on purpose. Its text is a stable
// machine word; the zero value is none, a read as it should be.
type Drill string

// The drills there are.
const (
	NoDrill   Drill = ""
	Stale     Drill = "expired-timestamp" // or a nonce of long ago, where calls are counted
	Malformed Drill = "malformed-request"
	Forged    Drill = "wrong-signature"
	Hurried   Drill = "rate-limit" // a few calls at once, no more than TestCall.Most
)

// TestCall is one call of a test run.
type TestCall struct {
	Name  string // "balance", or what the drill does
	Drill Drill

	Method, Path string // what is sent first, without the query

	Signed bool   // with the key
	Most   int    // how many requests are sent at most, beside those for the clock
	Limit  string // of Hurried: what the exchange allows, by its documents; empty: not known
	Want   []Kind // what a refusal should be; none: the call should be accepted

	// Unable says why the exchange has no such call; Do is nil then.
	Unable string

	// Do makes the call once, without repeating what fails.
	Do func(context.Context) TestReply
}

// TestReply is what came of a TestCall.
type TestReply struct {
	Path   string        // of the last request, without the query
	Sent   int           // requests, beside those for the clock
	Status int           // of the last answer, as HTTP has it; 0: there was none
	Took   time.Duration // from the last request to the end of its answer
	Err    *Error        // nil: the exchange accepted the call
	Clock  Clock
	Usage  string // of the rate limit, for people: "12/6000 per minute"

	// After a rate limit with a Retry-After that is short: how long was waited,
	// and what came of the call then. Waited is 0 where nothing was waited.
	Waited time.Duration
	Then   *Error
}

// TestVerdict says what a reply means. Its text is a stable machine word.
type TestVerdict string

// The verdicts.
const (
	AsExpected  TestVerdict = "as-expected"
	Unexpected  TestVerdict = "unexpected"
	NotProvoked TestVerdict = "not-provoked" // as many calls as a test run may make were accepted
	NotPossible TestVerdict = "not-possible" // the exchange has no such call
	Interrupted TestVerdict = "canceled"
)

// Judge holds a reply against what a bot should expect.
func (c TestCall) Judge(r TestReply) TestVerdict {
	switch {
	case c.Do == nil:
		return NotPossible
	case r.Err != nil && r.Err.Kind == Canceled && r.Err.Code == "":
		return Interrupted
	case r.Err == nil && c.Drill == Hurried:
		return NotProvoked
	case r.Err == nil && len(c.Want) > 0, r.Err != nil && !slices.Contains(c.Want, r.Err.Kind), r.Then != nil:
		return Unexpected
	}
	return AsExpected
}
