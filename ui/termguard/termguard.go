// Package termguard keeps Bubble Tea from talking to the terminal before main
// runs.
//
// Bubble Tea v1 asks the terminal for its background colour while its package
// initialises. A terminal that never answers costs five seconds, and what the
// person types meanwhile is lost; even --version pays. The question is not
// asked of a dumb terminal, so TERM says "dumb" until main calls Restore.
//
// Go initialises packages by import path among those whose own imports are
// ready. This package imports nothing but os, so that it comes before Bubble
// Tea, which needs more; a test pins that.
package termguard

import "os"

var term, wasSet = os.LookupEnv("TERM")

func init() { _ = os.Setenv("TERM", "dumb") } // cannot fail: no NUL

// Restore gives TERM back the value that the program was started with. It is
// the first thing that main does.
func Restore() {
	if wasSet {
		_ = os.Setenv("TERM", term) // cannot fail: it came from the environment
		return
	}
	_ = os.Unsetenv("TERM")
}
