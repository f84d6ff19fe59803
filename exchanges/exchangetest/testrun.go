package exchangetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// testRunLaws hold where a site can be test-run.
var testRunLaws = []Law{
	{"a test run sends what it says and no more, and shows no secret", testRunIsAsSaid},
	{"a test run makes mistakes on purpose only where no real money is", drillsSpareLive},
	{"a test run of what cannot be a key or a market sends nothing", testRunChecksFirst},
	{"a test run that is canceled sends nothing more", testRunStops},
}

// driven runs f for every site that can be test-run.
func (s Subject) driven(f func(*bench, exchanges.Driller) error) error {
	return s.onEach(func(b *bench) error {
		d, can := b.exchange.(exchanges.Driller)
		if !can {
			return nil
		}
		return f(b, d)
	})
}

// sent counts the requests of a call: by method, and by the path that was said.
func (b *bench) sent(c exchanges.TestCall, r exchanges.TestReply) (n int) {
	for _, q := range b.server.Requests() {
		for _, path := range slices.Compact([]string{c.Path, r.Path}) {
			// A body that cannot be read has no detail.
			if call := c.Method + " " + path; q.Call() == call || strings.HasPrefix(call, q.Call()+" ") {
				n++
				break
			}
		}
	}
	return n
}

func testRunIsAsSaid(s Subject) error {
	return s.driven(func(b *bench, d exchanges.Driller) error {
		calls, err := d.Course(b.cred, "")
		if err != nil {
			return err
		}
		var p problems
		for _, c := range calls {
			if (c.Do == nil) == (c.Unable == "") || c.Name == "" || (c.Drill != exchanges.NoDrill) != (len(c.Want) > 0) {
				p.addf("%s does not say what it is: %+v", c.Name, c)
			} else if c.Do != nil {
				p.in(c.Name, b.makes(c))
			}
		}
		p.in("log", s.leaks(b.log.String()))
		return p.err()
	})
}

// makes makes a call and holds it against what it says of itself.
func (b *bench) makes(c exchanges.TestCall) error {
	var p problems
	before := b.sent(c, exchanges.TestReply{Path: c.Path})
	r := c.Do(context.Background())
	if n := b.sent(c, r) - before; r.Path == c.Path && (n != r.Sent || n == 0) || r.Sent > c.Most {
		p.addf("%s %s was sent %d times, said %d of at most %d", c.Method, r.Path, n, r.Sent, c.Most)
	}
	if r.Status == 0 {
		p.addf("no answer: %v", r.Err)
	}
	if r.Err != nil {
		p.in("refusal", b.lawful(r.Err))
	}
	p.in("reply", b.leaks(fmt.Sprintf("%+v %+v", c, r)))
	return p.err()
}

func drillsSpareLive(s Subject) error {
	return s.driven(func(b *bench, d exchanges.Driller) error {
		calls, err := d.Course(b.cred, "")
		if err != nil {
			return err
		}
		var p problems
		var drills []exchanges.Drill
		reads, signed := 0, false
		for _, c := range calls {
			if c.Drill != exchanges.NoDrill {
				drills = append(drills, c.Drill)
				continue
			}
			reads, signed = reads+1, signed || c.Signed
			if len(drills) > 0 {
				p.addf("%s comes after a drill", c.Name)
			}
		}
		all := []exchanges.Drill{exchanges.Stale, exchanges.Malformed, exchanges.Forged, exchanges.Hurried}
		if b.site.Environment == exchanges.Live {
			all = nil
		}
		if !slices.Equal(drills, all) || reads == 0 {
			p.addf("%d reads and the drills %v, want %v", reads, drills, all)
		}
		if n := len(b.server.Requests()); n > 0 {
			p.addf("to describe a test run sends %d requests", n)
		}
		return p.err()
	})
}

func testRunChecksFirst(s Subject) error {
	return s.driven(func(b *bench, d exchanges.Driller) error {
		var p problems
		for _, market := range []string{"../order", "a/b", "?side=buy", "a&b", "a b", "\x1b[2J", "-x", `"}`} {
			_, err := d.Course(b.cred, market)
			p.in(market, s.kind(err, exchanges.Invalid))
		}
		_, err := d.Course(exchanges.Credential{}, "")
		p.in("no key", s.kind(err, exchanges.Invalid))
		if n := len(b.server.Requests()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}

func testRunStops(s Subject) error {
	return s.driven(func(b *bench, d exchanges.Driller) error {
		calls, err := d.Course(b.cred, "")
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var p problems
		for _, c := range calls {
			if c.Do == nil {
				continue
			}
			if r := c.Do(ctx); c.Judge(r) != exchanges.Interrupted || r.Sent != 0 {
				p.addf("%s: %+v, %v", c.Name, r, r.Err)
			}
		}
		if n := len(b.server.Requests()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}
