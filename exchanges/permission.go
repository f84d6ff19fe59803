package exchanges

import (
	"fmt"
	"strings"
)

// Permission is one right of a key in the normal form that all exchanges are
// brought to.
type Permission uint8

// The normal form, in the order in which it is shown.
const (
	Read     Permission = iota // see balances, orders, history
	Spot                       // place spot orders
	Margin                     // borrow, repay, trade on margin
	Futures                    // trade futures and other derivatives
	Options                    // trade options
	Transfer                   // move funds between one's own accounts
	Withdraw                   // move funds out, or change where they may go
	Earn                       // stake, lend, subscribe
	Admin                      // make or change keys and sub-accounts
	Other                      // anything else the exchange grants
	permissionCount
)

var permissionNames = [permissionCount]string{
	"read", "spot", "margin", "futures", "options", "transfer", "withdraw", "earn", "admin", "other",
}

// Permissions returns all permissions in the order in which they are shown.
func Permissions() []Permission {
	all := make([]Permission, permissionCount)
	for i := range all {
		all[i] = Permission(i)
	}
	return all
}

// String returns the permission's name in the normal form: "read", "spot" … Not
// inlined: it has many callers.
//
//go:noinline
func (p Permission) String() string {
	if p >= permissionCount {
		return fmt.Sprintf("permission(%d)", uint8(p))
	}
	return permissionNames[p]
}

// ParsePermission is the inverse of String.
func ParsePermission(s string) (Permission, error) {
	for i, n := range permissionNames {
		if n == s {
			return Permission(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a permission: use one of %s", s, strings.Join(permissionNames[:], ", "))
}

// Grant is what is known of one permission.
type Grant uint8

// The three answers. The zero value is unknown.
const (
	Unknown Grant = iota
	NotGranted
	Granted
)

// String returns "unknown", "denied" or "granted".
func (g Grant) String() string { return [...]string{"unknown", "denied", "granted"}[g] }

// PermissionSet holds a Grant for every permission. The zero set knows
// nothing. It is comparable.
type PermissionSet struct {
	granted, denied uint16
}

// NewPermissionSet returns a set in which the given permissions are granted
// and every other one of the normal form is denied. It is for exchanges that
// list all rights of a key.
//
//go:noinline // it has many callers
func NewPermissionSet(granted ...Permission) PermissionSet {
	s := PermissionSet{denied: 1<<permissionCount - 1}
	for _, p := range granted {
		s = s.With(p, Granted)
	}
	return s
}

// With returns the set with one answer changed. Not inlined: it has many
// callers.
//
//go:noinline
func (s PermissionSet) With(p Permission, g Grant) PermissionSet {
	bit := uint16(1) << p
	s.granted &^= bit
	s.denied &^= bit
	switch g {
	case Granted:
		s.granted |= bit
	case NotGranted:
		s.denied |= bit
	case Unknown:
	}
	return s
}

// Get returns what is known of p.
func (s PermissionSet) Get(p Permission) Grant {
	switch bit := uint16(1) << p; {
	case s.granted&bit != 0:
		return Granted
	case s.denied&bit != 0:
		return NotGranted
	}
	return Unknown
}

// Has reports whether p is known to be granted.
func (s PermissionSet) Has(p Permission) bool { return s.Get(p) == Granted }

// Known reports whether anything is known at all.
func (s PermissionSet) Known() bool { return s.granted|s.denied != 0 }

// All returns the permissions that have the given answer, in showing order. Not
// inlined: it has many callers.
//
//go:noinline
func (s PermissionSet) All(g Grant) []Permission {
	var out []Permission
	for p := range permissionCount {
		if s.Get(p) == g {
			out = append(out, p)
		}
	}
	return out
}

// MarshalText writes what is known, for files: "+read +spot -withdraw".
func (s PermissionSet) MarshalText() ([]byte, error) {
	var out []byte
	for p := range permissionCount {
		sign := byte(0)
		switch s.Get(p) {
		case Granted:
			sign = '+'
		case NotGranted:
			sign = '-'
		case Unknown:
			continue
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(append(out, sign), p.String()...)
	}
	return out, nil
}

// UnmarshalText is the inverse of MarshalText.
func (s *PermissionSet) UnmarshalText(text []byte) error {
	out := PermissionSet{}
	for _, word := range strings.Fields(string(text)) {
		p, err := ParsePermission(word[1:])
		if err != nil {
			return err
		}
		switch word[0] {
		case '+':
			out = out.With(p, Granted)
		case '-':
			out = out.With(p, NotGranted)
		default:
			return fmt.Errorf("%q has no sign", word)
		}
	}
	*s = out
	return nil
}
