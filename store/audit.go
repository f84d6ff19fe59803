package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// Action is what was done to a key. The words are stable: they are in files.
type Action string

// The actions that are written down.
const (
	ActionAdded        Action = "added"
	ActionVerified     Action = "verified"
	ActionVerifyFailed Action = "verify-failed"
	ActionTested       Action = "tested" // with reads, and drills
	ActionEdited       Action = "edited"
	ActionForgotten    Action = "forgotten"
	ActionRevealed     Action = "revealed"
	ActionExported     Action = "exported"
	ActionFound        Action = "unmanaged-found" // an exchange lists a key that no record is about
	ActionIgnored      Action = "unmanaged-ignored"
	ActionHeeded       Action = "unmanaged-heeded" // no longer ignored
	ActionMoved        Action = "address-changed"  // of this machine: another public address
	ActionAccepted     Action = "finding-accepted" // a person lives with a finding for a while
	ActionObjected     Action = "finding-heeded"   // no longer
	ActionRepaired     Action = "log-repaired"     // an unfinished last line was removed
	ActionAnchored     Action = "log-anchored"     // entries were taken over that the keyring did not know

	// What flows do.
	ActionFlowBegun       Action = "flow-begun"
	ActionFlowAbandoned   Action = "flow-abandoned"
	ActionCreated         Action = "created"          // a key was made at the exchange
	ActionSwitched        Action = "switched"         // the record names the new key from then on
	ActionHandedOver      Action = "handed-over"      // a consumer has the new key
	ActionHandOverFailed  Action = "hand-over-failed" // its hook or its file failed
	ActionRevoked         Action = "revoked"          // at the exchange
	ActionProvenDead      Action = "proven-dead"      // the exchange says that it knows no such key
	ActionFoundRefused    Action = "found-refused"    // it refuses the key, in words that may mean something else
	ActionSecretForgotten Action = "secret-forgotten" // of a revoked key
	ActionKept            Action = "kept"             // the key of an abandoned flow became a record of its own
)

// Actions returns the words of all actions, in the order in which a key meets
// them.
func Actions() []Action {
	return []Action{
		ActionAdded, ActionVerified, ActionVerifyFailed, ActionTested, ActionEdited, ActionForgotten, ActionRevealed, ActionExported,
		ActionFound, ActionIgnored, ActionHeeded, ActionAccepted, ActionObjected, ActionMoved, ActionRepaired, ActionAnchored,
		ActionFlowBegun, ActionFlowAbandoned, ActionCreated, ActionSwitched, ActionHandedOver, ActionHandOverFailed,
		ActionRevoked, ActionProvenDead, ActionFoundRefused, ActionSecretForgotten, ActionKept,
	}
}

// Event is one entry of the audit log. It never holds a secret.
type Event struct {
	At          time.Time             `json:"at"`
	Actor       string                `json:"actor"`
	Host        string                `json:"host"`
	Action      Action                `json:"action"`
	Key         string                `json:"key,omitempty"` // name
	Record      RecordID              `json:"record,omitempty"`
	Exchange    exchanges.ID          `json:"exchange,omitempty"`
	Environment exchanges.Environment `json:"environment,omitempty"`
	Result      string                `json:"result,omitempty"` // "ok", or the kind of failure
	Detail      string                `json:"detail,omitempty"`
	Flow        string                `json:"flow,omitempty"` // ID of the flow in which it was done

	// What answers later who had which key, and for what. Logs of before this
	// was written have none of it.
	KeyID     string   `json:"key_id,omitempty"`   // masked, of the key that it was done to
	Purpose   string   `json:"purpose,omitempty"`  // of the key
	Consumers []string `json:"consumers,omitzero"` // that the key has, or the one that it was given to; nil: not written down, empty: none
}

// entry is an Event in the file. Batch is the number of the first entry that
// was written with it in one go.
type entry struct {
	Number uint64 `json:"n"`
	Batch  uint64 `json:"batch"`
	Event
}

// auditLog is the append-only file audit.log. Each line is
//
//	<hex of SHA-256(hash of the line before || json)> <json>
//
// The chain shows changes inside the log; the anchor shows a missing end.
type auditLog struct {
	mu      sync.Mutex
	known   bool // whether the following say how the file is
	size    int64
	head    Head
	torn    int64 // bytes of an unfinished last line
	trusted bool  // the anchor lies on the chain, and since then only we have written
}

// Audit appends events and moves the anchor. Missing times, actors and hosts
// are filled in. The events are on the disk before the anchor moves, so that a
// crash leaves the log one batch ahead, which the next call makes good, also
// one without events.
//
// An anchor that does not lie on the chain is not moved, since that would hide
// what happened: the events are written and the error is ErrTampered. When the
// anchor fails, or is nil, the events are written all the same.
func (s *Store) Audit(ctx context.Context, anchor Anchor, events ...Event) error {
	log := &s.audit
	log.mu.Lock()
	defer log.mu.Unlock()
	if err := s.writable("write the audit log"); err != nil {
		return err
	}
	remarks, untrusted, err := s.prepareAudit(ctx, anchor)
	if err != nil || len(events) == 0 {
		return errors.Join(err, untrusted)
	}
	if err := s.appendAudit(slices.Concat(remarks, events)); err != nil {
		return err
	}
	if anchor == nil || untrusted != nil {
		return untrusted
	}
	log.trusted = true
	return anchor.Save(ctx, log.head)
}

