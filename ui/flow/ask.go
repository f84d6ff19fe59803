package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// prompt makes the question that the state asks, from what is known now.
func (e *Engine) prompt(s *State) Prompt {
	if r, ok := e.record(s.Record); ok && r.Name != s.Name { // renamed since
		c := *s
		c.Name = r.Name
		s = &c
	}
	p := Prompt{ID: Decide(*s).Ask, Due: s.Due}
	askers[p.ID](e, s, &p)
	abandonable := p.ID != AskAbandon && s.Step != StepDone // done, but not written down: there is nothing to abandon
	if abandonable && !slices.ContainsFunc(p.Choices, func(c Choice) bool { return c.ID == Abandon }) {
		p.Choices = append(p.Choices, Choice{ID: Abandon, Label: "abandon", Help: "End this flow; what is left is stated first.", Bare: true})
	}
	return p
}

var askers map[PromptID]func(*Engine, *State, *Prompt)

func init() { // not a literal: see answers
	askers = map[PromptID]func(*Engine, *State, *Prompt){
		AskVenue: (*Engine).askVenue, AskWorks: (*Engine).askWorks,
		AskWhere: (*Engine).askWhere, AskPurpose: (*Engine).askPurpose, AskIPs: (*Engine).askIPs, AskPlan: (*Engine).askPlan,
		AskOldDead: (*Engine).askOldDead, AskPaste: (*Engine).askPaste, AskLook: (*Engine).askLook, AskReview: (*Engine).askReview,
		AskConsumer: (*Engine).askConsumer, AskWatch: (*Engine).askWatch, AskRevoke: (*Engine).askRevoke, AskGone: (*Engine).askGone,
		AskProve: (*Engine).askProve, AskCode: (*Engine).askCode, AskProblem: (*Engine).askProblem,
		AskAbandon: (*Engine).askAbandon, AskUndo: (*Engine).askUndo,
	}
}

// name returns the exchange's name as people know it.
func (e *Engine) name(s *State) string {
	if s.Plan.Venue != "" {
		return exchanges.Clean(s.Plan.Venue)
	}
	return e.info(s.Plan.Exchange).Name
}

func (e *Engine) page(s *State) string {
	if s.Plan.KeysPage != "" {
		return s.Plan.KeysPage
	}
	if e.KeysPage != nil {
		if page := e.KeysPage(s.Plan.Exchange, s.Plan.Environment); page != "" {
			return page
		}
	}
	site, _ := e.site(s.Plan.Exchange, s.Plan.Environment, s.Plan.Site)
	return site.KeysPage
}

func (e *Engine) askWhere(s *State, p *Prompt) {
	p.Title = "Where is the new key for?"
	p.Text = []string{"Try a new bot on a testnet first, where there is one. One key for each bot: it can be replaced without the others noticing."}
	exchange := Field{Name: "exchange", Label: "Exchange", Kind: FieldChoice, Default: string(s.Plan.Exchange)}
	env := Field{Name: "environment", Label: "Environment", Kind: FieldChoice, Default: string(s.Plan.Environment), Help: "live moves real money; testnet and demo keys work on their own sites only"}
	site := Field{Name: "site", Label: "Site", Kind: FieldChoice, Default: s.Plan.Site, Help: "the site on which the account was opened; a key works there only"}
	for _, x := range []exchanges.Environment{exchanges.Live, exchanges.Testnet, exchanges.Demo} {
		env.Options = append(env.Options, Option{Value: string(x), Words: string(x)})
	}
	for _, i := range e.Infos() {
		exchange.Options = append(exchange.Options, Option{Value: string(i.ID), Words: i.Name})
		for k, o := range env.Options {
			at := exchanges.Environment(o.Value)
			sites := siteOptions(&i, at, s.Plan.Site)
			if len(sites) > 0 {
				env.Options[k].When = append(env.Options[k].When, string(i.ID))
			}
			site.Options = append(site.Options, sites...)
		}
	}
	env.Options = slices.DeleteFunc(env.Options, func(o Option) bool { return len(o.When) == 0 })
	p.Fields = []Field{
		exchange, env, site,
		{Name: "name", Label: "Name", Kind: FieldText, Default: s.Name, Help: "what it is for: grid-bot"},
		{Name: "sub_account", Label: "Sub-account", Kind: FieldText, Default: s.Plan.SubAccount, Help: "as the exchange names it: an e-mail (Binance), a name (OKX, KuCoin, MEXC), a UID (others); empty: the main account"},
	}
	p.Choices = []Choice{{ID: Go, Label: "go on"}}
}

