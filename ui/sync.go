package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
)

const (
	// syncAfterStart keeps the network out of the start.
	syncAfterStart = time.Second
	// syncLook is how often to look for keys whose facts have grown old.
	syncLook = time.Minute
)

// syncState is what the root knows of verifications that nobody asked for.
type syncState struct {
	own    map[int]bool // generations that the clock started
	paused bool         // the last one failed: wait for the person to verify
}

// scheduleSync sets the clock for the next look, if there is one.
func (a *app) scheduleSync(after time.Duration) tea.Cmd {
	if a.opt.syncEvery <= 0 {
		return nil
	}
	return a.env.after(after, syncTickMsg{})
}

// syncTick verifies the keys that nobody asked about for long.
func (a *app) syncTick(syncTickMsg) tea.Cmd {
	next := a.scheduleSync(min(syncLook, a.opt.syncEvery))
	if a.syncing.paused || !a.maySync() {
		return next
	}
	stale := staleKeys(a.env.Desk.Snapshot(), a.env.Now(), a.opt.syncEvery)
	if len(stale) == 0 {
		return next
	}
	cmd := startVerify(a.env, stale...)
	if cmd != nil {
		if a.syncing.own == nil {
			a.syncing.own = map[int]bool{}
		}
		a.syncing.own[a.env.verify.gen] = true
	}
	return batch(cmd, next)
}

// maySync reports whether verifying unasked is quiet: it saves what it learns
// and opens no passphrase dialog out of nowhere.
func (a *app) maySync() bool {
	if a.env.Desk.ReadOnly() != "" {
		return false
	}
	k := a.env.Desk.Keyring()
	asks := k.Backend == "file" || k.Backend == "pass"
	return k.Opened || !asks
}

func staleKeys(snap *store.Snapshot, now time.Time, every time.Duration) []store.RecordID {
	var out []store.RecordID
	for _, r := range snap.Records() {
		if now.Sub(r.Check.At) >= every {
			out = append(out, r.ID)
		}
	}
	return out
}

// verifyProgress keeps the books, then tells every screen.
func (a *app) verifyProgress(m verifyMsg) tea.Cmd {
	return batch(a.env.verify.handle(m), a.broadcast(m))
}

// verifyDone tells every screen that a verification is over, and the person
// when it could not be done.
func (a *app) verifyDone(m verifyDoneMsg) tea.Cmd {
	unasked := a.syncing.own[m.gen]
	delete(a.syncing.own, m.gen)
	run, known := a.env.verify.running[m.gen]
	said := known && run.whole
	a.syncing.paused = m.err != nil && (unasked || a.syncing.paused)
	cmds := []tea.Cmd{a.env.verify.handle(m), a.broadcast(m), a.broadcast(snapshotMsg{})}
	switch {
	case m.err == nil && (said || unasked):
		cmds = append(cmds, a.surveyAfter(said))
	case m.err == nil:
	case errors.Is(m.err, context.Canceled):
		cmds = append(cmds, toast(Notice, "Verification cancelled; what was learned is kept.", ""))
	default:
		cmds = append(cmds, fail("The keys could not be verified", m.err))
	}
	return batch(cmds...)
}

// keyringWaits tells the person about a dialog that may hide behind the
// terminal.
func (a *app) keyringWaits(m keyringWaitsMsg) tea.Cmd {
	k := a.env.Desk.Keyring()
	if _, running := a.env.verify.running[m.gen]; !running || k.Opened || len(a.overlays) > 0 {
		return nil
	}
	return toast(Notice, "Waiting for "+keyringTitle(k.Backend)+": look for its unlock dialog.", "esc gives up")
}
