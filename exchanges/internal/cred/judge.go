package cred

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // to recognise it where somebody took it by mistake
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"math/big"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Judge returns what tells whether a signature was made with c, and by which
// mistake: see exchanges.Signing. It is nil where nothing was signed.
func (t *Trace) Judge(c exchanges.Credential) func(signature []byte, edit func(string) string) (string, bool) {
	switch r := t.last; {
	case r.public != nil:
		return r.judgePair
	case r.hash != nil:
		return func(signature []byte, edit func(string) string) (string, bool) {
			return r.judgeMAC(c.Secret, signature, edit)
		}
	}
	return nil
}

// judgePair verifies with the public half.
func (r recipe) judgePair(signature []byte, edit func(string) string) (how string, made bool) {
	text := []byte(r.signed(edit))
	sum := sha256.Sum256(text)
	switch key := r.public.(type) {
	case ed25519.PublicKey:
		return "", ed25519.Verify(key, text, signature)
	case *rsa.PublicKey:
		if rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, nil) == nil {
			return "RSA-PSS, where PKCS#1 v1.5 is wanted", true
		}
		return "", rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(key, sum[:], signature) {
			return "ASN.1 DER, where the bare numbers r and s of 32 bytes each are wanted", true
		}
		const half = 32
		if len(signature) != 2*half {
			return "", false
		}
		return "", ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]))
	}
	return "", false
}

// judgeMAC tries the ways in which programs read a secret, and the hashes.
func (r recipe) judgeMAC(secret exchanges.Secret, signature []byte, edit func(string) string) (how string, made bool) {
	text := r.signed(edit)
	for _, reading := range readings(secret, r.decoded) {
		defer clear(reading.key)
		for _, h := range []func() hash.Hash{r.hash, sha256.New, sha512.New, sha512.New384, sha1.New} {
			if len(reading.key) == 0 || !hmac.Equal(MAC(h, reading.key, text), signature) {
				continue
			}
			ways := reading.how
			if wanted := hashName(r.hash); hashName(h) != wanted {
				ways = append(ways, hashName(h)+", where "+wanted+" is wanted")
			}
			return strings.Join(ways, "; "), true
		}
	}
	return "", false
}

// reading is a way to read a secret, with what is wrong about it.
type reading struct {
	key []byte
	how []string
}

// readings returns the right way first.
func readings(secret exchanges.Secret, decoded bool) []reading {
	plain := bytes.Clone(secret.Bytes())
	text := string(plain)
	standard, _ := base64.StdEncoding.DecodeString(text)
	urlSafe, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	digits, _ := hex.DecodeString(text)
	const wanted = ", where its own bytes are wanted"
	all := []reading{
		{plain, nil},
		{standard, []string{"the secret is decoded from base64" + wanted}},
		{urlSafe, []string{"the secret is decoded from base64" + wanted}},
		{digits, []string{"the secret is decoded from hexadecimal" + wanted}},
		{append(bytes.Clone(plain), '\n'), []string{"there is a line end behind the secret"}},
	}
	if !decoded {
		return all
	}
	all[0].how = []string{"the secret is taken as it is written, where it must be decoded from base64"}
	all[1].how = nil
	return []reading{all[1], all[0], all[4]}
}
