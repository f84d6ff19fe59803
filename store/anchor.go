package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Head is the end of the audit log's chain: the hash of the last entry, which
// covers all before it, and how many entries there are.
type Head struct {
	Hash  [sha256.Size]byte
	Count uint64
}

// Anchor keeps the head where whoever can write to the log's folder does not
// reach it. Load returns the zero Head when none was saved yet.
type Anchor interface {
	Load(ctx context.Context) (Head, error)
	Save(ctx context.Context, h Head) error
}

// anchorSlot is the keyring item that holds the head.
const anchorSlot Slot = "audit-head"

// VaultAnchor keeps the head in the keyring.
type VaultAnchor struct{ Secrets Secrets }

type anchorEnvelope struct {
	Version int    `json:"v"`
	Count   uint64 `json:"count"`
	Hash    string `json:"hash"`
}

// Load implements Anchor.
func (a VaultAnchor) Load(ctx context.Context) (Head, error) {
	data, err := a.Secrets.Get(ctx, anchorSlot)
	if errors.Is(err, ErrNoSecret) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, err
	}
	var e anchorEnvelope
	h := Head{}
	if err := json.Unmarshal(data, &e); err != nil || e.Version < 1 || len(e.Hash) != 2*len(h.Hash) {
		return Head{}, a.wrong(ErrCorrupt)
	}
	if e.Version > envelopeVersion {
		return Head{}, a.wrong(ErrNewer)
	}
	if _, err := hex.Decode(h.Hash[:], []byte(e.Hash)); err != nil {
		return Head{}, a.wrong(ErrCorrupt)
	}
	h.Count = e.Count
	return h, nil
}

func (a VaultAnchor) wrong(err error) error {
	return &Error{Op: "read", Path: fmt.Sprintf("%s in the keyring", anchorSlot), Err: err,
		Hint: "Without it nobody can tell whether the end of the audit log is missing."}
}

// Save implements Anchor.
func (a VaultAnchor) Save(ctx context.Context, h Head) error {
	data, err := json.Marshal(anchorEnvelope{Version: envelopeVersion, Count: h.Count, Hash: hex.EncodeToString(h.Hash[:])})
	if err != nil {
		return err
	}
	return a.Secrets.Put(ctx, anchorSlot, data)
}
