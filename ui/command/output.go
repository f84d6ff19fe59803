package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keyrota/keyrota/ui/desk"
)

// writeTo hands write what it shall print to: standard output, or the file of
// that name. The file is replaced when all is written, and stays as it was when
// something fails; what decides an exit code only is no failure. Files in keep
// are never replaced.
func (a *App) writeTo(path string, keep []string, write func(io.Writer) error) error {
	if path == "" {
		return buffered(a.Stdout, write)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return outputError(path, err)
	case info.IsDir():
		return outputError(path, errors.New("it is a folder"))
	case !info.Mode().IsRegular(): // a pipe, a terminal
		return writeThrough(path, write)
	}
	for _, own := range keep {
		if mine, err := os.Stat(own); err == nil && os.SameFile(mine, info) {
			return desk.Refuse(fmt.Sprintf("--output %q is a file that keyrota needs", path), "Name another one.")
		}
	}
	return replaceFile(path, write)
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	err := write(b)
	return firstError(b.Flush(), err)
}

func writeThrough(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return outputError(path, err)
	}
	err = buffered(f, write)
	return firstError(err, f.Close())
}

// replaceFile writes a file beside the one of that name and puts it in its place.
func replaceFile(path string, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil { // a link stays one
		path = target
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp*") // 0600
	if err != nil {
		return outputError(path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone if all went well
	verdict := buffered(f, write)
	if _, decided := errors.AsType[*Exit](verdict); verdict != nil && !decided {
		return firstError(verdict, f.Close())
	}
	if err := firstError(f.Sync(), f.Close()); err != nil {
		return outputError(path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return outputError(path, err)
	}
	return verdict
}

func outputError(path string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return desk.Refuse(fmt.Sprintf("cannot write %s: %v", path, err), "Name a file in a folder that you may write to.")
}
