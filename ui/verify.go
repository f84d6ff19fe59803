package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// Messages of a running verification. They go to every screen.
type (
	// verifyMsg brings what happened since the last one, oldest first.
	verifyMsg struct {
		gen      int
		progress []desk.Progress
	}
	// verifyDoneMsg is the last message of its generation. err is what kept
	// the desk from asking at all; a refused key is no such error.
	verifyDoneMsg struct {
		gen int
		err error
	}
	// keyringWaitsMsg asks whether a verification still waits for the keyring.
	keyringWaitsMsg struct{ gen int }
)

const (
	// keyringPatience is how long a keyring may take to open before the person
	// is told what to look for.
	keyringPatience = 1500 * time.Millisecond

	// stepsPerKey is how often the desk reports on a key: waiting, asking, done.
	stepsPerKey = 3
	// mostProgress bounds how much one verifyMsg brings, so that the table
	// shows movement while thousands are verified.
	mostProgress = 256
)

// verifier knows the verifications that run. It belongs to the program's one
// Update goroutine.
type verifier struct {
	gen     int
	running map[int]*verifyRun
	busy    map[store.RecordID]int // generation by which a key is being asked about
}

// verifyRun is one verification: one command does the work, another listens.
type verifyRun struct {
	gen    int
	ids    []store.RecordID
	whole  bool // all keys were meant
	cancel context.CancelFunc
	events chan desk.Progress // closed when the work has ended
	err    error              // set before events is closed
}

// startVerify asks the exchanges about the given keys, all for none. Keys
// that are being asked about already are left out; when that leaves none it
// returns nil. It must be called from Update.
func startVerify(env *Env, ids ...store.RecordID) tea.Cmd {
	v, whole := env.verify, len(ids) == 0
	ids = v.idle(env.Desk.Snapshot(), ids)
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(env.Ctx)
	run := v.begin(ids, cancel)
	run.whole = whole
	work := func() tea.Msg {
		defer cancel()
		defer close(run.events)
		run.err = env.Desk.Verify(ctx, ids, run.report)
		return nil
	}
	return batch(work, run.listen, run.watchKeyring(env))
}

// watchKeyring looks after a moment whether the keyring, at its first use,
// waits for the person.
func (r *verifyRun) watchKeyring(env *Env) tea.Cmd {
	if env.Desk.Keyring().Opened {
		return nil
	}
	return env.after(keyringPatience, keyringWaitsMsg{r.gen})
}

// stopVerify cancels every verification and reports whether there was one.
// What was learned so far stays in the records.
func stopVerify(env *Env) bool {
	for _, run := range env.verify.running {
		run.cancel()
	}
	return len(env.verify.running) > 0
}

// verifying reports whether a key waits for its exchange's answer.
func verifying(env *Env, id store.RecordID) bool {
	_, busy := env.verify.busy[id]
	return busy
}

// idle returns the given keys, all for none, without those that are busy and
// those that are gone.
func (v *verifier) idle(snap *store.Snapshot, ids []store.RecordID) []store.RecordID {
	var out []store.RecordID
	take := func(id store.RecordID) {
		if _, busy := v.busy[id]; !busy {
			out = append(out, id)
		}
	}
	if len(ids) == 0 {
		for _, r := range snap.Records() {
			take(r.ID)
		}
		return out
	}
	for _, id := range ids {
		if _, known := snap.ByID(id); known {
			take(id)
		}
	}
	return out
}

func (v *verifier) begin(ids []store.RecordID, cancel context.CancelFunc) *verifyRun {
	if v.running == nil {
		v.running, v.busy = map[int]*verifyRun{}, map[store.RecordID]int{}
	}
	v.gen++
	// With room for all reports no exchange ever waits for the screen.
	run := &verifyRun{gen: v.gen, ids: ids, cancel: cancel, events: make(chan desk.Progress, stepsPerKey*len(ids))}
	v.running[v.gen] = run
	for _, id := range ids {
		v.busy[id] = v.gen
	}
	return run
}

// handle keeps the books and returns the command that listens on. The root
// calls it before any screen sees the message.
func (v *verifier) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case verifyMsg:
		for _, p := range msg.progress {
			if p.Phase == desk.Done {
				delete(v.busy, p.ID)
			}
		}
		if run, ok := v.running[msg.gen]; ok {
			return run.listen
		}
	case verifyDoneMsg:
		v.end(msg.gen)
	}
	return nil
}

func (v *verifier) end(gen int) {
	run, ok := v.running[gen]
	if !ok {
		return
	}
	delete(v.running, gen)
	for _, id := range run.ids {
		if v.busy[id] == gen {
			delete(v.busy, id)
		}
	}
}

// report is called from several goroutines.
func (r *verifyRun) report(p desk.Progress) { r.events <- p }

// listen waits for a report, takes along what else has come, and returns
// verifyDoneMsg once the work has ended.
func (r *verifyRun) listen() tea.Msg {
	p, more := <-r.events
	if !more {
		return verifyDoneMsg{r.gen, r.err}
	}
	msg := verifyMsg{r.gen, []desk.Progress{p}}
	for len(msg.progress) < mostProgress {
		select {
		case p, more := <-r.events:
			if !more { // the next listen reports the end
				return msg
			}
			msg.progress = append(msg.progress, p)
		default:
			return msg
		}
	}
	return msg
}
