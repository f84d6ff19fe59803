package busguard

import (
	"strings"
	"syscall"
)

// hello is the call that every D-Bus client begins with,
// org.freedesktop.DBus.Hello, in its wire form: a fixed head with the length
// of the fields (110), then four fields, each padded to 8 bytes. A bus that
// lets clients in but does not answer this one would hang the library.
// See https://dbus.freedesktop.org/doc/dbus-specification.html, "Message Format".
const hello = "l\x01\x00\x01" + "\x00\x00\x00\x00" + "\x01\x00\x00\x00" + "\x6e\x00\x00\x00" +
	"\x01\x01o\x00" + "\x15\x00\x00\x00" + "/org/freedesktop/DBus\x00" + "\x00\x00" +
	"\x06\x01s\x00" + "\x14\x00\x00\x00" + "org.freedesktop.DBus\x00" + "\x00\x00\x00" +
	"\x02\x01s\x00" + "\x14\x00\x00\x00" + "org.freedesktop.DBus\x00" + "\x00\x00\x00" +
	"\x03\x01s\x00" + "\x05\x00\x00\x00" + "Hello\x00" + "\x00\x00"

// countdown returns a func that tells how many microseconds are left of a
// span that starts now. Package time is not used because it would delay the
// guard's turn to initialise.
func countdown(span int64) (left func() int64) {
	end := now() + span
	return func() int64 { return min(end-now(), span) } // the clock may be set back meanwhile
}

func now() int64 {
	var t syscall.Timeval
	_ = syscall.Gettimeofday(&t) // cannot fail with a valid pointer
	return t.Nano() / 1000
}

// conn is a blocking socket whose calls end when the time is up.
type conn struct {
	fd   int
	left func() int64 // microseconds
}

func (c conn) connect(name string) error {
	return c.retry(syscall.SO_SNDTIMEO, func() error {
		return syscall.Connect(c.fd, &syscall.SockaddrUnix{Name: name})
	})
}

// ask writes a request and reads until the end mark, or anything at all if
// the mark is empty.
func (c conn) ask(request, end string) (reply string, err error) {
	for sent := 0; sent < len(request); {
		err := c.retry(syscall.SO_SNDTIMEO, func() error {
			n, err := syscall.Write(c.fd, []byte(request[sent:]))
			sent += max(n, 0)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	var buf [128]byte
	for got := 0; got < len(buf); {
		err := c.retry(syscall.SO_RCVTIMEO, func() error {
			n, err := syscall.Read(c.fd, buf[got:])
			if n == 0 && err == nil {
				return syscall.ECONNRESET
			}
			got += max(n, 0)
			return err
		})
		if err != nil {
			return "", err
		}
		if strings.HasSuffix(string(buf[:got]), end) {
			return string(buf[:got]), nil
		}
	}
	return "", syscall.EBADMSG
}

// retry makes a system call with the time that is left, again if a signal
// ended it: with a time limit on the socket the kernel does not restart it.
func (c conn) retry(option int, call func() error) error {
	for {
		left := c.left()
		if left <= 0 {
			return syscall.ETIMEDOUT
		}
		tv := syscall.NsecToTimeval(left * 1000)
		if err := syscall.SetsockoptTimeval(c.fd, syscall.SOL_SOCKET, option, &tv); err != nil {
			return err
		}
		err := call()
		if err == syscall.EAGAIN || err == syscall.EINPROGRESS { //nolint:errorlint // package errors would delay the guard
			return syscall.ETIMEDOUT
		}
		if err != syscall.EINTR { //nolint:errorlint // see above
			return err
		}
	}
}
