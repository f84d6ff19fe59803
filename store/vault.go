package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Vault keeps credentials in Secrets, one slot a record, as a small JSON
// envelope with a version. It holds the full key ID too, of which keys.toml
// has only the ends and a fingerprint.
type Vault struct{ secrets Secrets }

// NewVault returns a vault over s.
func NewVault(s Secrets) *Vault { return &Vault{s} }

// keySlots begins the name of every slot that holds a credential.
const keySlots = "key-"

func slotFor(id RecordID) Slot { return Slot(keySlots + id) }

// recordOf is the inverse of slotFor.
func recordOf(s Slot) (RecordID, bool) {
	id, ok := strings.CutPrefix(string(s), keySlots)
	return RecordID(id), ok
}

// envelopeVersion is raised when a credential gets a part that older builds
// must not drop.
const envelopeVersion = 1

// envelope is how a credential lies in the keyring. The []byte fields are
// base64 in JSON, so that no value passes through a Go string, which cannot be
// wiped.
type envelope struct {
	Version    int    `json:"v"`
	KeyID      string `json:"key"`
	Secret     []byte `json:"secret"`
	Passphrase []byte `json:"passphrase"`
	PrivateKey []byte `json:"private_key"`
}

// PutCredential stores c for a record and has read it back when it returns
// nil. When it fails, what was stored before is still there.
func (v *Vault) PutCredential(ctx context.Context, id RecordID, c exchanges.Credential) error {
	data, err := seal(c)
	if err != nil {
		return err
	}
	defer clear(data)
	return v.secrets.Put(ctx, slotFor(id), data)
}

// Credential returns what is stored for a record, or ErrNoSecret. The nonce
// unit is not part of it: that is a setting, see Config.NonceUnit.
func (v *Vault) Credential(ctx context.Context, id RecordID) (exchanges.Credential, error) {
	data, err := v.secrets.Get(ctx, slotFor(id))
	if err != nil {
		return exchanges.Credential{}, err
	}
	defer clear(data)
	return unseal(data)
}

// DeleteCredential forgets what is stored for a record; nil if that is nothing.
func (v *Vault) DeleteCredential(ctx context.Context, id RecordID) error {
	return v.secrets.Delete(ctx, slotFor(id))
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
	if c.KeyID == "" {
		return nil, errors.New("a credential without a key ID cannot be stored")
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
	if err := json.Unmarshal(data, &e); err != nil || e.Version < 1 || e.KeyID == "" {
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
