package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// killChild makes this test binary save for ever until it is killed,
// killFlowChild write journals.
const (
	killChild     = "KEYROTA_TEST_SAVE_FOR_EVER"
	killFlowChild = "KEYROTA_TEST_APPEND_FOR_EVER"
)

func TestMain(m *testing.M) {
	if home := os.Getenv(killChild); home != "" {
		saveForEver(home)
	}
	if home := os.Getenv(killFlowChild); home != "" {
		appendForEver(home)
	}
	os.Exit(m.Run())
}

// saveForEver reports each save on stdout. It writes the audit log too.
func saveForEver(home string) {
	s, err := Open(testOptions(home))
	for i := 0; err == nil; i++ {
		_, err = s.Update(func(d *Draft) error {
			if r, ok := d.ByName("a"); ok {
				r.Notes = fmt.Sprint(i)
				return d.Replace(r)
			}
			return d.Add(testRecord("a"))
		})
		if err == nil {
			err = s.Audit(context.Background(), nil, Event{Action: ActionEdited, Key: "a"})
		}
		fmt.Println(i)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestAKillDuringASaveLeavesAReadableStore(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprintf("key-%03d", i))
	}
	addKeys(t, s, many...)
	_ = s.Close()

	for round := range 30 {
		killChildAt(t, killChild+"="+home, round)
		s := openStore(t, home)
		if reason, ro := s.ReadOnly(); ro {
			t.Fatalf("round %d: the dead process still holds the lock: %s", round, reason)
		}
		snapshot, err := s.Load()
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if snapshot.Len() != len(many)+1 {
			t.Fatalf("round %d: %d records", round, snapshot.Len())
		}
		if _, _, err := decode([]byte(readFile(t, s.Paths().Backup()))); err != nil {
			t.Fatalf("round %d: backup: %v", round, err)
		}
		if left := leftovers(s.Paths().Keys); len(left) > 0 {
			t.Fatalf("round %d: left behind: %v", round, left)
		}
		if err := s.Audit(context.Background(), nil, Event{Action: ActionVerified}); err != nil {
			t.Fatalf("round %d: audit: %v", round, err)
		}
		if r, err := s.VerifyAudit(context.Background(), nil); err != nil || r.State != AuditUnanchored {
			t.Fatalf("round %d: audit: %+v, %v", round, r, err)
		}
		_ = s.Close()
	}
}

// killChildAt lets a child write a few times and kills it in the midst of
// whatever it is at then. It returns the last line that the child said.
func killChildAt(t *testing.T, env string, round int) string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), env)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; i <= round%3 && lines.Scan(); i++ {
		// The child writes on while its line is on the way: the kill hits
		// another point of the write each time.
		continue
	}
	last := lines.Text()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	return last
}
