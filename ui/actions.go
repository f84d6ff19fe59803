package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// The headings of help that the root itself uses.
const groupProgram = "Program"

// actions lists what can be done now: what the top screen offers, then what
// the root adds. A screen's own meaning of a key comes first.
func (a *app) actions() []Action {
	own := a.top().Actions()
	var added []Action
	switch {
	case len(a.overlays) > 0:
		added = []Action{{Keys: []string{"esc"}, Label: "close", Help: "Close this window.", Group: groupProgram, Do: do(closeOverlay)}}
	default:
		added = a.programActions()
	}
	out := slices.Clone(own)
	for _, act := range added {
		act.Keys = slices.DeleteFunc(act.Keys, func(key string) bool {
			_, taken := findAction(own, key)
			return taken
		})
		if len(act.Keys) > 0 {
			out = append(out, act)
		}
	}
	return out
}

// programActions is what can be done on every page.
func (a *app) programActions() []Action {
	leave := Action{Keys: []string{"q"}, Label: "quit", Help: "Quit; what was begun is finished first.", Group: groupProgram, Do: do(tea.Quit)}
	if len(a.pages) > 1 {
		leave = Action{Keys: []string{"esc", "q"}, Label: "back", Help: "Go back to the page before.", Group: groupProgram, Do: do(pop)}
	}
	return []Action{
		{Keys: []string{":", "ctrl+p"}, Label: "commands", Help: "Search everything that can be done here.", Group: groupProgram, Do: a.openPalette},
		{Keys: []string{"t"}, Label: "theme", Help: "Choose colours, with a preview.", Group: groupProgram, Quiet: true, Do: a.openThemes},
		{Keys: []string{"?"}, Label: "help", Help: "Show every key.", Group: groupProgram, Do: a.openHelp},
		leave,
		{Keys: []string{"ctrl+z"}, Label: "suspend", Help: "Go to the shell; fg comes back.", Group: groupProgram, Quiet: true, Do: do(tea.Suspend)},
		{Keys: []string{"ctrl+c"}, Label: "quit at once", Help: "Quit from anywhere.", Group: groupProgram, Quiet: true, Do: do(tea.Quit)},
	}
}

// do makes a command the deed of an Action.
func do(cmd tea.Cmd) func() tea.Cmd { return func() tea.Cmd { return cmd } }

//go:noinline // copied into its callers, it would take 2 kB
func findAction(all []Action, key string) (Action, bool) {
	for _, act := range all {
		if slices.Contains(act.Keys, key) {
			return act, true
		}
	}
	return Action{}, false
}

// do performs an action, or says why it cannot be done. An action without a
// deed of its own is one that its screen performs on the key itself.
func (a *app) do(act Action) tea.Cmd {
	switch {
	case act.Disabled != "":
		return toast(Notice, act.Label+" is not possible: "+act.Disabled, "")
	case act.Do != nil:
		return act.Do()
	case len(act.Keys) > 0:
		return a.top().Update(namedKey(act.Keys[0]))
	}
	return nil
}

// chosen performs what was chosen in the palette, which is closed by now.
func (a *app) chosen(m chosenMsg) tea.Cmd { return a.do(m.action) }

// namedKey is the press of the key of that name.
func namedKey(name string) KeyMsg {
	if r := []rune(name); len(r) == 1 {
		return KeyMsg{Name: name, Rune: r[0]}
	}
	return KeyMsg{Name: name}
}

func (a *app) openHelp() tea.Cmd { return openOverlay(newHelp(a.env, a.actions())) }

func (a *app) openPalette() tea.Cmd { return openOverlay(newPalette(a.env, a.actions())) }

func (a *app) openThemes() tea.Cmd {
	return openOverlay(newThemePicker(a.env, a.theme, a.opt.look.userThemes))
}
