package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// under puts a screen over an empty page, so that leaving it is seen.
func under(t *testing.T, open func(*Env, store.RecordID) Screen, r *store.Record) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, r)
	d := drive(t, env, newDashboardScreen)
	env.Now = func() time.Time { return noon.Add(d.now) }
	d.send(pushMsg{open(env, r.ID)})
	return d, fake
}

func newDashboardScreen(env *Env) Screen { return newDashboard(env) }

func TestEditChangesAndUndoes(t *testing.T) {
	r := fixtureKey("grid-bot", "binance", exchanges.Live)
	r.Consumers = []store.Consumer{{Name: "bot", OnRotate: "restart bot"}}
	d, fake := under(t, newEditForm, r)
	d.see("Edit · grid-bot · binance · live")
	d.press("ctrl+u")
	d.typeText("market-maker")
	next(d, 4)
	d.see("Used by", "bot: restart bot", "and by")
	next(d, 1)
	d.typeText("other")
	d.press("ctrl+s")
	got, _ := fake.Snapshot().ByID(r.ID)
	if got.Name != "market-maker" || len(got.Consumers) != 2 || got.Consumers[0].OnRotate != "restart bot" {
		t.Errorf("after the edit: %+v", got)
	}
	d.see("market-maker is changed")
	d.press("u")
	if got, _ := fake.Snapshot().ByID(r.ID); got.Name != "grid-bot" || len(got.Consumers) != 1 {
		t.Errorf("after undo: %+v", got)
	}
}

func TestTheCursorGoesToAKeyThatWasAdded(t *testing.T) {
	env, _ := testEnv(t, fixtureKey("aaa", "binance", exchanges.Live), fixtureKey("zzz", "kraken", exchanges.Live))
	d := drive(t, env, newDashboardScreen)
	env.Now = func() time.Time { return noon.Add(d.now) }
	d.press("n", "a")
	toPaste(d, "mmm")
	d.typeText("key")
	next(d, 1)
	d.typeText("secret")
	next(d, 2)
	d.see("> mmm", "mmm is stored")
}

func TestEditStaysOpenWhenTheChangeIsRefused(t *testing.T) {
	r := fixtureKey("grid-bot", "binance", exchanges.Live)
	d, fake := under(t, newEditForm, r)
	fake.edit = func(context.Context, store.RecordID, string, desk.Details) (func(context.Context) error, error) {
		return nil, &store.Error{Op: "change", Path: "x", Err: store.ErrExists, Hint: "Choose another name."}
	}
	d.typeText("-2")
	d.press("ctrl+s")
	d.see("there is already a key of that name", "Choose another name.", "grid-bot-2")
}

func TestEditLeavesWithoutSaving(t *testing.T) {
	d, fake := under(t, newEditForm, fixtureKey("grid-bot", "binance", exchanges.Live))
	d.typeText("zzz")
	d.press("esc")
	if len(fake.calls) != 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.seeNot("Edit · ")
}

// forgetKey opens the dialog.
func forgetKey(t *testing.T) (*driver, *fakeDesk) {
	t.Helper()
	r := fixtureKey("treasury", "kraken", exchanges.Live)
	r.Consumers = []store.Consumer{{Name: "tax-tool"}}
	env, fake := testEnv(t, r, fixtureKey("other", "kraken", exchanges.Live))
	d := drive(t, env, newDashboardScreen)
	d.send(overlayMsg{newForgetDialog(env, r.ID)})
	return d, fake
}

