package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// verifyHexOrBase64 checks a signature over text: hex of an HMAC-SHA256 for a
// key with a secret, base64 of an Ed25519 or an RSA PKCS#1 v1.5 SHA-256
// signature for one with a public half.
func verifyHexOrBase64(e *entry, text, signature string) bool {
	switch public := e.PublicKey.(type) {
	case ed25519.PublicKey:
		raw, err := base64.StdEncoding.DecodeString(signature)
		return err == nil && ed25519.Verify(public, []byte(text), raw)
	case *rsa.PublicKey:
		raw, err := base64.StdEncoding.DecodeString(signature)
		digest := sha256.Sum256([]byte(text))
		return err == nil && rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], raw) == nil
	}
	raw, err := hex.DecodeString(signature)
	mac := hmac.New(sha256.New, []byte(e.Secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return err == nil && hmac.Equal(mac.Sum(nil), raw)
}
