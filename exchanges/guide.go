package exchanges

import (
	"slices"
	"strings"
)

// Guide is how a person manages keys on an exchange's own pages, in the words
// that are written there, and what a key may be given. It is data: words and
// limits change, so they carry their source and date.
type Guide struct {
	Create   []GuideStep // making a key
	Restrict []GuideStep // changing rights or IP whitelist of a key
	Delete   []GuideStep // deleting a key

	Boxes []Box // what can be ticked, in the order of the page
	Label LabelRule
	IPs   IPRule

	// MostKeys is how many keys an account may have; 0: not known.
	MostKeys int

	// Lifetimes are the rules by which the exchange ends keys by itself.
	Lifetimes []Lifetime

	Source string // where the words are from: "www.binance.com, API management"
	AsOf   string // when they were last held against it: "2026-11-23"
}

// GuideStep is one line of a guide.
type GuideStep struct {
	Text string     // "Create API → Self-generated"
	Put  GuideValue // what is written or chosen there
	Only KeySource  // for keys of that kind only; empty: for all
}

// GuideValue names what a person puts into a field of an exchange's page.
type GuideValue string

// The values of a step. The zero value: nothing, it is a place to go to.
const (
	PutNothing   GuideValue = ""
	PutLabel     GuideValue = "label"
	PutPublicKey GuideValue = "public-key"
	PutTicks     GuideValue = "tick"      // boxes to tick
	PutNoTicks   GuideValue = "leave-off" // boxes to leave off
	PutIPs       GuideValue = "ips"
	PutKey       GuideValue = "key" // the key that is meant, by label and masked ID
)

// KeySource says who makes the secret of a key.
type KeySource string

// The two sources.
const (
	FromExchange KeySource = "secret"   // the exchange makes it and shows it once
	FromKeyPair  KeySource = "key-pair" // it is the private half of a pair made here
)

// Box is a switch of an exchange's page: one right in the exchange's words,
// which may be several in the normal form.
type Box struct {
	Words string
	Gives []Permission
}

// LabelRule is what an exchange takes as the label of a key.
type LabelRule struct {
	Max   int    // characters; 0: not known
	Chars string // besides letters and digits: "_-"
}

// IPRule is what an exchange takes as an IP whitelist.
type IPRule struct {
	Separator  string // between addresses that are pasted in one go; empty: a comma
	Most       int    // addresses; 0: not known
	CIDR, IPv6 bool   // documented to be taken
	None       bool   // there are no whitelists: every key works from every address
}

// Plan returns which boxes give the permissions that are asked for, which stay
// off, and what the key will then be able to do: more than was asked, where a
// box gives several rights at once. A box that lets a key withdraw is off
// unless just that is asked for. missing are permissions that no box gives.
func (g Guide) Plan(asked []Permission) (on, off []Box, will PermissionSet, missing []Permission) {
	will = NewPermissionSet()
	for _, b := range g.Boxes {
		wanted := slices.ContainsFunc(b.Gives, func(p Permission) bool { return slices.Contains(asked, p) })
		if !wanted || slices.Contains(b.Gives, Withdraw) && !slices.Contains(asked, Withdraw) {
			off = append(off, b)
			continue
		}
		on = append(on, b)
		for _, p := range b.Gives {
			will = will.With(p, Granted)
		}
	}
	for _, p := range asked {
		if !will.Has(p) {
			missing = append(missing, p)
		}
	}
	return on, off, will, missing
}

// Steps returns the lines of a list that hold for a kind of key.
func (s KeySource) Steps(all []GuideStep) []GuideStep {
	return slices.DeleteFunc(slices.Clone(all), func(g GuideStep) bool { return g.Only != "" && g.Only != s })
}

// Join writes addresses as the exchange's page takes them in one paste.
func (r IPRule) Join(entries []string) string {
	if r.Separator == "" {
		return strings.Join(entries, ",")
	}
	return strings.Join(entries, r.Separator)
}

// Make returns a label for a key of that name: what the rule allows of the
// name, between a prefix and a unique end. unique must be letters and digits.
func (r LabelRule) Make(name, unique string) string {
	const prefix = "keyrota"
	sep := "-"
	if !strings.Contains(r.Chars, sep) {
		sep = "_"
		if !strings.Contains(r.Chars, sep) {
			sep = ""
		}
	}
	var clean strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			clean.WriteRune(c)
		case sep != "":
			clean.WriteString(sep)
		}
	}
	most := r.Max
	if most == 0 {
		most = 32 // what every page that is known takes
	}
	tail := sep + unique
	room := most - len(tail)
	head := prefix + sep + clean.String()
	if name := strings.Trim(clean.String(), sep); len(head) > room && name != "" { // it says more than the prefix
		head = name
	}
	return strings.TrimRight(head[:max(0, min(len(head), room))], sep) + tail
}
