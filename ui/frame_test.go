package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
)

func TestMouseReachesWhatItPointsAt(t *testing.T) {
	d, p := driveProbe(t)
	d.click(5, 3)
	d.wheel(5, 3, 1)
	d.wheel(5, 3, -1)
	d.send(tea.MouseMsg{X: 1, Y: 1, Action: tea.MouseActionMotion})
	d.send(tea.MouseMsg{X: 1, Y: 1, Action: tea.MouseActionPress, Button: tea.MouseButtonRight})
	if got := p.take(); got != "mouse 5,3,0 mouse 5,3,1 mouse 5,3,-1" {
		t.Errorf("page got %q", got)
	}
	d.press("o")
	dialog := d.top().(*probe)
	dialog.take()
	d.clickOn("page dialog")
	d.click(0, 0) // beside it
	if got := dialog.take(); got != "mouse 0,0,0" {
		t.Errorf("dialog got %q", got)
	}
	if got := p.take(); got != "" {
		t.Errorf("the page behind got %q", got)
	}
}

func TestFooterItemsCanBeClicked(t *testing.T) {
	d, p := driveProbe(t)
	d.clickOn("x act")
	if got := p.take(); got != "acted" {
		t.Errorf("got %q", got)
	}
	d.clickOn("q quit")
	if !d.quit {
		t.Error("a click on quit does not quit")
	}
}

func TestClickOnAKeyOfTheScreenIsThatKey(t *testing.T) {
	d, p := driveProbe(t)
	p.typing = true
	p.actions = []Action{{Keys: []string{"enter"}, Label: "next"}}
	d.clickOn("enter next")
	if got := p.take(); got != "enter" {
		t.Errorf("got %q", got)
	}
}

func TestFooterKeepsHelpAndTheWayOut(t *testing.T) {
	d, p := driveProbe(t)
	p.actions = nil
	for i := range 30 {
		p.actions = append(p.actions, Action{Keys: []string{fmt.Sprintf("alt+%d", i)}, Label: "something", Group: "Test"})
	}
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		checkFrame(t, d.app.View(), size[0], size[1])
		lines := strings.Split(d.view(), "\n")
		footer := lines[len(lines)-1]
		if !strings.Contains(footer, "? help  q quit") || !strings.Contains(footer, "alt+0 something") {
			t.Errorf("%v: footer %q", size, footer)
		}
	}
}

func TestFooterLeavesOutWhatCannotBeDone(t *testing.T) {
	d, _ := driveProbe(t)
	d.see("x act", "n next")
	d.seeNot("r rotate")
}

func TestFrameFillsEverySize(t *testing.T) {
	d, _ := driveProbe(t)
	for _, open := range []string{"", "o", "?", ":", "t"} {
		if open != "" {
			d.press(open)
		}
		for _, size := range frameSizes {
			d.resize(size[0], size[1])
			checkFrame(t, d.app.View(), size[0], size[1])
		}
		d.press("esc")
	}
	for _, m := range []toastMsg{
		{level: Notice, text: "short"}, {level: Failure, text: strings.Repeat("long ", 60), hint: strings.Repeat("hint ", 60)},
		{level: Success, text: strings.Repeat("long ", 60), undo: func() tea.Msg { return nil }},
	} {
		d.send(m)
		for _, size := range frameSizes {
			d.resize(size[0], size[1])
			checkFrame(t, d.app.View(), size[0], size[1])
		}
	}
}

func TestSmallTerminalSaysWhichSizeIsNeeded(t *testing.T) {
	d, p := driveProbe(t)
	for _, size := range [][2]int{{59, 24}, {80, 19}, {10, 3}, {1, 1}} {
		d.resize(size[0], size[1])
		checkFrame(t, d.app.View(), size[0], size[1])
	}
	d.resize(59, 24)
	d.see("keyrota needs 60×20, this is 59×24")
	d.press("x")
	d.click(3, 3)
	d.paste("secret")
	if got := p.take(); got != "" {
		t.Errorf("an invisible page got %q", got)
	}
	d.resize(60, 20)
	d.see("page one")
	d.resize(59, 24)
	d.press("q")
	if !d.quit {
		t.Error("q does not quit a small terminal")
	}
}

func TestNothingIsDrawnBeforeTheSizeIsKnown(t *testing.T) {
	env, _ := testEnv(t)
	a := newApp(env, appOptions{home: func(*Env) Screen { return &probe{name: "one"} }})
	a.Init()
	if v := a.View(); v != "" {
		t.Errorf("drew %q", v)
	}
}

func TestASCIIDrawsNothingElse(t *testing.T) {
	env, _ := testEnv(t, fixtureKey("grid-bot", "binance", exchanges.Live))
	env.ASCII = true
	d := drive(t, env, home)
	for _, keys := range []string{"", "?", ":", "t"} {
		if keys != "" {
			d.press(keys)
		}
		for i, line := range strings.Split(d.view(), "\n") {
			for _, r := range line {
				if r > '~' {
					t.Fatalf("after %q line %d has %q: %s", keys, i, r, line)
				}
			}
		}
		d.press("esc")
	}
}
