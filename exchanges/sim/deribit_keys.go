package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/md5" //nolint:gosec // a fingerprint that the exchange shows, not a proof
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math"
	"strings"
)

const (
	deribitMostKeys = 8    // of an account or sub-account, as documented
	deribitLeastRSA = 2048 // bits, as documented
)

// deribitKeyMethods are the methods with which an account manages its own
// keys. Which of them want a second factor is as their pages say.
var deribitKeyMethods = []deribitMethod{
	{name: "private/list_api_keys", answer: (*deribit).listAPIKeys, scope: "account:read", guarded: true},
	{name: "private/create_api_key", answer: (*deribit).createAPIKey, scope: "account:read_write", guarded: true,
		takes: []string{"max_scope", "name", "public_key", "enabled_features"}},
	{name: "private/edit_api_key", answer: (*deribit).editAPIKey, scope: "account:read_write", guarded: true,
		takes: []string{"id", "max_scope", "name", "enabled", "enabled_features", "ip_whitelist"}},
	{name: "private/change_scope_in_api_key", answer: (*deribit).changeScope, scope: "account:read_write", guarded: true,
		takes: []string{"id", "max_scope"}},
	{name: "private/change_api_key_name", answer: (*deribit).changeName, scope: "account:read_write", takes: []string{"id", "name"}},
	{name: "private/disable_api_key", answer: (*deribit).disableAPIKey, scope: "account:read_write", guarded: true, takes: []string{"id"}},
	{name: "private/enable_api_key", answer: (*deribit).enableAPIKey, scope: "account:read_write", takes: []string{"id"}},
	{name: "private/reset_api_key", answer: (*deribit).resetAPIKey, scope: "account:read_write", takes: []string{"id"}},
	{name: "private/remove_api_key", answer: (*deribit).removeAPIKey, scope: "account:read_write", takes: []string{"id"}},
}

// listAPIKeys lists the account's keys. The documents contradict each other
// on whether rows bear the secrets; they do here, so that a client has to
// prove that it drops them.
func (v *deribit) listAPIKeys(c *deribitCall) (any, *deribitError) {
	rows := []json.RawMessage{}
	for _, e := range v.ofSub(c.key.Sub) {
		rows = append(rows, v.keyObject(e, e.Secret))
	}
	return rows, nil
}

// keyObject is a key as replies show it, with a secret or, for a key pair,
// the fingerprint that stands in its place.
func (v *deribit) keyObject(e *entry, secret string) json.RawMessage {
	if e.PublicKey != nil {
		secret = fingerprint(e.PublicKey)
	}
	row := jsonOf(`{"id":?,"client_id":?,"client_secret":?,"name":?,"timestamp":?,"enabled":?,"default":false,"max_scope":?,
		"enabled_features":?,"ip_whitelist":?}`, e.Number, e.ID, secret, deribitName(e.Label), inMillis(e.Created), !e.Disabled,
		deribitScopeOf(e).text(), append([]string{}, v.features[e]...), append([]string{}, e.IPs...)) // never nil: none are []
	if e.PublicKey != nil {
		row = joined(row, jsonOf(`{"public_key":?}`, e.PublicPEM))
	}
	return row
}

// withoutSecret is a key as the replies show it that made no secret: the
// field is always there, but a secret is told once.
func (v *deribit) withoutSecret(e *entry) json.RawMessage { return v.keyObject(e, "") }

// deribitName fits a label into a key's name: at most 16 letters, digits and
// underscores.
func deribitName(label string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphanumeric, r) {
			return r
		}
		return '_'
	}, label)
	return name[:min(len(name), 16)]
}

// fingerprint returns the MD5 of a public key as pairs of hex digits.
func fingerprint(public any) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic("sim: " + err.Error()) // the keys were made or parsed here
	}
	sum := md5.Sum(der) //nolint:gosec // see the import
	return strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":")
}

