package rest

import "github.com/keyrota/keyrota/exchanges"

// BeforeChange returns the error of a look that a change was to follow:
// whatever became of the look, the change was not sent. Not inlined: it has
// many callers.
//
//go:noinline
func BeforeChange(err error) error {
	if err != nil {
		exchanges.AsError(err).Outcome = exchanges.NotSent
	}
	return err
}

// WorthLooking reports whether, after a change failed with err, the exchange
// can be asked what came of it: it may have acted, or have refused since there
// was nothing to do, and it would answer. Not inlined: it has many callers.
//
//go:noinline
func WorthLooking(err error) bool {
	switch e := exchanges.AsError(err); e.Kind {
	case exchanges.RateLimited, exchanges.Blocked, exchanges.Canceled, exchanges.ClockSkew:
		return false
	default:
		return e.Outcome != exchanges.NotSent
	}
}
