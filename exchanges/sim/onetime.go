package sim

import (
	"encoding/base32"
	"fmt"
	"slices"
)

// OneTimeCode returns what the authenticator of a site's account shows: each
// code works once, so that each call returns another one, of the step before,
// of the present one or of the next. When all three are spent the error is a
// *Refusal: there is a new one within 30 seconds.
func (s *Sim) OneTimeCode(exchange, env string) (string, error) {
	i := slices.IndexFunc(s.description.Venues, func(v Venue) bool { return v.Exchange == exchange && v.Environment == env })
	if i < 0 || s.description.Venues[i].TOTPSecret == "" {
		return "", fmt.Errorf("no account of %q in the environment %q has a second factor", exchange, env)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s.description.Venues[i].TOTPSecret)
	if err != nil {
		return "", err
	}
	s.codes.Lock()
	defer s.codes.Unlock()
	now := uint64(s.clock().Unix()) / codeStep
	for _, step := range []uint64{now - 1, now, now + 1} {
		if step > s.lastStep[i] {
			s.lastStep[i] = step
			return timeCode(secret, step), nil
		}
	}
	return "", &Refusal{Text: "The codes of this half minute are used up: wait for the next one."}
}
