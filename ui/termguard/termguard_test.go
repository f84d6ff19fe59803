package termguard_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	_ "github.com/charmbracelet/bubbletea" // what is guarded against

	"github.com/keyrota/keyrota/ui/termguard"
)

const helper = "KEYROTA_TERMGUARD_HELPER"

// TestMain lets this test program act as a helper: what happens before main
// shows only in a fresh process.
func TestMain(m *testing.M) {
	if os.Getenv(helper) == "" {
		os.Exit(m.Run())
	}
	during := os.Getenv("TERM")
	termguard.Restore()
	termguard.Restore() // once more changes nothing
	after, set := os.LookupEnv("TERM")
	fmt.Printf("during %q after %q %v\n", during, after, set)
}

// command is a helper process in which TERM has the given value, or none.
func command(term string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		// Bubble Tea asks no terminal in CI.
		if name != "TERM" && name != "CI" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, helper+"=1"), env...)
	if term != "" {
		cmd.Env = append(cmd.Env, "TERM="+term)
	}
	return cmd
}

func TestRestoreGivesBackWhatWasThere(t *testing.T) {
	for term, want := range map[string]string{
		"xterm-256color": `during "dumb" after "xterm-256color" true`,
		"":               `during "dumb" after "" false`,
	} {
		out, err := command(term).CombinedOutput()
		if got := strings.TrimSpace(string(out)); got != want || err != nil {
			t.Errorf("with TERM=%q: %s (%v), want %s", term, got, err, want)
		}
	}
}

func TestGuardComesBeforeBubbleTea(t *testing.T) {
	cmd := command("xterm", "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	guard := strings.Index(trace.String(), "init github.com/keyrota/keyrota/ui/termguard ")
	tea := strings.Index(trace.String(), "init github.com/charmbracelet/bubbletea ")
	if guard < 0 || tea < 0 || guard > tea {
		t.Errorf("the guard initialises at %d, Bubble Tea at %d; want both, the guard first\n%s", guard, tea, trace.String())
	}
}
