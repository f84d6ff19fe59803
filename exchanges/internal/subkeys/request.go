package subkeys

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Wish is what a new key is asked to be, in the words of an exchange.
type Wish struct {
	Label string
	Words []string // the rights
	IPs   []string // none: any address
}

// Wish checks the request for a new key. asked words its permissions, and ips
// its addresses.
func (d Desk) Wish(op string, r exchanges.KeyRequest,
	asked func(op string, want exchanges.PermissionSet) ([]string, error),
	ips func(op string, w exchanges.IPWhitelist) ([]string, error),
) (w Wish, err error) {
	if err = d.CheckNew(op, r); err != nil {
		return Wish{}, err
	}
	w.Label = r.Label
	if w.Words, err = asked(op, r.Permissions); err != nil {
		return Wish{}, err
	}
	if w.IPs, err = ips(op, r.IPs); err != nil {
		return Wish{}, err
	}
	return w, nil
}

// Singles returns the entries of a whitelist for an exchange that documents no
// others than up to most single IPv4 addresses; none for any address.
func (d Desk) Singles(op string, w exchanges.IPWhitelist, most int) ([]string, error) {
	list, err := d.Addresses(op, w)
	if err != nil {
		return nil, err
	}
	notIPv4 := func(entry string) bool { at, err := netip.ParseAddr(entry); return err != nil || !at.Is4() }
	if len(list) > most || slices.ContainsFunc(list, notIPv4) {
		return nil, d.Invalid(op, fmt.Sprintf("%s takes up to %d single IPv4 addresses, neither blocks nor IPv6.", d.Name, most))
	}
	return list, nil
}

// Office is a desk with what it takes to open a sub-account there.
type Office struct {
	Desk
	Check func(exchanges.Credential) (exchanges.Credential, error) // of the managing key
	Names func(string) bool                                        // what a sub-account may be called
	Named string                                                   // the same for people: "by its UID, digits only"
}

// Account is an account whose keys are meant, and the key with which they are
// managed.
type Account struct {
	Manager exchanges.Credential
	Name    string
}

// Open opens the sub-account that m means.
func (o Office) Open(op string, m exchanges.Manager) (Account, error) {
	c, err := o.Check(m.Credential)
	if err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(m.SubAccount)
	if !o.Names(name) {
		return Account{}, o.Invalid(op, "Name the sub-account "+o.Named+". "+o.Name+" has no API that changes keys of the main account itself: do that on its web site.")
	}
	return Account{c, name}, nil
}

// OpenFor opens the sub-account that m means, for a change of one of its keys.
func (o Office) OpenFor(op string, m exchanges.Manager, keyID string) (Account, error) {
	if err := o.CheckKey(op, m, keyID); err != nil {
		return Account{}, err
	}
	return o.Open(op, m)
}

// IsUID reports whether an exchange may have numbered an account so.
func IsUID(s string) bool {
	n, err := strconv.ParseUint(s, 10, 63)
	return err == nil && n > 0 && s[0] != '0'
}

// IsWord reports whether s is a name in one word.
func IsWord(s string) bool {
	return s != "" && exchanges.Clean(s) == s && !strings.ContainsAny(s, " \t\r\n&?#")
}

// ByManager finishes the failure of a call that was made with a managing key.
// The hint for a key that may not be looked at, own, gives way to managers, which
// says what a managing key must be.
func ByManager(err error, own, managers string) error {
	if err == nil {
		return nil
	}
	if e := exchanges.AsError(err); e.Hint == own {
		e.Hint = managers
	}
	return OfManager(err)
}

// Otherwise is a change after which the exchange told of another key than the
// one that was asked for.
func (d Desk) Otherwise() *exchanges.Error {
	return &exchanges.Error{
		Kind: exchanges.Protocol, Code: "the key is not what it was to become",
		Hint: d.Name + " changed the key to something else than was asked for: look it up on its web site.",
	}
}

// Same reports whether two lists have the same words, in any order.
func Same(a, b []string) bool {
	sorted := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(sorted(a), sorted(b))
}
