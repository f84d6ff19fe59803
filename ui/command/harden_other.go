//go:build !unix

package command

// Harden does nothing: Windows writes no core files unasked.
func Harden(func(string) string) {}
