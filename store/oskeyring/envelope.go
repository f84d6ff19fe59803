package oskeyring

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/store"
)

// An envelope is what an item holds:
//
//	"kr"  version  content  body  SHA-256(slot, content, body)
//
// The checksum finds items that were cut off or put under another name. It is
// no protection against a person who can write to the keyring.
const (
	magic   = "kr"
	version = 1

	overhead = len(magic) + 2 + sha256.Size
)

// What the body of an envelope is.
const (
	contentValue byte = 'v' // the value itself
	contentHead  byte = 'h' // a head: the value lies in parts
	contentPart  byte = 'p' // one part
)

var (
	errDamaged = store.ErrDamaged
	errNewer   = errors.New("the item was stored by a newer version of keyrota")
)

func seal(s store.Slot, content byte, body []byte) []byte {
	b := make([]byte, 0, overhead+len(body))
	b = append(b, magic...)
	b = append(b, version, content)
	b = append(b, body...)
	return append(b, checksum(s, content, body)...)
}

func unseal(s store.Slot, data []byte) (content byte, body []byte, err error) {
	if len(data) > len(magic) && string(data[:len(magic)]) == magic && data[len(magic)] > version {
		return 0, nil, errNewer
	}
	if len(data) < overhead || string(data[:len(magic)]) != magic || data[len(magic)] != version {
		return 0, nil, errDamaged
	}
	content = data[len(magic)+1]
	body = data[len(magic)+2 : len(data)-sha256.Size]
	if !bytes.Equal(checksum(s, content, body), data[len(data)-sha256.Size:]) {
		return 0, nil, errDamaged
	}
	return content, body, nil
}

func checksum(s store.Slot, content byte, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(s))
	h.Write([]byte{0, content}) // no slot holds a 0
	h.Write(body)
	return h.Sum(nil)
}

// head says where the parts of a value are and how to tell that they belong
// together.
type head struct {
	Generation uint32
	Parts      uint32
	Size       uint32 // of the value
	Sum        [sha256.Size]byte
}

var headSize = binary.Size(head{})

// split cuts a value into parts so that no envelope exceeds limit.
func split(s store.Slot, value []byte, limit int, generation uint32) (sealedHead []byte, parts [][]byte) {
	room := limit - overhead - binary.Size(generation) - 4
	for i := 0; i*room < len(value); i++ {
		body := binary.BigEndian.AppendUint32(nil, generation)
		body = binary.BigEndian.AppendUint32(body, uint32(i))
		body = append(body, value[i*room:min((i+1)*room, len(value))]...)
		parts = append(parts, seal(s, contentPart, body))
	}
	h := head{Generation: generation, Parts: uint32(len(parts)), Size: uint32(len(value)), Sum: sha256.Sum256(value)}
	body, err := binary.Append(nil, binary.BigEndian, h)
	if err != nil {
		panic(err) // head has a fixed size
	}
	return seal(s, contentHead, body), parts
}

func parseHead(body []byte) (h head, err error) {
	if len(body) != headSize {
		return head{}, errDamaged
	}
	if _, err := binary.Decode(body, binary.BigEndian, &h); err != nil || h.Size > MaxValue {
		return head{}, errDamaged
	}
	return h, nil
}

// join appends part number index to what was joined before.
func (h head) join(s store.Slot, value []byte, index uint32, data []byte) ([]byte, error) {
	content, body, err := unseal(s, data)
	if err != nil {
		return nil, err
	}
	if content != contentPart || len(body) < 8 ||
		binary.BigEndian.Uint32(body) != h.Generation || binary.BigEndian.Uint32(body[4:]) != index {
		return nil, fmt.Errorf("part %d of %d does not belong there: %w", index+1, h.Parts, errDamaged)
	}
	return append(value, body[8:]...), nil
}

// check tells whether the joined value is the one that the head was made for.
func (h head) check(value []byte) error {
	if len(value) != int(h.Size) || sha256.Sum256(value) != h.Sum {
		return errDamaged
	}
	return nil
}
