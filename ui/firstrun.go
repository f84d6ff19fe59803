package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// firstRun is the bottom page while there are no keys: it says what can be
// done instead of showing an empty table.
type firstRun struct {
	env   *Env
	list  picker
	flows unfinished // the first key may be on its way
	w, h  int
	box   *penBox
}

// firstChoice is one way to begin.
type firstChoice struct {
	key, label, text string
}

var firstChoices = []firstChoice{
	{"n", "Add a key that you have", "Paste it; the exchange is asked before anything is saved."},
	{"c", "Create a new key at the exchange", "Step by step: what for, from where, made, checked and stored."},
	{"d", "Look around with simulated exchanges", "Nothing real is touched: quit, and run  keyrota --demo"},
}

// newFirstRun returns the page.
func newFirstRun(env *Env) *firstRun {
	f := &firstRun{env: env}
	f.list.reset(len(firstChoices))
	return f
}

// Title names the page.
func (f *firstRun) Title() string { return "Welcome" }

// Init looks for unfinished flows.
func (f *firstRun) Init() tea.Cmd { return loadFlows(f.env) }

// SetSize gives the area to draw on.
func (f *firstRun) SetSize(w, h int) {
	f.w, f.h = w, h
	f.list.resize(len(firstChoices))
}

// Actions choose a way to begin.
func (f *firstRun) Actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { f.list.move(n); return nil } }
	readOnly := f.env.Desk.ReadOnly()
	list := ""
	if len(f.flows) == 0 {
		list = "no flow is unfinished"
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "choose", Help: "Do what the cursor is on.", Group: "Begin", Do: f.choose},
		{Keys: []string{"n"}, Label: "add a key", Help: firstChoices[0].text, Group: "Begin", Disabled: readOnly, Do: f.add},
		{Keys: []string{"c"}, Label: "create a key", Help: firstChoices[1].text, Group: "Begin", Disabled: readOnly, Do: f.create},
		{Keys: []string{"d"}, Label: "look around", Help: "Say how to see keyrota at work without keys.", Group: "Begin", Do: f.demo},
		{Keys: []string{"f"}, Label: "unfinished", Help: "Go on with what was begun and not ended.", Group: "Begin", Disabled: list, Do: f.listFlows},
		moving("down", "Go to the next choice.", by(1), "down", "j"),
		moving("up", "Go to the choice before.", by(-1), "up", "k"),
	}
}

func (f *firstRun) choose() tea.Cmd {
	if f.list.cursor > 1 {
		return f.demo()
	}
	if why := f.env.Desk.ReadOnly(); why != "" {
		return toast(Notice, "No key can be added: "+why, "")
	}
	if f.list.cursor == 1 {
		return f.create()
	}
	return f.add()
}

func (f *firstRun) create() tea.Cmd { return createFlow(f.env) }

func (f *firstRun) listFlows() tea.Cmd { return openOverlay(newFlowList(f.env)) }

func (f *firstRun) add() tea.Cmd { return push(newAddWizard(f.env)) }

func (f *firstRun) demo() tea.Cmd {
	return toast(Notice, "Quit with q, then run: keyrota --demo", "")
}

// Update takes news of flows, and the mouse.
func (f *firstRun) Update(msg tea.Msg) tea.Cmd {
	if _, news := msg.(snapshotMsg); news {
		f.flows = f.env.Desk.Flows().Open()
	}
	m, ok := msg.(MouseMsg)
	switch {
	case !ok:
	case m.Wheel != 0:
		f.list.move(m.Wheel)
	case m.Y == firstBanner && len(f.flows) > 0:
		return f.listFlows()
	case m.Y >= firstListTop && f.list.clicked((m.Y-firstListTop)/f.choiceLines()):
		return f.choose()
	}
	return nil
}

// Lines of the page: where unfinished flows are told, and where the choices
// begin.
const (
	firstBanner  = 1
	firstListTop = 4
)

// choiceLines is what a choice takes: its name, a sentence and, where there is
// room, a blank line.
func (f *firstRun) choiceLines() int {
	if f.h < 22 {
		return 2
	}
	return 3
}

// View draws the choices and says where secrets will lie.
func (f *firstRun) View() string {
	s := f.env.Styles
	blank := strings.Repeat(" ", f.w)
	lines := []string{
		s.Header.Render(fit(" keyrota", f.w)), f.banner(),
		s.Text.Render(fit(" There are no keys yet. How do you want to begin?", f.w)), blank,
	}
	for i, c := range firstChoices {
		mark, style := "   ", s.Bold
		if i == f.list.cursor {
			mark, style = " > ", s.Cursor
		}
		lines = append(lines, style.Render(fit(mark+c.key+"  "+c.label, f.w)), s.Muted.Render(fit("      "+c.text, f.w)))
		if f.choiceLines() > 2 {
			lines = append(lines, blank)
		}
	}
	if f.choiceLines() == 2 {
		lines = append(lines, blank)
	}
	lines = append(lines, s.Faint.Render(fit("   Importing from a bot's configuration is not in this version.", f.w)), blank)
	for _, p := range f.keyringWords() {
		for _, line := range wrapPlain(p, f.w-2) {
			lines = append(lines, " "+s.Muted.Render(line)+" ")
		}
		lines = append(lines, blank)
	}
	return strings.Join(exactly(lines, f.w, f.h), "\n")
}

// banner says what is unfinished, or is blank.
func (f *firstRun) banner() string {
	if f.box == nil || f.box.styles != f.env.Styles {
		f.box = newPenBox(f.env.Styles)
	}
	if len(f.flows) == 0 {
		return f.box.line(f.w, tonePlain)
	}
	return f.flows.bannerLine(f.box, f.w)
}

// keyringWords names the keyring in use, or explains what to do without one.
func (f *firstRun) keyringWords() []string {
	k := f.env.Desk.Keyring()
	if k.Err == nil && k.Backend != "" {
		return []string{"Secrets will lie in: " + keyringTitle(k.Backend) + ". Everything else is written to keys.toml, which holds no secret."}
	}
	out := []string{
		"No keyring works on this machine yet. With pass, secrets are files encrypted to your GPG key: set it up with pass init, then start keyrota --keyring pass. " +
			"With an encrypted file, a passphrase that you choose and type at each start protects them: start keyrota --keyring file.",
	}
	if k.Err != nil {
		what, hint := explain(k.Err)
		out = append([]string{strings.TrimSpace(what + ". " + hint)}, out...)
	}
	return out
}
