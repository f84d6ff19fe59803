package deribit

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

var errCredential = errors.New("client ID or secret is missing")

// stamp is what makes a signature good for one moment and one call. Deribit
// allows 60 s between the timestamp and its own clock.
type stamp struct {
	at    time.Time
	nonce string
}

func (s stamp) millis() int64 { return s.at.UnixMilli() }

// text is what is signed: the stamp and then the data, which is empty for
// public/auth and the request itself for a signed REST call.
func (s stamp) text(data string) string {
	return strconv.FormatInt(s.millis(), 10) + "\n" + s.nonce + "\n" + data
}

// sign returns the signature of text with whichever key c has: hexadecimal
// HMAC-SHA256 where Deribit made the secret, Ed25519 or RSA where the person
// registered a public key.
func sign(c exchanges.Credential, text string) (string, error) {
	if c.KeyID == "" || c.Secret.IsZero() && c.PrivateKey.IsZero() {
		return "", errCredential
	}
	if c.PrivateKey.IsZero() {
		return hex.EncodeToString(cred.HMACSHA256(c.Secret, text)), nil
	}
	key, err := cred.ParsePrivateKey(c.PrivateKey, c.Passphrase, pairs...)
	if err != nil {
		return "", err
	}
	raw, err := cred.SignPair(key, text)
	if err != nil {
		return "", err
	}
	// Deribit's article on these keys calls for URL-safe base64. That it wants
	// no padding is known from its examples only, which is the first thing to
	// look at if such a key is refused for its signature.
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
