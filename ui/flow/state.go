package flow

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// ID names a flow: 12 lower-case letters and digits, safe as a file name.
type ID string

// Kind is what a flow is for.
type Kind string

// The kinds.
const (
	Create Kind = "create"
	Rotate Kind = "rotate"
	Revoke Kind = "revoke"
)

// Step is where a flow is. Steps are written to journals: their words are stable.
type Step string

// The steps, in the order in which flows pass them; see paths.
const (
	StepWhere     Step = "where"     // create: exchange, environment, name
	StepVenue     Step = "venue"     // create: which exchange, where none that has an adapter is meant
	StepPurpose   Step = "purpose"   // create: what for, and so what it may do
	StepIPs       Step = "ips"       // create: from where
	StepPlan      Step = "plan"      // everything on one page, before anything is done
	StepPreflight Step = "preflight" // does the keyring keep, is the old key alive, is there room
	StepPair      Step = "pair"      // a key pair is made here
	StepMake      Step = "make"      // the key is made at the exchange
	StepReconcile Step = "reconcile" // was it made? nobody heard the answer
	StepRestrict  Step = "restrict"  // its IP whitelist is set by a second call
	StepVerify    Step = "verify"    // what the exchange says of it against the plan
	StepSwitch    Step = "switch"    // the record names the new key from now on
	StepConsumers Step = "consumers" // the programs that use it get it
	StepWatch     Step = "watch"     // is the old key still used?
	StepRevoke    Step = "revoke"    // the old key is revoked
	StepProve     Step = "prove"     // the exchange must refuse it
	StepForget    Step = "forget"    // its secret is forgotten
	StepUndo      Step = "undo"      // abandoning: the new key is revoked again
	StepKeep      Step = "keep"      // abandoning: a live key becomes a record of its own
	StepDone      Step = "done"
)

// State is all that is persisted of a flow. It holds no secret.
type State struct {
	ID    ID        `json:"id"`
	Kind  Kind      `json:"kind"`
	Rev   uint64    `json:"rev"` // grows with each event: an answer to an older one is stale
	Step  Step      `json:"step"`
	Began time.Time `json:"began"`
	Moved time.Time `json:"moved"` // when the last event came

	Record store.RecordID `json:"record"` // create: of the record to be
	Name   string         `json:"name"`
	Batch  Batch          `json:"batch,omitzero"`

	Plan Plan `json:"plan"`
	Old  Key  `json:"old,omitzero"` // rotate, revoke: the key that goes
	New  Key  `json:"new,omitzero"` // create, rotate: the key that comes

	Review    *Review    `json:"review,omitempty"` // the last verification of the new key
	Consumers []Handover `json:"consumers,omitempty"`
	Watch     Watching   `json:"watch,omitzero"`
	Proof     Proof      `json:"proof,omitzero"`

	Problem   *Problem `json:"problem,omitempty"`   // why the step's effect has not succeeded
	WantCode  Effect   `json:"want_code,omitempty"` // what the exchange asks a one-time code for
	Leaving   bool     `json:"leaving,omitempty"`   // the person asked to abandon
	Confirmed bool     `json:"confirmed,omitempty"` // revoke: the name was typed
	Noted     bool     `json:"noted,omitempty"`     // the audit log has the beginning
	Recall    bool     `json:"recall,omitempty"`    // a new secret may or may not be in its slot
	Mend      bool     `json:"mend,omitempty"`      // set the new key's rights and addresses again
	Deleted   bool     `json:"deleted,omitempty"`   // undo by hand: the person says so
	Looks     int      `json:"looks,omitempty"`     // reconcile: how often the list was looked at
	Tries     int      `json:"tries,omitempty"`     // of the present effect
	Lost      *Problem `json:"lost,omitempty"`      // why nobody knows what came of the last attempt to make the key; Tries: attempts

	CodeRefused string `json:"code_refused,omitempty"` // why the last one-time code was not taken, if one was given

	Due     time.Time     `json:"due,omitzero"`      // when to go on without an answer
	Audit   []store.Event `json:"audit,omitempty"`   // what the audit log does not have yet
	Trash   []store.Slot  `json:"trash,omitempty"`   // secrets of keys that were pasted by mistake
	Notes   []string      `json:"notes,omitempty"`   // what was noticed on the way, for people
	Outcome string        `json:"outcome,omitempty"` // done: how it ended, in a sentence
	Left    []string      `json:"left,omitempty"`    // abandoned: what is left at the exchange
	Ended   bool          `json:"ended,omitempty"`   // done, but abandoned
}

