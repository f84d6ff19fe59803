package wire

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Addresses are an IP whitelist, written as a list of texts or as text with
// commas. The zero value was not told.
type Addresses struct {
	told    bool
	entries []string
}

// Anywhere are the addresses of an exchange that says so by leaving the list out.
func Anywhere() Addresses { return Addresses{told: true} }

// UnmarshalJSON never fails on valid JSON. A list of blanks, or with something
// in it that is no text, was not told.
func (a *Addresses) UnmarshalJSON(b []byte) error {
	*a = Addresses{}
	list, ok := texts(b)
	if !ok || slices.Contains(list, nil) {
		return nil
	}
	for _, v := range list {
		if v := strings.TrimSpace(exchanges.Clean(*v)); v != "" {
			a.entries = append(a.entries, v)
		}
	}
	a.told = len(list) == 0 || len(a.entries) > 0
	return nil
}

// texts reads a list of texts, or text with commas.
func texts(b []byte) (list []*string, ok bool) {
	if json.Unmarshal(b, &list) == nil {
		return list, list != nil
	}
	var line *string
	if json.Unmarshal(b, &line) != nil || line == nil {
		return nil, false
	}
	list = nil
	for part := range strings.SplitSeq(*line, ",") {
		if strings.TrimSpace(part) != "" {
			list = append(list, &part)
		}
	}
	return list, true
}

// Whitelist brings it to the normal form, for exchanges at which an empty list
// means that there is no restriction. anywhere are entries that mean the same. A
// list with something in it that is no address, such as one with hidden digits,
// is one whose entries are not told; what a star stands for is not known unless
// the exchange says so.
func (a Addresses) Whitelist(anywhere ...string) exchanges.IPWhitelist {
	switch {
	case !a.told:
		return exchanges.IPWhitelist{}
	case len(a.entries) == 0, slices.ContainsFunc(a.entries, func(v string) bool { return slices.Contains(anywhere, v) }):
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	case slices.Contains(a.entries, "*"):
		return exchanges.IPWhitelist{}
	case slices.ContainsFunc(a.entries, func(v string) bool { return !IsAddress(v) && !IsBlock(v) }):
		return exchanges.IPWhitelist{State: exchanges.IPRestricted}
	}
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: a.entries}
}

// IsAddress reports whether an entry of a whitelist is a single address.
func IsAddress(v string) bool { _, err := netip.ParseAddr(v); return err == nil }

// IsIPv4 reports whether it is a single one of the older kind.
func IsIPv4(v string) bool { at, err := netip.ParseAddr(v); return err == nil && at.Is4() }

// IsBlock reports whether it is a block of them.
func IsBlock(v string) bool { _, err := netip.ParsePrefix(v); return err == nil }
