//go:build linux

package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// The figures here are ratios: keyrota and the program that it is measured
// against run in turns, so that a busy machine slows both. Quote them from a
// quiet one:
//
//	go test ./ui/command -run '^$' -bench . -benchtime 3s

// spans are the times that one thing took.
type spans []time.Duration

func (s spans) median() time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// report tells the medians and their ratio. The ratio of the best times is
// that of a machine with nothing else to do.
func (s spans) report(b *testing.B, base spans, name string) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // both programs together: says nothing
	b.ReportMetric(milliseconds(s.median()), "ms")
	b.ReportMetric(milliseconds(base.median()), name+"-ms")
	b.ReportMetric(float64(s.median())/float64(base.median()), "×"+name)
	b.ReportMetric(float64(slices.Min(s))/float64(slices.Min(base)), "×"+name+"-best")
}

// timed runs a command to its end.
func timed(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// BenchmarkVersion is the cost of starting with every library linked, against
// a Go program that does nothing. Budget: 4 times.
func BenchmarkVersion(b *testing.B) {
	p := newPerson(b)
	empty := binary(b, "./testdata/empty")
	var ours, base spans
	for b.Loop() {
		base = append(base, timed(b, exec.Command(empty)))
		ours = append(ours, timed(b, p.command(context.Background(), "--version")))
	}
	ours.report(b, base, "empty")
}

// BenchmarkSilentBus is what a session bus that never answers adds to
// --version. Budget: 300 ms.
func BenchmarkSilentBus(b *testing.B) {
	p, q := newPerson(b), newPerson(b)
	q.env["DBUS_SESSION_BUS_ADDRESS"], _ = silentBus(b)
	var ours, base spans
	for b.Loop() {
		base = append(base, timed(b, p.command(context.Background(), "--version")))
		ours = append(ours, timed(b, q.command(context.Background(), "--version")))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(ours.median()-base.median()), "added-ms")
}

// BenchmarkSilentTerminal is what a terminal that never answers adds to
// --version. Budget: 10 ms.
func BenchmarkSilentTerminal(b *testing.B) {
	p := newPerson(b)
	var ours, base spans
	for b.Loop() {
		for _, of := range []struct {
			kind  string
			spans *spans
		}{{"dumb", &base}, {"xterm-256color", &ours}} {
			cmd := p.command(context.Background(), "--version")
			cmd.Env = append(cmd.Env, "TERM="+of.kind)
			s, took := openSession(b, cmd, false, "keyrota test")
			*of.spans = append(*of.spans, took)
			s.close()
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(ours.median()-base.median()), "added-ms")
}

// ttySession is a program in a terminal of which nothing is drawn: only the bytes
// and the moments count.
type ttySession struct {
	b       *testing.B
	tty     *os.File
	cmd     *exec.Cmd
	answers bool
	out     []byte
	seen    int // of out, by answer
}

// openSession starts a program and returns how long it took to print all the
// marks, from before the fork on.
func openSession(b *testing.B, cmd *exec.Cmd, answers bool, marks ...string) (*ttySession, time.Duration) {
	b.Helper()
	began := time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: ttyColumns, Rows: ttyRows})
	if err != nil {
		b.Fatal(err)
	}
	s := &ttySession{b: b, tty: tty, cmd: cmd, answers: answers}
	s.until(marks...)
	return s, time.Since(began)
}

// until reads until the program has printed all the marks.
func (s *ttySession) until(marks ...string) {
	s.b.Helper()
	for !s.printed(marks) {
		if !s.read(patience) {
			s.b.Fatalf("%s ended or hung before it printed %q:\n%q", s.cmd.Path, marks, s.out)
		}
	}
}

func (s *ttySession) close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.tty.Close()
}

func (s *ttySession) printed(marks []string) bool {
	for _, m := range marks {
		if !bytes.Contains(s.out, []byte(m)) {
			return false
		}
	}
	return true
}

// read takes what the program prints next, and reports false when nothing
// came in time. A pseudo-terminal has no deadlines, so that it is polled.
func (s *ttySession) read(within time.Duration) bool {
	s.b.Helper()
	ready := []unix.PollFd{{Fd: int32(s.tty.Fd()), Events: unix.POLLIN}}
	for end := time.Now().Add(within); ; {
		left := unix.NsecToTimespec(max(0, time.Until(end)).Nanoseconds())
		n, err := unix.Ppoll(ready, &left, nil)
		if n > 0 {
			break
		}
		if !errors.Is(err, unix.EINTR) {
			return false
		}
	}
	var buf [32 << 10]byte
	n, _ := s.tty.Read(buf[:])
	s.out = append(s.out, buf[:n]...)
	s.answer()
	return n > 0
}

