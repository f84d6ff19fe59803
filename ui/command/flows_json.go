package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowJSON is a flow as create, rotate, revoke and resume print it.
type flowJSON struct {
	Flow    flow.ID        `json:"flow"`
	Kind    flow.Kind      `json:"kind"`
	Record  store.RecordID `json:"record"`
	Name    string         `json:"name"`
	Step    flow.Step      `json:"step"`
	Done    bool           `json:"done"`
	Outcome string         `json:"outcome"`
	Prompt  *promptJSON    `json:"prompt"`  // null: it asks nothing
	Notes   []string       `json:"notes"`   // what was noticed on the way
	Left    []string       `json:"left"`    // what an abandoned flow leaves at the exchange
	Problem *problemJSON   `json:"problem"` // what it is stuck on
	Error   *errorJSON     `json:"error"`   // what ended the command: a wrong answer
}

// batchJSON is several flows that were asked for at once.
type batchJSON struct {
	Batch string     `json:"batch"`
	Of    int        `json:"of"`
	Flows []flowJSON `json:"flows"` // those that were begun
	Left  []string   `json:"not_begun"`
}

type problemJSON struct {
	Kind    string `json:"kind"`
	What    string `json:"what"`
	Hint    string `json:"hint"`
	Tries   int    `json:"tries"`
	Unknown bool   `json:"unknown"` // it may have happened all the same
}

// promptJSON is what a flow asks: enough to write the answer.
type promptJSON struct {
	ID      flow.PromptID     `json:"id"`
	Title   string            `json:"title"`
	Text    []string          `json:"text"`
	Warn    []string          `json:"warn"`
	Page    string            `json:"page"`
	Guide   []lineJSON        `json:"guide"`
	Review  []flow.ReviewLine `json:"review"`
	Fields  []inputJSON       `json:"fields"`
	Choices []choiceJSON      `json:"choices"`
	Due     *time.Time        `json:"due"` // when it goes on by itself
}

type lineJSON struct {
	Text string               `json:"text"`
	Put  exchanges.GuideValue `json:"put"`  // what is put there: "label", "ips"; empty: nothing
	Copy string               `json:"copy"` // in full
	Many []string             `json:"many"`
}

type inputJSON struct {
	Names   []string       `json:"names"` // in the answers file; a credential has several
	Label   string         `json:"label"`
	Help    string         `json:"help"`
	Kind    flow.FieldKind `json:"kind"`
	Options []optionJSON   `json:"options"`
	Default string         `json:"default"`
	Want    string         `json:"want"` // phrase: what must be written
}

type optionJSON struct {
	Value string   `json:"value"`
	Words string   `json:"words"`
	Help  string   `json:"help"`
	When  []string `json:"when,omitempty"` // see flow.Option
}

type choiceJSON struct {
	ID        string `json:"id"`
	Label     string `json:"label"`
	Help      string `json:"help"`
	Dangerous bool   `json:"dangerous"` // wants the phrase
}

// openJSON is an unfinished flow in the list of resume.
type openJSON struct {
	Flow        flow.ID               `json:"flow"`
	Kind        flow.Kind             `json:"kind"`
	Record      store.RecordID        `json:"record"`
	Name        string                `json:"name"`
	Exchange    exchanges.ID          `json:"exchange"`
	Venue       string                `json:"venue,omitempty"`
	Environment exchanges.Environment `json:"environment"`
	Step        flow.Step             `json:"step"`
	Batch       string                `json:"batch"`
	Began       *time.Time            `json:"began"`
	Moved       *time.Time            `json:"moved"`
	Problem     string                `json:"problem"`
	Untouched   bool                  `json:"untouched"` // nothing was done yet but planning
}

func newOpenJSON(s *flow.Summary) openJSON {
	return openJSON{
		Flow: s.ID, Kind: s.Kind, Record: s.Record, Name: s.Name, Exchange: s.Exchange, Venue: s.Venue, Environment: s.Environment, Step: s.Step,
		Batch: s.Batch.ID, Began: timeJSON(s.Began), Moved: timeJSON(s.Moved), Problem: s.Problem, Untouched: s.Untouched,
	}
}

func newFlowJSON(e *end) flowJSON {
	s := &e.update.State
	out := flowJSON{
		Flow: s.ID, Kind: s.Kind, Record: s.Record, Name: s.Name, Step: s.Step, Done: e.update.Done, Outcome: s.Outcome,
		Notes: list(s.Notes), Left: list(s.Left),
	}
	if e.update.Prompt != nil {
		out.Prompt = newPromptJSON(e.update.Prompt)
	}
	if p := problemOf(&e.update); p != nil {
		out.Problem = &problemJSON{p.Kind, p.What, p.Hint, p.Tries, p.Unknown}
	}
	if e.err != nil {
		out.Error = errorOf(explained(e.err))
	}
	return out
}

// problemOf returns what a flow is stuck on. A journal that cannot be written
// stops everything else.
func problemOf(u *flow.Update) *flow.Problem {
	if u.Halt != nil {
		return u.Halt
	}
	return u.State.Problem
}

// explained gives the errors of flows the two lines that a person gets.
func explained(err error) error {
	if e, ok := errors.AsType[*flow.FieldError](err); ok {
		return desk.Refuse(e.What, e.Hint)
	}
	if e, ok := errors.AsType[*flow.BusyError](err); ok {
		return desk.Refuse(err.Error(), fmt.Sprintf("Go on with it: keyrota resume %s.", e.ID))
	}
	if errors.Is(err, context.Canceled) {
		return desk.Refuse("interrupted", "What was begun stays as it is: keyrota resume goes on with it.")
	}
	return err
}

func newPromptJSON(p *flow.Prompt) *promptJSON {
	out := &promptJSON{
		ID: p.ID, Title: p.Title, Text: list(p.Text), Warn: list(p.Warn), Page: p.Page, Due: timeJSON(p.Due),
		Guide: []lineJSON{}, Review: list(p.Review), Fields: []inputJSON{}, Choices: []choiceJSON{},
	}
	for _, l := range p.Guide {
		out.Guide = append(out.Guide, lineJSON{l.Text, l.Name, l.Copy, list(l.Many)})
	}
	for _, f := range p.Fields {
		in := inputJSON{Names: inputNames(f), Label: f.Label, Help: f.Help, Kind: f.Kind, Options: []optionJSON{}, Default: f.Default, Want: f.Want}
		for _, o := range f.Options {
			in.Options = append(in.Options, optionJSON(o))
		}
		out.Fields = append(out.Fields, in)
	}
	for _, c := range choicesOf(p) {
		out.Choices = append(out.Choices, choiceJSON{c.ID, c.Label, c.Help, c.Dangerous})
	}
	return out
}

// list makes JSON say [] and not null of a list that is empty.
func list[T any](s []T) []T { return append([]T{}, s...) }
