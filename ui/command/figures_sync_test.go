package command

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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

// syncExchanges are the four that the budget of a sync is for.
var syncExchanges = []string{"binance", "bybit", "kraken", "deribit"}

// lab is a home on real disk whose exchanges are simulated and whose keyring
// costs nothing.
type lab struct {
	tb      testing.TB
	world   *sim.Sim
	store   *store.Store
	secrets store.Secrets
	log     *slog.Logger // of the desks that are opened; nil: none
}

func newLab(tb testing.TB, o sim.Options) *lab {
	tb.Helper()
	world, err := sim.Start(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = world.Close() })
	home := tb.TempDir()
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(demoConfig(world.Describe())), 0o600); err != nil {
		tb.Fatal(err)
	}
	st, err := store.Open(store.Options{Home: home, Actor: "test", Host: "test"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = st.Close() })
	return &lab{tb: tb, world: world, store: st, secrets: store.NewMemorySecrets()}
}

// open returns a desk as it is after a fresh start: no connection, no clock,
// no token.
func (l *lab) open() *desk.Desk {
	return desk.New(desk.Deps{
		Store: l.store, Registry: all.Registry(), Platform: l.secrets.Backend(), Log: l.log,
		OpenKeyring:  func(context.Context, string) (store.Secrets, error) { return l.secrets, nil },
		ProveKeyring: func(context.Context, store.Secrets) error { return nil },
	})
}

// add adds the live keys of the world that are wanted, and returns how many.
func (l *lab) add(wanted func(v sim.Venue, i int) bool) int {
	l.tb.Helper()
	d, n := l.open(), 0
	for _, v := range l.world.Describe().Venues {
		for i, k := range v.Keys {
			if v.Environment != "live" || !wanted(v, i) {
				continue
			}
			_, err := d.Add(context.Background(), desk.NewKey{
				Name: v.Exchange + " " + k.Label, Exchange: exchanges.ID(v.Exchange), Environment: exchanges.Live,
				Credential: credentialOf(k),
			}, nil)
			if err != nil {
				l.tb.Fatal(err)
			}
			n++
		}
	}
	return n
}

// BenchmarkSync verifies 40 keys over four exchanges whose answers take
// 100 ms, from a fresh start. Budget: 1.3 times the critical path.
func BenchmarkSync(b *testing.B) {
	l := newLab(b, sim.Options{World: "large", Latency: syncLatency})
	want := l.add(func(v sim.Venue, i int) bool {
		return i < syncPerExchange && slices.Contains(syncExchanges, v.Exchange)
	})
	var took time.Duration
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
			if r.Status() != store.OK || r.Check.At.Before(began.Add(-time.Second)) {
				b.Fatalf("%s of %s was not verified: %+v", r.Name, r.Exchange, r.Check)
			}
		}
	}
	if got := l.store.Snapshot().Len(); got != want {
		b.Fatalf("%d keys, want %d", got, want)
	}
	b.ReportMetric(milliseconds(took)/float64(n), "ms")
	b.ReportMetric(float64(took)/float64(n)/float64(criticalPath), "×critical-path")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
