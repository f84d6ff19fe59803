package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// deribitWindow is how far a timestamp may be from the exchange's clock.
const deribitWindow = time.Minute

// auth hands out a token for one of three kinds of proof.
func (v *deribit) auth(c *deribitCall) (any, *deribitError) {
	kind, failure := c.needs("grant_type")
	if failure != nil {
		return nil, failure
	}
	var key *entry
	switch kind {
	case "client_credentials":
		key, failure = v.byCredentials(c)
	case "client_signature":
		key, failure = v.bySignature(c)
	case "refresh_token":
		return v.refresh(c)
	default:
		failure = deribitBadParams.with("unknown grant type", "grant_type")
	}
	if failure != nil {
		return nil, failure
	}
	grant, failure := deribitScopeOf(key).grant(c.text("scope"), key.Sub == "")
	if failure != nil {
		return nil, failure
	}
	v.touch(key, v.now())
	return v.token(c, v.sessions.open(key, grant, v.now())), nil
}

// refresh swaps a refresh token for a new pair of tokens; the old ones die.
// What the new ones are good for is decided anew.
func (v *deribit) refresh(c *deribitCall) (any, *deribitError) {
	text, failure := c.needs("refresh_token")
	if failure != nil {
		return nil, failure
	}
	old, ok := v.sessions.byRefresh[text]
	if !ok || !v.alive(old) {
		return nil, deribitUnauthorized.with("unknown token", "refresh_token")
	}
	if failure := v.admit(old.key, c); failure != nil {
		return nil, failure
	}
	grant, failure := deribitScopeOf(old.key).grant(old.grant.asked, old.key.Sub == "")
	if failure != nil {
		return nil, failure
	}
	v.sessions.close(old)
	v.touch(old.key, v.now())
	return v.token(c, v.sessions.open(old.key, grant, v.now())), nil
}

// alive reports whether a session's key still works.
func (v *deribit) alive(s *deribitSession) bool {
	key, ok := v.find(s.key.ID)
	return ok && !key.Disabled
}

// token tells a caller of the session that was opened.
func (v *deribit) token(c *deribitCall, s *deribitSession) any {
	reply := jsonOf(`{"access_token":?,"refresh_token":?,"token_type":"bearer","expires_in":?,"scope":?,"enabled_features":[]}`,
		s.access, s.refresh, int64(s.grant.life/time.Second), strings.Join(s.grant.words, " "))
	if v.guard != nil {
		reply = joined(reply, jsonOf(`{"mandatory_tfa_status":"enabled"}`))
	}
	if state := c.text("state"); state != "" {
		reply = joined(reply, jsonOf(`{"state":?}`, state))
	}
	return reply
}

// byCredentials checks an id and a secret that were sent in the clear.
func (v *deribit) byCredentials(c *deribitCall) (*entry, *deribitError) {
	id, failure := c.needs("client_id")
	if failure != nil {
		return nil, failure
	}
	secret, failure := c.needs("client_secret")
	if failure != nil {
		return nil, failure
	}
	return v.bySecret(c, id, secret)
}

func (v *deribit) bySecret(c *deribitCall, id, secret string) (*entry, *deribitError) {
	key, ok := v.find(id)
	if !ok || key.PublicKey != nil || !sameText(secret, key.Secret) {
		return nil, &deribitBadCredentials
	}
	return key, v.admit(key, c)
}

// bySignature checks the signature over timestamp, nonce and data.
func (v *deribit) bySignature(c *deribitCall) (*entry, *deribitError) {
	p := deribitProof{nonce: c.text("nonce"), data: c.text("data")}
	for name, field := range map[string]*string{"client_id": &p.id, "timestamp": &p.timestamp, "signature": &p.signature} {
		text, failure := c.needs(name)
		if failure != nil {
			return nil, failure
		}
		*field = text
	}
	return v.prove(c, p)
}

// deribitProof is a signature and what it is over.
type deribitProof struct{ id, timestamp, nonce, data, signature string }

