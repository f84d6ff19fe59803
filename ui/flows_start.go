package ui

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowsAfterStart leaves the machine to the first frame: journals that are read
// beside it would cost it a tick of the renderer.
const flowsAfterStart = 20 * time.Millisecond

// loadFlows has the journals of unfinished flows read when the first frame is
// out.
func loadFlows(env *Env) tea.Cmd { return env.after(flowsAfterStart, flowsDueMsg{}) }

// readFlows reads the journals of unfinished flows, and shows those, and what
// is known of keys that are not managed.
func (a *app) readFlows(flowsDueMsg) tea.Cmd {
	flows := a.env.Desk.Flows()
	return batch(readUnmanaged(a.env), func() tea.Msg {
		err := flows.Load()
		switch {
		case err != nil:
			return tea.BatchMsg{snapshotChanged, fail("Unfinished flows could not be read", err)}
		case len(flows.Open()) == 0:
			return nil
		}
		return snapshotMsg{}
	})
}

// beginFlows begins a flow of one kind for each key, in the given order, and
// opens the page of the first; the page goes on to the others by itself. All
// are written down before the first one acts, so that the list of what is to
// be done survives whatever comes. Keys that have an unfinished flow keep it.
//
//go:noinline // copied into its callers, it would take 2 kB
func beginFlows(env *Env, kind flow.Kind, ids []store.RecordID, reason string) tea.Cmd {
	b := beginning{env: env, kind: kind, reason: reason}
	return func() tea.Msg { return b.begin(ids) }
}

// createFlow begins to make a new key and opens the page.
func createFlow(env *Env) tea.Cmd { return startFlow(env, flow.Request{Kind: flow.Create}) }

// beginning is a batch of flows on its way.
type beginning struct {
	env    *Env
	kind   flow.Kind
	reason string

	begun []flow.ID // in order
	busy  []flow.ID // of keys that have an unfinished flow already
}

func (b *beginning) begin(ids []store.RecordID) tea.Msg {
	ids = b.idle(ids)
	batch := flow.Batch{Of: len(ids), Reason: b.reason}
	if len(ids) > 1 || b.reason != "" {
		batch.ID = strings.ToLower(rand.Text()[:12])
	}
	var failure error
	for i, id := range ids {
		q := flow.Request{Kind: b.kind, Record: id}
		if batch.ID != "" {
			batch.Number = i + 1
			q.Batch = batch
		}
		if failure = b.start(q); failure != nil {
			break
		}
	}
	return b.outcome(len(ids), failure)
}

// idle leaves out the keys that have an unfinished flow.
func (b *beginning) idle(ids []store.RecordID) []store.RecordID {
	open := unfinished(b.env.Desk.Flows().Open())
	var out []store.RecordID
	for _, id := range ids {
		if s, busy := open.of(id); busy {
			b.busy = append(b.busy, s.ID)
		} else {
			out = append(out, id)
		}
	}
	return out
}

func (b *beginning) start(q flow.Request) error {
	id, err := b.env.Desk.Flows().Start(b.env.Ctx, q)
	if other, ok := errors.AsType[*flow.BusyError](err); ok {
		b.busy = append(b.busy, other.ID)
		return nil
	}
	if err == nil {
		b.begun = append(b.begun, id)
	}
	return err
}

// outcome opens the first flow and says what was left out.
func (b *beginning) outcome(wanted int, failure error) tea.Msg {
	out := tea.BatchMsg{snapshotChanged}
	switch {
	case len(b.begun) > 0:
		out = append(out, resumeFlow(b.env, b.begun[0]))
	case failure == nil && len(b.busy) > 0:
		return resumeFlow(b.env, b.busy[0])()
	}
	verb := wordsOf(b.kind).verb
	switch {
	case failure != nil && wanted > 1:
		out = append(out, fail(fmt.Sprintf("Only %d of %d keys can be %sd now", len(b.begun), wanted, verb), failure))
	case failure != nil:
		out = append(out, fail("The key cannot be "+verb+"d", failure))
	case len(b.busy) > 0:
		out = append(out, toast(Notice, plural(len(b.busy), "key")+" left out: unfinished already", "f lists what is unfinished"))
	}
	return out
}
