package policy

import (
	"os"
	"strings"
	"testing"
)

// TestTheReadmeListsEveryFinding: a code in a script has to be found there.
func TestTheReadmeListsEveryFinding(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range Codes() {
		if !strings.Contains(string(readme), "`"+code+"`") {
			t.Errorf("README.md says nothing of %s", code)
		}
	}
}
