package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// The marks of a review line.
const (
	MarkSame     = "same"
	MarkWider    = "wider"
	MarkNarrower = "narrower"
	MarkUnknown  = "unknown"
)

// compare holds what the exchange says of the new key against the plan. will
// is what the boxes that were to be ticked give.
func (s *State) compare(will exchanges.PermissionSet, got exchanges.KeyInfo) *Review {
	r := &Review{At: got.Seen}
	for _, p := range exchanges.Permissions() {
		r.permission(p, will.Has(p), got.Permissions.Get(p))
	}
	s.compareWords(r, got)
	r.addresses(s.Plan.IPs, got.IPs)
	if was := s.Old.Facts.Account; was != "" && got.Account != "" && got.Account != was {
		r.line("account", was, got.Account, MarkWider)
		r.Wider = append(r.Wider, fmt.Sprintf("It belongs to the account %s, and the old key to %s.", got.Account, was))
	}
	return r
}

// Compare holds what an exchange says of a key against what it should be like,
// without a flow. What is unknown of will or ips is compared with nothing.
func Compare(will exchanges.PermissionSet, ips exchanges.IPWhitelist, got *store.Facts, at time.Time) *Review {
	r := &Review{At: at}
	if will.Known() {
		for _, p := range exchanges.Permissions() {
			r.permission(p, will.Has(p), got.Permissions.Get(p))
		}
	}
	if ips.State != exchanges.IPUnknown {
		r.addresses(ips, got.IPs)
	}
	return r
}

//go:noinline // copied into its callers, it would take 4 kB
func (r *Review) line(what, asked, found, mark string) {
	r.Lines = append(r.Lines, ReviewLine{What: what, Asked: asked, Found: found, Mark: mark})
}

func (r *Review) permission(p exchanges.Permission, asked bool, got exchanges.Grant) {
	want := "off"
	if asked {
		want = "on"
	}
	switch {
	case got == exchanges.Unknown:
		if asked { // what is neither asked for nor told says nothing
			r.line(p.String(), want, "not told", MarkUnknown)
		}
	case got == exchanges.Granted && !asked:
		r.line(p.String(), want, "on", MarkWider)
		r.Wider = append(r.Wider, fmt.Sprintf("It may do more than planned: %s is on.", p))
	case got == exchanges.NotGranted && asked:
		r.line(p.String(), want, "off", MarkNarrower)
		r.Narrower = append(r.Narrower, fmt.Sprintf("It may do less than planned: %s is off.", p))
	case asked:
		r.line(p.String(), want, "on", MarkSame)
	}
}

// compareWords looks into "other", which may stand for many rights: words of
// the exchange that the old key does not have are for the person to judge.
func (s *State) compareWords(r *Review, got exchanges.KeyInfo) {
	was := s.Old.Facts
	if s.Kind != Rotate || !got.Permissions.Has(exchanges.Other) || !was.Permissions.Has(exchanges.Other) {
		return
	}
	var extra []string
	for _, w := range got.ExchangePermissions {
		if !slices.Contains(was.ExchangePermissions, w) {
			extra = append(extra, w)
		}
	}
	if len(extra) > 0 {
		r.line("in the exchange's words", "as the old key", strings.Join(extra, " "), MarkUnknown)
		r.Narrower = append(r.Narrower, "It has rights, in the exchange's words, that the old key does not have: "+strings.Join(extra, ", ")+".")
	}
}

func (r *Review) addresses(want, got exchanges.IPWhitelist) {
	asked, found := ListText(want), ListText(got)
	if want.State == exchanges.IPUnknown || want.State == exchanges.IPRestricted && got.State == exchanges.IPList {
		r.line("IP whitelist", "not planned", found, MarkUnknown)
		return
	}
	extra, missing := difference(got.Entries, want.Entries), difference(want.Entries, got.Entries)
	mark := MarkSame
	switch {
	case got.State == exchanges.IPUnknown, want.State != exchanges.IPAny && got.State == exchanges.IPRestricted:
		mark = MarkUnknown
	case want.State == exchanges.IPAny && got.State != exchanges.IPAny:
		mark = MarkNarrower
		r.Narrower = append(r.Narrower, "It has an IP whitelist, and none was planned.")
	case want.State == exchanges.IPAny:
	case got.State == exchanges.IPAny:
		mark = MarkWider
		r.Wider = append(r.Wider, "It can be used from any address; an IP whitelist was planned.")
	case len(extra) > 0:
		mark = MarkWider
		r.Wider = append(r.Wider, "Its IP whitelist has addresses that were not planned: "+strings.Join(extra, ", ")+".")
	case len(missing) > 0:
		mark = MarkNarrower
		r.Narrower = append(r.Narrower, "Its IP whitelist lacks "+strings.Join(missing, ", ")+".")
	}
	r.line("IP whitelist", asked, found, mark)
}

// difference returns the addresses of a that b does not have, however each is
// written.
func difference(a, b []string) []string {
	has := map[string]bool{}
	for _, x := range b {
		has[normalIP(x)] = true
	}
	var out []string
	for _, x := range a {
		if !has[normalIP(x)] {
			out = append(out, x)
		}
	}
	return out
}

// normalIP writes an address or block in one way: a block of one address is
// that address.
func normalIP(text string) string {
	if r, ok := exchanges.ParseIPRange(text); ok {
		return r.String()
	}
	return text
}

// ListText writes an IP whitelist for people.
func ListText(w exchanges.IPWhitelist) string {
	switch w.State {
	case exchanges.IPAny:
		return "any address"
	case exchanges.IPRestricted:
		return "a list, entries not told"
	case exchanges.IPList:
		return strings.Join(w.Entries, ", ")
	case exchanges.IPUnknown:
	}
	return "not told"
}

// ParseIPs reads a list of addresses as people and exchanges write them:
// separated by commas or white space; "any" for no restriction; nothing for
// not known. It does not judge: see checkIPs.
func ParseIPs(text string) exchanges.IPWhitelist {
	entries := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;\n\t", r) })
	switch {
	case len(entries) == 0:
		return exchanges.IPWhitelist{}
	case len(entries) == 1 && strings.EqualFold(entries[0], "any"):
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	slices.Sort(entries)
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: slices.Compact(entries)}
}
