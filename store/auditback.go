package store

import (
	"fmt"
	"iter"
	"math"
)

// AuditEnd is the place behind the last entry of the audit log.
const AuditEnd int64 = math.MaxInt64

// AuditEntry is an event of the audit log, and where it lies there.
type AuditEntry struct {
	Event
	Number uint64 // as it was written down, from 1; nothing was verified
	Place  int64  // offset in bytes; entries never move
}

// ReadAuditBack goes through the entries that lie before a place, newest first:
// from AuditEnd, or from the Place of an entry to go on where that one lies. A
// line that is no entry gives an error and its Place, and the reading goes on
// before it. It reads no more of the log than it is asked for, and verifies
// nothing.
func (s *Store) ReadAuditBack(before int64) iter.Seq2[AuditEntry, error] {
	return func(yield func(AuditEntry, error) bool) {
		err := linesBack(s.paths.Audit, before, func(place int64, line []byte) bool {
			e, err := parseLine(line)
			if err != nil {
				err = &Error{Op: "read", Path: fmt.Sprintf("%s at byte %d", s.paths.Audit, place), Err: err, Hint: badLineHint}
			}
			return yield(AuditEntry{Event: e.Event, Number: e.Number, Place: place}, err)
		})
		if err != nil {
			yield(AuditEntry{}, fileError("read", s.paths.Audit, err))
		}
	}
}

const badLineHint = "keyrota audit --verify says whether the log was changed."
