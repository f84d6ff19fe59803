package subkeys

import (
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// errand is a change of one key in the script of a test.
type errand struct {
	looks  []any // what each look finds: a string, nil for none, or an error
	vague  bool  // what the key is cannot be told
	answer error // to the change

	calls []string
}

func (e *errand) find() (*string, error) {
	e.calls = append(e.calls, "look")
	next := e.looks[0]
	e.looks = e.looks[1:]
	switch v := next.(type) {
	case string:
		return &v, nil
	case error:
		return nil, v
	}
	return nil, nil
}

func (e *errand) becomes(k *string) (string, error) {
	if e.vague {
		return "", desk.Incomplete("op", "something is not told")
	}
	return *k + "+", nil
}

func (e *errand) send(request string) error {
	e.calls = append(e.calls, "send "+request)
	return e.answer
}

var (
	lost = &exchanges.Error{Kind: exchanges.Network}
	slow = &exchanges.Error{Kind: exchanges.RateLimited, Outcome: exchanges.Refused}
)

func TestEditLooksThenChangesThenLooksWhereThatFailed(t *testing.T) {
	for name, c := range map[string]struct {
		errand  errand
		kind    exchanges.Kind
		outcome exchanges.Outcome
		calls   []string
	}{
		"in order":          {errand{looks: []any{"k"}}, "", 0, []string{"look", "send k+"}},
		"no such key":       {errand{looks: []any{nil}}, exchanges.NotFound, exchanges.Refused, []string{"look"}},
		"no list":           {errand{looks: []any{&exchanges.Error{Kind: exchanges.Network}}}, exchanges.Network, exchanges.NotSent, []string{"look"}},
		"not told":          {errand{looks: []any{"k"}, vague: true}, exchanges.Protocol, exchanges.NotSent, []string{"look"}},
		"lost, and there":   {errand{looks: []any{"k", "k"}, answer: lost}, exchanges.Network, exchanges.OutcomeUnknown, []string{"look", "send k+", "look"}},
		"lost, and gone":    {errand{looks: []any{"k", nil}, answer: lost}, exchanges.NotFound, exchanges.Refused, []string{"look", "send k+", "look"}},
		"no use to ask":     {errand{looks: []any{"k"}, answer: slow}, exchanges.RateLimited, exchanges.Refused, []string{"look", "send k+"}},
		"lost with no list": {errand{looks: []any{"k", slow}, answer: lost}, exchanges.Network, exchanges.OutcomeUnknown, []string{"look", "send k+", "look"}},
	} {
		err := Edit(desk, "op", c.errand.find, c.errand.becomes, c.errand.send)
		if (err == nil) != (c.kind == "") || err != nil && (!errors.Is(err, c.kind) || exchanges.AsError(err).Outcome != c.outcome) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(c.errand.calls, c.calls) {
			t.Errorf("%s: %q", name, c.errand.calls)
		}
	}
}

func TestRevokeIsDoneWhenTheKeyIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		errand errand
		ok     bool
		calls  int
	}{
		"in order":        {errand{}, true, 1},
		"lost, and gone":  {errand{looks: []any{nil}, answer: lost}, true, 2},
		"lost, and there": {errand{looks: []any{"k"}, answer: lost}, false, 2},
		"no list":         {errand{looks: []any{slow}, answer: lost}, false, 2},
		"no use to ask":   {errand{answer: slow}, false, 1},
	} {
		err := Revoke(c.errand.find, func() error { return c.errand.send("deletion") })
		if (err == nil) != c.ok || len(c.errand.calls) != c.calls {
			t.Errorf("%s: %v, %q", name, err, c.errand.calls)
		}
	}
}
