package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/ui/flow"
)

// simulateShortcut is `s` for a page on which keys are text.
const simulateShortcut = spareShortcut

// Typing reports whether keys are text, or the rest of one.
func (p *flowPage) Typing() bool {
	return p.env.Now().Before(p.deaf) || p.asks() && p.ask.typing()
}

// asks reports whether there is a prompt to answer.
func (p *flowPage) asks() bool { return p.ask != nil && !p.working() }

// keyPress handles one key, wherever it comes from: all actions of the page
// are presses of their key.
func (p *flowPage) keyPress(k KeyMsg) tea.Cmd {
	if p.env.Now().Before(p.deaf) {
		return p.deafen()
	}
	switch {
	case p.gone == nil && p.u.Done && k.Name == "enter":
		return p.finish()
	case p.asks() && !p.ask.seen:
		return nil
	case p.asks() && !p.ask.sent:
		return p.promptKey(k)
	}
	switch k.Name {
	case "esc":
		if p.working() {
			return p.interrupt()
		}
		return p.leave()
	case "q":
		return p.leave()
	default:
		p.scrollKey(k)
		return nil
	}
}

// deafen ignores keys for a moment: they may be the rest of a paste. Then the
// page is drawn again, since other keys are offered.
func (p *flowPage) deafen() tea.Cmd {
	p.deaf = p.env.Now().Add(deafFor)
	return p.env.after(deafFor, flowListensMsg{forPage{p}})
}

// interrupt ends what is waited for.
func (p *flowPage) interrupt() tea.Cmd {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
		return p.tick()
	}
	p.stopping = true
	p.env.Desk.Flows().Interrupt(p.id)
	return nil
}

// promptKey handles a key while the flow asks. The input that has the focus
// comes first.
func (p *flowPage) promptKey(k KeyMsg) tea.Cmd {
	a := p.ask
	if in, ok := a.input(); ok && in.key(k) {
		a.problem, a.follow = problem{}, true
		a.settle()
		return nil
	}
	switch k.Name {
	case "esc":
		return p.back()
	case "enter":
		return p.enter()
	case "tab":
		a.step(1)
	case "shift+tab":
		a.step(-1)
	case "left", "h":
		p.turn(-1)
	case "right", "l":
		p.turn(1)
	case "up", "down":
		if _, ok := a.input(); ok {
			a.step(map[string]int{"up": -1, "down": 1}[k.Name])
			return nil
		}
		p.scrollKey(k)
	default:
		return p.shortcut(k)
	}
	return nil
}

func (p *flowPage) turn(n int) {
	if p.ask.onChoices() {
		p.ask.turn(n)
	}
}

// enter goes on to the next input; from the last one on it answers.
func (p *flowPage) enter() tea.Cmd {
	a := p.ask
	if a.ready() {
		return p.answer(a.choice())
	}
	a.step(1)
	return nil
}

// back answers with the way back, where there is one, and leaves the page
// where there is none.
func (p *flowPage) back() tea.Cmd {
	if c, ok := p.ask.choiceOf(flow.Back); ok {
		return p.send(flow.Answer{Choice: c.ID})
	}
	return p.leave()
}

// shortcut handles the keys that stand for something on the page. They work
// while keys are no text, those with ctrl always.
func (p *flowPage) shortcut(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "q":
		return p.leave()
	case "o", "ctrl+o":
		return p.openPage()
	case "c":
		if p.ask.prompt.Page != "" {
			return copyText(p.env, "the address", p.ask.prompt.Page)
		}
	case "s", simulateShortcut:
		if p.simulates() {
			return p.simulate()
		}
	default:
		n, err := strconv.Atoi(k.Name)
		if all := p.ask.pasteables(); err == nil && n >= 1 && n <= len(all) {
			return copyText(p.env, all[n-1].name, all[n-1].value)
		}
		p.scrollKey(k)
	}
	return nil
}

func (p *flowPage) openPage() tea.Cmd {
	if p.ask.prompt.Page == "" {
		return nil
	}
	return openLink(p.env, p.ask.prompt.Page)
}

// paste goes to the input that has the focus, or to the first one.
func (p *flowPage) paste(text []byte) {
	if !p.asks() || !p.ask.seen || p.ask.sent || len(p.ask.inputs) == 0 {
		return
	}
	if _, ok := p.ask.input(); !ok {
		p.ask.focus(0)
	}
	p.ask.problem = problem{}
	p.ask.inputs[p.ask.at].paste(text)
}

