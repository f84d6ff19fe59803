package ui

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// asking is one prompt and what the person has done about it so far.
//
// The focus goes through the guide, where there is one to work off before
// there is anything to type, the inputs and the choices: at counts the inputs
// from 0 and the choices after them, and is onGuide for the guide. While the
// focus is not on the choices the default is the one that enter means.
type asking struct {
	rev     uint64
	prompt  flow.Prompt // made safe to draw
	inputs  []input
	problem problem // what is wrong with an input; field is onGuide for the whole

	at     int
	seen   bool // a person can have read it; only dangerous prompts wait for that
	sent   bool // an answer is on its way
	top    int  // first line on screen, once the person has scrolled
	follow bool // the focus decides what is on screen, not top
}

const onGuide = -1

func newAsking(rev uint64, prompt flow.Prompt) *asking {
	a := &asking{rev: rev, prompt: prompt, inputs: inputsOf(prompt.Fields), follow: true}
	a.settle()
	a.seen = !slices.ContainsFunc(prompt.Choices, func(c flow.Choice) bool { return c.Dangerous })
	a.at = a.first()
	return a
}

// first is the first stop of the focus.
func (a *asking) first() int {
	if len(a.prompt.Guide) > 0 && len(a.inputs) > 0 {
		return onGuide
	}
	return 0
}

// step moves the focus, round and round.
func (a *asking) step(n int) {
	first := a.first()
	stops := len(a.inputs) + len(a.prompt.Choices) - first
	a.focus(first + (a.at-first+n+stops)%stops)
}

func (a *asking) focus(at int) { a.at, a.follow = at, true }

// input returns the input that has the focus, if any has it.
func (a *asking) input() (input, bool) {
	if a.at < 0 || a.at >= len(a.inputs) {
		return input{}, false
	}
	return a.inputs[a.at], true
}

func (a *asking) onChoices() bool { return a.at >= len(a.inputs) }

// choice is the index of the choice that enter means.
func (a *asking) choice() int { return max(0, a.at-len(a.inputs)) }

// ready reports whether enter answers. Where a phrase is typed it never does so
// from an input: what is dangerous is chosen by itself.
func (a *asking) ready() bool {
	phrase := func(in input) bool { return in.of.Kind == flow.FieldPhrase }
	return a.onChoices() || a.at == len(a.inputs)-1 && !slices.ContainsFunc(a.inputs, phrase)
}

// turn moves between the choices, within their row.
func (a *asking) turn(n int) {
	most := len(a.prompt.Choices)
	a.focus(len(a.inputs) + (a.choice()+n+most)%most)
}

// typing reports whether keys are text.
//
//go:noinline // copied into its callers, it would take 3 kB
func (a *asking) typing() bool {
	in, ok := a.input()
	return ok && in.takesText()
}

// choiceOf finds a choice by its id.
func (a *asking) choiceOf(id string) (flow.Choice, bool) {
	i := slices.IndexFunc(a.prompt.Choices, func(c flow.Choice) bool { return c.ID == id })
	if i < 0 {
		return flow.Choice{}, false
	}
	return a.prompt.Choices[i], true
}

// refuse shows what is wrong with the input that has that index.
//
//go:noinline // copied into its callers, it would take 2 kB
func (a *asking) refuse(at int, what, hint string) {
	a.problem = problem{at, what, hint}
	if at != onGuide {
		a.focus(at)
	}
}

func (a *asking) wipe() {
	for _, in := range a.inputs {
		in.wipe()
	}
}

// pasteable is a value of the guide that is put into the exchange's page.
type pasteable struct{ name, value string }

// pasteables are the values that the digits copy, in order.
//
//go:noinline // copied into its callers, it would take 3 kB
func (a *asking) pasteables() []pasteable {
	var out []pasteable
	for _, l := range a.prompt.Guide {
		if l.Copy == "" || len(out) == 9 {
			continue
		}
		name := l.Text
		if words := guideWords[l.Name]; words != "" {
			name = words
		}
		out = append(out, pasteable{name, l.Copy})
	}
	return out
}

var guideWords = map[exchanges.GuideValue]string{
	exchanges.PutLabel: "the label", exchanges.PutPublicKey: "the public key", exchanges.PutIPs: "the addresses", exchanges.PutKey: "the key's name",
}

// cleanPrompt makes a prompt safe to draw. What is compared or sent back stays
// as it is, and so does its length: texts to paste are shown in full.
func cleanPrompt(p flow.Prompt) flow.Prompt {
	p.Title, p.Page = cleanAll(p.Title), cleanAll(p.Page)
	p.Text, p.Warn = each(p.Text, cleanAll), each(p.Warn, cleanAll)
	p.Guide = each(p.Guide, func(l flow.Line) flow.Line {
		l.Text, l.Copy, l.Many = cleanAll(l.Text), cleanLines(l.Copy), each(l.Many, cleanAll)
		l.Many = slices.DeleteFunc(l.Many, func(s string) bool { return s == "" }) // a label that is not known
		return l
	})
	p.Choices = each(p.Choices, func(c flow.Choice) flow.Choice {
		c.Label, c.Help = cleanAll(c.Label), cleanAll(c.Help)
		return c
	})
	if len(p.Choices) == 0 { // so that every prompt can be answered
		p.Choices = []flow.Choice{{ID: flow.Go, Label: "Go on"}}
	}
	p.Review = each(p.Review, func(l flow.ReviewLine) flow.ReviewLine {
		l.What, l.Asked, l.Found = cleanAll(l.What), cleanAll(l.Asked), cleanAll(l.Found)
		return l
	})
	p.Fields = each(p.Fields, func(f flow.Field) flow.Field {
		f.Label, f.Help = cleanAll(f.Label), cleanAll(f.Help)
		f.Options = each(f.Options, func(o flow.Option) flow.Option {
			o.Words, o.Help = cleanAll(o.Words), cleanAll(o.Help)
			return o
		})
		return f
	})
	return p
}

//go:noinline // copied into its callers, it would take 5 kB
func each[T any](all []T, f func(T) T) []T {
	out := make([]T, len(all))
	for i, x := range all {
		out[i] = f(x)
	}
	return out
}

// cleanAll is exchanges.Clean for a text of any length.
func cleanAll(s string) string {
	var b strings.Builder
	for piece := range slices.Chunk([]rune(s), exchanges.MaxText) {
		b.WriteString(exchanges.Clean(string(piece)))
	}
	return b.String()
}

// cleanLines is cleanAll for a text of several lines, such as a PEM.
func cleanLines(s string) string {
	return strings.Join(each(strings.Split(strings.TrimRight(s, "\n"), "\n"), cleanAll), "\n")
}
