package store

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// AuditQuery chooses events of the audit log. A zero field asks for nothing;
// all that are set must hold.
type AuditQuery struct {
	Key      string   // the name that the key had then, in any case, or the ID of its record
	Record   RecordID // beside Key: events of this record pass too, whatever it was called
	Exchange exchanges.ID
	Consumer string // see Event.names
	Actions  []Action
	Actor    string // "ann", or "ann@box"
	Since    time.Time
	Until    time.Time // and before it
}

// Match reports whether an event is among those that are asked for.
func (q *AuditQuery) Match(e *Event) bool {
	return q.matchKey(e) && q.matchTime(e.At) &&
		(q.Exchange == "" || e.Exchange == q.Exchange) &&
		(q.Consumer == "" || e.names(q.Consumer)) &&
		(len(q.Actions) == 0 || slices.Contains(q.Actions, e.Action)) &&
		(q.Actor == "" || q.Actor == e.Actor || q.Actor == e.Actor+"@"+e.Host)
}

func (q *AuditQuery) matchKey(e *Event) bool {
	switch {
	case q.Key == "" && q.Record == "":
		return true
	case q.Key != "" && (strings.EqualFold(q.Key, e.Key) || q.Key == string(e.Record)):
		return true
	}
	return q.Record != "" && q.Record == e.Record
}

func (q *AuditQuery) matchTime(at time.Time) bool {
	return !at.Before(q.Since) && (q.Until.IsZero() || at.Before(q.Until))
}

// names reports whether an event is about a consumer: one that got the key, or
// that the key had.
func (e *Event) names(consumer string) bool {
	same := func(name string) bool { return strings.EqualFold(name, consumer) }
	return slices.ContainsFunc(e.Consumers, same) || same(e.handedTo())
}

// The ways in which a consumer came to a key, as the entries of flows end.
var handings = []string{", by the person", ", hook ran", ", file written", handingSkipped}

// handingSkipped ends an entry about a consumer that did not get the key.
const handingSkipped = ", skipped"

// handedTo returns the consumer that a key was handed to, or was to be. Entries
// of before there were Consumers say it in their Detail.
func (e *Event) handedTo() string {
	switch {
	case e.Action != ActionHandedOver && e.Action != ActionHandOverFailed:
		return ""
	case len(e.Consumers) == 1:
		return e.Consumers[0]
	}
	name := e.Detail
	for _, how := range handings {
		name = strings.TrimSuffix(name, how)
	}
	return name
}
