package kraken

import (
	"errors"
	"time"

	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	timePath = "/0/public/Time"

	// timeGrain is what Kraken's clock can be read to: it tells whole seconds.
	timeGrain = time.Second
)

// readTime reads the answer to timePath. Kraken drops the fraction of the
// second, so the middle of that second is the best guess.
func (v *venue) readTime(r rest.Response) (time.Time, error) {
	// A public call says nothing of a key, whatever words it uses.
	if e := v.refused(r); e != nil && !e.Kind.Verdict() {
		return time.Time{}, e
	}
	unix := wire.At[wire.Int](r.Body, "result", "unixtime")
	if !unix.Known {
		return time.Time{}, errors.New("no unixtime")
	}
	return time.Unix(unix.Value, 0).Add(timeGrain / 2), nil
}
