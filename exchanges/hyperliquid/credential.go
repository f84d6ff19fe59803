package hyperliquid

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"unicode"

	"github.com/ProtonMail/go-crypto/bitcurves"
	"golang.org/x/crypto/sha3"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Label: "API wallet address", Optional: true,
		Help: "0x and 40 hexadecimal digits; it follows from the private key, so it may stay empty",
	},
	{
		Name: exchanges.FieldPrivateKey, Label: "Private key",
		Help: "0x and 64 hexadecimal digits: that of the API wallet, never that of your own wallet",
	},
}}

var (
	isAddress    = cred.Pattern(`^0[xX][0-9a-fA-F]{40}$`)
	isPrivateKey = cred.Pattern(`^(0[xX])?[0-9a-fA-F]{64}$`)
)

// isPhrase reports whether a text is one of the phrases from which a wallet is
// recovered: they have 12 words and more.
func isPhrase(text string) bool {
	odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsSpace(r) }
	return len(strings.Fields(text)) >= 12 && !strings.ContainsFunc(text, odd)
}

const (
	hintPrivate = "Give the private key of the API wallet, whole: 0x and 64 hexadecimal digits. It is shown once; if it is lost, make a new API wallet."
	hintAddress = "An address is 0x and 40 hexadecimal digits. Copy it again, or leave it empty: it follows from the private key."
	hintOther   = "Give the private key of this API wallet. That of your own wallet is never needed: do not give it to any program."
	hintPhrase  = "Never give these words to any program: whoever has them has the whole wallet. Make an API wallet and give its private key."
)

// check is Adapter.Check. In its normal form a credential has the address in
// lower case, as the exchange writes it, and the private half as PrivateKey with
// 0x in front: there the flows put that of a pair, and there bots look for it.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	private, err := privateHalf(c)
	if err != nil {
		return c, err
	}
	derived, err := publicHalf(private)
	if err != nil {
		return c, invalid(exchanges.FieldPrivateKey, err.Error(), hintPrivate)
	}
	switch given := cred.Trim(c.KeyID); {
	case given == "", strings.EqualFold(given, derived):
		return exchanges.Credential{KeyID: derived, PrivateKey: private, Nonce: c.Nonce}, nil
	case isPrivateKey(given):
		return c, invalid(exchanges.FieldKey, "there is a private key in the place of the API wallet address", hintAddress)
	case !isAddress(given):
		return c, invalid(exchanges.FieldKey, "the API wallet address is not an address", hintAddress)
	}
	return c, invalid(exchanges.FieldPrivateKey, "the private key belongs to another address", hintOther)
}

// privateHalf returns the private key of a credential in its normal form, from
// whichever of the two fields it was pasted into.
func privateHalf(c exchanges.Credential) (exchanges.Secret, error) {
	text, second := cred.Trim(c.PrivateKey.Reveal()), cred.Trim(c.Secret.Reveal())
	if text == "" {
		text, second = second, ""
	}
	field, problem, hint := exchanges.FieldPrivateKey, "", hintPrivate
	switch {
	case second != "":
		field, problem = exchanges.FieldSecret, "there is a secret beside the private key"
	case !c.Passphrase.IsZero():
		field, problem, hint = exchanges.FieldPassphrase, "there is a passphrase, and API wallets have none", "Leave the passphrase empty."
	case text == "":
		problem = "the private key is missing"
	case isAddress(text):
		problem = "there is an address in the place of the private key"
	case isPhrase(text):
		problem, hint = "the private key is a recovery phrase", hintPhrase
	case !isPrivateKey(text):
		problem = "the private key does not have the form of one"
	default:
		return exchanges.NewSecret("0x" + strings.ToLower(text[len(text)-64:])), nil
	}
	return exchanges.Secret{}, invalid(field, problem, hint)
}

func invalid(field exchanges.FieldName, problem, hint string) error {
	return &exchanges.Error{
		Exchange: ID, Op: "check " + string(field), Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
		Err: errors.New(problem), Hint: hint,
	}
}

// curve is secp256k1, that of Ethereum's wallets. Of the libraries that have it
// this one brings no table of points, which would be a twentieth of the program.
// How long it takes depends on the key, which matters to nobody here: a key is
// used when it is made and when it is checked, on its owner's machine.
var curve = bitcurves.S256()

const privateBytes = 32

// newPair makes an API wallet: its private key, and the address to approve.
func newPair() (exchanges.Secret, string, error) {
	raw := make([]byte, privateBytes)
	defer clear(raw)
	for !onCurve(raw) { // seldom more than once: one in 2^128 numbers is too large
		_, _ = rand.Read(raw) // never fails, see crypto/rand
	}
	text := hex.AppendEncode([]byte("0x"), raw)
	defer clear(text) // NewSecret has its own copy
	return exchanges.NewSecret(text), addressOf(raw), nil
}

// publicHalf returns the address of a private key in its normal form. Its error
// says nothing of the content.
func publicHalf(private exchanges.Secret) (string, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(private.Reveal(), "0x"))
	defer clear(raw)
	if err != nil || !onCurve(raw) {
		return "", errors.New("the private key is no number of the curve")
	}
	return addressOf(raw), nil
}

// onCurve reports whether a private key is one: from 1 to the order of the
// curve, which is left out.
func onCurve(private []byte) bool {
	n := new(big.Int).SetBytes(private)
	return len(private) == privateBytes && n.Sign() > 0 && n.Cmp(curve.N) < 0
}

// addressOf returns the address of a private key as Ethereum has it: the last 20
// bytes of Keccak-256 over the two coordinates of its public half.
func addressOf(private []byte) string {
	var point [64]byte
	x, y := curve.ScalarBaseMult(private)
	x.FillBytes(point[:32])
	y.FillBytes(point[32:])
	h := sha3.NewLegacyKeccak256()
	h.Write(point[:]) // a hash never fails to write
	return "0x" + hex.EncodeToString(h.Sum(nil)[12:])
}
