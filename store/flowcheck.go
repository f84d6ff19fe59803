package store

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/keyrota/keyrota/exchanges"
)

// flowLook is how many lines of a journal are looked at for the last state:
// what follows it are intents that a crash left without an event.
const flowLook = 8

// flowDone is the step of a flow that has come to its end.
const flowDone = "done"

// flowState is the part of a flow's state that the doctor needs.
type flowState struct {
	Kind   string   `json:"kind"`
	Step   string   `json:"step"`
	Record RecordID `json:"record"`
	Name   string   `json:"name"`
	Old    flowKey  `json:"old"`
	New    flowKey  `json:"new"`
}

type flowKey struct {
	Slot Slot `json:"slot"`
}

// flowState returns the last state that a journal holds.
func (s *Store) flowState(id string) (*flowState, error) {
	lines, err := s.TailFlow(id, flowLook)
	if err != nil {
		return nil, err
	}
	var last *flowState
	for _, line := range lines {
		var entry struct {
			State *flowState `json:"state"`
		}
		if json.Unmarshal(line, &entry) != nil {
			return nil, s.unreadableFlow(id, "a line is not what keyrota wrote")
		}
		if entry.State != nil {
			last = entry.State
		}
	}
	if last == nil || last.Step == "" {
		return nil, s.unreadableFlow(id, "no state of the flow is found")
	}
	return last, nil
}

func (s *Store) unreadableFlow(id, why string) error {
	return &Error{Op: "read", Path: filepath.Join(s.paths.Flows, id+flowSuffix), Err: fmt.Errorf("%w: %s", ErrCorrupt, why),
		Hint: "Look at the exchange for a key that this flow made and at the last entries of the audit log, then move the file away."}
}

// flows finds what create, rotate and revoke left unfinished.
func (d *doctor) flows(ctx context.Context) {
	ids, err := d.store.FlowIDs()
	if err != nil {
		d.add(LevelProblem, "flows", Hint(err), "%v", err)
		return
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			d.add(LevelWarning, "flows", "", "not every flow was looked at: %v", ctx.Err())
			return
		}
		state, err := d.store.flowState(id)
		switch {
		case err != nil:
			d.add(LevelProblem, "flows", Hint(err), "%v", err)
			d.unknownFlow = true
		case state.Step != flowDone:
			d.unfinished = append(d.unfinished, state)
			d.add(LevelWarning, "flows", fmt.Sprintf("Open keyrota or run keyrota resume %s.", id),
				"%s %s is unfinished at step %s", exchanges.Clean(state.Kind), quoteName(state.Name), exchanges.Clean(state.Step))
		}
	}
	if len(ids) == 0 {
		d.add(LevelOK, "flows", "", "none is unfinished")
	}
}

// awaited reports whether an unfinished flow still needs a slot: it names it,
// or made it for its record and was stopped before it could say so.
func (d *doctor) awaited(slot Slot) bool {
	id, _ := recordOf(slot)
	for _, f := range d.unfinished {
		if f.Record == id || f.Old.Slot == slot || f.New.Slot == slot {
			return true
		}
	}
	return false
}
