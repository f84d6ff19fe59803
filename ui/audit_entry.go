package ui

import (
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// auditEntry shows all of one entry of the audit log.
type auditEntry struct {
	env   *Env
	entry store.AuditEntry
	top   int
	w, h  int
	box   *penBox
}

const (
	auditEntryWidth  = 84
	auditEntryIndent = 11
)

func newAuditEntry(env *Env, e store.AuditEntry) *auditEntry { return &auditEntry{env: env, entry: e} }

// Title names the overlay.
func (d *auditEntry) Title() string {
	if isBadLine(&d.entry) {
		return "Unreadable line"
	}
	return "Entry " + strconv.FormatUint(d.entry.Number, 10)
}

// Init has nothing to start.
func (d *auditEntry) Init() tea.Cmd { return nil }

// Size asks for as much as the text needs.
func (d *auditEntry) Size(maxW, maxH int) (w, h int) {
	w = min(maxW, auditEntryWidth)
	return w, min(maxH, len(d.text(w)))
}

// SetSize gives the area to draw on.
func (d *auditEntry) SetSize(w, h int) {
	d.w, d.h = w, h
	d.scroll(0)
}

// Update takes the wheel.
func (d *auditEntry) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(MouseMsg); ok {
		d.scroll(m.Wheel)
	}
	return nil
}

func (d *auditEntry) scroll(n int) {
	d.top = max(0, min(d.top+n, len(d.text(d.w))-d.h))
}

// Actions are the ways to scroll and to leave.
func (d *auditEntry) Actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { d.scroll(n); return nil } }
	return []Action{
		{Keys: []string{"esc", "q", "enter"}, Label: "close", Help: "Close this window.", Group: groupProgram, Do: do(closeOverlay)},
		moving("down", "Scroll down.", by(1), "down", "j"),
		moving("up", "Scroll up.", by(-1), "up", "k"),
	}
}

// View draws the part that fits.
func (d *auditEntry) View() string {
	return strings.Join(exactly(d.text(d.w)[d.top:], d.w, d.h), "\n")
}

// text writes what the entry tells, one string a line. What it does not tell
// has no line, but for who had the key: there "none" and "not written down" are
// not the same.
func (d *auditEntry) text(w int) []string {
	if d.box == nil || d.box.styles != d.env.Styles {
		d.box = newPenBox(d.env.Styles)
	}
	f := &paragraphs{box: d.box, w: w, indent: auditEntryIndent}
	e := &d.entry
	if isBadLine(e) {
		f.indent = 1
		f.para("", words(inkDanger, "The line at byte "+strconv.FormatInt(e.Place, 10)+" of audit.log is no entry.")...)
		f.para("", words(inkText, "v on the page checks the chain and says whether the log was changed.")...)
		return f.lines
	}
	tell := func(label, text string) {
		if text = exchanges.Clean(text); text != "" {
			f.para(label, words(inkText, text)...)
		}
	}
	tell("when", e.At.UTC().Format("2006-01-02 15:04:05 UTC")+" · "+ago(e.At, d.env.Now()))
	tell("who", cleanJoin([]string{e.Actor, e.Host}, "@"))
	f.para("what", words(deedInk(e.Action), exchanges.Clean(string(e.Action)))...)
	tell("result", e.Result)
	tell("detail", e.Detail)
	f.blank()
	tell("key", e.Key)
	if e.Exchange != "" {
		f.para("at", span{inkText, exchanges.Clean(string(e.Exchange))}, span{inkMuted, "·"},
			span{envInk(e.Environment), exchanges.Clean(string(e.Environment))})
	}
	tell("key ID", e.KeyID)
	tell("purpose", e.Purpose)
	if e.Record != "" {
		tell("consumers", auditConsumers(e.Consumers))
	}
	tell("record", string(e.Record))
	tell("flow", e.Flow)
	return f.lines
}

func auditConsumers(names []string) string {
	switch {
	case names == nil:
		return "not written down"
	case len(names) == 0:
		return "none"
	}
	return cleanJoin(names, ", ")
}
