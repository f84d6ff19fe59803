package nonce

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func turn(t *testing.T, s *Source, name string) *Turn {
	t.Helper()
	got, err := s.Turn(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestNumbersGrowWhateverTheClockDoes(t *testing.T) {
	var s Source
	for _, c := range []struct{ asked, want int64 }{{100, 100}, {100, 101}, {50, 102}, {103, 103}, {500, 500}, {0, 501}} {
		one := turn(t, &s, "a")
		if got := one.Next(c.asked); got != c.want {
			t.Errorf("%d becomes %d, want %d", c.asked, got, c.want)
		}
		one.Done()
	}
	other := turn(t, &s, "b")
	defer other.Done()
	if got := other.Next(7); got != 7 {
		t.Errorf("another name goes on at %d", got)
	}
}

func TestNumbersNearAClockFollowItBack(t *testing.T) {
	var s Source
	for _, c := range []struct{ asked, want int64 }{{100, 100}, {100, 101}, {95, 102}, {100, 103}, {3700, 3700}, {104, 104}, {104, 105}} {
		one := turn(t, &s, "a")
		if got := one.Near(c.asked, 10); got != c.want {
			t.Errorf("%d becomes %d, want %d", c.asked, got, c.want)
		}
		one.Done()
	}
}

func TestOneTurnAtATime(t *testing.T) {
	var s Source
	first := turn(t, &s, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Turn(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("a second turn: %v", err)
	}
	first.Done()
	turn(t, &s, "a").Done()
}

func TestManyShareOneCount(t *testing.T) {
	var s Source
	const many = 50
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			mine, err := s.Turn(context.Background(), "a")
			if err != nil {
				t.Error(err)
				return
			}
			n := mine.Next(1)
			mine.Done()
			mu.Lock()
			defer mu.Unlock()
			seen[n] = true
		})
	}
	wg.Wait()
	if len(seen) != many || !seen[many] {
		t.Errorf("%d numbers for %d turns", len(seen), many)
	}
}

func TestTheRightClock(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	const late = 500 * time.Millisecond
	for off := -5 * time.Second; off <= 5*time.Second; off += 100 * time.Millisecond {
		own := noon.Add(off)
		want := noon.Add(-late)
		if off.Abs() <= trust {
			want = own
		}
		if got := Time(noon, own, late); !got.Equal(want) {
			t.Errorf("%s off: %s, want %s", off, got, want)
		}
	}
}

var ticks = Ticks{"": time.Millisecond, exchanges.NonceMilliseconds: time.Millisecond, exchanges.NonceMicroseconds: time.Microsecond}

func TestATurnCountsInTheConfiguredScale(t *testing.T) {
	var s Source
	at := time.Unix(1700000000, 123456789)
	for _, c := range []struct {
		unit exchanges.NonceUnit
		want int64
	}{{"", 1700000000123}, {exchanges.NonceMicroseconds, 1700000000123456}, {exchanges.NonceMilliseconds, 1700000000124}} {
		turn, err := s.Begin(t.Context(), Call{}, exchanges.Credential{KeyID: "key", Nonce: c.unit}, ticks)
		if err != nil {
			t.Fatal(err)
		}
		if got := turn.Next(turn.Count(at)); got != c.want {
			t.Errorf("%q: %d, want %d: each scale counts for itself, whatever it is called", c.unit, got, c.want)
		}
		turn.Done()
	}
}

func TestBeginFailsInWordsForThePerson(t *testing.T) {
	var s Source
	by := Call{"toy", "GET /x"}
	first, err := s.Begin(t.Context(), by, exchanges.Credential{KeyID: "key"}, ticks)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Done()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		unit exchanges.NonceUnit
		kind exchanges.Kind
		hint string
	}{
		"another is under way": {"", exchanges.Canceled, ""},
		"no such scale":        {exchanges.NonceNanoseconds, exchanges.Invalid, `"ms" or "us"`},
		"a scale of nonsense":  {"\x1b[2J", exchanges.Invalid, `[key."NAME"]`},
	} {
		_, err := s.Begin(ended, by, exchanges.Credential{KeyID: "key", Nonce: c.unit}, ticks)
		e := exchanges.AsError(err)
		if e.Kind != c.kind || e.Outcome != exchanges.NotSent || e.Exchange != by.Exchange || e.Op != by.Op || !strings.Contains(e.Hint, c.hint) || e.Code != exchanges.Clean(e.Code) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
