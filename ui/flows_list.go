package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowList shows the unfinished flows and goes on with one of them.
type flowList struct {
	env   *Env
	flows unfinished
	list  picker
	w, h  int
}

// Lines of the list: below the rows a blank one and two about the chosen flow.
const (
	flowListWidth = 100
	flowListRows  = 12
	flowListBelow = 3
)

func newFlowList(env *Env) *flowList {
	l := &flowList{env: env, flows: env.Desk.Flows().Open()}
	l.list.reset(len(l.flows))
	return l
}

// Title names the overlay.
func (l *flowList) Title() string { return "Unfinished flows" }

// Init has nothing to start.
func (l *flowList) Init() tea.Cmd { return nil }

// Size asks for a line a flow and the lines about the chosen one.
func (l *flowList) Size(maxW, maxH int) (w, h int) {
	return min(maxW, flowListWidth), min(maxH, max(1, min(len(l.flows), flowListRows))+flowListBelow)
}

// SetSize gives the area to draw on.
func (l *flowList) SetSize(w, h int) {
	l.w, l.h = w, h
	l.list.resize(h - flowListBelow)
}

// Update takes news and the mouse: the first click chooses, a second one on
// the same row goes on.
func (l *flowList) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case snapshotMsg:
		l.refresh()
	case MouseMsg:
		was := l.list.cursor
		switch {
		case m.Wheel != 0:
			l.list.move(m.Wheel)
		case l.list.clicked(m.Y) && l.list.cursor == was:
			return l.resume()
		}
	}
	return nil
}

// refresh keeps the cursor on its flow where that is still unfinished.
func (l *flowList) refresh() {
	chosen, at := l.chosen(), l.list.cursor
	l.flows = l.env.Desk.Flows().Open()
	for i, s := range l.flows {
		if s.ID == chosen.ID {
			at = i
		}
	}
	l.list.reset(len(l.flows))
	l.list.move(at)
}

func (l *flowList) chosen() flow.Summary {
	if l.list.cursor >= len(l.flows) {
		return flow.Summary{}
	}
	return l.flows[l.list.cursor]
}

// Actions lists what can be done with a flow from here.
func (l *flowList) Actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { l.list.move(n); return nil } }
	why := l.env.Desk.ReadOnly()
	if len(l.flows) == 0 {
		why = "no flow is unfinished"
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "resume", Help: "Go on with the chosen flow.", Group: "Flows", Disabled: why, Do: l.resume},
		{Keys: []string{"down", "j"}, Label: "down", Help: "Choose the next one.", Group: "Move", Do: by(1)},
		{Keys: []string{"up", "k"}, Label: "up", Help: "Choose the one before.", Group: "Move", Do: by(-1)},
		{Keys: []string{"pgdown"}, Label: "page down", Group: "Move", Quiet: true, Do: by(l.list.rows)},
		{Keys: []string{"pgup"}, Label: "page up", Group: "Move", Quiet: true, Do: by(-l.list.rows)},
		{Keys: []string{"esc", "q", "f"}, Label: "close", Help: "Close this window.", Group: groupProgram, Do: do(closeOverlay)},
	}
}

// resume closes the list and opens the page of the flow.
func (l *flowList) resume() tea.Cmd {
	s := l.chosen()
	if s.ID == "" {
		return nil
	}
	if why := l.env.Desk.ReadOnly(); why != "" { // a click asks no action
		return toast(Notice, "resume is not possible: "+why, "")
	}
	return sequence(closeOverlay, resumeFlow(l.env, s.ID))
}

// View draws the flows and, below them, all about the chosen one.
func (l *flowList) View() string {
	s := l.env.Styles
	var lines []string
	if len(l.flows) == 0 {
		lines = append(lines, s.Muted.Render(fit("  Nothing is unfinished.", l.w)))
	}
	for _, i := range l.list.visible() {
		mark, style := "  ", s.Text
		if i == l.list.cursor {
			mark, style = "> ", s.Cursor
		}
		lines = append(lines, style.Render(fit(mark+l.row(l.flows[i]), l.w)))
	}
	lines = append(exactly(lines, l.w, max(0, l.h-flowListBelow)), strings.Repeat(" ", l.w))
	for _, text := range l.about(l.chosen()) {
		lines = append(lines, s.Muted.Render(fit("  "+text, l.w)))
	}
	return strings.Join(exactly(lines, l.w, l.h), "\n")
}

// row is a flow on one line. What is stuck says so in the row; the reason is
// below the list.
func (l *flowList) row(s flow.Summary) string {
	where := stepWord(s)
	if s.Problem != "" {
		where = "stuck: " + where
	}
	const step, since = 17, 8
	tail := " " + fit(where, step) + " " + fit(briefly(l.env.Now().Sub(s.Began)), since-4)
	batch := " " + fit(batchWords(s.Batch), 8)
	room := l.w - 2 - cells(tail) - cells(batch)
	title := flowTitle(s)
	if place := l.venue(s); room > 56 {
		return fit(title, room-24) + " " + fit(place, 23) + tail + batch
	}
	return fit(title, room) + tail + batch
}

// venue says where a flow's key lives; a flow may not know it yet.
func (l *flowList) venue(s flow.Summary) string {
	if s.Exchange == "" {
		return "exchange not chosen yet"
	}
	name := placeName(exchangeNames(l.env.Desk.Exchanges()), s.Exchange, s.Venue)
	return name + " · " + exchanges.Clean(string(s.Environment))
}

// about says all of a flow on two lines.
func (l *flowList) about(s flow.Summary) []string {
	if s.ID == "" {
		return []string{"", ""}
	}
	now := l.env.Now()
	first := fmt.Sprintf("%s · begun %s, last step %s", l.venue(s), ago(s.Began, now), ago(s.Moved, now))
	if b := batchWords(s.Batch); b != "" {
		first += " · " + b
	}
	if why := exchanges.Clean(s.Batch.Reason); why != "" {
		first += " · " + why
	}
	return []string{first, flowPlace(s)}
}
