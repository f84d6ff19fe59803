package sim

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// kraken simulates the Spot REST API of Kraken (docs.kraken.com): calls are
// /0/public/NAME and /0/private/NAME, and whatever the API itself refuses
// comes with status 200 and a list of error texts.
type kraken struct {
	*book
	now      func() time.Time
	keyring  map[*entry]*krakenKey
	balances map[string]float64
	iban     string
	failures map[string]*krakenFailures
}

// newKraken builds Kraken Spot, which has a live environment only.
func newKraken(env string, a account, now func() time.Time) (venue, *book) {
	v := &kraken{
		now: now, balances: a.Balances,
		keyring:  map[*entry]*krakenKey{},
		failures: map[string]*krakenFailures{},
		iban:     krakenIBAN(newMaterial("kraken", "iban", a.ID)),
		book:     newBook("kraken", env, a, now, issueKraken),
	}
	v.tells = func(e *entry, k *Key) {
		k.Permissions, k.Passphrase = krakenNormal(krakenWordsOf(e)), v.known(e).otp
	}
	return v, v.book
}

// known returns what the exchange knows of a key beyond its entry.
func (v *kraken) known(e *entry) *krakenKey {
	k, ok := v.keyring[e]
	if !ok {
		k = &krakenKey{entry: e, taken: map[uint64]bool{}}
		if e.SecondFactor {
			k.otp = v.material(e.Label, "otp").text(alphanumeric, 12)
		}
		v.keyring[e] = k
	}
	return k
}

// issueKraken makes a key of 56 characters and a secret that is the base64 of
// 64 bytes.
func issueKraken(m *material, _ string) (id, secret string) {
	return m.text(alphanumeric+"+/", 56), base64.StdEncoding.EncodeToString(m.bytes(64))
}

// krakenIBAN makes an account number in the groups of four that Kraken writes.
func krakenIBAN(m *material) string {
	const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	groups := []string{"AA" + m.text("0123456789", 2)}
	for range 3 {
		groups = append(groups, m.text(capitals, 4))
	}
	return strings.Join(groups, " ")
}

// krakenRefusal is one of the texts in the error list: class, category,
// cause. An empty one means that the call was not refused.
type krakenRefusal string

// The errors that Kraken documents, as far as the simulation has a use for them.
const (
	krakenInvalidKey       krakenRefusal = "EAPI:Invalid key"
	krakenInvalidSignature krakenRefusal = "EAPI:Invalid signature"
	krakenInvalidNonce     krakenRefusal = "EAPI:Invalid nonce"
	krakenRateLimited      krakenRefusal = "EAPI:Rate limit exceeded"
	krakenLockout          krakenRefusal = "EGeneral:Temporary lockout"
	krakenDenied           krakenRefusal = "EGeneral:Permission denied"
	krakenBadArguments     krakenRefusal = "EGeneral:Invalid arguments"
	krakenUnknownMethod    krakenRefusal = "EGeneral:Unknown method"
	krakenInternal         krakenRefusal = "EGeneral:Internal error"
	krakenUnavailable      krakenRefusal = "EService:Unavailable"
	krakenUnknownAsset     krakenRefusal = "EQuery:Unknown asset"
	krakenUnknownPair      krakenRefusal = "EQuery:Unknown asset pair"
)

// ServeHTTP implements venue.
func (v *kraken) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var result any
	refusal := krakenUnknownMethod
	if name, ok := strings.CutPrefix(r.URL.Path, "/0/public/"); ok {
		result, refusal = v.public(name, r)
	} else if name, ok := strings.CutPrefix(r.URL.Path, "/0/private/"); ok {
		result, refusal = v.private(name, r)
	}
	if refusal != "" {
		writeJSON(w, http.StatusOK, jsonOf(`{"error":[?]}`, string(refusal)))
		return
	}
	writeJSON(w, http.StatusOK, jsonOf(`{"error":[],"result":?}`, result))
}

var krakenFaults = table[krakenRefusal]{
	{string(FaultBadRequest), krakenBadArguments},
	{string(FaultUnauthorized), krakenInvalidKey},
	{string(FaultRateLimit), krakenRateLimited},
	{string(FaultServerError), krakenInternal},
	{string(FaultUnavailable), krakenUnavailable},
}

// fault implements venue.
func (v *kraken) fault(w http.ResponseWriter, kind FaultKind) {
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	cause, _ := krakenFaults.of(string(kind))
	writeJSON(w, status, jsonOf(`{"error":[?]}`, string(cause)))
}

// public answers a call that needs no key. Its parameters may come in the
// query or in a form.
func (v *kraken) public(name string, r *http.Request) (any, krakenRefusal) {
	call, ok := krakenPublic.of(name)
	if !ok {
		return nil, krakenUnknownMethod
	}
	params := r.URL.Query()
	if r.Method == http.MethodPost {
		_, form, refusal := krakenParams(r)
		if refusal != "" {
			return nil, refusal
		}
		for key, values := range form {
			params[key] = values
		}
	}
	return call(v, params)
}

// krakenParams returns the body as it was signed, and what it says. Bodies
// are forms or JSON objects; several clients leave out the content type.
func krakenParams(r *http.Request) (body string, params url.Values, refusal krakenRefusal) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return "", nil, krakenBadArguments
	}
	body = string(raw)
	switch kind, _, _ := strings.Cut(headerOf(r, "Content-Type"), ";"); strings.TrimSpace(strings.ToLower(kind)) {
	case "", "application/x-www-form-urlencoded":
		params, err = url.ParseQuery(body)
	case "application/json":
		params, err = krakenJSON(body)
	default:
		return "", nil, krakenBadArguments
	}
	if err != nil {
		return "", nil, krakenBadArguments
	}
	return body, params, ""
}

// krakenJSON reads an object of strings, numbers and booleans.
func krakenJSON(body string) (url.Values, error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber() // a nonce does not fit a float
	var fields object
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	params := url.Values{}
	for key, value := range fields {
		switch value := value.(type) {
		case string:
			params.Set(key, value)
		case json.Number:
			params.Set(key, value.String())
		case bool:
			params.Set(key, strconv.FormatBool(value))
		}
	}
	return params, nil
}
