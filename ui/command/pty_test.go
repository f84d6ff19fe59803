//go:build linux

package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// The size of every terminal here.
const (
	ttyColumns = 120
	ttyRows    = 40
)

// What terminals are asked for their background, and how one answers.
const (
	backgroundQuery  = "\x1b]11;?\x1b\\"
	backgroundAnswer = "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\"
)

// terminal runs a program and draws what it prints. It answers no question
// that the program asks.
type terminal struct {
	tb  testing.TB
	tty *os.File
	cmd *exec.Cmd

	mu     sync.Mutex
	raw    []byte
	torn   []byte // the begin of a character that is not whole yet
	screen vt10x.Terminal
	news   chan struct{} // closed when something was printed or the program ended
	ended  bool
}

// openTerminal starts a program in a terminal of its own.
func openTerminal(tb testing.TB, cmd *exec.Cmd) *terminal {
	tb.Helper()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: ttyColumns, Rows: ttyRows})
	if err != nil {
		tb.Fatal(err)
	}
	x := &terminal{
		tb: tb, tty: tty, cmd: cmd, news: make(chan struct{}),
		screen: vt10x.New(vt10x.WithSize(ttyColumns, ttyRows)),
	}
	done := make(chan struct{})
	go func() { defer close(done); x.watch() }()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		_ = tty.Close()
	})
	return x
}

// watch reads until the program has ended.
func (x *terminal) watch() {
	buf := make([]byte, 32<<10)
	for {
		n, err := x.tty.Read(buf)
		x.printed(buf[:n])
		if err != nil { // Linux reports EIO once nobody has the other side open
			break
		}
	}
	_ = x.cmd.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	close(x.news)
}

func (x *terminal) printed(b []byte) {
	if len(b) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.raw = append(x.raw, b...)
	// The screen wants whole characters.
	b = append(x.torn, b...)
	whole := len(b)
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-back:]) {
				whole = len(b) - back
			}
			break
		}
	}
	_, _ = x.screen.Write(b[:whole])
	x.torn = bytes.Clone(b[whole:])
	close(x.news)
	x.news = make(chan struct{})
}

// until waits until what is on the screen satisfies want.
func (x *terminal) until(what string, want func(screen string) bool) {
	x.tb.Helper()
	limit := time.After(patience)
	for {
		x.mu.Lock()
		text, news, ended := x.screen.String(), x.news, x.ended
		x.mu.Unlock()
		switch {
		case want(text):
			return
		case ended:
			x.tb.Fatalf("the program ended before there was %s; the screen was\n%s", what, text)
		}
		select {
		case <-news:
		case <-limit:
			x.tb.Fatalf("there is no %s; the screen is\n%s", what, text)
		}
	}
}

// shows waits until all words are on the screen.
func (x *terminal) shows(words ...string) {
	x.tb.Helper()
	x.until(strings.Join(words, " and "), func(screen string) bool {
		for _, w := range words {
			if !strings.Contains(screen, w) {
				return false
			}
		}
		return true
	})
}

// lacks waits until words are gone from the screen.
func (x *terminal) lacks(words string) {
	x.tb.Helper()
	x.until("end of "+words, func(screen string) bool { return !strings.Contains(screen, words) })
}

// types sends keys in one write.
func (x *terminal) types(keys string) {
	x.tb.Helper()
	if _, err := x.tty.WriteString(keys); err != nil {
		x.tb.Fatal(err)
	}
}

// text returns the screen.
func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// stream returns every byte that the program has printed so far.
func (x *terminal) stream() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.raw)
}

// ends waits for the program to end and returns its exit code.
func (x *terminal) ends() int {
	x.tb.Helper()
	limit := time.After(patience)
	for {
		x.mu.Lock()
		news, ended := x.news, x.ended
		x.mu.Unlock()
		if ended {
			return x.cmd.ProcessState.ExitCode()
		}
		select {
		case <-news:
		case <-limit:
			x.tb.Fatalf("the program does not end; the screen is\n%s", x.text())
		}
	}
}

// open runs keyrota in a terminal of the given kind, TERM.
func (p *person) open(kind string, args ...string) *terminal {
	p.tb.Helper()
	cmd := p.command(context.Background(), args...)
	cmd.Env = append(cmd.Env, "TERM="+kind, "COLORTERM=truecolor")
	return openTerminal(p.tb, cmd)
}

// title returns the title that the program has given its window.
func (x *terminal) title() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.Title()
}
