package sim

import (
	"fmt"
	"slices"
	"strings"
)

// Wanted is a key that a person asks for on an exchange's page.
type Wanted struct {
	Label       string
	SubAccount  string   // its name; empty: the main account
	Permissions []string // of the normal form
	IPs         []string // empty: every address
	PublicKey   string   // PKIX PEM, or an address where that is a key; empty: the exchange makes a secret
	Passphrase  string   // where keys have one; empty: one is thought up
}

// Refusal is what a page says instead of doing what was asked. Nothing has
// changed then.
type Refusal struct {
	Text    string // a sentence or two, as written on the page
	Missing bool   // there is no such key
}

// Error returns the words of the page.
func (r *Refusal) Error() string { return r.Text }

func noSuchKey() *Refusal { return &Refusal{Text: "There is no such key any more.", Missing: true} }

// CreateByHand does what a person does on the page of an exchange: it makes a
// key and returns all that the page shows of it, this once. The second factor,
// if the account has one, counts as given. The error is a *Refusal where the
// page would refuse.
func (s *Sim) CreateByHand(exchange, env string, w Wanted) (Key, error) {
	var k Key
	err := s.atDesk(exchange, env, func(d *desk) *Refusal {
		boxes, refusal := d.boxesFor(w.Permissions)
		if refusal != nil {
			return refusal
		}
		if d.passphrase != nil && w.Passphrase == "" {
			w.Passphrase = d.book.material("passphrase", w.Label).passphrase()
		}
		e, refusal := d.create(form{
			Account: w.SubAccount, Label: w.Label, Boxes: boxes, IPs: strings.Join(w.IPs, ","), PublicKey: w.PublicKey,
			Passphrase: w.Passphrase,
		}, confirmed)
		if refusal == nil {
			k = d.describe(e)
		}
		return refusal
	})
	return k, err
}

// EditByHand replaces the permissions and the IP list of a key, as a person
// does on the page of an exchange; the rest of w is ignored. Errors are those
// of CreateByHand.
func (s *Sim) EditByHand(exchange, env, keyID string, w Wanted) error {
	return s.atDesk(exchange, env, func(d *desk) *Refusal {
		e, ok := d.book.listed(keyID)
		if !ok {
			return noSuchKey()
		}
		boxes, refusal := d.boxesFor(w.Permissions)
		if refusal != nil {
			return refusal
		}
		return d.edit(e, form{Boxes: boxes, IPs: strings.Join(w.IPs, ",")}, confirmed)
	})
}

// DeleteByHand deletes a key, as a person does on the page of an exchange.
// Errors are those of CreateByHand.
func (s *Sim) DeleteByHand(exchange, env, keyID string) error {
	return s.atDesk(exchange, env, func(d *desk) *Refusal {
		e, ok := d.book.listed(keyID)
		if !ok {
			return noSuchKey()
		}
		return d.remove(e, confirmed)
	})
}

// atDesk does something on the page of a site while its exchange waits.
func (s *Sim) atDesk(exchange, env string, do func(*desk) *Refusal) error {
	i := slices.IndexFunc(s.fronts, func(f *front) bool { return f.site.exchange == exchange && f.site.environment == env })
	if i < 0 {
		return fmt.Errorf("no simulated exchange is called %q in the environment %q", exchange, env)
	}
	f := s.fronts[i]
	f.turn.Lock()
	defer f.turn.Unlock()
	f.skewed = false
	if refusal := do(f.desk); refusal != nil {
		return refusal
	}
	return nil
}

// confirmed stands for a person who has given the second factor.
func confirmed() *Refusal { return nil }

// boxesFor returns the boxes to tick for permissions of the normal form.
func (d *desk) boxesFor(permissions []string) ([]string, *Refusal) {
	boxes := d.words(permissions)
	given := append(d.normal(boxes), d.implied...)
	for _, p := range permissions {
		if !contains(given, p) {
			return nil, &Refusal{Text: fmt.Sprintf("This page has no box for the permission %q.", p)}
		}
	}
	return boxes, nil
}

// describe returns what the owner of a key has to know of it.
func (d *desk) describe(e *entry) Key {
	k := e.key()
	k.Permissions = d.normal(d.wordsOf(e))
	k.Manages = d.manages != nil && d.manages(e)
	return k
}
