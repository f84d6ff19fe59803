package store

import (
	"net/netip"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Machine is what echo services said of the public addresses of this machine.
// The zero value: nobody was asked yet.
type Machine struct {
	Addresses []Address // newest first, those of now before earlier ones
}

// Address is one public address of this machine, for as long as it had it
// without a break. One that comes back is another Address.
type Address struct {
	Addr  netip.Addr // never an IPv4 address written as IPv6
	First time.Time  // when a service first answered with it
	Last  time.Time  // when one last did
	Gone  bool       // services answer with another one of its kind since
}

// AddressChange is that this machine has another address than before.
type AddressChange struct{ From, To Address }

// maxEarlier is how many earlier addresses are kept.
const maxEarlier = 20

// The kinds of addresses, by their length in bits.
var kinds = [...]int{32, 128}

// Current returns the addresses that this machine had when it was last asked
// for, IPv4 before IPv6. Where no service answered for one kind, the last of
// that kind stays, with its age.
//
//go:noinline // copied into its callers, it would take 7 kB
func (m Machine) Current() []Address {
	var out []Address
	for _, kind := range kinds {
		for _, a := range m.Addresses {
			if !a.Gone && a.Addr.BitLen() == kind {
				out = append(out, a)
			}
		}
	}
	return out
}

// Asked returns when a service last answered; zero: none did yet.
//
//go:noinline // copied into its callers, it would take 2 kB
func (m Machine) Asked() time.Time {
	var last time.Time
	for _, a := range m.Addresses {
		if a.Last.After(last) {
			last = a.Last
		}
	}
	return last
}

// Changed returns the last change of each address of now, IPv4 before IPv6:
// that one came in the place of another one. It goes on saying so; see Fresh.
func (m Machine) Changed() []AddressChange {
	var out []AddressChange
	for _, now := range m.Current() {
		if was, ok := m.before(now); ok && was.Addr != now.Addr {
			out = append(out, AddressChange{was, now})
		}
	}
	return out
}

// before returns the last address of the same kind that was gone when a began.
func (m Machine) before(a Address) (was Address, ok bool) {
	for _, e := range m.Addresses {
		if e.Gone && e.Addr.BitLen() == a.Addr.BitLen() && e.Last.Before(a.First) && (!ok || e.Last.After(was.Last)) {
			was, ok = e, true
		}
	}
	return was, ok
}

// Fresh reports whether the change was seen when the services were last asked,
// and not before that.
func (c AddressChange) Fresh() bool { return c.To.First.Equal(c.To.Last) }

// Seen returns what is known once services have answered with addresses. A kind
// of which no service answered stays as it is: it may be the service that is
// away, and not the address.
func (m Machine) Seen(at time.Time, answers ...netip.Addr) Machine {
	for _, kind := range kinds {
		if told := ofKind(kind, answers); len(told) > 0 {
			m = m.take(roundTime(at), told)
		}
	}
	if most := len(m.Current()) + maxEarlier; len(m.Addresses) > most {
		m.Addresses = m.Addresses[:most]
	}
	return m
}

// ofKind returns the addresses of so many bits, each once.
func ofKind(kind int, answers []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, a := range answers {
		if a = a.Unmap().WithZone(""); a.BitLen() == kind && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// take writes down the addresses of one kind that services answered with: the
// new ones come first, and those that are gone since before those that were
// gone already.
func (m Machine) take(at time.Time, told []netip.Addr) Machine {
	kind := told[0].BitLen()
	for _, a := range m.Addresses {
		if a.Addr.BitLen() == kind && !a.Last.Before(at) {
			at = a.Last.Add(time.Millisecond) // a clock that was set back makes no answer older than the one before
		}
	}
	var stay, leave, gone []Address
	for _, a := range m.Addresses {
		n := slices.Index(told, a.Addr)
		switch {
		case a.Gone:
			gone = append(gone, a)
		case n >= 0:
			told, a.Last = slices.Delete(told, n, n+1), at
			stay = append(stay, a)
		case a.Addr.BitLen() == kind:
			a.Gone = true
			leave = append(leave, a)
		default:
			stay = append(stay, a)
		}
	}
	var came []Address
	for _, t := range told {
		came = append(came, Address{Addr: t, First: at, Last: at})
	}
	return Machine{slices.Concat(came, stay, leave, gone)}
}

// Standing says how this machine stands to the IP whitelist of a key.
type Standing string

// The standings. The words are stable: programs read them.
const (
	StandingUnknown Standing = "unknown"    // the list, or this machine's address, is not known
	AnyAddress      Standing = "any"        // there is no restriction
	OnList          Standing = "listed"     // an address of this machine is on the list
	OffList         Standing = "not-listed" // none is
)

// Standing holds this machine's addresses against a whitelist and returns the
// address that decides: one that is on the list, or the first that is not.
// takesIPv6 is whether the exchange is known to take IPv6 addresses in lists;
// where it is not, an IPv6 address that is on no list says nothing. It allocates
// nothing for entries that can be read.
func (m Machine) Standing(w exchanges.IPWhitelist, takesIPv6 bool) (Standing, netip.Addr) {
	if w.State == exchanges.IPAny {
		return AnyAddress, netip.Addr{}
	}
	var off netip.Addr
	unclear := false
	for _, a := range m.Addresses {
		if a.Gone {
			continue
		}
		switch allowed, known := w.Allows(a.Addr); {
		case allowed:
			return OnList, a.Addr
		case !known:
			unclear = true
		case takesIPv6 || a.Addr.Is4():
			if !off.IsValid() || a.Addr.Is4() {
				off = a.Addr
			}
		}
	}
	if unclear || !off.IsValid() {
		return StandingUnknown, netip.Addr{}
	}
	return OffList, off
}
