package policy

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// withdrawEnabled tells play money apart: there is nothing to steal, but the
// same habit would hurt on the live site.
func withdrawEnabled(s *subject) (Finding, bool) {
	if !s.Facts.Permissions.Has(exchanges.Withdraw) {
		return Finding{}, false
	}
	f := Finding{
		Severity: Warning, Word: "WITHDRAW", Mend: ByRestricting, Began: s.granted(exchanges.Withdraw), Fact: "withdraw",
		Text:   "May withdraw funds.",
		Action: "Switch the permission off on the exchange's page unless a program needs it.",
	}
	switch {
	case !s.realMoney():
		f.Severity = Info
		f.Text = "May withdraw funds, though only play money."
	case fromAnywhere(s.Facts.IPs):
		f.Severity, f.Fact = Critical, "withdraw, from any address"
		f.Text = "May withdraw funds, from any address."
		f.Action = "Switch the permission off on the exchange's page, or bind the key to your addresses."
	}
	f.Text = s.word(f.Text)
	return f, true
}

func transferEnabled(s *subject) (Finding, bool) {
	if !s.Facts.Permissions.Has(exchanges.Transfer) || s.Rules().Needs.Has(exchanges.Transfer) {
		return Finding{}, false
	}
	return Finding{
		Severity: s.grave(Warning), Word: "TRANSFER", Mend: ByRestricting, Began: s.granted(exchanges.Transfer), Fact: "transfer",
		Text:   s.word("May move funds between your accounts."),
		Action: "Switch the permission off on the exchange's page unless a program needs it.",
	}, true
}

// adminEnabled keeps quiet of keys that the person lets keyrota manage others
// with: that is what they need it for.
func adminEnabled(s *subject) (Finding, bool) {
	if !s.Facts.Permissions.Has(exchanges.Admin) || s.Rules().Needs.Has(exchanges.Admin) {
		return Finding{}, false
	}
	f := Finding{
		Severity: s.grave(Warning), Word: "CAN MINT", Mend: ByRestricting, Began: s.granted(exchanges.Admin), Fact: "admin",
		Text:   s.word("May make and change API keys: whoever has it can give themselves any right."),
		Action: "Switch the permission off on the exchange's page unless keyrota is to manage keys with it.",
	}
	if s.Manager {
		f.Severity, f.Fact = Info, "admin, as a manager"
		f.Text = s.word("May make and change API keys, as you chose for managing those of sub-accounts.")
		f.Action = "Bind it to this machine's addresses, and give it to no other program."
	}
	return f, true
}

// overPrivileged holds what a key may do against what its purpose needs, and
// against what the exchange gives along with that: it cannot be switched off.
func overPrivileged(s *subject) (Finding, bool) {
	if !s.Rules().Needs.Known() {
		return Finding{}, false
	}
	var more, needed []exchanges.Permission
	for p := range exchanges.Permission(len(allPermissions)) {
		switch granted, wanted := s.Facts.Permissions.Has(p), s.Rules().Needs.Has(p); {
		case granted && !wanted:
			more = append(more, p)
		case wanted:
			needed = append(needed, p)
		}
	}
	if len(more) > 0 {
		_, _, along, _ := exchanges.Guide{Boxes: s.Terms.Boxes}.Plan(needed)
		more = slices.DeleteFunc(more, along.Has)
	}
	if len(more) == 0 {
		return Finding{}, false
	}
	began := s.Now
	for _, p := range more {
		if at := s.granted(p); at.Before(began) {
			began = at
		}
	}
	extra := words(more)
	return Finding{
		Severity: s.grave(Warning), Word: "TOO MUCH", Mend: ByRestricting, Began: began, Fact: "more than " + exchanges.Clean(s.Purpose) + ": " + strings.Join(extra, " "),
		Text:   s.word("May do more than its purpose " + quote(s.Purpose) + " needs: " + list(extra) + "; it needs " + list(words(needed)) + "."),
		Action: "Switch off " + list(extra) + " on the exchange's page.",
	}, true
}

var allPermissions = exchanges.Permissions()

// sharedSecret is about keys whose secret the exchange made and sent, where it
// would take the public half of a pair that never left this machine.
func sharedSecret(s *subject) (Finding, bool) {
	if !s.Terms.KeyPairs || s.Source != exchanges.FromExchange || !s.realMoney() {
		return Finding{}, false
	}
	return Finding{
		Severity: Info, Quiet: true, Word: "HMAC", Mend: ByRotating, Fact: "the exchange made the secret",
		Text:   "Signed with a secret that the exchange made and knows; it takes key pairs too.",
		Action: "Choose a key pair at the next rotation: the private half then never leaves this machine.",
	}, true
}

