package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

// overviewPage says what is to be done about all keys: the score and what would
// raise it most, when what falls due, and the findings by what mends them, the
// worst first.
//
// All of it is made when records change and once a minute; a key press that
// only moves the cursor touches none of that.
type overviewPage struct {
	env   *Env
	heard map[store.RecordID]*store.Record // see dashboard, whose map it is

	board *board
	over  policy.Overview
	list  todoList
	keys  int // with something to be done
	grave state
	gains [][]string // by line
	times timeline

	w, h int
	box  *penBox
}

func newOverview(env *Env, heard map[store.RecordID]*store.Record) *overviewPage {
	return &overviewPage{env: env, heard: heard}
}

// overviewAction opens the page.
func (d *dashboard) overviewAction() Action {
	return Action{Keys: []string{"o"}, Label: "overview", Group: "View",
		Help: "Overview: what is to be done, worst first, what falls due when, and what would raise the score most.",
		Do:   func() tea.Cmd { return push(newOverview(d.env, d.heard)) }}
}

// Title names the page in breadcrumbs.
func (p *overviewPage) Title() string { return "Overview" }

// Init judges all keys.
func (p *overviewPage) Init() tea.Cmd {
	p.reload(nil)
	return nil
}

// SetSize gives the area to draw on.
func (p *overviewPage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.arrange()
}

// Update takes news and the mouse.
func (p *overviewPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case snapshotMsg, verifyDoneMsg:
		p.reload(p.board)
	case minuteMsg, unmanagedMsg:
		p.reload(nil)
	case verifyMsg:
		if slices.ContainsFunc(m.progress, func(s desk.Progress) bool { return s.Phase == desk.Done }) {
			p.reload(p.board)
		}
	case MouseMsg:
		return p.mouse(m)
	}
	return nil
}

// reload gathers everything anew; with the old board given, only what changed
// is judged.
func (p *overviewPage) reload(old *board) {
	p.board = newBoard(p.env.Desk, p.heard, old, p.env.Now())
	keys := make([]policy.Key, len(p.board.rows))
	p.keys = 0
	for i, r := range p.board.rows {
		keys[i] = policy.Key{Record: r.rec, Judged: r.judged}
		if len(r.judged.Findings) > 0 {
			p.keys++
		}
	}
	p.over = policy.NewOverview(keys, p.board.at)
	severity, some := p.over.Worst()
	p.grave = state{severity: severity, fine: !some}
	p.list.show(todoLines(&p.over, p.board))
	p.arrange()
}

// arrange gives each part its room.
func (p *overviewPage) arrange() {
	if p.board == nil {
		return
	}
	var gains []string
	for _, g := range p.over.Score.Best() {
		gains = append(gains, g.String())
	}
	p.gains = flowing(gains, p.w-2)
	if most := p.gainLines(); len(p.gains) > most {
		p.gains = p.gains[:most]
	}
	p.times = newTimeline(p.over.Lanes(), p.board, p.w, lanesIn(p.h))
	p.list.resize(p.h - p.listTop() - p.aboutLines() - 1)
}

// The parts of the page, in lines. Short screens have less about the chosen key
// and no rule above the list.
const overviewRoomy = 22

func (p *overviewPage) gainLines() int {
	if p.h < overviewRoomy {
		return 2
	}
	return 3
}

func (p *overviewPage) aboutLines() int { return max(3, min(p.h/5, 7)) }

// listTop is the line where the list begins.
func (p *overviewPage) listTop() int {
	n := 1 + len(p.gains) + p.times.height()
	if p.h >= overviewRoomy {
		n++
	}
	return n
}

// mouse moves the cursor; a click on the key under it shows its details.
func (p *overviewPage) mouse(m MouseMsg) tea.Cmd {
	if m.Wheel != 0 {
		p.list.move(wheelStep * m.Wheel)
		return nil
	}
	if same, hit := p.list.clicked(m.Y - p.listTop()); same && hit {
		return p.details()
	}
	return nil
}
