//go:build unix

package ui

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal is a pseudo-terminal with the screen in it. It answers nothing by
// itself.
type terminal struct {
	t      *testing.T
	file   *os.File
	cmd    *exec.Cmd
	output chan string // closed when the program's side is
	unseen string      // written since the last wait
	all    strings.Builder
}

func startTerminal(t *testing.T, role string, env ...string) *terminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role, "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=", "CI=") // a machine for tests is no terminal to the colour library
	cmd.Env = append(cmd.Env, env...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = f.Close(); _ = cmd.Wait() })
	x := &terminal{t: t, file: f, cmd: cmd, output: make(chan string, 1024)}
	go x.read()
	return x
}

func (x *terminal) read() {
	defer close(x.output)
	buf := make([]byte, 32<<10)
	for {
		n, err := x.file.Read(buf)
		x.output <- string(buf[:n])
		if err != nil {
			return
		}
	}
}

// patience is when a test gives up on a program that hangs.
const patience = 20 * time.Second

// wait reads until the program has written text since the last wait.
func (x *terminal) wait(text string) {
	x.t.Helper()
	giveUp := time.After(patience)
	for {
		if _, after, found := strings.Cut(x.unseen, text); found {
			x.unseen = after
			return
		}
		select {
		case piece, more := <-x.output:
			if !more {
				x.t.Fatalf("the program ended before it wrote %q; last it wrote %q", text, x.unseen)
			}
			x.unseen += piece
			x.all.WriteString(piece)
		case <-giveUp:
			x.t.Fatalf("the program never wrote %q; last it wrote %q", text, x.unseen)
		}
	}
}

func (x *terminal) send(keys string) {
	x.t.Helper()
	if _, err := x.file.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// ends waits for the program to give the terminal back and to end with these
// last words.
func (x *terminal) ends(words string) {
	x.t.Helper()
	for _, off := range []string{"\x1b[?2004l", "\x1b[?25h", "\x1b[?1002l", "\x1b[?1049l"} { // paste, cursor, mouse, screen
		x.wait(off)
	}
	x.wait(words)
	_ = x.cmd.Wait()
}

const askForColour = "\x1b]11;?\x1b\\"

func TestScreenLeavesTheTerminalAsItWas(t *testing.T) {
	for name, end := range map[string]func(*terminal){
		"q":       func(x *terminal) { x.send("q") },
		"ctrl+c":  func(x *terminal) { x.send("\x03") },
		"SIGTERM": func(x *terminal) { _ = x.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(x *terminal) { _ = x.cmd.Process.Signal(syscall.SIGHUP) },
		"SIGINT":  func(x *terminal) { _ = x.cmd.Process.Signal(syscall.SIGINT) },
	} {
		t.Run(name, func(t *testing.T) {
			x := startTerminal(t, "one key")
			x.wait("grid-bot")
			end(x)
			x.ends("ended well")
			if code := x.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, x.all.String())
			}
		})
	}
}

func TestPanicLeavesTheTerminalAsItWas(t *testing.T) {
	x := startTerminal(t, "panic")
	x.wait("grid-bot")
	x.send("V")
	x.ends("a bug")
	if code := x.cmd.ProcessState.ExitCode(); code == 0 {
		t.Error("exit code 0 after a panic")
	}
}

// The terminal is asked once, and the first frame does not wait for it.
func TestSilentTerminalGetsAFrame(t *testing.T) {
	x := startTerminal(t, "one key")
	x.wait("grid-bot")
	x.send("q")
	x.ends("ended well")
}

func TestLightTerminalGetsTheLightTheme(t *testing.T) {
	x := startTerminal(t, "one key")
	x.wait(askForColour)
	x.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
	x.wait("48;2;216;230;247m") // the light theme's cursor row
	x.send("q")
	x.ends("ended well")
}

func TestColourIsNotAskedForWhenItIsKnown(t *testing.T) {
	for _, env := range []string{"NO_COLOR=1", "TERM=linux"} {
		x := startTerminal(t, "one key", env)
		x.wait("grid-bot")
		x.send("q")
		x.ends("ended well")
		if strings.Contains(x.all.String(), "\x1b]11;?") {
			t.Errorf("%s: the terminal was asked", env)
		}
	}
}

// A late answer must not become text, whatever has the focus.
func TestLateAnswerIsNotTyped(t *testing.T) {
	x := startTerminal(t, "one key")
	x.wait("grid-bot")
	x.send("/gr\x1b]11;rgb:ffff/ffff/ffff\x1b\\zz")
	x.wait("grzz")
	x.send("\x03")
	x.ends("ended well")
}
