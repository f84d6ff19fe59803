package flow

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// check holds an answer against the prompt and returns it with defaults filled
// in and the credential in form. The error is a *FieldError.
func (e *Engine) check(s *State, p Prompt, a Answer) (Answer, error) {
	if a.Choice == "" && len(p.Choices) > 0 {
		a.Choice = p.Choices[0].ID
	}
	i := slices.IndexFunc(p.Choices, func(c Choice) bool { return c.ID == a.Choice })
	if i < 0 || a.Choice == Later {
		return a, &FieldError{What: fmt.Sprintf("%q is no answer to %q", exchanges.Clean(a.Choice), p.ID), Hint: "Answer with one of: " + choiceIDs(p.Choices) + "."}
	}
	choice := p.Choices[i]
	values := sanitised(a.Values, p.Fields)
	a.Values = map[string]string{}
	if choice.Bare {
		return a, nil
	}
	for _, f := range p.Fields {
		v, given := values[f.Name]
		if !given {
			v = f.Default
		}
		v = strings.TrimSpace(v)
		if f.Name == fieldRoute {
			v = e.routeByName(v)
		}
		if err := e.checkField(f, v, choice, &a); err != nil {
			return a, err
		}
		if f.plain() {
			a.Values[f.Name] = v
		}
	}
	return a, e.checkWhole(s, p, &a)
}

// plain reports whether a field's value belongs into the journal.
func (f Field) plain() bool {
	return f.Kind != FieldPhrase && f.Kind != FieldCode && f.Kind != FieldCredential
}

// routeByName lets an answer name the managing key as people do.
func (e *Engine) routeByName(route string) string {
	if name, ok := strings.CutPrefix(route, "api:"); ok {
		if r, ok := e.Records.Snapshot().ByName(name); ok {
			return "api:" + string(r.ID)
		}
	}
	return route
}

func choiceIDs(cs []Choice) string {
	var ids []string
	for _, c := range cs {
		if c.ID != Later {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, ", ")
}

var oneTimeCode = regexp.MustCompile(`^[0-9]{6,8}$`)

// fieldChecks judge one field each. IP lists are judged as a whole, by the
// exchange's rule: see checkIPs.
var fieldChecks = map[FieldKind]func(f Field, v string, c Choice, a *Answer) *FieldError{
	FieldChoice: func(f Field, v string, _ Choice, _ *Answer) *FieldError { return f.among(v) },
	FieldMany: func(f Field, v string, _ Choice, _ *Answer) *FieldError {
		for _, w := range strings.Fields(v) {
			if err := f.among(w); err != nil {
				return err
			}
		}
		return nil
	},
	FieldText: func(f Field, v string, _ Choice, _ *Answer) *FieldError {
		if exchanges.Clean(v) != v {
			return &FieldError{f.Name, f.Label + " has characters that cannot be shown, or too many", "Type it anew."}
		}
		return nil
	},
	FieldPhrase: func(f Field, v string, c Choice, _ *Answer) *FieldError {
		if c.Dangerous && v != f.Want {
			return &FieldError{f.Name, "the name is not the one that was asked for", fmt.Sprintf("Type %q to confirm.", f.Want)}
		}
		return nil
	},
	FieldCode: func(f Field, _ string, _ Choice, a *Answer) *FieldError {
		if !oneTimeCode.MatchString(a.Code.Reveal()) {
			return &FieldError{f.Name, "a one-time code has 6 to 8 digits", "Type the code that your authenticator shows now."}
		}
		return nil
	},
}

// among reports a value that is none of the field's options. What hangs on other
// fields is judged beside them, with the whole answer.
func (f Field) among(v string) *FieldError {
	hangs := func(o Option) bool { return len(o.When) > 0 }
	if slices.ContainsFunc(f.Options, hangs) || slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v }) {
		return nil
	}
	return &FieldError{f.Name, fmt.Sprintf("%s: %q is not one of the choices", f.Label, exchanges.Clean(v)), "Choose one of: " + optionValues(f) + "."}
}

func (e *Engine) checkField(f Field, v string, c Choice, a *Answer) error {
	if f.Kind == FieldCredential {
		return e.checkCredential(f, a)
	}
	if judge := fieldChecks[f.Kind]; judge != nil {
		if err := judge(f, v, c, a); err != nil {
			return err
		}
	}
	return nil
}

