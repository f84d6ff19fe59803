package flow

import "github.com/keyrota/keyrota/store"

// note adds an entry for the audit log and returns it, valid until the next one.
//
//go:noinline // copied into its callers, it would take 10 kB
func (s *State) note(e Event, a store.Action, result, detail string) *store.Event {
	s.Audit = append(s.Audit, store.Event{
		At: e.At, Action: a, Key: s.Name, Record: s.Record, Exchange: s.Plan.Exchange, Environment: s.Plan.Environment,
		Result: result, Detail: detail, Flow: string(s.ID),
	})
	return &s.Audit[len(s.Audit)-1]
}

// noteUse adds an entry that tells whom a key is for, and what for.
func (s *State) noteUse(e Event, k *Key, a store.Action, result, detail string, to ...store.Consumer) {
	n := s.note(e, a, result, detail)
	n.KeyID, n.Purpose, n.Consumers = k.Masked, s.Plan.Purpose, store.ConsumerNames(to)
}

// consumers returns those that the new key is for.
//
//go:noinline // copied into its callers, it would take 3 kB
func (s *State) consumers() []store.Consumer {
	var all []store.Consumer
	for _, h := range s.Consumers {
		all = append(all, h.Consumer)
	}
	return all
}
