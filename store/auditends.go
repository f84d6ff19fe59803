package store

import (
	"slices"
	"strconv"
	"strings"
)

// flowKindRotate is what the entry of the beginning of a rotation says.
const flowKindRotate = "rotate"

// died is a key that the exchange does not take any more. The first word of
// that counts; what comes later only makes it surer.
func (h *Holdings) died(e *Event) {
	l := h.dead(e)
	if l == nil {
		return
	}
	if l.KeyID == "" {
		l.KeyID = e.maskedID()
	}
	if l.Until.At.IsZero() {
		l.Until = deedOf(e)
	}
}

// dead returns the key that an event of death is about; nil: none that is
// known. In a rotation it is the one before the record's, else the record's
// own, unless the ID says otherwise. The ID alone would not do: it is masked,
// and two keys may look alike.
func (h *Holdings) dead(e *Event) *life {
	id, kind := e.maskedID(), h.kinds[e.Flow]
	if id == "" && kind == "" {
		return nil
	}
	if m := h.made[e.Flow]; m != nil && id != "" && m.KeyID == id {
		delete(h.made, e.Flow) // undone before a record named it
		return nil
	}
	l := h.current[e.Record]
	if kind == flowKindRotate {
		l = h.before(e.Record)
	}
	if l != nil && (id == "" || l.KeyID == "" || l.KeyID == id) {
		return l
	}
	return h.byID(e.Record, id)
}

func (h *Holdings) byID(r RecordID, id string) *life {
	for _, l := range h.lives {
		if id != "" && l.Record == r && l.KeyID == id {
			return l
		}
	}
	return nil
}

// before returns the living key that a record named before its present one.
func (h *Holdings) before(r RecordID) *life {
	for _, l := range slices.Backward(h.lives) {
		if l.Record == r && l != h.current[r] && l.Until.At.IsZero() {
			return l
		}
	}
	return nil
}

// forgotten is a record that is no more: nobody watches its keys from then on.
func (h *Holdings) forgotten(e *Event) {
	if h.current[e.Record] == nil {
		h.adopt(e)
	}
	for _, l := range h.lives {
		if l.Record == e.Record && l.Until.At.IsZero() {
			l.Until = deedOf(e)
		}
	}
	delete(h.current, e.Record)
}

// kept is a key that an abandoned flow makes a record of its own: the new one
// before the switch, which nobody has yet, else the old one.
func (h *Holdings) kept(e *Event) {
	name, err := strconv.Unquote(strings.TrimPrefix(e.Detail, "as "))
	if err != nil {
		name = e.Key
	}
	if l := h.made[e.Flow]; l != nil {
		delete(h.made, e.Flow)
		l.Key, l.Record, l.UsersIn = name, "", true
		l.learnPurpose(e)
		h.lives = append(h.lives, l)
		return
	}
	if l := h.before(e.Record); l != nil {
		l.Record = ""
		if e.At.Before(h.span.To) {
			l.Key = name
		}
	}
}

// maskedID returns the key that an event is about; empty: not in the log.
// Entries of before there was a KeyID have it in their Detail.
func (e *Event) maskedID() string {
	if e.KeyID != "" || e.Flow == "" {
		return e.KeyID
	}
	switch e.Action {
	case ActionCreated, ActionAdded, ActionRevoked, ActionSecretForgotten:
		first, _, _ := strings.Cut(e.Detail, " ")
		if first = strings.TrimSuffix(first, ","); strings.Contains(first, "…") {
			return first
		}
	default:
	}
	return ""
}

// oldPurpose returns the purpose that an entry of before there was a Purpose
// has in its Detail.
func (e *Event) oldPurpose() (purpose string, there bool) {
	if e.Flow == "" || e.Consumers != nil || e.Purpose != "" {
		return "", false
	}
	_, purpose, there = strings.Cut(e.Detail, " for ")
	if purpose == "no stated purpose" {
		purpose = ""
	}
	return purpose, there
}
