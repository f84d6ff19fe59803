package subkeys

import (
	"context"

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

// Infos is ListKeys. It fails rather than leave a key out or call one by a name
// that is not its own.
func (s Keys[K]) Infos(ctx context.Context, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	all, err := s.Read(ctx, "")
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(all))
	for i, k := range all {
		if wire.Masked(s.ID(k)) {
			return nil, s.masked()
		}
		out[i] = info(k)
		out[i].KeyID = s.ID(k)
	}
	if err := s.whole(all); err != nil {
		return nil, err
	}
	return out, nil
}

// Survey is SurveyKeys with the key called caller. A list without that one is not
// of its account, or not whole.
func (s Keys[K]) Survey(ctx context.Context, caller string, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	all, err := s.Read(ctx, "")
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(all))
	var whole []K
	listed := false
	for i, k := range all {
		if id := s.ID(k); wire.Shows(id, caller) {
			listed = true
		}
		if !wire.Masked(s.ID(k)) {
			whole = append(whole, k)
		}
		out[i] = info(k)
		out[i].KeyID = wire.Starred(s.ID(k))
	}
	if err := s.whole(whole); err != nil {
		return nil, err
	}
	if !listed {
		return nil, s.Incomplete(s.Op, "the list does not have the calling key")
	}
	return out, nil
}

// whole fails where a key has no ID or is there twice.
func (s Keys[K]) whole(keys []K) error {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = s.ID(k)
	}
	return s.unique(s.Op, ids)
}

func (s Keys[K]) masked() *exchanges.Error {
	e := s.Incomplete(s.Op, "a masked key")
	e.Hint = s.Name + " hides a part of the keys in its list, so that they cannot be told apart: manage them on its web site."
	return e
}

// Find looks for a key; nil: the account has no such key. A masked key is the
// one that is looked for if what it shows is, and it is the only one that was
// told.
func (s Keys[K]) Find(ctx context.Context, id string) (*K, error) {
	all, err := s.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	var found *K
	for i, k := range all {
		switch shown := s.ID(k); {
		case shown == id, len(all) == 1 && wire.Shows(shown, id):
			found = &all[i]
		case wire.Masked(shown):
			return nil, s.masked()
		}
	}
	if err := s.whole(all); err != nil {
		return nil, err
	}
	return found, nil
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
