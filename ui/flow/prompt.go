package flow

import (
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// PromptID names a question. It is stable: answers files name it.
type PromptID string

// The questions.
const (
	AskWhere    PromptID = "where"
	AskVenue    PromptID = "venue"
	AskPurpose  PromptID = "purpose"
	AskIPs      PromptID = "ips"
	AskPlan     PromptID = "plan"
	AskOldDead  PromptID = "old-refused" // preflight: the exchange does not take the old key
	AskPaste    PromptID = "paste"       // make it by hand and paste it
	AskLook     PromptID = "look"        // reconcile by hand: is there a key of that label?
	AskReview   PromptID = "review"      // the new key is not what was asked for
	AskWorks    PromptID = "works"       // nobody can be asked: does the new key work?
	AskConsumer PromptID = "consumer"
	AskWatch    PromptID = "watch"
	AskRevoke   PromptID = "revoke" // dangerous
	AskGone     PromptID = "gone"   // by hand: deleted?
	AskProve    PromptID = "prove"  // not dead yet, or not proven
	AskCode     PromptID = "code"   // a one-time code
	AskProblem  PromptID = "problem"
	AskAbandon  PromptID = "abandon"
	AskUndo     PromptID = "undo" // abandoning by hand: delete the new key
)

// Prompt is a question to the person, complete: screens and answers files need
// to know nothing else.
type Prompt struct {
	ID    PromptID
	Title string   // "Make the key on Binance's site"
	Text  []string // paragraphs: what is, and what follows from it
	Warn  []string // what must be seen before answering

	Page  string // the exchange's page, to be opened on request
	Guide []Line // what to do there, line by line

	Fields  []Field
	Choices []Choice // the first is the default; a dangerous one is never first

	// Review is shown as a table: asked for against found.
	Review []ReviewLine

	// Due is when the flow goes on by itself; zero: it waits for an answer.
	Due time.Time
}

// Line is one line of a guide. Copy is what is pasted there, in full; empty:
// nothing. Words are shown after the text: boxes to tick, addresses.
type Line struct {
	Text string
	Name exchanges.GuideValue
	Copy string
	Many []string // boxes to tick, one by one
}

// FieldKind says how a field is filled in.
type FieldKind string

// The kinds of field.
const (
	FieldText       FieldKind = "text"
	FieldChoice     FieldKind = "choice"     // one of Options
	FieldMany       FieldKind = "many"       // several of Options, separated by blanks
	FieldIPs        FieldKind = "ips"        // addresses, separated by commas or blanks; "any"
	FieldCredential FieldKind = "credential" // the parts in Form; the answer's Credential
	FieldCode       FieldKind = "code"       // the answer's Code
	FieldPhrase     FieldKind = "phrase"     // Want must be typed, for the choices that are dangerous
)

// Field is one input of a prompt.
type Field struct {
	Name    string // in Answer.Values: "permissions"
	Label   string
	Help    string
	Kind    FieldKind
	Options []Option
	Default string
	Want    string                // FieldPhrase
	Form    []exchanges.Field     // FieldCredential
	Source  exchanges.KeySource   // FieldCredential: FromKeyPair wants the key ID only
	Exch    exchanges.ID          // FieldCredential: whose
	Env     exchanges.Environment // FieldCredential
}

// Option is one value that a field may have.
type Option struct {
	Value string
	Words string
	Help  string

	// When has what the option goes with: values of the fields above its own,
	// separated by blanks. Empty: it goes with all.
	When []string
}

// Offered returns the options that go with the values of the fields above f,
// separated by blanks.
func (f Field) Offered(above string) []Option {
	return slices.DeleteFunc(slices.Clone(f.Options), func(o Option) bool { return len(o.When) > 0 && !slices.Contains(o.When, above) })
}

// Choice is one way to answer.
type Choice struct {
	ID        string // stable: answers files name it
	Label     string
	Help      string
	Dangerous bool // needs the phrase
	Bare      bool // the fields do not matter: "back", "abandon"
}

// Choice ids that many prompts share.
const (
	Go      = "go"
	Back    = "back"
	Lookup  = "lookup" // ask the echo service for this machine's addresses
	Retry   = "retry"
	Hand    = "hand"    // go on by hand
	Abandon = "abandon" // end the flow, with a statement of what is left
	Later   = "later"   // not an answer: screens and commands leave the flow as it is

	Paste      = "paste"   // paste another key instead
	Mend       = "mend"    // let the exchange's API set what differs
	Relabel    = "relabel" // use another label
	There      = "there"   // reconcile by hand: the key was there and is deleted now
	None       = "none"    // reconcile by hand: there is no such key
	Run        = "run"     // consumer: run the hook
	Write      = "write"   // consumer: write the file
	Done       = "done"    // consumer: the person did it
	Skip       = "skip"
	GoneBefore = "gone"    // old-refused: it is deleted already
	Look       = "look"    // watch: look again
	Again      = "revoke"  // prove: revoke once more
	ByWord     = "stated"  // prove: the person's word
	Without    = "without" // code: go on without the list
	End        = "end"     // abandon: nothing is undone
	UndoNew    = "undo"    // abandon: the new key is deleted
	KeepKey    = "keep"    // abandon: the key that lives becomes a record of its own
)

// Answer is what the person said. Values has the fields by name; what is
// secret has places of its own and is never written to the journal.
type Answer struct {
	Choice     string               `json:"choice"`
	Values     map[string]string    `json:"values,omitempty"`
	Credential exchanges.Credential `json:"-"`
	Code       exchanges.Secret     `json:"-"`
}

// FieldError says what is wrong with an answer: the prompt stays.
type FieldError struct {
	Field string // empty: the choice
	What  string
	Hint  string
}

// Error says what is wrong.
func (e *FieldError) Error() string { return e.What }
