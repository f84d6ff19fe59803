package rest

import "github.com/keyrota/keyrota/exchanges"

// Verdict is what an error code of an exchange means.
type Verdict struct {
	Kind    exchanges.Kind
	Outcome exchanges.Outcome
	Hint    string
}

// Judge turns an exchange's error code into an error: by the table, else by the
// HTTP status, else as a refusal that is not understood. words are the code and
// the exchange's text, and other is the hint for what the table does not have.
func Judge[C comparable](r Response, table map[C]Verdict, code C, words, other string) *exchanges.Error {
	e := &exchanges.Error{Code: exchanges.Clean(words), RetryAfter: RetryAfter(r.Header)}
	if v, known := table[code]; known {
		e.Kind, e.Outcome, e.Hint = v.Kind, v.Outcome, v.Hint
		return e
	}
	if s := HTTPError(r); s != nil && s.Kind != exchanges.Protocol {
		e.Kind, e.Outcome, e.Hint = s.Kind, s.Outcome, s.Hint
		return e
	}
	e.Kind, e.Outcome, e.Hint = exchanges.Protocol, exchanges.Refused, other
	return e
}

// Then returns a Call.Classify that has refuse look for a refusal, and parse read
// what is none.
func Then(refuse, parse func(Response) *exchanges.Error) func(Response) *exchanges.Error {
	return func(r Response) *exchanges.Error {
		if e := refuse(r); e != nil {
			return e
		}
		return parse(r)
	}
}
