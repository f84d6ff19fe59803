package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// smallFile is one of our files beside keys.toml, as TOML has it.
type smallFile interface{ schema() int }

// readSmall reads a file into f, strictly: a schema above known is refused, and
// so is a name that f does not have. A missing file leaves f as it is. hint says
// what to do about a file that cannot be read.
func readSmall(path string, f smallFile, known int, hint string) (text string, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fileError("read", path, err)
	}
	if err := decodeSmall(string(data), f, known); err != nil {
		return "", smallError(path, err, hint)
	}
	return string(data), nil
}

func smallError(path string, err error, hint string) error {
	return &Error{Op: "read", Path: at(path, err), Err: err, Hint: hint}
}

func decodeSmall(text string, f smallFile, known int) error {
	md, err := toml.Decode(text, f)
	if err != nil {
		line, cause := tomlError(err)
		return &lineError{line, cause}
	}
	if f.schema() > known {
		return &lineError{1, fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, f.schema(), known)}
	}
	if more := md.Undecoded(); len(more) > 0 {
		return &lineError{positionOf(text, more[0]), fmt.Errorf("%w: the key %q is not known to this keyrota", ErrCorrupt, exchanges.Clean(more[0].String()))}
	}
	return nil
}

// writeSmall saves f behind a comment, at once or not at all.
func (s *Store) writeSmall(path, comment string, f smallFile) error {
	var b bytes.Buffer
	b.WriteString(comment)
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(f); err != nil {
		return &Error{Op: "save", Path: path, Err: err}
	}
	return fileError("save", path, s.disk.replace(path, b.Bytes(), false))
}
