package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// judgeNow judges a key as it is known by now.
func judgeNow(env *Env, r *store.Record) policy.Assessment {
	return env.Desk.World(env.Now()).Judge(r, env.Desk.Snapshot().Records())
}

// listedOf is everything that is found about a key: what counts, the worst first,
// and then what the person lives with. Of what counts Until is zero.
func listedOf(a *policy.Assessment) []policy.Accepted {
	out := make([]policy.Accepted, 0, len(a.Findings)+len(a.Accepted))
	for i := range a.Findings {
		out = append(out, policy.Accepted{Finding: a.Findings[i]})
	}
	return append(out, a.Accepted...)
}

// chosenOf returns the finding of a code, the first where there is no such; nil:
// nothing is found.
func chosenOf(a *policy.Assessment, code string) *policy.Accepted {
	all := listedOf(a)
	if len(all) == 0 {
		return nil
	}
	return &all[indexOf(all, code)]
}

// indexOf returns the place of a code in a list, the first where it is not there.
func indexOf(all []policy.Accepted, code string) int {
	for i := range all {
		if all[i].Code == code {
			return i
		}
	}
	return 0
}

// wrongs lists the findings, each with what mends it, and those that are
// accepted, with why.
func (d *detail) wrongs(f *paragraphs) {
	f.indent = 3
	defer func() { f.indent = 11 }()
	all := listedOf(&d.row.judged)
	chosen := indexOf(all, d.chosen)
	for i := range all {
		from := len(f.lines)
		here := !d.pane && len(all) > 1 && i == chosen
		f.finding(&all[i], here)
		if here {
			d.from, d.to = from, len(f.lines)
		}
	}
	if verifying(d.env, d.id) {
		f.wrong("◐", inkAccent, "asking", "the exchange about this key …", "")
	}
	if len(d.row.judged.Findings) == 0 && !d.row.state.accepted {
		glyph, tint := d.row.state.mark()
		f.wrong(glyph, tint, d.row.state.word, "", "")
	}
}

// finding writes one that counts, or one that is accepted.
func (f *paragraphs) finding(x *policy.Accepted, chosen bool) {
	glyph, tint := state{severity: x.Severity, accepted: !x.Until.IsZero()}.mark()
	label := span{inkMuted, " " + glyph}
	if chosen {
		label = span{inkAccent, ">" + glyph}
	}
	text := append([]span{{tint, exchanges.Clean(x.Word)}}, words(inkText, exchanges.Clean(x.Text))...)
	if !x.Until.IsZero() {
		text = words(inkMuted, exchanges.Clean(x.Word)+" "+exchanges.Clean(x.Text))
	}
	if !x.Began.IsZero() {
		text = append(text, span{inkMuted, "(since " + date(x.Began) + ")"})
	}
	f.item(label, text...)
	switch {
	case !x.Until.IsZero():
		f.para("", words(inkMuted, acceptedWords(x))...)
	case x.Action != "":
		f.para("", append([]span{{inkAccent, "→"}}, words(inkMuted, exchanges.Clean(x.Action))...)...)
	}
}

// wrong writes a remark and, below it, what to do.
func (f *paragraphs) wrong(glyph string, tint ink, word, text, action string) {
	f.para(glyph, append([]span{{tint, word}}, words(inkText, text)...)...)
	if action != "" {
		f.para("", append([]span{{inkAccent, "→"}}, words(inkMuted, action)...)...)
	}
}

func acceptedWords(x *policy.Accepted) string {
	return "accepted until " + date(x.Until) + ": " + exchanges.Clean(x.Reason)
}

// choose moves to another finding, and keeps it in sight.
func (d *detail) choose(by int) tea.Cmd {
	all := listedOf(&d.row.judged)
	d.chosen = all[(indexOf(all, d.chosen)+by+len(all))%len(all)].Code
	if d.box == nil {
		return nil
	}
	d.text() // says which lines it takes
	if d.from < d.top || d.to > d.top+d.h {
		d.top = d.from
	}
	return nil
}

// findingActions are about the finding that is chosen on the page.
func (d *detail) findingActions(gone, change string) []Action {
	if d.row == nil {
		return findingActions(d.env, d.id, &policy.Assessment{}, "", gone, gone)
	}
	code := ""
	if x := chosenOf(&d.row.judged, d.chosen); x != nil {
		code = x.Code
	}
	actions := findingActions(d.env, d.id, &d.row.judged, code, gone, change)
	if len(listedOf(&d.row.judged)) < 2 {
		return actions
	}
	return append(actions,
		Action{Keys: []string{"tab"}, Label: "next finding", Help: "Choose the next finding, for m, a, A.", Group: "Findings", Quiet: true, Do: func() tea.Cmd { return d.choose(1) }},
		Action{Keys: []string{"shift+tab"}, Label: "previous finding", Help: "Choose the finding before.", Group: "Findings", Quiet: true, Do: func() tea.Cmd { return d.choose(-1) }})
}

// findingActions are what can be done about what is found about a key: about
// the one of a code, or the worst. gone says why nothing can be done, change why
// nothing can be changed.
func findingActions(env *Env, id store.RecordID, a *policy.Assessment, code, gone, change string) []Action {
	accept, heed := change, change
	chosen := chosenOf(a, code)
	if accept == "" && chosen == nil {
		accept = "nothing is found about it"
	}
	if heed == "" && len(a.Accepted) == 0 {
		heed = "nothing of it is accepted"
	}
	restrict := false
	for i := range a.Findings {
		restrict = restrict || a.Findings[i].Mend == policy.ByRestricting
	}
	mend := Action{Keys: []string{"m"}, Label: "mend", Group: "Findings", Quiet: true, Disabled: gone,
		Help: "Open what mends the finding, at the step that does."}
	switch {
	case mend.Disabled == "" && chosen == nil:
		mend.Disabled = "nothing is found about it"
	case mend.Disabled == "" && mendChanges(chosen.Mend):
		mend.Disabled = change
	}
	if chosen != nil {
		f := chosen.Finding
		mend.Label = "mend: " + mendLabel(f.Mend)
		mend.Do = func() tea.Cmd { return openMend(env, id, f) }
	}
	return []Action{
		mend,
		{Keys: []string{"w"}, Label: "restrict", Group: "Findings", Quiet: !restrict, Disabled: gone,
			Help: "How to take rights from the key, or bind it to addresses, on the exchange's page; and look whether it worked.",
			Do:   func() tea.Cmd { return openRestrict(env, id) }},
		{Keys: []string{"a"}, Label: "accept", Group: "Findings", Quiet: len(a.Findings) == 0, Disabled: accept,
			Help: "Live with a finding until a day, for a reason; it stays in the details.",
			Do:   func() tea.Cmd { return openOverlay(newAcceptForm(env, id, chosen.Code)) }},
		{Keys: []string{"A"}, Label: "heed again", Group: "Findings", Quiet: len(a.Accepted) == 0, Disabled: heed,
			Help: "Take an acceptance back: the finding counts again.",
			Do:   func() tea.Cmd { return heedAgain(env, id, a, code) }},
	}
}

// findingActions are about the worst finding of the key under the cursor.
func (d *dashboard) findingActions(onRow, changeRow string) []Action {
	var actions []Action
	if r := d.table.selected(); r != nil {
		actions = findingActions(d.env, r.rec.ID, &r.judged, "", onRow, changeRow)
	} else {
		actions = findingActions(d.env, "", &policy.Assessment{}, "", onRow, changeRow)
	}
	for i := range actions {
		actions[i].Quiet = true // the footer is full of what is about all keys
	}
	return actions
}
