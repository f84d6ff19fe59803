//go:build unix

package termguard_test

import (
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestTerminalIsNotAsked starts a program with Bubble Tea linked in a terminal
// that never answers. All that the program writes must be its own.
func TestTerminalIsNotAsked(t *testing.T) {
	f, err := pty.Start(command("xterm-256color", "COLORTERM=truecolor"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	out, _ := io.ReadAll(f) // ends with an error when the program does
	want := `during "dumb" after "xterm-256color" true`
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("on the terminal: %q, want %q", got, want)
	}
}
