package deribit

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestATokenLivesAMinute(t *testing.T) {
	now := noon
	tokens := newTokens(func() time.Time { return now })
	tokens.keep(testCredential(), exchanges.NewSecret(testToken))
	held := tokens.held[ownerOf(testCredential())]
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {59 * time.Second, true}, {61 * time.Second, false}, {0, false}} {
		now = noon.Add(c.after)
		got, ok := tokens.take(testCredential())
		if ok != c.want || ok && got.Reveal() != testToken {
			t.Errorf("after %s: %t, %d bytes", c.after, ok, got.Len())
		}
	}
	for _, b := range held.value.Bytes() {
		if b != 0 {
			t.Fatal("the token was not wiped")
		}
	}
	tokens.keep(testCredential(), exchanges.NewSecret(testToken))
	now = now.Add(-time.Hour) // the clock is set back
	if _, ok := tokens.take(testCredential()); ok {
		t.Error("a token of the future is taken")
	}
}

func TestATokenIsOfOneCredential(t *testing.T) {
	tokens := newTokens(time.Now)
	tokens.keep(testCredential(), exchanges.NewSecret(testToken))
	for name, c := range map[string]exchanges.Credential{
		"another ID":      credential("Tz7-xK_r", testSecret),
		"another secret":  credential(testID, otherKey),
		"a private key":   {KeyID: testID, PrivateKey: pemKey(edKey)},
		"parts run on":    credential(testID+testSecret, ""),
		"nothing":         {},
		"field exchanged": {KeyID: testID, PrivateKey: exchanges.NewSecret(testSecret)},
	} {
		if _, ok := tokens.take(c); ok {
			t.Errorf("%s gets the token", name)
		}
	}
	copied, _ := tokens.take(testCredential())
	tokens.drop(testCredential())
	if _, ok := tokens.take(testCredential()); ok || copied.Reveal() != testToken {
		t.Error("dropped and still there, or wiped while it is in use")
	}
}

func TestTokensMayBeUsedByMany(t *testing.T) {
	tokens := newTokens(time.Now)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				tokens.keep(testCredential(), exchanges.NewSecret(testToken))
				if got, ok := tokens.take(testCredential()); ok && got.Reveal() != testToken {
					t.Error("half a token")
				}
				tokens.drop(testCredential())
			}
		})
	}
	wg.Wait()
}

func TestAnInspectionSignsInAnew(t *testing.T) {
	r := newRig(t)
	for range 2 {
		if _, err := r.Inspect(t.Context(), r.boss.Credential); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.ListKeys(t.Context(), r.boss); err != nil {
		t.Fatal(err)
	}
	if n := len(r.server.Requests(authCall)); n != 2 {
		t.Errorf("two inspections and a list signed in %d times", n)
	}
	r.pass(2 * tokenLife)
	if _, err := r.ListKeys(t.Context(), r.boss); err != nil || len(r.server.Requests(authCall)) != 3 {
		t.Errorf("later: %d sign-ins, %v", len(r.server.Requests(authCall)), err)
	}
}

// TestADeadKeyHasNoToken: after a refusal nothing goes out with what was kept.
func TestADeadKeyHasNoToken(t *testing.T) {
	r := newRig(t)
	if _, err := r.ListKeys(t.Context(), r.boss); err != nil {
		t.Fatal(err)
	}
	r.server.Handle(authCall, rpcError(`{"code":13004,"message":"invalid_credentials"}`).Handler())
	_, err := r.Inspect(t.Context(), r.boss.Credential)
	if e := exchanges.AsError(err); e.Kind != exchanges.Auth || e.UnknownKey {
		t.Errorf("%v; unknown key: %t, which 13004 does not say", err, e.UnknownKey)
	}
	if _, err := r.CreateKey(t.Context(), r.boss, botKey); !errors.Is(err, exchanges.Auth) || len(r.server.Requests(createCall)) != 0 {
		t.Errorf("%v after %d creations", err, len(r.server.Requests(createCall)))
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	for _, code := range []string{"13009", "13004"} {
		refuse := rpcError(`{"code":` + code + `,"message":"invalid_token"}`)
		r := newRig(t)
		if _, err := r.ListKeys(t.Context(), r.boss); err != nil {
			t.Fatal(err)
		}
		good := r.routes()[createCall]
		turn := exchangetest.Sequence(refuse, exchangetest.Reply{})
		r.server.Handle(createCall, func(q exchangetest.Request) exchangetest.Reply {
			if reply := turn(q); reply.Status != 0 {
				return reply
			}
			return good(q)
		})
		if _, err := r.CreateKey(t.Context(), r.boss, botKey); err != nil || r.account.Changes() != 1 || len(r.server.Requests(authCall)) != 2 {
			t.Errorf("%s: %v, %d keys, %d sign-ins", code, err, r.account.Changes(), len(r.server.Requests(authCall)))
		}
		// The token is a new one now: what is refused again stays refused.
		r.server.Handle(createCall, refuse.Handler())
		r.pass(2 * tokenLife)
		before := len(r.server.Requests(createCall))
		_, err := r.CreateKey(t.Context(), r.boss, botKey)
		if e := exchanges.AsError(err); e.Kind != exchanges.Auth || e.Outcome != exchanges.Refused || len(r.server.Requests(createCall)) != before+1 {
			t.Errorf("%s: %v after %d calls", code, err, len(r.server.Requests(createCall))-before)
		}
	}
}

// TestASignInThatFailsMadeNoKey: the outcome of a creation is known when it
// never was asked for.
func TestASignInThatFailsMadeNoKey(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{"dropped": exchangetest.Drop(), "down": exchangetest.Page(503)} {
		r := newRig(t)
		r.server.Handle(authCall, reply.Handler())
		_, err := r.CreateKey(t.Context(), r.boss, botKey)
		if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.NotSent {
			t.Errorf("%s: outcome %d, %v", name, e.Outcome, err)
		}
		r = newRig(t)
		r.add(exchangetest.Key{Permissions: reading})
		r.server.Handle(listCall, reply.Handler())
		for _, err := range []error{r.EditKey(t.Context(), r.boss, testKey(1).KeyID, botKey), r.RevokeKey(t.Context(), r.boss, testKey(1).KeyID)} {
			if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.NotSent {
				t.Errorf("%s: outcome %d, %v", name, e.Outcome, err)
			}
		}
	}
}
