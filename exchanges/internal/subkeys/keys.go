package subkeys

import (
	"context"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Keys are the keys of an account, as a managing key sees them. What an exchange
// says of a key is a K. The list alone says that a key is gone: exchanges seldom
// have a code for that, and a reply may be lost.
type Keys[K any] struct {
	Desk
	Op string         // the call that lists them, as errors name it
	ID func(K) string // how a key is called in the list

	// Read returns every key of the account. An exchange that can narrow its
	// list to the key called keyID may be asked for that one alone, where keyID
	// is not empty.
	Read func(ctx context.Context, keyID string) ([]K, error)
}

// list returns the keys, and what they are called. The names are all that the
// rest goes by, so that little is compiled anew for each K.
func (s *Keys[K]) list(ctx context.Context, keyID string) ([]K, []string, error) {
	all, err := s.Read(ctx, keyID)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = s.ID(k)
	}
	return all, ids, nil
}

// Infos is ListKeys. It fails rather than leave a key out or call one by a name
// that is not its own.
func (s Keys[K]) Infos(ctx context.Context, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	all, ids, err := s.list(ctx, "")
	if err == nil {
		err = s.named(s.Op, ids)
	}
	if err != nil {
		return nil, err
	}
	return infos(all, ids, info), nil
}

// Survey is SurveyKeys with the key called caller. A list without that one is not
// of its account, or not whole.
func (s Keys[K]) Survey(ctx context.Context, caller string, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	all, ids, err := s.list(ctx, "")
	if err == nil {
		err = s.surveyed(s.Op, ids, caller)
	}
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		ids[i] = wire.Starred(id)
	}
	return infos(all, ids, info), nil
}

// infos describes keys by the names that they are to have. Not inlined: it has
// many callers.
//
//go:noinline
func infos[K any](all []K, ids []string, info func(K) exchanges.KeyInfo) []exchanges.KeyInfo {
	out := make([]exchanges.KeyInfo, len(all))
	for i, k := range all {
		out[i] = info(k)
		out[i].KeyID = ids[i]
	}
	return out
}

// named fails where a key of a list hides its name, has none or is there twice.
func (d *Desk) named(op string, ids []string) error {
	if slices.ContainsFunc(ids, wire.Masked) {
		return d.masked(op)
	}
	return d.unique(op, ids)
}

// surveyed fails where the list is not whole or does not have the calling key.
func (d *Desk) surveyed(op string, ids []string, caller string) error {
	whole := slices.DeleteFunc(slices.Clone(ids), wire.Masked)
	if err := d.unique(op, whole); err != nil {
		return err
	}
	if !slices.ContainsFunc(ids, func(id string) bool { return wire.Shows(id, caller) }) {
		return d.Incomplete(op, "the list does not have the calling key")
	}
	return nil
}

func (d *Desk) masked(op string) *exchanges.Error {
	e := d.Incomplete(op, "a masked key")
	e.Hint = d.Name + " hides a part of the keys in its list, so that they cannot be told apart: manage them on its web site."
	return e
}

// Find looks for a key; nil: the account has no such key. A masked key is the
// one that is looked for if what it shows is, and it is the only one that was
// told.
func (s Keys[K]) Find(ctx context.Context, id string) (*K, error) {
	all, ids, err := s.list(ctx, id)
	if err != nil {
		return nil, err
	}
	i, err := s.find(s.Op, ids, id)
	if err != nil || i < 0 {
		return nil, err
	}
	return &all[i], nil
}

// find returns where a key is in a list; -1: nowhere.
func (d *Desk) find(op string, ids []string, id string) (int, error) {
	found := -1
	for i, shown := range ids {
		switch {
		case shown == id, len(ids) == 1 && wire.Shows(shown, id):
			found = i
		case wire.Masked(shown):
			return -1, d.masked(op)
		}
	}
	return found, d.unique(op, ids)
}

// Edit is EditKey: change makes it of a key as the list has it.
func (s Keys[K]) Edit(ctx context.Context, op, id string, change func(K) error) error {
	k, err := s.Find(ctx, id)
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k == nil {
		return s.NotFound(op)
	}
	err = change(*k)
	if s.Gone(ctx, id, err) {
		return s.NotFound(op)
	}
	return err
}

// Revoke is RevokeKey: remove deletes the key. Whatever it is answered, a key
// that the list does not have any more is gone.
func (s Keys[K]) Revoke(ctx context.Context, id string, remove func() error) error {
	err := remove()
	if s.Gone(ctx, id, err) {
		return nil
	}
	return err
}

// Gone finds out whether a key is gone, after a call about it failed with err:
// a reply may be lost, and somebody else may have been faster.
func (s Keys[K]) Gone(ctx context.Context, id string, err error) bool {
	if err == nil || !rest.WorthLooking(err) {
		return false
	}
	k, again := s.Find(ctx, id)
	return again == nil && k == nil
}

// Pages reads a list that comes in pages. page returns one, and the cursor of
// the next, empty for none. most bounds a list that never ends.
func Pages[K any](d Desk, op string, most int, page func(cursor string) (keys []K, next string, err error)) ([]K, error) {
	var all []K
	cursor := ""
	for range most {
		keys, next, err := page(cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
		switch next {
		case "":
			return all, nil
		case cursor:
			return nil, d.Incomplete(op, "a page that comes after itself")
		}
		cursor = next
	}
	return nil, d.Incomplete(op, "more pages than an account can have")
}
