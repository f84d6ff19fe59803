package ui

import (
	"reflect"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/themes"
)

// The smallest screen on which every required column has room.
const (
	minWidth  = 60
	minHeight = 20
)

// app is the root: the one tea.Model. It owns the size, the stacks of pages
// and overlays, the footer and the toast, and hands everything else on.
type app struct {
	env    *Env
	opt    appOptions
	routes map[reflect.Type]handler

	w, h     int
	pages    []Screen // the last is on screen
	overlays []Screen // the last takes the keys
	keys     keyQueue
	toast    toastState
	theme    themes.Theme
	box      *penBox // of the styles in use
	themeGen int
	empty    bool // the bottom page was made for no keys at all
	syncing  syncState
}

// appOptions is what a program is started with, apart from its Env.
type appOptions struct {
	home          func(*Env) Screen // makes the bottom page
	width, height int               // zero: wait for the terminal to say
	load          func() error      // waits until keys.toml is read; nil: it is
	note          string            // said once at the start
	asks          <-chan PassphraseRequest
	syncEvery     time.Duration // how old facts may grow; zero: nobody looks
	look          look
	begin         func(*Env) tea.Cmd // done once, when the first page is there; nil: nothing
}

type handler func(*app, tea.Msg) tea.Cmd

// route binds a handler to the one type of message that it takes.
type route struct {
	kind   reflect.Type
	handle handler
}

//go:noinline // it has many callers
func on[M any](h func(*app, M) tea.Cmd) route {
	return route{reflect.TypeFor[M](), func(a *app, msg tea.Msg) tea.Cmd { return h(a, msg.(M)) }}
}

// newApp returns a program that shows its first page.
func newApp(env *Env, o appOptions) *app {
	a := &app{env: env, opt: o, w: o.width, h: o.height, routes: map[reflect.Type]handler{}}
	for _, r := range []route{
		on((*app).resized), on((*app).keyPressed), on((*app).keysReady), on((*app).mouseUsed),
		on((*app).push), on((*app).pop), on((*app).openOverlay), on((*app).closeOverlay), on((*app).seen),
		on((*app).showToast), on((*app).endToast),
		on((*app).snapshotChanged), on((*app).loaded), on((*app).readFlows), on((*app).asked),
		on((*app).themeTried), on((*app).themeRead), on((*app).backgroundKnown), on((*app).chosen),
		on((*app).syncTick), on((*app).verifyProgress), on((*app).verifyDone), on((*app).keyringWaits),
		on((*app).unmanagedRead), on((*app).surveyed),
	} {
		a.routes[r.kind] = r.handle
	}
	return a
}

// Init opens the first page and starts what runs beside it.
func (a *app) Init() tea.Cmd {
	cmds := []tea.Cmd{a.openFirst(), listenAsk(a.opt.asks), a.scheduleSync(syncAfterStart)}
	if a.opt.note != "" {
		cmds = append(cmds, toast(Notice, a.opt.note, ""))
	}
	if a.opt.look.auto && a.opt.look.background != nil {
		cmds = append(cmds, a.opt.look.background)
	}
	return batch(cmds...)
}

// Update hands a message to its handler; what the root does not know is the
// result of some screen's command and goes to all of them, since they know
// their own by its id.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	handle, mine := a.routes[reflect.TypeOf(msg)]
	if !mine {
		handle = (*app).broadcast
	}
	cmd := handle(a, msg)
	for _, s := range a.overlays {
		a.sizeOverlay(s) // what it says may have grown
	}
	return a, cmd
}

func (a *app) broadcast(msg tea.Msg) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(a.pages)+len(a.overlays))
	for _, s := range a.pages {
		cmds = append(cmds, s.Update(msg))
	}
	for _, s := range a.overlays {
		cmds = append(cmds, s.Update(msg))
	}
	return batch(cmds...)
}

// openFirst chooses the bottom page and returns its first command.
func (a *app) openFirst() tea.Cmd {
	if a.opt.load == nil {
		return a.openHome()
	}
	wait := a.opt.load
	return batch(a.replaceAll(newLoading(a.env)), func() tea.Msg { return loadedMsg{wait()} })
}

func (a *app) openHome() tea.Cmd {
	a.empty = a.env.Desk.Snapshot().Len() == 0
	home := a.replaceAll(a.opt.home(a.env))
	if a.opt.begin == nil {
		return home
	}
	return batch(home, a.opt.begin(a.env))
}

func (a *app) loaded(m loadedMsg) tea.Cmd {
	if m.err != nil {
		return a.replaceAll(newLoadFailure(a.env, m.err))
	}
	return a.openHome()
}

// snapshotChanged tells every screen. The bottom page gives way when the first
// key comes or the last one goes.
func (a *app) snapshotChanged(m snapshotMsg) tea.Cmd {
	read := readUnmanaged(a.env) // one of them may be managed by now
	if empty := a.env.Desk.Snapshot().Len() == 0; empty != a.empty {
		a.empty = empty
		home := a.opt.home(a.env)
		a.pages[0] = home
		a.size(home)
		return batch(home.Init(), a.broadcast(m), read)
	}
	return batch(a.broadcast(m), read)
}

func (a *app) asked(m askMsg) tea.Cmd {
	return batch(a.openOverlay(overlayMsg{newPassphraseDialog(a.env, m.request)}), listenAsk(a.opt.asks))
}
