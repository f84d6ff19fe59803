package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
)

// Screen is a page or an overlay: a plain pointer struct that the root drives.
// Update and View do no IO and never block; what takes time is a tea.Cmd whose
// message carries the id of what it belongs to.
type Screen interface {
	// Init returns the first command. It is called once, when the screen is
	// pushed, after SetSize.
	Init() tea.Cmd

	// Update handles one message: KeyMsg, PasteMsg, MouseMsg of this package,
	// or a result of a command. Keys that an Action claims do not arrive here
	// unless Typing reports true.
	Update(msg tea.Msg) tea.Cmd

	// View draws exactly the size given by SetSize: lines joined by newlines,
	// none wider than the width.
	View() string

	// SetSize gives the area to draw on, in cells.
	SetSize(w, h int)

	// Actions lists what can be done now, in footer order. It feeds key
	// bindings, footer, help and palette.
	Actions() []Action

	// Title is the breadcrumb of the screen: "Add a key".
	Title() string
}

// Typer is a Screen that sometimes takes text. While Typing is true all keys
// but ctrl+c go to Update, and footer keys do not fire.
type Typer interface{ Typing() bool }

// Action is one thing that the person can do on a screen.
type Action struct {
	Keys     []string // names as in KeyMsg.Name; the first is shown
	Label    string   // one or two words for the footer: "verify"
	Help     string   // a sentence for help and palette
	Group    string   // heading in help: "Keys", "Move", "View"
	Disabled string   // why it cannot be done now; empty: it can
	Quiet    bool     // not in the footer, only in help and palette
	Do       func() tea.Cmd
}

// KeyMsg is one key press, split from what Bubble Tea glues together. Name is
// Bubble Tea's: "j", "enter", "ctrl+c", "shift+tab", "alt+x", "up", " ".
type KeyMsg struct {
	Name string
	Rune rune // the character for text input; 0 for other keys
}

// PasteMsg is a bracketed paste, byte for byte but with CR and CRLF turned
// into LF. It may hold a secret.
type PasteMsg struct{ Text []byte }

// MouseMsg is a press or a wheel step, in the screen's own coordinates.
type MouseMsg struct {
	X, Y  int
	Wheel int // -1 up, +1 down, 0: a press of the left button
}

// Messages by which a screen asks something of the root. The funcs below wrap
// them as commands.
type (
	pushMsg    struct{ screen Screen }
	popMsg     struct{ screen Screen } // nil: the page on screen
	overlayMsg struct{ screen Screen }
	closeMsg   struct{} // closes the top overlay
	toastMsg   struct {
		level Level
		text  string // what happened, on what
		hint  string // what to do next; may be empty
		undo  tea.Cmd
	}
	// selectMsg puts the table's cursor on a key, if it is in the table.
	selectMsg struct{ id store.RecordID }
	// snapshotMsg tells every screen that records changed.
	snapshotMsg struct{}
)

// Level is how loud a toast is.
type Level uint8

// The levels of a toast.
const (
	Notice Level = iota
	Success
	Failure
)

//go:noinline // it has many callers
func push(s Screen) tea.Cmd        { return func() tea.Msg { return pushMsg{s} } }
func pop() tea.Msg                 { return popMsg{} }
func popScreen(s Screen) tea.Cmd   { return func() tea.Msg { return popMsg{s} } }
func openOverlay(s Screen) tea.Cmd { return func() tea.Msg { return overlayMsg{s} } }
func closeOverlay() tea.Msg        { return closeMsg{} }
func snapshotChanged() tea.Msg     { return snapshotMsg{} }

//go:noinline // copied into its callers, it would take 3 kB
func toast(l Level, text, hint string) tea.Cmd {
	return func() tea.Msg { return toastMsg{level: l, text: text, hint: hint} }
}

// toastUndo is a toast that offers `u` to take the deed back.
func toastUndo(text string, undo tea.Cmd) tea.Cmd {
	return func() tea.Msg { return toastMsg{level: Success, text: text, undo: undo} }
}
