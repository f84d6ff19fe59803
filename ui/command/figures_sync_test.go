package command

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

const (
	syncLatency     = 100 * time.Millisecond
	syncPerExchange = 10

	// criticalPath is the least that a sync of ten keys at each exchange takes.
	// All exchanges are asked at once, and the ten calls of each fit into what
	// it lets through at once (Binance 40, Bybit 10, Kraken 10, Deribit 25). So
	// it is the longest chain of calls of which one needs the other: Deribit's
	// clock, then the signed authentication, then the list that takes the
	// token. Binance and Bybit have no third, Kraken only one.
	criticalPath = 3 * syncLatency
)

// BenchmarkSync verifies 40 keys over four exchanges whose answers take
// 100 ms, from a fresh start: no connection, no clock. Budget: 1.3 times the
// critical path.
func BenchmarkSync(b *testing.B) {
	world, err := sim.Start(context.Background(), sim.Options{World: "large", Latency: syncLatency})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = world.Close() })
	p := newPerson(b)
	p.config(demoConfig(world.Describe()))
	st, err := store.Open(store.Options{Home: p.home, Actor: "test", Host: "test"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	secrets := store.NewMemorySecrets()
	open := func() *desk.Desk {
		return desk.New(desk.Deps{
			Store: st, Registry: all.Registry(), Platform: secrets.Backend(),
			OpenKeyring:  func(context.Context, string) (store.Secrets, error) { return secrets, nil },
			ProveKeyring: func(context.Context, store.Secrets) error { return nil },
		})
	}
	want := addLive(b, open(), world)
	var took time.Duration
	n := 0
	for b.Loop() {
		d := open()
		began := time.Now()
		if err := d.Verify(context.Background(), nil, nil); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		n++
		for _, r := range d.Snapshot().Records() {
			if r.Status() != store.OK || r.Check.At.Before(began.Add(-time.Second)) {
				b.Fatalf("%s of %s was not verified: %+v", r.Name, r.Exchange, r.Check)
			}
		}
	}
	if got := st.Snapshot().Len(); got != want {
		b.Fatalf("%d keys, want %d", got, want)
	}
	b.ReportMetric(milliseconds(took)/float64(n), "ms")
	b.ReportMetric(float64(took)/float64(n)/float64(criticalPath), "×critical-path")
}

// addLive adds the first keys of each live exchange and returns how many.
func addLive(b *testing.B, d *desk.Desk, world *sim.Sim) int {
	b.Helper()
	n := 0
	for _, v := range world.Describe().Venues {
		if v.Environment != "live" {
			continue
		}
		for _, k := range v.Keys[:syncPerExchange] {
			_, err := d.Add(context.Background(), desk.NewKey{
				Name: v.Exchange + " " + k.Label, Exchange: exchanges.ID(v.Exchange), Environment: exchanges.Live,
				Credential: exchanges.Credential{KeyID: k.Key, Secret: exchanges.NewSecret(k.Secret)},
			}, nil)
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	return n
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
