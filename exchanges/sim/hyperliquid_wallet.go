package sim

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"sync"

	"github.com/ProtonMail/go-crypto/bitcurves"
	"golang.org/x/crypto/sha3"
)

// noAddress is the address that nobody has the key of.
const noAddress = "0x0000000000000000000000000000000000000000"

// wallet is a key pair of the kind that Ethereum has: the address that follows
// from the public half and the private half, both 0x and lower-case hex.
type wallet struct{ address, private string }

// koblitz is secp256k1, the curve of Ethereum.
var koblitz = bitcurves.S256()

func (m *material) wallet() wallet {
	private := new(big.Int).SetBytes(m.bytes(32))
	raw := private.Mod(private, koblitz.N).FillBytes(make([]byte, 32))
	address, known := addresses.Load(string(raw))
	if !known {
		address, _ = addresses.LoadOrStore(string(raw), addressOf(koblitz.ScalarBaseMult(raw)))
	}
	text, _ := address.(string)
	return wallet{text, "0x" + hex.EncodeToString(raw)}
}

// addresses are those of private keys. A world has the same ones at every start,
// and each takes a millisecond to find.
var addresses sync.Map

// keccak is the hash of Ethereum: SHA-3 as it was before it became a standard.
func keccak(parts ...[]byte) []byte {
	h := sha3.NewLegacyKeccak256()
	for _, part := range parts {
		h.Write(part) // a hash never fails to write
	}
	return h.Sum(nil)
}

// addressOf returns the address of a public key, a point of the curve.
func addressOf(x, y *big.Int) string {
	return "0x" + hex.EncodeToString(keccak(x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32)))[12:])
}

// readAddress returns an address in lower case. Capitals, which hold a check
// sum in some programs, mean nothing to an exchange.
func readAddress(text string) (string, bool) {
	raw, ok := hexBytes(text, 20)
	if !ok || len(text) != len(noAddress) {
		return "", false
	}
	return "0x" + hex.EncodeToString(raw), true
}

// hexBytes reads 0x and up to 2n digits as n bytes. Leading zeros may be
// missing, since some SDKs write numbers so.
func hexBytes(text string, n int) ([]byte, bool) {
	digits, ok := strings.CutPrefix(text, "0x")
	if !ok || digits == "" || len(digits) > 2*n {
		return nil, false
	}
	raw, err := hex.DecodeString(strings.Repeat("0", 2*n-len(digits)) + digits)
	return raw, err == nil
}

// walletSignature is r, s and v as ECDSA on secp256k1 makes them: the signer
// follows from them.
type walletSignature struct {
	r, s []byte // 32 bytes each
	v    uint8  // 27 or 28
}

// readWalletSignature reads {"r":"0x…","s":"0x…","v":27}.
func readWalletSignature(text json.RawMessage) (signature walletSignature, ok bool) {
	var r, s string
	if bad, ok := readFields(text, "r", &r, "s", &s, "v", &signature.v); bad != "" || !ok {
		return signature, false
	}
	var rOK, sOK bool
	signature.r, rOK = hexBytes(r, 32)
	signature.s, sOK = hexBytes(s, 32)
	return signature, rOK && sOK
}

// signer returns the address whose private key made the signature of a digest.
// A wrong digest gives an address too, but nobody's.
func (s walletSignature) signer(digest []byte) (address string, ok bool) {
	if s.v != 27 && s.v != 28 { // others belong to compressed public keys
		return "", false
	}
	r, ok := scalar(s.r)
	scale, alsoOK := scalar(s.s)
	rx, ry := pointAt(r, s.v == 28)
	if !ok || !alsoOK || ry == nil {
		return "", false
	}
	// The public key is (s·R − z·G) / r: SEC 1, 4.1.6.
	inverse := new(big.Int).ModInverse(r, koblitz.N)
	minus := new(big.Int).Neg(new(big.Int).SetBytes(digest))
	gx, gy := koblitz.ScalarBaseMult(product(minus, inverse))
	x, y := koblitz.ScalarMult(rx, ry, product(scale, inverse))
	if gx == nil || x == nil || gx.Cmp(x) == 0 { // points that cannot be added; nobody finds such a signature
		return "", false
	}
	return addressOf(koblitz.Add(x, y, gx, gy)), true
}

// scalar reads a number from 1 to the order of the curve, which is left out.
func scalar(raw []byte) (*big.Int, bool) {
	n := new(big.Int).SetBytes(raw)
	return n, n.Sign() > 0 && n.Cmp(koblitz.N) < 0
}

// product returns a·b modulo the order of the curve, in 32 bytes.
func product(a, b *big.Int) []byte {
	p := new(big.Int).Mul(a, b)
	return p.Mod(p, koblitz.N).FillBytes(make([]byte, 32))
}

// pointAt returns the point of the curve that has x, with an odd or an even y;
// nil: there is none.
func pointAt(x *big.Int, odd bool) (*big.Int, *big.Int) {
	y := new(big.Int).Exp(x, big.NewInt(3), koblitz.P)
	if y = y.ModSqrt(y.Add(y, koblitz.B), koblitz.P); y == nil {
		return x, nil
	}
	if (y.Bit(0) == 1) != odd {
		y.Sub(koblitz.P, y)
	}
	return x, y
}
