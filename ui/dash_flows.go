package ui

import (
	"cmp"
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowActions are rotate and revoke of the marked keys or the one under the
// cursor. Where a flow of that key is unfinished, both go on with it.
func (d *dashboard) flowActions(disabled string) []Action {
	if s, busy := d.unfinishedHere(); busy {
		resume := Action{Keys: []string{"r", "x"}, Label: "resume", Group: "Keys", Disabled: disabled,
			Help: "Go on with the unfinished " + wordsOf(s.Kind).noun + " of the key.",
			Do:   func() tea.Cmd { return resumeFlow(d.env, s.ID) }}
		return []Action{resume}
	}
	count := ""
	if n := len(d.table.marked); n > 0 {
		count = " " + strconv.Itoa(n)
	}
	return []Action{
		{Keys: []string{"r"}, Label: "rotate" + count, Group: "Keys", Disabled: disabled, Do: d.rotateChosen,
			Help: "Replace the marked keys, or the one under the cursor, by new ones, step by step."},
		{Keys: []string{"x"}, Label: "revoke" + count, Group: "Keys", Disabled: disabled, Do: d.revokeChosen,
			Help: "Revoke the marked keys, or the one under the cursor, at the exchange; asks first."},
	}
}

// fleetActions are about many keys at once; the palette has them.
func (d *dashboard) fleetActions(readOnly string) []Action {
	overdue, incident, list := readOnly, readOnly, ""
	if overdue == "" && d.board.counts.Overdue == 0 {
		overdue = "no key is overdue"
	}
	if incident == "" && d.board.counts.Keys == 0 {
		incident = "there are no keys"
	}
	label := "unfinished"
	if n := len(d.board.flows); n == 0 {
		list = "no flow is unfinished"
	} else {
		label += " " + strconv.Itoa(n)
	}
	return []Action{
		{Keys: []string{"f"}, Label: label, Group: "Keys", Disabled: list, Do: d.listFlows,
			Help: "Unfinished flows: list what was begun and not ended, and go on with it."},
		d.unmanagedAction(),
		{Label: "rotate all overdue", Group: "Keys", Quiet: true, Disabled: overdue, Do: d.rotateOverdue,
			Help: "Rotate every overdue key, one after the other."},
		{Label: "incident", Group: "Keys", Quiet: true, Disabled: incident,
			Do:   func() tea.Cmd { return openOverlay(newIncidentPicker(d.env)) },
			Help: "Revoke the keys that leaked, the most dangerous first: those of a program or of an exchange."},
		auditAction(d.env),
		machineAction(d.env),
	}
}

// unfinishedHere returns the flow of the key under the cursor, unless other
// keys are marked: then it is they who are meant.
func (d *dashboard) unfinishedHere() (flow.Summary, bool) {
	r := d.table.selected()
	if r == nil || len(d.table.marked) > 0 {
		return flow.Summary{}, false
	}
	s, busy := d.board.flowOf[r.rec.ID]
	return s, busy
}

func (d *dashboard) listFlows() tea.Cmd { return openOverlay(newFlowList(d.env)) }

// chosenRows are the marked rows, or else the one under the cursor.
func (d *dashboard) chosenRows() []*row {
	var out []*row
	for _, r := range d.ordered {
		if d.table.marked[r.rec.ID] {
			out = append(out, r)
		}
	}
	if r := d.table.selected(); len(out) == 0 && r != nil {
		out = append(out, r)
	}
	return out
}

func (d *dashboard) rotateChosen() tea.Cmd { return d.rotate(d.chosenRows()) }

func (d *dashboard) rotateOverdue() tea.Cmd {
	return d.rotate(slices.DeleteFunc(slices.Clone(d.board.rows), func(r *row) bool { return !r.judged.Overdue() }))
}

// rotate begins with the key whose deadline is nearest, or longest past.
func (d *dashboard) rotate(rows []*row) tea.Cmd {
	slices.SortStableFunc(rows, func(a, b *row) int {
		x, y := a.judged.Deadline.At, b.judged.Deadline.At
		return cmp.Or(boolOrder(x.IsZero())-boolOrder(y.IsZero()), x.Compare(y))
	})
	return d.begin(flow.Rotate, recordsOf(rows))
}

// revokeChosen begins with the key that can do the most damage.
func (d *dashboard) revokeChosen() tea.Cmd {
	records := recordsOf(d.chosenRows())
	worstFirst(records)
	return d.begin(flow.Revoke, records)
}

func recordsOf(rows []*row) []*store.Record {
	out := make([]*store.Record, len(rows))
	for i, r := range rows {
		out[i] = r.rec
	}
	return out
}

// begin begins a flow for each key, in the given order.
func (d *dashboard) begin(kind flow.Kind, records []*store.Record) tea.Cmd {
	if len(records) == 0 {
		return nil
	}
	ids := make([]store.RecordID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	clear(d.table.marked)
	return beginFlows(d.env, kind, ids, "")
}

// rowState is what a row shows in place of its state: that its exchange is
// asked, or that a flow of the key is unfinished.
func (d *dashboard) rowState(id store.RecordID) (span, bool) {
	if s, asked := d.rowProgress(id); asked {
		return s, true
	}
	if s, busy := d.board.flowOf[id]; busy {
		return flowBadge(s), true
	}
	return span{}, false
}

// banner is a line below the header about something that waits for the person,
// and what a click on it does.
type banner struct {
	draw  func(box *penBox, w int) string
	press func() tea.Cmd
}

// banners are those that there is cause for.
func (d *dashboard) banners() []banner {
	var out []banner
	if len(d.board.flows) > 0 {
		out = append(out, banner{d.board.flows.bannerLine, d.listFlows})
	}
	if d.env.surveys.open() > 0 {
		out = append(out, banner{d.env.surveys.banner, d.listUnmanaged})
	}
	return out
}

// bannerLines is how many there are.
func (d *dashboard) bannerLines() int { return len(d.banners()) }

// unmanagedAction shows the keys that are not managed. It is in the footer
// while there is one that nobody ignores.
func (d *dashboard) unmanagedAction() Action {
	a := Action{Keys: []string{"u"}, Label: "unmanaged", Group: "Keys", Quiet: true, Do: d.listUnmanaged,
		Help: "Keys that your accounts have and keyrota does not manage: adopt, revoke or ignore them."}
	if n := d.env.surveys.open(); n > 0 {
		a.Label, a.Quiet = "unmanaged "+strconv.Itoa(n), false
	}
	return a
}

func (d *dashboard) listUnmanaged() tea.Cmd { return push(newUnmanagedPage(d.env)) }
