package subkeys

import (
	"context"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// List is the list of an account's keys, as an adapter reads it. It alone says
// that a key is gone: exchanges seldom have a code for that, and a reply may be
// lost.
type List[K any] struct {
	Desk Desk
	Op   string         // the call that reads it
	ID   func(K) string // how a key is called in it

	// Read returns every key of the account. An exchange that can narrow its
	// list to the key called keyID may be asked for that one alone, where keyID
	// is not empty.
	Read func(ctx context.Context, keyID string) ([]K, error)
}

// Infos returns every key in the normal form. It fails rather than leave one
// out or call one by a name that is not its own.
func (l List[K]) Infos(ctx context.Context, info func(K) exchanges.KeyInfo) ([]exchanges.KeyInfo, error) {
	keys, err := l.Read(ctx, "")
	if err != nil {
		return nil, err
	}
	out := make([]exchanges.KeyInfo, len(keys))
	for i, k := range keys {
		if _, _, masked := wire.Masked(l.ID(k)); masked {
			return nil, l.masked()
		}
		out[i] = info(k)
		out[i].KeyID = l.ID(k)
	}
	return out, l.whole(keys)
}

// whole fails where a key of the list has no ID or is there twice.
func (l List[K]) whole(keys []K) error {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = l.ID(k)
	}
	return l.Desk.Unique(l.Op, ids)
}

func (l List[K]) masked() *exchanges.Error {
	e := l.Desk.Incomplete(l.Op, "a masked key")
	e.Hint = l.Desk.Name + " hides a part of the keys in its list, so that they cannot be told apart: manage them on its web site."
	return e
}

// Find looks for a key; nil: the account has no such key. A masked key is the
// one that is looked for if its ends are, and it is the only one that was told.
func (l List[K]) Find(ctx context.Context, keyID string) (*K, error) {
	keys, err := l.Read(ctx, keyID)
	if err != nil {
		return nil, err
	}
	if k := Find(keys, func(k K) bool { return l.ID(k) == keyID }); k != nil {
		return k, nil
	}
	for i, k := range keys {
		head, tail, masked := wire.Masked(l.ID(k))
		switch {
		case masked && len(keys) == 1 && strings.HasPrefix(keyID, head) && strings.HasSuffix(keyID, tail):
			return &keys[i], nil
		case masked:
			return nil, l.masked()
		}
	}
	return nil, l.whole(keys)
}

// gone reports that the list does not have a key, after a call about it ended
// with err.
func (l List[K]) gone(ctx context.Context, keyID string, err error) bool {
	return Gone(err, func() (bool, error) {
		k, err := l.Find(ctx, keyID)
		return k != nil, err
	})
}

// Edit has change change a key, which it is given as the list has it.
func (l List[K]) Edit(ctx context.Context, op, keyID string, change func(K) error) error {
	k, err := l.Find(ctx, keyID)
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k == nil {
		return l.Desk.NotFound(op)
	}
	err = change(*k)
	if l.gone(ctx, keyID, err) {
		return l.Desk.NotFound(op)
	}
	return err
}

// Revoke has remove delete a key. A failure to delete one that is gone is none.
func (l List[K]) Revoke(ctx context.Context, keyID string, remove func() error) error {
	err := remove()
	if l.gone(ctx, keyID, err) {
		return nil
	}
	return err
}
