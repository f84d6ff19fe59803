package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
)

// PassphraseRequest asks the person for the passphrase of an encrypted
// keyring while the screen is up. Whoever sends one waits until Reply is
// called or until its own patience ends.
type PassphraseRequest struct {
	Backend string // "file"
	Create  bool   // there is none yet: it is typed twice
	Wrong   bool   // the one given before was refused

	// Reply is called once, from a command. ok is false when the person gave up.
	Reply func(passphrase exchanges.Secret, ok bool)
}

// askMsg brings a request to the root.
type askMsg struct{ request PassphraseRequest }

// listenAsk waits for the next request; the root re-arms it.
func listenAsk(requests <-chan PassphraseRequest) tea.Cmd {
	if requests == nil {
		return nil
	}
	return func() tea.Msg {
		r, open := <-requests
		if !open {
			return nil
		}
		return askMsg{r}
	}
}
