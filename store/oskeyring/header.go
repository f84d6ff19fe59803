package oskeyring

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/argon2"
)

// headerFile lies beside the items of the file backend. Without it the
// passphrase opens nothing, so it is never written over.
const headerFile = "keyring.json"

// header says how the passphrase becomes the key of the items, and holds a
// sentinel by which a wrong passphrase is told from the right one.
type header struct {
	Version  int    `json:"version"`
	KDF      string `json:"kdf"`
	Time     uint32 `json:"time"`
	Memory   uint32 `json:"memory_kib"`
	Threads  uint8  `json:"threads"`
	Salt     []byte `json:"salt"`
	Sentinel []byte `json:"sentinel"`
}

const (
	headerVersion = 1
	kdfArgon2id   = "argon2id"
)

// newHeader takes the second recommended option of RFC 9106, section 4, with
// 64 MiB: https://www.rfc-editor.org/rfc/rfc9106#section-4.
func newHeader() header {
	h := header{Version: headerVersion, KDF: kdfArgon2id, Time: 3, Memory: 64 << 10, Threads: 4, Salt: make([]byte, 16)}
	_, _ = rand.Read(h.Salt) // never fails, see crypto/rand
	return h
}

// derive returns the passphrase that the library gets, and the sentinel that
// belongs to it. Neither tells anything about the other.
func (h header) derive(passphrase []byte) (key string, sentinel []byte) {
	out := argon2.IDKey(passphrase, h.Salt, h.Time, h.Memory, h.Threads, 64)
	defer clear(out)
	sum := sha256.Sum256(out[32:])
	return hex.EncodeToString(out[:32]), sum[:]
}

// open returns the library's passphrase if the person's passphrase is right.
func (h header) open(passphrase []byte) (key string, ok bool) {
	key, sentinel := h.derive(passphrase)
	return key, subtle.ConstantTimeCompare(sentinel, h.Sentinel) == 1
}

// valid bounds what is read from the file: a damaged one must neither panic
// nor take all memory.
func (h header) valid() bool {
	return h.KDF == kdfArgon2id && h.Time >= 1 && h.Time <= 64 &&
		h.Memory >= 8*uint32(h.Threads) && h.Memory <= 1<<20 && h.Threads >= 1 &&
		len(h.Salt) >= 16 && len(h.Sentinel) == sha256.Size
}

var errNoHeader = errors.New("there is no " + headerFile)

func readHeader(dir string) (header, error) {
	path := filepath.Join(dir, headerFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return header{}, errNoHeader
	}
	if err != nil {
		return header{}, err
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return header{}, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if h.Version > headerVersion {
		return header{}, fmt.Errorf("%s: %w", path, errNewer)
	}
	if h.Version != headerVersion || !h.valid() {
		return header{}, fmt.Errorf("%s is damaged", path)
	}
	return h, nil
}

// write creates the header file, whole or not at all. It fails with
// fs.ErrExist if there is one, from another keyrota perhaps: a link, unlike a
// rename, replaces nothing.
func (h header) write(dir string) error {
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	f, err := os.CreateTemp(dir, ".header-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	path := filepath.Join(dir, headerFile)
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = writeExclusive(path, text)
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// writeExclusive is for file systems without links. A crash can leave half a
// header then, but no items that need it.
func writeExclusive(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
