package flow

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Event is something that happened. Exactly one of Answer, Done, Failed,
// Broken and Due says what; the rest is what came of it.
type Event struct {
	At     time.Time `json:"at"`
	Answer *Answered `json:"answer,omitempty"`
	Done   Effect    `json:"done,omitempty"`   // an effect ended well
	Failed *Failure  `json:"failed,omitempty"` // an effect did not
	Broken Effect    `json:"broken,omitempty"` // keyrota ended between intent and outcome
	Due    bool      `json:"due,omitempty"`    // the time in State.Due has come

	// What Apply may need and may not find out itself, being pure.
	Slot  store.Slot             `json:"slot,omitempty"`  // a fresh one
	Label string                 `json:"label,omitempty"` // a fresh one, by the exchange's rule
	Can   exchanges.Capabilities `json:"can,omitzero"`    // of the site in the answer
	Usual string                 `json:"usual,omitempty"` // the environment's default site

	Manual bool `json:"manual,omitempty"` // nobody can be asked at the exchange in the answer

	// What effects found.
	Mine     []string         `json:"mine,omitempty"`
	Public   string           `json:"public,omitempty"`
	Key      Key              `json:"key,omitzero"` // of the new key, or of the old at preflight
	Kill     Route            `json:"kill,omitempty"`
	Killer   Killer           `json:"killer,omitzero"`
	Found    Found            `json:"found,omitempty"`
	Review   *Review          `json:"review,omitempty"`
	Used     exchanges.Moment `json:"used,omitzero"`
	Facts    store.Facts      `json:"facts,omitzero"`
	Probe    *Probe           `json:"probe,omitempty"`
	Notes    []string         `json:"notes,omitempty"`
	RecordID store.RecordID   `json:"record,omitempty"` // keep: of the new record
	Name     string           `json:"name,omitempty"`   // of the record, when it was not free any more

	Consumers []store.Consumer `json:"consumers,omitempty"` // switch: of the record, as it is now
}

// Answered is an answer without what was secret in it.
type Answered struct {
	Prompt PromptID          `json:"prompt"`
	Choice string            `json:"choice"`
	Values map[string]string `json:"values,omitempty"`
}

// Failure is an effect that did not end well.
type Failure struct {
	Problem
	Wait    time.Duration `json:"wait,omitempty"`    // when to try again by itself; 0: when the person says so
	Taken   bool          `json:"taken,omitempty"`   // the label is in use
	Code    bool          `json:"code,omitempty"`    // a one-time code is wanted
	Given   bool          `json:"given,omitempty"`   // one was given, and not taken
	Hook    bool          `json:"hook,omitempty"`    // the consumer's own program or file failed
	Ignored bool          `json:"ignored,omitempty"` // it was a courtesy: the flow goes on without
}

// Found is what reconcile found at the exchange.
type Found string

// The findings.
const (
	FoundNone  Found = "none"
	FoundStray Found = "stray" // the key was there, its secret was not: it is revoked
	FoundWhole Found = "whole" // the key was there, and its secret is in the keyring
)

// Probe is one try to use the old key.
type Probe struct {
	Accepted bool   `json:"accepted,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Verdict  bool   `json:"verdict,omitempty"` // the refusal is about the key, not about the way
	Code     string `json:"code,omitempty"`
	Unknown  bool   `json:"unknown,omitempty"`  // the exchange says: no such key
	Unlisted bool   `json:"unlisted,omitempty"` // its list does not have the key
	Listed   bool   `json:"listed,omitempty"`   // its list has the key
	NewOK    bool   `json:"new_ok,omitempty"`   // another key was accepted at the same time
	Alone    bool   `json:"alone,omitempty"`    // there was no other key to try
	Asked    bool   `json:"asked,omitempty"`    // the old key was tried at all

	// How long an ambiguous refusal must last, and how often it is looked at.
	For   time.Duration `json:"for,omitempty"`
	Every time.Duration `json:"every,omitempty"`
}
