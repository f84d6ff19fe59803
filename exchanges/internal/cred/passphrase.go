package cred

import (
	"encoding/base32"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// OwnPassphrase returns the passphrase for a key that a managing key makes. It
// follows from the manager's secret and from names, those of the new key: where
// an exchange wants a key's passphrase again to change it, the same manager
// arrives at the same one, and no other does. It has 29 letters and digits of
// every kind.
func OwnPassphrase(manager exchanges.Credential, names ...string) exchanges.Secret {
	secret := manager.Secret
	if secret.IsZero() {
		secret = manager.PrivateKey
	}
	// No signature is made of a text that begins like this one.
	sum := HMACSHA256(secret, "keyrota passphrase\n"+strings.Join(names, "\n"))
	return exchanges.NewSecret("Kr7" + strings.ToLower(base32.StdEncoding.EncodeToString(sum)[:26]))
}
