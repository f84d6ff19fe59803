package htx

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// pairs are the key pairs whose public half HTX takes.
var pairs = []cred.Algorithm{cred.Ed25519}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Label: "Access Key",
		Help: "four groups of digits and letters with hyphens, shown under API Management",
	},
	{
		Name: exchanges.FieldSecret, Label: "Secret Key", PEM: true,
		Help: "four groups with hyphens, shown once when the key is made, or the PEM of your own Ed25519 private key",
	},
	cred.PEMPassword(),
}}

// check is Adapter.Check. HTX documents no lengths.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	rules := cred.Rules{Exchange: ID, Pairs: pairs, Swapped: func(key, secret string) bool {
		return grouped(key, "0123456789abcdef") && grouped(secret, lowerCase) && !grouped(secret, "0123456789abcdef")
	}}
	return rules.Check(c)
}

const lowerCase = "0123456789abcdefghijklmnopqrstuvwxyz"

// grouped reports whether v is four groups of the characters. Both halves of a
// key are; but in HTX's examples secrets are hexadecimal, and keys have other
// letters too. That is good enough to see that two fields are swapped.
func grouped(v, characters string) bool {
	const groups = 4
	return strings.Count(v, "-") == groups-1 && strings.Trim(v, characters+"-") == ""
}

// signedFor returns what makes a request valid for 5 minutes around a time. All of
// it is in the query; the body of a POST is not signed. host is the one that is
// called, without its port: that is what HTX's own SDKs sign.
func signedFor(host string) func(exchanges.Credential, rest.Request, time.Time) (rest.Request, error) {
	return func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		params, err := url.ParseQuery(r.Query)
		if err != nil {
			return r, err
		}
		params.Set("AccessKeyId", c.KeyID)
		params.Set("SignatureMethod", "HmacSHA256")
		params.Set("SignatureVersion", "2")
		params.Set("Timestamp", r.Trace.ISO(now, "2006-01-02T15:04:05"))
		if !c.PrivateKey.IsZero() {
			params.Set("SignatureMethod", string(cred.Ed25519))
		}
		query := params.Encode() // sorted as bytes are, which is HTX's order
		sig, err := sign(r.Trace, c, r.Method, host, r.Path, query)
		r.Query = query + "&Signature=" + url.QueryEscape(sig)
		r.Header = http.Header{"Content-Type": {"application/json"}}
		return r, err
	}
}

// sign returns the signature of a call with a query that is sorted and
// percent-encoded.
func sign(t *cred.Trace, c exchanges.Credential, method, host, path, query string) (string, error) {
	return t.Base64Signature(c, strings.Join([]string{method, host, path, query}, "\n"), pairs...)
}
