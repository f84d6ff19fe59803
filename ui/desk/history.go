package desk

import (
	"context"
	"errors"

	"github.com/keyrota/keyrota/store"
)

// auditLook is how many lines of the audit log are looked at in one go: a
// search in a log of years goes on in steps, between which the screen says how
// far it is.
const auditLook = 20_000

// History returns the newest audit events of a key, newest first.
func (d *Desk) History(id store.RecordID, most int) ([]store.Event, error) {
	var events []store.Event
	for e, err := range d.store.ReadAuditBack(store.AuditEnd) {
		if err != nil {
			return events, err
		}
		if e.Record != id {
			continue
		}
		if events = append(events, e.Event); len(events) >= most {
			break
		}
	}
	return events, nil
}

// AuditBefore returns what lies before a place in the audit log and passes,
// newest first.
func (d *Desk) AuditBefore(place int64, most int, pass func(*store.Event) bool) (found []store.AuditEntry, next int64, err error) {
	looked := 0
	for e, err := range d.store.ReadAuditBack(place) {
		if err != nil && !errors.Is(err, store.ErrNotEntry) {
			return found, place, err
		}
		place = e.Place
		if pass(&e.Event) {
			found = append(found, e)
		}
		if looked++; len(found) >= most || looked >= auditLook {
			return found, place, nil
		}
	}
	return found, 0, nil
}

// VerifyAudit reads the whole audit log and holds it against the keyring.
func (d *Desk) VerifyAudit(ctx context.Context) (store.AuditReport, error) {
	vault, err := d.ring.open(ctx)
	if err != nil {
		return store.AuditReport{}, err
	}
	return d.store.VerifyAudit(ctx, vault.anchor)
}
