package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// mendLabel is what the action that mends a finding is called in the footer.
func mendLabel(m policy.Mend) string {
	switch m {
	case policy.BySurvey:
		return "unmanaged keys"
	case policy.ByMachine:
		return "addresses"
	default:
		return string(m)
	}
}

// mendChanges reports whether a way to mend changes what a store keeps, which a
// read-only one does not let it.
func mendChanges(m policy.Mend) bool {
	switch m {
	case policy.ByRotating, policy.ByRevoking, policy.ByEditing, policy.ByResuming, policy.ByForgetting:
		return true
	default:
		return false
	}
}

// openMend opens what mends a finding about a key, at the step that does.
func openMend(env *Env, id store.RecordID, f policy.Finding) tea.Cmd {
	switch f.Mend {
	case policy.ByRotating:
		return beginFlows(env, flow.Rotate, []store.RecordID{id}, "")
	case policy.ByRevoking:
		return beginFlows(env, flow.Revoke, []store.RecordID{id}, "")
	case policy.ByVerifying:
		return mendByVerifying(env, id)
	case policy.ByEditing:
		return push(newEditForm(env, id))
	case policy.ByResuming:
		if s, busy := unfinished(env.Desk.Flows().Open()).of(id); busy {
			return resumeFlow(env, s.ID)
		}
	case policy.ByForgetting:
		return openOverlay(newForgetDialog(env, id))
	case policy.BySurvey:
		return push(newUnmanagedPage(env))
	case policy.ByRestricting:
		return openRestrict(env, id)
	case policy.ByDiagnosing, policy.ByClock:
		return push(newDiagnosePage(env, id))
	case policy.ByMachine:
		return push(newMachinePage(env))
	}
	return push(newDetail(env, id))
}

// mendByVerifying asks the exchange; of what the person states nobody can be asked.
func mendByVerifying(env *Env, id store.RecordID) tea.Cmd {
	if r, ok := env.Desk.Snapshot().ByID(id); ok && r.Facts.Stated {
		return toast(Notice, nobodyToAsk(r), "e changes what you stated")
	}
	return startVerify(env, id)
}
