package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/keyrota/keyrota/exchanges"
)

var createLaws = []Law{
	{"CreateKey makes the key that was asked for", createsAsAsked},
	{"CreateKey registers a public key", createsPair},
	{"CreateKey gives the exchange's refusals their kinds", createRefusals},
	{"CreateKey takes no answer for a key that has none", createOddAnswers},
	{"CreateKey tolerates unknown JSON fields", createUnknownFields},
	{"keys may be made by many at once", createsConcurrently},
}

// createsAsAsked holds at every site, since each is another deployment.
func createsAsAsked(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		if site.Capabilities.Create {
			p.in(string(site.Environment)+"/"+site.ID, s.atDesk(site, "", (*desk).createsAsAsked))
		}
	}
	return p.err()
}

func (d *desk) createsAsAsked() error {
	var p problems
	want := d.Manage.New
	c, err := d.create(context.Background(), want)
	if err != nil {
		return err
	}
	if d.site.Capabilities.IPsByEdit {
		want.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	p.in("the key", d.onlyKey(c, want))
	if shown := d.Manage.Key(1); c.Secret.Reveal() != shown.Secret.Reveal() || !c.PrivateKey.IsZero() {
		p.addf("the secret is not the one that the exchange showed")
	}
	if n := len(d.writes()); n != 1 {
		p.addf("%d writes were sent", n)
	}
	p.in("requests", d.judged())
	return p.err()
}

// onlyKey checks that the account has one key, the one that c is of.
func (d *desk) onlyKey(c exchanges.Credential, want exchanges.KeyRequest) error {
	keys := d.account.Keys()
	if len(keys) != 1 || keys[0].ID != c.KeyID {
		return fmt.Errorf("the account has %d keys, and the credential is of %q", len(keys), c.KeyID)
	}
	return sameKey(keys[0], want)
}

func createsPair(s Subject) error {
	return s.managing(func(c exchanges.Capabilities) bool { return c.Create && c.KeyPairByAPI }, func(d *desk) error {
		_, public, err := exchanges.NewKeyPair(d.site.Capabilities.KeyPair)
		if err != nil {
			return err
		}
		want := d.Manage.New
		want.PublicKey = public
		c, err := d.create(context.Background(), want)
		if err != nil {
			return err
		}
		if !c.Secret.IsZero() || !c.PrivateKey.IsZero() {
			return errors.New("there is a secret beside the private half, which the caller has")
		}
		if d.site.Capabilities.IPsByEdit {
			want.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
		}
		return errors.Join(d.onlyKey(c, want), d.judged())
	})
}

// firstWrite returns the call with which a key is made.
func (s Subject) firstWrite() (string, error) {
	calls, err := s.routesOf(changing[0])
	if err != nil || len(calls) == 0 {
		return "", err // nothing is declared
	}
	return calls[0], nil
}

func createRefusals(s Subject) error {
	call, err := s.firstWrite()
	if err != nil || call == "" {
		return err
	}
	var p problems
	for _, r := range s.Manage.Refusals {
		p.in(r.Name, s.managing(creates, func(d *desk) error {
			d.server.Handle(call, r.Reply.Handler())
			_, err := d.create(context.Background(), d.Manage.New)
			if err := d.kind(err, r.Kind); err != nil {
				return err
			}
			if e := exchanges.AsError(err); e.Outcome != r.Outcome {
				return fmt.Errorf("outcome %d, want %d: %w", e.Outcome, r.Outcome, err)
			}
			if n := len(d.server.Requests(call)); n != 1 {
				return fmt.Errorf("%s was sent %d times", call, n)
			}
			return nil
		}))
	}
	return p.err()
}

// answers gives every variant of the answer to a good CreateKey to judge.
func (s Subject) answers(m mutator, judge func(*desk, exchanges.Credential, error) error) error {
	call, err := s.firstWrite()
	if err != nil || call == "" {
		return err
	}
	var p problems
	p.in(call, s.managing(creates, func(d *desk) error {
		good := d.Routes(d.site)[call]
		var variants []mutation
		d.server.Handle(call, func(r Request) Reply {
			reply := good(r)
			_ = walk(reply.Body, func(path []string, node any, encode func(any) string) {
				for _, v := range m(node) {
					variants = append(variants, mutation{where: strings.Join(path, "."), body: encode(v)})
				}
			})
			return reply
		})
		if _, err := d.create(context.Background(), d.Manage.New); err != nil || len(variants) == 0 {
			return fmt.Errorf("%d variants of a good answer: %w", len(variants), err)
		}
		for _, v := range variants {
			d.server.Handle(call, JSON(v.body).Handler())
			c, err := d.create(context.Background(), d.Manage.New)
			p.in(v.where, judge(d, c, err))
		}
		return nil
	}))
	return p.err()
}

func createOddAnswers(s Subject) error {
	odd := func(node any) []any { return append(swapTypes(node), poison(node)...) }
	return s.answers(odd, func(d *desk, c exchanges.Credential, err error) error {
		switch {
		case err == nil && (c.KeyID == "" || strings.ContainsFunc(c.KeyID, hostile) || c.Secret.IsZero()):
			return fmt.Errorf("a credential with the ID %q and a secret of %d bytes", c.KeyID, c.Secret.Len())
		case err == nil:
			return nil
		case exchanges.AsError(err).Outcome == exchanges.NotSent:
			return fmt.Errorf("a key may have been made, and the outcome is that nothing was sent: %w", err)
		}
		return d.lawful(err)
	})
}

func createUnknownFields(s Subject) error {
	return s.answers(addFields, func(_ *desk, _ exchanges.Credential, err error) error { return err })
}

func createsConcurrently(s Subject) error {
	return s.managing(creates, func(d *desk) error {
		errs := make([]error, crowd)
		var wg sync.WaitGroup
		for i := range errs {
			r := d.Manage.New
			r.Label = s.Adapter.Info.Guide.Label.Make("crowd", strconv.Itoa(1000+i))
			wg.Go(func() { _, errs[i] = d.create(context.Background(), r) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		labels := map[string]bool{}
		for _, k := range d.account.Keys() {
			labels[k.Label] = true
		}
		if len(labels) != crowd || len(d.writes()) != crowd {
			return fmt.Errorf("%d calls made %d labels by %d writes", crowd, len(labels), len(d.writes()))
		}
		return d.judged()
	})
}

// echoing are answers that repeat what they were sent, and things worse.
func (d *desk) echoing(text string) map[string]Reply {
	replies := map[string]Reply{
		"in a page":   Status(http.StatusForbidden, "<p>"+text),
		"as JSON":     JSON(strconv.Quote("no: " + text)),
		"in a status": Raw("HTTP/1.1 400 " + text + "\r\nContent-Length: 0\r\n\r\n"),
	}
	for _, r := range slices.Concat(d.Refusals, d.Manage.Refusals) {
		if body, err := inject(r.Reply.Body, "no: "+text); err == nil {
			r.Reply.Body = body
			replies["in the refusal "+r.Name] = r.Reply
		}
	}
	return replies
}
