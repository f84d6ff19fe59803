package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func appendFlow(t *testing.T, s *Store, id string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if err := s.AppendFlow(id, []byte(line)); err != nil {
			t.Fatal(err)
		}
	}
}

func wantTail(t *testing.T, s *Store, id string, most int, want ...string) {
	t.Helper()
	lines, err := s.TailFlow(id, most)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range lines {
		got = append(got, string(line))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the last %d lines (-want +got):\n%s", most, diff)
	}
}

func wantFlows(t *testing.T, s *Store, want ...string) {
	t.Helper()
	got, err := s.FlowIDs()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("flows: %v (-want +got):\n%s", err, diff)
	}
}

func journal(s *Store, id string) string { return filepath.Join(s.paths.Flows, id+".jsonl") }

func TestJournalsSurviveARestart(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	wantFlows(t, s)
	wantTail(t, s, "none", 2)
	appendFlow(t, s, "b2", `{"n":1}`, `{"n":2}`, `{"n":3}`)
	appendFlow(t, s, "b", `{"n":1}`)
	appendFlow(t, s, "a0", `{"n":1}`)
	_ = s.Close()

	s = openStore(t, home)
	wantFlows(t, s, "a0", "b", "b2")
	wantTail(t, s, "b2", 2, `{"n":2}`, `{"n":3}`)
	wantTail(t, s, "b2", 9, `{"n":1}`, `{"n":2}`, `{"n":3}`)
	wantTail(t, s, "b", 2, `{"n":1}`)
	wantTail(t, s, "b", 0)
	appendFlow(t, s, "b2", `{"n":4}`)
	wantTail(t, s, "b2", 1, `{"n":4}`)
	if got, want := readFile(t, journal(s, "b2")), "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n"; got != want {
		t.Errorf("the journal holds %q", got)
	}
	for range 2 { // removing is idempotent
		if err := s.RemoveFlow("b2"); err != nil {
			t.Fatal(err)
		}
	}
	wantFlows(t, s, "a0", "b")
}

func TestAJournalIsForTheOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	s := openStore(t, t.TempDir())
	appendFlow(t, s, "a", "{}")
	info, err := os.Stat(journal(s, "a"))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestATornEndCostsTheTornLineOnly: a crash or a full disk may cut the last
// line at any byte.
func TestATornEndCostsTheTornLineOnly(t *testing.T) {
	whole := `{"event":"one"}` + "\n" + `{"event":"twö"}` + "\n"
	home := t.TempDir()
	for cut := range len(whole) + 1 {
		s := openStore(t, home)
		writeFile(t, journal(s, "a"), whole[:cut])
		var want []string
		for line := range strings.Lines(whole[:cut]) {
			if rest, finished := strings.CutSuffix(line, "\n"); finished {
				want = append(want, rest)
			}
		}
		wantTail(t, s, "a", 5, want...)
		if len(want) == 0 {
			wantFlows(t, s)
		} else {
			wantFlows(t, s, "a")
		}
		_ = s.Close()
		s = openStore(t, home)
		if _, err := os.Stat(journal(s, "a")); (err == nil) != (len(want) > 0) {
			t.Errorf("cut at %d: after the next start: %v", cut, err)
		}
		appendFlow(t, s, "a", "next")
		wantTail(t, s, "a", 5, append(want, "next")...)
		_ = s.Close()
	}
}

// TestTailsOfAnySize crosses the sizes in which the end of a file is read.
func TestTailsOfAnySize(t *testing.T) {
	s := openStore(t, t.TempDir())
	sizes := []int{1, tailBlock - 2, tailBlock - 1, tailBlock, tailBlock + 1, 3 * tailBlock, MaxFlowLine, MaxFlowLine, 1}
	var lines []string
	for i, size := range sizes {
		lines = append(lines, strings.Repeat(string(rune('a'+i)), size))
		appendFlow(t, s, "big", lines[i])
		for most := 1; most <= 3; most++ {
			wantTail(t, s, "big", most, lines[max(0, len(lines)-most):]...)
		}
		// An unfinished line of any size does not hide them.
		path := filepath.Join(t.TempDir(), "torn")
		writeFile(t, path, readFile(t, journal(s, "big"))+lines[i])
		if got, err := lastLines(path, 1); err != nil || len(got) != 1 || string(got[0]) != lines[i] {
			t.Errorf("behind line %d: %d lines, %v", i, len(got), err)
		}
		if end, err := wholeEnd(path); err != nil || end != int64(len(readFile(t, journal(s, "big")))) {
			t.Errorf("behind line %d: the whole lines end at %d, %v", i, end, err)
		}
	}
}

func TestAJournalOfOneEndlessLineIsNotReadWhole(t *testing.T) {
	s := openStore(t, t.TempDir())
	writeFile(t, journal(s, "a"), "x\n")
	if err := os.Truncate(journal(s, "a"), 1<<30); err != nil {
		t.Skipf("no files with holes here: %v", err)
	}
	_, err := s.TailFlow("a", 2)
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), journal(s, "a")) {
		t.Errorf("TailFlow = %v", err)
	}
}

