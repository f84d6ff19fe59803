package subkeys

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Wish checks the request for a new key: it needs a label, and no public key
// where the exchange makes the secret. asked words its permissions, of which it
// has none yet, and list its addresses.
func Wish[W, H any](d Desk, op string, r exchanges.KeyRequest,
	asked func(op string, want exchanges.PermissionSet, have H) (W, error),
	list func(op string, ips exchanges.IPWhitelist) ([]string, error),
) (words W, ips []string, err error) {
	var none H
	switch {
	case r.PublicKey != "" && !d.TakesPairs:
		return words, nil, d.Unsupported(op, d.Name+" takes no public key by API: let it make the secret.")
	case r.Label == "":
		return words, nil, d.Invalid(op, "Give the key a label: it is how a key is found whose answer was lost.")
	}
	if words, err = asked(op, r.Permissions, none); err != nil {
		return words, nil, err
	}
	ips, err = list(op, r.IPs)
	return words, ips, err
}

// Addresses returns the entries of a whitelist, none for any address. One that
// is not known is refused: a list that is left out means no restriction.
func (d *Desk) Addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	switch {
	case ips.State == exchanges.IPAny:
		return []string{}, nil
	case ips.State != exchanges.IPList || len(ips.Entries) == 0:
		return nil, d.Invalid(op, "Give the addresses that the key may be used from, or say that any will do.")
	}
	return ips.Entries, nil
}

// Singles returns the entries of a whitelist for an exchange that documents no
// others than up to most single IPv4 addresses; none for any address.
func (d *Desk) Singles(op string, ips exchanges.IPWhitelist, most int) ([]string, error) {
	return d.within(op, ips, most, wire.IsIPv4, "single IPv4 addresses, neither blocks nor IPv6")
}

// Blocks does the same for an exchange that takes blocks and IPv6 too.
func (d *Desk) Blocks(op string, ips exchanges.IPWhitelist, most int) ([]string, error) {
	return d.within(op, ips, most, func(v string) bool { return wire.IsAddress(v) || wire.IsBlock(v) }, "addresses or blocks of them")
}

func (d *Desk) within(op string, ips exchanges.IPWhitelist, most int, takes func(string) bool, kinds string) ([]string, error) {
	list, err := d.Addresses(op, ips)
	if err != nil {
		return nil, err
	}
	if len(list) > most || slices.ContainsFunc(list, func(v string) bool { return !takes(v) }) {
		return nil, d.Invalid(op, fmt.Sprintf("%s takes up to %d %s.", d.Name, most, kinds))
	}
	return list, nil
}

// Made reads the only answer that ever has the secret of a new key, by the
// names of its members. They are in the part of the answer that path leads to.
// own is the passphrase that the key was given. Not inlined: each copy would
// have a closure of its own.
//
//go:noinline
func (d *Desk) Made(own exchanges.Secret, id, secret string, path ...string) func(rest.Response) (exchanges.Credential, *exchanges.Error) {
	return func(r rest.Response) (exchanges.Credential, *exchanges.Error) {
		if e := rest.Done(r); e != nil {
			return exchanges.Credential{}, e
		}
		members := wire.Members(wire.Member(r.Body, path...))
		made := exchanges.Credential{KeyID: text(members[id]), Passphrase: own}
		if !d.TakesPairs || members[secret] != nil {
			made.Secret = exchanges.NewSecret(text(members[secret]))
		}
		made, err := d.Check(made)
		if err != nil {
			return exchanges.Credential{}, d.Unmade()
		}
		return made, nil
	}
}

// Unmade is an answer to the making of a key that has none.
func (d *Desk) Unmade() *exchanges.Error {
	return &exchanges.Error{
		Kind: exchanges.Protocol, Code: "no key and secret in the answer",
		Hint: d.Name + " may have made the key all the same: look for its label in the list of the sub-account's keys, and delete it.",
	}
}

// text reads a string as it is, since a key may not be changed.
func text(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// Became holds what is told of a changed key against what was asked for: words
// against asked, and ips against list. Words that are not told are none.
func (d *Desk) Became(words, asked []string, ips exchanges.IPWhitelist, list []string) *exchanges.Error {
	if len(words) > 0 && !Same(words, asked) {
		return d.Otherwise()
	}
	if told := ips.State == exchanges.IPAny || ips.State == exchanges.IPList; told && !Same(ips.Entries, list) {
		return d.Otherwise()
	}
	return nil
}

// Own returns the passphrase of the key that a change is about, for exchanges
// that want it beside the change.
func (d *Desk) Own(op string, m exchanges.Manager) (exchanges.Secret, error) {
	if m.KeyPassphrase.IsZero() {
		return exchanges.Secret{}, d.Invalid(op, d.Name+" wants the key's own passphrase for this, and keyrota does not have it: "+
			"add the key with its passphrase, or do it by hand, on the web site.")
	}
	return m.KeyPassphrase, nil
}

// OfOwn gives a hint to the refusal of a change for which the exchange wants
// the key's own passphrase: what it says to a wrong one is not documented.
func (d *Desk) OfOwn(err error) error {
	if err == nil {
		return nil
	}
	e := exchanges.AsError(err)
	switch {
	case e.Outcome != exchanges.Refused:
	case e.Kind == exchanges.Auth, e.Kind == exchanges.Denied, e.Kind == exchanges.Protocol:
		e.Hint = d.Name + " wants the key's own passphrase for this, and the one that keyrota has may be wrong: add the key again with the right one, or do it by hand, on the web site. " +
			"If it is right, check that the managing key is of the main account and has the rights that it needs."
	}
	return err
}