// prepareAudit finds the end of the log, and on the first call of a run checks
// that the anchor lies on it. untrusted says why the anchor must not move; err
// that nothing can be written at all.
func (s *Store) prepareAudit(ctx context.Context, anchor Anchor) (remarks []Event, untrusted, err error) {
	log := &s.audit
	if info, err := os.Stat(s.paths.Audit); err != nil || info.Size() != log.size {
		log.known, log.trusted = false, false
	}
	if log.known && (anchor == nil || log.trusted) {
		return nil, nil, nil
	}
	report, err := s.checkAudit(ctx, anchor)
	if report == nil {
		return nil, nil, err
	}
	if err == nil {
		untrusted = s.tampered(report)
		if untrusted == nil && report.State == AuditAhead {
			// A crash before the anchor moved. It moves now, for with a second
			// crash the log would be two batches ahead, for which nobody vouches.
			untrusted = anchor.Save(ctx, log.head)
			log.trusted = untrusted == nil
		}
	} else {
		untrusted = err // the anchor does not answer; what happened must be written all the same
	}
	return remarksOn(report, anchor != nil && err == nil), untrusted, nil
}

// remarksOn returns what the log itself should say about the state it was in.
// anchored says whether the keyring was asked and answered.
func remarksOn(r *AuditReport, anchored bool) []Event {
	var events []Event
	if r.Torn > 0 {
		events = append(events, Event{Action: ActionRepaired, Result: "ok",
			Detail: fmt.Sprintf("an unfinished line of %d bytes was removed", r.Torn)})
	}
	if r.State == AuditUnanchored && anchored {
		events = append(events, Event{Action: ActionAnchored, Result: "ok",
			Detail: fmt.Sprintf("%d entries before this one were written without the keyring", r.Beyond)})
	}
	return events
}

// appendAudit writes events as one batch and flushes it. On failure the log is
// as it was.
func (s *Store) appendAudit(events []Event) error {
	log := &s.audit
	var lines []byte
	var link linker
	head := log.head
	batch := head.Count + 1
	for _, e := range events {
		head.Count++
		text, err := json.Marshal(entry{Number: head.Count, Batch: batch, Event: s.complete(e)})
		if err != nil {
			return &Error{Op: "write", Path: s.paths.Audit, Err: err}
		}
		head.Hash = link.hash(head.Hash, text)
		lines = fmt.Appendf(lines, "%x %s\n", head.Hash, text)
	}
	size := log.size - log.torn
	if err := s.disk.extend(s.paths.Audit, size, lines); err != nil {
		log.known, log.trusted = false, false
		return fileError("write", s.paths.Audit, err)
	}
	log.head, log.size, log.torn = head, size+int64(len(lines)), 0
	return nil
}

// linker makes the links of the chain. It keeps its memory from one entry to
// the next.
type linker struct{ buf []byte }

// hash returns the hash of an entry that follows prev.
func (l *linker) hash(prev [sha256.Size]byte, text []byte) [sha256.Size]byte {
	l.buf = append(append(l.buf[:0], prev[:]...), text...)
	return sha256.Sum256(l.buf)
}

// complete fills in who, when and where, and makes every text safe to show.
func (s *Store) complete(e Event) Event {
	if e.At.IsZero() {
		e.At = s.opts.Now()
	}
	e.At = roundTime(e.At)
	if e.Actor == "" {
		e.Actor = s.opts.Actor
	}
	if e.Host == "" {
		e.Host = s.opts.Host
	}
	return Event{
		At: e.At, Actor: exchanges.Clean(e.Actor), Host: exchanges.Clean(e.Host),
		Action: Action(exchanges.Clean(string(e.Action))), Key: exchanges.Clean(e.Key),
		Record:      RecordID(exchanges.Clean(string(e.Record))),
		Exchange:    exchanges.ID(exchanges.Clean(string(e.Exchange))),
		Environment: exchanges.Environment(exchanges.Clean(string(e.Environment))),
		Result:      exchanges.Clean(e.Result), Detail: exchanges.Clean(e.Detail),
		Flow:  exchanges.Clean(e.Flow),
		KeyID: exchanges.Clean(e.KeyID), Purpose: exchanges.Clean(e.Purpose), Consumers: cleanConsumers(e.Consumers),
	}
}

// maxConsumerText bounds the names of consumers in one entry, in runes, so that
// an entry stays shorter than maxLine.
const maxConsumerText = 2000

// moreConsumers ends a list that was too long to be written down.
const moreConsumers = "… and more"

// cleanConsumers returns a cleaned copy: nil for nil, which says something else
// than an empty list.
func cleanConsumers(names []string) []string {
	if names == nil {
		return nil
	}
	out, room := make([]string, 0, len(names)), maxConsumerText
	for _, name := range names {
		name = exchanges.Clean(name)
		if room -= 1 + utf8.RuneCountInString(name); room < 0 {
			return append(out, moreConsumers)
		}
		out = append(out, name)
	}
	return out
}
