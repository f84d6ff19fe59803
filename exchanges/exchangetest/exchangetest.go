// Package exchangetest holds the laws of package exchanges as tests. Every
// adapter runs them:
//
//	func TestLaws(t *testing.T) { exchangetest.Run(t, subject()) }
//	func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }
//
// The laws talk to the adapter through a scripted HTTP server and know nothing
// of any exchange; what an exchange's answers look like comes with the Subject.
// Live asks the exchange itself, if the person who runs the tests has a key for
// it: see there for the variables that it reads. The package imports no adapter
// and no simulator.
package exchangetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// Subject is an adapter together with what the laws must know to drive it.
type Subject struct {
	Adapter exchanges.Adapter

	// Credential passes Check and is accepted by the fake exchange. Its secret
	// parts are canaries: they may occur in no answer in Routes.
	Credential exchanges.Credential

	// MoreCredentials are other forms that Check accepts: PEM keys and such.
	MoreCredentials []exchanges.Credential

	// DetectsSwap says that Check can tell key and secret apart by their shape.
	DetectsSwap bool

	// DerivesKey says that the key follows from the private half, so that Check
	// fills in one that is left empty. Then an empty key is no mistake.
	DerivesKey bool

	// OneKind says that every key of the exchange may do the same, and that its
	// page has nothing to tick. Then the guide has no place for ticks, and one box
	// that stands for all that a key may do, even to who asks for less.
	OneKind bool

	// Detail tells calls apart that share a method and a path, by what their
	// body asks for: it is the last word of a call's name in Routes, ClockCall
	// and Manage, "POST /info userRole". Nil where method and path suffice.
	Detail func(Request) string

	// Routes is the exchange in good order, at one site: what Inspect asks for
	// is answered with every fact that the site's capabilities promise. Nil for
	// an exchange that is Manual.
	Routes func(exchanges.Site) Routes

	// ClockCall is the route that tells the time, "GET /api/v3/time"; empty
	// where signing needs no clock. It is called without the key.
	ClockCall string

	// SentOnce says that Inspect makes each signed call once, since a repetition
	// would harm the key's other programs. Then short failures are returned.
	SentOnce bool

	// RetriesRefusal says that Inspect asks once more, signed anew, where the
	// exchange refused the key, since it refuses good ones now and then.
	RetriesRefusal bool

	// Verify judges a request of Inspect as the exchange would: method,
	// headers, timestamp, signature. It is not called for ClockCall.
	Verify func(Request) error

	// Called is the call that a recorded request of Inspect was made for, so that
	// Signing makes the same of it; false where the request is not signed. Nil
	// where the exchange shows no signing.
	Called func(Request) (exchanges.Call, bool)

	// Silences are the facts about which an answer that leaves them out does say
	// something, "addresses" or "last used", each with the place where the exchange
	// documents that.
	Silences map[string]string

	// Refusals are the exchange's ways to say no, each with what must be made
	// of it. A law of its own goes through them.
	Refusals []Refusal

	// Manage drives the laws of the optional abilities: see there. Nil where no
	// site declares one.
	Manage *Manage
}

// Refusal is an answer to the first call of Inspect, other than ClockCall, and
// the verdict that the adapter must reach.
type Refusal struct {
	Name    string
	Reply   Reply
	Kind    exchanges.Kind
	Outcome exchanges.Outcome // of a read that was refused this is Refused
}

// A Law is one sentence about adapters and a way to find out whether it holds.
type Law struct {
	Name string
	Hold func(Subject) error
}

// Laws returns those for exchanges that can be asked.
func Laws() []Law {
	return slices.Concat(
		describeLaws, addressLaws, guideLaws, checkLaws, inspectLaws, replyLaws, callLaws, secretLaws,
		spellingLaws, createLaws, listLaws, surveyLaws, refusedLaws, changeLaws, goneLaws, onceLaws, signingLaws, testRunLaws,
	)
}

// ManualLaws returns those for exchanges whose Info says Manual: all that are
// about descriptions and credentials, and in place of those about addresses and
// answers, that nobody is ever asked for one.
func ManualLaws() []Law { return slices.Concat(describeLaws, guideLaws, checkLaws, manualLaws) }

// Run holds every law against s, in parallel.
func Run(t *testing.T, s Subject) {
	t.Helper()
	laws := Laws()
	if s.Adapter.Info.Manual {
		laws = ManualLaws()
	}
	for _, law := range laws {
		t.Run(law.Name, func(t *testing.T) {
			t.Parallel()
			if err := law.Hold(s); err != nil {
				t.Error(err)
			}
		})
	}
}

// problems collects what a law found.
type problems []error

func (p *problems) addf(format string, args ...any) {
	*p = append(*p, fmt.Errorf(format, args...))
}

// in adds err, if any, under a heading.
func (p *problems) in(heading string, err error) {
	if err != nil {
		*p = append(*p, fmt.Errorf("%s: %w", heading, err))
	}
}

func (p problems) err() error { return errors.Join(p...) }
