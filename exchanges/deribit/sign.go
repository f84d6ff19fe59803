package deribit

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

var errCredential = errors.New("client ID or secret is missing")

// stamp is what makes a signature good for one moment and one call. Deribit
// allows 60 s between the timestamp and its own clock.
type stamp struct {
	at    time.Time
	nonce string
}

func (s stamp) millis() int64 { return s.at.UnixMilli() }

// text is what is signed: the stamp and then the data, which is empty for
// public/auth and the request itself for a signed REST call.
func (s stamp) text(data string) string {
	return strconv.FormatInt(s.millis(), 10) + "\n" + s.nonce + "\n" + data
}

// signIn makes the parameters of public/auth.
func signIn(t *cred.Trace, c exchanges.Credential, s stamp) (any, error) {
	signature, err := sign(t, c, s.text(""))
	if err != nil {
		return nil, err
	}
	return authParams{
		GrantType: "client_signature", ClientID: c.KeyID,
		Timestamp: s.millis(), Nonce: s.nonce, Signature: signature,
	}, nil
}

// shown signs a call that is shown and not sent: public/auth by its parameters, which is
// how keyrota signs in, and any other by its own header, where the key has a
// secret.
func shown(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	s := stamp{at: now, nonce: cmp.Or(r.Nonce, rand.Text())}
	r.Trace.Milliseconds(now)
	r.Trace.Note(exchanges.StepNonce, "", s.nonce)
	if r.Path == pathOf(authMethod) {
		params, err := signIn(r.Trace, c, s)
		if err != nil {
			return r, err
		}
		return call{method: authMethod, id: 1}.build(params)
	}
	if !c.PrivateKey.IsZero() {
		return r, &exchanges.Error{
			Exchange: ID, Op: "sign " + r.Method + " " + exchanges.Clean(r.Path), Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Hint: "Deribit documents signed calls for keys with a secret only. With a key pair, sign " + pathOf(authMethod) + " and send the token that it answers with.",
		}
	}
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	sig, err := sign(r.Trace, c, s.text(r.Method+"\n"+target+"\n"+r.Body+"\n"))
	r.Header = http.Header{"Authorization": {fmt.Sprintf("deri-hmac-sha256 id=%s,ts=%d,sig=%s,nonce=%s", c.KeyID, s.millis(), sig, s.nonce)}}
	if r.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// sign returns the signature of text with whichever key c has: hexadecimal
// HMAC-SHA256 where Deribit made the secret, Ed25519 or RSA where the person
// registered a public key.
func sign(t *cred.Trace, c exchanges.Credential, text string) (string, error) {
	if c.KeyID == "" || c.Secret.IsZero() && c.PrivateKey.IsZero() {
		return "", errCredential
	}
	if c.PrivateKey.IsZero() {
		return t.Hex(t.MAC(sha256.New, c.Secret.Bytes(), text)), nil
	}
	key, err := cred.ParsePrivateKey(c.PrivateKey, c.Passphrase, pairs...)
	if err != nil {
		return "", err
	}
	raw, err := t.Pair(key, text, cred.SignPair)
	if err != nil {
		return "", err
	}
	// Deribit's article on these keys calls for URL-safe base64. That it wants
	// no padding is known from its examples only, which is the first thing to
	// look at if such a key is refused for its signature.
	return t.URLBase64(raw), nil
}
