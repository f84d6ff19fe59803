package exchangetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestALawfulAdapterPasses(t *testing.T) { exchangetest.Run(t, newToy().subject()) }

// revoker is a venue with an ability that it does not declare.
type revoker struct{ *toyVenue }

func (revoker) RevokeKey(context.Context, exchanges.Manager, string) error { return nil }

// A law that no adapter can break protects nobody: here is one that breaks it.
func TestEachLawCatchesItsBreach(t *testing.T) {
	for law, breach := range map[string]func(*toy){
		"Info names the exchange and its sites":                  func(a *toy) { a.info.ID = "Toy Exchange" },
		"sites have https origins of their own":                  func(a *toy) { a.info.Sites[0].Origin = "http://127.0.0.1" },
		"sites have unique ids":                                  func(a *toy) { a.info.Sites = append(a.info.Sites, a.info.Sites[0]) },
		"the form asks for what a credential has":                func(a *toy) { a.info.Form.Fields = a.info.Form.Fields[:1] },
		"declared capabilities equal the implemented interfaces": func(a *toy) { a.wrap = func(v *toyVenue) exchanges.Exchange { return revoker{v} } },
		"key pairs that are made here fit the exchange":          func(a *toy) { a.info.Sites[0].Capabilities.KeyPair = exchanges.Secp256k1 },
		"the guide leads a person through":                       func(a *toy) { a.info.Guide.Delete = nil },
		"the guide leads a person": func(a *toy) {
			a.info.Guide.IPs.None = true
			a.info.Guide.Restrict = []exchanges.GuideStep{{Text: "Addresses", Put: exchanges.PutIPs}}
		},
		"the guide says where its words are from":                       func(a *toy) { a.info.Guide.AsOf = "last week" },
		"the guide's boxes cover reading and bring no surprise":         func(a *toy) { a.info.Guide.Boxes[1].Gives = append(a.info.Guide.Boxes[1].Gives, exchanges.Admin) },
		"labels are unique and within the exchange's rule":              func(a *toy) { a.info.Guide.Label.Max = 6 },
		"Check accepts good credentials and changes them once":          func(a *toy) { a.check = grow },
		"Check trims the ends":                                          func(a *toy) { a.check = accept },
		"Check refuses text that cannot be a key or a secret":           func(a *toy) { a.check = accept },
		"Check refuses missing, mixed up and made up fields":            func(a *toy) { a.check = quote },
		"Inspect accepts a good key and gives the declared facts":       func(a *toy) { a.info.Sites[0].Capabilities.Created = false },
		"Inspect sends what the exchange asks for":                      func(a *toy) { a.request = unsigned },
		"Inspect may be repeated":                                       func(a *toy) { a.parse = counting() },
		"Inspect shows how far the clocks are apart":                    func(a *toy) { a.config = func(c *rest.Config) { c.ServerTime = nil } },
		"Inspect of an empty credential sends no key":                   func(a *toy) { a.check = accept },
		"an answer that is not the documented JSON is a protocol error": func(a *toy) { a.parse = trusting },
		"the exchange's refusals get their kinds":                       func(a *toy) { a.classify = alwaysDenied },
		"edge servers are not mistaken for the exchange":                func(a *toy) { a.classify = alwaysAuth },
		"an endless answer is cut off":                                  func(a *toy) { a.finish = blame },
		"a redirect is not followed":                                    func(a *toy) { a.finish = blame },
		"a dropped connection is a network error":                       func(a *toy) { a.finish = blame },
		"an answer says the same in every spelling":                     func(a *toy) { a.parse = picky },
		"an answer says the same however it is carried":                 func(a *toy) { a.parse = typed },
		"a label is shown in every script and cut":                      func(a *toy) { a.parse = anglo },
		"success in the body is none with a status that refuses":        func(a *toy) { a.classify = bodyAlone },
		"a pause is read in both forms":                                 func(a *toy) { a.classify = alwaysAuth },
		"values of another type do not confuse the adapter":             func(a *toy) { a.finish = bare },
		"what an answer does not tell is unknown":                       func(a *toy) { a.parse = guessing },
		"text from the exchange is cleaned":                             func(a *toy) { a.parse = raw },
		"a read is tried again after a short failure, or sent once":     func(a *toy) { a.classify = alwaysAuth },
		"a key that is refused is not tried again":                      func(a *toy) { a.classify = stubborn },
		"a context that ends ends the call":                             func(a *toy) { a.finish = blame },
		"a context that has ended sends nothing":                        func(a *toy) { a.finish = blame },
		"an exchange may be used by many at once":                       func(a *toy) { a.request = unsigned },
		"a clock that does not answer is not blamed on the key":         func(a *toy) { a.finish = blame },
		"an exchange that echoes a secret does not leak it":             parrot,
		"a log has no queries, bodies and secrets":                      func(a *toy) { a.request = chatty },
	} {
		t.Run(law, func(t *testing.T) {
			t.Parallel()
			a := newToy()
			breach(a)
			if err := lawOf(t, law).Hold(a.subject()); err == nil {
				t.Error("the breach was not seen")
			}
		})
	}
}

func TestHammeringIsSeen(t *testing.T) {
	a := newToy()
	a.config = func(c *rest.Config) { c.Connection.Sleep = func(context.Context, time.Duration) error { return nil } }
	if err := lawOf(t, "a read is tried again").Hold(a.subject()); err == nil || !strings.Contains(err.Error(), "tried again within") {
		t.Errorf("an adapter that does not wait: %v", err)
	}
}

