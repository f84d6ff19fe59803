package ui

import (
	"context"
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// fakeAudit is the audit log of a fakeDesk: oldest first, each entry at a place
// of its own. step is how many are looked at in one go; 0: all.
type fakeAudit struct {
	entries []store.AuditEntry
	step    int
	err     error
	reads   int
	report  store.AuditReport
	failure error // of the verification
}

// AuditBefore reads back from a place, as a desk does.
func (d *fakeDesk) AuditBefore(place int64, most int, pass func(*store.Event) bool) (found []store.AuditEntry, next int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	log := &d.audit
	log.reads++
	if log.err != nil {
		return nil, place, log.err
	}
	looked := 0
	for i := len(log.entries) - 1; i >= 0; i-- {
		e := log.entries[i]
		if e.Place >= place {
			continue
		}
		if pass(&e.Event) {
			found = append(found, e)
		}
		if looked++; len(found) == most || looked == log.step {
			return found, e.Place, nil
		}
	}
	return found, 0, nil
}

// VerifyAudit returns what was set.
func (d *fakeDesk) VerifyAudit(context.Context) (store.AuditReport, error) {
	d.note("VerifyAudit")
	return d.audit.report, d.audit.failure
}

// write appends an event to the log.
func (l *fakeAudit) write(e store.Event) {
	n := len(l.entries)
	l.entries = append(l.entries, store.AuditEntry{Event: e, Number: uint64(n + 1), Place: int64(250 * n)})
}

// story is a log of n entries, the last of them an hour before noon.
func story(n int) (l fakeAudit) {
	for i := range n {
		e := store.Event{
			At: noon.Add(-time.Hour - time.Duration(n-1-i)*6*time.Hour), Actor: "ann", Host: "box", Action: store.ActionVerified,
			Key: fmt.Sprintf("bot-%03d", i), Record: "id-bot", Exchange: "binance", Environment: exchanges.Live, Result: "ok",
		}
		switch i % 10 {
		case 3:
			e.Action, e.Result, e.Detail, e.Environment = store.ActionVerifyFailed, "ip-blocked", "-2015", exchanges.Testnet
		case 6:
			e.Action, e.Exchange, e.Detail, e.Actor = store.ActionRevoked, "kraken", "vmPU…uh8A by hand", "bob"
		case 9:
			e.Action, e.KeyID, e.Purpose, e.Consumers = store.ActionAdded, "vmPU…uh8A", "spot bot", []string{"grid", "tax tool"}
		}
		l.write(e)
	}
	return l
}
