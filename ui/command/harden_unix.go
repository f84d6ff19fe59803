//go:build unix && !linux

package command

import "golang.org/x/sys/unix"

// Harden keeps the kernel from writing this process's memory to a core file.
// A failure is not an error. KEYROTA_DEBUG=1 leaves core files on.
func Harden(getenv func(string) string) {
	if getenv("KEYROTA_DEBUG") == "" {
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	}
}
