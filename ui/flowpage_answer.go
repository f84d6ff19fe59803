package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// answer gives the choice at an index as the answer, if what was typed allows it.
func (p *flowPage) answer(i int) tea.Cmd {
	c := p.ask.prompt.Choices[i]
	if c.ID == flow.Later {
		return p.leave()
	}
	a, ok := p.collect(c)
	if !ok {
		return nil
	}
	return p.send(a)
}

// send hands an answer to the flow.
func (p *flowPage) send(a flow.Answer) tea.Cmd {
	deaf := p.deafen()
	p.ask.sent, p.ask.problem = true, problem{}
	if a.Choice == flow.Lookup {
		p.looked = p.ask
	}
	ctx, flows, id, of := p.env.Ctx, p.env.Desk.Flows(), p.id, p.ask
	return batch(deaf, func() tea.Msg {
		err := flows.Answer(ctx, id, of.rev, a)
		if refused(err) { // else it is the flow's, which may still be storing it
			wipeAnswer(a)
		}
		return flowAnsweredMsg{forPage{p}, of, err}
	})
}

// refused reports whether an error says that an answer was not taken.
func refused(err error) bool {
	_, bad := errors.AsType[*flow.FieldError](err)
	return bad || errors.Is(err, flow.ErrStale)
}

func wipeAnswer(a flow.Answer) {
	for _, s := range []exchanges.Secret{a.Credential.Secret, a.Credential.Passphrase, a.Credential.PrivateKey, a.Code} {
		s.Wipe()
	}
}

// answered shows why an answer was not taken. An answer to a prompt that has
// gone meanwhile was a second press of the same key.
func (p *flowPage) answered(m flowAnsweredMsg) tea.Cmd {
	if m.err == nil {
		m.of.wipe()                              // the next update takes the prompt away,
		m.of.sent = m.of.prompt.ID != haltPrompt // unless it halts again at once
		return nil
	}
	m.of.sent = false
	stale := errors.Is(m.err, flow.ErrStale)
	_, halted := errors.AsType[*flow.HaltError](m.err)
	if (stale || halted) && m.of == p.ask {
		if cmd := p.moved(); p.ask != m.of {
			return cmd
		}
	}
	switch {
	case m.of == p.ask, m.of == p.kept && !halted:
		m.of.explain(m.err)
	case !stale && !halted: // a halt is on screen as a question of its own
		return failed(m.err)
	}
	return nil
}

// explain shows an error at the input that it is about.
func (a *asking) explain(err error) {
	bad, ok := errors.AsType[*flow.FieldError](err)
	if !ok {
		what, hint := explain(err)
		a.refuse(onGuide, what, hint)
		return
	}
	what, hint := cleanAll(bad.What), cleanAll(bad.Hint)
	at := onGuide
	for i, in := range a.inputs {
		if in.of.Name == bad.Field && bad.Field != "" {
			at = i
			break
		}
	}
	if at != onGuide && a.inputs[at].of.Kind == flow.FieldCredential {
		at = a.partNamedIn(at, what)
	}
	a.refuse(at, what, hint)
}

// partNamedIn finds the part of the credential that a sentence is about.
func (a *asking) partNamedIn(at int, what string) int {
	form := a.inputs[at].of.Form
	if len(form) == 0 {
		return at
	}
	part := form[fieldNamedIn(form, what)].Name
	for i, in := range a.inputs {
		if in.of.Name == a.inputs[at].of.Name && in.part == part {
			return i
		}
	}
	return at
}

