package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// restrictPage leads through taking rights from a key, or binding it to
// addresses, on the exchange's own page, and then looks whether it worked.
type restrictPage struct {
	env *Env
	id  store.RecordID
	rec *store.Record // nil: gone

	// How and to what, as it was when the page was opened: what was asked for
	// must not change while a person does it.
	how   desk.Restriction
	wrong []policy.Finding // what is to be mended, as known by now

	asked         bool // the exchange, by this page
	review        []flow.ReviewLine
	problem, hint string // why it gave no answer

	top  int
	w, h int
}

// openRestrict opens the page for a key.
func openRestrict(env *Env, id store.RecordID) tea.Cmd { return push(newRestrictPage(env, id)) }

func newRestrictPage(env *Env, id store.RecordID) *restrictPage {
	p := &restrictPage{env: env, id: id}
	p.judge()
	if p.rec == nil {
		return p
	}
	p.how = env.Desk.RestrictByHand(p.rec)
	clean := cleanPrompt(flow.Prompt{Page: p.how.Page, Guide: p.how.Steps})
	p.how.Page, p.how.Steps = clean.Page, clean.Guide
	return p
}

// judge takes the record as it is now, and what is wrong with it.
func (p *restrictPage) judge() {
	p.rec, _ = p.env.Desk.Snapshot().ByID(p.id)
	if p.rec != nil {
		p.judged(p.rec)
	}
}

func (p *restrictPage) judged(r *store.Record) {
	p.rec = r
	judged := judgeNow(p.env, r)
	p.wrong = nil
	for i := range judged.Findings {
		if judged.Findings[i].Mend == policy.ByRestricting {
			p.wrong = append(p.wrong, judged.Findings[i])
		}
	}
}

// Title names the page in breadcrumbs.
func (p *restrictPage) Title() string { return "Restrict" }

// Init has nothing to start.
func (p *restrictPage) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (p *restrictPage) SetSize(w, h int) { p.w, p.h = w, h }

// Update handles news, and the mouse.
func (p *restrictPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case snapshotMsg:
		p.judge()
		if p.rec == nil {
			return popScreen(p)
		}
	case verifyMsg:
		for i := range m.progress {
			if m.progress[i].ID == p.id && m.progress[i].Phase == desk.Done {
				p.answered(&m.progress[i])
			}
		}
	case verifyDoneMsg:
		if p.asked && m.err != nil && !verifying(p.env, p.id) {
			p.asked = false
			p.problem, p.hint = explain(m.err)
		}
	case MouseMsg:
		return p.mouse(m)
	}
	return nil
}

func (p *restrictPage) mouse(m MouseMsg) tea.Cmd {
	if m.Wheel != 0 {
		p.scroll(wheelStep * m.Wheel)
		return nil
	}
	t := p.sheet()
	return t.press(m.Y+min(p.top, p.most(&t)), m.X)
}

// verify asks the exchange what the key may do now.
func (p *restrictPage) verify() tea.Cmd {
	p.asked, p.review, p.problem, p.hint = true, nil, "", ""
	p.top = 1 << 20 // where the answer will stand
	return startVerify(p.env, p.id)
}

// answered holds what the exchange said against what is wanted.
func (p *restrictPage) answered(a *desk.Progress) {
	if !p.asked {
		return
	}
	p.asked = false
	if a.Err != nil {
		p.problem, p.hint = explain(a.Err)
		return
	}
	r := a.Record // a read-only store keeps no answers
	if r == nil {
		r, _ = p.env.Desk.Snapshot().ByID(p.id)
	}
	if r == nil {
		return
	}
	p.judged(r)
	p.review = cleanPrompt(flow.Prompt{Review: p.how.Review(&r.Facts, p.env.Now()).Lines}).Review
}

// changes reports whether the page of the exchange lets anything be changed.
func (p *restrictPage) changes() bool { return p.how.Rights || p.how.IPs }

// pasted returns the list of addresses that the exchange's page gets.
func (p *restrictPage) pasted() string {
	for _, l := range p.how.Steps {
		if l.Name == exchanges.PutIPs {
			return l.Copy
		}
	}
	return ""
}

func (p *restrictPage) copy() tea.Cmd {
	return copyText(p.env, guideWords[exchanges.PutIPs], p.pasted())
}

// Actions lists what can be done now.
func (p *restrictPage) Actions() []Action {
	if p.rec == nil {
		return nil
	}
	open, paste, rotate := "", "", p.env.Desk.ReadOnly()
	if p.env.OpenPage == nil || p.how.Page == "" {
		open = "no page, or no browser, is known here"
	}
	if p.env.Copy == nil || p.pasted() == "" {
		paste = "there is nothing to copy"
	}
	actions := []Action{
		{Keys: []string{"o"}, Label: "open page", Help: "Open the exchange's page for keys in your browser.", Group: "Restrict", Disabled: open,
			Do: func() tea.Cmd { return openLink(p.env, p.how.Page) }},
		{Keys: []string{"c"}, Label: "copy addresses", Help: "Copy the IP whitelist as the exchange's page takes it.", Group: "Restrict", Disabled: paste, Do: p.copy},
		p.lookAction(),
		{Keys: []string{"r"}, Label: "rotate instead", Help: "Make a new key that has only what is needed, in the place of this one.", Group: "Restrict", Disabled: rotate, Do: p.rotate},
	}
	return append(actions, scrollActions(p.scroll, p.h)...)
}

// lookAction asks the exchange, or the person where nobody can be asked.
func (p *restrictPage) lookAction() Action {
	if p.how.Manual {
		return Action{Keys: []string{"e"}, Label: "edit what is stated", Help: "Say what the key may do from now on, and from where.", Group: "Restrict",
			Disabled: p.env.Desk.ReadOnly(), Do: func() tea.Cmd { return push(newEditForm(p.env, p.id)) }}
	}
	busy := ""
	if verifying(p.env, p.id) {
		busy = "the exchange is being asked"
	}
	return Action{Keys: []string{"v"}, Label: "verify", Help: "Ask the exchange whether the key is now as it should be.", Group: "Restrict", Disabled: busy, Do: p.verify}
}

// rotate begins a rotation, or goes on with what is unfinished.
func (p *restrictPage) rotate() tea.Cmd {
	if s, busy := unfinished(p.env.Desk.Flows().Open()).of(p.id); busy {
		return resumeFlow(p.env, s.ID)
	}
	return beginFlows(p.env, flow.Rotate, []store.RecordID{p.id}, "")
}
