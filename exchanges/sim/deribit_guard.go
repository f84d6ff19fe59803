package sim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what authenticators use (RFC 6238)
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"time"
)

// deribitGuard asks for a code of the account's authenticator before it lets
// a call of key management through. The first call is not an error: it is
// answered with a challenge, and sent again with that and the code.
type deribitGuard struct {
	secret       []byte
	relyingParty string
	now          func() time.Time
	challenges   map[string]deribitChallenge
	used         map[uint64]bool // the steps whose codes were used: each works once
	failures     int             // wrong codes in a row
	closedUntil  time.Time       // after too many of them
}

// deribitChallenge is a challenge for one call.
type deribitChallenge struct {
	call  string // the caller, the method and its parameters
	until time.Time
}

const (
	challengeLife = time.Minute
	codeStep      = 30 // seconds, RFC 6238

	// How many wrong codes are too many, and how long a client then has to
	// wait, is not documented.
	guardMostFailures = 5
	guardWait         = time.Minute
)

// newDeribitGuard returns nil for an account without an authenticator.
func newDeribitGuard(secret, relyingParty string, now func() time.Time) *deribitGuard {
	if secret == "" {
		return nil
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		panic("sim: " + err.Error()) // the secrets are seeded here
	}
	return &deribitGuard{
		secret: raw, relyingParty: relyingParty, now: now,
		challenges: map[string]deribitChallenge{}, used: map[uint64]bool{},
	}
}

// check lets a call through when both results are nil; a challenge goes to
// the caller as the result of the call.
func (g *deribitGuard) check(c *deribitCall) (challenge any, failure *deribitError) {
	if g == nil {
		return nil, nil
	}
	if wait := g.closedUntil.Sub(g.now()); wait > 0 {
		closed := deribitGuardBlocked
		closed.Data = object{"wait": int(math.Ceil(wait.Seconds()))}
		return nil, &closed
	}
	if !c.has("authorization_data") {
		return g.challenge(c), nil
	}
	return nil, g.verify(c)
}

// challenge makes a challenge for a call.
func (g *deribitGuard) challenge(c *deribitCall) any {
	maps.DeleteFunc(g.challenges, func(_ string, made deribitChallenge) bool { return g.now().After(made.until) })
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)                          // never fails, says its documentation
	text := base64.StdEncoding.EncodeToString(raw) // has characters that a query must escape
	g.challenges[text] = deribitChallenge{call: c.guarded(), until: g.now().Add(challengeLife)}
	return jsonOf(`{"security_key_authorization_required":true,"challenge":?,"security_keys":[{"type":"tfa","name":"tfa"}],"rp_id":?}`, text, g.relyingParty)
}

// guarded returns what a challenge is bound to: all of a call but the
// handshake itself.
func (c *deribitCall) guarded() string {
	params := maps.Clone(c.params)
	delete(params, "challenge")
	delete(params, "authorization_data")
	text, err := json.Marshal([]any{c.key.ID, c.method, params})
	if err != nil {
		panic("sim: " + err.Error()) // the parameters came out of JSON or a query
	}
	return string(text)
}

// verify checks a code. Any attempt uses up its challenge: after an error, as
// documented, a client has to start over.
func (g *deribitGuard) verify(c *deribitCall) *deribitError {
	code, _ := c.params["authorization_data"].(string) // a number has lost its zeros
	text := c.text("challenge")
	made, ok := g.challenges[text]
	delete(g.challenges, text)
	switch {
	case code == "":
		return deribitGuardRefused.with("tfa_code_is_required", "")
	case !ok || g.now().After(made.until) || made.call != c.guarded():
		return deribitGuardRefused.with("challenge_timeout", "")
	}
	step, ok := g.matches(code)
	switch {
	case !ok:
		return g.refuse("tfa_code_not_matched")
	case g.used[step]:
		return g.refuse("used_tfa_code")
	}
	maps.DeleteFunc(g.used, func(old uint64, _ bool) bool { return old+2 < step })
	g.used[step] = true
	g.failures = 0
	return nil
}

// refuse counts a wrong code.
func (g *deribitGuard) refuse(reason string) *deribitError {
	if g.failures++; g.failures >= guardMostFailures {
		g.failures, g.closedUntil = 0, g.now().Add(guardWait)
	}
	return deribitGuardRefused.with(reason, "")
}

// matches finds the step whose code was given: the current one or, since
// people type slowly and clocks differ, one beside it.
func (g *deribitGuard) matches(code string) (step uint64, ok bool) {
	current := uint64(g.now().Unix()) / codeStep
	for _, step := range []uint64{current, current - 1, current + 1} {
		if sameText(timeCode(g.secret, step), code) {
			return step, true
		}
	}
	return 0, false
}

// timeCode returns the code of six digits for a step (RFC 4226, RFC 6238).
func timeCode(secret []byte, step uint64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, step)) // a hash never fails to write
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fff_ffff%1_000_000)
}
