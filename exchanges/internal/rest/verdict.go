package rest

import (
	"net/http"

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
func Refused(kind exchanges.Kind, hint string, causes ...exchanges.Cause) Verdict {
	return Verdict{kind, exchanges.Refused, hint, causes}
}

// Trouble is the verdict on a call that went wrong inside the exchange, which may
// have acted all the same.
func Trouble(hint string) Verdict {
	return Verdict{Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown, Hint: hint}
}

// Judge turns an exchange's error code into an error: by the table, else by the
// HTTP status, else as a refusal that is not understood. words are the code and
// the exchange's text, and other is the hint for what the table does not have. That
// a request is forbidden is no firewall's word where the exchange has spoken.
func Judge[C comparable](r Response, table map[C]Verdict, code C, words, other string) *exchanges.Error {
	v, known := table[code]
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
