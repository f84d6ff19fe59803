package cred

import (
	"encoding/base64"

	"github.com/keyrota/keyrota/exchanges"
)

// Base64Signature signs text as Signature does, and writes what a secret makes
// in standard base64 too.
func Base64Signature(c exchanges.Credential, text string, pairs ...Algorithm) (string, error) {
	if c.PrivateKey.IsZero() {
		return base64.StdEncoding.EncodeToString(HMACSHA256(c.Secret, text)), nil
	}
	return Signature(c, text, pairs...)
}
