package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// spinEvery is the time between two frames of the spinner.
const spinEvery = 120 * time.Millisecond

var spinFrames = []string{"◐", "◓", "◑", "◒"}

// spinner returns the present frame; a still one where nothing may move.
func (d *dashboard) spinner() string {
	if !d.env.Animate {
		return "◐"
	}
	return spinFrames[d.spin%len(spinFrames)]
}

// progress notes where keys are in a verification. Answers are shown at once:
// with the snapshot where they were saved, from the report where they were not.
func (d *dashboard) progress(steps []desk.Progress) tea.Cmd {
	answers := false
	for _, p := range steps {
		if p.Phase != desk.Done {
			d.asked[p.ID] = p.Phase
			continue
		}
		answers = true
		if _, asked := d.asked[p.ID]; asked {
			delete(d.asked, p.ID)
			d.answered++
		}
		if p.Record != nil && d.env.Desk.ReadOnly() != "" {
			d.heard[p.ID] = p.Record
		}
	}
	if !answers {
		return d.animate()
	}
	return batch(d.reload(d.board), d.animate())
}

// animate starts the spinner when there is something to wait for.
func (d *dashboard) animate() tea.Cmd {
	if d.spinning || !d.env.Animate || len(d.asked) == 0 {
		return nil
	}
	d.spinning = true
	return d.env.after(spinEvery, spinMsg{})
}

// verified ends the show of a verification. Others that still run report
// their keys again with the next step.
func (d *dashboard) verified() tea.Cmd {
	for id := range d.asked {
		if !verifying(d.env, id) {
			delete(d.asked, id)
		}
	}
	if len(d.asked) == 0 {
		d.answered = 0
	}
	return d.reload(d.board)
}

func (d *dashboard) spun() tea.Cmd {
	if len(d.asked) == 0 {
		d.spinning = false
		return nil
	}
	d.spin++
	return d.env.after(spinEvery, spinMsg{})
}

// rowProgress is what a row's state shows while its exchange is asked.
func (d *dashboard) rowProgress(id store.RecordID) (span, bool) {
	switch phase, ok := d.asked[id]; {
	case !ok:
		return span{}, false
	case phase == desk.Asking:
		return span{inkAccent, d.spinner() + " asking"}, true
	default:
		return span{inkMuted, "… waiting"}, true
	}
}
