package wire

import (
	"encoding/json"
	"net/netip"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Addresses are an IP whitelist, written as a list or as text with commas. The
// zero value was not told.
type Addresses struct {
	told    bool
	entries []string
}

// UnmarshalJSON never fails on valid JSON.
func (a *Addresses) UnmarshalJSON(b []byte) error {
	*a = Addresses{}
	var list Texts
	var line *string
	if _ = list.UnmarshalJSON(b); list.Known {
		a.told = true
	} else if json.Unmarshal(b, &line) == nil && line != nil {
		a.told, list.Values = true, strings.Split(*line, ",")
	}
	for _, v := range list.Values {
		if v = strings.TrimSpace(exchanges.Clean(v)); v != "" {
			a.entries = append(a.entries, v)
		}
	}
	return nil
}

// Whitelist brings it to the normal form, for exchanges at which an empty list
// means that there is no restriction. A list with something in it that is no
// address, such as one with hidden digits, is one whose entries are not told.
func (a Addresses) Whitelist() exchanges.IPWhitelist {
	switch {
	case !a.told:
		return exchanges.IPWhitelist{}
	case len(a.entries) == 0:
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	for _, v := range a.entries {
		_, err := netip.ParseAddr(v)
		if _, block := netip.ParsePrefix(v); err != nil && block != nil {
			return exchanges.IPWhitelist{State: exchanges.IPRestricted}
		}
	}
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: a.entries}
}
