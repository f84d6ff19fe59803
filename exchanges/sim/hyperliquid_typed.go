package sim

import (
	"encoding/binary"
	"encoding/json"
	"strings"
)

// What follows is typed data as wallets sign it (EIP-712), as far as an
// exchange needs it: flat structures in a domain of version 1 without a
// contract.

// typedMessage is a structure to be signed.
type typedMessage struct {
	domain string // its name
	chain  uint64
	name   string // of the structure
	fields string // kinds and names, "string a,uint64 b"
	values map[string]json.RawMessage
}

// digest returns what a wallet signs, or false where a value is missing or
// not of its kind.
func (m typedMessage) digest() ([]byte, bool) {
	domain := keccak(
		keccak([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
		keccak([]byte(m.domain)), keccak([]byte("1")), word64(m.chain), make([]byte, 32))
	parts := [][]byte{keccak([]byte(m.name + "(" + m.fields + ")"))}
	for _, field := range strings.Split(m.fields, ",") {
		kind, name, _ := strings.Cut(field, " ")
		word, ok := typedWord(kind, m.values[name])
		if !ok {
			return nil, false
		}
		parts = append(parts, word)
	}
	return keccak([]byte{0x19, 0x01}, domain, keccak(parts...)), true
}

// typedWord returns the 32 bytes that stand for a value.
func typedWord(kind string, value json.RawMessage) ([]byte, bool) {
	switch kind {
	case "uint64":
		n, ok := valueOf[uint64](value)
		return word64(n), ok
	case "bool":
		yes, ok := valueOf[bool](value)
		return word64(map[bool]uint64{true: 1}[yes]), ok
	}
	text, ok := valueOf[string](value)
	if !ok {
		return nil, false
	}
	switch kind {
	case "address":
		raw, ok := hexBytes(text, 20)
		return append(make([]byte, 12), raw...), ok
	case "bytes32":
		return hexBytes(text, 32)
	}
	return keccak([]byte(text)), true
}

// valueOf reads a value that has to be there.
func valueOf[T any](text json.RawMessage) (value T, ok bool) {
	ok = json.Unmarshal(text, &value) == nil && string(text) != "null"
	return value, ok
}

func word64(n uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), n) }
