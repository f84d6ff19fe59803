package exchangetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

var guideLaws = []Law{
	{"the guide leads a person through", guideSteps},
	{"the guide says where its words are from and how old they are", guideSource},
	{"the guide's boxes cover reading and bring no surprise", guideBoxes},
	{"labels are unique and within the exchange's rule", guideLabels},
	{"rules by which keys end say when, how and where that is written", guideLifetimes},
}

func guideSteps(s Subject) error {
	var p problems
	g := s.Adapter.Info.Guide
	for name, steps := range map[string][]exchanges.GuideStep{"Create": g.Create, "Restrict": g.Restrict, "Delete": g.Delete} {
		for _, step := range steps {
			if strings.TrimSpace(step.Text) == "" || exchanges.Clean(step.Text) != step.Text {
				p.addf("%s has a step that says %q", name, step.Text)
			}
		}
	}
	sources := []exchanges.KeySource{exchanges.FromExchange}
	if slices.ContainsFunc(s.Adapter.Info.Sites, func(x exchanges.Site) bool { return x.Capabilities.KeyPair != "" }) {
		sources = append(sources, exchanges.FromKeyPair)
	}
	made := []exchanges.GuideValue{exchanges.PutLabel, exchanges.PutTicks}
	if s.OneKind {
		made = made[:1]
	}
	for _, source := range sources {
		p.in("Create for a "+string(source), puts(source, g.Create, made...))
		p.in("Delete for a "+string(source), puts(source, g.Delete, exchanges.PutKey))
	}
	if len(sources) > 1 {
		p.in("Create for a key pair", puts(exchanges.FromKeyPair, g.Create, exchanges.PutPublicKey))
	}
	if g.IPs.None && puts(exchanges.FromExchange, slices.Concat(g.Create, g.Restrict), exchanges.PutIPs) == nil {
		p.addf("there are no IP whitelists, and there is a place for one")
	}
	if puts(exchanges.FromExchange, g.Create, exchanges.PutPublicKey) == nil {
		p.addf("Create has a public key for a secret that the exchange makes")
	}
	return p.err()
}

// puts checks that a list of steps has a place for each value.
func puts(source exchanges.KeySource, steps []exchanges.GuideStep, values ...exchanges.GuideValue) error {
	var p problems
	for _, v := range values {
		if !slices.ContainsFunc(source.Steps(steps), func(g exchanges.GuideStep) bool { return g.Put == v }) {
			p.addf("there is no step for %q", v)
		}
	}
	return p.err()
}

func guideSource(s Subject) error {
	var p problems
	g := s.Adapter.Info.Guide
	if strings.TrimSpace(g.Source) == "" {
		p.addf("there is no source")
	}
	p.in("the source", lookedAt(g.AsOf))
	if g.MostKeys < 0 || g.Label.Max < 0 || g.IPs.Most < 0 {
		p.addf("limits below nothing: %d keys, %d characters, %d addresses", g.MostKeys, g.Label.Max, g.IPs.Most)
	}
	return p.err()
}

// lookedAt checks that a text is the day of a look at a source.
func lookedAt(day string) error {
	if at, err := time.Parse(time.DateOnly, day); err != nil || at.Year() < 2020 {
		return fmt.Errorf("%q is not the day of a look at it", day)
	}
	return nil
}

func guideLifetimes(s Subject) error {
	var p problems
	info := s.Adapter.Info
	for _, l := range info.Guide.Lifetimes {
		p.in(fmt.Sprintf("%q", l.Words), ends(l))
		for _, env := range l.In {
			if !slices.Contains(info.Environments(), env) {
				p.addf("%q is about %s, which the exchange does not have", l.Words, env)
			}
		}
	}
	return p.err()
}

// ends checks what is said of the end of keys.
func ends(l exchanges.Lifetime) error {
	var p problems
	if l.After <= 0 {
		p.addf("it ends keys after %s", l.After)
	}
	if l.Since != exchanges.SinceCreated && l.Since != exchanges.SinceUsed {
		p.addf("it counts from %q", string(l.Since))
	}
	switch l.Then {
	case exchanges.EndsDeleted, exchanges.EndsExpired, exchanges.EndsLoseRights:
	default:
		p.addf("it ends in %q", string(l.Then))
	}
	if exchanges.Clean(l.Words) != l.Words || !strings.HasSuffix(l.Words, ".") {
		p.addf("it is no sentence")
	}
	if strings.TrimSpace(l.Source) == "" {
		p.addf("there is no source")
	}
	p.in("the source", lookedAt(l.AsOf))
	return p.err()
}

func guideBoxes(s Subject) error {
	var p problems
	g := s.Adapter.Info.Guide
	seen := map[string]bool{}
	for _, b := range g.Boxes {
		if strings.TrimSpace(b.Words) == "" || exchanges.Clean(b.Words) != b.Words || seen[b.Words] || len(b.Gives) == 0 {
			p.addf("the box %q is there twice, has no words or gives nothing", b.Words)
		}
		seen[b.Words] = true
	}
	p.in("read", s.guideReads())
	p.in("boxes", comeAlong(g))
	return p.err()
}

// guideReads checks that who asks for read gets that and, unless all keys may do
// the same, nothing else.
func (s Subject) guideReads() error {
	var p problems
	g := s.Adapter.Info.Guide
	_, _, will, missing := g.Plan([]exchanges.Permission{exchanges.Read})
	if len(missing) > 0 {
		p.addf("no box gives read")
	}
	if s.OneKind {
		if len(g.Boxes) != 1 {
			p.addf("all keys may do the same, and there are %d boxes", len(g.Boxes))
		}
		return p.err()
	}
	for _, more := range will.All(exchanges.Granted) {
		if more != exchanges.Read && more != exchanges.Other {
			p.addf("who asks for read gets %s", more)
		}
	}
	return p.err()
}

// comeAlong reports what moves money out or makes keys and is given to who
// asks for something harmless.
func comeAlong(g exchanges.Guide) error {
	var p problems
	for _, asked := range []exchanges.Permission{
		exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Earn,
	} {
		_, _, will, _ := g.Plan([]exchanges.Permission{asked})
		for _, grave := range []exchanges.Permission{exchanges.Withdraw, exchanges.Admin} {
			if will.Has(grave) {
				p.addf("who asks for %s gets %s", asked, grave)
			}
		}
	}
	return p.err()
}

func guideLabels(s Subject) error {
	var p problems
	rule := s.Adapter.Info.Guide.Label
	for _, name := range []string{"", "bot", "grid_bot-2", "My Bot", "ボット", "a\x00\n\x1b[2J", strings.Repeat("long", 40), "---", "_"} {
		seen := map[string]bool{}
		for _, unique := range []string{"a1b2c3", "a1b2c4"} {
			label := rule.Make(name, unique)
			if !allowed(rule, label) || !strings.HasSuffix(label, unique) || seen[label] {
				p.addf("%q makes the label %q", name, label)
			}
			seen[label] = true
		}
	}
	return p.err()
}

// allowed reports whether an exchange takes a label.
func allowed(rule exchanges.LabelRule, label string) bool {
	const always = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return strings.Trim(label, always+rule.Chars) == "" && (rule.Max == 0 || len(label) <= rule.Max)
}
