package cred

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"hash"

	"github.com/keyrota/keyrota/exchanges"
)

// MAC returns the HMAC of text under a key.
func MAC(h func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(h, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// HMACSHA256 returns the MAC of text under the secret's own bytes.
func HMACSHA256(secret exchanges.Secret, text string) []byte {
	return MAC(sha256.New, secret.Bytes(), text)
}

// SignPair signs text with a private key as exchanges want it: Ed25519 over
// the text itself, RSA as PKCS#1 v1.5 over its SHA-256.
func SignPair(key crypto.Signer, text string) ([]byte, error) {
	if _, ok := key.(*rsa.PrivateKey); !ok {
		return key.Sign(nil, []byte(text), &ed25519.Options{})
	}
	sum := sha256.Sum256([]byte(text))
	return key.Sign(nil, sum[:], crypto.SHA256)
}
