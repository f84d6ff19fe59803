package sim

import (
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"golang.org/x/crypto/sha3"
)

// noAddress is the address that nobody has the key of.
const noAddress = "0x0000000000000000000000000000000000000000"

// wallet is a key pair of the kind that Ethereum has: the address that follows
// from the public half and the private half, both 0x and lower-case hex.
type wallet struct{ address, private string }

func (m *material) wallet() wallet {
	private := secp256k1.PrivKeyFromBytes(m.bytes(32))
	return wallet{addressOf(private.PubKey()), "0x" + hex.EncodeToString(private.Serialize())}
}

// keccak is the hash of Ethereum: SHA-3 as it was before it became a standard.
func keccak(parts ...[]byte) []byte {
	h := sha3.NewLegacyKeccak256()
	for _, part := range parts {
		h.Write(part) // a hash never fails to write
	}
	return h.Sum(nil)
}

func addressOf(public *secp256k1.PublicKey) string {
	const formByte = 1 // says that both coordinates follow; not part of the hash
	return "0x" + hex.EncodeToString(keccak(public.SerializeUncompressed()[formByte:])[12:])
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
	if bad, ok := readFields(text, map[string]any{"r": &r, "s": &s, "v": &signature.v}); bad != "" || !ok {
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
	compact := append([]byte{s.v}, s.r...)
	public, _, err := ecdsa.RecoverCompact(append(compact, s.s...), digest)
	if err != nil {
		return "", false
	}
	return addressOf(public), true
}
