package policy

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// changed returns what an exchange says otherwise of a part of the facts since
// changed_within ago, or since the person accepted what it said then.
func (s *subject) changed(part store.Part, code string) (store.Change, bool) {
	within := s.Rules().ChangedWithin
	if within <= 0 || len(s.Past) == 0 {
		return store.Change{}, false
	}
	since := s.Now.Add(-within)
	c, ok := s.Changed(part, since)
	if by, accepted := s.AcceptedAs(code); ok && accepted && by.Fact != changeFact(&c) && by.At.After(since) {
		return s.Changed(part, by.At)
	}
	return c, ok
}

// changeFact names what a change led to, and when: what came before that was
// known to whoever accepted it.
func changeFact(c *store.Change) string {
	is := ""
	switch c.Part {
	case store.PartPermissions:
		for _, p := range c.After.Permissions.All(exchanges.Granted) {
			is += " " + p.String()
		}
	case store.PartIPs:
		is = " " + ipWords(c.After.IPs)
	case store.PartLabel:
		is = " " + c.After.Label
	case store.PartAccount:
		is = " " + c.After.Account
	}
	return string(c.Part) + is + " since " + date(c.At)
}

func ipWords(w exchanges.IPWhitelist) string {
	switch w.State {
	case exchanges.IPAny:
		return "any address"
	case exchanges.IPRestricted:
		return "a list that is not told"
	case exchanges.IPList:
		return strings.Join(w.Entries, " ")
	case exchanges.IPUnknown:
	}
	return "unknown"
}

// graveRights are those that empty an account, or let it be emptied.
var graveRights = []string{exchanges.Withdraw.String(), exchanges.Transfer.String(), exchanges.Admin.String()}

func permissionsChanged(s *subject) (Finding, bool) {
	c, ok := s.changed(store.PartPermissions, CodePermissions)
	if !ok {
		return Finding{}, false
	}
	f := Finding{
		Severity: s.grave(Warning), Word: "RIGHTS CHG", Mend: ByRestricting, Began: c.At, Fact: changeFact(&c),
		Text:   "What it may do has changed since " + date(c.Before.Last) + ": " + cameAndWent(&c, "now granted: ", "no longer granted: ") + ".",
		Action: "If it was not you, rotate the key and look who has been in the account; if it was, accept this finding.",
	}
	if slices.ContainsFunc(c.Came, func(p string) bool { return slices.Contains(graveRights, p) }) {
		f.Severity = s.grave(Critical)
	}
	return f, true
}

func ipsChanged(s *subject) (Finding, bool) {
	c, ok := s.changed(store.PartIPs, CodeIPChanged)
	if !ok {
		return Finding{}, false
	}
	f := Finding{
		Severity: Info, Word: "IPS CHANGED", Mend: ByRestricting, Began: c.At, Fact: changeFact(&c),
		Text:   "Its IP whitelist has changed since " + date(c.Before.Last) + ": " + cameAndWent(&c, "now on it: ", "no longer on it: ") + ".",
		Action: "If it was not you, rotate the key and look who has been in the account; if it was, accept this finding.",
	}
	switch {
	case c.After.IPs.State == exchanges.IPAny:
		f.Severity = s.grave(Critical)
		f.Text = "It may be used from any address now; until " + date(c.Before.Last) + " it was bound to " + orElse(list(c.Went), "a list") + "."
	case c.Before.IPs.State != exchanges.IPAny && len(c.Came) > 0:
		f.Severity = s.grave(Warning)
	}
	return f, true
}

func accountChanged(s *subject) (Finding, bool) {
	c, ok := s.changed(store.PartAccount, CodeAccount)
	if !ok {
		return Finding{}, false
	}
	return Finding{
		Severity: s.grave(Warning), Word: "ACCOUNT CHG", Mend: ByEditing, Began: c.At, Fact: changeFact(&c),
		Text:   "The exchange says that it belongs to the account " + quote(c.After.Account) + "; until " + date(c.Before.Last) + " it said " + quote(c.Before.Account) + ".",
		Action: "Look on the exchange's page whose key it is; if that is well, accept this finding.",
	}, true
}

func labelChanged(s *subject) (Finding, bool) {
	c, ok := s.changed(store.PartLabel, CodeLabel)
	if !ok {
		return Finding{}, false
	}
	return Finding{
		Severity: Info, Quiet: true, Word: "LABEL CHG", Mend: ByEditing, Began: c.At, Fact: changeFact(&c),
		Text:   "At the exchange it is called " + quote(c.After.Label) + "; until " + date(c.Before.Last) + " it was " + quote(c.Before.Label) + ".",
		Action: "If it was not you, look who has been in the account; if it was, accept this finding.",
	}, true
}

func cameAndWent(c *store.Change, came, went string) string {
	var parts []string
	if len(c.Came) > 0 {
		parts = append(parts, came+list(c.Came))
	}
	if len(c.Went) > 0 {
		parts = append(parts, went+list(c.Went))
	}
	return strings.Join(parts, "; ")
}
