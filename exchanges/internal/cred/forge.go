package cred

import (
	"bytes"
	"crypto/rsa"

	"github.com/keyrota/keyrota/exchanges"
)

// Forged returns c with another secret, or another private key of its kind: what
// it signs is well formed and wrong.
func Forged(c exchanges.Credential) (exchanges.Credential, error) {
	if c.PrivateKey.IsZero() {
		c.Secret = exchanges.NewSecret(another(c.Secret.Bytes()))
		return c, nil
	}
	// Beside a key that is not encrypted a passphrase is that of the API key.
	password := exchanges.Secret{}
	if bytes.Contains(c.PrivateKey.Bytes(), []byte(begin+"ENCRYPTED")) {
		password, c.Passphrase = c.Passphrase, exchanges.Secret{}
	}
	old, err := ParsePrivateKey(c.PrivateKey, password, Ed25519, RSA)
	if err != nil {
		return c, err
	}
	kind := exchanges.Ed25519
	if _, ok := old.(*rsa.PrivateKey); ok {
		kind = exchanges.RSA
	}
	c.PrivateKey, _, err = exchanges.NewKeyPair(kind)
	return c, err
}

// another changes the first letter or digit of a secret to one of its kind: the
// length stays, and whether it is hexadecimal or base64.
func another(secret []byte) []byte {
	out := bytes.Clone(secret)
	for i, b := range out {
		switch {
		case b >= '0' && b <= '9':
			out[i] = '0' + (b-'0'+1)%10
		case b == 'a', b == 'A':
			out[i]++
		case b > 'a' && b <= 'z':
			out[i] = 'a'
		case b > 'A' && b <= 'Z':
			out[i] = 'A'
		default:
			continue
		}
		return out
	}
	return append(out, '0')
}
