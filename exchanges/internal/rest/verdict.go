package rest

import (
	"net/http"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Verdict is what an error code of an exchange means.
type Verdict struct {
	Kind    exchanges.Kind
	Outcome exchanges.Outcome
	Hint    string
	Causes  []exchanges.Cause // see exchanges.Error
}

// Refused is the verdict on a call with which the exchange did nothing. Causes
// are what the code leaves open, the likeliest first; none: what the kind says.
// Not inlined: it has many callers.
//
//go:noinline
func Refused(kind exchanges.Kind, hint string, causes ...exchanges.Cause) Verdict {
	return Verdict{kind, exchanges.Refused, hint, causes}
}

// Trouble is the verdict on a call that went wrong inside the exchange, which may
// have acted all the same.
func Trouble(hint string) Verdict {
	return Verdict{Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown, Hint: hint}
}

// Meaning is what some of an exchange's codes have in common: the verdict on a
// call that it answers with one of them.
type Meaning[C comparable] struct {
	Kind         exchanges.Kind
	Hint         string
	Causes       []exchanges.Cause // as Refused takes them
	MayHaveActed bool              // see Trouble
	Codes        []C
}

// Verdicts are the codes of an exchange: a table of constants, in which each code
// is once.
type Verdicts[C comparable] []Meaning[C]

// Of returns the verdict on a code that is in the table.
func (all Verdicts[C]) Of(code C) (v Verdict, known bool) {
	for _, m := range all {
		if !slices.Contains(m.Codes, code) {
			continue
		}
		v = Refused(m.Kind, m.Hint, m.Causes...)
		if m.MayHaveActed {
			v.Outcome = exchanges.OutcomeUnknown
		}
		return v, true
	}
	return Verdict{}, false
}

// Codes returns all that are in the table, in its order.
func (all Verdicts[C]) Codes() []C {
	var codes []C
	for _, m := range all {
		codes = append(codes, m.Codes...)
	}
	return codes
}

// Judge turns an exchange's error code into an error: by the table, else by the
// HTTP status, else as a refusal that is not understood. words are the code and
// the exchange's text, and other is the hint for what the table does not have. That
// a request is forbidden is no firewall's word where the exchange has spoken.
func Judge[C comparable](r Response, table Verdicts[C], code C, words, other string) *exchanges.Error {
	v, known := table.Of(code)
	if !known {
		v = Refused(exchanges.Protocol, other)
		if s := HTTPError(r); s != nil && s.Kind != exchanges.Protocol && r.Status != http.StatusForbidden {
			v = Verdict{s.Kind, s.Outcome, s.Hint, s.Causes}
		}
	}
	return &exchanges.Error{
		Kind: v.Kind, Outcome: v.Outcome, Hint: v.Hint, Causes: v.Causes,
		Code: exchanges.Clean(words), RetryAfter: RetryAfter(r.Header),
	}
}
