package rest

import (
	"sync"
	"time"
)

// gate remembers that an exchange asked for a pause. It holds back every key
// at that origin: limits are counted by address, and calling on during a ban
// prolongs it (Binance: 418, up to three days).
type gate struct {
	mu    sync.Mutex
	until time.Time
}

// hold closes the gate for d, or leaves it closed for longer.
func (g *gate) hold(now time.Time, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := now.Add(d); d > 0 && t.After(g.until) {
		g.until = t
	}
}

// left returns how long the gate stays closed; 0 when it is open.
func (g *gate) left(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.until.Sub(now), 0)
}
