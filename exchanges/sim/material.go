package sim

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"strings"
)

// The algorithms of a seed.
const (
	algHMAC    = "hmac"
	algEd25519 = "ed25519"
	algRSA     = "rsa"
	algES256   = "es256"  // ECDSA on P-256; only pairs that the exchange makes
	algWallet  = "wallet" // ECDSA on secp256k1, see wallet; the public half of the pair is the ID of the key
)

const (
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	lowerHex     = "0123456789abcdef"
)

// material makes keys and secrets that are the same on every start, so that a
// trader may keep them in the settings of a bot under test. They are as
// guessable as that sounds and open nothing but a simulation.
type material struct{ rng *rand.ChaCha8 }

// newMaterial returns the source that the given names stand for.
func newMaterial(names ...string) *material {
	return &material{rand.NewChaCha8(sha256.Sum256([]byte(strings.Join(names, "\x00"))))}
}

// text returns n characters of the alphabet.
func (m *material) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.rng.Uint64()%uint64(len(alphabet))]
	}
	return string(b)
}

// bytes returns n bytes.
func (m *material) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = m.rng.Read(b) // never fails, says its documentation
	return b
}

// ed25519 returns a key pair, the private half as PKCS#8 PEM.
func (m *material) ed25519() (ed25519.PublicKey, string) {
	private := ed25519.NewKeyFromSeed(m.bytes(ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic("sim: " + err.Error()) // an ed25519 key can always be encoded
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return private.Public().(ed25519.PublicKey), string(text)
}

// rsa returns one of a few fixed key pairs, the private half as PKCS#8 PEM:
// making one takes a good part of a second and cannot be repeated.
func (m *material) rsa() (*rsa.PublicKey, string) {
	text := simulationRSAKeys[m.rng.Uint64()%uint64(len(simulationRSAKeys))]
	return &parsedRSAKeys()[text].PublicKey, text
}

// es256 returns a key pair, the private half as SEC 1 PEM.
func (m *material) es256() (*ecdsa.PublicKey, string) {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), m.bytes(32))
	if err != nil {
		panic("sim: " + err.Error()) // one chance in 2^32 by name, and the names are fixed
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		panic("sim: " + err.Error()) // a key on a known curve can always be encoded
	}
	return &private.PublicKey, string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// passphrase returns one that obeys every exchange's rules: upper and lower
// case, digits and a special character, at most 16 of them.
func (m *material) passphrase() string { return "Sim-" + m.text(alphanumeric, 10) + "7" }

// publicPEM returns the public half of a key pair as PKIX PEM, as exchanges
// show it.
func publicPEM(public any) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic("sim: " + err.Error())
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
