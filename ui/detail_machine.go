package ui

import (
	"net/netip"

	"github.com/keyrota/keyrota/ui/desk"
)

// here says behind a key's addresses how this machine stands to them. Where
// nobody can say, it says nothing: the list does already.
func (d *detail) here() []span {
	standing, by := d.env.Desk.Standing(d.row.rec)
	verdict := standingSpan(standing, netip.Addr{})
	switch {
	case standing == desk.ThroughProxy:
		return append(words(inkMuted, "· this machine"), verdict)
	case by.IsValid():
		out := append(words(inkMuted, "· this machine "+by.String()), words(verdict.ink, verdict.text)...)
		return append(out, words(inkMuted, d.oldAddress(by))...)
	}
	return nil
}

// oldAddress says how old an address of this machine is, where it may have
// changed since; else "".
func (d *detail) oldAddress(addr netip.Addr) string {
	now := d.env.Now()
	for _, a := range d.env.Desk.Machine().Addresses {
		if !a.Gone && a.Addr == addr && now.Sub(a.Last) >= aDay {
			return "(asked " + ago(a.Last, now) + ")"
		}
	}
	return ""
}