// siteOptions are the sites of an exchange in one environment. The usual one
// needs no name, unless the plan has named it.
func siteOptions(i *exchanges.Info, env exchanges.Environment, planned string) []Option {
	var out []Option
	for _, s := range i.Sites {
		if s.Environment != env {
			continue
		}
		o := Option{Value: s.ID, Words: s.Name, When: []string{string(i.ID) + " " + string(env)}}
		if len(out) == 0 && s.ID != planned {
			o.Value = ""
		}
		out = append(out, o)
	}
	return out
}

func (e *Engine) askPurpose(s *State, p *Prompt) {
	p.Title = "What is the key for?"
	p.Text = []string{"The purpose decides what the key may do: as little as it needs. No purpose lets it withdraw."}
	preset := Field{Name: "purpose", Label: "Purpose", Kind: FieldChoice, Default: s.Plan.Purpose}
	for _, x := range store.Purposes() {
		preset.Options = append(preset.Options, Option{Value: x.ID, Words: x.Words, Help: x.Help})
	}
	p.Fields = []Field{preset, e.permissionField(s, "Permissions", "for your own choice only")}
	p.Choices = []Choice{{ID: Go, Label: "go on"}, {ID: Back, Label: "back", Bare: true}}
}

// permissionField offers what the exchange's boxes give.
func (e *Engine) permissionField(s *State, label, help string) Field {
	f := Field{Name: "permissions", Label: label, Kind: FieldMany, Default: strings.Join(s.Plan.Permissions, " "), Help: help}
	boxes := e.info(s.Plan.Exchange).Guide.Boxes
	for _, x := range exchanges.Permissions() {
		given := slices.ContainsFunc(boxes, func(b exchanges.Box) bool { return slices.Contains(b.Gives, x) })
		if s.Kind == Rotate && s.Old.Facts.Permissions.Known() && !s.Old.Facts.Permissions.Has(x) {
			continue // never wider than the old key
		}
		if given || slices.Contains(s.Plan.Permissions, x.String()) {
			f.Options = append(f.Options, Option{Value: x.String(), Words: x.String()})
		}
	}
	return f
}

func (e *Engine) askIPs(s *State, p *Prompt) {
	p.Title = "From which addresses may it be used?"
	if e.info(s.Plan.Exchange).Guide.IPs.None {
		p.Text = []string{e.name(s) + " has no IP whitelists: every key works from every address, so that its secret is all that keeps a thief out."}
		p.Fields = []Field{e.ipField(s)}
		p.Choices = []Choice{{ID: Go, Label: "go on"}, {ID: Back, Label: "back", Bare: true}}
		return
	}
	p.Text = append([]string{"A key that is bound to the addresses of your machines is worth nothing to a thief."}, e.mineText(s)...)
	p.Fields = []Field{e.ipField(s)}
	p.Choices = []Choice{
		{ID: Go, Label: "go on"},
		{ID: Lookup, Label: "ask for my address", Help: "Ask the echo service of your settings which address this machine has.", Bare: true},
		{ID: Back, Label: "back", Bare: true},
	}
}

func (e *Engine) mineText(s *State) []string {
	if len(s.Plan.Mine) == 0 {
		return nil
	}
	return []string{"This machine is seen as " + strings.Join(s.Plan.Mine, " and ") + "."}
}

func (e *Engine) ipField(s *State) Field {
	f := Field{Name: "ips", Label: "IP whitelist", Kind: FieldIPs, Help: "addresses separated by commas; any: no restriction"}
	switch w := s.Plan.IPs; w.State {
	case exchanges.IPList:
		f.Default = strings.Join(w.Entries, ",")
	case exchanges.IPAny:
		f.Default = "any"
	case exchanges.IPRestricted, exchanges.IPUnknown:
		f.Default = strings.Join(s.Plan.Mine, ",")
		if e.info(s.Plan.Exchange).Guide.IPs.None && s.Kind == Create {
			f.Default = "any"
		}
	}
	return f
}

