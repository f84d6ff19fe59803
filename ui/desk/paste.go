package desk

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Paste is an IP whitelist as an exchange's page takes it in one go.
type Paste struct {
	Text    string   // empty: there is nothing to paste
	Remarks []string // what the person should know of it, a sentence each
}

// PasteFor returns what to paste so that a key may be used from this machine:
// the entries that its list has and the addresses of this machine that they
// leave out; where there is no restriction yet, these alone. exchange is the
// name that people know it by.
func PasteFor(exchange string, rule exchanges.IPRule, m store.Machine, present exchanges.IPWhitelist) Paste {
	if rule.None {
		return Paste{Remarks: []string{exchange + " has no IP whitelists: every key works from every address."}}
	}
	var p Paste
	entries := slices.Clone(present.Entries)
	for _, a := range m.Current() {
		listed := exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
		switch allowed, _ := listed.Allows(a.Addr); {
		case allowed:
		case a.Addr.Is6() && !rule.IPv6:
			p.remark("%s is left out: %s is not known to take IPv6 addresses.", a.Addr, exchange)
		default:
			entries = append(entries, a.Addr.String())
		}
	}
	p.Text = rule.Join(clean(entries))
	if hidden := present.State == exchanges.IPRestricted || present.State == exchanges.IPUnknown; hidden && p.Text != "" {
		p.remark("What is on its list now is not known: add to it on the page, or what is there is lost.")
	}
	if rule.Most > 0 && len(entries) > rule.Most {
		p.remark("%d addresses are too many: %s takes %d.", len(entries), exchange, rule.Most)
	}
	p.former(m, present.Entries)
	return p
}

func (p *Paste) remark(format string, args ...any) {
	p.Remarks = append(p.Remarks, fmt.Sprintf(format, args...))
}

// former names entries that are addresses which this machine had earlier.
func (p *Paste) former(m store.Machine, entries []string) {
	var had []string
	for _, e := range entries {
		addr, err := netip.ParseAddr(e)
		if err != nil {
			continue
		}
		is := func(a store.Address) bool { return a.Addr == addr.Unmap() }
		if slices.ContainsFunc(m.Addresses, is) && !slices.ContainsFunc(m.Current(), is) {
			had = append(had, addr.Unmap().String())
		}
	}
	if len(had) > 0 {
		p.remark("This machine had %s earlier: take that out if nothing else uses it.", strings.Join(had, " and "))
	}
}

func clean(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = exchanges.Clean(t)
	}
	return out
}
