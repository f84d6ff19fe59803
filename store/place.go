package store

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// MaxVenue is the longest name of an exchange, in runes.
const MaxVenue = 40

// CheckVenue says whether an exchange can have this name: 1 to 40 printable
// characters, no white space at the ends.
func CheckVenue(name string) error {
	switch {
	case name == "":
		return errors.New("the exchange's name is missing")
	case !utf8.ValidString(name) || exchanges.Clean(name) != name:
		return errors.New("the exchange's name has characters that cannot be shown")
	case strings.TrimSpace(name) != name:
		return errors.New("the exchange's name has white space at its ends")
	case utf8.RuneCountInString(name) > MaxVenue:
		return fmt.Errorf("the exchange's name has more than %d characters", MaxVenue)
	}
	return nil
}

// CheckKeysPage says whether text can be the address of a page for keys: https
// and a host, without a password. It is opened in the person's browser, so that
// nothing else will do. The error does not quote it.
func CheckKeysPage(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || exchanges.Clean(text) != text || strings.ContainsAny(text, " \t"):
		return errors.New("the page's address cannot be read")
	case u.Scheme != "https" || u.Hostname() == "":
		return errors.New("the page's address does not begin with https:// and a host")
	case u.User != nil:
		return errors.New("the page's address has a name or password in it")
	}
	return nil
}

// checkPlace judges what a record says of an exchange that it names itself.
func checkPlace(r *Record) error {
	if r.Venue != "" {
		if err := CheckVenue(r.Venue); err != nil {
			return fmt.Errorf("venue: %w", err)
		}
	}
	if r.KeysPage != "" {
		if err := CheckKeysPage(r.KeysPage); err != nil {
			return fmt.Errorf("keys_page: %w", err)
		}
	}
	return nil
}

// Is reports whether the record is about a key of that fingerprint at an
// exchange. venue tells apart those that one exchange ID stands for; how it is
// written does not count.
func (r *Record) Is(exchange exchanges.ID, venue, fingerprint string) bool {
	return r.Fingerprint == fingerprint && r.Exchange == exchange && SameVenue(r.Venue, venue)
}

// SameVenue reports whether two names mean the same exchange.
func SameVenue(a, b string) bool { return fold(a) == fold(b) }