func TestForgetWantsTheName(t *testing.T) {
	d, fake := forgetKey(t)
	d.advance(time.Second)
	d.see("treasury", "no undo", "tax-tool", "stays alive at the exchange")
	d.typeText("treasur")
	d.press("enter")
	d.see("That is not treasury")
	if len(fake.calls) != 0 {
		t.Fatalf("desk was asked to %v", fake.calls)
	}
	d.typeText("y")
	d.press("enter")
	if !slices.Equal(fake.calls, []string{"Forget id-treasury"}) {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.see("treasury is forgotten")
	d.seeNot("no undo")
}

func TestForgetIgnoresKeysFromBeforeItWasSeen(t *testing.T) {
	d, fake := forgetKey(t)
	d.typeText("treasury")
	d.press("enter")
	if len(fake.calls) != 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.see("no undo")
}

func TestForgetDefaultsToCancel(t *testing.T) {
	d, fake := forgetKey(t)
	d.advance(time.Second)
	d.press("enter")
	d.seeNot("no undo")
	if len(fake.calls) != 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
}

func TestForgetSaysWhatFailed(t *testing.T) {
	d, fake := forgetKey(t)
	fake.forget = func(context.Context, store.RecordID) error {
		return &store.KeyringError{Backend: "pass", Op: "remove", Hint: "Unlock gpg first.", Err: errors.New("locked")}
	}
	d.advance(time.Second)
	d.typeText("treasury")
	d.press("enter")
	d.see("pass keyring: cannot remove", "Unlock gpg first.")
}

func TestPassphraseDialog(t *testing.T) {
	type answer struct {
		text string
		ok   bool
	}
	open := func(t *testing.T, create bool) (*driver, *[]answer) {
		env, _ := testEnv(t, fixtureKey("a", "kraken", exchanges.Live))
		d := drive(t, env, newDashboardScreen)
		env.Now = func() time.Time { return noon.Add(d.now) }
		var got []answer
		d.send(overlayMsg{newPassphraseDialog(env, PassphraseRequest{Backend: "file", Create: create,
			Reply: func(s exchanges.Secret, ok bool) { got = append(got, answer{s.Reveal(), ok}) }})})
		return d, &got
	}
	t.Run("once", func(t *testing.T) {
		d, got := open(t, false)
		d.typeText(canary)
		d.seeNot(canary)
		next(d, 1)
		if !slices.Equal(*got, []answer{{canary, true}}) {
			t.Errorf("got %d answers", len(*got))
		}
	})
	t.Run("twice and different", func(t *testing.T) {
		d, got := open(t, true)
		d.typeText("one")
		next(d, 1)
		d.typeText("two")
		next(d, 1)
		d.see("the two passphrases differ")
		if len(*got) != 0 {
			t.Error("a mismatch was accepted")
		}
		d.typeText("same")
		next(d, 1)
		d.typeText("same")
		next(d, 1)
		if !slices.Equal(*got, []answer{{"same", true}}) {
			t.Errorf("got %v", *got)
		}
	})
	t.Run("empty", func(t *testing.T) {
		d, got := open(t, false)
		next(d, 1)
		d.see("a passphrase is needed")
		d.press("esc")
		if !slices.Equal(*got, []answer{{"", false}}) {
			t.Errorf("got %v", *got)
		}
	})
}

func TestSecretFieldClearsWhatItHeld(t *testing.T) {
	f := newSecretField("Secret", "", false)
	f.paste([]byte(canary))
	held := f.buf[:cap(f.buf)]
	for range 200 { // grow, so that the bytes move
		f.key(KeyMsg{Rune: 'x', Name: "x"})
	}
	if strings.Contains(string(held), canary[:8]) {
		t.Error("the bytes stayed where they were before they moved")
	}
	now := f.buf[:cap(f.buf)]
	f.wipe()
	if strings.Trim(string(now), "\x00") != "" || f.secret().Len() != 0 {
		t.Error("wipe left bytes behind")
	}
}

func TestTextFieldMakesPastedTextOneDrawableLine(t *testing.T) {
	f := newTextField("Name", "", "")
	f.paste([]byte("  grid\x1b[31m-bot\n"))
	if got := f.value(); got != "grid[31m-bot" {
		t.Errorf("field holds %q", got)
	}
}

func TestChoiceFieldWrapsAround(t *testing.T) {
	f := newChoiceField("Environment", "", []string{"live", "testnet"}, []string{"live", "testnet"})
	f.key(KeyMsg{Name: "left"})
	if f.value() != "testnet" {
		t.Errorf("chose %q", f.value())
	}
	f.key(KeyMsg{Name: "right"})
	if f.value() != "live" {
		t.Errorf("chose %q", f.value())
	}
	env, _ := testEnv(t)
	for _, line := range f.draw(env.Styles, 12, true) {
		if n := len([]rune(line)); n > 12 {
			t.Errorf("line of %d cells: %q", n, line)
		}
	}
}
