package flow

import "slices"

// paths are the steps of each kind, in order. Steps that a flow has no use for
// are passed over, see (State).skips.
var paths = map[Kind][]Step{
	Create: {StepWhere, StepVenue, StepPurpose, StepIPs, StepPlan, StepPreflight, StepPair, StepMake, StepRestrict, StepVerify, StepSwitch, StepConsumers, StepDone},
	Rotate: {StepPlan, StepPreflight, StepPair, StepMake, StepRestrict, StepVerify, StepSwitch, StepConsumers, StepWatch, StepRevoke, StepProve, StepForget, StepDone},
	Revoke: {StepPreflight, StepRevoke, StepProve, StepForget, StepDone},
}

// stageNames are the steps as people see them. Several steps are one stage.
var stageNames = map[Step]string{
	StepWhere: "exchange", StepVenue: "exchange", StepPurpose: "purpose", StepIPs: "addresses", StepPlan: "plan", StepPreflight: "preflight",
	StepPair: "create", StepMake: "create", StepReconcile: "create", StepRestrict: "create", StepVerify: "verify",
	StepSwitch: "switch", StepConsumers: "consumers", StepWatch: "watch", StepRevoke: "revoke", StepProve: "prove dead",
	StepForget: "forget", StepUndo: "undo", StepKeep: "keep", StepDone: "done",
}

// Stages returns the steps of the flow as the list beside a wizard shows them.
func (s *State) Stages() []Stage {
	here := stageNames[s.Step]
	if s.Kind == Create && s.Step == StepSwitch {
		here = "store"
	}
	var out []Stage
	for _, step := range paths[s.Kind] {
		name := stageNames[step]
		if s.Kind == Create && step == StepSwitch {
			name = "store"
		}
		if len(out) > 0 && out[len(out)-1].Name == name {
			continue
		}
		out = append(out, Stage{Name: name})
	}
	at := slices.IndexFunc(out, func(g Stage) bool { return g.Name == here })
	if at < 0 { // abandoning: not on the path
		out = append(out, Stage{Name: here})
		at = len(out) - 1
	}
	for i := range out {
		out[i].Done = i < at || s.Step == StepDone
		out[i].Here = i == at && s.Step != StepDone
	}
	return out
}
