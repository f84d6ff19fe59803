package rest

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// signing is an API that signs with the key and the second.
func signing(r *rig) API {
	return API{
		Client: r.Client, Refusal: HTTPError,
		Sign: func(c exchanges.Credential, r Request, now time.Time) (Request, error) {
			if c.KeyID == "" {
				return r, errors.New("no key")
			}
			r.Header = http.Header{"X-Sig": {c.KeyID + now.UTC().Format(time.TimeOnly)}}
			return r, nil
		},
	}
}

var caller = Call{Credential: exchanges.Credential{KeyID: "KEYID-77"}}

func TestAskSignsEachAttempt(t *testing.T) {
	r := newRig(t, exchangetest.Routes{"GET /ask": exchangetest.Sequence(exchangetest.Page(http.StatusBadGateway), exchangetest.JSON(`{"a":1}`))})
	var body string
	err := signing(r).Ask(t.Context(), caller, Request{Method: "GET", Path: "/ask", Query: "x=1"}, func(r Response) *exchanges.Error {
		body = string(r.Body)
		return nil
	})
	sent := r.server.Requests()
	if err != nil || body != `{"a":1}` || len(sent) != 2 || sent[1].Query != "x=1" || sent[1].Header.Get("X-Sig") != "KEYID-7712:00:00" {
		t.Errorf("%v, %q, %+v", err, body, sent)
	}
}

// What is no GET may have changed something, and is sent once.
func TestAskKnowsAChangeByItsMethod(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		r := newRig(t, exchangetest.Routes{method + " /ask": exchangetest.Page(http.StatusBadGateway).Handler()})
		err := signing(r).Ask(t.Context(), caller, Request{Method: method, Path: "/ask"}, func(Response) *exchanges.Error { return nil })
		if e := exchanges.AsError(err); len(r.server.Requests()) != 1 || e.Op != method+" /ask" || e.Outcome != exchanges.OutcomeUnknown {
			t.Errorf("%s: %d requests, %+v", method, len(r.server.Requests()), e)
		}
	}
}

func TestAskNamesTheCallAsItIsShown(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	read := false
	err := signing(r).Ask(t.Context(), caller, Request{Method: "GET", Path: "/keys/1", Shown: "/keys/{key}"}, func(Response) *exchanges.Error {
		read = true
		return nil
	})
	if e := exchanges.AsError(err); e.Op != "GET /keys/{key}" || e.Outcome != exchanges.Refused || read {
		t.Errorf("%+v, read %t", e, read)
	}
}

func TestAskWithoutASignatureSendsNothing(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	err := signing(r).Ask(t.Context(), Call{}, Request{Method: "GET", Path: "/ask"}, nil)
	if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || len(r.server.Requests()) != 0 {
		t.Errorf("%+v", e)
	}
}

func TestStampSaysWhenAndHowFarApart(t *testing.T) {
	r := newRig(t, exchangetest.Routes{"GET /ask": exchangetest.JSON("{}").Handler()}, withClock)
	r.server.Handle(timeCall, tells(r.time.now().Add(3*time.Second)).Handler())
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	k := r.Stamp(exchanges.KeyInfo{Label: "bot"})
	if !k.Seen.Equal(r.time.now()) || k.Seen.Location() != time.UTC || k.Clock.Offset != 3*time.Second || k.Label != "bot" {
		t.Errorf("%+v", k)
	}
}

func TestMillisecondsAtTheEndOfMembers(t *testing.T) {
	for body, members := range map[string][]string{
		`1764000000123`:                           nil,
		`{"data":1764000000123}`:                  {"data"},
		`{"data":"1764000000123","time":5}`:       {"data"},
		`{"data":{"serverTime":1764000000123}}`:   {"data", "serverTime"},
		`{"data":{"serverTime":"1764000000123"}}`: {"data", "serverTime"},
	} {
		if at, err := Milliseconds("/time", members...).Parse([]byte(body)); err != nil || at.UnixMilli() != 1764000000123 {
			t.Errorf("%s: %v, %v", body, at, err)
		}
	}
	for _, body := range []string{``, `{}`, `null`, `[]`, `7`, `{"data":null}`, `{"data":7}`, `{"data":{}}`, `{"data":{"t":null}}`, `{"data":{"t":"later"}}`, `{"data":{"t":-5}}`, `{"data":{"t":0}}`, `{"data":{"t":{}}}`} {
		if _, err := Milliseconds("/time", "data", "t").Parse([]byte(body)); err == nil || err.Error() != "no data.t" {
			t.Errorf("%q tells a time: %v", body, err)
		}
	}
}