func optionValues(f Field) string {
	out := make([]string, len(f.Options))
	for i, o := range f.Options {
		out[i] = o.Value
	}
	return strings.Join(out, ", ")
}

// checkCredential brings a pasted key into form. For a pair the private half
// is here already.
func (e *Engine) checkCredential(f Field, a *Answer) error {
	c := a.Credential
	if f.Source == exchanges.FromKeyPair {
		id := strings.TrimSpace(c.KeyID)
		if id == "" || exchanges.Clean(id) != id || strings.ContainsAny(id, " \t\n") {
			return &FieldError{f.Name, "the key's ID is missing or has white space in it", "Copy the API key that the page shows for the public key."}
		}
		a.Credential = exchanges.Credential{KeyID: id}
		return nil
	}
	checked, err := e.Check(f.Exch, c)
	if err != nil {
		p := problemOf(err)
		return &FieldError{f.Name, p.What, p.Hint}
	}
	a.Credential = checked
	return nil
}

// checkWhole judges what is between fields.
func (e *Engine) checkWhole(s *State, p Prompt, a *Answer) error {
	switch p.ID {
	case AskWhere:
		return e.checkWhere(a)
	case AskVenue:
		return checkVenue(a.Values["venue"], a.Values["keys_page"])
	case AskPurpose:
		if a.Values["purpose"] == OwnChoice {
			return checkSome(a)
		}
	case AskIPs:
		return e.checkIPs(s, a.Values["ips"])
	case AskPlan:
		if s.Kind == Rotate {
			if err := e.checkRotation(s, a); err != nil {
				return err
			}
		}
		if err := checkConsumers(a); err != nil {
			return err
		}
		return e.checkSource(s, a)
	case AskPaste:
		if s.publicIsKey() {
			a.Credential = exchanges.Credential{KeyID: s.Plan.Public}
		}
		return e.checkPasted(s, a.Credential)
	default:
	}
	return nil
}

func checkSome(a *Answer) error {
	if a.Values["permissions"] == "" {
		return &FieldError{"permissions", "a key that may do nothing is of no use", "Choose at least one permission."}
	}
	return nil
}

// checkRotation refuses a plan that would make the key wider.
func (e *Engine) checkRotation(s *State, a *Answer) error {
	if err := checkSome(a); err != nil {
		return err
	}
	if err := e.checkIPs(s, a.Values["ips"]); err != nil {
		return err
	}
	return s.checkNoWider(ParseIPs(a.Values["ips"]))
}

// checkNoWider refuses addresses from which the old key may not be used.
func (s *State) checkNoWider(w exchanges.IPWhitelist) error {
	const hint = "A rotation makes a key no wider: change the list of the old key first, or create a new key."
	was := s.Old.Facts.IPs
	if w.State == exchanges.IPAny && (was.State == exchanges.IPList || was.State == exchanges.IPRestricted) {
		return &FieldError{"ips", "the old key has an IP whitelist, the new one would have none", hint}
	}
	if was.State != exchanges.IPList || w.State != exchanges.IPList {
		return nil
	}
	if extra := difference(w.Entries, was.Entries); len(extra) > 0 {
		return &FieldError{"ips", strings.Join(extra, ", ") + " is not on the old key's list", hint}
	}
	return nil
}

func (e *Engine) checkWhere(a *Answer) error {
	v := a.Values
	info := e.info(exchanges.ID(v["exchange"]))
	if _, ok := info.Site(exchanges.Environment(v["environment"]), v["site"]); !ok {
		field := "environment"
		if _, ok := info.Site(exchanges.Environment(v["environment"]), ""); ok {
			field = "site"
		}
		return &FieldError{field, fmt.Sprintf("%s has no such %s", info.Name, field), "It has: " + sitesText(info) + "."}
	}
	if err := store.CheckName(v["name"]); err != nil {
		p := problemOf(err)
		return &FieldError{"name", p.What, p.Hint}
	}
	if _, taken := e.Records.Snapshot().ByName(v["name"]); taken {
		return &FieldError{"name", fmt.Sprintf("there is already a key named %q", v["name"]), "Choose another name; upper and lower case count as the same."}
	}
	return nil
}

