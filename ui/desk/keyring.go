package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/keyrota/keyrota/store"
)

// keyring opens the OS keyring at its first use and keeps it open. Start-up,
// list, sort and filter never come here.
type keyring struct {
	deps Deps
	turn chan struct{} // held while opening, so that ctx can end the wait

	mu    sync.Mutex
	vault *vault
	last  error

	usable map[string]error // what UsableKeyring said, by backend
}

// vault is the opened keyring: credentials, and the audit log's anchor.
type vault struct {
	*store.Vault
	secrets store.Secrets
	anchor  store.Anchor
}

func newKeyring(d Deps) *keyring {
	return &keyring{deps: d, turn: make(chan struct{}, 1), usable: map[string]error{}}
}

// backend returns the backend to use, and whether it still has to be proven
// and pinned.
func (k *keyring) backend() (name string, fresh bool, err error) {
	pinned, asked := k.deps.Store.Keyring(), k.deps.Backend
	switch {
	case pinned == "" && asked != "":
		return asked, true, nil
	case pinned == "":
		return k.deps.Platform, true, nil
	case asked == "" || asked == pinned:
		return pinned, false, nil
	case k.deps.Store.Snapshot().Len() == 0:
		return asked, true, nil
	}
	return "", false, &store.KeyringError{
		Backend: asked, Op: "open",
		Err:  fmt.Errorf("the secrets of your keys are in %s", pinned),
		Hint: fmt.Sprintf("Run keyrota with --keyring %s, or remove the setting; keyrota never spreads secrets over two keyrings.", pinned),
	}
}

// open returns the vault, opening it first if need be.
func (k *keyring) open(ctx context.Context) (*vault, error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	k.mu.Lock()
	v := k.vault
	k.mu.Unlock()
	if v != nil {
		return v, nil
	}
	v, err := k.fresh(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.vault, k.last = v, err
	return v, err
}

func (k *keyring) fresh(ctx context.Context) (*vault, error) {
	name, unproven, err := k.backend()
	if err != nil {
		return nil, err
	}
	secrets, err := k.deps.OpenKeyring(ctx, name)
	if err != nil {
		return nil, err
	}
	if unproven {
		if err := k.deps.ProveKeyring(ctx, secrets); err != nil {
			return nil, err
		}
		if err := k.deps.Store.PinKeyring(name); err != nil && !errors.Is(err, store.ErrReadOnly) {
			return nil, err
		}
	}
	return &vault{store.NewVault(secrets), secrets, store.VaultAnchor{Secrets: secrets}}, nil
}

func (k *keyring) state() Keyring {
	k.mu.Lock()
	defer k.mu.Unlock()
	name, _, err := k.backend()
	if err == nil {
		err = k.last
	}
	if err == nil && k.vault == nil {
		err = k.obstacle(name)
	}
	return Keyring{Backend: name, Opened: k.vault != nil, Err: err}
}

// obstacle says why a backend cannot work here. It is asked for each frame,
// and answered once. The caller holds the lock.
func (k *keyring) obstacle(name string) error {
	if k.deps.UsableKeyring == nil {
		return nil
	}
	err, known := k.usable[name]
	if !known {
		err = k.deps.UsableKeyring(name)
		k.usable[name] = err
	}
	return err
}
