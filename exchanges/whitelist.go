package exchanges

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strings"
)

// IPRange is one entry of an IP whitelist: the addresses from First to Last,
// both of one kind. An IPv4 address that is written as IPv6 is IPv4.
type IPRange struct{ First, Last netip.Addr }

// everywhere is how some exchanges and people write that there is no limit.
const everywhere = "*"

// ParseIPRange reads an entry as exchanges write it: an address, a CIDR block,
// or two addresses with a dash between them.
func ParseIPRange(entry string) (IPRange, bool) {
	if strings.Contains(entry, "/") {
		return parseBlock(entry)
	}
	first, last, two := strings.Cut(entry, "-")
	a, err := netip.ParseAddr(strings.TrimSpace(first))
	if err != nil {
		return IPRange{}, false
	}
	r := IPRange{a.Unmap(), a.Unmap()}
	if !two {
		return r, true
	}
	if a, err = netip.ParseAddr(strings.TrimSpace(last)); err != nil {
		return IPRange{}, false
	}
	r.Last = a.Unmap()
	return r, r.First.BitLen() == r.Last.BitLen() && !r.Last.Less(r.First)
}

// mappedBits is how long the prefix is behind which IPv6 writes IPv4.
const mappedBits = 96

func parseBlock(entry string) (IPRange, bool) {
	p, err := netip.ParsePrefix(entry)
	if err != nil {
		return IPRange{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= mappedBits {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
	}
	return IPRange{p.Masked().Addr(), lastOf(p)}, true
}

// lastOf returns the last address of a block.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	for i := range p.Addr().BitLen() - p.Bits() {
		b[len(b)-1-i/8] |= 1 << (i % 8)
	}
	last := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return last.Unmap()
	}
	return last
}

// Contains reports whether an address is in the range.
func (r IPRange) Contains(a netip.Addr) bool {
	a = a.Unmap()
	return a.BitLen() == r.First.BitLen() && !a.Less(r.First) && !r.Last.Less(a)
}

// Size returns the length of the prefix of the largest block that has no more
// addresses than the range: 32 for a single IPv4 address.
func (r IPRange) Size() int {
	first, last := r.First.As16(), r.Last.As16()
	low, borrow := bits.Sub64(binary.BigEndian.Uint64(last[8:]), binary.BigEndian.Uint64(first[8:]), 0)
	high, _ := bits.Sub64(binary.BigEndian.Uint64(last[:8]), binary.BigEndian.Uint64(first[:8]), borrow)
	low, carry := bits.Add64(low, 1, 0)
	high, carry = bits.Add64(high, 0, carry)
	switch {
	case carry > 0: // all of IPv6
		return 0
	case high > 0:
		return r.First.BitLen() - (bits.Len64(high) + 63)
	}
	return r.First.BitLen() - (bits.Len64(low) - 1)
}

// block returns the largest block that has no more addresses than the range,
// from its beginning on.
func (r IPRange) block() netip.Prefix { return netip.PrefixFrom(r.First, r.Size()).Masked() }

// String writes the range in one way, however the entry was written: as an
// address or a block where it is one.
func (r IPRange) String() string {
	p := r.block()
	switch {
	case r.First == r.Last:
		return r.First.String()
	case p.Addr() == r.First && lastOf(p) == r.Last:
		return p.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// Allows reports whether the key may be used from an address. known is false
// where that cannot be said: of a whitelist that nobody told, of one whose
// entries are hidden, and of one with an entry that says something else than
// addresses, unless another entry has the address. It allocates nothing for
// entries that can be read.
func (w IPWhitelist) Allows(a netip.Addr) (allowed, known bool) {
	switch {
	case w.State == IPAny:
		return true, true
	case w.State != IPList, len(w.Entries) == 0, !a.IsValid():
		return false, false
	}
	known = true
	for _, entry := range w.Entries {
		r, ok := ParseIPRange(entry)
		switch {
		case entry == everywhere, ok && r.Contains(a):
			return true, true
		case !ok:
			known = false
		}
	}
	return false, known
}

// Widest returns the broadest block of each kind in a list: a single address is
// a block of one, a range with a dash counts as the largest block that has no
// more addresses. A kind that the list has none of, and what cannot be read,
// gives the zero Prefix.
func (w IPWhitelist) Widest() (v4, v6 netip.Prefix) {
	for _, entry := range w.Entries {
		if entry == everywhere {
			return netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
		r, ok := ParseIPRange(entry)
		if !ok {
			continue
		}
		widest := &v4
		if r.First.Is6() {
			widest = &v6
		}
		if !widest.IsValid() || r.Size() < widest.Bits() {
			*widest = r.block()
		}
	}
	return v4, v6
}
