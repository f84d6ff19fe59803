package exchanges

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// KeyAlgorithm is a kind of key pair.
type KeyAlgorithm string

// The kinds that exchanges take.
const (
	Ed25519 KeyAlgorithm = "ed25519"
	RSA     KeyAlgorithm = "rsa"

	// Secp256k1 is the curve of Ethereum. Such keys are written in the form of
	// the exchange that takes them, so its Adapter.Pairs makes them.
	Secp256k1 KeyAlgorithm = "secp256k1"
)

// rsaBits is what every exchange that takes RSA accepts, and what fits into
// every keyring in one piece.
const rsaBits = 2048

// NewKeyPair makes a key pair of a kind that PEM can write: the private half as
// PKCS#8, the public half as PKIX. The secret of such a key never crosses the
// network.
func NewKeyPair(a KeyAlgorithm) (private Secret, public string, err error) {
	var key crypto.Signer
	switch a {
	case Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case RSA:
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	default:
		err = fmt.Errorf("%q is not a kind of key pair that PEM can write", string(a))
	}
	if err != nil {
		return Secret{}, "", err
	}
	return encodePair(key)
}

func encodePair(key crypto.Signer) (Secret, string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Secret{}, "", err
	}
	defer clear(der)
	public, err := encodePublic(key.Public())
	if err != nil {
		return Secret{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	defer clear(text) // NewSecret has its own copy
	return NewSecret(text), public, nil
}

// PublicHalf returns the PEM of the public half of an unencrypted PKCS#8
// private key. Its errors say nothing of the content.
func PublicHalf(private Secret) (string, error) {
	block, _ := pem.Decode(private.Bytes())
	if block == nil {
		return "", fmt.Errorf("the private key is not in PEM form")
	}
	defer clear(block.Bytes)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return "", fmt.Errorf("the private key cannot be read")
	}
	return encodePublic(signer.Public())
}

func encodePublic(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
