package sim

import (
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
)

// made is a signature that another library made, of a digest of its own.
func made(seed uint64) (w wallet, s walletSignature, digest []byte) {
	w = someWallet(string(rune('a' + seed)))
	raw, _ := hexBytes(w.private, 32)
	digest = keccak(binary.BigEndian.AppendUint64(nil, seed))
	compact := ecdsa.SignCompact(secp256k1.PrivKeyFromBytes(raw), digest, false)
	return w, walletSignature{r: compact[1:33], s: compact[33:], v: compact[0]}, digest
}

// flipped is a signature with the other v.
func (s walletSignature) flipped() walletSignature {
	s.v = 27 + 28 - s.v
	return s
}

func TestSignersOfAnotherLibrary(t *testing.T) {
	forms := map[uint8]int{}
	for seed := range uint64(100) {
		w, s, digest := made(seed)
		forms[s.v]++
		mirrored := s.flipped() // -s and the other v say the same; SDKs write only the smaller s
		mirrored.s = new(big.Int).Sub(koblitz.N, new(big.Int).SetBytes(s.s)).FillBytes(make([]byte, 32))
		for what, s := range map[string]walletSignature{"as made": s, "mirrored": mirrored} {
			if got, ok := s.signer(digest); !ok || got != w.address {
				t.Errorf("%d %s: %s, want %s", seed, what, got, w.address)
			}
		}
	}
	if forms[27] == 0 || forms[28] == 0 || len(forms) != 2 {
		t.Errorf("signatures of the forms %v", forms)
	}
}

func TestSignaturesOfSomethingElse(t *testing.T) {
	for seed := range uint64(100) {
		w, s, digest := made(seed)
		for what, of := range map[string]struct {
			walletSignature

			digest []byte
		}{
			"the other v":     {s.flipped(), digest},
			"r and s swapped": {walletSignature{r: s.s, s: s.r, v: s.v}, digest},
			"another digest":  {s, keccak(digest)},
		} {
			if got, ok := of.signer(of.digest); ok && got == w.address {
				t.Errorf("%d: %s is taken for its owner's", seed, what)
			}
		}
	}
}

func TestNumbersThatAreNoSignature(t *testing.T) {
	_, good, digest := made(1)
	zero, order, above := make([]byte, 32), koblitz.N.Bytes(), slices.Repeat([]byte{0xff}, 32)
	off := make([]byte, 32) // 5³+7 is no square: the curve has no point there
	off[31] = 5
	for what, s := range map[string]walletSignature{
		"r is zero":         {r: zero, s: good.s, v: good.v},
		"s is zero":         {r: good.r, s: zero, v: good.v},
		"r is the order":    {r: order, s: good.s, v: good.v},
		"s is the order":    {r: good.r, s: order, v: good.v},
		"r is above it":     {r: above, s: good.s, v: good.v},
		"s is above it":     {r: good.r, s: above, v: good.v},
		"no point has x":    {r: off, s: good.s, v: good.v},
		"nothing":           {v: good.v},
		"v is a bit":        {r: good.r, s: good.s, v: good.v - 27},
		"v of short keys":   {r: good.r, s: good.s, v: good.v + 4},
		"v of another kind": {r: good.r, s: good.s, v: 29},
	} {
		if got, ok := s.signer(digest); ok {
			t.Errorf("%s: %s signed", what, got)
		}
	}
	// With R = ±G and s = z, the two points whose difference is the key have one
	// x: the difference is no point, or one that Add does not compute.
	z := new(big.Int).SetBytes(digest)
	for _, v := range []uint8{27, 28} {
		s := walletSignature{r: koblitz.Gx.Bytes(), s: product(z, big.NewInt(1)), v: v}
		if got, ok := s.signer(digest); ok {
			t.Errorf("v %d: %s signed", v, got)
		}
	}
	if got, ok := good.signer(make([]byte, 32)); ok {
		t.Errorf("%s signed nothing", got)
	}
}
