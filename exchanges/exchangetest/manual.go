package exchangetest

import (
	"github.com/keyrota/keyrota/exchanges"
)

// manualLaws hold for exchanges without an API, whose Info says Manual.
var manualLaws = []Law{
	{"an exchange without API has no address and promises nothing", hasNoAddress},
	{"an exchange without API sends nothing, to nobody", asksNobody},
	{"an exchange without API cannot be given an address", takesNoAddress},
}

func hasNoAddress(s Subject) error {
	var p problems
	info := s.Adapter.Info
	if !info.Manual {
		p.addf("Info does not say Manual")
	}
	if len(info.Aliases) > 0 || len(info.Guide.Lifetimes) > 0 || info.Guide.MostKeys != 0 {
		p.addf("it knows hosts or limits of an exchange that nobody knows")
	}
	for _, site := range info.Sites {
		if site.Origin != "" || site.KeysPage != "" {
			p.addf("%s/%s has the addresses %q and %q", site.Environment, site.ID, site.Origin, site.KeysPage)
		}
		if site.Capabilities != (exchanges.Capabilities{}) {
			p.addf("%s/%s promises %+v", site.Environment, site.ID, site.Capabilities)
		}
	}
	return p.err()
}

func asksNobody(s Subject) error {
	return s.onEach(func(b *bench) error {
		var p problems
		info, err := b.inspect()
		p.in("Inspect", b.kind(err, exchanges.Unsupported))
		if err != nil && exchanges.AsError(err).Outcome != exchanges.NotSent {
			p.addf("Inspect may have sent something: %v", err)
		}
		if info.KeyID != "" || !info.Seen.IsZero() || info.Permissions.Known() {
			p.addf("Inspect tells what nobody said: %+v", info)
		}
		if n := len(b.server.Requests()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}

func takesNoAddress(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		_, err := exchanges.NewRegistry(s.Adapter).Open(s.Adapter.Info.ID, exchanges.Connection{Site: site, Origin: "https://api.example.com"})
		p.in(string(site.Environment), s.kind(err, exchanges.Invalid))
	}
	return p.err()
}
