package command

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// arrivals notes when the first answer of each exchange came: that of its clock,
// where one must be known before a call can be signed.
type arrivals struct {
	slog.Handler

	mu    *sync.Mutex
	first map[string]time.Time
	at    string // the exchange
}

func newArrivals() *arrivals {
	return &arrivals{Handler: slog.DiscardHandler, mu: &sync.Mutex{}, first: map[string]time.Time{}}
}

func (a *arrivals) Enabled(context.Context, slog.Level) bool { return true }

func (a *arrivals) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *a
	for _, x := range attrs {
		if x.Key == "exchange" {
			with.at = x.Value.String()
		}
	}
	return &with
}

func (a *arrivals) Handle(context.Context, slog.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.first[a.at]; !again {
		a.first[a.at] = time.Now()
	}
	return nil
}

// last is when the last of the exchanges had answered once.
func (a *arrivals) last(of []string) (at time.Time) {
	for _, exchange := range of {
		if t := a.first[exchange]; t.After(at) {
			at = t
		}
	}
	return at
}

// longest are the exchanges with the longest chains of calls: the clock, a call
// that is signed by it, and one that needs its answer.
var longest = []string{"bingx", "bitfinex", "deribit", "htx", "mexc"}

// BenchmarkEveryExchange verifies one key of every exchange at once, from a
// fresh start, when an answer takes 100 ms. Budget: 2.2 round trips and what the
// clocks cost, which must be known before a call can be signed.
//
// Where an account has hundreds of keys, the simulated exchanges' and our own work on
// its list comes on top.
func BenchmarkEveryExchange(b *testing.B) {
	for _, world := range []string{"demo", "large"} {
		b.Run(world, func(b *testing.B) { everyExchange(b, world) })
	}
}

func everyExchange(b *testing.B, world string) {
	l := newLab(b, sim.Options{World: world, Latency: tripLatency})
	l.add(func(_ sim.Venue, i int) bool { return i == 0 })
	var took, signed time.Duration
	before := l.world.Requests()
	n := 0
	for b.Loop() {
		came := newArrivals()
		l.log = slog.New(came)
		d := l.open()
		began := time.Now()
		if err := d.Verify(context.Background(), nil, nil); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		signed += time.Since(came.last(longest))
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
	b.ReportMetric(float64(signed)/float64(n)/float64(tripLatency), "round-trips-after-clocks")
	b.ReportMetric(float64(chain), "calls/key")
}