// answer says what a terminal says that is asked for its background and for
// the place of its cursor.
func (s *ttySession) answer() {
	for _, q := range []struct{ question, answer string }{{backgroundQuery, backgroundAnswer}, {"\x1b[6n", "\x1b[1;1R"}} {
		if i := bytes.Index(s.out[s.seen:], []byte(q.question)); i >= 0 && s.answers {
			s.seen += i + len(q.question)
			_, _ = s.tty.WriteString(q.answer)
		}
	}
}

// press sends a key and returns how long it took until the screen changed.
func (s *ttySession) press(key string) time.Duration {
	s.b.Helper()
	began := time.Now()
	if _, err := s.tty.WriteString(key); err != nil {
		s.b.Fatal(err)
	}
	if !s.read(patience) {
		s.b.Fatalf("nothing is printed after %q", key)
	}
	return time.Since(began)
}

// settle reads until nothing was printed for d.
func (s *ttySession) settle(d time.Duration) {
	for s.read(d) {
	}
}

// The last words of the first frame of each program.
var (
	keyrotaFrame = []string{"key-00000", "quit"}
	bareFrame    = []string{"bare 0", "quit"}
)

func (p *person) openSession(b *testing.B, answers bool) (*ttySession, time.Duration) {
	b.Helper()
	cmd := p.command(context.Background())
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor")
	return openSession(b, cmd, answers, keyrotaFrame...)
}

// openBare opens the bare program in a terminal that answers: in one that does
// not, its library waits for five seconds.
func openBare(b *testing.B, program string) (*ttySession, time.Duration) {
	b.Helper()
	cmd := exec.Command(program)
	cmd.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor"}
	return openSession(b, cmd, true, bareFrame...)
}

// BenchmarkFirstFrame is the time from exec to the first full frame, against
// a bare Bubble Tea program. Budget: 2.2 times with 200 keys, 4.5 with 1,000.
func BenchmarkFirstFrame(b *testing.B) {
	for _, n := range []int{200, 1_000} {
		for _, terminal := range []string{"answers", "silent"} {
			b.Run(fmt.Sprintf("keys=%d/terminal=%s", n, terminal), func(b *testing.B) {
				p := newPerson(b)
				p.knownKeys(n)
				bare := binary(b, "./testdata/bare")
				var ours, base spans
				for b.Loop() {
					s, took := openBare(b, bare)
					base = append(base, took)
					s.close()
					s, took = p.openSession(b, terminal == "answers")
					ours = append(ours, took)
					s.close()
				}
				ours.report(b, base, "bare")
			})
		}
	}
}

// BenchmarkKeyToFrame is the time from a key to the first byte of the next
// frame, which waits for the renderer's tick in both programs. Budget: within
// 1 ms of the bare one.
func BenchmarkKeyToFrame(b *testing.B) {
	p := newPerson(b)
	p.knownKeys(1_000)
	ours, _ := p.openSession(b, true)
	defer ours.close()
	base, _ := openBare(b, binary(b, "./testdata/bare"))
	defer base.close()
	var fast, bare spans
	for i := 0; b.Loop(); i++ {
		// Keys come at any moment between two ticks.
		moment := 10*time.Millisecond + rand.N(10*time.Millisecond)
		base.settle(moment)
		bare = append(bare, base.press("j"))
		ours.settle(moment)
		fast = append(fast, ours.press([]string{"j", "k"}[i%2]))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(fast.median()), "ms")
	b.ReportMetric(milliseconds(bare.median()), "bare-ms")
	b.ReportMetric(milliseconds(fast.median()-bare.median()), "over-bare-ms")
}

// BenchmarkMemory is the resident memory after the keys are on the screen and
// the cursor has moved. Budget: 18 MiB with 200 keys, 100 MiB with 10,000.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{200, 10_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			p := newPerson(b)
			p.knownKeys(n)
			var loaded, used, peak []float64
			for b.Loop() {
				s, _ := p.openSession(b, true)
				loaded = append(loaded, memory(b, s.cmd.Process.Pid, "VmRSS"))
				for range 100 {
					s.press("j")
				}
				used = append(used, memory(b, s.cmd.Process.Pid, "VmRSS"))
				peak = append(peak, memory(b, s.cmd.Process.Pid, "VmHWM"))
				s.close()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(slices.Max(loaded), "loaded-MiB")
			b.ReportMetric(slices.Max(used), "rss-MiB")
			b.ReportMetric(slices.Max(peak), "peak-MiB")
		})
	}
}

// memory reads a line of /proc/PID/status, in MiB.
func memory(b *testing.B, pid int, name string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == name+":" {
			kib, err := strconv.ParseFloat(words[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatalf("no %s in\n%s", name, status)
	return 0
}
