package exchangetest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// ErrNoLive is why a live check is skipped.
var ErrNoLive = errNoLive

// RunLive is Live with another environment, in which nobody waits. It returns
// what would be printed.
func RunLive(ctx context.Context, a exchanges.Adapter, lookup func(string) string) (said string, err error) {
	l, err := newLive(a, lookup, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	if err != nil {
		return "", err
	}
	var out strings.Builder
	l.say = func(format string, args ...any) { fmt.Fprintln(&out, l.hushed(fmt.Sprintf(format, args...))) }
	if err = l.run(ctx); err != nil {
		fmt.Fprintln(&out, l.hushed(err.Error()))
	}
	return out.String(), err
}
