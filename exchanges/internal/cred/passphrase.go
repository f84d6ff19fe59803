package cred

import (
	"crypto/rand"

	"github.com/keyrota/keyrota/exchanges"
)

// NewPassphrase makes the passphrase of a new key, for exchanges that have it
// chosen: 120 random bits in letters and digits, with marks in front for
// exchanges that want other characters as well. Exchanges take 7 to 32
// characters and may ask for each kind; those at the start are there for that,
// whatever follows.
func NewPassphrase(marks string) exchanges.Secret {
	const kinds, random = "Kr1", 24 // characters of 5 bits
	return exchanges.NewSecret(kinds + marks + rand.Text()[:random])
}
