package sim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what authenticators use (RFC 6238)
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// deribitGuard asks for a code of the account's authenticator before it lets
// a call of key management through. The first call is not an error: it is
// answered with a challenge, and sent again with that and the code.
type deribitGuard struct {
	secret     []byte
	now        func() time.Time
	challenges map[string]time.Time // until when each is good
	lastStep   uint64               // of the code used last: each works once
}

const (
	challengeLife = time.Minute
	codeStep      = 30 // seconds, RFC 6238
)

// newDeribitGuard returns nil for an account without an authenticator.
func newDeribitGuard(secret string, now func() time.Time) *deribitGuard {
	if secret == "" {
		return nil
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		panic("sim: " + err.Error()) // the secrets are seeded here
	}
	return &deribitGuard{secret: raw, now: now, challenges: map[string]time.Time{}}
}

// check lets a call through when both results are nil; a challenge goes to
// the caller as the result of the call.
func (g *deribitGuard) check(c *deribitCall) (challenge any, failure *deribitError) {
	if g == nil {
		return nil, nil
	}
	code := c.text("authorization_data")
	if code == "" {
		return g.challenge(), nil
	}
	until, ok := g.challenges[c.text("challenge")]
	if !ok || g.now().After(until) {
		return nil, deribitGuardRefused.with("challenge_timeout", "challenge")
	}
	step, ok := g.matches(code)
	switch {
	case !ok:
		return nil, deribitGuardRefused.with("tfa_code_not_matched", "authorization_data")
	case step <= g.lastStep:
		return nil, deribitGuardRefused.with("used_tfa_code", "authorization_data")
	}
	g.lastStep = step
	delete(g.challenges, c.text("challenge"))
	return nil, nil
}

func (g *deribitGuard) challenge() any {
	for text, until := range g.challenges {
		if g.now().After(until) {
			delete(g.challenges, text)
		}
	}
	text := rand.Text()
	g.challenges[text] = g.now().Add(challengeLife)
	return object{
		"security_key_authorization_required": true,
		"challenge":                           text,
		"security_keys":                       []object{{"type": "tfa", "name": "tfa"}},
		"rp_id":                               "deribit.com",
	}
}

// matches finds the step whose code was given: the current one or, since
// people type slowly, the one before.
func (g *deribitGuard) matches(code string) (step uint64, ok bool) {
	current := uint64(g.now().Unix()) / codeStep
	for _, step := range []uint64{current, current - 1} {
		if hmac.Equal([]byte(timeCode(g.secret, step)), []byte(code)) {
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
