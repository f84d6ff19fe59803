package store

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// AuditSpan is a stretch of time: from From up to, but without, To.
type AuditSpan struct{ From, To time.Time }

// Deed is what was done to a key, when and by whom.
type Deed struct {
	At          time.Time // zero: nothing is written down
	Action      Action
	Actor, Host string
}

// Holding is a key as the audit log knows it in a span of time. What the log
// does not tell is unknown: that a key was there says nothing of who had it.
type Holding struct {
	Key         string // name, as of the end of the span
	Record      RecordID
	Exchange    exchanges.ID
	Environment exchanges.Environment
	KeyID       string // masked; empty: not in the log
	Purpose     string
	ForWhat     bool // whether the log tells the purpose; an empty one is none
	Issued      Deed // created, or added by somebody who had it; zero: not in the log
	Until       Deed // revoked, found dead or forgotten; zero: not as far as the log goes

	Uses    []Use // the consumers that had it, in the order in which they got it
	UsersIn bool  // whether the log tells all of them
}

// Use is a consumer's time with a key.
type Use struct {
	Consumer string
	From     time.Time
	Until    Deed // taken from the list of the key's consumers; zero: while the key lived
}

// HeldBy returns the time that a consumer had the key. known is false when the
// log does not tell.
func (h *Holding) HeldBy(consumer string) (u Use, had, known bool) {
	for _, u := range h.Uses {
		if strings.EqualFold(u.Consumer, consumer) {
			return u, true, true
		}
	}
	return Use{}, false, h.UsersIn
}

// Holdings reads out of the events of an audit log, oldest first, which keys
// there were in a span of time, and who had them. The keys come in the order
// in which they were issued.
//
// A consumer has a key from the moment on at which the key is added or edited
// with it, or handed over to it, and until the key is revoked, found dead or
// forgotten, or edited without it. A rotation so leaves it with two keys from
// the hand-over to the revocation: that is what a leak then is about.
type Holdings struct {
	span    AuditSpan
	lives   []*life
	current map[RecordID]*life // the key that the record names
	made    map[string]*life   // by flow: created, and not in a record yet
	kinds   map[string]string  // by flow: what it is for
}

// life is a key from its beginning to its end.
type life struct {
	Holding
	from time.Time
}

// NewHoldings asks for the keys of a span of time.
func NewHoldings(span AuditSpan) *Holdings {
	return &Holdings{span: span, current: map[RecordID]*life{}, made: map[string]*life{}, kinds: map[string]string{}}
}

// All returns the keys of the span, as far as events were taken.
func (h *Holdings) All() []Holding {
	var out []Holding
	for _, l := range h.lives {
		if !h.within(l.from, l.Until.At) {
			continue
		}
		k := l.Holding
		k.Uses = nil
		for _, u := range l.Uses {
			if h.within(u.From, u.Until.At) {
				k.Uses = append(k.Uses, u)
			}
		}
		out = append(out, k)
	}
	return out
}

// within reports whether something that lasted overlaps the span.
func (h *Holdings) within(from, until time.Time) bool {
	return from.Before(h.span.To) && (until.IsZero() || !until.Before(h.span.From))
}

// Take takes the next event in.
func (h *Holdings) Take(e *Event) {
	if e.Record == "" {
		return
	}
	switch e.Action {
	case ActionFlowBegun:
		h.kinds[e.Flow] = e.Detail
	case ActionFlowAbandoned, ActionHandOverFailed, ActionSecretForgotten: // say nothing about who has what
	case ActionCreated:
		h.made[e.Flow] = newLife(e, deedOf(e))
	case ActionAdded:
		h.added(e)
	case ActionSwitched:
		h.switched(e)
	case ActionHandedOver:
		h.handedOver(e)
	case ActionKept:
		h.kept(e)
	case ActionRevoked, ActionProvenDead, ActionFoundRefused:
		h.died(e)
	case ActionForgotten:
		h.forgotten(e)
	default:
		h.seen(e)
	}
}

func deedOf(e *Event) Deed { return Deed{At: e.At, Action: e.Action, Actor: e.Actor, Host: e.Host} }

// newLife is that of a key of which the log has not spoken before.
func newLife(e *Event, issued Deed) *life {
	l := &life{from: e.At, Holding: Holding{
		Key: e.Key, Record: e.Record, Exchange: e.Exchange, Environment: e.Environment, KeyID: e.maskedID(), Issued: issued,
	}}
	l.learnPurpose(e)
	return l
}

