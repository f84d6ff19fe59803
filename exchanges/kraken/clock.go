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
