// Command bare is the least that a full-screen Bubble Tea program can be: it
// draws a screenful of text and marks how many keys it got. Keyrota's own
// first frame and key presses are measured against it.
package main

import (
	"fmt"
	"os"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

type model struct{ w, h, keys int }

func (m model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		if msg.String() == "q" {
			return m, tea.Quit
		}
		m.keys++
	}
	return m, nil
}

// View fills the screen. Before the size is known there is nothing to fill.
func (m model) View() string {
	if m.h == 0 {
		return ""
	}
	lines := make([]string, m.h)
	for i := range lines {
		lines[i] = strings.Repeat("·", m.w-1)
	}
	lines[0] = fmt.Sprintf("bare %d", m.keys)
	lines[m.h-1] = "quit"
	return strings.Join(lines, "\n")
}

func main() {
	if _, err := tea.NewProgram(model{}, tea.WithAltScreen(), tea.WithFPS(120)).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
