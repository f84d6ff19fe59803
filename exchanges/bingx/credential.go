package bingx

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "API Key", Help: "about 80 letters and digits, shown under API Management"},
	{Name: exchanges.FieldSecret, Label: "Secret Key", Help: "about 80 letters and digits; shown once, when the key is made"},
}}

// BingX does not document the lengths, and its key and secret look the same, so
// that little can be seen of a mistake.
var rules = cred.Rules{Exchange: ID, Key: cred.Whole("about 80 letters and digits"), Secret: cred.Whole("about 80 letters and digits")}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// signed makes a request valid at time now. All parameters, the time among
// them, are signed in the order of their names and without escapes; then they
// are sent in the query or, where the request has a body, as a JSON object.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := r.Trace.Milliseconds(now)
	r.Header = http.Header{"X-BX-APIKEY": {c.KeyID}}
	if r.Body != "" {
		r.Header.Set("Content-Type", "application/json")
		return signedBody(c, r, stamp)
	}
	params, err := url.ParseQuery(r.Query)
	if err != nil {
		return rest.Request{}, err
	}
	params.Set("timestamp", stamp)
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, name+"="+params.Get(name))
	}
	sig, err := r.Trace.Signature(c, strings.Join(pairs, "&"))
	if err != nil {
		return rest.Request{}, err
	}
	r.Query = strings.ReplaceAll(params.Encode(), "+", "%20") + "&signature=" + sig
	return r, nil
}

// signedBody signs a JSON object. A text is signed without its quotes, any
// other value as it is written.
func signedBody(c exchanges.Credential, r rest.Request, stamp string) (rest.Request, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.Body), &fields); err != nil {
		return rest.Request{}, err
	}
	fields["timestamp"] = json.RawMessage(stamp)
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		value := string(fields[name])
		var text string
		if json.Unmarshal(fields[name], &text) == nil {
			value = text
		}
		pairs = append(pairs, name+"="+value)
	}
	sig, err := r.Trace.Signature(c, strings.Join(pairs, "&"))
	if err != nil {
		return rest.Request{}, err
	}
	fields["signature"] = json.RawMessage(strconv.Quote(sig))
	body, err := json.Marshal(fields)
	r.Body = string(body)
	return r, err
}
