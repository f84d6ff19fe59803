package oskeyring

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

// TestMain lets this test program act as a helper process: a fresh process is
// needed to see what happens before main, or when one is killed.
func TestMain(m *testing.M) {
	switch os.Getenv("KEYROTA_HELPER") {
	case "":
		os.Exit(m.Run())
	case "why":
		fmt.Println("why:", busguard.Why())
	case "put":
		if err := putForever(os.Getenv("KEYROTA_HELPER_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// need skips a test whose programs are not installed. Where they must be, as
// in CI, that is a failure.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("KEYROTA_REQUIRE_KEYRINGS") == "1" {
			t.Fatalf("%s is not installed, but KEYROTA_REQUIRE_KEYRINGS is set", p)
		}
		t.Skipf("%s is not installed", p)
	}
}

// generousLimit is a time limit for tests in which nothing hangs.
const generousLimit = 2 * time.Minute
