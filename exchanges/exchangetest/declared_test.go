package exchangetest_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestPatienceIsAsDeclared(t *testing.T) {
	law := lawOf(t, "a read is tried again")
	for _, once := range []bool{false, true} {
		for _, declared := range []bool{false, true} {
			a := newToy()
			a.once = once
			s := a.subject()
			s.SentOnce = declared
			if err := law.Hold(s); (err == nil) != (once == declared) {
				t.Errorf("sends once: %t, declares it: %t: %v", once, declared, err)
			}
		}
	}
}

func TestRefusalsAreRetriedAsDeclared(t *testing.T) {
	law := lawOf(t, "a key that is refused is not tried again")
	for name, c := range map[string]struct {
		asks     func(*toyVenue) exchanges.Exchange
		declared bool
		lawful   bool
	}{
		"once":               {nil, false, true},
		"once, not as told":  {nil, true, false},
		"twice":              {func(v *toyVenue) exchanges.Exchange { return doubtful{v, 1} }, true, true},
		"twice, not as told": {func(v *toyVenue) exchanges.Exchange { return doubtful{v, 1} }, false, false},
		"thrice":             {func(v *toyVenue) exchanges.Exchange { return doubtful{v, 2} }, true, false},
		"twice, not anew": {func(v *toyVenue) exchanges.Exchange {
			v.toy.request = func(r rest.Request, _ exchanges.Credential) rest.Request {
				r.Query, r.Header = "t=1", http.Header{"X-Key": {toyKey}, "X-Sig": {toySign("1")}}
				return r
			}
			return doubtful{v, 1}
		}, true, false},
	} {
		a := newToy()
		if c.asks != nil {
			a.wrap = c.asks
		}
		stamped(a)
		s := a.subject()
		s.RetriesRefusal = c.declared
		if err := law.Hold(s); (err == nil) != c.lawful {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// stamped makes every request of a toy another one.
func stamped(a *toy) {
	var n atomic.Int64
	before := a.request
	a.request = func(r rest.Request, c exchanges.Credential) rest.Request {
		r.Header.Set("X-Nonce", strconv.FormatInt(n.Add(1), 10))
		return before(r, c)
	}
}

// doubtful does not believe the first refusals.
type doubtful struct {
	*toyVenue
	more int
}

func (d doubtful) Inspect(ctx context.Context, c exchanges.Credential) (info exchanges.KeyInfo, err error) {
	for range d.more + 1 {
		if info, err = d.toyVenue.Inspect(ctx, c); !errors.Is(err, exchanges.Auth) {
			break
		}
	}
	return info, err
}

func TestSitesOfOneHostAreToldApart(t *testing.T) {
	law := lawOf(t, "sites have https origins of their own")
	for name, c := range map[string]struct {
		declared, sent, lawful bool
	}{
		"nothing tells them apart": {false, false, false},
		"a header, not declared":   {false, true, false},
		"declared and not sent":    {true, false, false},
		"a header":                 {true, true, true},
	} {
		a := newToy()
		demo := a.info.Sites[0]
		demo.Environment, demo.ByHeader = exchanges.Demo, c.declared
		a.info.Sites = append(a.info.Sites, demo)
		a.config = func(cfg *rest.Config) {
			if c.sent && cfg.Connection.Site.Environment == exchanges.Demo {
				a.request = func(r rest.Request, _ exchanges.Credential) rest.Request {
					r.Header.Set("X-Demo", "1")
					return r
				}
			}
		}
		if err := law.Hold(a.subject()); (err == nil) != c.lawful {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLifetimesThatSayTooLittleAreSeen(t *testing.T) {
	law := lawOf(t, "rules by which keys end")
	for name, breach := range map[string]func(*exchanges.Lifetime){
		"no length":   func(l *exchanges.Lifetime) { l.After = 0 },
		"no start":    func(l *exchanges.Lifetime) { l.Since = "birth" },
		"no end":      func(l *exchanges.Lifetime) { l.Then = "" },
		"no sentence": func(l *exchanges.Lifetime) { l.Words = "" },
		"no source":   func(l *exchanges.Lifetime) { l.Source = " " },
		"no day":      func(l *exchanges.Lifetime) { l.AsOf = "" },
		"nowhere":     func(l *exchanges.Lifetime) { l.In = []exchanges.Environment{exchanges.Testnet} },
	} {
		a := newToy()
		if err := law.Hold(a.subject()); err != nil {
			t.Fatal(err)
		}
		breach(&a.info.Guide.Lifetimes[0])
		if law.Hold(a.subject()) == nil {
			t.Errorf("%s: the breach was not seen", name)
		}
	}
}
