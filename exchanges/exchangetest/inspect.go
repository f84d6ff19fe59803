package exchangetest

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

var inspectLaws = []Law{
	{"Inspect accepts a good key and gives the declared facts", inspectsGoodKey},
	{"Inspect sends what the exchange asks for", requestsVerified},
	{"Inspect may be repeated", inspectRepeats},
	{"Inspect shows how far the clocks are apart", inspectMeasuresClock},
	{"Inspect of an empty credential sends no key", inspectEmpty},
}

func inspectsGoodKey(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		p.in(string(site.Environment)+"/"+site.ID, s.on(site, func(b *bench) error {
			info, err := b.inspect()
			if err != nil {
				return err
			}
			return b.facts(info)
		}))
	}
	return p.err()
}

// facts holds a KeyInfo against what its site declares, and against itself.
func (b *bench) facts(info exchanges.KeyInfo) error {
	var p problems
	p.in("facts", declared(b.site.Capabilities, info))
	if b.site.Capabilities.LastUsedCountsOwn && (info.Asked.IsZero() || info.Asked.After(info.Seen) || info.Asked.Location() != time.UTC) {
		p.addf("an inspection counts as use, and is said to have begun at %s and ended at %s", info.Asked, info.Seen)
	}
	p.in("facts", consistent(info, b.cred))
	p.in("KeyInfo", b.leaks(dump(info)))
	return p.err()
}

// consistent holds a KeyInfo against itself and the key that was asked about.
func consistent(info exchanges.KeyInfo, c exchanges.Credential) error {
	var p problems
	if len(info.IPs.Entries) > 0 && info.IPs.State != exchanges.IPList {
		p.addf("the IP whitelist has entries and is called %q", info.IPs.State)
	}
	if info.KeyID != "" && info.KeyID != c.KeyID {
		p.addf("the answer is about another key")
	}
	if since := time.Since(info.Seen); info.Seen.Location() != time.UTC || since < -time.Minute || since > time.Hour {
		p.addf("Seen is %s, not the present in UTC", info.Seen)
	}
	return p.err()
}

// declared checks that exactly the declared facts were told. Permissions may
// be known in part where a site does not promise them.
func declared(caps exchanges.Capabilities, info exchanges.KeyInfo) error {
	var p problems
	if caps.Permissions && !info.Permissions.Known() {
		p.addf("Permissions are declared and not told")
	}
	for _, f := range []struct {
		name           string
		promised, told bool
	}{
		{"IPList", caps.IPList, info.IPs.State == exchanges.IPList},
		{"Created", caps.Created, info.Created.Known()},
		{"Expires", caps.Expires, info.Expires.Known()},
		{"LastUsed", caps.LastUsed, info.LastUsed.Known()},
		{"Label", caps.Label, info.Label != ""},
	} {
		if f.promised != f.told {
			p.addf("%s: declared %t, told %t", f.name, f.promised, f.told)
		}
	}
	return p.err()
}

func requestsVerified(s Subject) error {
	return s.onEach(func(b *bench) error {
		if _, err := b.inspect(); err != nil {
			return err
		}
		var p problems
		for _, r := range b.server.Requests() {
			p.in(r.Call(), b.judge(r))
		}
		return p.err()
	})
}

// judge checks one request: what every exchange wants, then what this one does.
func (b *bench) judge(r Request) error {
	var p problems
	if !strings.Contains(strings.ToLower(r.Header.Get("User-Agent")), "keyrota") {
		p.addf("User-Agent is %q", r.Header.Get("User-Agent"))
	}
	if r.Method == http.MethodGet && r.Body != "" {
		p.addf("GET has a body")
	}
	p.in("the address", b.leaks(r.Path+"?"+b.concealed(r)))
	if r.Call() == b.ClockCall {
		if strings.Contains(fmt.Sprint(r), b.cred.KeyID) {
			p.addf("the public question for the time carries the key")
		}
		return p.err()
	}
	if b.Verify != nil {
		p.in("the exchange would refuse it", b.Verify(r))
	}
	return p.err()
}

// concealed is the query of a request without the passphrase that the exchange
// wants there.
func (b *bench) concealed(r Request) string {
	query := r.Query
	if m := b.Manage; m != nil && r.Call() == m.PassphraseInQuery {
		for n := 1; n <= laidOut; n++ {
			query = strings.ReplaceAll(query, m.Key(n).Passphrase.Reveal(), "")
		}
	}
	return query
}

func inspectRepeats(s Subject) error {
	return s.onFirst(func(b *bench) error {
		first, err := b.inspect()
		if err != nil {
			return err
		}
		second, err := b.inspect()
		if err != nil {
			return fmt.Errorf("second time: %w", err)
		}
		if !reflect.DeepEqual(still(first), still(second)) {
			return fmt.Errorf("the second inspection of an unchanged key differs:\n%+v\n%+v", first, second)
		}
		return nil
	})
}

// still removes what may differ between two looks at an unchanged key.
func still(k exchanges.KeyInfo) exchanges.KeyInfo {
	k.Asked, k.Seen = time.Time{}, time.Time{}
	k.Clock, k.Usage, k.LastUsed = exchanges.Clock{}, "", exchanges.Moment{}
	return k
}

func inspectMeasuresClock(s Subject) error {
	if s.ClockCall == "" {
		return nil
	}
	return s.onFirst(func(b *bench) error {
		info, err := b.inspect()
		if err != nil {
			return err
		}
		if !info.Clock.Known {
			return errors.New("the offset is not in KeyInfo")
		}
		if info.Clock.Offset.Abs() > patience {
			return fmt.Errorf("of clocks that agree, the exchange's is said to be %s ahead", info.Clock.Offset)
		}
		if len(b.server.Requests(b.ClockCall)) != 1 {
			return fmt.Errorf("the clock was asked %d times", len(b.server.Requests(b.ClockCall)))
		}
		if first := b.server.Requests()[0].Call(); first != b.ClockCall {
			return fmt.Errorf("the first request is %s, not the clock", first)
		}
		return nil
	})
}

func inspectEmpty(s Subject) error {
	return s.onFirst(func(b *bench) error {
		b.cred = exchanges.Credential{}
		_, err := b.inspect()
		var p problems
		p.in("error", b.kind(err, exchanges.Invalid))
		if n := len(b.signed()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}
