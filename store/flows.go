package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MaxFlowLine is the longest line of a journal, in bytes and without its end.
const MaxFlowLine = 1 << 20

// flowSuffix ends the name of a journal.
const flowSuffix = ".jsonl"

// maxFlowID is the longest ID of a flow.
const maxFlowID = 64

// flowPath returns where the journal of a flow lies. An ID that is more than
// lower-case letters and digits could name a file elsewhere.
func (s *Store) flowPath(op, id string) (string, error) {
	if !isWord(id, maxFlowID) || strings.Contains(id, "-") {
		return "", &Error{Op: op, Path: "the journal of a flow", Err: errors.New("the ID is not 1 to 64 lower-case letters and digits"),
			Hint: "List the unfinished flows to see their IDs."}
	}
	return filepath.Join(s.paths.Flows, id+flowSuffix), nil
}

// FlowIDs returns the IDs of the flows that have a journal, sorted. One without
// a whole line is what a crash left of a flow that had not begun: it is not
// among them.
func (s *Store) FlowIDs() ([]string, error) {
	begun, _, err := s.listFlows()
	return begun, err
}

// listFlows tells journals with a whole line from those without one.
func (s *Store) listFlows() (begun, unbegun []string, err error) {
	entries, err := os.ReadDir(s.paths.Flows)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fileError("read", s.paths.Flows, err)
	}
	for _, e := range entries { // sorted, and the suffix keeps the order of the IDs
		id, ok := strings.CutSuffix(e.Name(), flowSuffix)
		path, idErr := s.flowPath("read", id)
		if !ok || idErr != nil || !e.Type().IsRegular() {
			continue
		}
		// A journal that cannot be read is one all the same.
		if end, err := wholeEnd(path); end > 0 || err != nil {
			begun = append(begun, id)
		} else {
			unbegun = append(unbegun, id)
		}
	}
	return begun, unbegun, nil
}

// removeUnbegunFlows deletes what crashes left of flows that had not begun.
func (s *Store) removeUnbegunFlows() {
	_, unbegun, _ := s.listFlows()
	for _, id := range unbegun {
		_ = s.RemoveFlow(id)
	}
}

// AppendFlow adds a line to the journal of a flow and has it on the disk when
// it returns nil. The first line makes the journal. An unfinished line that a
// crash left is cut off first. On failure the journal is as it was.
func (s *Store) AppendFlow(id string, line []byte) error {
	path, err := s.flowPath("write", id)
	if err != nil {
		return err
	}
	if len(line) == 0 || len(line) > MaxFlowLine || bytes.IndexByte(line, '\n') >= 0 {
		return &Error{Op: "write", Path: path, Err: fmt.Errorf("a line of %d bytes is empty, too long or several lines", len(line))}
	}
	s.flows.Lock()
	defer s.flows.Unlock()
	if err := s.writable("write a journal"); err != nil {
		return err
	}
	end, err := wholeEnd(path)
	if err != nil {
		return fileError("write", path, err)
	}
	err = s.disk.extend(path, end, append(bytes.Clone(line), '\n'))
	if err != nil && end == 0 {
		_ = s.disk.remove(path) // there was no journal
	}
	return fileError("write", path, err)
}

// TailFlow returns the last whole lines of a journal, at most so many, oldest
// first and without their ends. It reads the end of the file only. A missing
// journal has no lines.
func (s *Store) TailFlow(id string, most int) ([][]byte, error) {
	path, err := s.flowPath("read", id)
	if err != nil {
		return nil, err
	}
	lines, err := lastLines(path, most)
	return lines, fileError("read", path, err)
}

// RemoveFlow deletes the journal of a flow. It is idempotent: nil if there is
// none when it returns.
func (s *Store) RemoveFlow(id string) error {
	path, err := s.flowPath("remove", id)
	if err != nil {
		return err
	}
	s.flows.Lock()
	defer s.flows.Unlock()
	if err := s.writable("remove a journal"); err != nil {
		return err
	}
	err = s.disk.remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		// If the folder cannot be flushed, a power cut may bring the journal
		// back, whole: its flow is then found at its end once more.
		_ = s.disk.syncDir(s.paths.Flows)
	}
	return fileError("remove", path, err)
}