func TestLinesThatAreNoneAreRefused(t *testing.T) {
	s := openStore(t, t.TempDir())
	for _, line := range []string{"", "\n", "a\nb", "a\n", strings.Repeat("x", MaxFlowLine+1)} {
		if err := s.AppendFlow("a", []byte(line)); err == nil {
			t.Errorf("a line of %d bytes was taken", len(line))
		}
	}
	if got := folder(t, s.paths.Flows); got != "" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestAnIDNeverLeavesItsFolder(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	victim := filepath.Join(home, "victim.jsonl")
	writeFile(t, victim, "theirs\n")
	for _, id := range []string{"", ".", "..", "../victim", "..\\victim", "a/b", "a.b", "A", "a b", "a\x00", "é", "a-b", "a:b",
		"/etc/passwd", strings.Repeat("a", maxFlowID+1)} {
		_, tailErr := s.TailFlow(id, 1)
		for what, err := range map[string]error{"append": s.AppendFlow(id, []byte("x")), "tail": tailErr, "remove": s.RemoveFlow(id)} {
			if err == nil || Hint(err) == "" {
				t.Errorf("%s with the ID %q: %v", what, id, err)
			}
		}
	}
	if got := folder(t, s.paths.Flows); got != "" || readFile(t, victim) != "theirs\n" {
		t.Errorf("something was written: %s", got)
	}
	appendFlow(t, s, strings.Repeat("z", maxFlowID), "x")
}

func TestOtherFilesAreNoJournals(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	if err := os.Mkdir(journal(s, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notes.txt", "A.jsonl", "a-b.jsonl", ".jsonl", "a.jsonl.bak"} {
		writeFile(t, filepath.Join(s.paths.Flows, name), "")
	}
	before := folder(t, s.paths.Flows)
	_ = s.Close()
	s = openStore(t, home)
	wantFlows(t, s)
	if got := folder(t, s.paths.Flows); got != before {
		t.Errorf("the folder holds %s, before it was %s", got, before)
	}
}

func TestAFailedAppendLeavesTheJournalAsItWas(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the numbers of these errors are those of unix")
	}
	for _, op := range []string{"write", "sync"} {
		for _, before := range []string{"", "one\n", "one\ntorn"} {
			t.Run(fmt.Sprintf("%s after %q", op, before), func(t *testing.T) {
				s := openStore(t, t.TempDir())
				if before != "" {
					writeFile(t, journal(s, "a"), before)
				}
				s.disk = brokenDisk(realDisk(), op, syscall.ENOSPC)
				err := s.AppendFlow("a", []byte("two"))
				wantError(t, err, syscall.ENOSPC)
				if !strings.Contains(err.Error(), journal(s, "a")) || !strings.Contains(Hint(err), "full") {
					t.Errorf("%v, hint %q", err, Hint(err))
				}
				if before == "" {
					if _, err := os.Stat(journal(s, "a")); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("a journal is left: %v", err)
					}
				} else {
					wantTail(t, s, "a", 5, "one")
				}
				s.disk = realDisk() // the same line goes through when the trouble is over
				appendFlow(t, s, "a", "two")
				wantTail(t, s, "a", 1, "two")
			})
		}
	}
}

func TestAnAppendFlushesTheFolderOfANewJournal(t *testing.T) {
	s := openStore(t, t.TempDir())
	var flushed []string
	flush := s.disk.syncDir
	s.disk.syncDir = func(path string) error {
		flushed = append(flushed, path)
		return flush(path)
	}
	appendFlow(t, s, "a", "one", "two")
	if err := errors.Join(s.RemoveFlow("a"), s.RemoveFlow("a")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{s.paths.Flows, s.paths.Flows}, flushed); diff != "" {
		t.Errorf("once when it is made, once when it is removed (-want +got):\n%s", diff)
	}
}

func TestAReadOnlyStoreReadsJournalsAndChangesNone(t *testing.T) {
	home := t.TempDir()
	first := openStore(t, home)
	appendFlow(t, first, "a", "one", "two")
	writeFile(t, journal(first, "b"), "torn")
	second := openStore(t, home) // the first holds the lock and may be at it
	wantFlows(t, second, "a")
	wantTail(t, second, "a", 1, "two")
	wantError(t, second.AppendFlow("a", []byte("three")), ErrReadOnly)
	wantError(t, second.RemoveFlow("a"), ErrReadOnly)
	if got := folder(t, first.paths.Flows); got != "a.jsonl b.jsonl" {
		t.Errorf("the folder holds %s", got)
	}
	_ = first.Close()
	wantError(t, first.AppendFlow("a", []byte("three")), ErrReadOnly)
	wantTail(t, second, "a", 5, "one", "two")
}

func TestAppendsOfManyAtOnceAreWhole(t *testing.T) {
	s := openStore(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if err := s.AppendFlow(fmt.Sprint(i%2), []byte(strings.Repeat("x", 100+i))); err != nil {
				t.Error(err)
			}
			if _, err := s.TailFlow("1", 2); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, id := range []string{"0", "1"} {
		lines, err := s.TailFlow(id, 100)
		if err != nil || len(lines) != 20 {
			t.Errorf("%d lines of %s, %v", len(lines), id, err)
		}
	}
}
