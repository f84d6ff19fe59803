package command

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// BenchmarkEveryExchange verifies one key of every exchange at once, from a
// fresh start, when an answer takes 100 ms. Budget: 2.2 round trips, and one
// more where an exchange's clock must be known before a call can be signed.
func BenchmarkEveryExchange(b *testing.B) {
	l := newLab(b, sim.Options{World: "large", Latency: tripLatency})
	l.add(func(_ sim.Venue, i int) bool { return i == 0 })
	var took time.Duration
	before := l.world.Requests()
	n := 0
	for b.Loop() {
		d := l.open()
		began := time.Now()
		if err := d.Verify(context.Background(), nil, nil); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		n++
		for _, r := range d.Snapshot().Records() {
			if r.Status() != store.OK {
				b.Fatalf("%s was not accepted: %+v", r.Name, r.Check)
			}
		}
	}
	most := map[string]int{}
	for r, times := range l.world.Requests() {
		most[r.Exchange] += times - before[r]
	}
	chain := 0
	for exchange, calls := range most {
		b.Logf("%s: %d calls a key", exchange, calls/n)
		chain = max(chain, calls/n)
	}
	b.ReportMetric(float64(l.store.Snapshot().Len()), "exchanges")
	b.ReportMetric(float64(took)/float64(n)/float64(tripLatency), "round-trips")
	b.ReportMetric(float64(chain), "calls/key")
}
