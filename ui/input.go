package ui

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
)

// Terminals answer the question for their colours in the stream of keys, and
// some answer late: behind tmux or a slow line an answer can arrive while a
// person types. Bubble Tea would take it for text, and a secret field would
// hold "]11;rgb:1e1e/1e1e/2e2e". So answers are taken out of the stream before
// Bubble Tea reads it, at any time, whole or split over reads.
//
// An answer is ESC ] 1 0|1 ; BODY, ended by BEL or ESC \, where BODY is a
// colour as X11 writes it. (xterm, ctlseqs: "OSC Ps ; Pt BEL", Ps = 10, 11.)

// longestReply bounds how much is held back while it may still be an answer.
const longestReply = 48

// inputGuard is the terminal's input without answers to colour questions.
// It keeps the methods of *os.File, so that a read can be cancelled as that of
// any other file.
type inputGuard struct {
	*os.File
	strip replyStripper

	// background receives the answers; nobody waits for a second one.
	background chan rgb
}

func newInputGuard(f *os.File) *inputGuard {
	return &inputGuard{File: f, background: make(chan rgb, 1)}
}

// Read returns what was typed. A read that brought nothing but an answer
// returns 0 bytes and no error, which the reader of keys takes as "no key".
func (g *inputGuard) Read(p []byte) (int, error) {
	held := g.strip.held
	if len(p) <= len(held) { // Bubble Tea reads 256 bytes at a time
		return 0, io.ErrShortBuffer
	}
	copy(p, held)
	n, err := g.File.Read(p[len(held):])
	if err != nil {
		return 0, err
	}
	out, replies := g.strip.next(p[:len(held)+n])
	for _, c := range replies {
		select {
		case g.background <- c:
		default:
		}
	}
	return copy(p, out), nil
}

// replyStripper takes answers out of a stream that comes in pieces.
type replyStripper struct {
	held   []byte // the end of the last piece, which may begin an answer
	escape bool   // the last piece ended with a lone ESC, which was let through
}

var (
	backgroundStart = []byte("\x1b]11;")
	replyStarts     = [][]byte{[]byte("\x1b]10;"), backgroundStart}
)

// next returns what is left of b, which begins with what was held, and the
// background colours that were in it. It works in place.
//
// A lone ESC at the end of a piece is let through, since it is the Escape key
// far more often; if an answer goes on from there it is still taken out.
func (s *replyStripper) next(b []byte) (out []byte, replies []rgb) {
	s.held = nil
	if s.escape {
		if b = s.afterEscape(b, &replies); s.held != nil {
			return nil, replies
		}
	}
	out = b[:0]
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\x1b')
		if i < 0 {
			out = append(out, b...)
			break
		}
		out = append(out, b[:i]...)
		b = b[i:]
		switch n, c, verdict := scanReply(b); verdict {
		case isReply:
			if c != nil {
				replies = append(replies, *c)
			}
			b = b[n:]
		case maybeReply:
			s.held = bytes.Clone(b)
			return out, replies
		case noReply:
			out = append(out, b[0])
			b = b[1:]
		}
	}
	s.escape = len(out) > 0 && out[len(out)-1] == '\x1b'
	return out, replies
}

// afterEscape handles a piece whose ESC went through with the piece before.
func (s *replyStripper) afterEscape(b []byte, replies *[]rgb) []byte {
	s.escape = false
	if len(b) < len(replyStarts[0])-1 {
		return b // the Escape key, then some other
	}
	switch n, c, verdict := scanReply(append([]byte{'\x1b'}, b...)); verdict {
	case isReply:
		if c != nil {
			*replies = append(*replies, *c)
		}
		return b[n-1:]
	case maybeReply:
		s.escape, s.held = true, bytes.Clone(b)
		return nil
	case noReply:
	}
	return b
}

type replyVerdict uint8

const (
	noReply    replyVerdict = iota
	maybeReply              // more bytes will tell
	isReply
)

// scanReply looks at b, which begins with ESC. For an answer it returns its
// length, and its colour if it is the background's.
func scanReply(b []byte) (n int, c *rgb, v replyVerdict) {
	for _, start := range replyStarts {
		switch {
		case bytes.HasPrefix(b, start):
			n, v = scanBody(b[len(start):])
			if v == isReply && bytes.Equal(start, backgroundStart) {
				c = parseX11Colour(b[len(start) : len(start)+n])
			}
			return len(start) + n, c, v
		case len(b) > 1 && bytes.HasPrefix(start, b):
			return 0, nil, maybeReply
		}
	}
	return 0, nil, noReply
}

// scanBody looks for the end of an answer and returns the length up to and
// with it.
func scanBody(body []byte) (n int, v replyVerdict) {
	end := bytes.IndexFunc(body, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEFrgb:/#", r) })
	if end < 0 {
		if len(body) < longestReply {
			return 0, maybeReply
		}
		return 0, noReply
	}
	switch rest := body[end:]; {
	case rest[0] == '\a':
		return end + 1, isReply
	case bytes.HasPrefix(rest, []byte("\x1b\\")):
		return end + 2, isReply
	case len(rest) == 1 && rest[0] == '\x1b':
		return 0, maybeReply
	}
	return 0, noReply
}

// rgb is a colour, each part 0 to 1.
type rgb struct{ r, g, b float64 }

// dark reports whether light text is read better on the colour.
func (c rgb) dark() bool { return 0.299*c.r+0.587*c.g+0.114*c.b < 0.5 }

// parseX11Colour reads rgb:R/G/B, rgba:R/G/B/A with one to four hex digits a
// part, and #RRGGBB, up to what ends the answer. It returns nil for anything
// else. (XParseColor(3).)
func parseX11Colour(body []byte) *rgb {
	s := strings.TrimRight(string(body), "\a\x1b\\")
	var parts []string
	if hex, ok := strings.CutPrefix(s, "#"); ok && len(hex) == 6 {
		parts = []string{hex[:2], hex[2:4], hex[4:]}
	} else if _, body, ok := strings.Cut(s, ":"); ok && strings.HasPrefix(s, "rgb") {
		parts = strings.Split(body, "/")
	}
	if len(parts) != 3 && len(parts) != 4 {
		return nil
	}
	var v [3]float64
	for i := range v {
		n, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil {
			return nil
		}
		v[i] = float64(n) / float64(uint64(1)<<(4*len(parts[i]))-1)
	}
	return &rgb{v[0], v[1], v[2]}
}
