package sim

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is a way in which an exchange, or the way to it, can fail. Its
// text is what ParseFault reads.
type FaultKind string

// The faults there are. The ones named after a status are answered in the
// exchange's own shape, code and headers.
const (
	FaultBadRequest   FaultKind = "400"
	FaultUnauthorized FaultKind = "401" // only for requests that carry a credential
	FaultRateLimit    FaultKind = "429"
	FaultServerError  FaultKind = "500"
	FaultUnavailable  FaultKind = "503"
	FaultHTML         FaultKind = "html"       // status 200 and a web page, as from a captive portal
	FaultTimeout      FaultKind = "timeout"    // no answer until the caller gives up, at most a minute
	FaultSkew         FaultKind = "skew"       // the exchange's clock is 10 minutes ahead: its time endpoint tells so
	FaultMalformed    FaultKind = "malformed"  // the answer, cut in the middle of its JSON
	FaultDropReply    FaultKind = "drop-reply" // the request takes effect, the connection closes unanswered
)

var faultKinds = []FaultKind{
	FaultBadRequest, FaultUnauthorized, FaultRateLimit, FaultServerError, FaultUnavailable,
	FaultHTML, FaultTimeout, FaultSkew, FaultMalformed, FaultDropReply,
}

// clockSkew is how far ahead the clock of an exchange with FaultSkew is.
const clockSkew = 10 * time.Minute

// Fault says what goes wrong, where and how often.
type Fault struct {
	Exchange string // "" for every exchange
	Kind     FaultKind
	Rate     float64 // share of the requests, 0 (none) to 1 (all)
}

// String returns the fault as ParseFault reads it.
func (f Fault) String() string {
	text := string(f.Kind)
	if f.Exchange != "" {
		text = f.Exchange + "=" + text
	}
	if f.Rate != 1 {
		text += ":" + strconv.FormatFloat(f.Rate, 'g', -1, 64)
	}
	return text
}

// ParseFault reads [EXCHANGE=]KIND[:RATE], for example "timeout",
// "429:0.2" or "binance=drop-reply:0.5". Without an exchange the fault applies
// to all of them, without a rate to every request.
func ParseFault(text string) (Fault, error) {
	f := Fault{Rate: 1}
	rest := text
	if exchange, after, ok := strings.Cut(rest, "="); ok {
		if !knownExchange(exchange) {
			return Fault{}, fmt.Errorf("fault %q: no simulated exchange is called %q: use one of %s",
				text, exchange, strings.Join(exchangeNames(), ", "))
		}
		f.Exchange, rest = exchange, after
	}
	kind, rate, hasRate := strings.Cut(rest, ":")
	f.Kind = FaultKind(kind)
	if !slices.Contains(faultKinds, f.Kind) {
		return Fault{}, fmt.Errorf("fault %q: %q is not a kind of fault: use one of %s", text, kind, faultNames())
	}
	if hasRate {
		r, err := strconv.ParseFloat(rate, 64)
		if err != nil || math.IsNaN(r) || r < 0 || r > 1 {
			return Fault{}, fmt.Errorf("fault %q: %q is not a rate: use a number from 0 to 1", text, rate)
		}
		f.Rate = r
	}
	return f, nil
}

func faultNames() string {
	names := make([]string, len(faultKinds))
	for i, k := range faultKinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// FaultKinds returns the faults that ParseFault knows.
func FaultKinds() []FaultKind { return slices.Clone(faultKinds) }
