package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
)

// field is one input of a form. It holds plain text or a choice; secrets have
// a type of their own.
type field interface {
	// label names the field; help says in one line what belongs in it.
	label() string
	help() string
	// key handles a key press and reports whether it used it. What it does
	// not use moves between fields.
	key(KeyMsg) bool
	paste([]byte)
	// draw returns the field's lines, none wider than w.
	draw(s *Styles, w int, focus bool) []string
	// wipe forgets what was typed, if it is secret.
	wipe()
}

// textField takes one line of plain text.
type textField struct {
	name, hint string
	in         textinput.Model
	shy        bool // what is long is not shown in full: see newKeyField
}

func newTextField(name, hint, value string) *textField {
	in := textinput.New()
	in.CharLimit = 0 // cutting silently is never right: the check says what is too long
	in.SetValue(value)
	in.CursorEnd()
	in.KeyMap.Paste.SetEnabled(false) // it would run a clipboard program
	in.Focus()
	return &textField{name: name, hint: hint, in: in}
}

// shyFrom is how long a text is that a shy field does not show.
const shyFrom = 12

// newKeyField takes a key ID. It shows the beginning only: people paste the
// secret into the wrong field, and then it is on the screen.
func newKeyField(name, hint string) *textField {
	f := newTextField(name, hint, "")
	f.shy = true
	return f
}

func (f *textField) label() string { return f.name }
func (f *textField) help() string  { return f.hint }
func (f *textField) wipe()         {}

// value returns the text without white space around it.
//
//go:noinline // it has many callers
func (f *textField) value() string { return strings.TrimSpace(f.in.Value()) }

func (f *textField) key(k KeyMsg) bool {
	msg, ok := editingKey(k)
	if !ok {
		return false
	}
	f.in, _ = f.in.Update(msg)
	return true
}

// paste inserts text at the cursor, made into one drawable line.
func (f *textField) paste(text []byte) {
	clean := exchanges.Clean(strings.TrimSpace(string(text)))
	f.in, _ = f.in.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(clean)})
}

func (f *textField) draw(s *Styles, w int, focus bool) []string {
	text := []rune(f.in.Value())
	if f.shy && len(text) > shyFrom {
		style := s.Input
		if focus {
			style = s.InputFocus
		}
		return []string{style.Render(ansi.Truncate(fmt.Sprintf("%s…  %d characters", string(text[:4]), len(text)), w, "…"))}
	}
	if !focus {
		return []string{s.Input.Render(ansi.Truncate(string(text), w, "…"))}
	}
	at := f.in.Position()
	from := 0
	for ansi.StringWidth(string(text[from:at])) > w-2 {
		from++
	}
	under, rest := " ", ""
	if at < len(text) {
		under, rest = string(text[at]), string(text[at+1:])
	}
	left := s.InputFocus.Render(string(text[from:at])) + s.InputFocus.Reverse().Render(under)
	return []string{ansi.Truncate(left+s.InputFocus.Render(rest), w, "")}
}

// choiceField takes one of a few words, all of them on screen.
type choiceField struct {
	name, hint string
	values     []string // what is chosen
	words      []string // what is shown for it
	at         int
	changed    func()
}

func newChoiceField(name, hint string, values, words []string) *choiceField {
	return &choiceField{name: name, hint: hint, values: values, words: words}
}

func (f *choiceField) label() string { return f.name }
func (f *choiceField) help() string  { return f.hint }
func (f *choiceField) wipe()         {}
func (f *choiceField) paste([]byte)  {}
func (f *choiceField) value() string { return f.values[f.at] }

func (f *choiceField) key(k KeyMsg) bool {
	step := 0
	switch k.Name {
	case "left", "h":
		step = -1
	case "right", "l", " ":
		step = 1
	default:
		return false
	}
	f.at = (f.at + step + len(f.values)) % len(f.values)
	if f.changed != nil {
		f.changed()
	}
	return true
}

// draw puts the words in a row, or in several where they do not fit.
func (f *choiceField) draw(s *Styles, w int, focus bool) []string {
	var lines []string
	line, used := "", 0
	for i, word := range f.words {
		cell, style := "  "+word+"  ", s.Muted
		if i == f.at {
			cell, style = "[ "+word+" ]", s.Bold
			if focus {
				style = s.InputFocus
			}
		}
		n := ansi.StringWidth(cell)
		if used > 0 && used+n > w {
			lines, line, used = append(lines, line), "", 0
		}
		line += style.Render(ansi.Truncate(cell, w, "…"))
		used += n
	}
	return append(lines, line)
}

// editingKeys are the keys by which text is edited, by Bubble Tea's names.
var editingKeys = func() map[string]tea.KeyType {
	out := map[string]tea.KeyType{}
	for _, t := range []tea.KeyType{
		tea.KeyLeft, tea.KeyRight, tea.KeyHome, tea.KeyEnd, tea.KeyBackspace, tea.KeyDelete,
		tea.KeyCtrlA, tea.KeyCtrlE, tea.KeyCtrlW, tea.KeyCtrlU, tea.KeyCtrlK,
	} {
		out[t.String()] = t
	}
	return out
}()

// editingKey returns the key as the text input library wants it, if it is one
// that edits text.
func editingKey(k KeyMsg) (tea.KeyMsg, bool) {
	if k.Rune != 0 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k.Rune}}, true
	}
	t, ok := editingKeys[k.Name]
	return tea.KeyMsg{Type: t}, ok
}