func sitesText(i *exchanges.Info) string {
	var out []string
	for _, s := range i.Sites {
		out = append(out, fmt.Sprintf("%s (%s)", s.Environment, s.ID))
	}
	return strings.Join(out, ", ")
}

// checkConsumers reads the programs that will use a new key.
func checkConsumers(a *Answer) error {
	if _, err := store.ParseConsumers(a.Values["consumers"]); err != nil {
		return &FieldError{"consumers", err.Error(), `Write "bot", "bot: command", "bot = run" or "bot > FILE from TEMPLATE"; separate several by commas.`}
	}
	return nil
}

// checkSource refuses a key pair where the chosen route takes none.
func (e *Engine) checkSource(s *State, a *Answer) error {
	can := s.Plan.Can
	if strings.HasPrefix(a.Values[fieldRoute], "api:") && a.Values["source"] == string(exchanges.FromKeyPair) && !can.KeyPairByAPI {
		return &FieldError{"source", e.name(s) + " takes a public key on its page only", "Let the exchange make the secret, or make the key by hand."}
	}
	return nil
}

// checkIPs judges a list by what the exchange takes.
func (e *Engine) checkIPs(s *State, text string) error {
	rule := e.info(s.Plan.Exchange).Guide.IPs
	w := ParseIPs(text)
	if rule.None && w.State == exchanges.IPList {
		return &FieldError{"ips", e.name(s) + " has no IP whitelists", "Write the word any: its keys work from every address."}
	}
	if w.State == exchanges.IPUnknown && (s.Kind == Create || s.Old.Facts.IPs.State == exchanges.IPRestricted) {
		return &FieldError{"ips", "an IP whitelist is needed", "Write addresses separated by commas, or the word any."}
	}
	for _, entry := range w.Entries {
		if err := checkIP(entry, rule, e.name(s)); err != nil {
			return err
		}
	}
	if rule.Most > 0 && len(w.Entries) > rule.Most {
		return &FieldError{"ips", fmt.Sprintf("%d addresses, and %s takes %d", len(w.Entries), e.name(s), rule.Most), "Shorten the list."}
	}
	return nil
}

func checkIP(entry string, rule exchanges.IPRule, exchange string) error {
	wrong := func(hint, format string, args ...any) error {
		return &FieldError{"ips", fmt.Sprintf(format, args...), hint}
	}
	addr, err := netip.ParseAddr(entry)
	if err != nil {
		block, err := netip.ParsePrefix(entry)
		if err != nil {
			return wrong("Write it as 203.0.113.7; several are separated by commas.", "%q is no address", exchanges.Clean(entry))
		}
		if !rule.CIDR && !block.IsSingleIP() {
			return wrong("Write single addresses.", "%s is a range, and %s is not known to take ranges", entry, exchange)
		}
		addr = block.Addr()
	}
	if addr.Is6() && !addr.Is4In6() && !rule.IPv6 {
		return wrong("Write the machine's IPv4 address.", "%s is an IPv6 address, and %s is not known to take them", entry, exchange)
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return wrong("The exchange sees the address of your router or server: ask for it.", "%s is not a public address", entry)
	}
	return nil
}

// checkPasted refuses keys that keyrota knows already: above all the old one.
func (e *Engine) checkPasted(s *State, c exchanges.Credential) error {
	fp := store.Fingerprint(c.KeyID)
	if fp == s.Old.Fingerprint {
		return &FieldError{"credential", "that is the old key again", "Copy the key that the page showed after it was made; its label is " + s.Plan.Label + "."}
	}
	for _, r := range e.Records.Snapshot().Records() {
		if r.Is(s.Plan.Exchange, s.Plan.Venue, fp) {
			return &FieldError{"credential", fmt.Sprintf("that key is stored already, as %q", r.Name), "Copy the key that was just made; its label is " + s.Plan.Label + "."}
		}
	}
	if other := e.inHands(s, fp); other != "" {
		return &FieldError{"credential", fmt.Sprintf("that key is in the hands of the unfinished flow of %q", other), "Copy the key that was just made; its label is " + s.Plan.Label + "."}
	}
	return nil
}
