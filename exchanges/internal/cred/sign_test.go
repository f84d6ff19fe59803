package cred

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestBase64SignatureWithASecretAndAPair(t *testing.T) {
	// RFC 4231, test case 2.
	got, err := (*Trace)(nil).Base64Signature(exchanges.Credential{Secret: exchanges.NewSecret("Jefe")}, "what do ya want for nothing?")
	if err != nil || got != "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=" {
		t.Errorf("%s, %v", got, err)
	}
	c := exchanges.Credential{PrivateKey: exchanges.NewSecret(edPEM)}
	got, err = (*Trace)(nil).Base64Signature(c, "text", Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(got)
	key, kerr := ParsePrivateKey(c.PrivateKey, exchanges.Secret{}, Ed25519)
	if err != nil || kerr != nil || !ed25519.Verify(key.Public().(ed25519.PublicKey), []byte("text"), sig) {
		t.Errorf("%s, %v, %v", got, err, kerr)
	}
	if _, err := (*Trace)(nil).Base64Signature(c, "text", RSA); err == nil {
		t.Error("a pair of another kind signs")
	}
}

// RFC 4231, test case 2.
func TestMAC(t *testing.T) {
	for want, h := range map[string]func() hash.Hash{
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843":                                                                 sha256.New,
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737": sha512.New,
	} {
		if got := hex.EncodeToString(MAC(h, []byte("Jefe"), "what do ya want for nothing?")); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// The parts are in base64 for addresses, without padding.
func TestToken(t *testing.T) {
	var signed string
	got, err := (*Trace)(nil).Token(map[string]string{"alg": "none"}, struct {
		Name string `json:"name"`
	}{"ü"}, func(text string) ([]byte, error) {
		signed = text
		return []byte{0xff, 0xfe}, nil
	})
	const text = "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiw7wifQ"
	if err != nil || signed != text || got != text+".__4" {
		t.Errorf("%s of %s, %v", got, signed, err)
	}
	if _, err := (*Trace)(nil).Token(nil, nil, func(string) ([]byte, error) { return nil, errors.New("no key") }); err == nil {
		t.Error("a token without a signature")
	}
}
