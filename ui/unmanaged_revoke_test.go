package ui

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// revoking opens the dialog about the first key and waits until it was seen.
func revoking(t *testing.T) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := strayPage(t, 60, 20)
	keys(d, "x")
	d.advance(seenAfter)
	return d, fake
}

func TestRevokingWantsTheNameTyped(t *testing.T) {
	d, fake := revoking(t)
	golden(t, "unmanaged-revoke", d.view())
	d.see("This deletes old-laptop-bot at Deribit (live): key", "lapt…0001. There is no undo.", "can trade, from any address", "Last used 3m ago: something still uses it.", "It is done with grid-bot.")
	d.press("enter")
	d.seeNot("This deletes")
	keys(d, "x")
	d.advance(seenAfter)
	d.typeText("old-laptop")
	d.press("enter")
	d.see("That is not it.")
	if len(fake.calls) != 0 {
		t.Fatalf("did %v", fake.calls)
	}
	d.typeText("-bot")
	d.press("enter")
	d.see("old-laptop-bot is revoked", "2 unmanaged keys, 1 ignored")
	if !slices.Equal(fake.calls, []string{"Revoke "}) {
		t.Errorf("did %v", fake.calls)
	}
}

// A finger that was still on other keys confirms nothing.
func TestRevokingIsDeafUntilItWasSeen(t *testing.T) {
	d, fake := strayPage(t, 80, 24)
	keys(d, "x")
	d.typeText("old-laptop-bot")
	d.press("enter")
	if len(fake.calls) != 0 {
		t.Errorf("did %v", fake.calls)
	}
	d.see("This deletes")
}

func TestAKeyWithoutALabelIsNamedByItsID(t *testing.T) {
	d, fake := strayPage(t, 80, 24)
	keys(d, "j", "x")
	d.advance(seenAfter)
	d.see("sub-account arb@example.com", "is not told: something may still use it", "Type 0002 to revoke it")
	d.typeText("0002")
	d.press("enter")
	if !slices.Equal(fake.calls, []string{"Revoke "}) {
		t.Errorf("did %v", fake.calls)
	}
}

func TestRevokingAsksForACode(t *testing.T) {
	d, fake := revoking(t)
	fake.strays.revoke = func(_ context.Context, _, code string) error {
		if code == "654321" {
			return nil
		}
		return &exchanges.Error{Exchange: "deribit", Op: "remove_api_key", Kind: exchanges.SecondFactor, Hint: "Enter the next six digits."}
	}
	d.typeText("old-laptop-bot")
	d.press("enter")
	d.see("The exchange wants a one-time code:", "Enter the next six digits.")
	d.seeNot("did not take", "remove_api_key")
	d.paste("123456")
	d.press("enter")
	d.see("The exchange did not take that code", "Enter the next six digits.")
	d.typeText("654321")
	d.press("enter")
	d.see("old-laptop-bot is revoked")
	if !slices.Equal(fake.calls, []string{"Revoke ", "Revoke 123456", "Revoke 654321"}) {
		t.Errorf("did %v", fake.calls)
	}
}

func TestARevocationThatFailsSaysWhyAndLeavesAWay(t *testing.T) {
	d, fake := revoking(t)
	fake.strays.revoke = func(context.Context, string, string) error {
		return &exchanges.Error{Exchange: "deribit", Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: "Give grid-bot account:read_write."}
	}
	d.typeText("old-laptop-bot")
	d.press("enter")
	d.see("the key lacks a permission", "account:read_write")
	d.press("tab")
	d.see("─ Revoke by hand ─", "Profile → API Management", "Delete the key: lapt…0001, old-laptop-bot")
	checkFrame(t, d.view(), 60, 20)
}

func TestWhoGivesUpWaitingIsToldWhatIsKnown(t *testing.T) {
	d, fake := revoking(t)
	fake.strays.revoke = func(ctx context.Context, _, _ string) error {
		d.see("revoking … esc gives up")
		d.run(d.top().Update(KeyMsg{Name: "enter"})) // does nothing
		d.run(d.top().Update(KeyMsg{Name: "esc"}))
		return ctx.Err()
	}
	d.typeText("old-laptop-bot")
	d.press("enter")
	d.see("You gave up waiting", "look again with r")
	d.press("esc")
	d.seeNot("This deletes")
	d.see("3 unmanaged keys")
	if len(fake.calls) != 1 {
		t.Errorf("did %v", fake.calls)
	}
}

func TestWhatHasNoAPIIsDeletedByHand(t *testing.T) {
	d, fake := strayPage(t, 60, 20)
	fake.strays.byHand = true
	var opened string
	keys(d, "x")
	d.see("─ Revoke by hand ─", "https://deribit.example/keys", "r looks whether Deribit still lists it")
	d.press("o")
	d.see("open page is not possible: no browser is known here")
	d.env.OpenPage = func(url string) error { opened = url; return nil }
	d.press("o")
	if opened != "https://deribit.example/keys" {
		t.Errorf("opened %q", opened)
	}
	fake.strays.survey = func(context.Context) ([]desk.Account, error) {
		fake.strays.keys = fake.strays.keys[1:]
		return lookedAt(), nil
	}
	keys(d, "r")
	d.seeNot("─ Revoke by hand ─")
	d.see("2 unmanaged keys, 1 ignored")
	keys(d, "x", "q")
	d.seeNot("─ Revoke by hand ─")
}

func TestStrayUse(t *testing.T) {
	for _, c := range []struct {
		at    exchanges.Moment
		words string
		alarm bool
	}{
		{exchanges.At(noon.Add(-3 * time.Minute)), "Last used 3m ago: something still uses it.", true},
		{exchanges.At(noon.Add(-30 * day)), "Last used 30d ago.", false},
		{exchanges.Never(), "It was never used.", false},
		{exchanges.Moment{}, "When it was last used is not told: something may still use it.", true},
	} {
		u := store.Unmanaged{Facts: store.Facts{LastUsed: c.at}}
		if words, alarm := strayUse(&u, noon); words != c.words || alarm != c.alarm {
			t.Errorf("%q, %t; want %q, %t", words, alarm, c.words, c.alarm)
		}
	}
}
