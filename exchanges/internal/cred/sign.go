package cred

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
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

// Signature signs text in the way that many exchanges share: lower-case hex of
// HMAC-SHA256 with a secret, standard base64 of the signature with a key pair.
func Signature(c exchanges.Credential, text string, pairs ...Algorithm) (string, error) {
	if c.PrivateKey.IsZero() {
		return hex.EncodeToString(HMACSHA256(c.Secret, text)), nil
	}
	key, err := ParsePrivateKey(c.PrivateKey, c.Passphrase, pairs...)
	if err != nil {
		return "", err
	}
	sig, err := SignPair(key, text)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// Base64Signature signs text as Signature does, and writes what a secret makes
// in standard base64 too.
func Base64Signature(c exchanges.Credential, text string, pairs ...Algorithm) (string, error) {
	if c.PrivateKey.IsZero() {
		return base64.StdEncoding.EncodeToString(HMACSHA256(c.Secret, text)), nil
	}
	return Signature(c, text, pairs...)
}

// Token makes a JSON Web Token. What header and claims hold must be texts and
// numbers alone; sign signs the text of both.
func Token(header, claims any, sign func(text string) ([]byte, error)) (string, error) {
	text := part(header) + "." + part(claims)
	sig, err := sign(text)
	return text + "." + base64.RawURLEncoding.EncodeToString(sig), err
}

func part(v any) string {
	text, _ := json.Marshal(v) // texts and numbers cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}
