package command

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

func TestBrowserOfASystem(t *testing.T) {
	for _, c := range []struct{ system, chosen, want string }{
		{"linux", "", "xdg-open"}, {"linux", "firefox", "firefox"}, {"darwin", "firefox", "open"}, {"windows", "", "rundll32"},
	} {
		if got, _ := browser(c.system, c.chosen); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.system, c.chosen, got, c.want)
		}
	}
}

// TestOpenPage: only addresses of pages are opened, and what cannot be opened
// is said with the address, so that a person can do it.
func TestOpenPage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the stand-in for a browser is a shell script")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "browser")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$@\" > "+dir+"/opened\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := openPage(func(name string) string {
		if name == "BROWSER" {
			return script
		}
		return ""
	})
	if err := open("https://pro.kraken.com/app/settings/api"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "opened")); strings.TrimSpace(string(got)) != "https://pro.kraken.com/app/settings/api" {
		t.Errorf("opened %q", got)
	}
	for _, bad := range []string{"", "-rm", "file:///etc/passwd", "javascript:alert(1)", "https://", "/etc/passwd"} {
		if err := open(bad); err == nil {
			t.Errorf("%q was opened", bad)
		}
	}
	nothing := openPage(func(string) string { return filepath.Join(dir, "missing") })
	if err := nothing("https://toy.example/keys"); err == nil {
		t.Error("a browser that is not there opened a page")
	}
}

// TestChildrenGetTheirBus: the value that the guard put in place of the
// person's is ours alone.
func TestChildrenGetTheirBus(t *testing.T) {
	got := childEnv([]string{"A=1", busguard.Variable + "=changed", busguard.Variable + "_X=2"})
	if slices.Contains(got, busguard.Variable+"=changed") || !slices.Contains(got, "A=1") || !slices.Contains(got, busguard.Variable+"_X=2") {
		t.Errorf("children get %v", got)
	}
	if value, set := busguard.Original(); set != slices.Contains(got, busguard.Variable+"="+value) {
		t.Errorf("children get %v", got)
	}
}