// createAPIKey makes a key. It has no IP whitelist: there is no parameter for
// one, and clients that send one are refused like any with a parameter that
// the method does not have. The documents give no code for one key too many.
func (v *deribit) createAPIKey(c *deribitCall) (any, *deribitError) {
	w, features, failure := c.readNewKey()
	if failure != nil {
		return nil, failure
	}
	if len(v.ofSub(c.key.Sub)) >= deribitMostKeys {
		return nil, deribitFailed.with("too_many_api_keys", "")
	}
	e := v.issueNew(w, v.now())
	v.features[e] = features
	v.log.note(c, v.now(), "new_api_key", e)
	return v.keyObject(e, e.Secret), nil
}

// readNewKey reads what a key is to be like.
func (c *deribitCall) readNewKey() (w wanted, features []string, failure *deribitError) {
	scope, failure := c.maxScope()
	if failure != nil {
		return w, nil, failure
	}
	if !c.scope.covers(scope) {
		return w, nil, &deribitScopeExceeded
	}
	w = wanted{Sub: c.key.Sub, Words: strings.Fields(scope.text()), Permissions: scope.normal()}
	if w.Label, failure = c.keyName(); failure != nil {
		return w, nil, failure
	}
	if c.has("public_key") {
		if w.PublicPEM, w.PublicKey, failure = c.publicKey(); failure != nil {
			return w, nil, failure
		}
	}
	if c.has("enabled_features") {
		features, failure = c.keyFeatures()
	}
	return w, features, failure
}

// publicKey returns the public half of a key that the client signs with:
// Ed25519, or RSA that is long enough, as PKIX PEM.
func (c *deribitCall) publicKey() (string, crypto.PublicKey, *deribitError) {
	text := c.text("public_key")
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || strings.TrimSpace(string(rest)) != "" {
		return "", nil, deribitBadParams.with("not a public key in PEM", "public_key")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", nil, deribitBadParams.with("not a public key", "public_key")
	}
	switch key := parsed.(type) {
	case ed25519.PublicKey:
		return text, key, nil
	case *rsa.PublicKey:
		if key.N.BitLen() >= deribitLeastRSA {
			return text, key, nil
		}
	}
	return "", nil, deribitBadParams.with("neither Ed25519 nor RSA of 2048 bits", "public_key")
}

// target returns the key that a call is about: one of the caller's account,
// and none that may do more than the caller.
func (v *deribit) target(c *deribitCall) (*entry, *deribitError) {
	number, failure := c.whole("id", 0, math.MaxInt)
	if failure != nil {
		return nil, failure
	}
	e, ok := v.byNumber(number)
	switch {
	case !ok || e.Sub != c.key.Sub:
		return nil, deribitNotFound.with("no such key", "id")
	case !c.scope.covers(deribitScopeOf(e)):
		return nil, &deribitScopeExceeded
	}
	return e, nil
}

// disableAPIKey switches a key off, which ends its sessions.
func (v *deribit) disableAPIKey(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	v.setEnabled(c, e, false)
	return v.withoutSecret(e), nil
}

// enableAPIKey switches a key on again. Its old sessions stay dead.
func (v *deribit) enableAPIKey(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	v.setEnabled(c, e, true)
	return v.withoutSecret(e), nil
}

func (v *deribit) setEnabled(c *deribitCall, e *entry, enabled bool) {
	if e.Disabled == !enabled {
		return
	}
	e.Disabled = !enabled
	action := "enabled_api_key"
	if e.Disabled {
		action = "disabled_api_key"
		v.sessions.closeAll(e)
	}
	v.log.note(c, v.now(), action, e)
}

// resetAPIKey makes a new secret. The old one and what it opened are dead at
// once; all else stays.
func (v *deribit) resetAPIKey(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	if e.PublicKey != nil {
		return nil, deribitBadParams.with("a key pair has no secret here", "id")
	}
	_, e.Secret = v.issue(v.material("reset", e.ID, e.Secret), e.Algorithm)
	v.sessions.closeAll(e)
	v.log.note(c, v.now(), "reset_api_key", e)
	return v.keyObject(e, e.Secret), nil
}

// removeAPIKey deletes a key, the caller's own not excepted.
func (v *deribit) removeAPIKey(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	v.remove(e.ID, v.now())
	v.sessions.closeAll(e)
	delete(v.features, e)
	v.log.note(c, v.now(), "removed_api_key", e)
	return "ok", nil
}
