package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// tailBlock is how much of a file's end is read at first: more than the last
// two lines of most journals.
const tailBlock = 16 << 10

// wholeEnd returns where the last whole line of a file ends: its size, unless
// a write was cut off. A missing file ends at 0.
func wholeEnd(path string) (int64, error) {
	f, size, err := openTail(path)
	if f == nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	// Nearly always the last byte is the end of a line, and nothing else is read.
	for block := int64(1); size > 0; block = tailBlock {
		data, err := readBlock(f, max(0, size-block), size)
		if err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(data, '\n'); i >= 0 {
			return max(0, size-block) + int64(i) + 1, nil
		}
		size = max(0, size-block)
	}
	return 0, nil
}

// lastLines returns the last whole lines of a file, at most so many, oldest
// first. A missing file has none.
func lastLines(path string, most int) ([][]byte, error) {
	f, size, err := openTail(path)
	if f == nil || most < 1 {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	for block := int64(tailBlock); ; block *= 2 {
		from := max(0, size-block)
		data, err := readBlock(f, from, size)
		if err != nil {
			return nil, err
		}
		lines := wholeLines(data, from == 0)
		if len(lines) >= most {
			return lines[len(lines)-most:], nil
		}
		if from == 0 {
			return lines, nil
		}
		// The lines that are missing, one that is unfinished, and none longer
		// than is ever written.
		if block/(MaxFlowLine+1) > int64(most) {
			return nil, fmt.Errorf("%w: a line is longer than %d bytes", ErrCorrupt, MaxFlowLine)
		}
	}
}

// wholeLines splits data into its lines and leaves out an unfinished last one
// and, unless data is the beginning of its file, the first, whose own beginning
// may be missing.
func wholeLines(data []byte, beginning bool) [][]byte {
	if !beginning {
		_, data, _ = bytes.Cut(data, []byte{'\n'})
	}
	var lines [][]byte
	for {
		line, rest, whole := bytes.Cut(data, []byte{'\n'})
		if !whole {
			return lines
		}
		lines, data = append(lines, line), rest
	}
}

// openTail opens a file whose end is wanted. A missing file is nil without an
// error.
func openTail(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a file")
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// readBlock reads a part of a file, less when another instance has shortened
// the file meanwhile.
func readBlock(f io.ReaderAt, from, to int64) ([]byte, error) {
	data := make([]byte, to-from)
	n, err := f.ReadAt(data, from)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], err
}

// linesBack calls visit with the whole lines of a file that end at or before a
// place in it, the last one first, each with the place where it begins, until
// visit returns false. An unfinished line at the end of the file is left out; a
// missing file has no lines. A line is valid during the call only; one longer
// than maxLine is given as nil.
func linesBack(path string, end int64, visit func(start int64, line []byte) bool) error {
	whole, err := wholeEnd(path)
	if err != nil || whole == 0 {
		return err
	}
	f, _, err := openTail(path)
	if f == nil {
		return err
	}
	defer func() { _ = f.Close() }()
	b := backReader{file: f, at: min(end, whole), visit: visit}
	for b.at > 0 {
		if more, err := b.block(); err != nil || !more {
			return err
		}
	}
	return nil
}

// backReader reads a file block by block towards its beginning.
type backReader struct {
	file  io.ReaderAt
	at    int64  // what lies before it was not read yet
	kept  []byte // what lies behind it and belongs to a line that begins before it
	long  bool   // kept is the mere end of a line longer than maxLine
	visit func(start int64, line []byte) bool
}

// block reads one more block and reports whether to go on.
func (b *backReader) block() (more bool, err error) {
	from := max(0, b.at-maxLine)
	data, err := readBlock(b.file, from, b.at)
	if err != nil {
		return false, err
	}
	if int64(len(data)) < b.at-from {
		return false, io.ErrUnexpectedEOF
	}
	data = append(data, b.kept...)
	for len(data) > 0 {
		begin := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
		if begin == 0 && from > 0 {
			break
		}
		line := data[begin : len(data)-1]
		if b.long || len(line) >= maxLine {
			line, b.long = nil, false
		}
		if !b.visit(from+int64(begin), line) {
			return false, nil
		}
		data = data[:begin]
	}
	if b.at, b.kept = from, data; len(data) > maxLine {
		b.kept, b.long = data[len(data)-1:], true
	}
	return true, nil
}
