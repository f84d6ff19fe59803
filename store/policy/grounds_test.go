package policy

import (
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func TestGroundsOfDeadlines(t *testing.T) {
	rule := &exchanges.Lifetime{Words: "Keys without a list end.", Source: "mexc.com, help", AsOf: "2026-11-23"}
	stated := &store.Record{Facts: store.Facts{Stated: true}}
	for what, c := range map[string]struct {
		deadline Deadline
		of       *store.Record
		want     Grounds
	}{
		"none":                {Deadline{}, &store.Record{}, Grounds{}},
		"policy":              {byPolicy(-3), &store.Record{}, Grounds{"rotate every 90 days", "policy", ""}},
		"expiry":              {byExpiry(-3), &store.Record{}, Grounds{"the expiry that the key was given", "exchange", "2026-11-25"}},
		"an expiry of a word": {byExpiry(-3), stated, Grounds{"the expiry that the key was given", "stated", "2026-11-25"}},
		"expiry, once told":   {Deadline{At: now, Reason: ByExpiry}, &store.Record{}, Grounds{"the expiry that the key was given", "exchange", ""}},
		"a rule":              {Deadline{At: now, Reason: ByNoIPs, Rule: rule}, stated, Grounds{"Keys without a list end.", "mexc.com, help", "2026-11-23"}},
	} {
		if got := c.deadline.Grounds(c.of); got != c.want {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
}

func TestFindingsAreFoundAcceptedOrNot(t *testing.T) {
	a := Assessment{
		Findings: []Finding{{Code: CodeOverdue}},
		Accepted: []Accepted{{Finding: Finding{Code: CodeLabel, Quiet: true}}},
	}
	for code, want := range map[string]bool{CodeOverdue: true, CodeLabel: true, CodeWithdraw: false} {
		if f, ok := a.Of(code); ok != want || ok && f.Code != code {
			t.Errorf("%s: %+v, %v", code, f, ok)
		}
	}
	if a.LoudlyAccepted() {
		t.Error("what is quiet is not worth a word, accepted or not")
	}
	a.Accepted = append(a.Accepted, Accepted{Finding: Finding{Code: CodeWithdraw}})
	if !a.LoudlyAccepted() {
		t.Error("an accepted finding goes unsaid")
	}
}
