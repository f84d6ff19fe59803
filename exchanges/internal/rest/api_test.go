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
func signing(r *rig) *API {
	return &API{
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
	at := func(body string, names ...string) (time.Time, error) {
		return Milliseconds("/time", names...).Read(Response{Body: []byte(body)})
	}
	for body, names := range map[string][]string{
		`1764000000123`:                           nil,
		`{"data":1764000000123}`:                  {"data"},
		`{"data":"1764000000123","time":5}`:       {"data"},
		`{"data":{"serverTime":1764000000123}}`:   {"data", "serverTime"},
		`{"data":{"serverTime":"1764000000123"}}`: {"data", "serverTime"},
		`{"data":[{"ts":"1764000000123"}]}`:       {"data", "0", "ts"},
	} {
		if got, err := at(body, names...); err != nil || got.UnixMilli() != 1764000000123 {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
	for _, body := range []string{``, `{}`, `null`, `[]`, `7`, `{"data":null}`, `{"data":7}`, `{"data":{}}`, `{"data":{"t":null}}`, `{"data":{"t":"later"}}`, `{"data":{"t":-5}}`, `{"data":{"t":0}}`, `{"data":{"t":{}}}`} {
		if _, err := at(body, "data", "t"); err == nil || err.Error() != "no data.t" {
			t.Errorf("%q tells a time: %v", body, err)
		}
	}
}

func TestAnswersSayWhenTheyWereAskedFor(t *testing.T) {
	r := newRig(t, exchangetest.Routes{"GET /ask": exchangetest.Sequence(exchangetest.Page(http.StatusBadGateway), exchangetest.JSON(`{}`))})
	began := r.time.now()
	var asked time.Time
	err := signing(r).Get(t.Context(), caller, "/ask", func(r Response) *exchanges.Error {
		asked = r.Asked
		return nil
	})
	if want := began.Add(r.time.total()); err != nil || !asked.Equal(want) || asked.Location() != time.UTC || r.time.total() == 0 {
		t.Errorf("%v, asked at %s, want %s", err, asked, want)
	}
}

func TestAskOfAnAPIThatOnlyReads(t *testing.T) {
	r := newRig(t, exchangetest.Routes{"POST /ask": exchangetest.Page(http.StatusBadGateway).Handler()})
	reader := signing(r)
	reader.ReadsOnly = true
	err := reader.Post(t.Context(), caller, "/ask", map[string]int{"a": 1}, Done)
	if sent := r.server.Requests(); !errors.Is(err, exchanges.Unavailable) || len(sent) != maxAttempt || sent[0].Body != `{"a":1}` {
		t.Errorf("%v, %+v", err, sent)
	}
}

// A change may be answered by nothing at all; nothing is no answer to a question.
func TestNoContent(t *testing.T) {
	for method, ok := range map[string]bool{"DELETE": true, "GET": false} {
		r := newRig(t, exchangetest.Routes{method + " /ask": exchangetest.Status(http.StatusNoContent, "").Handler()})
		api := signing(r)
		api.Refusal = NotJSON
		if err := api.Ask(t.Context(), caller, Request{Method: method, Path: "/ask"}, Done); (err == nil) != ok {
			t.Errorf("%s: %v", method, err)
		}
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

func TestDoneIsSaidByAnObjectOrNothing(t *testing.T) {
	for body, done := range map[string]bool{`{}`: true, `{"a":1}`: true, ``: true, `null`: false, `[]`: false, `OK`: false, `<p>`: false} {
		e := Done(Response{Status: 200, Body: []byte(body)})
		if (e == nil) != done || e != nil && e.Outcome != exchanges.OutcomeUnknown {
			t.Errorf("%q: %v", body, e)
		}
	}
}

// dated answers with a date that is so much ahead of the rig's clock.
func (r *rig) dated(status int, ahead time.Duration) exchangetest.Reply {
	return exchangetest.Status(status, "{}").With("Date", r.time.now().Add(ahead).Format(http.TimeFormat))
}

func TestTheClockIsReadOffTheDate(t *testing.T) {
	r := newRig(t, exchangetest.Routes{}, func(c *Config) { c.DateIsClock = true })
	r.server.Handle(askCall, exchangetest.JSON("{}").With("Date", "soon").Handler())
	if e := r.do(t, ask()); e != nil || r.Clock().Known {
		t.Errorf("%v, %+v", e, r.Clock())
	}
	r.server.Handle(askCall, r.dated(200, time.Minute).Handler())
	if e := r.do(t, ask()); e != nil || !r.Clock().Known || r.Clock().Offset != time.Minute+DateGrain/2 {
		t.Errorf("%v, %+v", e, r.Clock())
	}
	if got := r.ExchangeNow().Sub(r.Now()); got != r.Clock().Offset {
		t.Errorf("the exchange is %s ahead", got)
	}
}

// What was refused for the time is asked again by the time of the refusal.
func TestASkewIsMendedByTheDate(t *testing.T) {
	r := newRig(t, exchangetest.Routes{}, func(c *Config) { c.DateIsClock = true })
	r.server.Handle(askCall, exchangetest.Sequence(r.dated(400, time.Hour), r.dated(200, time.Hour)))
	call := ask()
	var asked []time.Duration
	build := call.Build
	call.Build = func(now time.Time) (Request, error) {
		asked = append(asked, now.Sub(r.Now()))
		return build(now)
	}
	call.Classify = func(r Response) *exchanges.Error {
		if r.Status != 400 {
			return nil
		}
		return &exchanges.Error{Kind: exchanges.ClockSkew, Outcome: exchanges.Refused}
	}
	if e := r.do(t, call); e != nil || len(asked) != 2 || asked[0] != 0 || asked[1] != time.Hour+DateGrain/2 {
		t.Errorf("%v, asked %v", e, asked)
	}
}
