package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var onceLaws = []Law{
	{"a change is sent once, whatever comes back", sentOnce},
	{"a change that is given up may have happened", givenUp},
	{"a change by a context that has ended is not sent", notBegun},
	{"a change whose answer was lost is found or made again", lostAnswers},
	{"a second factor is asked for before anything changes", secondFactor},
	{"managing keys shows no secret", managesQuietly},
}

// fault is an answer to a change that was not carried out, as far as can be
// told.
type fault struct {
	reply   Reply
	outcome exchanges.Outcome
}

var faults = map[string]fault{
	"dropped":     {Drop(), exchanges.OutcomeUnknown},
	"cut off":     {CutOff(`{"result":`), exchanges.OutcomeUnknown},
	"500":         {Page(http.StatusInternalServerError), exchanges.OutcomeUnknown},
	"503":         {Status(http.StatusServiceUnavailable, ""), exchanges.OutcomeUnknown},
	"no JSON":     {JSON("OK"), exchanges.OutcomeUnknown},
	"slow down":   {Page(http.StatusTooManyRequests).With("Retry-After", "1"), exchanges.Refused},
	"not allowed": {Page(http.StatusForbidden), exchanges.Refused},
}

// eachWrite holds a law against every write of every ability.
func (s Subject) eachWrite(f func(ability, string, *desk) error) error {
	var p problems
	for _, a := range changing {
		calls, err := s.routesOf(a)
		p.in(a.name, err)
		for _, call := range calls {
			p.in(call, s.each([]ability{a}, func(a ability, d *desk) error { return f(a, call, d) }))
		}
	}
	return p.err()
}

func sentOnce(s Subject) error {
	var p problems
	for name, fault := range faults {
		p.in(name, s.eachWrite(func(a ability, call string, d *desk) error {
			d.server.Handle(call, fault.reply.Handler())
			return d.once(d.patient(a), call, fault.outcome)
		}))
	}
	return p.err()
}

// once checks that a call was sent once and what its failure says.
func (d *desk) once(err error, call string, want exchanges.Outcome) error {
	var p problems
	p.in("error", d.lawful(err))
	if n := len(d.server.Requests(call)); n != 1 {
		p.addf("it was sent %d times", n)
	}
	if e := exchanges.AsError(err); err != nil && e.Outcome != want {
		p.addf("outcome %d, want %d: %w", e.Outcome, want, err)
	}
	return p.err()
}

func givenUp(s Subject) error {
	return s.eachWrite(func(a ability, call string, d *desk) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		hang := Hang()
		d.server.Handle(call, func(Request) Reply {
			cancel()
			return hang
		})
		err := a.do(ctx, d)
		return errors.Join(d.kind(err, exchanges.Canceled), d.once(err, call, exchanges.OutcomeUnknown))
	})
}

func notBegun(s Subject) error {
	return s.each(abilities(), func(a ability, d *desk) error {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		err := a.do(ctx, d)
		if err := d.kind(err, exchanges.Canceled); err != nil {
			return err
		}
		if n := len(d.server.Requests()); n > 0 || exchanges.AsError(err).Outcome != exchanges.NotSent {
			return fmt.Errorf("%d requests, outcome %d", n, exchanges.AsError(err).Outcome)
		}
		return nil
	})
}

// lostAnswers has the exchange act and hang up.
func lostAnswers(s Subject) error {
	return s.eachWrite(func(a ability, call string, d *desk) error {
		good := d.Routes(d.site)[call]
		d.server.Handle(call, func(r Request) Reply {
			_ = good(r)
			return Drop()
		})
		// An adapter may look for itself and find that it is done.
		if err := d.patient(a); err != nil && exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown {
			return fmt.Errorf("the change was made, and the outcome is %d: %w", exchanges.AsError(err).Outcome, err)
		}
		d.server.Handle(call, good)
		if a.name == "CreateKey" {
			return d.findsNew()
		}
		return d.patient(a)
	})
}

// findsNew looks for the key that was made, by its label, where there is a list.
func (d *desk) findsNew() error {
	if !d.site.Capabilities.List {
		return nil
	}
	keys, err := d.list(context.Background())
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.KeyID == d.key(2) && k.Label == d.Manage.New.Label {
			return nil
		}
	}
	return errors.New("the key is not in the list by its label")
}

// The codes of an authenticator, right and wrong.
const (
	rightCode = "837261"
	wrongCode = "154092"
)

// secondFactor gives an ability a new code for each call that wants one.
func secondFactor(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		for _, a := range changing {
			if site.Capabilities.SecondFactor && a.can(site.Capabilities) {
				p.in(a.name, s.atDesk(site, rightCode, func(d *desk) error { return d.guarded(a) }))
			}
		}
	}
	return p.err()
}

func (d *desk) guarded(a ability) error {
	d.account.Make(keyOf(d.Manage.New))
	before := d.account.Changes()
	for _, code := range []string{"", wrongCode} {
		d.manager.Code = exchanges.NewSecret(code)
		err := d.patient(a)
		if err := d.kind(err, exchanges.SecondFactor); err != nil {
			return fmt.Errorf("with the code %q: %w", code, err)
		}
		if exchanges.AsError(err).Outcome != exchanges.Refused || d.account.Changes() != before {
			return fmt.Errorf("with the code %q: outcome %d, %d changes", code, exchanges.AsError(err).Outcome, d.account.Changes()-before)
		}
		if text := dump(err); code != "" && strings.Contains(text, code) {
			return errors.New("the error shows the code")
		}
	}
	d.manager.Code = exchanges.NewSecret(rightCode)
	err := d.patient(a)
	for range 2 { // an ability of several guarded calls wants a code for each
		if errors.Is(err, exchanges.SecondFactor) {
			err = d.patient(a)
		}
	}
	if made := d.account.Changes() - before; err != nil || made != 1 {
		return fmt.Errorf("with the right code: %d changes, %w", made, err)
	}
	if strings.Contains(d.log.String(), rightCode) {
		return errors.New("the log shows the code")
	}
	return nil
}

func managesQuietly(s Subject) error {
	var p problems
	p.in("in order", s.each(abilities(), func(a ability, d *desk) error {
		if err := d.patient(a); err != nil {
			return err
		}
		log := d.log.String()
		for _, r := range d.signed() {
			if r.Query != "" && strings.Contains(log, r.Query) || r.Body != "" && strings.Contains(log, r.Body) {
				return fmt.Errorf("the log shows parameters of %s", r.Call())
			}
		}
		if strings.Contains(log, d.manager.Credential.KeyID) || strings.Contains(log, d.key(1)) {
			return errors.New("the log shows a full key")
		}
		return d.leaks(log)
	}))
	p.in("echoed", s.eachWrite(func(a ability, call string, d *desk) error {
		secrets := secretParts(d.manager.Credential)
		if len(secrets) == 0 {
			return errors.New("the manager has no secret")
		}
		for where, reply := range d.echoing(secrets[0].value) {
			d.server.Handle(call, reply.Handler())
			err := d.patient(a)
			if err := errors.Join(d.leaks(dump(err)), d.leaks(d.log.String())); err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
		}
		return nil
	}))
	return p.err()
}