func (e *Engine) askPlan(s *State, p *Prompt) {
	info := e.info(s.Plan.Exchange)
	p.Title = "The plan"
	if s.Kind == Rotate {
		p.Text = append(e.rotationText(s), e.mineText(s)...)
		p.Fields = []Field{e.permissionField(s, "The new key may", "what the old key may, or less"), e.ipField(s)}
		p.Choices = []Choice{{ID: Go, Label: "begin"}, {ID: Lookup, Label: "ask for my address", Bare: true}}
	} else {
		p.Text = e.creationText(s)
		p.Fields = []Field{{Name: "consumers", Label: "Used by", Kind: FieldText, Help: "programs that will use it, separated by commas: grid-bot"}}
		p.Choices = []Choice{{ID: Go, Label: "begin"}, {ID: Back, Label: "back", Bare: true}}
	}
	p.Fields = append([]Field{e.routeField(s), e.sourceField(s)}, p.Fields...)
	_, _, _, missing := info.Guide.Plan(s.permissions())
	if len(missing) > 0 {
		p.Warn = append(p.Warn, fmt.Sprintf("%s's page has no box for: %s.", e.name(s), strings.Join(words(missing), ", ")))
	}
	if s.Plan.IPs.State == exchanges.IPAny {
		p.Warn = append(p.Warn, "The key will work from any address.")
	}
}

func (e *Engine) rotationText(s *State) []string {
	old := fmt.Sprintf("A new key takes the place of %s. The old one goes on working until the new one is proven, the consumers have it and you say so.", s.Old.Masked)
	text := []string{old}
	if s.Plan.IPs.State == exchanges.IPRestricted {
		text = append(text, e.name(s)+" does not tell the entries of the old key's IP whitelist: write down those of its page.")
	}
	if !s.Old.Facts.Permissions.Known() {
		text = append(text, e.name(s)+" does not tell what the old key may do: look at its page, and choose what its programs need.")
	}
	if n := len(s.Consumers); n > 0 {
		names := make([]string, n)
		for i, h := range s.Consumers {
			names[i] = h.Consumer.Name
		}
		text = append(text, "It is used by "+strings.Join(names, ", ")+".")
	}
	return text
}

func (e *Engine) creationText(s *State) []string {
	_, _, will, _ := e.info(s.Plan.Exchange).Guide.Plan(s.permissions())
	where := fmt.Sprintf("%s, %s", e.name(s), s.Plan.Environment)
	if s.Plan.SubAccount != "" {
		where += ", sub-account " + exchanges.Clean(s.Plan.SubAccount)
	}
	text := []string{fmt.Sprintf("%s at %s: may %s, from %s.", s.Name, where, list(s.Plan.Permissions), ListText(s.Plan.IPs))}
	var more []exchanges.Permission
	for _, p := range will.All(exchanges.Granted) {
		if !slices.Contains(s.Plan.Permissions, p.String()) {
			more = append(more, p)
		}
	}
	if len(more) > 0 {
		text = append(text, fmt.Sprintf("%s gives %s along with that.", e.name(s), list(words(more))))
	}
	return text
}

func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// fieldRoute is the field that says by whom a key is made.
const fieldRoute = "route"

// routeField offers the ways to make the key: by API with each managing key
// there is, and by hand.
func (e *Engine) routeField(s *State) Field {
	f := Field{Name: fieldRoute, Label: "Made", Kind: FieldChoice}
	if s.Plan.Can.Create && s.Plan.Can.Reach != exchanges.NoKeys {
		old, _ := e.record(s.Record)
		for _, r := range managers(e.Records.Snapshot().Records(), s.Plan, old) {
			f.Options = append(f.Options, Option{Value: "api:" + string(r.ID), Words: fmt.Sprintf("by API with %s", r.Name), Help: "keyrota asks the exchange itself"})
		}
	}
	byHand := "you make it on the exchange's page and paste it"
	if s.Plan.Can.KeyIsPublicHalf {
		byHand = "you enter it on the exchange's page"
	}
	f.Options = append(f.Options, Option{Value: string(ByHand), Words: "by hand", Help: byHand})
	f.Default = f.Options[0].Value
	return f
}

// sourceField offers a key pair where the exchange takes one.
func (e *Engine) sourceField(s *State) Field {
	f := Field{Name: "source", Label: "Secret", Kind: FieldChoice, Default: string(exchanges.FromExchange)}
	if alg := s.Plan.Can.KeyPair; alg != "" {
		f.Options = append(f.Options, Option{Value: string(exchanges.FromKeyPair), Words: fmt.Sprintf("%s key pair made here", alg),
			Help: "the secret never crosses the network; the program must be able to sign with it"})
	}
	f.Options = append(f.Options, Option{Value: string(exchanges.FromExchange), Words: "made by the exchange", Help: "any program can use it"})
	if c, ok := e.record(s.Record); ok && s.Old.Facts.Permissions.Known() && c != nil && s.Plan.Source == exchanges.FromKeyPair {
		f.Default = string(exchanges.FromKeyPair)
	}
	if s.Plan.Can.KeyIsPublicHalf { // either way it is a pair that any program can use
		f.Default = string(exchanges.FromKeyPair)
	}
	return f
}

