package exchangetest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// signingToy is a toy that shows how it signs, with a place to break it.
type signingToy struct {
	*toyVenue
	spoil func(v *toyVenue, c exchanges.Credential, s *exchanges.Signing)
}

func (v signingToy) Signing(c exchanges.Credential, call exchanges.Call) (*exchanges.Signing, error) {
	api := rest.API{Client: v.client, Sign: func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		stamp := r.Trace.Milliseconds(now)
		sig, err := r.Trace.Signature(c, stamp)
		r.Query, r.Header = strings.TrimPrefix(r.Query+"&t="+stamp, "&"), http.Header{"X-Key": {c.KeyID}, "X-Sig": {sig}}
		return r, err
	}}
	s, err := api.Signing(c, call)
	if err == nil {
		v.spoil(v.toyVenue, c, s)
	}
	return s, err
}

// signing is the subject of a toy that shows how it signs.
func signing(spoil func(*toyVenue, exchanges.Credential, *exchanges.Signing)) exchangetest.Subject {
	a := newToy()
	a.wrap = func(v *toyVenue) exchanges.Exchange { return signingToy{v, spoil} }
	s := a.subject()
	s.Called = func(r exchangetest.Request) (exchanges.Call, bool) { return exchangetest.AskedBefore(r, "t"), true }
	return s
}

func TestALawfulSignerPasses(t *testing.T) {
	for _, law := range []string{"Signing shows what is sent", "Signing shows no secret", "Signing refuses"} {
		if err := lawOf(t, law).Hold(signing(func(*toyVenue, exchanges.Credential, *exchanges.Signing) {})); err != nil {
			t.Errorf("%s: %v", law, err)
		}
	}
}

func TestEachSigningLawCatchesItsBreaches(t *testing.T) {
	const shows, quiet = "Signing shows what is sent", "Signing shows no secret"
	for name, c := range map[string]struct {
		law   string
		spoil func(*toyVenue, exchanges.Credential, *exchanges.Signing)
	}{
		"another address": {shows, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.URL += "0" }},
		"another method":  {shows, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Method = "POST" }},
		"another body":    {shows, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Body = "{}" }},
		"another header":  {shows, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Header.Set("X-Sig", "0") }},
		"a header more":   {shows, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Header.Set("X-More", "0") }},
		"it calls": {shows, func(v *toyVenue, c exchanges.Credential, _ *exchanges.Signing) {
			_, _ = v.Inspect(context.Background(), c)
		}},
		"the secret in a step": {quiet, func(_ *toyVenue, c exchanges.Credential, s *exchanges.Signing) {
			s.Steps = append(s.Steps, exchanges.SigningStep{Text: c.Secret.Reveal()})
		}},
		"the secret in a header": {quiet, func(_ *toyVenue, c exchanges.Credential, s *exchanges.Signing) { s.Header.Set("X", c.Secret.Reveal()) }},
		"no string to sign":      {quiet, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Steps = s.Steps[2:] }},
		"an open signature":      {quiet, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Steps[3].Secret = false }},
		"nobody to ask":          {quiet, func(_ *toyVenue, _ exchanges.Credential, s *exchanges.Signing) { s.Judge = nil }},
	} {
		if err := lawOf(t, c.law).Hold(signing(c.spoil)); err == nil {
			t.Errorf("%s: the breach was not seen", name)
		}
	}
}

// A subject that says nothing of its signing must have none.
func TestWhatSignsIsDeclared(t *testing.T) {
	law := lawOf(t, "Signing shows what is sent")
	s := signing(func(*toyVenue, exchanges.Credential, *exchanges.Signing) {})
	s.Called = nil
	if law.Hold(s) == nil {
		t.Error("a signer that is not declared is held to nothing")
	}
	s = newToy().subject()
	s.Called = func(exchangetest.Request) (exchanges.Call, bool) { return exchanges.Call{}, false }
	if law.Hold(s) == nil {
		t.Error("what is declared and missing was not seen")
	}
}
