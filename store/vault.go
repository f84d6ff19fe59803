package store

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
)

// Vault keeps credentials in Secrets, one slot a key, as a small JSON envelope
// with a version. It holds the full key ID too, of which keys.toml has only the
// ends and a fingerprint.
//
// A slot belongs to one key for ever. A key that takes another one's place in a
// record gets a slot of its own, so that no failure can cost the old secret.
type Vault struct{ secrets Secrets }

// NewVault returns a vault over s.
func NewVault(s Secrets) *Vault { return &Vault{s} }

// envelopeVersion is raised when a credential gets a part that older builds
// must not drop.
const envelopeVersion = 1

// envelope is how a credential lies in the keyring. The []byte fields are
// base64 in JSON, so that no value passes through a Go string, which cannot be
// wiped.
type envelope struct {
	Version    int    `json:"v"`
	KeyID      string `json:"key"` // empty: a key pair whose public half the exchange does not have yet
	Secret     []byte `json:"secret"`
	Passphrase []byte `json:"passphrase"`
	PrivateKey []byte `json:"private_key"`
}

// Put stores c in a slot and has read it back when it returns nil. When it
// fails, what was stored before is still there. A credential without a key ID
// is stored if it has a private key.
//
// What lies in the slot already may be completed or corrected, never replaced:
// another key ID, or another private key than that of a pair without a key ID,
// gives ErrSlotTaken. Two callers must not share a slot.
func (v *Vault) Put(ctx context.Context, slot Slot, c exchanges.Credential) error {
	data, err := seal(c)
	if err != nil {
		return err
	}
	defer clear(data)
	same, err := v.admits(ctx, slot, c)
	if err != nil || same {
		return err
	}
	return v.secrets.Put(ctx, slot, data)
}

// admits says whether c may be put into slot, and whether it lies there.
func (v *Vault) admits(ctx context.Context, slot Slot, c exchanges.Credential) (same bool, err error) {
	old, err := v.Get(ctx, slot)
	if errors.Is(err, ErrNoSecret) || errors.Is(err, ErrDamaged) {
		return false, nil // nothing is lost
	}
	if err != nil {
		return false, err
	}
	defer wipe(old)
	sameKey := old.KeyID == c.KeyID
	samePrivate := equal(old.PrivateKey, c.PrivateKey)
	if old.KeyID == "" && !samePrivate || old.KeyID != "" && !sameKey {
		return false, &Error{Op: "store", Path: "the secret", Err: ErrSlotTaken,
			Hint: "Nothing was changed: the secret that is there is kept. Begin anew; if it happens again, run keyrota doctor."}
	}
	return sameKey && samePrivate && equal(old.Secret, c.Secret) && equal(old.Passphrase, c.Passphrase), nil
}

// equal compares secrets without a hint in the time that it takes.
func equal(a, b exchanges.Secret) bool { return subtle.ConstantTimeCompare(a.Bytes(), b.Bytes()) == 1 }

// wipe forgets the secret parts of a credential.
func wipe(c exchanges.Credential) {
	for _, part := range []exchanges.Secret{c.Secret, c.Passphrase, c.PrivateKey} {
		part.Wipe()
	}
}

// Get returns what a slot holds, or ErrNoSecret. The nonce unit is not part of
// it: that is a setting, see Config.NonceUnit.
func (v *Vault) Get(ctx context.Context, slot Slot) (exchanges.Credential, error) {
	data, err := v.secrets.Get(ctx, slot)
	if err != nil {
		return exchanges.Credential{}, err
	}
	defer clear(data)
	return unseal(data)
}

// Delete forgets what a slot holds; nil if that is nothing.
func (v *Vault) Delete(ctx context.Context, slot Slot) error {
	return v.secrets.Delete(ctx, slot)
}

// PutCredential does what Put does for the slot of a record.
func (v *Vault) PutCredential(ctx context.Context, r *Record, c exchanges.Credential) error {
	return v.Put(ctx, r.SecretSlot(), c)
}

// Credential does what Get does for the slot of a record.
func (v *Vault) Credential(ctx context.Context, r *Record) (exchanges.Credential, error) {
	return v.Get(ctx, r.SecretSlot())
}

// DeleteCredential does what Delete does for the slot of a record.
func (v *Vault) DeleteCredential(ctx context.Context, r *Record) error {
	return v.Delete(ctx, r.SecretSlot())
}

// CheckFingerprint returns ErrMismatch when a stored credential is not that of
// the record: a restored keys.toml, or a keyring from another machine.
func CheckFingerprint(r *Record, c exchanges.Credential) error {
	if r.Fingerprint == Fingerprint(c.KeyID) {
		return nil
	}
	return &Error{Op: "use", Path: quoteName(r.Name), Err: ErrMismatch,
		Hint: "keys.toml and the keyring do not belong together. Forget the key and add it again."}
}

// seal writes the envelope by hand into a buffer of the right size: an encoder
// would leave copies of the value in buffers of its own.
func seal(c exchanges.Credential) ([]byte, error) {
	if c.KeyID == "" && c.PrivateKey.IsZero() {
		return nil, errors.New("a credential with neither key ID nor private key cannot be stored")
	}
	keyID, err := json.Marshal(c.KeyID)
	if err != nil {
		return nil, err
	}
	parts := []struct {
		name  string
		value []byte
	}{{"secret", c.Secret.Bytes()}, {"passphrase", c.Passphrase.Bytes()}, {"private_key", c.PrivateKey.Bytes()}}
	size := len(keyID) + 100
	for _, p := range parts {
		size += base64.StdEncoding.EncodedLen(len(p.value))
	}
	out := make([]byte, 0, size)
	out = fmt.Appendf(out, `{"v":%d,"key":%s`, envelopeVersion, keyID)
	for _, p := range parts {
		if len(p.value) > 0 {
			out = fmt.Appendf(out, `,%q:"`, p.name)
			out = base64.StdEncoding.AppendEncode(out, p.value)
			out = append(out, '"')
		}
	}
	return append(out, '}'), nil
}

// unseal is the inverse of seal. Its errors say nothing of the content.
func unseal(data []byte) (exchanges.Credential, error) {
	var e envelope
	defer func() {
		clear(e.Secret)
		clear(e.Passphrase)
		clear(e.PrivateKey)
	}()
	if err := json.Unmarshal(data, &e); err != nil || e.Version < 1 || e.KeyID == "" && len(e.PrivateKey) == 0 {
		return exchanges.Credential{}, &Error{Op: "read", Path: "the stored secret", Err: ErrCorrupt,
			Hint: "The keyring item is not what keyrota wrote. Forget the key and add it again."}
	}
	if e.Version > envelopeVersion {
		return exchanges.Credential{}, &Error{Op: "read", Path: "the stored secret", Err: ErrNewer,
			Hint: "Install the newest keyrota."}
	}
	return exchanges.Credential{
		KeyID:      e.KeyID,
		Secret:     exchanges.NewSecret(e.Secret),
		Passphrase: exchanges.NewSecret(e.Passphrase),
		PrivateKey: exchanges.NewSecret(e.PrivateKey),
	}, nil
}
