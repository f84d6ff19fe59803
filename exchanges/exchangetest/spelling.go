package exchangetest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// spellingLaws are about answers that are legal and unusual.
var spellingLaws = []Law{
	{"an answer says the same in every spelling", everySpelling},
	{"an answer says the same however it is carried", everyCarriage},
	{"a label is shown in every script and cut where it is endless", everyLabel},
	{"success in the body is none with a status that refuses", refusedSuccess},
	{"a pause is read in both forms", bothPauses},
}

// everySpelling has unknown members added, numbers written as text and the other
// way round, and members in another order, as walk writes them.
func everySpelling(s Subject) error {
	var p problems
	for _, env := range s.Adapter.Info.Environments() {
		site, _ := s.Adapter.Info.Site(env, "")
		want, err := s.looked(site)
		if err != nil {
			return err
		}
		variants, err := s.variants(site, respell)
		if err != nil {
			return err
		}
		p.in(string(env), s.on(site, func(b *bench) error {
			var p problems
			for _, v := range variants {
				p.in(v.call, b.mutated(v, func(m mutation, _ *bench, got exchanges.KeyInfo, err error) error {
					return m.same(got, want, err)
				}))
			}
			return p.err()
		}))
	}
	return p.err()
}

// looked is what a good Inspect tells at a site.
func (s Subject) looked(site exchanges.Site) (info exchanges.KeyInfo, err error) {
	err = s.on(site, func(b *bench) error {
		info, err = b.inspect()
		return err
	})
	return info, err
}

func (m mutation) same(got, want exchanges.KeyInfo, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", m.where, err)
	}
	if got, want := still(got), still(want); !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s says another thing: %+v, not %+v", m.where, got, want)
	}
	return nil
}

// everyCarriage changes how the same answer comes.
func everyCarriage(s Subject) error {
	want, err := s.looked(s.Adapter.Info.Sites[0])
	if err != nil {
		return err
	}
	var p problems
	for name, carry := range map[string]func(Reply) Reply{
		"as text":    func(r Reply) Reply { return r.With("Content-Type", "text/plain; charset=utf-8") },
		"untyped":    func(r Reply) Reply { return r.With("Content-Type", "") },
		"compressed": zipped,
		"in chunks":  chunked,
		"indented": func(r Reply) Reply {
			var out bytes.Buffer
			_ = json.Indent(&out, []byte(r.Body), "\t", "  ") // it was JSON before
			r.Body = "\r\n" + out.String() + "\n"
			return r
		},
		"in another case": func(r Reply) Reply {
			lower := http.Header{}
			for name, values := range r.Header {
				lower[strings.ToLower(name)] = values
			}
			r.Header = lower
			return r
		},
	} {
		p.in(name, s.onFirst(func(b *bench) error {
			for call, good := range b.Routes(b.site) {
				b.server.Handle(call, func(r Request) Reply { return carry(good(r)) })
			}
			got, err := b.inspect()
			return mutation{where: name}.same(got, want, err)
		}))
	}
	return p.err()
}

func zipped(r Reply) Reply {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(r.Body))
	_ = z.Close()
	r.Body = out.String()
	return r.With("Content-Encoding", "gzip")
}

func chunked(r Reply) Reply {
	r.misbehave = func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
		for part := range strings.SplitAfterSeq(r.Body, ",") {
			_, _ = w.Write([]byte(part))
			_ = http.NewResponseController(w).Flush()
		}
	}
	return r
}

// everyLabel puts labels into the answer in the place of the one that is there.
func everyLabel(s Subject) error {
	site := s.Adapter.Info.Sites[0]
	want, err := s.looked(site)
	if err != nil || want.Label == "" {
		return err
	}
	var p problems
	for _, label := range []string{"Händler №1 — 取引", "زر", strings.Repeat("長い名前 ", 400), `"quoted" \\ <b>&amp;`} {
		relabel := func(node any) []any {
			if node == want.Label {
				return []any{label}
			}
			return nil
		}
		variants, err := s.variants(site, relabel)
		if err != nil {
			return err
		}
		for _, v := range variants {
			p.in(v.where, s.on(site, func(b *bench) error {
				return b.mutated(v, func(_ mutation, _ *bench, got exchanges.KeyInfo, err error) error {
					if err != nil || got.Label != exchanges.Clean(label) && got.Label != want.Label {
						return fmt.Errorf("%.20q is shown as %.20q: %w", label, got.Label, err)
					}
					return nil
				})
			}))
		}
	}
	return p.err()
}

// refusedSuccess answers with what a good key would get, and a status that says
// no. Nothing at all is no answer either.
func refusedSuccess(s Subject) error {
	var p problems
	for _, status := range []int{http.StatusNoContent, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusBadGateway} {
		p.in(fmt.Sprint(status), s.onFirst(func(b *bench) error {
			for call, good := range b.Routes(b.site) {
				if call == b.ClockCall {
					continue
				}
				b.server.Handle(call, func(r Request) Reply {
					reply := good(r)
					if reply.Status = status; status == http.StatusNoContent {
						reply.Body = ""
					}
					return reply
				})
			}
			_, err := b.inspect()
			return b.lawful(err)
		}))
	}
	return p.err()
}

func bothPauses(s Subject) error {
	var p problems
	for name, value := range map[string]string{
		"seconds": "3600", "a date": time.Now().Add(time.Hour).UTC().Format(http.TimeFormat),
	} {
		p.in(name, s.answering(Page(http.StatusTooManyRequests).With("Retry-After", value).Handler(), func(b *bench, _ exchanges.KeyInfo, err error) error {
			if wait := exchanges.AsError(err).RetryAfter; (wait - time.Hour).Abs() > time.Minute {
				return fmt.Errorf("a pause of an hour is read as %s: %w", wait, err)
			}
			return b.kind(err, exchanges.RateLimited)
		}))
	}
	return p.err()
}
