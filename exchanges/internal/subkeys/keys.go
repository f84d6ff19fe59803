package subkeys

import (
	"context"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// Keys are the keys of a sub-account, as a managing key sees them. What an
// exchange says of a key is a K.
type Keys[K any] struct {
	Desk
	Op   string // the call that lists them, as errors name it
	List func(context.Context) ([]K, error)
	ID   func(K) string
}

// All returns every key. It fails rather than return a list that cannot be
// relied on: what is not in it counts as gone.
func (s Keys[K]) All(ctx context.Context) ([]K, error) {
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = s.ID(k)
	}
	if err := s.Unique(s.Op, ids); err != nil {
		return nil, err
	}
	return all, nil
}

// Find returns a key, nil where there is none.
func (s Keys[K]) Find(ctx context.Context, id string) (*K, error) {
	all, err := s.All(ctx)
	return Find(all, func(k K) bool { return s.ID(k) == id }), err
}

// Infos is ListKeys.
func (s Keys[K]) Infos(ctx context.Context, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(all))
	for i, k := range all {
		out[i] = info(k)
	}
	return out, nil
}

// Edit is EditKey of an exchange that has to be told what stays of a key:
// prepare makes the change of it, and send sends that.
func (s Keys[K]) Edit(ctx context.Context, op, id string, prepare func(K) (send func() error, err error)) error {
	k, err := s.Find(ctx, id)
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k == nil {
		return s.NotFound(op)
	}
	send, err := prepare(*k)
	if err != nil {
		return rest.BeforeChange(err)
	}
	err = send()
	if s.Gone(ctx, id, err) {
		return s.NotFound(op)
	}
	return err
}

// Revoke is RevokeKey: send deletes the key. Whatever it is answered, a key that
// the list does not have any more is gone.
func (s Keys[K]) Revoke(ctx context.Context, id string, send func() error) error {
	err := send()
	if s.Gone(ctx, id, err) {
		return nil
	}
	return err
}

// Gone finds out whether a key is gone, after a call about it failed with err.
// The list is surer than any code.
func (s Keys[K]) Gone(ctx context.Context, id string, err error) bool {
	return Gone(err, func() (bool, error) {
		k, err := s.Find(ctx, id)
		return k != nil, err
	})
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
		if next == "" {
			return all, nil
		}
		cursor = next
	}
	return nil, d.Incomplete(op, "more pages than an account can have")
}
