package sim

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
)

// packed returns JSON as MessagePack (msgpack.org), the members of objects in
// the order in which they were sent: of that an action's hash is made.
func packed(text json.RawMessage) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out, err := packValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return out, nil
}

func packValue(d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return packMany(d, value)
	case string:
		return packText(value), nil
	case json.Number:
		return packNumber(value)
	case bool:
		if value {
			return []byte{0xc3}, nil
		}
		return []byte{0xc2}, nil
	}
	return []byte{0xc0}, nil // null
}

// packMany packs what is in an array or an object, up to its end.
func packMany(d *json.Decoder, opening json.Delim) ([]byte, error) {
	var parts [][]byte
	for d.More() {
		part, err := packValue(d)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	head := packLength(len(parts), 15, 0x90, 0xdc)
	if opening == '{' {
		head = packLength(len(parts)/2, 15, 0x80, 0xde) // each member is a name and a value
	}
	return append(head, bytes.Join(parts, nil)...), nil
}

// packLength writes a length: in one byte up to most, else in two or four
// after a mark, the mark of four being the one that follows the mark of two.
func packLength(n, most int, short, mark byte) []byte {
	switch {
	case n <= most:
		return []byte{short | byte(n)}
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16([]byte{mark}, uint16(n))
	}
	return binary.BigEndian.AppendUint32([]byte{mark + 1}, uint32(n))
}

func packText(text string) []byte {
	if n := len(text); n > 31 && n <= math.MaxUint8 { // only texts have this form
		return append([]byte{0xd9, byte(n)}, text...)
	}
	return append(packLength(len(text), 31, 0xa0, 0xda), text...)
}

func packNumber(number json.Number) ([]byte, error) {
	if n, err := strconv.ParseUint(number.String(), 10, 64); err == nil {
		return packUint(n), nil
	}
	if n, err := number.Int64(); err == nil {
		return packNegative(n), nil
	}
	x, err := number.Float64()
	return binary.BigEndian.AppendUint64([]byte{0xcb}, math.Float64bits(x)), err
}

func packUint(n uint64) []byte {
	switch {
	case n < 0x80:
		return []byte{byte(n)}
	case n <= math.MaxUint8:
		return []byte{0xcc, byte(n)}
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16([]byte{0xcd}, uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32([]byte{0xce}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{0xcf}, n)
}

func packNegative(n int64) []byte {
	switch {
	case n >= -32:
		return []byte{byte(n)}
	case n >= math.MinInt8:
		return []byte{0xd0, byte(n)}
	case n >= math.MinInt16:
		return binary.BigEndian.AppendUint16([]byte{0xd1}, uint16(n))
	case n >= math.MinInt32:
		return binary.BigEndian.AppendUint32([]byte{0xd2}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{0xd3}, uint64(n))
}
