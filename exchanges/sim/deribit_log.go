package sim

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

// deribitLog is what happened to the keys of an account and its sub-accounts,
// the oldest first. Whether the real exchange also notes logins by key is not
// documented; they are not noted here.
type deribitLog []deribitLogRow

// deribitLogRow is one action.
type deribitLogRow struct {
	sub                 string
	ip, action, subject string
	at                  time.Time
}

// note adds what a caller did to a key.
//
//go:noinline
func (l *deribitLog) note(c *deribitCall, at time.Time, action string, e *entry) {
	*l = append(*l, deribitLogRow{sub: e.Sub, ip: c.caller.String(), action: action, subject: e.ID, at: at})
}

// accessLog lists a part of the account's log, the newest row first. Where an
// address is registered is not known.
func (v *deribit) accessLog(c *deribitCall) (any, *deribitError) {
	offset, count := 0, 10
	var failure *deribitError
	if c.has("offset") {
		if offset, failure = c.whole("offset", 0, math.MaxInt); failure != nil {
			return nil, failure
		}
	}
	if c.has("count") {
		if count, failure = c.whole("count", 1, 1000); failure != nil {
			return nil, failure
		}
	}
	rows := []json.RawMessage{}
	for i, r := range slices.Backward(v.log) {
		switch {
		case r.sub != c.key.Sub:
		case offset > 0:
			offset--
		case len(rows) < count:
			rows = append(rows, jsonOf(`{"id":?,"ip":?,"timestamp":?,"country":"","city":"","log":?,"data":?}`, i+1, r.ip, inMillis(r.at), r.action, r.subject))
		}
	}
	return rows, nil
}
