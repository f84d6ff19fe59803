package exchangetest

import (
	"context"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Hurried returns c with a time in which nobody has to wait: what an adapter
// sleeps is over at once, and its clock is that much further on.
func Hurried(c exchanges.Connection) exchanges.Connection {
	h := &hurry{base: c.Now}
	if h.base == nil {
		h.base = time.Now
	}
	c.Now, c.Sleep = h.now, h.sleep
	return c
}

// hurry is the time of base and all that was slept.
type hurry struct {
	base func() time.Time

	mu    sync.Mutex
	slept time.Duration
}

func (h *hurry) now() time.Time { return h.base().Add(h.total()) }

func (h *hurry) sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slept += d
	return nil
}

// total returns how long the adapter has slept.
func (h *hurry) total() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.slept
}
