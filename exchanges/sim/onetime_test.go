package sim

import (
	"context"
	"testing"
	"time"
)

// TestOneTimeCodes: three calls in a row get the codes of three steps, and an
// account without a second factor has none.
func TestOneTimeCodes(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s, err := Start(context.Background(), Options{World: "demo", Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	guard := newDeribitGuard(s.description.Venues[venueIndex(t, s, "deribit", "testnet")].TOTPSecret, "", func() time.Time { return at })
	steps := map[uint64]bool{}
	for range 3 {
		code, err := s.OneTimeCode("deribit", "testnet")
		if err != nil {
			t.Fatal(err)
		}
		step, ok := guard.matches(code)
		if !ok || steps[step] {
			t.Errorf("the code %s is of step %d (%v), seen %v", code, step, ok, steps)
		}
		steps[step] = true
	}
	if code, err := s.OneTimeCode("deribit", "testnet"); err == nil {
		t.Errorf("a fourth code: %s", code)
	}
	s.Advance(codeStep * time.Second)
	if _, err := s.OneTimeCode("deribit", "testnet"); err != nil {
		t.Errorf("half a minute later: %v", err)
	}
	for _, env := range []string{"live", "nowhere"} {
		if code, err := s.OneTimeCode("deribit", env); err == nil {
			t.Errorf("%s has the code %s", env, code)
		}
	}
}

func venueIndex(t *testing.T, s *Sim, exchange, env string) int {
	t.Helper()
	for i, v := range s.description.Venues {
		if v.Exchange == exchange && v.Environment == env {
			return i
		}
	}
	t.Fatalf("no %s %s", exchange, env)
	return 0
}
