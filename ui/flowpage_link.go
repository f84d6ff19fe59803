package ui

import (
	"io"
	"net/url"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// openLink opens a page in the browser. Where that does not work the address
// is said, so that it can be opened by hand.
func openLink(env *Env, address string) tea.Cmd {
	open := env.OpenPage
	if open == nil {
		return nil
	}
	return func() tea.Msg {
		if err := open(address); err != nil {
			what, _ := explain(err)
			return toast(Failure, "the browser did not open: "+what, "Open it by hand: "+address)()
		}
		return toast(Notice, "opening "+address, "")()
	}
}

// copyText hands text to the terminal's clipboard. Whether the terminal takes
// it cannot be known, and that is said. It is never used for secrets: other
// programs may read a clipboard.
func copyText(env *Env, name, text string) tea.Cmd {
	put := env.Copy
	if put == nil {
		return nil
	}
	return func() tea.Msg {
		if err := put(text); err != nil {
			return fail("copying "+name, err)()
		}
		return toast(Notice, name+": sent to the terminal's clipboard (may be ignored)", "")()
	}
}

// copyTo returns an Env.Copy that asks the terminal behind out, by OSC 52. One
// write, so that it cannot land within a frame.
func copyTo(out io.Writer) func(string) error {
	return func(text string) error {
		_, err := io.WriteString(out, ansi.SetSystemClipboard(text))
		return err
	}
}

// takesLinks reports whether a kind of terminal leaves OSC 8 alone if it does
// not know it.
func takesLinks(kind string) bool { return kind != "dumb" && kind != "linux" }

// link makes a piece of text a link to an address, where the terminal takes
// links. Pieces of one address that lie on several lines belong together.
func link(env *Env, address, piece string) string {
	u, err := url.Parse(address)
	if !env.links || err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return piece
	}
	return ansi.SetHyperlink(u.String(), "id=keyrota") + piece + ansi.ResetHyperlink()
}
