package exchangetest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/keyrota/keyrota/exchanges"
)

var replyLaws = []Law{
	{"an answer that is not the documented JSON is a protocol error", oddBodies},
	{"the exchange's refusals get their kinds", refusalKinds},
	{"edge servers are not mistaken for the exchange", edgeServers},
	{"an endless answer is cut off", endless},
	{"a redirect is not followed", redirects},
	{"a dropped connection is a network error", drops},
	{"values of another type do not confuse the adapter", otherTypes},
	{"what an answer does not tell is unknown", withheldIsUnknown},
	{"text from the exchange is cleaned", hostileText},
}

// answer is a reply and the kinds that it may be turned into.
type answer struct {
	name  string
	reply Reply
	want  []exchanges.Kind
}

// expect goes through answers, each on a fresh bench.
func (s Subject) expect(answers ...answer) error {
	var p problems
	for _, a := range answers {
		p.in(a.name, s.answering(a.reply.Handler(), func(b *bench, _ exchanges.KeyInfo, err error) error {
			return errors.Join(b.kind(err, a.want...), b.leaks(b.log.String()))
		}))
	}
	return p.err()
}

func oddBodies(s Subject) error {
	var answers []answer
	for _, body := range []string{
		"", " ", "null", "[]", "{}", `""`, "0", "true", "{", `{"a":`, "\x00\x01\x02", "\xff\xfe{}", "{}{}",
		strings.Repeat("[", 20_000), "OK", `{"result":null}`, "<!DOCTYPE html><p>hello",
	} {
		answers = append(answers, answer{fmt.Sprintf("%.20q", body), JSON(body), []exchanges.Kind{exchanges.Protocol}})
	}
	return s.expect(append(answers, answer{"a web page", Page(http.StatusOK), []exchanges.Kind{exchanges.Protocol}})...)
}

func refusalKinds(s Subject) error {
	var p problems
	for _, r := range s.Refusals {
		p.in(r.Name, s.answering(r.Reply.Handler(), func(b *bench, _ exchanges.KeyInfo, err error) error {
			if err := b.kind(err, r.Kind); err != nil {
				return err
			}
			if e := exchanges.AsError(err); e.Outcome != r.Outcome {
				return fmt.Errorf("outcome %d, want %d: %w", e.Outcome, r.Outcome, err)
			}
			return nil
		}))
	}
	return p.err()
}

func edgeServers(s Subject) error {
	return s.expect(
		answer{"403 page", Page(http.StatusForbidden), []exchanges.Kind{exchanges.Blocked, exchanges.RateLimited}},
		answer{"451 page", Page(http.StatusUnavailableForLegalReasons), []exchanges.Kind{exchanges.Blocked}},
		answer{"404 page", Page(http.StatusNotFound), []exchanges.Kind{exchanges.Protocol}},
		answer{"429 page", Page(http.StatusTooManyRequests).With("Retry-After", "3600"), []exchanges.Kind{exchanges.RateLimited}},
		answer{"502 page", Page(http.StatusBadGateway), []exchanges.Kind{exchanges.Unavailable}},
		answer{"503 empty", Status(http.StatusServiceUnavailable, ""), []exchanges.Kind{exchanges.Unavailable}},
	)
}

func endless(s Subject) error {
	var sent atomic.Int64
	var p problems
	p.in("endless", s.expect(answer{"endless body", Endless(&sent), []exchanges.Kind{exchanges.Protocol}}))
	// 1 MiB is read; socket buffers on both sides may hold some more.
	if n := sent.Load(); n > 32<<20 {
		p.addf("%d bytes were taken", n)
	}
	p.in("compressed", s.expect(answer{"gzip bomb", Bomb(), []exchanges.Kind{exchanges.Protocol}}))
	return p.err()
}

func redirects(s Subject) error {
	other := newServer(nil)
	defer other.close()
	var p problems
	p.in("redirect", s.expect(answer{"307", Redirect(other.URL + "/x"), []exchanges.Kind{exchanges.Protocol}}))
	if n := len(other.Requests()); n > 0 {
		p.addf("the other host got %d requests", n)
	}
	return p.err()
}

func drops(s Subject) error {
	return s.expect(
		answer{"before the answer", Drop(), []exchanges.Kind{exchanges.Network}},
		answer{"in the middle of the answer", CutOff(`{"result":`), []exchanges.Kind{exchanges.Network}},
		answer{"not HTTP", Raw("SSH-2.0-OpenSSH\r\n\r\n"), []exchanges.Kind{exchanges.Network, exchanges.Protocol}},
	)
}

func otherTypes(s Subject) error {
	return s.mutations(swapTypes, func(m mutation, b *bench, info exchanges.KeyInfo, err error) error {
		if err == nil {
			return b.leaks(dump(info))
		}
		if err := b.lawful(err); err != nil {
			return fmt.Errorf("%s: %w", m.where, err)
		}
		return nil
	})
}

func hostileText(s Subject) error {
	return s.mutations(poison, func(m mutation, b *bench, info exchanges.KeyInfo, err error) error {
		if err != nil {
			if err := b.lawful(err); err != nil {
				return fmt.Errorf("%s: %w", m.where, err)
			}
			return nil
		}
		for _, text := range texts(info) {
			if strings.ContainsFunc(text, hostile) {
				return fmt.Errorf("%s: %q reaches the screen", m.where, text)
			}
		}
		return nil
	})
}

// texts returns every string that a KeyInfo carries.
func texts(k exchanges.KeyInfo) []string {
	out := []string{k.KeyID, k.Label, k.Account, string(k.IPs.State), k.Usage}
	out = append(out, k.ExchangePermissions...)
	out = append(out, k.IPs.Entries...)
	return append(out, k.Notes...)
}

// hostile reports whether a character is one that Clean removes.
func hostile(r rune) bool { return exchanges.Clean(string(r)) != string(r) }
