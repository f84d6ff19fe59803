package exchangetest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var describeLaws = []Law{
	{"Info names the exchange and its sites", describes},
	{"sites have unique ids", siteIDs},
	{"the form asks for what a credential has", formFields},
	{"declared capabilities equal the implemented interfaces", capabilitiesMatch},
	{"key pairs that are made here fit the exchange", pairsFit},
}

var addressLaws = []Law{{"sites have https origins of their own, or headers that tell them apart", siteOrigins}}

var (
	exchangeID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	siteID     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

func describes(s Subject) error {
	var p problems
	info := s.Adapter.Info
	if !exchangeID.MatchString(string(info.ID)) {
		p.addf("the id %q is not lower case words", info.ID)
	}
	if info.Name == "" || exchanges.Clean(info.Name) != info.Name {
		p.addf("the name is %q", info.Name)
	}
	p.in("open", s.onEach(func(b *bench) error {
		var p problems
		if got := b.exchange.Info(); !reflect.DeepEqual(got, info) {
			p.addf("Info() of the opened exchange differs from the adapter's: %+v", got)
		}
		return p.err()
	}))
	return p.err()
}

func siteOrigins(s Subject) error {
	var p problems
	hosts := map[string]exchanges.Site{}
	for _, site := range s.Adapter.Info.Sites {
		if err := exchanges.CheckOrigin(site.Origin); err != nil {
			p.in(site.ID, err)
			continue
		}
		if !strings.HasPrefix(site.Origin, "https://") || strings.HasSuffix(site.Origin, "/") {
			p.addf("%s: the origin %q is not a bare https origin", site.ID, site.Origin)
		}
		if u, err := url.Parse(site.KeysPage); err != nil || u.Scheme != "https" || u.Host == "" {
			p.addf("%s: the page for keys %q is not an https address", site.ID, site.KeysPage)
		}
		if before, dup := hosts[site.Origin]; dup {
			p.in(fmt.Sprintf("%s/%s and %s/%s share the origin %s", before.Environment, before.ID, site.Environment, site.ID, site.Origin), s.apart(before, site))
		}
		hosts[site.Origin] = site
	}
	return p.err()
}

// apart checks that a header tells two sites from each other that nothing else
// does: one of them sends it with every signed call, the other never.
func (s Subject) apart(a, b exchanges.Site) error {
	if !a.ByHeader && !b.ByHeader {
		return errors.New("no header is declared to tell them apart")
	}
	names := make([]map[string]bool, 2)
	for i, site := range []exchanges.Site{a, b} {
		err := s.on(site, func(bench *bench) error {
			_, err := bench.inspect()
			names[i] = bench.headersOfAll()
			return err
		})
		if err != nil {
			return err
		}
	}
	if maps.Equal(names[0], names[1]) {
		return errors.New("their calls have the same headers")
	}
	return nil
}

// headersOfAll returns the names of the headers that every signed call had.
func (b *bench) headersOfAll() map[string]bool {
	calls := b.signed()
	names := map[string]bool{}
	for _, r := range calls {
		for name := range r.Header {
			names[name] = !slices.ContainsFunc(calls, func(r Request) bool { return r.Header[name] == nil })
		}
	}
	return names
}

func siteIDs(s Subject) error {
	var p problems
	if len(s.Adapter.Info.Sites) == 0 {
		p.addf("there are no sites")
	}
	seen := map[string]bool{}
	for _, site := range s.Adapter.Info.Sites {
		if !siteID.MatchString(site.ID) || site.Name == "" {
			p.addf("site %q called %q has no proper id or name", site.ID, site.Name)
		}
		if _, err := exchanges.ParseEnvironment(string(site.Environment)); err != nil {
			p.in(site.ID, err)
		}
		if full := string(site.Environment) + "/" + site.ID; seen[full] {
			p.addf("two sites are called %s", full)
		} else {
			seen[full] = true
		}
		if got, ok := s.Adapter.Info.Site(site.Environment, site.ID); !ok || got != site {
			p.addf("Info.Site does not find %s/%s", site.Environment, site.ID)
		}
	}
	return p.err()
}

func formFields(s Subject) error {
	var p problems
	inForm := map[exchanges.FieldName]bool{}
	for _, f := range s.Adapter.Info.Form.Fields {
		if inForm[f.Name] {
			p.addf("the field %s is there twice", f.Name)
		}
		inForm[f.Name] = true
		if f.Label == "" || f.Help == "" {
			p.addf("the field %s has no label or no help", f.Name)
		}
	}
	if !inForm[exchanges.FieldKey] {
		p.addf("the form does not ask for the key")
	}
	for _, c := range append([]exchanges.Credential{s.Credential}, s.MoreCredentials...) {
		for _, part := range secretParts(c) {
			if part.name == exchanges.FieldPrivateKey && inForm[exchanges.FieldSecret] {
				continue // a PEM may come in through the secret's field
			}
			if !inForm[part.name] {
				p.addf("credentials have a %s, the form does not ask for it", part.name)
			}
		}
	}
	return p.err()
}

// pairsFit makes a pair of each kind that a site takes. Where the public half is
// the key, the two halves are a whole credential.
func pairsFit(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		can := site.Capabilities
		if can.KeyPair == "" {
			continue
		}
		maker := s.Adapter.PairMaker(can.KeyPair)
		private, public, err := maker.New()
		if err != nil {
			p.in(site.ID, err)
			continue
		}
		if again, err := maker.PublicHalf(private); err != nil || again != public {
			p.addf("%s: the public half of the private half is another one: %w", site.ID, err)
		}
		if !can.KeyIsPublicHalf {
			continue
		}
		c, err := s.Adapter.Check(exchanges.Credential{KeyID: public, PrivateKey: private})
		if err != nil || c.KeyID != public || c.PrivateKey.Reveal() != private.Reveal() {
			p.addf("%s: the halves are no credential, or one that Check changes: %w", site.ID, err)
		}
	}
	return p.err()
}

func capabilitiesMatch(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		p.in(string(site.Environment)+"/"+site.ID, s.on(site, func(b *bench) error {
			var p problems
			_, create := b.exchange.(exchanges.Creator)
			_, list := b.exchange.(exchanges.Lister)
			_, survey := b.exchange.(exchanges.Surveyor)
			_, edit := b.exchange.(exchanges.Editor)
			_, revoke := b.exchange.(exchanges.Revoker)
			for _, c := range []struct {
				name           string
				declared, have bool
			}{
				{"Create", site.Capabilities.Create, create}, {"List", site.Capabilities.List, list},
				{"Survey", site.Capabilities.Survey, survey},
				{"Edit", site.Capabilities.Edit, edit}, {"Revoke", site.Capabilities.Revoke, revoke},
			} {
				if c.declared != c.have {
					p.addf("%s: declared %t, implemented %t", c.name, c.declared, c.have)
				}
			}
			return p.err()
		}))
	}
	return p.err()
}
