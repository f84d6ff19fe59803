package kraken

import (
	"context"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
)

// nonces is shared by all venues of the process, because Kraken counts per
// key and not per connection: the wizard and the dashboard may ask about one
// key in the same millisecond.
var nonces = &nonceSource{}

// nonceSource hands out numbers that only grow, per key and scale. A scale has
// its own count, so that going back from nanoseconds to milliseconds in the
// configuration does what it says.
type nonceSource struct{ counts nonce.Source }

// turn waits until no other call of the key is under way. The scale is the
// one the person configured and is never raised: see hintNonce.
func (s *nonceSource) turn(ctx context.Context, keyID string, unit exchanges.NonceUnit) (*nonceTurn, error) {
	if unit == "" {
		unit = exchanges.NonceMilliseconds
	}
	if nonceScale(unit) == 0 {
		return nil, &exchanges.Error{Exchange: ID, Op: inspectOp, Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Code: exchanges.Clean(strconv.Quote(string(unit)) + " is not a nonce scale"),
			Hint: `Set nonce to "ms", "us" or "ns" under [key."NAME"] in config.toml, or leave it out.`}
	}
	t, err := s.counts.Turn(ctx, string(unit)+" "+keyID)
	if err != nil {
		return nil, &exchanges.Error{Exchange: ID, Op: inspectOp, Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	}
	return &nonceTurn{t, unit}, nil
}

// nonceTurn is the right to make calls with one key until Done.
type nonceTurn struct {
	*nonce.Turn
	unit exchanges.NonceUnit
}

// next returns now in the key's scale, or one more than the last nonce where
// the clock stands still or went back.
func (t *nonceTurn) next(now time.Time) string {
	return strconv.FormatInt(t.Next(now.UnixNano()/int64(nonceScale(t.unit))), 10)
}

// nonceScale is the length of one tick, 0 for a scale that there is not.
func nonceScale(u exchanges.NonceUnit) time.Duration {
	switch u {
	case exchanges.NonceMilliseconds:
		return time.Millisecond
	case exchanges.NonceMicroseconds:
		return time.Microsecond
	case exchanges.NonceNanoseconds:
		return time.Nanosecond
	default:
		return 0
	}
}

// Nonces below these bounds are times before the year 5138 in milliseconds or
// in microseconds. Those of programs with a tick in between count as the next
// larger scale, which is what they are to a smaller one.
const (
	maxMilliseconds = 1e14
	maxMicroseconds = 1e17
)

// scaleOf tells the scale of a nonce that Kraken has seen.
func scaleOf(nonce int64) exchanges.NonceUnit {
	switch {
	case nonce < maxMilliseconds:
		return exchanges.NonceMilliseconds
	case nonce < maxMicroseconds:
		return exchanges.NonceMicroseconds
	default:
		return exchanges.NonceNanoseconds
	}
}

var scaleWords = map[exchanges.NonceUnit]string{
	exchanges.NonceMilliseconds: "milliseconds",
	exchanges.NonceMicroseconds: "microseconds",
	exchanges.NonceNanoseconds:  "nanoseconds",
}
