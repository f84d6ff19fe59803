package kraken

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	timePath = "/0/public/Time"

	// timeGrain is what Kraken's clock can be read to: it tells whole seconds.
	timeGrain = time.Second

	// clockTrust is how far this machine's clock may seem to be off and still
	// time the nonces: more than the grain and the way to Kraken can feign.
	clockTrust = 2 * time.Second
)

var errNoTime = errors.New("no unixtime")

// parseTime reads the answer to timePath. Kraken drops the fraction of the
// second, so the middle of that second is the best guess.
func (v *venue) parseTime(body []byte) (time.Time, error) {
	r := rest.Response{Status: http.StatusOK, Body: body}
	// A public call says nothing of a key, whatever words it uses.
	if e := classify(r, v.exchangeNow()); e != nil && !e.Kind.Verdict() {
		return time.Time{}, e
	}
	var t struct {
		Result struct {
			Unix wire.Int `json:"unixtime"`
		} `json:"result"`
	}
	if err := json.Unmarshal(body, &t); err != nil || !t.Result.Unix.Known {
		return time.Time{}, errNoTime
	}
	return time.Unix(t.Result.Unix.Value, 0).Add(timeGrain / 2), nil
}

// exchangeNow is Kraken's present time, as far as it was measured.
func (v *venue) exchangeNow() time.Time {
	return v.client.Now().Add(v.client.Clock().Offset)
}

// nonceTime chooses the clock that a nonce comes from. A nonce that is ahead
// of the time locks the key's bot out until the time catches up, so a clock
// that is clearly wrong gives way to Kraken's, rounded to the side that can
// only cost keyrota its check. A clock that is about right is the better one:
// next to a busy bot a nonce may not fall a second behind.
func nonceTime(exchange, own time.Time) time.Time {
	if exchange.Sub(own).Abs() <= clockTrust {
		return own
	}
	return exchange.Add(-timeGrain / 2)
}
