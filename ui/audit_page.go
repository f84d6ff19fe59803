package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
)

// auditPage shows the audit log, newest first. It reads from the end of the
// log, a piece at a time, and goes on when the cursor comes near the last entry
// that is there; so a log of years opens as fast as a new one.
type auditPage struct {
	env *Env

	entries []store.AuditEntry // that pass the filter
	next    int64              // where the reading goes on; 0: the log begins there
	back    time.Time          // how far the reading has come, whether that passed or not
	total   uint64             // entries of the log, as far as is known
	err     error
	loading bool
	gen     int // of the filter: what was read for another one is not shown

	filter filterLine
	passes auditFilter
	chain  chainState

	list picker
	w, h int
	box  *penBox
}

// auditMsg brings a piece of the log.
type auditMsg struct {
	page    *auditPage
	gen     int
	newer   bool // it was asked for what came since, not for what is older
	entries []store.AuditEntry
	back    time.Time
	next    int64
	err     error
}

// auditPiece is how many entries are read at once.
const auditPiece = 200

// Lines of the page beside the entries: title, columns, filter, and what was
// read.
const (
	auditTop    = 3
	auditBottom = 1
)

func newAuditPage(env *Env) *auditPage {
	p := &auditPage{env: env, next: store.AuditEnd}
	p.filter.check = func(text string) string {
		p.passes = parseAuditFilter(text)
		return p.passes.problem
	}
	return p
}

// auditAction opens the page.
func auditAction(env *Env) Action {
	return Action{Keys: []string{"L"}, Label: "audit log", Group: "View", Quiet: true,
		Help: "Audit log: what was done to which key, when and by whom, and whether the log was touched.",
		Do:   func() tea.Cmd { return push(newAuditPage(env)) }}
}

// Title names the page in breadcrumbs.
func (p *auditPage) Title() string { return "Audit log" }

// Init reads the end of the log.
func (p *auditPage) Init() tea.Cmd { return p.load() }

// SetSize gives the area to draw on.
func (p *auditPage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(h - auditTop - auditBottom)
}

// Typing reports whether the filter is being typed.
func (p *auditPage) Typing() bool { return p.filter.typing }

// Update takes what was read, news, text for the filter and the mouse.
func (p *auditPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case auditMsg:
		return p.loaded(m)
	case auditCheckedMsg:
		return p.checked(m)
	case snapshotMsg:
		return p.catchUp()
	case KeyMsg:
		return p.typed(m)
	case PasteMsg:
		if p.filter.typing {
			p.filter.paste(m.Text)
			return p.restart()
		}
	case MouseMsg:
		return p.mouse(m)
	}
	return nil
}

// mouse moves the cursor; a click on the row under it shows the entry.
func (p *auditPage) mouse(m MouseMsg) tea.Cmd {
	was := p.list.cursor
	switch {
	case m.Wheel != 0:
		p.list.move(wheelStep * m.Wheel)
	case m.Y >= auditTop && p.list.clicked(m.Y-auditTop) && p.list.cursor == was:
		return p.show()
	}
	return p.more()
}

// load reads what lies before that which was read.
func (p *auditPage) load() tea.Cmd {
	p.loading = true
	return p.read(p.next, false)
}

// read asks for a piece of the log. What passes is decided by a copy of the
// filter: the page's may change meanwhile.
func (p *auditPage) read(place int64, newer bool) tea.Cmd {
	service, passes, now, gen := p.env.Desk, p.passes, p.env.Now(), p.gen
	return func() tea.Msg {
		m := auditMsg{page: p, gen: gen, newer: newer}
		m.entries, m.next, m.err = service.AuditBefore(place, auditPiece, func(e *store.Event) bool {
			if !e.At.IsZero() {
				m.back = e.At
			}
			return passes.match(e, now)
		})
		return m
	}
}

// loaded takes in a piece, and goes on until the screen is full or the log
// begins.
func (p *auditPage) loaded(m auditMsg) tea.Cmd {
	if m.page != p || m.gen != p.gen {
		return nil
	}
	if m.newer {
		return p.renewed(m)
	}
	p.loading, p.err = false, m.err
	p.entries = append(p.entries, m.entries...)
	p.next = m.next
	if !m.back.IsZero() {
		p.back = m.back
	}
	p.recount()
	if m.err != nil {
		return nil
	}
	return p.more()
}

// renewed puts what came since in front. The cursor stays on its entry, but at
// the top it stays there.
func (p *auditPage) renewed(m auditMsg) tea.Cmd {
	if m.err != nil {
		p.err = m.err
		return nil
	}
	fresh := m.entries
	for i, e := range m.entries {
		if len(p.entries) > 0 && e.Place <= p.entries[0].Place {
			fresh = m.entries[:i]
			break
		}
	}
	if len(fresh) == auditPiece { // and perhaps more between: from the end anew
		return p.restart()
	}
	p.entries = append(fresh[:len(fresh):len(fresh)], p.entries...)
	at := p.list.cursor
	p.recount()
	if at > 0 {
		p.list.move(len(fresh))
	}
	return nil
}

// catchUp looks for entries that were written since.
func (p *auditPage) catchUp() tea.Cmd {
	if p.loading {
		return nil
	}
	return p.read(store.AuditEnd, true)
}

func (p *auditPage) recount() {
	p.list.count = len(p.entries)
	p.list.move(0)
	if len(p.entries) > 0 {
		p.total = max(p.total, p.entries[0].Number)
	}
}

// more reads on when the cursor is less than a page from the last entry.
func (p *auditPage) more() tea.Cmd {
	if p.loading || p.next == 0 || len(p.entries)-p.list.cursor > p.list.rows {
		return nil
	}
	return p.load()
}

// restart forgets what was read and reads from the end: what did not pass
// another filter was not kept.
func (p *auditPage) restart() tea.Cmd {
	p.gen++
	p.entries, p.next, p.back, p.err = nil, store.AuditEnd, time.Time{}, nil
	p.list.reset(0)
	return p.load()
}
