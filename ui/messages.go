package ui

import tea "github.com/charmbracelet/bubbletea"

// seenMsg tells an overlay that it has been on screen long enough for a person
// to have read it. A dangerous dialog ignores keys until then.
type seenMsg struct{ screen Screen }

// Messages that the root sends to itself.
type (
	toastEndMsg struct{ gen int } // the time of a toast is over
	syncTickMsg struct{}          // look for keys that nobody asked about for long
	flowsDueMsg struct{}          // read the journals of unfinished flows
	loadedMsg   struct{ err error }
)

// Sizer is an overlay that knows how large it wants to be. Others get most
// of the screen.
type Sizer interface {
	// Size returns the cells wanted for View, at most maxW×maxH. The frame
	// draws border and title around them.
	Size(maxW, maxH int) (w, h int)
}

// batch runs commands beside each other; nil ones are left out.
//
//go:noinline // tea's own is inlined into each of its many callers
func batch(cmds ...tea.Cmd) tea.Cmd { return tea.Batch(cmds...) }

// sequence runs commands one after the other; nil ones are left out.
//
//go:noinline // as batch
func sequence(cmds ...tea.Cmd) tea.Cmd { return tea.Sequence(cmds...) }