func TestSilenceIsNotTakenForALawfulFailure(t *testing.T) {
	a := newToy()
	// From the second answer on, this adapter believes that it must not ask.
	a.wrap = func(v *toyVenue) exchanges.Exchange { return &shy{toyVenue: v} }
	if err := lawOf(t, "values of another type").Hold(a.subject()); err == nil || !strings.Contains(err.Error(), "was not asked") {
		t.Errorf("an adapter that falls silent: %v", err)
	}
}

// shy asks once and refuses lawfully from then on.
type shy struct {
	*toyVenue
	asked atomic.Bool
}

func (s *shy) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	if s.asked.Swap(true) {
		return exchanges.KeyInfo{}, &exchanges.Error{Exchange: "toy", Op: "GET /me", Kind: exchanges.RateLimited, Outcome: exchanges.NotSent, Hint: "Wait."}
	}
	return s.toyVenue.Inspect(ctx, c)
}

// lawOf returns the law whose name begins so.
func lawOf(t *testing.T, name string) exchangetest.Law {
	t.Helper()
	for _, l := range exchangetest.Laws() {
		if strings.HasPrefix(l.Name, name) {
			return l
		}
	}
	t.Fatalf("there is no law %q", name)
	return exchangetest.Law{}
}

// An excuse that excuses nothing would hide a claim that comes later.
func TestSilenceIsExcusedWhereItSpeaksOnly(t *testing.T) {
	law := lawOf(t, "what an answer does not tell")
	a := newToy()
	a.parse = guessing
	s := a.subject()
	s.Silences = map[string]string{"addresses": "toy.example"}
	if err := law.Hold(s); err != nil {
		t.Errorf("documented: %v", err)
	}
	s.Silences["withdraw"] = "toy.example"
	if err := law.Hold(s); err == nil || !strings.Contains(err.Error(), "withdraw is excused") {
		t.Errorf("an excuse too many: %v", err)
	}
}

// guessing takes addresses that are not told for any.
func guessing(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	out, e := toyParse(r)
	if out.IPs.State = exchanges.IPRestricted; out.Label == "" {
		out.IPs.State = exchanges.IPAny
	}
	return out, e
}

func accept(c exchanges.Credential) (exchanges.Credential, error) { return c, nil }

func grow(c exchanges.Credential) (exchanges.Credential, error) {
	c.KeyID += "x"
	return c, nil
}

// quote refuses by telling everybody what it was given.
func quote(c exchanges.Credential) (exchanges.Credential, error) {
	if checked, err := newToy().check(c); err == nil {
		return checked, nil
	}
	return c, &exchanges.Error{Exchange: "toy", Op: "check", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: "not " + c.Secret.Reveal() + c.KeyID}
}

func unsigned(r rest.Request, _ exchanges.Credential) rest.Request {
	r.Header = http.Header{"X-Key": {toyKey}}
	return r
}

// chatty puts parameters into the path, which is logged.
func chatty(r rest.Request, c exchanges.Credential) rest.Request {
	r.Path, r.Query = "/me", "key="+c.KeyID
	r.Path += ";" + r.Query
	return r
}

func counting() func(rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	n := 0
	return func(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
		info, err := toyParse(r)
		n++
		info.Label += strings.Repeat("!", n)
		return info, err
	}
}

// trusting takes every answer for a good one.
func trusting(rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	info, err := toyParse(rest.Response{Status: 200, Body: []byte(toyGood)})
	return info, err
}

func picky(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	dec.DisallowUnknownFields()
	var body struct {
		Label, Can, Made json.RawMessage
	}
	if dec.Decode(&body) != nil {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	return toyParse(r)
}

// typed reads what calls itself JSON alone.
func typed(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	if r.Header.Get("Content-Type") != "application/json" {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	return toyParse(r)
}

// anglo drops labels in other scripts.
func anglo(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	info, err := toyParse(r)
	if strings.ContainsFunc(info.Label, func(r rune) bool { return r > unicode.MaxASCII }) {
		info.Label = ""
	}
	return info, err
}

// bodyAlone takes no notice of the status of an answer that reads well.
func bodyAlone(r rest.Response) *exchanges.Error {
	if _, e := toyParse(r); e == nil {
		return nil
	}
	return toyRefusal(r)
}

// raw forgets to clean.
func raw(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	info, err := toyParse(r)
	var body struct{ Label any }
	_ = json.Unmarshal(r.Body, &body)
	if s, ok := body.Label.(string); ok {
		info.Label = s
	}
	return info, err
}

func alwaysAuth(r rest.Response) *exchanges.Error {
	if rest.HTTPError(r) == nil {
		return nil
	}
	return &exchanges.Error{Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: "Check the key."}
}

// stubborn calls a refusal a short failure, so that it is tried again.
func stubborn(r rest.Response) *exchanges.Error {
	e := toyRefusal(r)
	if e != nil && e.Kind == exchanges.Auth {
		e.Kind = exchanges.Unavailable
	}
	return e
}

func alwaysDenied(r rest.Response) *exchanges.Error {
	e := toyRefusal(r)
	if e != nil {
		e.Kind = exchanges.Denied
	}
	return e
}

// parrot repeats what the exchange said after the client has looked it over.
func parrot(a *toy) {
	said := ""
	a.classify = func(r rest.Response) *exchanges.Error {
		said = string(r.Body)
		return toyRefusal(r)
	}
	a.finish = func(err error) error {
		e := *exchanges.AsError(err)
		e.Hint = "The exchange said " + exchanges.Clean(said)
		return &e
	}
}

// blame makes every failure the key's.
func blame(err error) error {
	e := *exchanges.AsError(err)
	e.Kind, e.Outcome = exchanges.Auth, exchanges.Refused
	return &e
}

// bare returns an error of another type.
func bare(error) error { return errors.New("something went wrong") }
