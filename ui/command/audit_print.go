package command

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/store"
)

// printAudit writes the entries that are asked for, oldest first. A line that
// is no entry keeps none of the others from being written.
func printAudit(s *session, w io.Writer, ask *auditAsk) error {
	out := newListing(w, ask.format, entryColumns)
	var damage error
	for e, err := range s.entries(ask) {
		if errors.Is(err, store.ErrNotEntry) {
			damage = firstError(damage, err)
			continue
		}
		if err == nil {
			err = out.put((*entryRow)(&e))
		}
		if err != nil {
			return err
		}
	}
	return firstError(out.end("Nothing in the audit log is about that."), damaged(damage))
}

// damaged is the verdict on a log of which all was printed that can be read.
func damaged(err error) error {
	if err == nil {
		return nil
	}
	return &Exit{Code: 1, Err: err}
}

// entries goes through the events that are asked for, and the lines that are none.
func (s *session) entries(ask *auditAsk) iter.Seq2[store.Event, error] {
	if ask.last > 0 {
		return s.lastEntries(ask)
	}
	return func(yield func(store.Event, error) bool) {
		for e, err := range s.store.ReadAudit() {
			if (err != nil || ask.query.Match(&e)) && !yield(e, err) {
				return
			}
		}
	}
}

// lastEntries reads no more of the log than holds the last of what is asked for.
func (s *session) lastEntries(ask *auditAsk) iter.Seq2[store.Event, error] {
	return func(yield func(store.Event, error) bool) {
		var last []store.Event
		for e, err := range s.store.ReadAuditBack(store.AuditEnd) {
			if err != nil {
				if !yield(store.Event{}, err) {
					return
				}
			} else if ask.query.Match(&e.Event) {
				last = append(last, e.Event)
			}
			if len(last) == ask.last {
				break
			}
		}
		for _, e := range slices.Backward(last) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// entryRow is an event as it is listed; in JSON it is as in the log.
type entryRow store.Event

var entryColumns = columns{
	table: []string{"TIME", "WHO", "ACTION", "KEY", "WHERE", "KEY ID", "RESULT", "DETAIL"},
	csv: []string{"at", "actor", "host", "action", "key", "record", "exchange", "environment", "result", "detail", "flow",
		"key_id", "purpose", "consumers"},
}

func (e *entryRow) table() []string {
	return []string{e.At.UTC().Format(time.RFC3339), e.Actor + "@" + e.Host, string(e.Action), e.Key,
		strings.TrimSpace(string(e.Exchange) + " " + string(e.Environment)), e.KeyID, e.Result, e.Detail}
}

func (e *entryRow) csv() []string {
	return []string{e.At.UTC().Format(time.RFC3339Nano), e.Actor, e.Host, string(e.Action), e.Key, string(e.Record),
		string(e.Exchange), string(e.Environment), e.Result, e.Detail, e.Flow, e.KeyID, e.Purpose, strings.Join(e.Consumers, "; ")}
}
