package cred

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestBase64SignatureWithASecretAndAPair(t *testing.T) {
	// RFC 4231, test case 2.
	got, err := Base64Signature(exchanges.Credential{Secret: exchanges.NewSecret("Jefe")}, "what do ya want for nothing?")
	if err != nil || got != "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=" {
		t.Errorf("%s, %v", got, err)
	}
	c := exchanges.Credential{PrivateKey: exchanges.NewSecret(edPEM)}
	got, err = Base64Signature(c, "text", Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(got)
	key, kerr := ParsePrivateKey(c.PrivateKey, exchanges.Secret{}, Ed25519)
	if err != nil || kerr != nil || !ed25519.Verify(key.Public().(ed25519.PublicKey), []byte("text"), sig) {
		t.Errorf("%s, %v, %v", got, err, kerr)
	}
	if _, err := Base64Signature(c, "text", RSA); err == nil {
		t.Error("a pair of another kind signs")
	}
}