// Batch ties flows together that were asked for at once.
type Batch struct {
	ID     string `json:"id"`
	Number int    `json:"number"` // from 1
	Of     int    `json:"of"`
	Reason string `json:"reason,omitempty"` // incident: "3Commas leaked"
}

// Route says by whom keys are made or revoked.
type Route string

// The routes.
const (
	ByHand Route = "hand" // by the person, on the exchange's page
	ByAPI  Route = "api"
)

// Plan is what the person agreed to.
type Plan struct {
	Exchange    exchanges.ID          `json:"exchange"`
	Environment exchanges.Environment `json:"environment"`
	Site        string                `json:"site,omitempty"`
	Usual       string                `json:"usual,omitempty"`     // the name of the environment's default site
	Manual      bool                  `json:"manual,omitempty"`    // nobody can be asked about its keys: the person's word counts
	Venue       string                `json:"venue,omitempty"`     // where Manual: the exchange's name in the person's words
	KeysPage    string                `json:"keys_page,omitempty"` // where Manual: https address of its page for keys
	Named       bool                  `json:"named,omitempty"`     // both came with the request: they are not asked for
	SubAccount  string                `json:"sub_account,omitempty"`
	Purpose     string                `json:"purpose,omitempty"`

	Permissions []string              `json:"permissions,omitempty"` // asked for, in the normal form
	IPs         exchanges.IPWhitelist `json:"ips,omitzero"`          // zero: not known, so not compared
	Mine        []string              `json:"mine,omitempty"`        // this machine's public addresses, when asked for
	WantMine    bool                  `json:"want_mine,omitempty"`   // they are to be asked for
	Label       string                `json:"label,omitempty"`       // at the exchange, of the present attempt
	Earlier     []string              `json:"earlier,omitempty"`     // labels of attempts that were given up

	Route   Route               `json:"route,omitempty"`
	Manager store.RecordID      `json:"manager,omitempty"` // by API: the record whose key makes it; may be the old key's
	Source  exchanges.KeySource `json:"source,omitempty"`
	Public  string              `json:"public,omitempty"` // PEM, of the pair made here

	// Kill is how the old key is revoked, Killer with which key.
	Kill   Route  `json:"kill,omitempty"`
	Killer Killer `json:"killer,omitzero"`

	Can exchanges.Capabilities `json:"can"` // of the site, when the flow began
}

// Killer is the key with which the old one is revoked: itself, the new one, or
// that of another record.
type Killer struct {
	Itself bool           `json:"itself,omitempty"`
	New    bool           `json:"new,omitempty"`
	Record store.RecordID `json:"record,omitempty"`
}

// Key is one key of a flow.
type Key struct {
	Slot        store.Slot `json:"slot,omitempty"`   // where its secret lies, or will
	Masked      string     `json:"masked,omitempty"` // key ID; empty: there is none yet
	Fingerprint string     `json:"fingerprint,omitempty"`
	Made        time.Time  `json:"made,omitzero"`

	Blind    bool        `json:"blind,omitempty"`    // its secret is not in the keyring: nothing can be asked with it
	Accepted time.Time   `json:"accepted,omitzero"`  // when the exchange last accepted it in this flow
	Refused  string      `json:"refused,omitempty"`  // preflight: how the exchange refused it
	Lives    bool        `json:"lives,omitempty"`    // preflight: the refusal is one of a key that lives
	Listed   bool        `json:"listed,omitempty"`   // preflight: it is in the list that the killer reads
	Dead     bool        `json:"dead,omitempty"`     // it was deleted before we began, says the person
	Gone     bool        `json:"gone,omitempty"`     // revoked: by us, or the person says so
	Facts    store.Facts `json:"facts,omitzero"`     // as of Accepted
	Verified bool        `json:"verified,omitempty"` // new: it is what the plan says
}

// Handover is one consumer on its way to the new key.
type Handover struct {
	Consumer store.Consumer `json:"consumer"`
	State    string         `json:"state"` // see the constants
	Error    string         `json:"error,omitempty"`
}

// The states of a handover.
const (
	Waiting = "waiting"
	Asked   = "asked" // the person said yes to running the hook or writing the file
	Handed  = "done"
	Skipped = "skipped"
)

// byFile reports whether the consumer gets the key by a file that we write.
func (h *Handover) byFile() bool { return h.Consumer.Handover() == store.HandFile }

