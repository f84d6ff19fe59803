package rest

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// signing is a Signer that puts the key and the time in milliseconds into a
// header, and takes a body that begins with "no" for a refusal.
func signerOf(c *Client) Signer {
	return Signer{
		Client: c,
		Sign: func(c exchanges.Credential, r Request, now time.Time) (Request, error) {
			if c.KeyID == "" {
				return Request{}, errors.New("there is nothing to sign with")
			}
			r.Header = http.Header{"X-Signed": {c.KeyID + " " + now.UTC().Format(time.DateOnly)}}
			return r, nil
		},
		Refuse: func(r Response) *exchanges.Error {
			if len(r.Body) > 1 && string(r.Body[:2]) == "no" {
				return &exchanges.Error{Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: "ask for less"}
			}
			return nil
		},
	}
}

func accept(Response) *exchanges.Error { return nil }

func TestAskSignsAndSaysWhen(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON(`yes`).Handler(), "POST /ask": exchangetest.JSON(`no`).Handler()})
	s := signerOf(r.Client)
	c := exchanges.Credential{KeyID: "key"}
	var got string
	asked, err := s.Ask(t.Context(), Call{Credential: c}, Request{Method: http.MethodGet, Path: "/ask"}, func(r Response) *exchanges.Error {
		got = string(r.Body)
		return nil
	})
	if err != nil || got != "yes" || !asked.Equal(r.Now()) || asked.Location() != time.UTC {
		t.Errorf("%q at %s, %v", got, asked, err)
	}
	sent := r.server.Requests(askCall)
	if want := "key " + r.Now().UTC().Format(time.DateOnly); len(sent) != 1 || sent[0].Header.Get("X-Signed") != want {
		t.Errorf("%+v, want it signed %q", sent, want)
	}
	_, err = s.Ask(t.Context(), Call{Credential: c}, Request{Method: http.MethodPost, Path: "/ask"}, accept)
	if e := exchanges.AsError(err); e.Kind != exchanges.Denied || e.Op != "POST /ask" {
		t.Errorf("%v", err)
	}
	_, err = s.Ask(t.Context(), Call{Credential: c, Op: "POST /{name}"}, Request{Method: http.MethodPost, Path: "/ask"}, accept)
	if e := exchanges.AsError(err); e.Op != "POST /{name}" {
		t.Errorf("%v", err)
	}
	asked, err = s.Ask(t.Context(), Call{}, Request{Method: http.MethodGet, Path: "/ask"}, accept)
	if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent {
		t.Errorf("%s, %v", asked, err)
	}
}

// What is no GET is a write, and sent once.
func TestAskRepeatsReadsOnly(t *testing.T) {
	for method, times := range map[string]int{http.MethodGet: 3, http.MethodPost: 1, http.MethodDelete: 1} {
		call := method + " /ask"
		r := newRig(t, exchangetest.Routes{call: exchangetest.Status(503, "").Handler()})
		refuse := signerOf(r.Client)
		refuse.Refuse = HTTPError
		_, err := refuse.Ask(t.Context(), Call{Credential: exchanges.Credential{KeyID: "key"}}, Request{Method: method, Path: "/ask"}, accept)
		if n := len(r.server.Requests(call)); !errors.Is(err, exchanges.Unavailable) || n != times {
			t.Errorf("%s was sent %d times: %v", method, n, err)
		}
	}
}

func TestStampedSaysWhenItWasTold(t *testing.T) {
	r := newRig(t, nil)
	asked := r.Now().Add(-time.Second)
	got := r.Stamped(exchanges.KeyInfo{Label: "bot"}, asked)
	if got.Label != "bot" || !got.Asked.Equal(asked) || !got.Seen.Equal(r.Now()) || got.Seen.Location() != time.UTC || got.Clock.Known {
		t.Errorf("%+v", got)
	}
}

func TestIntoKeepsWhatIsParsed(t *testing.T) {
	var kept string
	odd := &exchanges.Error{Kind: exchanges.Protocol}
	read := Into(&kept, func(r Response) (string, *exchanges.Error) {
		if len(r.Body) == 0 {
			return "", odd
		}
		return string(r.Body), nil
	})
	if e := read(Response{Body: []byte("told")}); e != nil || kept != "told" {
		t.Errorf("%q, %v", kept, e)
	}
	if e := read(Response{}); e != odd || kept != "" {
		t.Errorf("%q, %v", kept, e)
	}
}

func TestObject(t *testing.T) {
	for body, object := range map[string]bool{`{}`: true, `{"a":1}`: true, `null`: false, `[]`: false, `OK`: false, ``: false, `<p>`: false} {
		e := Object(Response{Status: 200, Body: []byte(body)})
		if (e == nil) != object || e != nil && e.Outcome != exchanges.OutcomeUnknown {
			t.Errorf("%q: %v", body, e)
		}
	}
}
