package desk

import (
	"cmp"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// Restriction is how a person narrows a key on an exchange's page, and what the
// key should be like then.
type Restriction struct {
	ByHand
	Manual      bool // nobody can be asked: the page's words are not known
	Rights, IPs bool // what the page lets be changed

	Want   exchanges.PermissionSet // what it should be able to do; knows nothing where nobody knows
	Needed bool                    // by its purpose; else it is what it has, without what empties an account
	Off    []exchanges.Permission  // what it may do now and should not

	From  exchanges.IPWhitelist // from where; unknown where nobody knows
	Added []string              // addresses of this machine that are not on its list yet
	Cut   []string              // entries that are on its list and are too broad to stay
	Most  int                   // how many addresses the page takes; 0: not known
	List  bool                  // it should have a list, whatever is on it
}

// risky are the rights that a key keeps only if its purpose needs them.
var risky = []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw, exchanges.Admin}

// RestrictByHand returns how a person narrows a key on the exchange's page: to
// what its purpose needs, and to the addresses that are known.
func (d *Desk) RestrictByHand(r *store.Record) Restriction {
	a, err := d.registry.Get(r.Exchange)
	if err != nil {
		return Restriction{}
	}
	guide := &a.Info.Guide
	steps := r.Source.Steps(guide.Restrict)
	out := Restriction{Manual: a.Info.Manual, Most: guide.IPs.Most, Rights: puts(steps, exchanges.PutTicks), IPs: puts(steps, exchanges.PutIPs)}
	out.Page, out.AsOf = cmp.Or(r.KeysPage, d.pageOf(&a.Info, r.Environment, r.Site)), guide.AsOf
	rules := d.RulesFor(r)
	asked := out.chooseRights(r, &rules)
	on, off, will, missing := guide.Plan(asked)
	if len(asked) > 0 {
		out.Want = will
		for _, p := range missing { // no box takes it off
			if r.Facts.Permissions.Has(p) {
				out.Want = out.Want.With(p, exchanges.Granted)
			}
		}
		for _, p := range r.Facts.Permissions.All(exchanges.Granted) {
			if !out.Want.Has(p) {
				out.Off = append(out.Off, p)
			}
		}
	}
	if out.IPs {
		out.chooseIPs(r, &rules, d.World(d.now()), guide.IPs.IPv6)
	}
	values := restrictValues{r: r, known: len(asked) > 0, on: on, off: off, from: out.From, rule: guide.IPs}
	for _, step := range steps {
		out.Steps = append(out.Steps, values.line(step))
	}
	return out
}

func puts(steps []exchanges.GuideStep, what exchanges.GuideValue) bool {
	return slices.ContainsFunc(steps, func(s exchanges.GuideStep) bool { return s.Put == what })
}

// chooseRights returns what the key should be able to do.
func (o *Restriction) chooseRights(r *store.Record, rules *store.Rules) []exchanges.Permission {
	if o.Needed = rules.Needs.Known(); o.Needed {
		return rules.Needs.All(exchanges.Granted)
	}
	return slices.DeleteFunc(r.Facts.Permissions.All(exchanges.Granted), func(p exchanges.Permission) bool {
		return slices.Contains(risky, p) && (p != exchanges.Admin || !r.Manager)
	})
}

// chooseIPs takes the list that the key has, without blocks that are too broad,
// and this machine's addresses.
func (o *Restriction) chooseIPs(r *store.Record, rules *store.Rules, w policy.World, takesIPv6 bool) {
	has := r.Facts.IPs
	if o.List = r.Environment == exchanges.Live; !o.List && has.State == exchanges.IPAny {
		return // play money is fine from everywhere
	}
	if has.State != exchanges.IPAny && has.State != exchanges.IPList {
		return // what is hidden would be lost
	}
	for _, e := range has.Entries {
		if tooBroad(e, rules) {
			o.Cut = append(o.Cut, e)
		} else {
			o.From.Entries = append(o.From.Entries, e)
		}
	}
	if w.Terms == nil || !w.Terms(r).ByProxy { // else the exchange sees that one's address
		o.addMachine(w.Machine, takesIPv6)
	}
	if len(o.From.Entries) > 0 {
		o.From.State = exchanges.IPList
	}
}

