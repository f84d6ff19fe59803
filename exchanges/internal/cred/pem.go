package cred

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/youmark/pkcs8"

	"github.com/keyrota/keyrota/exchanges"
)

// Algorithm is a kind of key pair.
type Algorithm string

// The kinds of key pairs that exchanges take.
const (
	Ed25519 Algorithm = "Ed25519"
	RSA     Algorithm = "RSA"
	P256    Algorithm = "ECDSA with the curve P-256"
)

// The bounds of a private key: 2048 bits is what exchanges ask of RSA at
// least; an encrypted RSA-4096 PEM has about 3.5 kB.
const (
	minRSABits = 2048
	maxPEM     = 16 << 10
)

const begin = "-----BEGIN "

func looksPEM(s string) bool { return strings.Contains(s, begin) }

// normalPEM gives a PEM its line ends back: pastes have CR LF, files for
// environment variables have \n in letters, and some inputs turn line ends
// into blanks. What it cannot read it returns as it is.
func normalPEM(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", `\r\n`, "\n", `\n`, "\n").Replace(s)
	s = strings.TrimSpace(s)
	if block, _ := pem.Decode([]byte(s)); block != nil {
		return s + "\n"
	}
	head, rest, ok := strings.Cut(strings.TrimPrefix(s, begin), "-----")
	if !ok || !strings.HasPrefix(s, begin) {
		return s
	}
	body, ok := strings.CutSuffix(rest, "-----END "+head+"-----")
	if !ok {
		return s
	}
	joined := begin + head + "-----\n" + wrap(strings.Join(strings.Fields(body), "")) + "-----END " + head + "-----\n"
	if block, _ := pem.Decode([]byte(joined)); block == nil {
		return s
	}
	return joined
}

// wrap breaks base64 into the lines of 64 characters that PEM has.
func wrap(s string) string {
	var b strings.Builder
	for line := range slices.Chunk([]byte(s), 64) {
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// ParsePrivateKey reads a PEM private key, PKCS#8, PKCS#1 or SEC 1, and opens
// an encrypted PKCS#8 with the password. Only the given algorithms are accepted.
// Its errors quote nothing.
func ParsePrivateKey(text, password exchanges.Secret, accept ...Algorithm) (crypto.Signer, error) {
	block, err := decode(text.Bytes())
	if err != nil {
		return nil, err
	}
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return decrypt(block.Bytes, password, accept)
	default:
		return nil, bad("the PEM is not a private key in a form that is read here",
			"Convert it: openssl pkcs8 -topk8 -in old.pem -out new.pem")
	}
	if err != nil {
		return nil, bad("the private key is damaged", "Copy the whole file again, from the first dash to the last.")
	}
	if !password.IsZero() {
		return nil, &problem{exchanges.FieldPassphrase, "there is a password and the private key is not encrypted", "Leave the passphrase empty."}
	}
	return accepted(key, accept)
}

func decode(text []byte) (*pem.Block, error) {
	if len(text) > maxPEM {
		return nil, bad("the private key is larger than any that exchanges take", "Give the PEM of one private key.")
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, bad("the private key is not a whole PEM",
			"It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----. Copy the whole file.")
	case strings.TrimSpace(string(rest)) != "" || !strings.HasPrefix(string(text), begin):
		return nil, bad("there is something beside the private key", "Give the PEM of the private key alone.")
	case strings.HasSuffix(block.Type, "PUBLIC KEY"):
		return nil, bad("this is the public key", "The exchange has the public key. Give the private key of the pair; it never leaves this machine.")
	case block.Headers["DEK-Info"] != "" || block.Headers["Proc-Type"] != "":
		return nil, bad("the private key is encrypted in OpenSSL's old form", "Convert it: openssl pkcs8 -topk8 -in old.pem -out new.pem")
	}
	return block, nil
}

func decrypt(der []byte, password exchanges.Secret, accept []Algorithm) (crypto.Signer, error) {
	if password.IsZero() {
		return nil, &problem{exchanges.FieldPassphrase, "the private key is encrypted", "Give its password as passphrase."}
	}
	key, _, err := pkcs8.ParsePrivateKey(der, password.Bytes())
	if err != nil {
		return nil, &problem{exchanges.FieldPassphrase, "the private key does not open with this password",
			"Check the password: openssl pkey -in key.pem -noout asks for it."}
	}
	return accepted(key, accept)
}

// accepted returns key if the exchange takes its kind.
func accepted(key any, accept []Algorithm) (crypto.Signer, error) {
	var signer crypto.Signer
	var kind Algorithm
	switch k := key.(type) {
	case ed25519.PrivateKey:
		signer, kind = k, Ed25519
	case *rsa.PrivateKey:
		if k.N.BitLen() < minRSABits {
			return nil, bad("the RSA key is shorter than 2048 bits", "Make a new pair of 2048 or 4096 bits and register its public half.")
		}
		signer, kind = k, RSA
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P256() {
			signer, kind = k, P256
		}
	}
	if !slices.Contains(accept, kind) {
		names := make([]string, len(accept))
		for i, a := range accept {
			names[i] = string(a)
		}
		return nil, bad("the exchange does not take this kind of private key",
			fmt.Sprintf("It takes %s. Register a public key of that kind.", strings.Join(names, " and ")))
	}
	return signer, nil
}

// bad is what is wrong with a private key. Not inlined: it has many callers.
//
//go:noinline
func bad(text, hint string) error { return &problem{exchanges.FieldPrivateKey, text, hint} }
