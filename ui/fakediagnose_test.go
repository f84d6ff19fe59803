package ui

import (
	"context"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// fakeDiagnosis answers diagnoses by the real rules, from evidence that a test
// writes; without any the exchange accepts the key.
type fakeDiagnosis struct {
	evidence func(desk.DiagnoseOptions) *diagnose.Evidence
	err      error
}

func (d *fakeDesk) Diagnose(_ context.Context, id store.RecordID, o desk.DiagnoseOptions) (desk.Diagnosis, error) {
	d.note("Diagnose %s %v %v %v", id, o.Addresses, o.Sites, o.Environments)
	r, _ := d.Snapshot().ByID(id)
	if d.diagnosis.err != nil {
		return desk.Diagnosis{}, d.diagnosis.err
	}
	e := &diagnose.Evidence{Now: noon, Exchange: "Bybit", Read: true, Asked: true, Clock: exchanges.Clock{Known: true}}
	if d.diagnosis.evidence != nil {
		e = d.diagnosis.evidence(o)
	}
	return desk.Diagnosis{Diagnosis: diagnose.Diagnose(e), Record: r, Evidence: e}, nil
}