func noIPList(s *subject) (Finding, bool) {
	if !s.realMoney() || s.Terms.NoIPLists || !fromAnywhere(s.Facts.IPs) {
		return Finding{}, false
	}
	return Finding{
		Severity: Warning, Word: "NO IP LIST", Mend: ByRestricting, Fact: "any address",
		Began:  s.since(func(was *store.Sight) bool { return fromAnywhere(was.IPs) }),
		Text:   s.word("May be used from any address."),
		Action: "Enter your addresses as its IP whitelist on the exchange's page.",
	}, true
}

// fromAnywhere reports whether the exchange, or the person, said that there is no restriction,
// or has a list that is none.
func fromAnywhere(w exchanges.IPWhitelist) bool {
	if w.State == exchanges.IPAny {
		return true
	}
	for _, e := range w.Entries {
		if e == "0.0.0.0/0" || e == "::/0" || e == "*" {
			return true
		}
	}
	return false
}

// broadIPs is about blocks: who rents a machine beside yours is on the list too.
func broadIPs(s *subject) (Finding, bool) {
	if !s.realMoney() || s.Facts.IPs.State != exchanges.IPList || fromAnywhere(s.Facts.IPs) {
		return Finding{}, false
	}
	var broad []string
	for _, e := range s.Facts.IPs.Entries {
		if r, ok := exchanges.ParseIPRange(e); ok && r.Size() < s.broadest(r) {
			broad = append(broad, e)
		}
	}
	if len(broad) == 0 {
		return Finding{}, false
	}
	return Finding{
		Severity: Warning, Word: "BROAD IPS", Mend: ByRestricting, Fact: "broad " + strings.Join(broad, " "),
		Began: s.since(func(was *store.Sight) bool {
			return was.IPs.State == exchanges.IPList && len(was.IPs.Entries) > 0 && subset(broad, was.IPs.Entries)
		}),
		Text:   s.word("May be used from large blocks of addresses: " + list(broad) + "."),
		Action: "Enter the single addresses of your machines instead.",
	}, true
}

func (s *subject) broadest(r exchanges.IPRange) int {
	if r.First.Is4() {
		return s.Rules().BroadIPv4
	}
	return s.Rules().BroadIPv6
}

// notHere is a warning where a program on this machine uses the key, and else
// only says that keyrota cannot check it from here.
func notHere(s *subject) (Finding, bool) {
	if s.Terms.ByProxy {
		return Finding{}, false
	}
	standing, addr := s.Machine.Standing(s.Facts.IPs, s.Terms.TakesIPv6)
	if standing != store.OffList {
		return Finding{}, false
	}
	f := Finding{
		Severity: Info, Quiet: true, Word: "NOT HERE", Mend: ByMachine, Fact: addr.String() + " not on " + strings.Join(s.Facts.IPs.Entries, " "),
		Text:   s.word("This machine's address " + addr.String() + " is not on the key's IP whitelist."),
		Action: "Add the address on the exchange's page if the key is to be used from here.",
	}
	for _, c := range s.Consumers {
		if c.Handover() != store.HandByHand {
			f.Severity, f.Quiet = s.grave(Warning), false
		}
	}
	return f, true
}

// moved is about lists that have the address that this machine had before.
func moved(s *subject) (Finding, bool) {
	for _, change := range s.Machine.Changed() {
		was, known := s.Facts.IPs.Allows(change.From.Addr)
		is, alsoKnown := s.Facts.IPs.Allows(change.To.Addr)
		if s.Facts.IPs.State != exchanges.IPList || !known || !alsoKnown || !was || is {
			continue
		}
		return Finding{
			Severity: s.grave(Warning), Word: "MOVED", Mend: ByMachine, Began: change.To.First, Fact: "moved to " + change.To.Addr.String(),
			Text: "This machine's address was " + change.From.Addr.String() + ", which is on the key's IP whitelist, and is " +
				change.To.Addr.String() + " since " + date(change.To.First) + ", which is not.",
			Action: "Put the new address in the place of the old one on the exchange's page.",
		}, true
	}
	return Finding{}, false
}
