package command

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// notInLog stands for what the audit log does not tell.
const notInLog = "not in the log"

// printHoldings writes which keys there were in a span of time. Asked for a
// consumer, it leaves out the keys that the consumer did not have, and keeps
// those of which the log does not say who had them.
func printHoldings(s *session, w io.Writer, ask *auditAsk) error {
	all := store.NewHoldings(ask.asOf)
	var damage error
	for e, err := range s.store.ReadAudit() {
		if errors.Is(err, store.ErrNotEntry) {
			damage = firstError(damage, err)
			continue
		}
		if err != nil {
			return err
		}
		all.Take(&e)
	}
	out := newListing(w, ask.format, holdingColumns)
	for _, h := range all.All() {
		row, asked := newHoldingRow(&h, &ask.query)
		if !asked {
			continue
		}
		if err := out.put(row); err != nil {
			return err
		}
	}
	return firstError(out.end("The audit log knows of no such key then."), damaged(damage))
}

// newHoldingRow prepares a key for printing, if it is among those asked for.
func newHoldingRow(h *store.Holding, q *store.AuditQuery) (row *holdingRow, asked bool) {
	named := store.Event{Key: h.Key, Record: h.Record, Exchange: h.Exchange}
	if keys := (&store.AuditQuery{Key: q.Key, Record: q.Record, Exchange: q.Exchange}); !keys.Match(&named) {
		return nil, false
	}
	row = &holdingRow{
		Key: h.Key, Record: h.Record, Exchange: h.Exchange, Environment: h.Environment, KeyID: told(h.KeyID, h.KeyID != ""),
		Purpose: told(h.Purpose, h.ForWhat), Consumers: []string{}, AllConsumers: h.UsersIn,
		Issued: newDeedJSON(h.Issued), Until: newDeedJSON(h.Until),
	}
	for _, u := range h.Uses {
		row.Consumers = append(row.Consumers, u.Consumer)
	}
	if q.Consumer == "" {
		return row, true
	}
	use, had, known := h.HeldBy(q.Consumer)
	if had {
		row.Consumers, row.AllConsumers, row.Since = []string{use.Consumer}, true, timeJSON(use.From)
		if end := newDeedJSON(use.Until); end != nil && (row.Until == nil || end.At.Before(row.Until.At)) {
			row.Until = end
		}
	}
	return row, had || !known
}

// holdingRow is a key as --as-of prints it. null is what the log does not tell,
// but in until: there it means that the log has no end.
type holdingRow struct {
	Key          string                `json:"key"`
	Record       store.RecordID        `json:"record"`
	Exchange     exchanges.ID          `json:"exchange"`
	Environment  exchanges.Environment `json:"environment"`
	KeyID        *string               `json:"key_id"`
	Consumers    []string              `json:"consumers"`
	AllConsumers bool                  `json:"consumers_complete"` // false: others may have had it too
	Purpose      *string               `json:"purpose"`
	Issued       *deedJSON             `json:"issued"`
	Since        *time.Time            `json:"held_since,omitempty"` // by the consumer that was asked for
	Until        *deedJSON             `json:"until"`
}

type deedJSON struct {
	At     time.Time    `json:"at"`
	Action store.Action `json:"action"`
	Actor  string       `json:"actor"`
	Host   string       `json:"host"`
}

func newDeedJSON(d store.Deed) *deedJSON {
	if d.At.IsZero() {
		return nil
	}
	return &deedJSON{d.At.UTC(), d.Action, d.Actor, d.Host}
}

func told(s string, known bool) *string {
	if !known {
		return nil
	}
	return &s
}

var holdingColumns = columns{
	table: []string{"KEY", "EXCHANGE", "ENV", "KEY ID", "USED BY", "PURPOSE", "ISSUED", "BY", "UNTIL"},
	csv: []string{"key", "record", "exchange", "environment", "key_id", "consumers", "consumers_complete", "purpose",
		"issued_at", "issued_how", "issued_by", "until_at", "until_how", "until_by"},
}

func (h *holdingRow) table() []string {
	issued, by := notInLog, notInLog
	if d := h.Issued; d != nil {
		issued, by = d.text(), d.who()
	}
	until := "no end in the log"
	if h.Until != nil {
		until = h.Until.text()
	}
	return []string{h.Key, string(h.Exchange), string(h.Environment), orNotInLog(h.KeyID), h.usedBy(), h.purpose(), issued, by, until}
}

// usedBy words who had the key, and whether others may have had it too.
func (h *holdingRow) usedBy() string {
	names := strings.Join(h.Consumers, ", ")
	switch {
	case !h.AllConsumers && names == "":
		return notInLog
	case !h.AllConsumers:
		return names + "; others " + notInLog
	case names == "":
		return "nobody"
	}
	return names
}

func (h *holdingRow) purpose() string {
	if h.Purpose != nil && *h.Purpose == "" {
		return "none stated"
	}
	return orNotInLog(h.Purpose)
}

func orNotInLog(s *string) string {
	if s == nil {
		return notInLog
	}
	return *s
}

func (d *deedJSON) text() string { return d.At.Format("2006-01-02 15:04 ") + string(d.Action) }

func (d *deedJSON) who() string { return d.Actor + "@" + d.Host }

// csv leaves empty what the log does not tell.
func (h *holdingRow) csv() []string {
	complete := "no"
	if h.AllConsumers {
		complete = "yes"
	}
	cells := []string{h.Key, string(h.Record), string(h.Exchange), string(h.Environment), deref(h.KeyID), strings.Join(h.Consumers, "; "),
		complete, deref(h.Purpose)}
	for _, d := range []*deedJSON{h.Issued, h.Until} {
		if d == nil {
			cells = append(cells, "", "", "")
			continue
		}
		cells = append(cells, d.At.Format(time.RFC3339), string(d.Action), d.who())
	}
	return cells
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
