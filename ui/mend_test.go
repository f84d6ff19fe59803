package ui

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// mending opens what a way to mend opens for grid-bot.
func mending(t *testing.T, by policy.Mend) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := desktop(t, 120, 40)
	d.run(openMend(d.env, "id-grid-bot", policy.Finding{Mend: by}))
	return d, fake
}

func TestWhatMendsOpens(t *testing.T) {
	for by, want := range map[policy.Mend]func(Screen) bool{
		policy.ByEditing:     func(s Screen) bool { e, ok := s.(*editForm); return ok && e.id == "id-grid-bot" },
		policy.ByForgetting:  func(s Screen) bool { f, ok := s.(*forgetDialog); return ok && f.record.Name == "grid-bot" },
		policy.BySurvey:      func(s Screen) bool { _, ok := s.(*unmanagedPage); return ok },
		policy.ByRestricting: func(s Screen) bool { p, ok := s.(*restrictPage); return ok && p.id == "id-grid-bot" },
		policy.ByDiagnosing:  isDiagnosisOfGridBot,
		policy.ByClock:       isDiagnosisOfGridBot,
		policy.ByMachine:     func(s Screen) bool { _, ok := s.(*machineAsk); return ok }, // it asks before it asks others
		policy.ByResuming:    isDetailOfGridBot,                                           // nothing is unfinished
	} {
		if d, _ := mending(t, by); !want(d.top()) {
			t.Errorf("%s opens %T", by, d.top())
		}
	}
}

func isDetailOfGridBot(s Screen) bool { p, ok := s.(*detail); return ok && p.id == "id-grid-bot" }

func isDiagnosisOfGridBot(s Screen) bool {
	p, ok := s.(*diagnosePage)
	return ok && p.id == "id-grid-bot"
}

func TestMendingBeginsTheRightFlow(t *testing.T) {
	for by, want := range map[policy.Mend]string{policy.ByRotating: "Start rotate id-grid-bot", policy.ByRevoking: "Start revoke id-grid-bot"} {
		d, fake := mending(t, by)
		if !slices.Contains(fake.flows.calls, want) {
			t.Errorf("%s: %v", by, fake.flows.calls)
		}
		if _, ok := d.top().(*flowPage); !ok {
			t.Errorf("%s leads to %T", by, d.top())
		}
	}
}

func TestMendingResumesWhatIsUnfinished(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	fake.flows.open = []flow.Summary{{ID: "f1", Kind: flow.Rotate, Record: "id-grid-bot", Step: "hand-over"}}
	d.run(openMend(d.env, "id-grid-bot", policy.Finding{Mend: policy.ByResuming}))
	if !slices.Contains(fake.flows.calls, "Resume f1") {
		t.Errorf("calls: %v", fake.flows.calls)
	}
}

func TestMendingByVerifyingAsksTheExchange(t *testing.T) {
	_, fake := mending(t, policy.ByVerifying)
	if !slices.Contains(fake.calls, "Verify 1") {
		t.Errorf("calls: %v", fake.calls)
	}
	d, fake := desktop(t, 120, 40)
	stated := *fake.records[0]
	stated.Venue, stated.Facts.Stated = "Phemex", true
	fake.replace(&stated)
	d.run(openMend(d.env, stated.ID, policy.Finding{Mend: policy.ByVerifying}))
	d.see("keyrota cannot ask Phemex about its keys")
	if len(fake.calls) > 0 {
		t.Errorf("calls: %v", fake.calls)
	}
}

func TestMendLabelsSayWhatTheKeyDoes(t *testing.T) {
	for by, want := range map[policy.Mend]string{policy.ByRotating: "rotate", policy.BySurvey: "unmanaged keys", policy.ByMachine: "addresses", policy.ByClock: "clock"} {
		if got := mendLabel(by); got != want {
			t.Errorf("%s: %q", by, got)
		}
	}
}

// TestReadOnlyMendsWhatNeedsNoStore: to look and to ask is possible.
func TestReadOnlyMendsWhatNeedsNoStore(t *testing.T) {
	d, fake := overviewOpen(t, 120, 40, fixture()...)
	fake.readOnly = "another keyrota runs"
	keys(d, "m")
	d.see("rotate is not possible: another keyrota runs")
	keys(d, "tab", "m")
	if p, ok := d.top().(*diagnosePage); !ok || p.id != "id-revoked-bot" {
		t.Errorf("diagnose leads to %T", d.top())
	}
}
