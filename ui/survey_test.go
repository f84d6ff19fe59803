package ui

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

func TestABannerSaysWhatIsNotManaged(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := withStrays(t, size[0], size[1], strays()...)
		checkFrame(t, d.view(), size[0], size[1])
		d.see("2 keys on your accounts are not managed", "u shows them")
	}
	d, _ := withStrays(t, 80, 24, strays()[1:]...)
	d.see("1 key on your accounts is not managed", "u shows it")
	d, _ = withStrays(t, 80, 24, strays()[2:]...) // it is ignored
	d.seeNot("managed")
}

// Both banners have a line of their own, and the mouse finds what is below.
func TestTwoBannersAndTheMouse(t *testing.T) {
	d, fake := withStrays(t, 120, 40, strays()...)
	fake.flows.open = append(fake.flows.open, gridRotation())
	d.send(snapshotMsg{})
	d.see("1 unfinished", "2 keys on your accounts")
	d.clickOn("grid-bot  ")
	cursorOn(d, "grid-bot")
	d.clickOn("1 unfinished")
	d.see("─ Unfinished flows ─")
	d.press("esc")
	d.clickOn("2 keys on your accounts")
	d.see("3 unmanaged keys, 1 ignored")
}

// synced starts a program whose only key is due for a sync.
func synced(t *testing.T, every time.Duration) (*driver, *fakeDesk) {
	t.Helper()
	old := fixtureKey("old", "binance", exchanges.Live)
	old.Check.At = noon.Add(-2 * time.Hour)
	d, fake := driveSync(t, every, old)
	d.env.Now = func() time.Time { return noon.Add(d.now) }
	return d, fake
}

func TestASurveyFollowsASync(t *testing.T) {
	d, fake := synced(t, time.Hour)
	fake.verify = func(context.Context, []store.RecordID, func(desk.Progress)) error {
		if fake.strays.surveys > 0 && d.now < time.Minute {
			t.Error("the accounts were looked at before the keys were verified")
		}
		return nil
	}
	if fake.strays.surveys != 0 {
		t.Error("the accounts were looked at before the first frame")
	}
	fake.strays.survey = func(context.Context) ([]desk.Account, error) {
		fake.strays.keys = strays()
		return lookedAt(), nil
	}
	d.advance(syncAfterStart)
	d.see("2 keys on your accounts are not managed")
	d.advance(30 * syncLook) // the key stays old: each minute is a sync
	if fake.strays.surveys != 1 {
		t.Errorf("%d surveys within half an hour", fake.strays.surveys)
	}
	d.advance(time.Hour)
	if fake.strays.surveys != 2 {
		t.Errorf("%d surveys after an hour", fake.strays.surveys)
	}
	d.press("V")
	if fake.strays.surveys != 3 {
		t.Errorf("%d surveys after the person verified all", fake.strays.surveys)
	}
	d.press("v")
	if fake.strays.surveys != 3 {
		t.Error("verifying one key is no reason to look at the accounts")
	}
}

func TestNoSurveyWhereNothingMayBeKept(t *testing.T) {
	for name, set := range map[string]func(*fakeDesk){
		"read-only":    func(f *fakeDesk) { f.readOnly = "another keyrota" },
		"a passphrase": func(f *fakeDesk) { f.keyring = desk.Keyring{Backend: "file"} },
		"a failed sync": func(f *fakeDesk) {
			f.verify = func(context.Context, []store.RecordID, func(desk.Progress)) error { return errDown }
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, fake := synced(t, time.Hour)
			set(fake)
			d.advance(syncAfterStart)
			d.press("V")
			if fake.strays.surveys != 0 {
				t.Errorf("%d surveys", fake.strays.surveys)
			}
		})
	}
}

func TestOneSurveyAtATime(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	first := startSurvey(env, false)
	if first == nil || startSurvey(env, true) != nil {
		t.Fatal("a second survey was begun beside the first")
	}
	d := drive(t, env, dashboardPage)
	d.send(first())
	if startSurvey(env, true) == nil {
		t.Error("no survey is begun when the first is over")
	}
}

// Of two readings that cross each other the later one counts.
func TestLateNewsAreDropped(t *testing.T) {
	d, fake := withStrays(t, 80, 24, strays()...)
	slow := readNews(d.env)
	fake.strays.keys = nil
	late := slow()
	late.keys = strays()
	d.send(snapshotMsg{})
	d.send(unmanagedMsg{late})
	d.seeNot("not managed")
}

func TestAFailureIsToldOnce(t *testing.T) {
	d, fake := withStrays(t, 80, 24, strays()...)
	fake.strays.err = errDown
	d.send(snapshotMsg{})
	d.see("The keys that are not managed could not be read: the network is down")
	d.press("esc")
	d.send(snapshotMsg{})
	d.seeNot("could not be read")
	keys(d, "u")
	d.see("the network is down")
}

func TestASurveyThatFailsIsToldToWhoeverAsked(t *testing.T) {
	d, fake := synced(t, time.Hour)
	fake.strays.survey = func(context.Context) ([]desk.Account, error) { return nil, errDown }
	d.advance(syncAfterStart)
	d.seeNot("the network is down")
	keys(d, "u")
	d.see("The last look failed: the network is down")
	keys(d, "r")
	d.see("The accounts could not be looked at: the network is down")
	fake.strays.survey = func(context.Context) ([]desk.Account, error) { return nil, context.Canceled }
	d.press("esc")
	keys(d, "r")
	d.seeNot("could not be looked at")
}
