package command

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/ui/flow"
)

const tripLatency = 100 * time.Millisecond

// swift are the rotations by API at Deribit that nothing holds up: no second
// factor, no consumer. Each begins in a program that has just started, so that
// the exchange's clock is one of its requests, which go one after the other.
var swift = []struct {
	name, key, manager string
	most               int // requests
}{
	// The old key makes the new one, which revokes it.
	{"by itself", "deribit key-admin", "deribit key-admin", 11},
	// Another key manages, in whose list the old one is.
	{"by another", "deribit vol-desk", "deribit key-admin", 11},
}

// deribitLab is a lab with the keys of the world's account at Deribit.
func deribitLab(tb testing.TB, latency time.Duration) *lab {
	tb.Helper()
	l := newLab(tb, sim.Options{Latency: latency})
	l.add(func(v sim.Venue, _ int) bool { return v.Exchange == "deribit" })
	if err := l.open().Verify(context.Background(), nil, nil); err != nil {
		tb.Fatal(err)
	}
	return l
}

// rotate walks a rotation from a fresh start to its end, and returns how long
// that took and what was asked of the exchanges.
func (l *lab) rotate(key, manager string) (took time.Duration, asked map[sim.Request]int) {
	l.tb.Helper()
	by, ok := l.store.Snapshot().ByName(manager)
	if !ok {
		l.tb.Fatalf("there is no key %q", manager)
	}
	s := &session{store: l.store, desk: l.open()}
	before, began := l.world.Requests(), time.Now()
	w := &walker{t: l.tb, s: s, id: s.begin(l.tb, flow.Rotate, key), answers: map[flow.PromptID]flow.Answer{
		flow.AskPlan: {Choice: flow.Go, Values: map[string]string{"route": "api:" + string(by.ID)}},
	}}
	end := w.walk()
	took, asked = time.Since(began), l.world.Requests()
	if end.Ended || end.Proof.Verdict != flow.Proven {
		l.tb.Fatalf("%s %v; asked %v", end.Outcome, end.Notes, w.asked)
	}
	if err := s.desk.Close(); err != nil {
		l.tb.Fatal(err)
	}
	for r, n := range before {
		asked[r] -= n
	}
	return took, asked
}

// total counts requests.
func total(asked map[sim.Request]int) (n int) {
	for _, times := range asked {
		n += times
	}
	return n
}

func TestRotationsByAPIAreCheap(t *testing.T) {
	for _, c := range swift {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, asked := deribitLab(t, 0).rotate(c.key, c.manager)
			if n := total(asked); n > c.most {
				t.Errorf("%d requests, want at most %d: %v", n, c.most, asked)
			}
		})
	}
}

// BenchmarkRotation rotates by API at an exchange whose answers take 100 ms,
// from a fresh start. Budget: 12 round trips; what the clock tells beyond the
// requests is spent here, see BenchmarkStep of the flows.
func BenchmarkRotation(b *testing.B) {
	for _, c := range swift {
		b.Run(c.name, func(b *testing.B) {
			l := deribitLab(b, tripLatency)
			var spent time.Duration
			n, requests := 0, 0
			for b.Loop() {
				took, asked := l.rotate(c.key, c.manager)
				spent += took
				n++
				requests = max(requests, total(asked))
			}
			each := milliseconds(spent) / float64(n)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(each, "ms")
			b.ReportMetric(each/milliseconds(tripLatency), "round-trips")
			b.ReportMetric(float64(requests), "requests")
		})
	}
}
