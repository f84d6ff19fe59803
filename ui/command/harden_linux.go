package command

import "golang.org/x/sys/unix"

// Harden keeps other programs of the same user from reading this process's
// memory and the kernel from writing it to a core file. A failure leaves the
// program as safe as any other, so it is not an error. KEYROTA_DEBUG=1 leaves
// both open for a debugger.
func Harden(getenv func(string) string) {
	if getenv("KEYROTA_DEBUG") != "" {
		return
	}
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