func (l *life) learnPurpose(e *Event) {
	if e.Purpose != "" || e.Consumers != nil {
		l.Purpose, l.ForWhat = e.Purpose, true
	}
}

// begin makes l the key of its record.
//
//go:noinline // copied into its callers, it would take 3 kB
func (h *Holdings) begin(e *Event, l *life) {
	l.Key, l.Record = e.Key, e.Record
	h.lives = append(h.lives, l)
	h.current[e.Record] = l
	delete(h.made, e.Flow)
}

// added is a key that the person had, or the end of a flow that made one. What
// a flow makes is handed over after this.
func (h *Holdings) added(e *Event) {
	l := h.made[e.Flow]
	if l == nil || e.Flow == "" {
		l = newLife(e, deedOf(e))
	}
	l.learnPurpose(e)
	if purpose, old := e.oldPurpose(); old {
		l.Purpose, l.ForWhat = purpose, true
	}
	h.begin(e, l)
	switch {
	case e.Flow != "":
		l.UsersIn = true
	case e.Consumers != nil:
		h.usedBy(l, e)
	}
}

// switched is the moment at which a record names another key.
func (h *Holdings) switched(e *Event) {
	was, now, _ := strings.Cut(e.Detail, " → ")
	old := h.current[e.Record]
	if old == nil {
		old = newLife(e, Deed{})
		old.KeyID = was
		h.begin(e, old)
	}
	if old.KeyID == "" {
		old.KeyID = was
	}
	l := h.made[e.Flow]
	if l == nil || e.Flow == "" {
		l = newLife(e, deedOf(e))
	}
	if l.KeyID == "" {
		l.KeyID = now
	}
	if l.learnPurpose(e); !l.ForWhat {
		l.Purpose, l.ForWhat = old.Purpose, old.ForWhat
	}
	l.UsersIn = true // it is handed over to one after the other
	h.begin(e, l)
}

func (h *Holdings) handedOver(e *Event) {
	l := h.current[e.Record]
	if l == nil {
		l = newLife(e, Deed{})
		h.begin(e, l)
	}
	if !strings.HasSuffix(e.Detail, handingSkipped) {
		l.use(e.handedTo(), e.At)
	}
}

// seen is any other event of a record: it tells what its key is called by then
// and, if it is an edit or nobody has said so before, who has it.
func (h *Holdings) seen(e *Event) {
	l := h.current[e.Record]
	if l == nil {
		l = h.adopt(e)
	}
	if l.KeyID == "" {
		l.KeyID = e.KeyID
	}
	if e.At.Before(h.span.To) {
		l.Key = e.Key
		l.learnPurpose(e)
	}
	switch edited := e.Action == ActionEdited; {
	case e.Consumers != nil && (edited || !l.UsersIn):
		h.usedBy(l, e)
	case edited && e.Consumers == nil && e.At.Before(h.span.To):
		l.UsersIn = false // whom it was changed to is not in the log
	}
}

// adopt finds the key of a record that the log names for the first time: one
// that an abandoned flow kept, or one that was there before the log.
func (h *Holdings) adopt(e *Event) *life {
	for _, l := range h.lives {
		if l.Record == "" && e.KeyID != "" && l.KeyID == e.KeyID && l.Exchange == e.Exchange {
			l.Record = e.Record
			h.current[e.Record] = l
			return l
		}
	}
	l := newLife(e, Deed{})
	h.begin(e, l)
	return l
}

// use gives a key to a consumer, unless it has it.
//
//go:noinline // copied into its callers, it would take 2 kB
func (l *life) use(consumer string, from time.Time) {
	for _, u := range l.Uses {
		if u.Consumer == consumer && u.Until.At.IsZero() {
			return
		}
	}
	l.Uses = append(l.Uses, Use{Consumer: consumer, From: from})
}

// usedBy sets the consumers of a key.
func (h *Holdings) usedBy(l *life, e *Event) {
	for i := range l.Uses {
		if u := &l.Uses[i]; u.Until.At.IsZero() && !slices.Contains(e.Consumers, u.Consumer) {
			u.Until = deedOf(e)
		}
	}
	for _, c := range e.Consumers {
		if c != moreConsumers {
			l.use(c, e.At)
		}
	}
	if e.At.Before(h.span.To) {
		l.UsersIn = !slices.Contains(e.Consumers, moreConsumers)
	}
}
