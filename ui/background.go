package ui

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"
)

// backgroundPatience is how long the terminal may take to say its background
// colour. The screen is drawn with a guess meanwhile.
const backgroundPatience = 150 * time.Millisecond

// askBackground asks once, when the command runs: by then the program reads
// the terminal raw, so that the answer is not echoed.
func askBackground(out io.Writer, answers <-chan rgb, patience <-chan time.Time) tea.Msg {
	if _, err := io.WriteString(out, "\x1b]11;?\x1b\\"); err != nil {
		return nil
	}
	select {
	case c := <-answers:
		return backgroundMsg{dark: c.dark()}
	case <-patience:
		return nil
	}
}

// canAsk reports whether the terminal can be asked: it must be one, on both
// sides, of a kind that stays silent rather than print the question. On
// Windows the console does not hand answers through the file that is read.
func canAsk(in, out *os.File, kind string) bool {
	if runtime.GOOS == "windows" || kind == "" || kind == "dumb" || kind == "linux" {
		return false
	}
	return term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// guessDark reads COLORFGBG ("15;0", "0;default;15"), which some terminals
// set: the last number is the background in the palette of 16. Without it
// most terminals of people who live in them are dark.
func guessDark(colorfgbg string) bool {
	fields := strings.Split(colorfgbg, ";")
	n, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		return true
	}
	return n != 7 && (n < 9 || n > 15)
}
