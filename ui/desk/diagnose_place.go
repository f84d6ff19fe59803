package desk

import (
	"context"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// oneAddress says why a place cannot be told from the key's own.
const oneAddress = "base_url in config.toml puts them at one address, so that none can be asked apart"

// place is another site of the exchange, at which the key may be at home.
type place struct {
	site  site
	name  string
	e     *diagnose.Elsewhere // what it is evidence of
	cause exchanges.Cause
}

// findPlaces finds the other places, and which of them can be asked apart.
func (x *examination) findPlaces(sites []exchanges.Site) {
	own := x.ownSite(sites)
	if own == nil {
		return
	}
	for i := range sites {
		s := &sites[i]
		p := place{site{x.record.Exchange, s.Environment, s.ID}, s.Name, &x.e.Sites, exchanges.CauseSite}
		switch {
		case s == own:
			continue
		case s.Environment != own.Environment && !speaksFor(sites, s, own.ID):
			continue
		case s.Environment != own.Environment:
			p.name, p.e, p.cause = string(s.Environment), &x.e.Environments, exchanges.CauseEnvironment
		}
		p.e.Names = append(p.e.Names, p.name)
		if s.ByHeader || own.ByHeader || x.origin(s) != x.origin(own) {
			x.places = append(x.places, p)
		} else {
			p.e.Why = oneAddress
		}
	}
}

func (x *examination) ownSite(sites []exchanges.Site) *exchanges.Site {
	for i := range sites {
		if s := &sites[i]; s.Environment == x.record.Environment && (x.record.Site == "" || s.ID == x.record.Site) {
			return s
		}
	}
	return nil
}

// speaksFor reports whether a site is the one of its environment to ask about a
// key of a site called id: that of the same name, else the default one.
func speaksFor(sites []exchanges.Site, s *exchanges.Site, id string) bool {
	var first *exchanges.Site
	for i := range sites {
		o := &sites[i]
		if o.Environment != s.Environment {
			continue
		}
		if o.ID == id {
			return s.ID == id
		}
		if first == nil {
			first = o
		}
	}
	return s == first
}

//go:noinline // copied into its callers, it would take 3 kB
func (x *examination) origin(s *exchanges.Site) string {
	conf := x.desk.store.Config().ExchangeConfig(store.Target{Exchange: x.record.Exchange, Environment: s.Environment})
	if conf.BaseURL != "" {
		return conf.BaseURL
	}
	return s.Origin
}

// tryElsewhere asks other places about the key, where the person wants it and
// the refusal may be explained by it.
func (x *examination) tryElsewhere(ctx context.Context) {
	for _, p := range x.places {
		wanted := x.o.Sites && p.cause == exchanges.CauseSite || x.o.Environments && p.cause == exchanges.CauseEnvironment
		if wanted && x.open(p.cause) {
			p.e.Trials = append(p.e.Trials, x.try(ctx, p))
		}
	}
}

// try asks one other place, read-only, and notes for the audit log that the key
// was sent there.
func (x *examination) try(ctx context.Context, p place) diagnose.Trial {
	t := diagnose.Trial{Name: p.name}
	v, err := x.desk.venue(p.site)
	if err == nil {
		_, err = v.Inspect(ctx, x.secret)
	}
	if err != nil {
		t.Err = exchanges.AsError(err)
	}
	e := x.desk.verified(x.record, Trial{Err: t.Err})
	e.Environment = p.site.env
	e.Detail = exchanges.Clean("diagnosis: asked at " + p.name + " (" + p.site.id + ") " + e.Detail)
	x.trials = append(x.trials, e)
	return t
}
