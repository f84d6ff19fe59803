package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// footerHeight is the lines that the footer takes below every page: a rule,
// where toasts appear, and the keys.
const footerHeight = 2

// footerItem is an action in the footer and the cells that it takes.
type footerItem struct {
	action     Action
	key        string
	first, end int
}

const footerGap = 2

// footerItems lays out the actions that fit, in order. Help and the way out
// are always among them, last.
func (a *app) footerItems() []footerItem {
	var normal, kept []Action
	for _, act := range a.footerActions() {
		if act.Group == groupProgram && (act.Label == "help" || act.Label == "quit" || act.Label == "back") {
			kept = append(kept, act)
		} else {
			normal = append(normal, act)
		}
	}
	end := a.w - 1 - a.badgesWidth()
	reserved := 0
	for _, act := range kept {
		reserved += footerGap + footerWidth(act)
	}
	shown := 0
	for x := 1; shown < len(normal); shown++ {
		if x += footerWidth(normal[shown]); x > end-reserved {
			break
		}
		x += footerGap
	}
	x := 1
	var out []footerItem
	for _, act := range append(normal[:shown], kept...) {
		w := footerWidth(act)
		out = append(out, footerItem{act, keyName(act.Keys[0]), x, x + w})
		x += w + footerGap
	}
	return out
}

// footerActions is what the footer offers. Keys of the root do not work while
// a screen takes text, so they are not shown then.
func (a *app) footerActions() []Action {
	all := a.actions()
	if typing(a.top()) {
		all = a.top().Actions()
	}
	var out []Action
	for _, act := range all {
		if !act.Quiet && act.Disabled == "" && len(act.Keys) > 0 {
			out = append(out, act)
		}
	}
	return out
}

func footerWidth(act Action) int { return cells(keyName(act.Keys[0])) + 1 + cells(act.Label) }

// viewFooter draws the rule and the keys.
func (a *app) viewFooter() (rule, keys string) {
	box := a.pens()
	var spans []span
	x := 0
	for _, item := range a.footerItems() {
		spans = append(spans, span{inkText, strings.Repeat(" ", item.first-x)},
			span{inkKey, item.key}, span{inkMuted, " " + item.action.Label})
		x = item.end
	}
	spans = append(spans, span{inkText, strings.Repeat(" ", max(0, a.w-x-a.badgesWidth()))})
	for _, badge := range a.pageBadges() {
		spans = append(spans, span{inkBadge, " " + badge + " "}, span{inkText, " "})
	}
	return box.line(a.w, tonePlain, span{inkBorder, strings.Repeat("─", a.w)}), box.line(a.w, tonePlain, spans...)
}

// pens are the pens of the theme in use.
func (a *app) pens() *penBox {
	if a.box == nil || a.box.styles != a.env.Styles {
		a.box = newPenBox(a.env.Styles)
	}
	return a.box
}

// pageBadges are the badges that the footer shows: on the bottom page they
// are in its header.
func (a *app) pageBadges() []string {
	if len(a.pages) == 1 && !a.empty {
		return nil
	}
	return a.env.badges()
}

func (a *app) badgesWidth() int {
	w := 0
	for _, badge := range a.pageBadges() {
		w += cells(badge) + 3
	}
	return w
}

// clickFooter performs the action under the pointer.
func (a *app) clickFooter(m MouseMsg) tea.Cmd {
	switch {
	case m.Wheel != 0:
		return nil
	case a.toast.failure():
		return a.dismissToast()
	case m.Y < a.h-1: // the rule
		return nil
	}
	for _, item := range a.footerItems() {
		if m.X >= item.first && m.X < item.end {
			return a.do(item.action)
		}
	}
	return nil
}

// keyName is how a key is written for people.
func keyName(name string) string {
	switch name {
	case " ":
		return "space"
	case "up":
		return "↑"
	case "down":
		return "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	case "pgdown":
		return "pgdn"
	}
	return name
}