// scrollKey moves the text.
func (p *flowPage) scrollKey(k KeyMsg) {
	switch k.Name {
	case "up", "k":
		p.scroll(-1)
	case "down", "j":
		p.scroll(1)
	case "pgup":
		p.scroll(-max(1, p.lay().room-1))
	case "pgdown":
		p.scroll(max(1, p.lay().room-1))
	}
}

func (p *flowPage) scroll(n int) {
	l := p.lay()
	top := min(max(0, l.top+n), l.most())
	if p.ask == nil {
		p.top = top
		return
	}
	p.ask.top, p.ask.follow = top, false
}

// Actions lists what can be done now.
func (p *flowPage) Actions() []Action {
	switch {
	case p.gone != nil:
		return []Action{p.act("close", "Close the page.", "esc", "q")}
	case p.u.Done && p.next != "":
		return []Action{p.act("next", "Go on with the next one of these keys.", "enter"), p.act("close", "Leave the others for later.", "esc", "q")}
	case p.u.Done:
		return []Action{p.act("close", "Close the page.", "enter"), p.quiet("close", "Close the page.", "esc", "q")}
	case p.working():
		return []Action{p.act("interrupt", "Give up what is waited for; you are then asked what to do.", "esc"), p.leaving("q")}
	case p.ask == nil:
		return []Action{p.leaving("q", "esc")}
	}
	return p.promptActions()
}

func (p *flowPage) promptActions() []Action {
	a := p.ask
	label, help := "next", "Go on to what is to be filled in."
	if a.ready() {
		label, help = "answer", "Answer: "+a.prompt.Choices[a.choice()].Label+"."
	}
	actions := []Action{p.act(label, help, "enter")}
	if len(a.inputs)+len(a.prompt.Choices) > 1 {
		actions = append(actions, p.act("move", "Go to the next input or choice; shift+tab goes back.", "tab"))
	}
	if p.simulates() {
		actions = append(actions, p.act("simulate", "Let the simulated exchange do what is asked for here.", p.free("s", simulateShortcut)...))
	}
	actions = append(actions, p.waysOut()...) // before what a narrow footer can do without
	if a.prompt.Page != "" && p.env.OpenPage != nil {
		actions = append(actions, p.act("open page", "Open the exchange's page in the browser.", p.free("o", "ctrl+o")...))
	}
	if a.typing() {
		return actions
	}
	return append(append(actions, p.copyActions()...),
		p.quiet("up", "Scroll up, or to the input above.", "up", "k"), p.quiet("down", "Scroll down, or to the input below.", "down", "j"),
		p.quiet("page up", "A page up.", "pgup"), p.quiet("page down", "A page down.", "pgdown"),
		p.quiet("left", "The choice to the left.", "left", "h"), p.quiet("right", "The choice to the right.", "right", "l"))
}

// waysOut are the ways back and out of the page.
func (p *flowPage) waysOut() []Action {
	if _, ok := p.ask.choiceOf(flow.Back); !ok {
		return []Action{p.leaving(p.free("q", "esc")...)}
	}
	out := []Action{p.act("back", "Go back to the question before.", "esc")}
	if !p.ask.typing() {
		out = append(out, p.leaving("q"))
	}
	return out
}

func (p *flowPage) copyActions() []Action {
	if p.env.Copy == nil {
		return nil
	}
	var out []Action
	if p.ask.prompt.Page != "" {
		out = append(out, p.act("copy address", "Copy the address of the exchange's page.", "c"))
	}
	for i, v := range p.ask.pasteables() {
		out = append(out, p.quiet("copy "+v.name, "Copy "+v.name+".", strconv.Itoa(i+1)))
	}
	return out
}

// free returns the keys that work now: where keys are text the first does not.
func (p *flowPage) free(plain, always string) []string {
	if p.ask.typing() {
		return []string{always}
	}
	return []string{plain, always}
}

//go:noinline // copied into its callers, it would take 2 kB
func (p *flowPage) leaving(keys ...string) Action {
	return p.act("leave", "Leave; the flow stays as it is and is resumed from the dashboard.", keys...)
}

// act is an action that is the press of its key.
//
//go:noinline // copied into its callers, it would take 11 kB
func (p *flowPage) act(label, help string, keys ...string) Action {
	press := namedKey(keys[0])
	return Action{Keys: keys, Label: label, Help: help, Group: "Wizard", Do: func() tea.Cmd { return p.keyPress(press) }}
}

//go:noinline // copied into its callers, it would take 2 kB
func (p *flowPage) quiet(label, help string, keys ...string) Action {
	a := p.act(label, help, keys...)
	a.Quiet = true
	return a
}
