package oskeyring

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"github.com/keyrota/keyrota/store"
)

// Prove shows that a keyring works by storing, reading and removing a canary:
// a random value under a random name. Opening alone shows nothing; some
// backends open well and then store nothing.
func Prove(ctx context.Context, s store.Secrets) error {
	random := make([]byte, 48)
	_, _ = rand.Read(random) // never fails, see crypto/rand
	name := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:16]))
	slot, canary := store.Slot("canary-"+name), random[16:]

	if err := s.Put(ctx, slot, canary); err != nil {
		return err
	}
	found, err := s.Get(ctx, slot)
	if err == nil && !bytes.Equal(found, canary) {
		err = errReadBack
	}
	// Removed in any case: a canary that stays behind would look like a
	// forgotten key.
	if removed := s.Delete(ctx, slot); removed != nil {
		return removed
	}
	if err != nil {
		return explain(Backend(s.Backend()), "read", err)
	}
	switch left, err := s.Get(ctx, slot); {
	case errors.Is(err, store.ErrNoSecret):
		return nil
	case err != nil:
		return err
	default:
		clear(left)
		return explain(Backend(s.Backend()), "remove", errors.New("the keyring kept what was removed"))
	}
}
