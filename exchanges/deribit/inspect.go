package deribit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// authParams signs in with a signature. client_credentials, which would send
// the secret itself, is never used. No scope is asked for: the answer then has
// all that the key may do.
type authParams struct {
	GrantType string `json:"grant_type"`
	ClientID  string `json:"client_id"`
	Timestamp int64  `json:"timestamp"`
	Signature string `json:"signature"`
	Nonce     string `json:"nonce"`
	Data      string `json:"data"`
}

// grant is the answer of public/auth. There is no field for the refresh token,
// so that it is not kept.
type grant struct {
	AccessToken token `json:"access_token"`
	Scope       scope `json:"scope"`
}

// token is a bearer token, which is as good as a key while it lives.
type token struct{ exchanges.Secret }

// UnmarshalJSON takes printable ASCII and leaves the token zero for all else,
// since it becomes a header.
func (t *token) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil && len(s) <= 4096 && strings.IndexFunc(s, notVisible) < 0 {
		t.Secret = exchanges.NewSecret(s)
	}
	return nil
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

// authenticate proves the key to Deribit and returns what it may do. Whatever
// comes of it replaces the token that was kept before.
func (v *venue) authenticate(ctx context.Context, c exchanges.Credential) (*grant, error) {
	got, _, err := do[grant](ctx, v, call{
		method: authMethod,
		id:     1,
		params: func(now time.Time) (any, error) {
			return signIn(nil, c, stamp{at: now, nonce: rand.Text()})
		},
		conceal: c,
	})
	v.tokens.drop(c)
	if err != nil {
		return nil, err
	}
	if got.AccessToken.IsZero() {
		// Only the token shows that the key was accepted.
		return nil, &exchanges.Error{Exchange: ID, Op: opOf(authMethod), Kind: exchanges.Protocol,
			Code: "no usable access token", Hint: hintOdd}
	}
	v.tokens.keep(c, got.AccessToken.Secret)
	return got, nil
}

// keyList is the list of an account's keys.
type keyList struct {
	rows      []keyRow
	different bool // not in the documented form
}

// UnmarshalJSON never fails.
func (l *keyList) UnmarshalJSON(b []byte) error {
	*l = keyList{}
	if json.Unmarshal(b, &l.rows) != nil || l.rows == nil {
		*l = keyList{different: true}
	}
	return nil
}

// find returns the row of a key, by its whole client ID.
func (l keyList) find(clientID string) *keyRow {
	for i := range l.rows {
		if string(l.rows[i].ClientID) == clientID {
			return &l.rows[i]
		}
	}
	return nil
}

// keyRow is a key in the list. Deribit's documentation is of two minds about
// whether client_secret is in there; without a field for it, it ends with the
// bytes of the answer.
type keyRow struct {
	ID        wire.Int        `json:"id"` // what the methods that change a key want
	ClientID  wire.Text       `json:"client_id"`
	Name      wire.Text       `json:"name"`
	Timestamp wire.Text       `json:"timestamp"`
	Enabled   wire.Flag       `json:"enabled"`
	Scope     scope           `json:"max_scope"`
	Features  wire.Words      `json:"enabled_features"`
	Whitelist json.RawMessage `json:"ip_whitelist"`
}

// ownRow finds the key in the account's list. Where Deribit refuses the list,
// it returns no row and the sentence that says why: the key itself was
// accepted before. Failures on the way stay errors, so that a network hiccup
// does not turn known facts into unknown ones.
func (v *venue) ownRow(ctx context.Context, c exchanges.Credential, t token) (*keyRow, string, error) {
	got, refused, err := do[answer[keyList]](ctx, v, listing(c, t.Secret))
	switch {
	case err != nil && refused.final(exchanges.AsError(err)):
		return nil, refused.why(exchanges.AsError(err)), nil
	case err != nil:
		return nil, "", err
	case got.challenge != nil:
		return nil, "Deribit lists the account's keys only with a two-factor code.", nil
	case got.result.different:
		return nil, "Deribit's list of keys is not in the documented form.", nil
	}
	if row := got.result.find(c.KeyID); row != nil {
		return row, "", nil
	}
	return nil, "Deribit's list of keys does not have this key.", nil
}

// listing asks for the account's keys. It is patient: it changes nothing.
func listing(c exchanges.Credential, token exchanges.Secret) call {
	return call{
		method:  listMethod,
		id:      2,
		params:  func(time.Time) (any, error) { return struct{}{}, nil },
		bearer:  token,
		conceal: veil(c, token, exchanges.Secret{}),
	}
}

// describe adds the facts of the list to out.
func (r *keyRow) describe(out *exchanges.KeyInfo) {
	out.Label = strings.TrimSpace(string(r.Name))
	out.Created = r.Timestamp.Milliseconds() // documented as "timestamp" only; a change of the key may move it
	out.IPs = whitelist(r.Whitelist)
	if r.Enabled.Known && !r.Enabled.Value {
		out.Notes = append(out.Notes, "Deribit's list calls the key disabled.")
	}
	if len(r.Features.Values) > 0 {
		out.Notes = append(out.Notes, "Enabled features: "+strings.Join(r.Features.Values, ", ")+".")
	}
}

// whitelist reads a list of addresses: empty or missing, there is no
// restriction.
func whitelist(raw json.RawMessage) exchanges.IPWhitelist {
	if raw == nil {
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return wire.At[wire.Addresses](raw).Whitelist()
}
