package sim

import (
	"encoding/base32"
	"strings"
	"time"
)

// secondFactor checks the codes that a person reads off an authenticator and
// enters on a page. Codes that were used with the API count by themselves.
type secondFactor struct {
	secret []byte
	last   uint64 // the step of the code used last: each works once
}

// newSecondFactor returns nil for an account without an authenticator.
func newSecondFactor(secret string) *secondFactor {
	if secret == "" {
		return nil
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		panic("sim: " + err.Error()) // the secrets are seeded here
	}
	return &secondFactor{secret: raw}
}

// confirm takes the code of this half minute or, since people type slowly, of
// the one before.
func (f *secondFactor) confirm(code string, now time.Time) *Refusal {
	code = strings.TrimSpace(code)
	if f == nil {
		return nil
	}
	if code == "" {
		return &Refusal{Text: "Enter the code of your authenticator."}
	}
	step := uint64(now.Unix()) / codeStep
	for _, at := range []uint64{step, step - 1} {
		if timeCode(f.secret, at) != code {
			continue
		}
		if at <= f.last {
			return &Refusal{Text: "This code has been used. Wait for the next one."}
		}
		f.last = at
		return nil
	}
	return &Refusal{Text: "The code is wrong. Codes are good for half a minute."}
}
