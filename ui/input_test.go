package ui

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/muesli/cancelreader"
)

// feed sends pieces through a stripper and returns what is left.
func feed(pieces ...string) (text string, replies []rgb) {
	var s replyStripper
	for _, p := range pieces {
		out, r := s.next(append(bytes.Clone(s.held), p...))
		text += string(out)
		replies = append(replies, r...)
	}
	return text, replies
}

var white = []rgb{{1, 1, 1}}

func TestRepliesAreTakenOutOfTheKeys(t *testing.T) {
	for name, c := range map[string]struct {
		in      []string
		left    string
		replies []rgb
	}{
		"alone, ended by ST":         {[]string{"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"}, "", white},
		"alone, ended by BEL":        {[]string{"\x1b]11;rgb:ff/ff/ff\a"}, "", white},
		"with alpha":                 {[]string{"\x1b]11;rgba:ffff/ffff/ffff/ffff\x1b\\"}, "", white},
		"as hash":                    {[]string{"\x1b]11;#ffffff\a"}, "", white},
		"between keys":               {[]string{"ab\x1b]11;rgb:ffff/ffff/ffff\acd"}, "abcd", white},
		"the text colour":            {[]string{"a\x1b]10;rgb:ffff/ffff/ffff\ab"}, "ab", nil},
		"two":                        {[]string{"\x1b]10;rgb:0/0/0\a\x1b]11;rgb:f/f/f\ax"}, "x", white},
		"in a paste":                 {[]string{"\x1b[200~sec\x1b]11;rgb:f/f/f\aret\x1b[201~"}, "\x1b[200~secret\x1b[201~", white},
		"nonsense in the body":       {[]string{"\x1b]11;rgb:zz\a"}, "\x1b]11;rgb:zz\a", nil},
		"a body that never ends":     {[]string{"\x1b]11;" + strings.Repeat("f", longestReply) + "q"}, "\x1b]11;" + strings.Repeat("f", longestReply) + "q", nil},
		"another control string":     {[]string{"\x1b]52;c;abc\a"}, "\x1b]52;c;abc\a", nil},
		"arrow keys":                 {[]string{"\x1b[A\x1b[B"}, "\x1b[A\x1b[B", nil},
		"the escape key":             {[]string{"\x1b"}, "\x1b", nil},
		"escape, then a bracket":     {[]string{"\x1b", "]"}, "\x1b]", nil},
		"alt and a bracket, then x":  {[]string{"\x1b]", "x"}, "\x1b]x", nil},
		"split after a lone escape":  {[]string{"\x1b", "]11;rgb:f/f/f\ax"}, "\x1bx", white},
		"split twice after escape":   {[]string{"\x1b", "]11;rgb:f/", "f/f\ax"}, "\x1bx", white},
		"an unfinished rgb":          {[]string{"\x1b]11;rgb:f/f\ax"}, "x", nil},
		"escape at the end of a bad": {[]string{"\x1b]11;rgb:f\x1b[A"}, "\x1b]11;rgb:f\x1b[A", nil},
	} {
		t.Run(name, func(t *testing.T) {
			left, replies := feed(c.in...)
			if left != c.left {
				t.Errorf("left %q, want %q", left, c.left)
			}
			if diff := cmp.Diff(c.replies, replies, cmp.AllowUnexported(rgb{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAReplyMayBeSplitAnywhere(t *testing.T) {
	const whole = "k\x1b]11;rgb:ffff/ffff/ffff\x1b\\j"
	for at := range len(whole) {
		left, replies := feed(whole[:at], whole[at:])
		want := "kj"
		if whole[:at] == "k\x1b" {
			want = "k\x1bj" // a lone ESC is the Escape key until the rest is seen
		}
		if left != want || len(replies) != 1 {
			t.Errorf("split at %d: left %q, %d replies", at, left, len(replies))
		}
	}
}

// Whatever the pieces, bytes that are no reply come out once and in order.
func FuzzReplyStripper(f *testing.F) {
	f.Add("abc", 1)
	f.Add("\x1b]11;rgb:ff/ff/ff\aabc", 3)
	f.Add("\x1b\x1b]1", 2)
	f.Fuzz(func(t *testing.T, in string, cut int) {
		if strings.Contains(in, "]1") {
			in = strings.ReplaceAll(in, "]1", "")
		}
		cut = max(0, min(cut, len(in)))
		// A key after the end lets go of what was held.
		if left, _ := feed(in[:cut], in[cut:], "q"); left != in+"q" {
			t.Errorf("%q, cut at %d: %q", in, cut, left)
		}
	})
}

func TestGuardedInputCanBeCancelled(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close(); _ = w.Close() }()
	guard := newInputGuard(r)
	cr, err := cancelreader.NewReader(guard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cr.Close() }()

	if _, err := io.WriteString(w, "\x1b]11;rgb:0000/0000/0000\x1b\\"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	if n, err := cr.Read(buf); n != 0 || err != nil {
		t.Errorf("a reply alone: %q, %v; want nothing and no error", buf[:n], err)
	}
	if got := <-guard.background; !got.dark() {
		t.Errorf("background %v is not dark", got)
	}
	if _, err := io.WriteString(w, "j"); err != nil {
		t.Fatal(err)
	}
	if n, err := cr.Read(buf); string(buf[:n]) != "j" || err != nil {
		t.Errorf("a key: %q, %v", buf[:n], err)
	}
	if !cr.Cancel() {
		t.Skip("reads cannot be cancelled on this system")
	}
	if _, err := cr.Read(buf); !errors.Is(err, cancelreader.ErrCanceled) {
		t.Errorf("a cancelled read: %v", err)
	}
}

func TestBackgroundIsAskedOnceAndNotWaitedForLong(t *testing.T) {
	answers := make(chan rgb, 1)
	answers <- rgb{1, 1, 1}
	var asked bytes.Buffer
	if got, want := askBackground(&asked, answers, nil), (backgroundMsg{dark: false}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if asked.String() != "\x1b]11;?\x1b\\" {
		t.Errorf("asked %q", asked.String())
	}
	if got := askBackground(io.Discard, make(chan rgb), closedClock()); got != nil {
		t.Errorf("a silent terminal: %v", got)
	}
}

func TestGuessOfTheBackground(t *testing.T) {
	for env, dark := range map[string]bool{
		"": true, "15;0": true, "0;15": false, "0;default;15": false, "0;7": false, "7;8": true, "x": true, "15;default": true, "0;11": false,
	} {
		if got := guessDark(env); got != dark {
			t.Errorf("COLORFGBG=%q: dark %v", env, got)
		}
	}
}
