package busguard

import (
	"os"
	"strings"
	"syscall"
)

// limit is the time in microseconds that all attempts together may take.
const limit = 200_000

// nowhere is an address that every D-Bus client refuses at once, without
// looking for another bus.
const nowhere = "disabled:"

func init() {
	address, reason := choose(candidates(), countdown(limit))
	why = reason
	_ = os.Setenv(Variable, address) // fails only for names and values with NUL
}

// candidates lists the addresses where the session bus may be: the one from
// the environment, else the places where session managers put it.
func candidates() []string {
	if original != "" && original != "autolaunch:" {
		return strings.Split(original, ";")
	}
	standard := "/run/user/" + decimal(os.Getuid())
	var list []string
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), standard} {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(dir + "/bus"); err == nil {
			list = append(list, "unix:path="+dir+"/bus")
		}
	}
	if text, err := os.ReadFile(standard + "/dbus-session"); err == nil {
		if address, ok := strings.CutPrefix(strings.TrimSpace(string(text)), Variable+"="); ok {
			list = append(list, address)
		}
	}
	return list
}

// choose returns the first address that answers, or nowhere and the reason.
func choose(addresses []string, left func() int64) (address, reason string) {
	reason = "no session bus: " + Variable + " is not set and there is no bus in /run/user/" + decimal(os.Getuid())
	for i, a := range addresses {
		problem := probe(a, left)
		if problem == "" {
			return a, ""
		}
		if i == 0 {
			reason = problem
		}
	}
	return nowhere, reason
}

// probe introduces itself to the bus as any client does. It returns what went
// wrong, or nothing once the bus has answered a call.
func probe(address string, left func() int64) (problem string) {
	name, ok := socket(address)
	if !ok {
		return "the bus address " + quote(address) + " names no unix socket"
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "cannot make a socket: " + err.Error()
	}
	defer func() { _ = syscall.Close(fd) }()
	c := conn{fd: fd, left: left}
	if err := c.connect(name); err != nil {
		return "cannot connect to the session bus at " + quote(name) + ": " + err.Error()
	}
	line, err := c.ask("\x00AUTH EXTERNAL "+hex(decimal(os.Getuid()))+"\r\n", "\n")
	if err != nil {
		return "the session bus at " + quote(name) + " does not answer: " + err.Error()
	}
	if !strings.HasPrefix(line, "OK ") {
		return "the session bus at " + quote(name) + " refused this user"
	}
	if _, err := c.ask("BEGIN\r\n"+hello, ""); err != nil {
		return "the session bus at " + quote(name) + " does not answer: " + err.Error()
	}
	return ""
}

// socket takes the name of the socket out of a D-Bus address. It does not
// undo %-escapes, since the library's client does not either.
func socket(address string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", false
	}
	for pair := range strings.SplitSeq(rest, ",") {
		if path, ok := strings.CutPrefix(pair, "path="); ok {
			return path, true
		}
		if abstract, ok := strings.CutPrefix(pair, "abstract="); ok {
			return "@" + abstract, true
		}
	}
	return "", false
}

func quote(s string) string { return `"` + s + `"` }

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + decimal(n%10)
}

func hex(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}
