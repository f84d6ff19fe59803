package kraken

import (
	"cmp"
	"context"
	"crypto/sha512"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// inspectForm is the body of an inspection. otp is the static second factor
// that some keys have.
func inspectForm(nonce string, otp exchanges.Secret) string {
	body := "nonce=" + nonce
	if !otp.IsZero() {
		body += "&otp=" + url.QueryEscape(otp.Reveal())
	}
	return body
}

// signed adds the headers that make a request with a form that holds nonce valid.
// It fails for a private key that check has not seen.
func signed(c exchanges.Credential, r rest.Request, nonce string) (rest.Request, error) {
	key, err := r.Trace.Decode64(c.Secret)
	if err != nil || c.KeyID == "" {
		return rest.Request{}, cmp.Or(err, errors.New("the API key is missing"))
	}
	defer clear(key)
	r.Header = http.Header{
		// Kraken's own spelling, which net/http would change.
		"API-Key":      {c.KeyID},
		"API-Sign":     {sign(r.Trace, key, r.Path, nonce, r.Body)},
		"Content-Type": {"application/x-www-form-urlencoded"},
	}
	return r, nil
}

// numbered returns what signs inspections with the next nonces of a turn.
func (v *venue) numbered(turn *nonce.Turn) func(exchanges.Credential, rest.Request, time.Time) (rest.Request, error) {
	return func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		n := strconv.FormatInt(turn.Next(turn.Count(nonce.Time(now, v.Now(), timeGrain/2))), 10)
		r.Body = inspectForm(n, c.Passphrase)
		return signed(c, r, n)
	}
}

// shown signs a call that is shown and not sent. Its body is a form; one that has
// a nonce is taken as it is.
func shown(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	form, err := url.ParseQuery(r.Body)
	if err != nil || strings.HasPrefix(strings.TrimSpace(r.Body), "{") {
		return r, errors.New("the body is not a form, as ordertype=limit&pair=XBTUSD is")
	}
	n, err := ticks.Shown(nonce.Call{Exchange: ID, Op: r.Method + " " + r.Path}, c, cmp.Or(form.Get("nonce"), r.Nonce), now)
	if err != nil {
		return r, err
	}
	r.Trace.Note(exchanges.StepNonce, "it also begins the hashed text", n)
	if !form.Has("nonce") {
		r.Body = strings.TrimSuffix(inspectForm(n, c.Passphrase)+"&"+r.Body, "&")
	}
	return signed(c, r, n)
}

// sign returns base64(HMAC-SHA512(key, path + SHA256(nonce + form))).
func sign(t *cred.Trace, key []byte, path, nonce, form string) string {
	return t.Base64(t.MACOfHash(sha512.New, key, path, nonce+form))
}

// count begins a call that moves the key's nonce.
func (v *venue) count(ctx context.Context, c exchanges.Credential, _ exchanges.Drill) (rest.Signing, error) {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + balancePath}, c, ticks)
	if err != nil {
		return rest.Signing{}, err
	}
	return rest.Signing{Sign: v.numbered(turn), Done: turn.Done}, nil
}
