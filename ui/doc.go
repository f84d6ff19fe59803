// Package ui is the screen: one Bubble Tea program in which a person sees
// their keys and manages them.
//
// The root (app.go) is the only tea.Model. It turns the library's messages
// into those of screen.go, keeps a stack of pages and a stack of overlays, and
// draws the footer. Screens are plain structs that know nothing of each other:
// they ask the root for things by message.
//
// Rules that hold in every file:
//
//   - Update and View do no IO and never wait. What takes time is a command,
//     and its message says what it belongs to, since the person may have gone
//     on meanwhile.
//   - What changes a file, the keyring or an exchange is done by desk.Service,
//     which outlives the screen.
//   - Text from outside passes exchanges.Clean where it enters a screen.
//   - A meaning never rests on colour alone.
//   - A secret is held as bytes, shown as a length, and cleared on leaving.
package ui