// collect reads the inputs for a choice. What it refuses it shows there.
func (p *flowPage) collect(c flow.Choice) (flow.Answer, bool) {
	out := flow.Answer{Choice: c.ID}
	if c.Bare {
		return out, true
	}
	for i, in := range p.ask.inputs {
		text := ""
		if v, ok := in.field.(valued); ok {
			text = v.value()
		}
		switch in.of.Kind {
		case flow.FieldPhrase:
			if c.Dangerous && text != in.of.Want {
				p.ask.refuse(i, fmt.Sprintf("%q is not %q", cleanAll(text), cleanAll(in.of.Want)), "Type it exactly, or choose "+p.ask.prompt.Choices[0].Label+".")
				return out, false
			}
			set(&out, in.of.Name, text) // the engine asks for it too
		case flow.FieldCode:
			code, ok := oneTimeCode(text)
			if !ok {
				p.ask.refuse(i, "a one-time code has 6 to 8 digits", "Type the one that the authenticator shows now.")
				return out, false
			}
			out.Code = code
		case flow.FieldCredential:
			in.read(&out.Credential)
		default:
			set(&out, in.of.Name, text)
		}
	}
	return out, p.check(&out.Credential)
}

func set(a *flow.Answer, name, value string) {
	if a.Values == nil {
		a.Values = map[string]string{}
	}
	a.Values[name] = value
}

// read puts what was typed into the part of a credential that the input is for.
func (in input) read(c *exchanges.Credential) {
	switch f := in.field.(type) {
	case *textField:
		c.KeyID = f.in.Value()
	case *secretField:
		setPart(c, in.part, f.secret())
	}
}

// check has the adapter look at a pasted credential, which sends nothing
// anywhere. Of a pair made here there is no second half to check it with.
func (p *flowPage) check(c *exchanges.Credential) bool {
	for i, in := range p.ask.inputs {
		switch {
		case in.of.Kind != flow.FieldCredential:
			continue
		case in.of.Source == exchanges.FromKeyPair:
			c.KeyID = strings.TrimSpace(c.KeyID)
			if c.KeyID == "" {
				p.ask.refuse(i, in.label()+" is empty", "Paste what the exchange shows as the name of the new key.")
			}
			return c.KeyID != ""
		}
		checked, err := p.env.Desk.CheckCredential(in.of.Exch, *c)
		if err != nil {
			wipeAnswer(flow.Answer{Credential: *c})
			what, hint := misshapen(err)
			p.ask.refuse(p.ask.partNamedIn(i, what), what, hint)
			return false
		}
		*c = checked
		return true
	}
	return true
}

// oneTimeCode takes a code as people copy it: "123 456".
func oneTimeCode(text string) (exchanges.Secret, bool) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if len(digits) < 6 || len(digits) > 8 || strings.Trim(digits, "0123456789") != "" {
		return exchanges.Secret{}, false
	}
	return exchanges.NewSecret(digits), true
}

// simulates reports whether the demo can do what the prompt asks a person to
// do at the exchange.
func (p *flowPage) simulates() bool {
	if p.env.Simulate == nil || p.ask == nil || p.ask.sent {
		return false
	}
	switch p.ask.prompt.ID {
	case flow.AskPaste, flow.AskGone, flow.AskUndo, flow.AskCode, flow.AskWorks:
		return true
	case flow.AskReview:
		return len(p.ask.prompt.Guide) > 0 // the key can be mended by hand
	default:
		return false
	}
}

// simulate has the simulator do the site's steps, and gives its answer.
func (p *flowPage) simulate() tea.Cmd {
	ctx, cancel := context.WithCancel(p.env.Ctx)
	p.cancel, p.ask.problem = cancel, problem{}
	do, u, of := p.env.Simulate, p.u, p.ask
	return batch(p.tick(), func() tea.Msg {
		a, err := do(ctx, u)
		return flowSimulatedMsg{forPage{p}, of, a, err}
	})
}

func (p *flowPage) simulated(m flowSimulatedMsg) tea.Cmd {
	if m.of != p.ask || p.cancel == nil { // it was stopped, or the flow has gone on
		wipeAnswer(m.answer)
		return nil
	}
	p.cancel()
	p.cancel = nil
	if m.err != nil {
		p.ask.explain(m.err)
		return nil
	}
	return p.send(m.answer)
}
