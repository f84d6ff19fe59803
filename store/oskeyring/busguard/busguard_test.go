package busguard_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

const helper = "KEYROTA_BUSGUARD_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helper) != "" {
		value, set := busguard.Original()
		if set {
			value = "set to " + value
		}
		_, _ = os.Stdout.WriteString("original: " + value + "\n")
		return
	}
	os.Exit(m.Run())
}

// start runs this test program as a helper with the given variable.
func start(t *testing.T, variable string) (output string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, busguard.Variable+"=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, helper+"=1")
	if variable != "" {
		cmd.Env = append(cmd.Env, variable)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestOriginalIsKeptForChildren(t *testing.T) {
	if got := start(t, ""); got != "original:" {
		t.Errorf("without the variable: %q", got)
	}
	if got := start(t, busguard.Variable+"=unix:path=/nonexistent"); got != "original: set to unix:path=/nonexistent" {
		t.Errorf("with the variable: %q", got)
	}
}
