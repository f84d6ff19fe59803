package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/ui/flow"
)

// follower knows the flows that go on by themselves while no page shows them,
// so that the dashboard tells where they are without asking again and again.
type follower struct {
	env   *Env
	flows map[flow.ID]*followedFlow
}

type followedFlow struct {
	now     func() flow.Update
	changed <-chan struct{}
	stop    func()
}

// flowMovedMsg says that a flow without a page went on.
type flowMovedMsg struct{ id flow.ID }

func newFollower(env *Env) *follower {
	return &follower{env: env, flows: map[flow.ID]*followedFlow{}}
}

// goesOn reports whether a flow will change without an answer.
func goesOn(u flow.Update) bool {
	return !u.Done && u.Halt == nil && (u.Busy != "" || !u.State.Due.IsZero())
}

// follow begins to listen to those of the flows that go on by themselves.
func (f *follower) follow(all unfinished) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range all {
		if f.flows[s.ID] != nil {
			continue
		}
		now, changed, stop, err := f.env.Desk.Flows().Watch(s.ID)
		if err != nil { // it has ended since
			continue
		}
		if !goesOn(now()) {
			stop()
			continue
		}
		f.flows[s.ID] = &followedFlow{now, changed, stop}
		cmds = append(cmds, f.listen(s.ID))
	}
	return batch(cmds...)
}

func (f *follower) listen(id flow.ID) tea.Cmd {
	return f.env.listen(f.flows[id].changed, f.env.Ctx.Done(), flowMovedMsg{id})
}

// moved tells every screen, and listens on while the flow goes on by itself.
func (f *follower) moved(m flowMovedMsg) tea.Cmd {
	followed := f.flows[m.id]
	if followed == nil {
		return nil
	}
	if goesOn(followed.now()) {
		return batch(snapshotChanged, f.listen(m.id))
	}
	followed.stop()
	delete(f.flows, m.id)
	return snapshotChanged
}
