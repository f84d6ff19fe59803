// Package subkeys holds what adapters share that manage the keys of
// sub-accounts: requests that are refused before they are sent, and lists that
// cannot be relied on.
package subkeys

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Desk is an exchange at which keys are managed.
type Desk struct {
	ID   exchanges.ID
	Name string // "KuCoin"

	Check func(exchanges.Credential) (exchanges.Credential, error) // of the managing key, and of new ones
	Names func(string) bool                                        // what a sub-account may be called
	Named string                                                   // the same for people: "by its UID, digits only"

	// Main says of keys of the main account itself how they are managed; empty:
	// by no API at all.
	Main string

	// Denied is the hint for a calling key that lacks a right. Where the call was
	// about another key, Manager takes its place: what a managing key must be.
	Denied, Manager string

	// TakesPairs is set where a public key can be registered by API.
	TakesPairs bool
}

// Account is a sub-account whose keys are meant, and the key with which they are
// managed.
type Account struct {
	Manager exchanges.Credential
	Name    string
}

// Open opens the sub-account that m means.
func (d *Desk) Open(op string, m exchanges.Manager) (Account, error) {
	c, err := d.Check(m.Credential)
	if err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(m.SubAccount)
	if !d.Names(name) {
		return Account{}, d.Invalid(op, "Name the sub-account "+d.Named+". "+d.main())
	}
	return Account{c, name}, nil
}

// OpenFor opens the sub-account that m means, for a change of one of its keys.
// The managing key is none of them, though a list would say of it no more than
// that it is gone.
func (d *Desk) OpenFor(op string, m exchanges.Manager, keyID string) (Account, error) {
	if keyID == "" || keyID == strings.TrimSpace(m.Credential.KeyID) {
		return Account{}, d.Invalid(op, "Name a key of the sub-account. "+d.main())
	}
	return d.Open(op, m)
}

func (d *Desk) main() string {
	if d.Main != "" {
		return d.Main
	}
	return d.Name + " has no API for keys of the main account itself: those are managed on its web site."
}

// IsUID reports whether an exchange may have numbered an account so.
func IsUID(s string) bool {
	n, err := strconv.ParseUint(s, 10, 63)
	return err == nil && n > 0 && s[0] != '0' && s[0] != '+'
}

// IsWord reports whether s is a name in one word.
func IsWord(s string) bool {
	return s != "" && exchanges.Clean(s) == s && !strings.ContainsAny(s, " \t\r\n&?#")
}

// ByManager finishes the failure of a call that was made with a managing key: it
// is that one which may lack a right or be unknown, and not the one that the
// call is about.
func (d *Desk) ByManager(err error) error {
	if err == nil {
		return nil
	}
	e := exchanges.AsError(err)
	if e.UnknownKey = false; e.Hint == d.Denied {
		e.Hint = d.Manager
	}
	return err
}

// Invalid is a request that is refused here. Not inlined: it has many callers.
//
//go:noinline
func (d *Desk) Invalid(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: d.ID, Op: op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: hint}
}

// Unsupported is a request for which there is no API. Not inlined: it has many
// callers.
//
//go:noinline
func (d *Desk) Unsupported(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: d.ID, Op: op, Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: hint}
}

// NotFound says that the sub-account has no such key. Not inlined: it has many
// callers.
//
//go:noinline
func (d *Desk) NotFound(op string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: d.ID, Op: op, Kind: exchanges.NotFound, Outcome: exchanges.Refused,
		Hint: "The sub-account has no such key: list its keys, or check the sub-account's name.",
	}
}

// Incomplete is an answer about keys that cannot be relied on. Not inlined: it
// has many callers.
//
//go:noinline
func (d *Desk) Incomplete(op, what string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: d.ID, Op: op, Kind: exchanges.Protocol, Outcome: exchanges.Refused, Code: what,
		Hint: "The list of keys may have changed while it was read: try again.",
	}
}

// Untold is a change of a key that is not made since not all of the key is
// told. Not inlined: it has many callers.
//
//go:noinline
func (d *Desk) Untold(op, what string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: d.ID, Op: op, Kind: exchanges.Protocol, Outcome: exchanges.NotSent, Code: what + " of the key not told",
		Hint: d.Name + " takes away what a change leaves out, and keyrota does not know what that would be: ask for all of it, or change the key on the web site.",
	}
}

// Otherwise is a change after which the exchange told of another key than the
// one that was asked for.
func (d *Desk) Otherwise() *exchanges.Error {
	return &exchanges.Error{
		Kind: exchanges.Protocol, Code: "the key is not what it was to become",
		Hint: d.Name + " changed the key to something else than was asked for: look it up on its web site.",
	}
}

// Missing is a request for permissions that the exchange cannot give by API, or
// not without others that are not to be given.
func (d *Desk) Missing(op string, missing []exchanges.Permission, hint string) *exchanges.Error {
	names := make([]string, len(missing))
	for i, p := range missing {
		names[i] = p.String()
	}
	return d.Invalid(op, fmt.Sprintf("%s's API cannot give a key of a sub-account just this: %s. %s", d.Name, strings.Join(names, ", "), hint))
}

// unique fails where a key of a list has no ID or is there twice: what is not
// in a list counts as gone.
func (d *Desk) unique(op string, ids []string) error {
	seen := map[string]bool{}
	for _, id := range ids {
		if id == "" || seen[id] {
			return d.Incomplete(op, "a key without name, or one twice")
		}
		seen[id] = true
	}
	return nil
}

// Same reports whether two lists have the same words, in any order.
func Same(a, b []string) bool {
	sorted := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(sorted(a), sorted(b))
}
