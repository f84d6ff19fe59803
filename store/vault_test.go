package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

const canarySecret = "CANARY-q7Zp-secret"

func testCredential() exchanges.Credential {
	return exchanges.Credential{
		KeyID:      `key "id" with \ and é`,
		Secret:     exchanges.NewSecret(canarySecret),
		Passphrase: exchanges.NewSecret("pass\x00phrase\xff"),
		PrivateKey: exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n"),
	}
}

func sameCredential(a, b exchanges.Credential) bool {
	return a.KeyID == b.KeyID && a.Nonce == b.Nonce && a.Secret.Reveal() == b.Secret.Reveal() &&
		a.Passphrase.Reveal() == b.Passphrase.Reveal() && a.PrivateKey.Reveal() == b.PrivateKey.Reveal()
}

func TestACredentialComesBackWhole(t *testing.T) {
	ctx := context.Background()
	secrets := NewMemorySecrets()
	v := NewVault(secrets)
	r := testRecord("a")
	if _, err := v.Credential(ctx, &r); !errors.Is(err, ErrNoSecret) {
		t.Errorf("before it is stored: %v", err)
	}
	for what, c := range map[string]exchanges.Credential{
		"all parts": testCredential(),
		"key only":  {KeyID: "abc"},
		"hmac":      {KeyID: "abc", Secret: exchanges.NewSecret("s")},
		"a pair":    {PrivateKey: exchanges.NewSecret("pem")},
	} {
		if err := v.PutCredential(ctx, &r, c); err != nil {
			t.Fatal(err)
		}
		got, err := v.Credential(ctx, &r)
		if err != nil || !sameCredential(got, c) {
			t.Errorf("%s: it came back changed, %v", what, err)
		}
		slots, err := secrets.List(ctx)
		if err != nil || !slices.Equal(slots, []Slot{Slot("key-" + r.ID)}) {
			t.Errorf("slots = %v, %v", slots, err)
		}
		for range 2 { // deleting is idempotent
			if err := v.DeleteCredential(ctx, &r); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := v.Credential(ctx, &r); !errors.Is(err, ErrNoSecret) {
			t.Errorf("after it is deleted: %v", err)
		}
	}
}

// TestTheEnvelopeIsStable pins what lies in people's keyrings.
func TestTheEnvelopeIsStable(t *testing.T) {
	data, err := seal(exchanges.Credential{KeyID: `k"1`, Secret: exchanges.NewSecret("sec"), PrivateKey: exchanges.NewSecret("pem")})
	if want := `{"v":1,"key":"k\"1","secret":"c2Vj","private_key":"cGVt"}`; err != nil || string(data) != want {
		t.Errorf("seal = %s, %v; want %s", data, err, want)
	}
	if len(data) == cap(data) || cap(data) < len(data) {
		t.Errorf("the buffer of %d bytes may have grown and left a copy behind", cap(data))
	}
}

func TestAnItemThatIsNoEnvelopeIsRefusedWithoutItsContent(t *testing.T) {
	ctx := context.Background()
	for what, c := range map[string]struct {
		item string
		want error
	}{
		"plain text":   {canarySecret, ErrCorrupt},
		"empty":        {"", ErrCorrupt},
		"not base64":   {`{"v":1,"key":"k","secret":"` + canarySecret + `!"}`, ErrCorrupt},
		"no version":   {`{"key":"` + canarySecret + `"}`, ErrCorrupt},
		"no key ID":    {`{"v":1,"secret":"c2Vj"}`, ErrCorrupt},
		"wrong type":   {`{"v":1,"key":5,"secret":"` + canarySecret + `"}`, ErrCorrupt},
		"newer":        {`{"v":2,"key":"k","secret":"c2Vj"}`, ErrNewer},
		"cut in half":  {`{"v":1,"key":"k","secret":"Q0FOQVJZLXE3`, ErrCorrupt},
		"another list": {`["` + canarySecret + `"]`, ErrCorrupt},
	} {
		secrets := NewMemorySecrets()
		if err := secrets.Put(ctx, "key-a", []byte(c.item)); err != nil {
			t.Fatal(err)
		}
		got, err := NewVault(secrets).Get(ctx, "key-a")
		if !sameCredential(got, exchanges.Credential{}) {
			t.Errorf("%s: something came back", what)
		}
		wantError(t, err, c.want)
		if strings.Contains(fmt.Sprintf("%v %+v %s", err, err, Hint(err)), "CANARY") {
			t.Errorf("%s: %q quotes the item", what, err)
		}
	}
}

func TestACredentialThatIsNoneIsNotStored(t *testing.T) {
	secrets := NewMemorySecrets()
	err := NewVault(secrets).Put(context.Background(), "key-a", exchanges.Credential{Secret: exchanges.NewSecret(canarySecret)})
	if err == nil || strings.Contains(err.Error(), canarySecret) {
		t.Errorf("Put = %v", err)
	}
	if slots, _ := secrets.List(context.Background()); len(slots) > 0 {
		t.Errorf("stored in %v", slots)
	}
}

// spySecrets remembers the buffers that went through it.
type spySecrets struct {
	Secrets
	put, got []byte
}

func (s *spySecrets) Put(ctx context.Context, slot Slot, value []byte) error {
	s.put = value
	return s.Secrets.Put(ctx, slot, value)
}

func (s *spySecrets) Get(ctx context.Context, slot Slot) (value []byte, err error) {
	s.got, err = s.Secrets.Get(ctx, slot)
	return s.got, err
}

func TestBuffersAreWiped(t *testing.T) {
	ctx := context.Background()
	spy := &spySecrets{Secrets: NewMemorySecrets()}
	v := NewVault(spy)
	if err := v.Put(ctx, "key-a", testCredential()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(ctx, "key-a"); err != nil {
		t.Fatal(err)
	}
	for what, buffer := range map[string][]byte{"put": spy.put, "got": spy.got} {
		if len(buffer) == 0 || !bytes.Equal(buffer, make([]byte, len(buffer))) {
			t.Errorf("%s: the envelope is still in memory", what)
		}
	}
}

func TestFingerprints(t *testing.T) {
	r := testRecord("a")
	r.Fingerprint = Fingerprint("the key")
	if err := CheckFingerprint(&r, exchanges.Credential{KeyID: "the key"}); err != nil {
		t.Error(err)
	}
	wantError(t, CheckFingerprint(&r, exchanges.Credential{KeyID: "another key"}), ErrMismatch)
	for id, want := range map[string]string{
		"": "…", "abc": "…", "abcd": "a…d", "12345678": "12…78", "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A": "vmPU…Eh8A",
		"ключключключ1234": "ключ…1234",
	} {
		if got := MaskKeyID(id); got != want {
			t.Errorf("MaskKeyID(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestMemorySecrets(t *testing.T) {
	ctx := context.Background()
	m := NewMemorySecrets()
	value := []byte("first")
	if err := m.Put(ctx, "b", value); err != nil {
		t.Fatal(err)
	}
	value[0] = 'X'
	got, err := m.Get(ctx, "b")
	if err != nil || string(got) != "first" {
		t.Errorf("Get = %q, %v: the store shares the caller's buffer", got, err)
	}
	got[0] = 'X'
	if again, _ := m.Get(ctx, "b"); string(again) != "first" {
		t.Error("Get gives its own buffer away")
	}
	if err := errors.Join(m.Put(ctx, "b", []byte("second")), m.Put(ctx, "a", nil)); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Get(ctx, "a"); err != nil || len(got) != 0 {
		t.Errorf("an empty value came back as %q, %v", got, err)
	}
	if slots, err := m.List(ctx); err != nil || !slices.Equal(slots, []Slot{"a", "b"}) {
		t.Errorf("List = %v, %v", slots, err)
	}
	if m.Backend() != "memory" {
		t.Errorf("Backend = %q", m.Backend())
	}
}

func TestMemorySecretsRefuseWhatOthersDo(t *testing.T) {
	ctx := context.Background()
	m := NewMemorySecrets()
	over, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		slot Slot
	}{{over, "a"}, {ctx, ""}, {ctx, "a/b"}, {ctx, "a\x00"}, {ctx, Slot(strings.Repeat("x", MaxSlot+1))}} {
		_, getErr := m.Get(c.ctx, c.slot)
		for _, err := range []error{getErr, m.Put(c.ctx, c.slot, nil), m.Delete(c.ctx, c.slot)} {
			if ke, ok := errors.AsType[*KeyringError](err); !ok || ke.Backend != "memory" {
				t.Errorf("slot %q: %v, want a KeyringError", c.slot, err)
			}
		}
	}
	if _, err := m.List(over); !errors.Is(err, context.Canceled) {
		t.Errorf("List after the end: %v", err)
	}
}

func TestHints(t *testing.T) {
	for want, err := range map[string]error{
		"mend it":   fmt.Errorf("outer: %w", &Error{Op: "read", Hint: "mend it", Err: ErrCorrupt}),
		"unlock it": fmt.Errorf("outer: %w", &KeyringError{Backend: "pass", Op: "read", Hint: "unlock it", Err: ErrNoSecret}),
		"":          errors.New("bare"),
	} {
		if got := Hint(err); got != want {
			t.Errorf("Hint(%v) = %q, want %q", err, got, want)
		}
	}
	if got := (&KeyringError{Backend: "pass", Op: "read", Err: ErrNoSecret}).Error(); got != "pass keyring: cannot read: no secret is stored for this key" {
		t.Error(got)
	}
	if got := (&Error{Op: "save", Err: ErrChanged}).Error(); !strings.HasPrefix(got, "cannot save: ") {
		t.Error(got)
	}
}