func (e *Engine) askOldDead(s *State, p *Prompt) {
	p.Title = "The old key does not work from here"
	retry := Choice{ID: Retry, Label: "ask again"}
	dead := Choice{ID: GoneBefore, Label: "it is deleted", Help: "Go on without revoking it."}
	alive := Choice{ID: Go, Label: "it may be alive", Help: "Go on, and revoke it in its turn."}
	p.Choices = []Choice{retry, dead, alive}
	refused := fmt.Sprintf("%s refused the old key %s: %s.", e.name(s), s.Old.Masked, s.Old.Refused)
	switch {
	case s.Old.Blind:
		p.Text = []string{fmt.Sprintf("The secret of %s is not in the keyring, so nothing can be asked with the old key.", s.Name)}
	case s.Old.Lives:
		p.Text = []string{refused, "That is how a key is refused that lives. It can be revoked all the same."}
		alive.Label = "go on"
		p.Choices = []Choice{retry, alive}
	default:
		p.Text = []string{refused, "If it was deleted, go on: there is nothing left to revoke. If it may still be alive, let it be revoked as well."}
	}
}

func (e *Engine) askReview(s *State, p *Prompt) {
	r := s.Review
	p.Review = r.Lines
	p.Page = e.page(s)
	if len(r.Wider) > 0 {
		p.Title = "Stop: the new key is more than planned"
		p.Warn = r.Wider
		p.Text = []string{"Change it on the exchange's page, then check again. It is not used before it is what was planned."}
	} else {
		p.Title = "The new key is not quite what was planned"
		p.Warn = r.Narrower
		p.Text = []string{"Change it on the exchange's page and check again, or take it as it is."}
	}
	p.Guide = e.guide(s, e.info(s.Plan.Exchange).Guide.Restrict, s.New)
	p.Choices = []Choice{{ID: Retry, Label: "check again"}}
	if s.Plan.Can.Edit && s.Plan.Route == ByAPI {
		p.Choices = append([]Choice{{ID: Mend, Label: "set it by API"}}, p.Choices...)
	}
	if len(r.Wider) == 0 {
		p.Choices = append(p.Choices, Choice{ID: Go, Label: "take it as it is"})
	}
	if s.Plan.Route == ByHand {
		p.Choices = append(p.Choices, Choice{ID: Paste, Label: "paste another key", Help: "It is the wrong key.", Bare: true})
	}
}

func (e *Engine) askConsumer(s *State, p *Prompt) {
	h := s.Consumers[s.handover()]
	c := h.Consumer
	p.Title = "Hand over to " + exchanges.Clean(c.Name)
	if h.Error != "" {
		p.Warn = []string{h.Error}
	}
	later := Choice{ID: Later, Label: "not yet", Help: "The flow waits; leave, and resume it when the program has the key.", Bare: true}
	done := Choice{ID: Done, Label: "it has the key", Help: "You saw it work with the new key."}
	skip := Choice{ID: Skip, Label: "skip", Help: "It does not need the key any more."}
	switch c.Handover() {
	case store.HandHook:
		p.Text = []string{"This command runs with the new key in its environment, and only there:", exchanges.Clean(c.OnRotate)}
		p.Choices = []Choice{later, {ID: Run, Label: "run it"}, done, skip}
	case store.HandFile:
		p.Text = []string{fmt.Sprintf("The file %s is written from the template %s, for you alone to read. It then holds the secret in the clear.",
			exchanges.Clean(c.File), exchanges.Clean(c.Template))}
		p.Choices = []Choice{later, {ID: Write, Label: "write the file"}, done, skip}
	case store.HandRun:
		p.Text = []string{"It gets its key from keyrota when it starts: restart it, and see that it works."}
		p.Choices = []Choice{later, done, skip}
	case store.HandByHand:
		p.Text = []string{"Give it the new key in its own way and see that it works. This may take days: leave, and resume later."}
		p.Choices = []Choice{later, done, skip}
	}
}
