package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The failures that callers tell apart, with errors.Is.
var (
	ErrReadOnly  = errors.New("this keyrota may not write")
	ErrExists    = errors.New("there is already a key of that name")
	ErrNotFound  = errors.New("no such key")
	ErrChanged   = errors.New("the file was changed by someone else since it was read")
	ErrNewer     = errors.New("written by a newer keyrota")
	ErrCorrupt   = errors.New("not readable")
	ErrMismatch  = errors.New("the stored secret belongs to another key")
	ErrSlotTaken = errors.New("another key's secret lies in that place")
	ErrTampered  = errors.New("the audit log does not follow from what the keyring remembers")
)

// Error says what could not be done to what, and what to do next. It never
// holds a line of a file, since a person may have put a secret there.
type Error struct {
	Op   string // "save", "read", "add key"
	Path string // a file, or a key's name
	Hint string // one or two sentences for the person
	Err  error
}

// Error says what failed on what, in one line.
func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("cannot %s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("cannot %s %s: %v", e.Op, e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns what an error of this package tells the person to do next, or
// "" when it has nothing to say.
func Hint(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	if e, ok := errors.AsType[*KeyringError](err); ok {
		return e.Hint
	}
	return ""
}

// fileError wraps a failure of the file system. The path in a *fs.PathError
// may be that of a temp file; the person knows path.
func fileError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	} else if le, ok := errors.AsType[*os.LinkError](err); ok {
		err = le.Err
	}
	return &Error{Op: op, Path: path, Hint: fileHint(err), Err: err}
}

func fileHint(err error) string {
	switch {
	case diskFull(err):
		return "The disk is full. Free some space and try again; nothing was lost."
	case readOnlyFileSystem(err):
		return "The file system is read-only. Choose another folder with --home or KEYROTA_HOME."
	case errors.Is(err, fs.ErrPermission):
		return "The folder or the file may not be written by you. Check its owner and mode, or choose another folder with --home."
	case errors.Is(err, fs.ErrNotExist):
		return "A folder is missing. Check the path, or choose another one with --home."
	}
	return ""
}
