package kraken

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
)

// nonces is shared by all venues of the process, because Kraken counts per
// key and not per connection: the wizard and the dashboard may ask about one
// key in the same millisecond.
var nonces nonce.Source

// ticks are the scales of nonces.
var ticks = nonce.Ticks{
	"": time.Millisecond, exchanges.NonceMilliseconds: time.Millisecond,
	exchanges.NonceMicroseconds: time.Microsecond, exchanges.NonceNanoseconds: time.Nanosecond,
}

// Nonces below these bounds are times before the year 5138 in milliseconds or
// in microseconds. Those of programs with a tick in between count as the next
// larger scale, which is what they are to a smaller one.
const (
	maxMilliseconds = 1e14
	maxMicroseconds = 1e17
)

// tickOf tells the scale of a nonce that Kraken has seen.
func tickOf(seen int64) time.Duration {
	switch {
	case seen < maxMilliseconds:
		return time.Millisecond
	case seen < maxMicroseconds:
		return time.Microsecond
	default:
		return time.Nanosecond
	}
}

// wordOf names a scale of nonces.
func wordOf(tick time.Duration) string {
	switch tick {
	case time.Millisecond:
		return "milliseconds"
	case time.Microsecond:
		return "microseconds"
	default:
		return "nanoseconds"
	}
}
