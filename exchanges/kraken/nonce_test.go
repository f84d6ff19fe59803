package kraken

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// begin waits for the turn of a key.
func begin(ctx context.Context, s *nonce.Source, key string, unit exchanges.NonceUnit) (*nonce.Turn, error) {
	return s.Begin(ctx, nonce.Call{Exchange: ID, Op: inspectOp}, exchanges.Credential{KeyID: key, Nonce: unit}, ticks)
}

func TestNonceIsTheTimeInTheKeysScale(t *testing.T) {
	for unit, want := range map[exchanges.NonceUnit]int64{
		"":                          1780315200000,
		exchanges.NonceMilliseconds: 1780315200000,
		exchanges.NonceMicroseconds: 1780315200000000,
		exchanges.NonceNanoseconds:  1780315200000000000,
	} {
		turn, err := begin(t.Context(), new(nonce.Source), "key", unit)
		if err != nil || turn.Count(noon) != want {
			t.Errorf("scale %q: %+v, want %d, %v", unit, turn, want, err)
		}
	}
}

func TestNonceScaleIsNeverGuessed(t *testing.T) {
	for _, unit := range []exchanges.NonceUnit{"s", "MS", "µs", "\x1b[2J"} {
		_, err := begin(t.Context(), new(nonce.Source), "key", unit)
		e := exchanges.AsError(err)
		if e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Code != exchanges.Clean(e.Code) {
			t.Errorf("scale %q: %#v", unit, e)
		}
	}
}

func TestScaleOfANonce(t *testing.T) {
	for _, c := range []struct {
		nonce int64
		want  time.Duration
	}{
		{0, time.Millisecond},
		{1764000000, time.Millisecond}, // seconds
		{noon.UnixMilli(), time.Millisecond},
		{noon.UnixMilli() * 10, time.Millisecond},
		{noon.UnixMicro(), time.Microsecond},
		{noon.UnixMicro() / 10, time.Microsecond},
		{noon.UnixNano(), time.Nanosecond},
		{1<<63 - 1, time.Nanosecond},
	} {
		if got := tickOf(c.nonce); got != c.want {
			t.Errorf("tickOf(%d) = %s, want %s", c.nonce, got, c.want)
		}
	}
}
