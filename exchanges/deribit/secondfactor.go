package deribit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Where an account has two-factor authentication, Deribit answers a call that
// it guards with a challenge in the place of the result, and has done nothing.
// The same call with the challenge and a code is then carried out. A code is
// good for one call, a challenge for a minute.

const (
	hintNextCode = "Deribit takes each code for one call only: wait until the authenticator shows the next one, within half a minute, and enter that."
	hintHardware = "The account's second factor is a hardware key, which only the browser can ask for: do this on Deribit's API page."
)

// answer is a result, or the wish for a second factor in its place.
type answer[T any] struct {
	result    T
	challenge *challenge
}

type challenge struct {
	Required bool     `json:"security_key_authorization_required"`
	Text     string   `json:"challenge"` // goes back as it came
	Keys     keyKinds `json:"security_keys"`
}

// keyKinds are the kinds of second factors that the account has.
type keyKinds []string

// UnmarshalJSON never fails; another form is no list.
func (k *keyKinds) UnmarshalJSON(b []byte) error {
	var list []struct {
		Type string `json:"type"`
	}
	*k = nil
	if json.Unmarshal(b, &list) == nil {
		for _, one := range list {
			*k = append(*k, one.Type)
		}
	}
	return nil
}

// UnmarshalJSON fails where T's does.
func (a *answer[T]) UnmarshalJSON(b []byte) error {
	var c challenge
	if json.Unmarshal(b, &c) == nil && c.Required {
		a.challenge = &c
		return nil
	}
	return json.Unmarshal(b, &a.result)
}

// takesCode reports whether a code of an authenticator will do. Without a word
// about the kinds, that is tried.
func (c *challenge) takesCode() bool {
	return len(c.Keys) == 0 || slices.Contains(c.Keys, "tfa")
}

// errand is one act of a managing key: its token, and the one code that the
// person gave for it.
type errand struct {
	venue   *venue
	manager exchanges.Manager
	token   exchanges.Secret
	kept    bool // the token is of an earlier sign-in
	spent   bool // the code was used
}

// errand signs the managing key in, unless it just was.
func (v *venue) errand(ctx context.Context, m exchanges.Manager) (*errand, error) {
	if m.SubAccount != "" {
		return nil, &exchanges.Error{
			Exchange: ID, Op: "manage keys of a sub-account", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Hint: "At Deribit the keys of a sub-account are managed with a key of that sub-account.",
		}
	}
	e := &errand{venue: v, manager: m}
	if e.token, e.kept = v.tokens.take(m.Credential); e.kept {
		return e, nil
	}
	return e, e.signIn(ctx)
}

// end wipes the errand's own copy of the token.
func (e *errand) end() { e.token.Wipe() }

func (e *errand) signIn(ctx context.Context) error {
	grant, err := e.venue.authenticate(ctx, e.manager.Credential)
	if err != nil {
		return notSent(err)
	}
	e.token.Wipe()
	e.token, e.kept = grant.AccessToken.Secret, false
	return nil
}

// order is a call as an errand makes it.
type order struct {
	method  string
	id      int64
	params  map[string]any
	changes bool // sent once
}

// run makes a call. A kept token that Deribit does not take any more, which
// did nothing, is replaced by a new one once.
func run[T any](ctx context.Context, e *errand, o order) (*T, error) {
	got, refused, err := send[T](ctx, e, o)
	if err != nil && e.kept && refused.aboutToken() {
		if err := e.signIn(ctx); err != nil {
			return nil, err
		}
		got, _, err = send[T](ctx, e, o)
	}
	if err != nil {
		return nil, err
	}
	if got.challenge == nil {
		return &got.result, nil
	}
	return confirm[T](ctx, e, o, got.challenge)
}

// confirm repeats a call with the code.
func confirm[T any](ctx context.Context, e *errand, o order, c *challenge) (*T, error) {
	o, err := e.withCode(o, c)
	if err != nil {
		return nil, err
	}
	got, _, err := send[T](ctx, e, o)
	if err != nil {
		return nil, err
	}
	if got.challenge != nil {
		return nil, asked(o)
	}
	return &got.result, nil
}

// asked is the error of an order that wants a code.
func asked(o order) *exchanges.Error {
	return &exchanges.Error{Exchange: ID, Op: opOf(o.method), Kind: exchanges.SecondFactor, Outcome: exchanges.Refused, Hint: hintCode}
}

// withCode answers a challenge with the code, which works once.
func (e *errand) withCode(o order, c *challenge) (order, error) {
	asked := asked(o)
	switch {
	case !c.takesCode():
		asked.Kind, asked.Hint = exchanges.Unsupported, hintHardware
		return o, asked
	case e.manager.Code.IsZero():
		return o, asked
	case e.spent:
		asked.Hint = hintNextCode
		return o, asked
	}
	o.params = maps.Clone(o.params)
	o.params["challenge"], o.params["authorization_data"] = c.Text, e.manager.Code.Reveal()
	o.changes, e.spent = true, true // a second try with the same code would be refused for it
	return o, nil
}

func send[T any](ctx context.Context, e *errand, o order) (*answer[T], *wireError, error) {
	return do[answer[T]](ctx, e.venue, call{
		method:  o.method,
		id:      o.id,
		params:  func(time.Time) (any, error) { return o.params, nil },
		once:    o.changes,
		bearer:  e.token,
		conceal: veil(e.manager.Credential, e.token, e.manager.Code),
	})
}

// aboutToken reports whether Deribit refused the token rather than the call.
func (e *wireError) aboutToken() bool {
	return e != nil && (e.Code == "13009" || e.Code == "13004")
}

// notSent is the error of a change that ended before it was asked for: a call
// that only prepared it failed.
func notSent(err error) error {
	e := *exchanges.AsError(err)
	if e.Outcome == exchanges.OutcomeUnknown {
		e.Outcome = exchanges.NotSent
	}
	return &e
}
