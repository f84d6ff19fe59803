package ui

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
)

// secretField takes a secret, by keys or by paste, on bytes that it can clear.
// It never draws what it holds, only how much: stars would tell the length and
// hide a lost line. A PEM keeps its lines.
type secretField struct {
	name, hint string
	pem        bool
	buf        []byte
	// empty is drawn while nothing was typed.
	empty string
}

func newSecretField(name, hint string, pem bool) *secretField {
	return &secretField{name: name, hint: hint, pem: pem, empty: "paste or type; it is not shown"}
}

func (f *secretField) label() string { return f.name }
func (f *secretField) help() string  { return f.hint }

// secret returns a copy of what was typed, as it was: trimming is the
// credential check's, which says what it does.
func (f *secretField) secret() exchanges.Secret { return exchanges.NewSecret(f.buf) }

func (f *secretField) wipe() {
	clear(f.buf[:cap(f.buf)])
	f.buf = f.buf[:0]
}

func (f *secretField) key(k KeyMsg) bool {
	switch {
	case k.Rune != 0:
		f.put(utf8.AppendRune(nil, k.Rune))
	case k.Name == "backspace":
		_, n := utf8.DecodeLastRune(f.buf)
		f.cut(n)
	case k.Name == "ctrl+u":
		f.wipe()
	case k.Name == "enter" && f.openPEM():
		// A terminal without bracketed paste sends a key file line by line.
		f.put([]byte("\n"))
	default:
		return false
	}
	return true
}

// paste replaces what was there: nobody pastes half a secret behind another.
func (f *secretField) paste(text []byte) {
	f.wipe()
	f.put(text)
}

// put appends, and clears the old bytes when they have to move.
//
//go:noinline // copied into its callers, it would take 2 kB
func (f *secretField) put(b []byte) {
	if len(f.buf)+len(b) > cap(f.buf) {
		grown := make([]byte, len(f.buf), 2*cap(f.buf)+len(b)+64)
		copy(grown, f.buf)
		clear(f.buf)
		f.buf = grown
	}
	f.buf = append(f.buf, b...)
}

func (f *secretField) cut(n int) {
	clear(f.buf[len(f.buf)-n:])
	f.buf = f.buf[:len(f.buf)-n]
}

// openPEM reports whether a PEM was begun and not ended.
func (f *secretField) openPEM() bool {
	return f.pem && bytes.Contains(f.buf, []byte("-----BEGIN ")) && !bytes.Contains(f.buf, []byte("-----END "))
}

func (f *secretField) draw(s *Styles, w int, focus bool) []string {
	style, caret := s.Input, ""
	if focus {
		style, caret = s.InputFocus, s.InputFocus.Reverse().Render(" ")
	}
	text := f.empty
	if len(f.buf) > 0 {
		text = f.size()
	}
	if len(f.buf) == 0 && !focus {
		style = s.Muted
	}
	return []string{style.Render(ansi.Truncate(text, w-1, "…")) + caret}
}

// size words how much is there: enough to see that all of a paste arrived.
func (f *secretField) size() string {
	trimmed := strings.TrimRight(string(f.buf), "\n")
	lines := strings.Count(trimmed, "\n") + 1
	if lines > 1 {
		return fmt.Sprintf("hidden: %d bytes, %d lines", len(f.buf), lines)
	}
	return fmt.Sprintf("hidden: %d bytes", len(f.buf))
}