// addMachine adds this machine's addresses that are not allowed already.
func (o *Restriction) addMachine(m store.Machine, takesIPv6 bool) {
	kept := exchanges.IPWhitelist{State: exchanges.IPList, Entries: o.From.Entries}
	for _, a := range m.Current() {
		if allowed, _ := kept.Allows(a.Addr); !allowed && (takesIPv6 || a.Addr.Is4()) {
			o.Added = append(o.Added, a.Addr.String())
		}
	}
	o.From.Entries = append(o.From.Entries, o.Added...)
}

func tooBroad(entry string, rules *store.Rules) bool {
	if entry == "*" {
		return true
	}
	r, ok := exchanges.ParseIPRange(entry)
	if !ok {
		return false
	}
	if r.First.Is4() {
		return r.Size() < max(rules.BroadIPv4, 1)
	}
	return r.Size() < max(rules.BroadIPv6, 1)
}

// restrictValues is what is put into the steps of a page.
type restrictValues struct {
	r       *store.Record
	known   bool // which boxes are to be on
	on, off []exchanges.Box
	from    exchanges.IPWhitelist
	rule    exchanges.IPRule
}

func (v *restrictValues) line(step exchanges.GuideStep) flow.Line {
	l := flow.Line{Text: step.Text, Name: step.Put}
	switch step.Put {
	case exchanges.PutKey:
		l.Many = slices.DeleteFunc([]string{v.r.KeyID, v.r.Facts.Label}, func(s string) bool { return s == "" })
	case exchanges.PutTicks:
		l.Many = v.boxes(v.on, "what its program needs, and nothing else")
	case exchanges.PutNoTicks:
		l.Many = v.boxes(v.off, "everything else")
	case exchanges.PutIPs:
		l.Many = []string{"the addresses of the machines that use it"}
		if v.from.State == exchanges.IPList {
			l.Many, l.Copy = nil, v.rule.Join(v.from.Entries)
		} else if s := v.r.Facts.IPs.State; s == exchanges.IPRestricted || s == exchanges.IPUnknown {
			l.Many = []string{"as it is, if it names your machines and no others"}
		}
	case exchanges.PutNothing, exchanges.PutLabel, exchanges.PutPublicKey:
	}
	return l
}

func (v *restrictValues) boxes(all []exchanges.Box, otherwise string) []string {
	if !v.known {
		return []string{otherwise}
	}
	out := make([]string, len(all))
	for i, b := range all {
		out[i] = b.Words
	}
	return out
}

// Review holds what is known of the key against what it should be like.
func (o *Restriction) Review(f *store.Facts, at time.Time) *flow.Review {
	out := flow.Compare(o.Want, o.From, f, at)
	for _, p := range o.Off { // what was to go is told, also when it is gone
		switch f.Permissions.Get(p) {
		case exchanges.NotGranted:
			out.Lines = append(out.Lines, flow.ReviewLine{What: p.String(), Asked: "off", Found: "off", Mark: flow.MarkSame})
		case exchanges.Unknown:
			out.Lines = append(out.Lines, flow.ReviewLine{What: p.String(), Asked: "off", Found: "not told", Mark: flow.MarkUnknown})
		case exchanges.Granted:
		}
	}
	if o.List && o.From.State == exchanges.IPUnknown {
		l := flow.ReviewLine{What: "IP whitelist", Asked: "a list", Found: flow.ListText(f.IPs), Mark: flow.MarkSame}
		switch {
		case f.IPs.State == exchanges.IPUnknown:
			l.Mark = flow.MarkUnknown
		case f.IPs.State == exchanges.IPAny, slices.ContainsFunc(f.IPs.Entries, func(e string) bool { return slices.Contains(o.Cut, e) }):
			l.Mark = flow.MarkWider
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}
