package ui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestNoticeGoesByItself(t *testing.T) {
	d, _ := driveProbe(t)
	d.send(toastMsg{level: Success, text: "grid-bot added"})
	d.see("✓ grid-bot added", "q quit")
	d.advance(toastFor - 1)
	d.see("grid-bot added")
	d.advance(1)
	d.seeNot("grid-bot added")
}

func TestOlderTimerDoesNotEndANewerToast(t *testing.T) {
	d, _ := driveProbe(t)
	d.send(toastMsg{level: Notice, text: "first"})
	d.advance(toastFor / 2)
	d.send(toastMsg{level: Notice, text: "second"})
	d.advance(toastFor / 2)
	d.see("second")
	d.advance(toastFor / 2)
	d.seeNot("second")
}

func TestFailureStaysUntilAKey(t *testing.T) {
	d, p := driveProbe(t)
	d.send(toastMsg{level: Failure, text: "keys.toml was not saved", hint: "The disk is full."})
	d.advance(100 * toastFor)
	d.see("✗ keys.toml was not saved", "The disk is full.")
	d.press("j")
	d.seeNot("keys.toml was not saved")
	d.see("q quit")
	if got := p.take(); got != "j" {
		t.Errorf("the key that took it away was lost: %q", got)
	}
}

func TestEscOnlyTakesAFailureAway(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("n")
	d.send(toastMsg{level: Failure, text: "bad"})
	d.press("esc")
	d.seeNot("bad")
	d.see("page two")
}

func TestClickTakesAFailureAway(t *testing.T) {
	d, p := driveProbe(t)
	d.send(toastMsg{level: Failure, text: "bad"})
	d.click(1, 39)
	d.seeNot("bad")
	if got := p.take(); got != "" {
		t.Errorf("the click also did %q", got)
	}
}

func TestUndoIsOfferedForAWhile(t *testing.T) {
	d, p := driveProbe(t)
	undone := 0
	undo := func() tea.Msg { undone++; return nil }
	d.send(toastMsg{level: Success, text: "grid-bot renamed", undo: undo})
	d.see("grid-bot renamed", "u undo")
	d.press("u", "u")
	if undone != 1 {
		t.Errorf("undone %d times", undone)
	}
	d.seeNot("u undo")

	d.send(toastMsg{level: Success, text: "grid-bot renamed", undo: undo})
	d.advance(toastUndoFor)
	d.press("u")
	if undone != 1 {
		t.Error("undone after the offer was gone")
	}

	p.typing = true
	p.take()
	d.send(toastMsg{level: Success, text: "grid-bot renamed", undo: undo})
	d.press("u")
	if undone != 1 || p.take() != "u" {
		t.Error("a typed u was taken for undo")
	}
}

func TestToastIsCleaned(t *testing.T) {
	d, _ := driveProbe(t)
	d.send(toastMsg{level: Notice, text: "evil\x1b]52;c;x\x07\u202ename"})
	d.see("evil]52;c;xname")
}
