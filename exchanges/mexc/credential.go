package mexc

import (
	"net/http"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// What the two parts of MEXC's examples look like.
const (
	helpKey     = "about 18 letters and digits that begin with mx0"
	helpPrivate = "about 32 digits and letters from a to f; shown once, when the key is made"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "Access Key", Help: helpKey},
	{Name: exchanges.FieldSecret, Label: "Secret Key", Help: helpPrivate},
}}

// The form of MEXC's examples is good enough to tell a key from a secret, and
// to find pieces; it is not promised.
const (
	usualStart = "mx0"
	leastKey   = 10
	mostKey    = 64
)

var rules = cred.Rules{
	Exchange: ID,
	Key: cred.Shape{
		Words: helpKey,
		Fits:  func(s string) bool { return len(s) >= leastKey && len(s) <= mostKey },
	},
	Secret:  cred.Whole(helpPrivate),
	Swapped: cred.ByForm(func(s string) bool { return strings.HasPrefix(s, usualStart) }),
}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// recvWindow is how many ms after its timestamp a request stays valid; it is
// also MEXC's default.
const recvWindow = "5000"

// signed makes a request valid at time now. What is signed are query and body,
// joined by nothing; all parameters are in the query, the escapes included.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	if r.Query != "" {
		r.Query += "&"
	}
	r.Query += "timestamp=" + r.Trace.Milliseconds(now) + "&recvWindow=" + recvWindow
	sig, err := r.Trace.Signature(c, r.Query+r.Body)
	if err != nil {
		return rest.Request{}, err
	}
	r.Query += "&signature=" + sig
	r.Header = http.Header{"X-MEXC-APIKEY": {c.KeyID}, "Content-Type": {"application/json"}}
	return r, nil
}
