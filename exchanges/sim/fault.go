package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
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

	// Path limits the fault to requests whose URL path contains it, or, where
	// a body of JSON-RPC names a method, whose method does. "" is every request.
	Path string

	// Times is how many requests the fault hits at most, at each site that it is
	// for. 0 is no limit.
	Times int
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
	if f.Path != "" {
		text += "@" + f.Path
	}
	if f.Times != 0 {
		text += "#" + strconv.Itoa(f.Times)
	}
	return text
}

// ParseFault reads [EXCHANGE=]KIND[:RATE][@PATH][#TIMES], for example
// "timeout", "429:0.2", "binance=drop-reply:0.5" or
// "deribit=drop-reply@create_api_key#1". Without an exchange the fault applies
// to all of them, without a rate to every request, without a path to all
// requests and without a number of times for good.
func ParseFault(text string) (Fault, error) {
	f := Fault{Rate: 1}
	rest, err := f.readAim(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
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

// readAim reads [@PATH][#TIMES] from the end of a fault's text and returns
// what comes before it.
func (f *Fault) readAim(text string) (rest string, err error) {
	rest, times, hasTimes := strings.Cut(text, "#")
	if hasTimes {
		f.Times, err = strconv.Atoi(times)
		if err != nil || f.Times < 1 {
			return "", fmt.Errorf("%q is not a number of times: use a whole number from 1", times)
		}
	}
	rest, path, hasPath := strings.Cut(rest, "@")
	if hasPath && path == "" {
		return "", errors.New("nothing follows @: use a part of a path or a method")
	}
	f.Path = path
	return rest, nil
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

// concerns reports whether a request is one of those that the fault is for.
func (f Fault) concerns(r *http.Request, body []byte, bears []string) bool {
	if f.Kind == FaultUnauthorized && !bearsCredential(r, body, bears) {
		return false
	}
	if f.Path == "" || strings.Contains(r.URL.Path, f.Path) {
		return true
	}
	var call struct{ Method string }
	return json.Unmarshal(body, &call) == nil && strings.Contains(call.Method, f.Path)
}
