package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

func TestFlowEscInterruptsAndQLeavesWhileBusy(t *testing.T) {
	u := rotation(2)
	u.Busy = flow.DoCreate
	d := openFlow(t, u)
	d.press("enter", "x")
	d.press("esc")
	if !slices.Equal(d.flows.calls, []string{"Interrupt f1"}) || !d.open() {
		t.Errorf("calls %v", d.flows.calls)
	}
	d.see("stopping: you are asked what to do")
	d.press("q")
	if d.open() {
		t.Error("q does not leave")
	}
}

func TestFlowEveryEffectHasWords(t *testing.T) {
	all := []flow.Effect{
		flow.DoEcho, flow.DoPreflight, flow.DoPair, flow.DoCreate, flow.DoReconcile, flow.DoStage, flow.DoRecall, flow.DoRestrict, flow.DoVerify,
		flow.DoSwitch, flow.DoHook, flow.DoFile, flow.DoLook, flow.DoRevoke, flow.DoProve, flow.DoForget, flow.DoUndo, flow.DoKeep, flow.DoAudit,
	}
	seen := map[string]flow.Effect{}
	for _, e := range all {
		words := effectWords(e, "Deribit")
		if other, twice := seen[words]; twice || words == "" || strings.Contains(words, "EXCHANGE") || words == strings.ReplaceAll(string(e), "-", " ") {
			t.Errorf("%s reads %q, as %q", e, words, other)
		}
		seen[words] = e
	}
	if got := effectWords("new\x1b-effect", "Deribit"); got != "new effect" {
		t.Errorf("an effect without words reads %q", got)
	}
}

func TestFlowSpinnerTurnsWhileBusy(t *testing.T) {
	u := rotation(2)
	u.Busy = flow.DoVerify
	d := openFlow(t, u, func(e *Env) { e.Animate = true })
	first := d.view()
	d.advance(spinEvery)
	if d.view() == first {
		t.Error("the spinner stands")
	}
	d.becomes(asks(3, question()))
	still := d.view()
	d.advance(time.Minute)
	if d.view() != still {
		t.Errorf("something moves on:\n%s", d.view())
	}
	if len(d.ownTimers()) > 0 {
		t.Error("the page ticks for nothing")
	}
}

// ownTimers are the timers of flow pages.
func (d *flowDriver) ownTimers() (out []timer) {
	for _, t := range d.timers {
		if _, ok := t.msg.(flowTickMsg); ok {
			out = append(out, t)
		}
	}
	return out
}

func TestFlowHaltOffersRetryOnly(t *testing.T) {
	u := asks(4, question())
	u.Halt = &flow.Problem{What: "the journal of grid-bot cannot be written: disk full", Hint: "Free some space."}
	d := openFlow(t, u)
	d.see("▲ the journal of grid-bot cannot be written: disk full", "Free some space.", "[ Try again ]")
	d.seeNot("Look again")
	d.press("enter")
	if a := d.answered(flow.Retry); a.rev != 4 {
		t.Errorf("answered revision %d", a.rev)
	}
	d.becomes(asks(4, question()))
	d.see("[ Look again ]")
}

func TestFlowDueCountsDown(t *testing.T) {
	q := question()
	q.Due = noon.Add(12 * time.Second)
	d := openFlow(t, asks(1, q))
	d.see("asks again in 12 s")
	d.advance(2 * time.Second)
	d.see("asks again in 10 s")
	d.advance(30 * time.Second)
	d.see("asks again now")
	if len(d.ownTimers()) > 0 {
		t.Error("it counts on after the end")
	}
	q.Due = noon.Add(10 * time.Minute)
	d.becomes(asks(1, q))
	d.see("asks again in 10 min")
	d.press("q")
	d.advance(3 * time.Second)
	if len(d.ownTimers()) > 0 {
		t.Error("a page that was left counts on")
	}
}

func TestFlowThatWaitsSaysSo(t *testing.T) {
	u := rotation(1)
	u.State.Due = noon.Add(5 * time.Second)
	d := openFlow(t, u)
	d.see("goes on in 5 s", "q leave")
	d.advance(time.Second)
	d.see("goes on in 4 s")
	u.State.Due = time.Time{}
	d.becomes(u)
	d.see("a moment …")
	d.press("q")
	if d.open() {
		t.Error("q does not leave")
	}
}

// A secret that an exchange shows once stays typed when the journal cannot be
// written, or when the flow works before it refuses the answer.
func TestFlowHaltKeepsWhatWasPasted(t *testing.T) {
	d := openFlow(t, asks(1, pastePrompt()))
	halted := rotation(1)
	halted.Halt = &flow.Problem{What: "disk full", Hint: "Free some space."}
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		d.flows.set(halted)
		return &flow.HaltError{Problem: *halted.Halt}
	}
	d.clickOn("Secret Key")
	d.paste(canary)
	d.slowly("enter")
	d.see("It cannot go on", "▲ disk full", "[ Try again ]")
	d.seeNot("Secret Key")
	d.slowly("enter")
	d.see("✗ disk full")
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { d.flows.set(asks(1, pastePrompt())); return nil }
	d.slowly("enter")
	d.see("> Secret Key", "hidden: 30 bytes")
	d.seeNot("disk full")
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		busy := rotation(1)
		busy.Busy = flow.DoStage
		d.flows.set(busy)
		return errors.New("the keyring is locked")
	}
	d.slowly("enter")
	d.see("storing the new secret")
	d.becomes(asks(1, pastePrompt()))
	d.see("✗ the keyring is locked", "hidden: 30 bytes")
	if a := d.answered(flow.Go, flow.Retry, flow.Retry, flow.Go); a.secret != canary {
		t.Errorf("answered %+v", a)
	}
}

// While a flow ends with the program it may still be storing what was pasted:
// only an answer that was surely refused is cleared.
func TestFlowClearsOnlyRefusedAnswers(t *testing.T) {
	for _, c := range []struct {
		err   error
		clear bool
	}{{context.Canceled, false}, {errors.New("the keyring is locked"), false}, {flow.ErrStale, true}, {&flow.FieldError{What: "no"}, true}, {nil, false}} {
		d := openFlow(t, asks(1, pastePrompt()))
		var kept exchanges.Secret
		d.flows.answer = func(_ flow.ID, _ uint64, a flow.Answer) error { kept = a.Credential.Secret; return c.err }
		d.clickOn("Secret Key")
		d.paste(canary)
		d.press("enter")
		if got := kept.Reveal() != canary; got != c.clear {
			t.Errorf("%v: cleared %v", c.err, got)
		}
	}
}
