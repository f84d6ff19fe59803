package store

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// appendForEver goes on counting in a journal, in lines of many sizes, and now
// and then makes a journal and removes it. It reports each line on stdout.
func appendForEver(home string) {
	s, err := Open(testOptions(home))
	last := -1
	if err == nil {
		last, err = lastCount(s)
	}
	for i := last + 1; err == nil; i++ {
		line := fmt.Sprintf("%d %s", i, strings.Repeat("x", i%7*5000))
		if err = s.AppendFlow("count", []byte(line)); err == nil {
			fmt.Println(i)
			err = s.AppendFlow("brief", []byte(line))
		}
		if err == nil {
			err = s.RemoveFlow("brief")
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// lastCount returns the number in the last line of the journal, -1 when there
// is none.
func lastCount(s *Store) (int, error) {
	lines, err := s.TailFlow("count", 1)
	if err != nil || len(lines) == 0 {
		return -1, err
	}
	number, _, _ := strings.Cut(string(lines[0]), " ")
	return strconv.Atoi(number)
}

// TestAKillDuringAnAppendLosesNoLineThatWasReported: what AppendFlow has said
// yes to is there, whole and once.
func TestAKillDuringAnAppendLosesNoLineThatWasReported(t *testing.T) {
	home := t.TempDir()
	for round := range 20 {
		reported, err := strconv.Atoi(killChildAt(t, killFlowChild+"="+home, round))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		s := openStore(t, home)
		last, err := lastCount(s)
		if err != nil || last < reported {
			t.Fatalf("round %d: the journal ends at %d, %d was reported, %v", round, last, reported, err)
		}
		if err := checkCount(s, last); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		_ = s.Close()
	}
}

// checkCount says what is wrong with journals that should count up to last.
func checkCount(s *Store, last int) error {
	lines, err := s.TailFlow("count", last+2)
	if err != nil || len(lines) != last+1 {
		return fmt.Errorf("%d lines, the last says %d, %w", len(lines), last, err)
	}
	for i, line := range lines {
		if want := fmt.Sprintf("%d %s", i, strings.Repeat("x", i%7*5000)); string(line) != want {
			return fmt.Errorf("line %d has %d bytes, want %d", i, len(line), len(want))
		}
	}
	ids, err := s.FlowIDs()
	if err != nil || len(ids) == 0 || ids[len(ids)-1] != "count" {
		return fmt.Errorf("flows %v, %w", ids, err)
	}
	files, err := os.ReadDir(s.paths.Flows)
	if err != nil || len(files) != len(ids) {
		return fmt.Errorf("%d files of the flows %v, %w", len(files), ids, err)
	}
	return nil
}
