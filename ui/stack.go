package ui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// seenAfter is how long an overlay must have been on screen before a person
// can have read it.
const seenAfter = 250 * time.Millisecond

// page is the page on screen.
func (a *app) page() Screen { return a.pages[len(a.pages)-1] }

// top is the screen that takes the keys.
func (a *app) top() Screen {
	if n := len(a.overlays); n > 0 {
		return a.overlays[n-1]
	}
	return a.page()
}

func (a *app) replaceAll(s Screen) tea.Cmd {
	a.pages, a.overlays = []Screen{s}, nil
	a.size(s)
	return s.Init()
}

func (a *app) push(m pushMsg) tea.Cmd {
	a.pages = append(a.pages, m.screen)
	a.size(m.screen)
	return m.screen.Init()
}

// pop leaves the page on screen, or the one that asks for it. The bottom page
// stays. What a page did may not have reached the one below it yet.
func (a *app) pop(m popMsg) tea.Cmd {
	at := len(a.pages) - 1
	if m.screen != nil {
		at = slices.Index(a.pages, m.screen)
	}
	if at < 1 {
		return nil
	}
	a.pages = slices.Delete(slices.Clone(a.pages), at, at+1)
	return snapshotChanged
}

func (a *app) openOverlay(m overlayMsg) tea.Cmd {
	a.overlays = append(a.overlays, m.screen)
	a.sizeOverlay(m.screen)
	return batch(m.screen.Init(), a.env.after(seenAfter, seenMsg(m)))
}

func (a *app) closeOverlay(closeMsg) tea.Cmd {
	if n := len(a.overlays); n > 0 {
		a.overlays = a.overlays[:n-1]
	}
	return nil
}

func (a *app) resized(m tea.WindowSizeMsg) tea.Cmd {
	a.w, a.h = m.Width, m.Height
	for _, s := range a.pages {
		a.size(s)
	}
	for _, s := range a.overlays {
		a.sizeOverlay(s)
	}
	return nil
}

// tooSmall reports whether there is no room for any screen.
func (a *app) tooSmall() bool { return a.w < minWidth || a.h < minHeight }

// area is the part of the terminal that pages draw on. Screens never see less
// than the smallest size, whatever the terminal has.
func (a *app) area() (w, h int) { return max(a.w, minWidth), max(a.h, minHeight) - footerHeight }

func (a *app) size(s Screen) { s.SetSize(a.area()) }

func (a *app) sizeOverlay(s Screen) { b := a.overlayBox(s); s.SetSize(b.w, b.h) }

// box is where the content of an overlay lies, without border.
type box struct{ x, y, w, h int }

// The border and the blank column beside it, on each side.
const (
	boxMarginX = 2
	boxMarginY = 1
)

// overlayBox centres an overlay over the page.
func (a *app) overlayBox(s Screen) box {
	w, h := a.area()
	maxW, maxH := w-2*boxMarginX-2, h-2*boxMarginY
	b := box{w: min(maxW, 72), h: min(maxH, 16)}
	if z, ok := s.(Sizer); ok {
		b.w, b.h = z.Size(maxW, maxH)
		b.w, b.h = min(b.w, maxW), min(b.h, maxH)
	}
	b.x, b.y = (w-b.w)/2, (h-b.h)/2
	return b
}

func (b box) contains(x, y int) bool {
	return x >= b.x && x < b.x+b.w && y >= b.y && y < b.y+b.h
}

// seen tells an overlay that it was read, if it is still there.
func (a *app) seen(m seenMsg) tea.Cmd {
	if !slices.Contains(a.overlays, m.screen) {
		return nil
	}
	return m.screen.Update(m)
}

// mouseUsed passes presses of the left button and steps of the wheel to what
// lies under the pointer.
func (a *app) mouseUsed(m tea.MouseMsg) tea.Cmd {
	out := MouseMsg{X: m.X, Y: m.Y}
	switch {
	case m.Action != tea.MouseActionPress || a.tooSmall():
		return nil
	case m.Button == tea.MouseButtonLeft:
	case m.Button == tea.MouseButtonWheelUp:
		out.Wheel = -1
	case m.Button == tea.MouseButtonWheelDown:
		out.Wheel = 1
	default:
		return nil
	}
	if m.Y >= a.h-footerHeight {
		return a.clickFooter(out)
	}
	if len(a.overlays) == 0 {
		return a.page().Update(out)
	}
	b := a.overlayBox(a.top())
	if !b.contains(m.X, m.Y) {
		return nil
	}
	out.X, out.Y = m.X-b.x, m.Y-b.y
	return a.top().Update(out)
}
