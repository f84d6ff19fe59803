package kraken

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// take draws one nonce.
func take(t *testing.T, s *nonceSource, key string, unit exchanges.NonceUnit, now time.Time) int64 {
	t.Helper()
	turn, err := s.turn(t.Context(), key, unit)
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Done()
	n, err := strconv.ParseInt(turn.next(now), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNonceIsTheTimeInTheKeysScale(t *testing.T) {
	for unit, want := range map[exchanges.NonceUnit]int64{
		"":                          1780315200000,
		exchanges.NonceMilliseconds: 1780315200000,
		exchanges.NonceMicroseconds: 1780315200000000,
		exchanges.NonceNanoseconds:  1780315200000000000,
	} {
		if got := take(t, new(nonceSource), "key", unit, noon); got != want {
			t.Errorf("scale %q: %d, want %d", unit, got, want)
		}
	}
}

func TestNonceGrowsWhateverTheClockDoes(t *testing.T) {
	s := new(nonceSource)
	var last int64
	for i, now := range []time.Time{
		noon, noon, noon, // stands still
		noon.Add(-time.Hour), noon.Add(-24 * time.Hour), time.Unix(0, 0), time.Unix(-1e9, 0), // goes back
		noon.Add(time.Millisecond), noon.Add(time.Second), noon.Add(time.Hour),
	} {
		n := take(t, s, "key", exchanges.NonceMilliseconds, now)
		if n <= last {
			t.Errorf("call %d at %s: nonce %d after %d", i, now, n, last)
		}
		last = n
	}
	if want := noon.Add(time.Hour).UnixMilli(); last != want {
		t.Errorf("once the clock is ahead again the nonce is %d, want the time %d", last, want)
	}
}

func TestNonceCountsEachKeyAndScaleByItself(t *testing.T) {
	s := new(nonceSource)
	take(t, s, "key", exchanges.NonceNanoseconds, noon)
	if got, want := take(t, s, "key", exchanges.NonceMilliseconds, noon), noon.UnixMilli(); got != want {
		t.Errorf("after nanoseconds the nonce in milliseconds is %d, want %d", got, want)
	}
	if got, want := take(t, s, "other", exchanges.NonceMilliseconds, noon), noon.UnixMilli(); got != want {
		t.Errorf("nonce of another key %d, want %d", got, want)
	}
}

func TestNonceScaleIsNeverGuessed(t *testing.T) {
	for _, unit := range []exchanges.NonceUnit{"s", "MS", "µs", "\x1b[2J"} {
		_, err := new(nonceSource).turn(t.Context(), "key", unit)
		e := exchanges.AsError(err)
		if e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Code != exchanges.Clean(e.Code) {
			t.Errorf("scale %q: %#v", unit, e)
		}
	}
}

func TestCallsOfOneKeyGoOneAfterTheOther(t *testing.T) {
	s := new(nonceSource)
	first, err := s.turn(t.Context(), "key", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.turn(ctx, "key", "")
	if e := exchanges.AsError(err); e.Kind != exchanges.Canceled || e.Outcome != exchanges.NotSent || e.Exchange != ID || e.Op == "" {
		t.Errorf("a second call of the key while the first is under way: %#v", e)
	}
	other, err := s.turn(t.Context(), "other", "")
	if err != nil {
		t.Fatal(err)
	}
	other.Done()
	first.Done()
	again, err := s.turn(t.Context(), "key", "")
	if err != nil {
		t.Fatal(err)
	}
	again.Done()
}

func TestNoncesDrawnAtOnceAreInOrder(t *testing.T) {
	s := new(nonceSource)
	const calls = 200
	var mu sync.Mutex
	var order []string
	var wg sync.WaitGroup
	var failed error
	for range calls {
		wg.Go(func() {
			turn, err := s.turn(context.Background(), "key", "")
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
				return
			}
			defer turn.Done()
			n := turn.next(noon)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, n)
		})
	}
	wg.Wait()
	if failed != nil || len(order) != calls {
		t.Fatalf("%d nonces: %v", len(order), failed)
	}
	for i := 1; i < len(order); i++ {
		if order[i] <= order[i-1] { // same number of digits
			t.Fatalf("nonce %s came after %s", order[i], order[i-1])
		}
	}
}

func TestScaleOfANonce(t *testing.T) {
	for _, c := range []struct {
		nonce int64
		want  exchanges.NonceUnit
	}{
		{0, exchanges.NonceMilliseconds},
		{1764000000, exchanges.NonceMilliseconds}, // seconds
		{noon.UnixMilli(), exchanges.NonceMilliseconds},
		{noon.UnixMilli() * 10, exchanges.NonceMilliseconds},
		{noon.UnixMicro(), exchanges.NonceMicroseconds},
		{noon.UnixMicro() / 10, exchanges.NonceMicroseconds},
		{noon.UnixNano(), exchanges.NonceNanoseconds},
		{1<<63 - 1, exchanges.NonceNanoseconds},
	} {
		if got := scaleOf(c.nonce); got != c.want {
			t.Errorf("scaleOf(%d) = %s, want %s", c.nonce, got, c.want)
		}
	}
}
