package store

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/BurntSushi/toml"
)

// pieceSize is about how much text is decoded at once. The library makes some
// thirty bytes of garbage for each byte that it reads, so that small pieces
// keep a large keys.toml from taking a hundred megabytes, and several can be
// read at the same time.
const pieceSize = 32 << 10

// decodeText reads a keys.toml in pieces. Whatever is wrong with one of them,
// the whole is read again, so that an error means the same as without pieces.
func decodeText(data []byte) (fileKeys, error) {
	parts := pieces(data)
	read := make([]fileKeys, len(parts))
	var failed atomic.Bool
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(parts)) && !failed.Load(); i = next.Add(1) - 1 {
				if decodePiece(parts[i], &read[i]) != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	if failed.Load() {
		var f fileKeys
		err := decodePiece(data, &f)
		return f, err
	}
	return joined(read), nil
}

func decodePiece(text []byte, f *fileKeys) error {
	md, err := toml.Decode(string(text), f)
	if err != nil {
		return err
	}
	return checkKeys(md.Keys())
}

// joined puts the pieces together. Only the first can have a head.
func joined(read []fileKeys) fileKeys {
	n := 0
	for _, f := range read {
		n += len(f.Keys)
	}
	all := fileKeys{Schema: read[0].Schema, Keyring: read[0].Keyring, Keys: make([]fileKey, 0, n)}
	for _, f := range read {
		all.Keys = append(all.Keys, f.Keys...)
	}
	return all
}

// pieces cuts a keys.toml before lines that begin a record. A line inside a
// text of several lines may look like one; then the piece before it has no
// end, and fails.
func pieces(data []byte) [][]byte {
	header := []byte("\n" + keyHeader + "\n")
	var out [][]byte
	for len(data) > pieceSize {
		i := bytes.Index(data[pieceSize:], header)
		if i < 0 {
			break
		}
		cut := pieceSize + i + 1
		out = append(out, data[:cut])
		data = data[cut:]
	}
	return append(out, data)
}
