package store

import (
	"context"
	"errors"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func secretOf(s string) exchanges.Secret { return exchanges.NewSecret(s) }

// TestASlotNeverGetsAnotherKey: whatever goes wrong in a flow, the secret of a
// key that lives cannot be written over.
func TestASlotNeverGetsAnotherKey(t *testing.T) {
	whole := exchanges.Credential{KeyID: "k1", PrivateKey: secretOf("pem-1")}
	pair := exchanges.Credential{PrivateKey: secretOf("pem-1")}
	hmac := exchanges.Credential{KeyID: "k1", Secret: secretOf("s")}
	for what, c := range map[string]struct {
		old, put exchanges.Credential
		taken    bool
	}{
		"the same again":              {hmac, hmac, false},
		"a secret corrected":          {hmac, exchanges.Credential{KeyID: "k1", Secret: secretOf("t"), Passphrase: secretOf("p")}, false},
		"another key":                 {hmac, exchanges.Credential{KeyID: "k2", Secret: secretOf("s")}, true},
		"the pair again":              {pair, pair, false},
		"a pair that got its key ID":  {pair, whole, false},
		"another pair":                {pair, exchanges.Credential{PrivateKey: secretOf("pem-2")}, true},
		"a key ID of another pair":    {pair, exchanges.Credential{KeyID: "k1", PrivateKey: secretOf("pem-2")}, true},
		"a key ID without its pair":   {pair, hmac, true},
		"a key ID that would be lost": {whole, pair, true},
	} {
		t.Run(what, func(t *testing.T) {
			ctx := context.Background()
			v := NewVault(NewMemorySecrets())
			if err := v.Put(ctx, "key-a.12345678", c.old); err != nil {
				t.Fatal(err)
			}
			err := v.Put(ctx, "key-a.12345678", c.put)
			want := c.put
			if c.taken {
				wantError(t, err, ErrSlotTaken)
				want = c.old
			} else if err != nil {
				t.Fatal(err)
			}
			if got, err := v.Get(ctx, "key-a.12345678"); err != nil || !sameCredential(got, want) {
				t.Errorf("the slot holds %q with a private key of %d bytes, %v", got.KeyID, got.PrivateKey.Len(), err)
			}
		})
	}
}

// oddSecrets answers each Get with an error.
type oddSecrets struct {
	Secrets
	err  error
	puts int
}

func (o *oddSecrets) Get(context.Context, Slot) ([]byte, error) { return nil, o.err }

func (o *oddSecrets) Put(ctx context.Context, s Slot, value []byte) error {
	o.puts++
	return o.Secrets.Put(ctx, s, value)
}

func TestWhatCannotBeReadIsNotOverwritten(t *testing.T) {
	locked := &KeyringError{Backend: "pass", Op: "read", Locked: true, Err: errors.New("locked")}
	for err, puts := range map[error]int{
		ErrNoSecret: 1, &KeyringError{Backend: "file", Op: "read", Err: ErrDamaged}: 1, // nothing can be lost
		locked: 0, context.DeadlineExceeded: 0,
	} {
		odd := &oddSecrets{Secrets: NewMemorySecrets(), err: err}
		got := NewVault(odd).Put(context.Background(), "key-a", testCredential())
		if odd.puts != puts || (got == nil) != (puts == 1) || puts == 0 && !errors.Is(got, err) {
			t.Errorf("%v: written %d times, %v", err, odd.puts, got)
		}
	}
}

func TestAnItemOfSomebodyElseIsNotOverwritten(t *testing.T) {
	ctx := context.Background()
	for item, want := range map[string]error{"not ours": ErrCorrupt, `{"v":2,"key":"k"}`: ErrNewer} {
		secrets := NewMemorySecrets()
		if err := secrets.Put(ctx, "key-a", []byte(item)); err != nil {
			t.Fatal(err)
		}
		wantError(t, NewVault(secrets).Put(ctx, "key-a", testCredential()), want)
		if got, err := secrets.Get(ctx, "key-a"); err != nil || string(got) != item {
			t.Errorf("%q became %q, %v", item, got, err)
		}
	}
}

func TestSlotsAreApart(t *testing.T) {
	ctx := context.Background()
	v := NewVault(NewMemorySecrets())
	r := testRecord("a")
	old, fresh := exchanges.Credential{KeyID: "old", Secret: secretOf("1")}, exchanges.Credential{KeyID: "new", Secret: secretOf("2")}
	if err := v.PutCredential(ctx, &r, old); err != nil {
		t.Fatal(err)
	}
	oldSlot := r.SecretSlot()
	r.Slot = NewSlot(r.ID)
	if err := v.PutCredential(ctx, &r, fresh); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get(ctx, oldSlot); err != nil || !sameCredential(got, old) {
		t.Errorf("the old slot: %v", err)
	}
	if err := v.Delete(ctx, oldSlot); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Credential(ctx, &r); err != nil || !sameCredential(got, fresh) {
		t.Errorf("the new slot: %v", err)
	}
}