// Watching is what is known of the old key's use since the switch.
type Watching struct {
	Since time.Time        `json:"since"` // the switch
	Asked time.Time        `json:"asked"`
	Used  exchanges.Moment `json:"used"` // last use by others; unknown: the exchange does not tell
}

// Proof is the evidence that the old key is dead.
type Proof struct {
	Tries    int       `json:"tries"`
	Since    time.Time `json:"since"`              // when the old key was revoked
	First    time.Time `json:"first"`              // refusal of the present unbroken row
	Last     time.Time `json:"last"`               // refusal
	Refusals int       `json:"refusals"`           // in a row
	Kind     string    `json:"kind,omitempty"`     // of the last try
	Code     string    `json:"code,omitempty"`     // the exchange's words
	Unknown  bool      `json:"unknown,omitempty"`  // the exchange says: no such key
	Unlisted bool      `json:"unlisted,omitempty"` // the exchange's list has it no more
	NewOK    bool      `json:"new_ok,omitempty"`   // another key was accepted beside the refusal
	Alive    bool      `json:"alive,omitempty"`    // the last try was accepted, or found it in the list
	Listed   bool      `json:"listed,omitempty"`   // the exchange's list still has it
	NoList   bool      `json:"no_list,omitempty"`  // the person does not want to give a code for the list
	Alone    bool      `json:"alone,omitempty"`    // there is no other key to hold against it
	Judged   bool      `json:"judged,omitempty"`   // the last try is taken in: no other is due yet
	Verdict  Verdict   `json:"verdict,omitempty"`
}

// Verdict is what the evidence amounts to.
type Verdict string

// The verdicts.
const (
	Open    Verdict = ""        // not enough yet
	Proven  Verdict = "proven"  // the exchange's own word
	Refused Verdict = "refused" // ambiguous, but for long and where it was accepted before
	Stated  Verdict = "stated"  // the person's word: nothing could be asked
)

// Review holds what the exchange says of the new key against the plan.
type Review struct {
	At       time.Time    `json:"at"`
	Lines    []ReviewLine `json:"lines"`
	Wider    []string     `json:"wider,omitempty"`    // sentences: a stop
	Narrower []string     `json:"narrower,omitempty"` // sentences: the person decides
	Accepted bool         `json:"accepted,omitempty"` // the person took it as it is
}

// ReviewLine is one line of the comparison.
type ReviewLine struct {
	What  string `json:"what"`  // "futures", "IP whitelist"
	Asked string `json:"asked"` // "on", "off", "203.0.113.7"
	Found string `json:"found"`
	Mark  string `json:"mark"` // "same", "wider", "narrower", "unknown"
}

// Problem is why an effect has not succeeded.
type Problem struct {
	Effect  Effect    `json:"effect"`
	Kind    string    `json:"kind"` // exchanges.Kind, "keyring", "disk", "hook"
	What    string    `json:"what"` // what failed on what
	Hint    string    `json:"hint,omitempty"`
	Tries   int       `json:"tries"`
	At      time.Time `json:"at"`
	Unknown bool      `json:"unknown,omitempty"` // it may have happened all the same
}

// Summary is a flow in a list.
type Summary struct {
	ID          ID
	Kind        Kind
	Record      store.RecordID
	Name        string
	Exchange    exchanges.ID
	Environment exchanges.Environment
	Venue       string // see Plan.Venue
	Step        Step
	Batch       Batch
	Began       time.Time
	Moved       time.Time
	Problem     string // the sentence, when it is stuck
	Untouched   bool   // nothing was done yet but planning
	Alive       bool   // the old key was revoked, and the exchange still accepts or lists it
}

// Summary returns what lists show of the flow.
func (s *State) Summary() Summary {
	out := Summary{
		ID: s.ID, Kind: s.Kind, Record: s.Record, Name: s.Name, Exchange: s.Plan.Exchange, Environment: s.Plan.Environment, Venue: s.Plan.Venue,
		Step: s.Step, Batch: s.Batch, Began: s.Began, Moved: s.Moved, Untouched: s.untouched(),
		Alive: s.Step == StepProve && s.Proof.Alive,
	}
	if s.Problem != nil {
		out.Problem = s.Problem.What
	}
	return out
}

// untouched reports whether the flow has changed nothing anywhere.
func (s *State) untouched() bool {
	switch s.Step {
	case StepWhere, StepVenue, StepPurpose, StepIPs, StepPlan, StepPreflight:
		return s.New.Slot == ""
	default:
		return false
	}
}
