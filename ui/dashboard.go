package ui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// dashboard is the bottom page: every key, what it may do and what it needs.
//
// The snapshot is judged when it changes and once a minute, the order is made
// when rows or sorting change, the list of lines when the filter or the tab
// does. A key press that only moves the cursor touches none of that.
type dashboard struct {
	env *Env

	board   *board
	heard   map[store.RecordID]*store.Record // answers that a read-only store did not keep
	ordered []*row                           // board.rows in the chosen order
	inTab   []*row                           // those of the tab, before the filter

	order   int // index in orderings
	reverse bool
	tab     exchanges.ID // empty: All
	filter  filterLine
	table   *table
	matches int

	asked    map[store.RecordID]desk.Phase // keys in a running verification
	answered int                           // of those asked since the last quiet moment
	spin     int                           // frame of the spinner
	spinning bool

	pane     *detail // details beside the table; nil: closed
	follower *follower

	w, h  int
	strip strip
	bar   tabBar
	box   *penBox
}

// Messages that the dashboard sends to itself.
type (
	minuteMsg struct{} // ages and deadlines move on
	spinMsg   struct{}
)

// newDashboard returns the dashboard. It shows nothing before Init or the
// first snapshotMsg.
func newDashboard(env *Env) *dashboard {
	d := &dashboard{
		env: env, table: newTable(), board: &board{},
		heard: map[store.RecordID]*store.Record{}, asked: map[store.RecordID]desk.Phase{},
		follower: newFollower(env),
	}
	d.board.count()
	return d
}

// Init judges what is loaded already, looks for unfinished flows and starts
// the minute's clock.
func (d *dashboard) Init() tea.Cmd {
	d.reload(nil)
	return batch(loadFlows(d.env), d.env.after(time.Minute, minuteMsg{}))
}

// Title names the page in breadcrumbs.
func (d *dashboard) Title() string { return "Keys" }

// Typing reports whether keys are text for the filter.
func (d *dashboard) Typing() bool { return d.filter.typing }

// SetSize gives the area to draw on.
func (d *dashboard) SetSize(w, h int) {
	d.w, d.h = w, h
	d.strip = newStrip(d.inTab, d.board.at, stripRoom(w))
	d.arrange()
}

// Update handles what is not an action: text for the filter, the mouse, and
// news.
func (d *dashboard) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case KeyMsg:
		return d.typed(msg)
	case PasteMsg:
		return d.pasted(msg)
	case MouseMsg:
		return d.mouse(msg)
	case snapshotMsg:
		return d.reload(d.board)
	case minuteMsg:
		return batch(d.reload(nil), d.env.after(time.Minute, minuteMsg{}))
	case selectMsg:
		d.table.find(msg.id)
		return d.follow()
	default:
		return d.news(msg)
	}
}

// news handles what comes of work that goes on beside the page.
func (d *dashboard) news(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case flowMovedMsg:
		return d.follower.moved(msg)
	case verifyMsg:
		return d.progress(msg.progress)
	case verifyDoneMsg:
		return d.verified()
	case spinMsg:
		return d.spun()
	case unmanagedMsg:
		return d.reload(nil) // the keys whose accounts they are on are judged by them
	case historyMsg:
		if d.pane != nil {
			return d.pane.Update(msg)
		}
	}
	return nil
}

func (d *dashboard) pasted(m PasteMsg) tea.Cmd {
	if !d.filter.typing {
		return nil
	}
	d.filter.paste(m.Text)
	return d.refilter()
}

// reload makes a new board. Rows of old are reused where nothing changed;
// without old all keys are judged afresh.
func (d *dashboard) reload(old *board) tea.Cmd {
	d.board = newBoard(d.env.Desk, d.heard, old, d.env.Now())
	d.table.forget(d.board)
	d.arrange() // banners come and go
	return batch(d.resort(), d.follower.follow(d.board.flows))
}

func (d *dashboard) resort() tea.Cmd {
	d.ordered = orderings[d.order].sorted(d.board.rows, d.reverse)
	if d.tab != "" && !slices.ContainsFunc(d.board.tabs, func(t tab) bool { return t.exchange == d.tab }) {
		d.tab = "" // its last key is gone
	}
	return d.retab()
}

func (d *dashboard) retab() tea.Cmd {
	d.inTab = d.ordered
	if d.tab != "" {
		d.inTab = nil
		for _, r := range d.ordered {
			if r.tab == d.tab {
				d.inTab = append(d.inTab, r)
			}
		}
	}
	d.strip = newStrip(d.inTab, d.board.at, stripRoom(d.w))
	return d.refilter()
}

func (d *dashboard) refilter() tea.Cmd {
	rows := d.inTab
	if f := &d.filter.parsed; !f.empty() {
		now := d.env.Now()
		rows = nil
		for _, r := range d.inTab {
			if f.match(r, now) {
				rows = append(rows, r)
			}
		}
	}
	d.matches = len(rows)
	d.table.show(grouped(rows), d.tab == "")
	return d.follow()
}

// follow points the pane at the row under the cursor.
func (d *dashboard) follow() tea.Cmd {
	if d.pane == nil {
		return nil
	}
	r := d.table.selected()
	if r == nil {
		d.pane = nil
		d.arrange()
		return nil
	}
	return d.pane.show(r, d.board.flows)
}

// chosenTab returns the index of the tab in view.
func (d *dashboard) chosenTab() int {
	i := slices.IndexFunc(d.board.tabs, func(t tab) bool { return t.exchange == d.tab })
	return max(0, i)
}

// Lines of the dashboard, from the top. Banners push all but the header down.
const (
	lineHeader = iota
	lineStrip
	lineTabs
	lineFilter // or a rule
	lineHeading
	linesAbove // rows begin here

	lineBanner = lineHeader + 1
)

// paneFrom is the width from which details stand beside the table.
const paneFrom = 120

// arrange gives table and pane their room.
func (d *dashboard) arrange() {
	if d.w < paneFrom {
		d.pane = nil
	}
	above := d.bannerLines()
	d.table.setSize(d.w-d.paneWidth(), d.h-above-linesAbove)
	if d.pane != nil {
		d.pane.SetSize(d.paneWidth()-1, d.h-above-lineHeading)
	}
}

// paneWidth is the cells that the pane takes, its border included.
func (d *dashboard) paneWidth() int {
	if d.pane == nil {
		return 0
	}
	return max(49, min(80, d.w*2/5))
}
