package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// incidentPicker asks what has leaked: a program that has keys, or an
// exchange. Typing narrows the list.
type incidentPicker struct {
	env   *Env
	leaks []leak
	query string
	found []int // indices into leaks, best first
	list  picker
	w, h  int
}

// leak is something that may have leaked, with the keys that went with it.
type leak struct {
	name, kind string // "3Commas", "program"
	ids        []store.RecordID
}

// reason is what the flows and the audit log will say.
func (l leak) reason() string { return l.name + " leaked" }

const incidentRows = 12

func newIncidentPicker(env *Env) *incidentPicker {
	p := &incidentPicker{env: env, leaks: leaksOf(env.Desk.Snapshot().Records(), exchangeNames(env.Desk.Exchanges()))}
	p.search()
	return p
}

// leaksOf lists programs, then exchanges, each by name. The same name in
// another spelling is the same program.
func leaksOf(records []*store.Record, names map[exchanges.ID]string) []leak {
	byKey := map[string]*leak{}
	add := func(name, kind string, id store.RecordID) {
		key := kind + "\x00" + strings.ToLower(name)
		if byKey[key] == nil {
			byKey[key] = &leak{name: name, kind: kind}
		}
		if l := byKey[key]; !slices.Contains(l.ids, id) {
			l.ids = append(l.ids, id)
		}
	}
	for _, r := range records {
		name := names[r.Exchange]
		if name == "" {
			name = exchanges.Clean(string(r.Exchange))
		}
		add(name, "exchange", r.ID)
		for _, c := range r.Consumers {
			if name := exchanges.Clean(c.Name); name != "" {
				add(name, "program", r.ID)
			}
		}
	}
	out := make([]leak, 0, len(byKey))
	for _, l := range byKey {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b leak) int {
		if a.kind != b.kind {
			return strings.Compare(b.kind, a.kind) // programs first
		}
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	return out
}

// Title names the overlay.
func (p *incidentPicker) Title() string { return "Incident: what leaked?" }

// Typing is always true: every key is text for the search.
func (p *incidentPicker) Typing() bool { return true }

// Init has nothing to start.
func (p *incidentPicker) Init() tea.Cmd { return nil }

// Size asks for a line of text, a line of room and a list.
func (p *incidentPicker) Size(maxW, maxH int) (w, h int) {
	return min(maxW, 64), min(maxH, max(1, min(len(p.leaks), incidentRows))+2)
}

// SetSize gives the area to draw on.
func (p *incidentPicker) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(h - 2)
}

// Actions are the keys that the search itself takes.
func (p *incidentPicker) Actions() []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "its keys", Help: "List the keys that went with it, the most dangerous first."},
		{Keys: []string{"up"}, Label: "up", Help: "Choose the one above."},
		{Keys: []string{"down"}, Label: "down", Help: "Choose the one below."},
		{Keys: []string{"esc"}, Label: "close", Help: "Close this window."},
	}
}

// Update takes text, movement and the choice.
func (p *incidentPicker) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case KeyMsg:
		return p.key(msg)
	case PasteMsg:
		p.narrow(p.query + exchanges.Clean(string(msg.Text)))
	case MouseMsg:
		if msg.Wheel != 0 {
			p.list.move(msg.Wheel)
		} else if p.list.clicked(msg.Y - 2) {
			return p.choose()
		}
	}
	return nil
}

func (p *incidentPicker) key(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "esc":
		return closeOverlay
	case "enter":
		return p.choose()
	case "up", "ctrl+p", "shift+tab":
		p.list.move(-1)
	case "down", "ctrl+n", "tab":
		p.list.move(1)
	case "pgup":
		p.list.move(-p.list.rows)
	case "pgdown":
		p.list.move(p.list.rows)
	case "ctrl+u":
		p.narrow("")
	case "backspace":
		if r := []rune(p.query); len(r) > 0 {
			p.narrow(string(r[:len(r)-1]))
		}
	default:
		if k.Rune != 0 {
			p.narrow(p.query + string(k.Rune))
		}
	}
	return nil
}

func (p *incidentPicker) narrow(query string) {
	p.query = query
	p.search()
}

func (p *incidentPicker) search() {
	p.found = p.found[:0]
	if query := strings.TrimSpace(p.query); query != "" {
		for _, m := range fuzzy.FindFrom(query, leakNames(p.leaks)) {
			p.found = append(p.found, m.Index)
		}
	} else {
		for i := range p.leaks {
			p.found = append(p.found, i)
		}
	}
	p.list.reset(len(p.found))
}

// leakNames is what the search for letters in order looks at.
type leakNames []leak

func (l leakNames) String(i int) string { return l[i].name }
func (l leakNames) Len() int            { return len(l) }

// choose closes the picker and opens the page of the keys.
func (p *incidentPicker) choose() tea.Cmd {
	if p.list.cursor >= len(p.found) {
		return nil
	}
	l := p.leaks[p.found[p.list.cursor]]
	return tea.Sequence(closeOverlay, push(newIncidentPage(p.env, l)))
}

// View draws the search and what it found.
func (p *incidentPicker) View() string {
	s := p.env.Styles
	query := p.query
	if cells(query)+3 > p.w {
		query = tail(query, p.w-3)
	}
	lines := []string{s.InputFocus.Render(fit("/ "+query+"▏", p.w)), strings.Repeat(" ", p.w)}
	if len(p.found) == 0 {
		lines = append(lines, s.Muted.Render(fit("  No program and no exchange is called that.", p.w)))
	}
	for _, i := range p.list.visible() {
		l := p.leaks[p.found[i]]
		mark, style := "  ", s.Text
		if i == p.list.cursor {
			mark, style = "> ", s.Cursor
		}
		count := " · " + plural(len(l.ids), "key")
		kind := fit(l.kind, 9)
		name := exchanges.Clean(l.name)
		name = strings.TrimRight(fit(name, min(cells(name), p.w-2-cells(kind)-cells(count))), " ")
		lines = append(lines, style.Render(fit(mark+kind+name+count, p.w)))
	}
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}
