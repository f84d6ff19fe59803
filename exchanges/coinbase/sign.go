package coinbase

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// tokenLife is how long a token is good for; Coinbase takes no longer one.
const tokenLife = 2 * time.Minute

// half is the length of each of the two numbers of an ES256 signature.
const half = 32

// header and claims are the two parts of a token, in the order in which their
// members are written.
type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Nonce     string `json:"nonce"`
	Type      string `json:"typ"`
}

type claims struct {
	Subject   string `json:"sub"`
	Issuer    string `json:"iss"`
	NotBefore int64  `json:"nbf"` // Unix seconds
	Expires   int64  `json:"exp"`
	URI       string `json:"uri"`
}

// signed adds a token of its own to a request.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	t, err := token(r.Trace, c, r.Method, r.Path, cmp.Or(r.Nonce, hex.EncodeToString(nonce)), now)
	r.Header = http.Header{"Authorization": {"Bearer " + t}}
	return r, err
}

// token makes the JWT for one method and path at time now. The host in it is
// Coinbase's own even where base_url leads through a gateway: who judges the
// token knows no other.
func token(t *cred.Trace, c exchanges.Credential, method, path, nonce string, now time.Time) (string, error) {
	key, err := signer(c)
	if err != nil {
		return "", err
	}
	head := header{Algorithm: "EdDSA", KeyID: c.KeyID, Nonce: nonce, Type: "JWT"}
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		head.Algorithm = "ES256"
	}
	said := claims{c.KeyID, "cdp", now.Unix(), now.Add(tokenLife).Unix(), method + " " + host + path}
	return t.Token(head, said, func(text string) ([]byte, error) { return t.Pair(key, text, sign) })
}

// sign signs text as JOSE has it: Ed25519 over the text, ES256 as the two
// numbers r and s of 32 bytes each, without the ASN.1 around them. Without a
// source of randomness an ECDSA signature is that of RFC 6979.
func sign(key crypto.Signer, text string) ([]byte, error) {
	if _, ok := key.(*ecdsa.PrivateKey); !ok {
		return key.Sign(nil, []byte(text), crypto.Hash(0))
	}
	sum := sha256.Sum256([]byte(text))
	der, err := key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return nil, err
	}
	out := make([]byte, 2*half)
	numbers.R.FillBytes(out[:half])
	numbers.S.FillBytes(out[half:])
	return out, nil
}
