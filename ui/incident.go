package ui

import (
	"maps"
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
	finder
	leaks []*leak
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
	p := &incidentPicker{leaks: leaksOf(env.Desk.Snapshot().Records(), exchangeNames(env.Desk.Exchanges()))}
	p.finder = finder{env: env, search: p.search, choose: p.open}
	p.narrow("")
	return p
}

// leaksOf lists programs, then exchanges, each by name. The same name in
// another spelling is the same program.
func leaksOf(records []*store.Record, names map[exchanges.ID]string) []*leak {
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
		add(placeName(names, r.Exchange, r.Venue), "exchange", r.ID)
		for _, c := range r.Consumers {
			if name := exchanges.Clean(c.Name); name != "" {
				add(name, "program", r.ID)
			}
		}
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b *leak) int {
		if a.kind != b.kind {
			return strings.Compare(b.kind, a.kind) // programs first
		}
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
}

// Title names the overlay.
func (p *incidentPicker) Title() string { return "Incident: what leaked?" }

// Size asks for a line of text, a line of room and a list.
func (p *incidentPicker) Size(maxW, maxH int) (w, h int) {
	return min(maxW, 64), min(maxH, max(1, min(len(p.leaks), incidentRows))+2)
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

// search finds leaks by name; all of them for no query.
func (p *incidentPicker) search(query string) []int {
	var found []int
	if query = strings.TrimSpace(query); query == "" {
		for i := range p.leaks {
			found = append(found, i)
		}
		return found
	}
	for _, m := range fuzzy.FindFrom(query, leakNames(p.leaks)) {
		found = append(found, m.Index)
	}
	return found
}

// leakNames is what the search for letters in order looks at.
type leakNames []*leak

func (l leakNames) String(i int) string { return l[i].name }
func (l leakNames) Len() int            { return len(l) }

// open closes the picker and opens the page of the keys.
func (p *incidentPicker) open(i int) tea.Cmd {
	return sequence(closeOverlay, push(newIncidentPage(p.env, *p.leaks[i])))
}

// View draws the search and what it found.
func (p *incidentPicker) View() string {
	return p.draw("/", "No program and no exchange is called that.", p.row)
}

func (p *incidentPicker) row(i int, chosen bool) string {
	l := p.leaks[i]
	mark, style := "  ", p.env.Styles.Text
	if chosen {
		mark, style = "> ", p.env.Styles.Cursor
	}
	count := " · " + plural(len(l.ids), "key")
	kind := fit(l.kind, 9)
	name := exchanges.Clean(l.name)
	name = strings.TrimRight(fit(name, min(cells(name), p.w-2-cells(kind)-cells(count))), " ")
	return style.Render(fit(mark+kind+name+count, p.w))
}
