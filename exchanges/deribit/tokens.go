package deribit

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// tokenLife is how long a token is used after the sign-in that it is from: the
// calls of one act, an inspection and what follows it, share one sign-in.
const tokenLife = time.Minute

// owner tells credentials apart without keeping them: a key ID with another
// secret is another owner.
type owner [sha256.Size]byte

func ownerOf(c exchanges.Credential) owner {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(c.KeyID), c.Secret.Bytes(), c.PrivateKey.Bytes()} {
		sum := sha256.Sum256(part) // of one length, so that parts cannot run into each other
		h.Write(sum[:])
	}
	return owner(h.Sum(nil))
}

// tokens keeps the token of each key's last sign-in and wipes it in time.
type tokens struct {
	now func() time.Time

	mu   sync.Mutex
	held map[owner]*heldToken
}

type heldToken struct {
	value exchanges.Secret
	until time.Time
	timer *time.Timer
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, held: map[owner]*heldToken{}}
}

// keep holds a copy of the token.
func (t *tokens) keep(c exchanges.Credential, token exchanges.Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	who := ownerOf(c)
	t.wipe(who)
	h := &heldToken{value: exchanges.NewSecret(token.Bytes()), until: t.now().Add(tokenLife)}
	h.timer = time.AfterFunc(tokenLife, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.held[who] == h {
			t.wipe(who)
		}
	})
	t.held[who] = h
}

// take returns a copy of the key's token: the one that is kept may be wiped
// while the copy is in use.
func (t *tokens) take(c exchanges.Credential) (exchanges.Secret, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	who := ownerOf(c)
	h, ok := t.held[who]
	if !ok {
		return exchanges.Secret{}, false
	}
	if left := h.until.Sub(t.now()); left <= 0 || left > tokenLife { // the clock may have been set back
		t.wipe(who)
		return exchanges.Secret{}, false
	}
	return exchanges.NewSecret(h.value.Bytes()), true
}

// drop forgets the key's token.
func (t *tokens) drop(c exchanges.Credential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe(ownerOf(c))
}

func (t *tokens) wipe(who owner) {
	if h, ok := t.held[who]; ok {
		h.timer.Stop()
		h.value.Wipe()
		delete(t.held, who)
	}
}
