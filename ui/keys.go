package ui

import (
	"bytes"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// settle is how long keys wait when the key before them asked for something:
// long enough for a page or dialog to open, so that a fast hand's next key
// lands there and not on the page below.
const settle = 5 * time.Millisecond

// keyQueue holds keys that wait, oldest first.
type keyQueue struct {
	waiting []KeyMsg
	closed  bool // the last key's command has not had its time yet
}

// keysReadyMsg says that settle is over.
type keysReadyMsg struct{}

// keyPressed takes what Bubble Tea read: one key, several that were typed
// fast, or a paste.
func (a *app) keyPressed(m tea.KeyMsg) tea.Cmd {
	if m.Paste {
		if a.tooSmall() {
			return nil
		}
		return a.top().Update(PasteMsg{Text: pasted(m.Runes)})
	}
	a.keys.waiting = append(a.keys.waiting, splitKeys(m)...)
	return a.drainKeys()
}

func (a *app) keysReady(keysReadyMsg) tea.Cmd {
	a.keys.closed = false
	return a.drainKeys()
}

// drainKeys works off the queue until a key asks for something.
func (a *app) drainKeys() tea.Cmd {
	var cmds []tea.Cmd
	for len(a.keys.waiting) > 0 && !a.keys.closed {
		k := a.keys.waiting[0]
		a.keys.waiting = a.keys.waiting[1:]
		text := k.Rune != 0 && typing(a.top()) // opens nothing: need not settle
		if cmd := a.press(k); cmd != nil {
			cmds = append(cmds, cmd)
			if !text {
				a.keys.closed = true
				cmds = append(cmds, a.env.after(settle, keysReadyMsg{}))
			}
		}
	}
	return batch(cmds...)
}

// press handles one key.
func (a *app) press(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "ctrl+c":
		return tea.Quit
	case "ctrl+z":
		return tea.Suspend // nothing of the screen stays on the terminal
	}
	if a.tooSmall() {
		if k.Name == "q" {
			return tea.Quit
		}
		return nil
	}
	if cmd, taken := a.pressToast(k); taken {
		return cmd
	}
	if typing(a.top()) {
		return a.top().Update(k)
	}
	if act, found := findAction(a.actions(), k.Name); found {
		return a.do(act)
	}
	return a.top().Update(k)
}

func typing(s Screen) bool {
	t, ok := s.(Typer)
	return ok && t.Typing()
}

// splitKeys takes apart what Bubble Tea glues together when keys arrive in
// one read.
func splitKeys(m tea.KeyMsg) []KeyMsg {
	if m.Type == tea.KeySpace && !m.Alt {
		return []KeyMsg{{Name: " ", Rune: ' '}}
	}
	if m.Type != tea.KeyRunes {
		return []KeyMsg{{Name: m.String()}}
	}
	if m.Alt {
		return []KeyMsg{{Name: "alt+" + string(m.Runes)}}
	}
	out := make([]KeyMsg, len(m.Runes))
	for i, r := range m.Runes {
		out[i] = KeyMsg{Name: string(r), Rune: r}
	}
	return out
}

// pasted returns the bytes of a paste. Terminals send CR for a line end.
func pasted(runes []rune) []byte {
	b := make([]byte, 0, len(runes))
	for _, r := range runes {
		b = append(b, string(r)...)
	}
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
}
