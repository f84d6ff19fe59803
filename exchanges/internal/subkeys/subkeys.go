// Package subkeys holds what adapters share that manage the keys of
// sub-accounts: requests that are refused before they are sent, and lists that
// cannot be relied on.
package subkeys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// Desk is an exchange at which keys are managed.
type Desk struct {
	ID   exchanges.ID
	Name string // "KuCoin"
}

// Invalid is a request that is refused here.
func (d Desk) Invalid(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: d.ID, Op: op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: hint}
}

// Unsupported is a request for which there is no API.
func (d Desk) Unsupported(op, hint string) *exchanges.Error {
	return &exchanges.Error{Exchange: d.ID, Op: op, Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: hint}
}

// NotFound says that the sub-account has no such key.
func (d Desk) NotFound(op string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: d.ID, Op: op, Kind: exchanges.NotFound, Outcome: exchanges.Refused,
		Hint: "The sub-account has no such key: list its keys, or check the sub-account's name.",
	}
}

// Incomplete is an answer about keys that cannot be relied on.
func (d Desk) Incomplete(op, what string) *exchanges.Error {
	return &exchanges.Error{
		Exchange: d.ID, Op: op, Kind: exchanges.Protocol, Outcome: exchanges.Refused, Code: what,
		Hint: "The list of keys may have changed while it was read: try again.",
	}
}

// CheckKey refuses an ID that is that of no key of the sub-account: a list of
// them would say of the managing key that it is gone.
func (d Desk) CheckKey(op string, m exchanges.Manager, keyID string) error {
	if keyID == "" || keyID == strings.TrimSpace(m.Credential.KeyID) {
		return d.Invalid(op, "Name a key of the sub-account: "+d.Name+" has no API for keys of the main account, those are managed on its web site.")
	}
	return nil
}

// CheckNew looks at what a new key is asked to be: it needs a label, and the
// exchange makes the secret.
func (d Desk) CheckNew(op string, r exchanges.KeyRequest) error {
	switch {
	case r.PublicKey != "":
		return d.Unsupported(op, d.Name+" takes no public key by API: let it make the secret.")
	case r.Label == "":
		return d.Invalid(op, "Give the key a label: it is how a key is found whose answer was lost.")
	}
	return nil
}

// Made checks the only answer that ever has the secret.
func (d Desk) Made(c exchanges.Credential, check func(exchanges.Credential) (exchanges.Credential, error)) (exchanges.Credential, *exchanges.Error) {
	made, err := check(c)
	if err != nil {
		return exchanges.Credential{}, &exchanges.Error{
			Kind: exchanges.Protocol, Code: "no key and secret in the answer",
			Hint: d.Name + " may have made the key all the same: look for its label in the list of the sub-account's keys, and delete it.",
		}
	}
	return made, nil
}

// Missing is a request for permissions that the exchange cannot give by API, or
// not without others that are not to be given.
func (d Desk) Missing(op string, missing []exchanges.Permission, hint string) *exchanges.Error {
	names := make([]string, len(missing))
	for i, p := range missing {
		names[i] = p.String()
	}
	return d.Invalid(op, fmt.Sprintf("%s's API cannot give a key of a sub-account just this: %s. %s", d.Name, strings.Join(names, ", "), hint))
}

// Addresses returns the entries of a whitelist, none for any address. One that
// is not known is refused: a list that is left out means no restriction.
func (d Desk) Addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	switch {
	case ips.State == exchanges.IPAny:
		return []string{}, nil
	case ips.State != exchanges.IPList || len(ips.Entries) == 0:
		return nil, d.Invalid(op, "Give the addresses that the key may be used from, or say that any will do.")
	}
	return ips.Entries, nil
}

// Unique fails where a key of a list has no ID or is there twice: what is not
// in a list counts as gone.
func (d Desk) Unique(op string, ids []string) error {
	seen := map[string]bool{}
	for _, id := range ids {
		if id == "" || seen[id] {
			return d.Incomplete(op, "a key without name, or one twice")
		}
		seen[id] = true
	}
	return nil
}

// Find returns the first key of a list that is the one meant, nil for none.
func Find[K any](keys []K, is func(K) bool) *K {
	if i := slices.IndexFunc(keys, is); i >= 0 {
		return &keys[i]
	}
	return nil
}

// Own returns the passphrase of the key that a change is about, for exchanges
// that want it beside the change.
func (d Desk) Own(op string, m exchanges.Manager) (exchanges.Secret, error) {
	if m.KeyPassphrase.IsZero() {
		return exchanges.Secret{}, d.Invalid(op, d.Name+" wants the key's own passphrase for this, and keyrota does not have it: "+
			"add the key with its passphrase, or do it by hand, on the web site.")
	}
	return m.KeyPassphrase, nil
}

// OfOwn gives a hint to the refusal of a change for which the exchange wants
// the key's own passphrase: what it says to a wrong one is not documented.
func (d Desk) OfOwn(err error) error {
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

// Gone finds out whether a key is gone, after a call about it failed with err:
// a reply may be lost, and somebody else may have been faster. there looks for
// it in the list.
func Gone(err error, there func() (bool, error)) bool {
	if err == nil || !rest.WorthLooking(err) {
		return false
	}
	found, err := there()
	return err == nil && !found
}

// OfManager takes back that a key is unknown: it is the calling one, and not
// the one that the call is about.
func OfManager(err error) error {
	if err != nil {
		exchanges.AsError(err).UnknownKey = false
	}
	return err
}
