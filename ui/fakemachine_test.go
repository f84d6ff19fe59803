package ui

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// fakeMachine is what a fakeDesk knows of the machine.
type fakeMachine struct {
	known    store.Machine
	answer   []netip.Addr
	asks     int
	err      error
	deaf     bool // no service is set
	standing func(*store.Record) store.Standing
}

func (d *fakeDesk) Machine() store.Machine { return d.machine.known }

func (d *fakeDesk) AskMachine(context.Context) (store.Machine, error) {
	d.machine.asks++
	if d.machine.err == nil {
		d.machine.known = d.machine.known.Seen(noon, d.machine.answer...)
	}
	return d.machine.known, d.machine.err
}

func (d *fakeDesk) EchoHosts() []string {
	if d.machine.deaf {
		return nil
	}
	return []string{"v4.echo.example", "v6.echo.example"}
}

func (d *fakeDesk) Standing(r *store.Record) (store.Standing, netip.Addr) {
	if d.machine.standing != nil {
		return d.machine.standing(r), netip.Addr{}
	}
	return d.machine.known.Standing(r.Facts.IPs, d.ipRule(r.Exchange).IPv6)
}

func (d *fakeDesk) ipRule(id exchanges.ID) exchanges.IPRule {
	for _, i := range d.infos {
		if i.ID == id {
			return i.Guide.IPs
		}
	}
	return exchanges.IPRule{}
}

// had is a machine whose services were asked a day apart, the first time so long
// before noon.
func had(before time.Duration, answers ...string) store.Machine {
	var m store.Machine
	for i, text := range answers {
		var all []netip.Addr
		for a := range strings.FieldsSeq(text) {
			all = append(all, netip.MustParseAddr(a))
		}
		m = m.Seen(noon.Add(-before+time.Duration(i)*day), all...)
	}
	return m
}
