package exchanges

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func parsePublic(t *testing.T, text string) any {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
		t.Fatalf("not one public key in PEM: %q", text)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func parsePrivate(t *testing.T, s Secret) any {
	t.Helper()
	block, rest := pem.Decode(s.Bytes())
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		t.Fatal("not one private key in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestNewKeyPairOfEd25519(t *testing.T) {
	private, public, err := NewKeyPair(Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	signature := ed25519.Sign(parsePrivate(t, private).(ed25519.PrivateKey), []byte("text"))
	if !ed25519.Verify(parsePublic(t, public).(ed25519.PublicKey), []byte("text"), signature) {
		t.Error("the halves do not belong together")
	}
	again, other, err := NewKeyPair(Ed25519)
	if err != nil || other == public || again.Reveal() == private.Reveal() {
		t.Errorf("the same pair twice, %v", err)
	}
}

func TestNewKeyPairOfRSA(t *testing.T) {
	private, public, err := NewKeyPair(RSA)
	if err != nil {
		t.Fatal(err)
	}
	key := parsePrivate(t, private).(*rsa.PrivateKey)
	if !key.PublicKey.Equal(parsePublic(t, public)) || key.N.BitLen() != rsaBits || key.Validate() != nil {
		t.Errorf("%d bits, or the halves do not belong together", key.N.BitLen())
	}
	// Windows keeps 2,560 bytes in one piece.
	if private.Len() > 2048 {
		t.Errorf("the private half has %d bytes", private.Len())
	}
}

func TestNoKeyPairOfAnotherKind(t *testing.T) {
	for _, kind := range []KeyAlgorithm{"", "ecdsa", "ED25519", Secp256k1} {
		private, public, err := NewKeyPair(kind)
		if err == nil || !private.IsZero() || public != "" || !strings.Contains(err.Error(), fmt.Sprintf("%q", string(kind))) {
			t.Errorf("%q: %v", kind, err)
		}
	}
}

func TestPublicHalf(t *testing.T) {
	for _, kind := range []KeyAlgorithm{Ed25519, RSA} {
		private, public, err := NewKeyPair(kind)
		if err != nil {
			t.Fatal(err)
		}
		before := private.Reveal()
		got, err := PublicHalf(private)
		if err != nil || got != public {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
		if private.Reveal() != before {
			t.Errorf("%s: the private half was changed", kind)
		}
	}
}

func TestPublicHalfOfWhatIsNoPrivateKey(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	_, public, err := NewKeyPair(Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":       "",
		"a secret":      "canary-0123456789",
		"a public key":  public,
		"broken base64": "-----BEGIN PRIVATE KEY-----\ncanary!\n-----END PRIVATE KEY-----\n",
		"broken DER":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("canary")})),
		"another form":  string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: old})),
		"encrypted":     string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("canary")})),
	} {
		got, err := PublicHalf(NewSecret(text))
		if err == nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
			continue
		}
		if strings.Contains(err.Error(), "canary") || errors.Unwrap(err) != nil {
			t.Errorf("%s: the error says too much: %v", name, err)
		}
	}
}

// A key of another kind than we make has a public half too: the person may
// have made it.
func TestPublicHalfOfAKeyOfTheirOwn(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	got, err := PublicHalf(NewSecret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	if err != nil || !curve.PublicKey.Equal(parsePublic(t, got)) {
		t.Errorf("%q, %v", got, err)
	}
}
