package oskeyring

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// TestFileSurvivesKill kills a process that stores values as fast as it can.
func TestFileSurvivesKill(t *testing.T) {
	s, dir := newFiles(t)
	for round := range 6 {
		stored := killWhileStoring(t, dir, 1+round%2)
		got, err := s.Get(t.Context(), "killed")
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if n := len(got) - killBase; n < stored || n > stored+1 {
			t.Errorf("round %d: the value is number %d, but number %d was stored", round, n, stored)
		}
	}
}

// killWhileStoring starts a helper process and kills it once it has stored so
// many values. It returns the number of the last value that was stored.
func killWhileStoring(t *testing.T, dir string, after int) (stored int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KEYROTA_HELPER=put", "KEYROTA_HELPER_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen, lines := 0, bufio.NewScanner(out)
	for ; lines.Scan(); seen++ {
		if stored, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if seen == after {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait() // it was killed
	if seen < after {
		t.Fatalf("the helper stopped by itself after %d values", seen)
	}
	return stored
}

// killBase makes the values of TestFileSurvivesKill so long that writing one
// takes a while; the rest of the length is the number of the value.
const killBase = 32 << 10

// putForever is what the helper process of TestFileSurvivesKill does.
func putForever(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, Config{Backend: File, Dir: dir, Passphrase: (&person{answers: []string{"pw"}}).answer})
	for i := 0; err == nil; i++ {
		if err = s.Put(ctx, "killed", make([]byte, killBase+i)); err == nil {
			_, err = os.Stdout.WriteString(strconv.Itoa(i) + "\n")
		}
	}
	return err
}
