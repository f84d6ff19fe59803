package exchanges

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Adapter is what an adapter package exports: a description, a check that
// needs no network, and a constructor.
type Adapter struct {
	Info Info

	// Check brings a pasted credential into the form that Inspect wants and
	// refuses what cannot be one: it trims the ends, moves a PEM from Secret
	// to PrivateKey, and finds swapped fields, inner white space, wrong
	// lengths and alphabets. The error is an *Error of kind Invalid that names
	// the field and never quotes a value. Nothing is ever cut.
	Check func(Credential) (Credential, error)

	// New returns the exchange at one site.
	New func(Connection) (Exchange, error)

	// Pairs makes key pairs of a kind that only this exchange takes; nil:
	// NewKeyPair and PublicHalf serve.
	Pairs *PairMaker
}

// PairMaker makes key pairs in an exchange's own form. The halves are texts as
// NewKeyPair and PublicHalf return them, though not PEM.
type PairMaker struct {
	New        func() (private Secret, public string, err error)
	PublicHalf func(private Secret) (string, error)
}

// PairMaker returns what makes key pairs of the kind that a site of the
// exchange takes.
func (a Adapter) PairMaker(kind KeyAlgorithm) PairMaker {
	if a.Pairs != nil {
		return *a.Pairs
	}
	return PairMaker{New: func() (Secret, string, error) { return NewKeyPair(kind) }, PublicHalf: PublicHalf}
}

// Connection binds an adapter to a site. Zero fields take defaults.
type Connection struct {
	Site      Site
	Origin    string           // replaces Site.Origin: scheme, host, port
	Proxy     string           // http, https or socks5 URL; empty: from the environment
	Now       func() time.Time // this machine's clock; default time.Now
	Log       *slog.Logger     // method, path, status; never a query or a body
	UserAgent string

	// Sleep waits, between attempts and for rate limits, or returns ctx's error
	// once that has ended; default: on a timer. Tests let time pass with it.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Registry knows the adapters of a program.
type Registry struct {
	byID  map[ID]Adapter
	order []ID
}

// NewRegistry panics when two adapters share an ID: that is a bug of the list.
func NewRegistry(adapters ...Adapter) *Registry {
	r := &Registry{byID: map[ID]Adapter{}}
	for _, a := range adapters {
		if _, dup := r.byID[a.Info.ID]; dup {
			panic("exchanges: two adapters called " + a.Info.ID)
		}
		r.byID[a.Info.ID] = a
		r.order = append(r.order, a.Info.ID)
	}
	return r
}

// All returns the adapters in the order in which they are listed.
func (r *Registry) All() []Adapter {
	out := make([]Adapter, len(r.order))
	for i, id := range r.order {
		out[i] = r.byID[id]
	}
	return out
}

// Get returns the adapter called id, or an error that names the known ones.
func (r *Registry) Get(id ID) (Adapter, error) {
	if a, ok := r.byID[id]; ok {
		return a, nil
	}
	names := make([]string, len(r.order))
	for i, id := range r.order {
		names[i] = string(id)
	}
	return Adapter{}, &Error{
		Op: "choose exchange", Kind: Unsupported, Outcome: NotSent, Code: Clean(string(id)),
		Hint: "keyrota knows " + strings.Join(names, ", ") + ".",
	}
}

// Open returns the exchange at the site that o names, after checking that a
// changed origin cannot carry a credential where it does not belong.
func (r *Registry) Open(id ID, o Connection) (Exchange, error) {
	a, err := r.Get(id)
	if err != nil {
		return nil, err
	}
	if o.Origin == "" {
		o.Origin = o.Site.Origin
	}
	if a.Info.Manual {
		return a.openManual(o)
	}
	if err := CheckOrigin(o.Origin); err != nil {
		return nil, &Error{Exchange: id, Op: "open", Kind: Invalid, Outcome: NotSent, Err: err,
			Hint: "Set base_url to scheme, host and port only: https anywhere, plain http for loopback addresses."}
	}
	if owner, taken := a.Info.foreign(o.Site.Environment, o.Origin); taken {
		return nil, &Error{Exchange: id, Op: "open", Kind: Invalid, Outcome: NotSent,
			Code: fmt.Sprintf("%s belongs to the %s environment", Clean(o.Origin), owner),
			Hint: fmt.Sprintf("A %s key must not be sent to the %s site: mend base_url in config.toml.", o.Site.Environment, owner)}
	}
	return a.New(o)
}

// openManual opens an exchange that has no address to go to.
func (a Adapter) openManual(o Connection) (Exchange, error) {
	if o.Origin != "" {
		return nil, &Error{Exchange: a.Info.ID, Op: "open", Kind: Invalid, Outcome: NotSent,
			Code: "there is no API behind it", Hint: "Take base_url out of config.toml: keys of this kind are never sent anywhere."}
	}
	return a.New(o)
}

// CheckOrigin accepts scheme://host[:port] with https, or http where the host
// is a loopback address.
func CheckOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return errors.New("the address cannot be read") // unread, it may hold a password
	}
	if u.Hostname() == "" {
		return fmt.Errorf("%q is not an origin", Clean(u.Redacted()))
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("%q has more than scheme, host and port", Clean(u.Redacted()))
	}
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if ip, err := netip.ParseAddr(u.Hostname()); (err == nil && ip.IsLoopback()) || u.Hostname() == "localhost" {
			return nil
		}
		return fmt.Errorf("%q would send signatures in the clear", Clean(origin))
	}
	return fmt.Errorf("%q is neither https nor http", Clean(origin))
}

// foreign returns the environment that an origin's host belongs to, if it is
// known to be another one than env. A host that env has itself is not.
func (i Info) foreign(env Environment, origin string) (Environment, bool) {
	if slices.ContainsFunc(i.Sites, func(s Site) bool { return s.Environment == env && sameHost(s.Origin, origin) }) {
		return "", false
	}
	for _, s := range i.Sites {
		if s.Environment != env && sameHost(s.Origin, origin) {
			return s.Environment, true
		}
	}
	for owner, hosts := range i.Aliases {
		for _, h := range hosts {
			if owner != env && sameHost("https://"+h, origin) {
				return owner, true
			}
		}
	}
	return "", false
}

// sameHost compares host names as DNS does: case and a final dot do not count.
func sameHost(a, b string) bool {
	ua, ea := url.Parse(a)
	ub, eb := url.Parse(b)
	name := func(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }
	return ea == nil && eb == nil && name(ua) == name(ub)
}