// prove checks a signature, then what the real exchange documents no code
// for: an old timestamp and a nonce that comes a second time.
func (v *deribit) prove(c *deribitCall, p deribitProof) (*entry, *deribitError) {
	key, ok := v.find(p.id)
	if !ok || !p.validFor(key) {
		return nil, &deribitBadCredentials
	}
	if failure := v.admit(key, c); failure != nil {
		return nil, failure
	}
	ms, err := strconv.ParseInt(p.timestamp, 10, 64)
	if err != nil || v.now().Sub(time.UnixMilli(ms)).Abs() > deribitWindow {
		return nil, deribitUnauthorized.with("timestamp out of range", "timestamp")
	}
	// A request dated ahead can be replayed for longer, hence twice the window.
	if p.nonce != "" && !v.spendOnce(key, p.nonce, v.now(), 2*deribitWindow) {
		return nil, deribitUnauthorized.with("nonce was used before", "nonce")
	}
	return key, nil
}

// validFor reports whether the key made the signature: lower-case hex of an
// HMAC-SHA256, or URL-safe base64 of what a private key made of the same text.
func (p deribitProof) validFor(key *entry) bool {
	text := []byte(p.timestamp + "\n" + p.nonce + "\n" + p.data)
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.signature, "="))
	switch public := key.PublicKey.(type) {
	case ed25519.PublicKey:
		return err == nil && ed25519.Verify(public, text, raw)
	case *rsa.PublicKey:
		digest := sha256.Sum256(text)
		return err == nil && rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], raw) == nil
	}
	mac := hmac.New(sha256.New, []byte(key.Secret))
	mac.Write(text) // a hash never fails to write
	return sameText(hex.EncodeToString(mac.Sum(nil)), p.signature)
}

// admit refuses keys that are switched off and addresses that are not on a
// key's list. Which code the real exchange has for the latter is not known.
func (v *deribit) admit(key *entry, c *deribitCall) *deribitError {
	switch {
	case key.Disabled:
		return &deribitBadCredentials
	case !key.allows(c.caller):
		return deribitBadCredentials.with("ip_not_whitelisted", "")
	}
	return nil
}

// authorize finds the key behind a private call, and what it may do.
func (v *deribit) authorize(c *deribitCall) (*entry, deribitScope, *deribitError) {
	scheme, value, _ := strings.Cut(c.authorization, " ")
	var key *entry
	failure := &deribitNoAuth
	switch strings.ToLower(scheme) {
	case "bearer":
		return v.byToken(c, strings.TrimSpace(value))
	case "basic":
		if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value)); err == nil {
			id, secret, _ := strings.Cut(string(raw), ":")
			key, failure = v.bySecret(c, id, secret)
		}
	case "deri-hmac-sha256":
		key, failure = v.byHeader(c, value)
	}
	if failure != nil {
		return nil, nil, failure
	}
	return key, deribitScopeOf(key), nil
}

func (v *deribit) byToken(c *deribitCall, text string) (*entry, deribitScope, *deribitError) {
	s, ok := v.sessions.byAccess[text]
	switch {
	case !ok, !v.alive(s):
		return nil, nil, deribitUnauthorized.with("unknown token", "access_token")
	case !v.now().Before(s.expires):
		return nil, nil, deribitUnauthorized.with("token has expired", "access_token")
	case s.grant.from.IsValid() && s.grant.from != c.caller:
		return nil, nil, deribitUnauthorized.with("token is for another address", "access_token")
	}
	return s.key, s.grant.scope.within(deribitScopeOf(s.key)), v.admit(s.key, c)
}

// byHeader checks "id=…,ts=…,sig=…,nonce=…", a signature over the request.
func (v *deribit) byHeader(c *deribitCall, value string) (*entry, *deribitError) {
	fields := map[string]string{}
	for _, part := range strings.Split(value, ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = text
	}
	p := deribitProof{
		id: fields["id"], timestamp: fields["ts"], nonce: fields["nonce"], signature: fields["sig"],
		data: strings.ToUpper(c.verb) + "\n" + c.uri + "\n" + c.body + "\n",
	}
	if p.id == "" || p.timestamp == "" || p.nonce == "" || p.signature == "" {
		return nil, &deribitNoAuth
	}
	if key, ok := v.find(p.id); ok && key.PublicKey != nil {
		return nil, &deribitBadCredentials // this scheme is for keys with a secret only
	}
	return v.prove(c, p)
}
