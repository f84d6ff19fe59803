package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// verifyCmds takes the two commands of a verification apart: the one that
// works and the one that listens.
func verifyCmds(t *testing.T, cmd tea.Cmd) (work, listen tea.Cmd) {
	t.Helper()
	cmds, ok := cmd().(tea.BatchMsg)
	if !ok || len(cmds) < 2 {
		t.Fatalf("got %v", cmds)
	}
	return cmds[0], cmds[1]
}

func TestVerifyStreamsProgressThenTheEnd(t *testing.T) {
	env, _ := testEnv(t, fixture()[:2]...)
	work, listen := verifyCmds(t, startVerify(env))
	work()
	m, ok := listen().(verifyMsg)
	if !ok || len(m.progress) != 2*stepsPerKey {
		t.Fatalf("got %+v", m)
	}
	if !verifying(env, "id-grid-bot") {
		t.Error("the key is not busy before its answer was handled")
	}
	listen = env.verify.handle(m)
	if verifying(env, "id-grid-bot") {
		t.Error("the key is still busy after its answer")
	}
	if end, ok := listen().(verifyDoneMsg); !ok || end.gen != m.gen || end.err != nil {
		t.Errorf("the end is %+v", end)
	}
	if cmd := env.verify.handle(verifyDoneMsg{gen: m.gen}); cmd != nil || stopVerify(env) {
		t.Error("it still runs after the end")
	}
}

func TestVerifyAsksAboutAKeyOnceAtATime(t *testing.T) {
	env, fake := testEnv(t, fixture()[:3]...)
	first := startVerify(env, "id-grid-bot")
	if again := startVerify(env, "id-grid-bot"); again != nil {
		t.Error("a busy key is asked about again")
	}
	if unknown := startVerify(env, "id-nobody"); unknown != nil {
		t.Error("a key that is gone is asked about")
	}
	work, _ := verifyCmds(t, startVerify(env)) // all: the other two
	work()
	work, _ = verifyCmds(t, first)
	work()
	if got := fake.calls; len(got) != 2 || got[0] != "Verify 2" || got[1] != "Verify 1" {
		t.Errorf("the desk was asked to %v", got)
	}
}

func TestStopEndsTheWork(t *testing.T) {
	env, fake := testEnv(t, fixture()[:1]...)
	fake.verify = func(ctx context.Context, _ []store.RecordID, _ func(desk.Progress)) error {
		<-ctx.Done()
		return ctx.Err()
	}
	work, listen := verifyCmds(t, startVerify(env))
	if !stopVerify(env) {
		t.Fatal("there was nothing to stop")
	}
	work()
	end, ok := listen().(verifyDoneMsg)
	if !ok || !errors.Is(end.err, context.Canceled) {
		t.Errorf("the end is %+v", end)
	}
}

func TestKeyringThatWaitsIsPointedOut(t *testing.T) {
	for name, c := range map[string]struct {
		opened, running, want bool
	}{
		"still waiting":   {false, true, true},
		"it was unlocked": {true, true, false},
		"it gave up":      {false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			env, fake := testEnv(t, fixture()...)
			d := drive(t, env, home)
			if startVerify(env) == nil {
				t.Fatal("nothing to verify")
			}
			fake.keyring.Opened = c.opened
			if !c.running {
				d.send(verifyDoneMsg{gen: env.verify.gen})
			}
			d.send(keyringWaitsMsg{env.verify.gen})
			if got := strings.Contains(d.view(), "Waiting for Secret Service: look for its unlock dialog.  esc gives up"); got != c.want {
				t.Errorf("shown: %v\n%s", got, d.view())
			}
		})
	}
}

func TestManyReportsComeInFewMessages(t *testing.T) {
	env, _ := testEnv(t, fixture()[:1]...)
	run := env.verify.begin(make([]store.RecordID, 400), func() {})
	for range 1000 {
		run.report(desk.Progress{Phase: desk.Waiting})
	}
	n := 0
	for seen := 0; seen < 1000; n++ {
		seen += len(run.listen().(verifyMsg).progress)
	}
	if n > 1000/mostProgress+1 {
		t.Errorf("%d messages", n)
	}
}

func driveSync(t *testing.T, every time.Duration, records ...*store.Record) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, records...)
	d := prepare(t, env, appOptions{home: home, syncEvery: every, width: 120, height: 40})
	d.run(d.app.Init())
	return d, fake
}

func TestOldFactsAreAskedForInTheBackground(t *testing.T) {
	old, fresh := fixtureKey("old", "binance", exchanges.Live), fixtureKey("fresh", "binance", exchanges.Live)
	old.Check.At = noon.Add(-2 * time.Hour)
	var asked []store.RecordID
	d, fake := driveSync(t, time.Hour, old, fresh)
	fake.verify = func(_ context.Context, ids []store.RecordID, _ func(desk.Progress)) error {
		asked = append(asked, ids...)
		return nil
	}
	if len(asked) > 0 {
		t.Errorf("asked before the first frame: %v", asked)
	}
	d.advance(syncAfterStart)
	if len(asked) != 1 || asked[0] != old.ID {
		t.Errorf("asked about %v", asked)
	}
	d.advance(syncLook)
	if len(asked) != 2 {
		t.Errorf("still old after a minute, asked %v", asked)
	}
}

func TestNobodyLooksWhenSyncIsOff(t *testing.T) {
	old := fixtureKey("old", "binance", exchanges.Live)
	old.Check = store.Check{}
	d, fake := driveSync(t, 0, old)
	d.advance(time.Hour)
	if len(fake.calls) > 0 {
		t.Errorf("the desk was asked to %v", fake.calls)
	}
}

func TestBackgroundSyncStaysQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		keyring  desk.Keyring
		readOnly string
		want     bool
	}{
		"secret service":              {desk.Keyring{Backend: "secret-service"}, "", true},
		"a file not opened yet":       {desk.Keyring{Backend: "file"}, "", false},
		"a file that is open":         {desk.Keyring{Backend: "file", Opened: true}, "", true},
		"pass, which may ask for GPG": {desk.Keyring{Backend: "pass"}, "", false},
		"read-only":                   {desk.Keyring{Backend: "secret-service"}, "another keyrota has the lock", false},
	} {
		t.Run(name, func(t *testing.T) {
			old := fixtureKey("old", "binance", exchanges.Live)
			old.Check = store.Check{}
			d, fake := driveSync(t, time.Hour, old)
			fake.keyring, fake.readOnly = c.keyring, c.readOnly
			d.advance(syncAfterStart)
			if got := len(fake.calls) > 0; got != c.want {
				t.Errorf("the desk was asked to %v", fake.calls)
			}
		})
	}
}

func TestBackgroundSyncDoesNotNag(t *testing.T) {
	old := fixtureKey("old", "binance", exchanges.Live)
	old.Check = store.Check{}
	d, fake := driveSync(t, time.Hour, old)
	fake.verify = func(context.Context, []store.RecordID, func(desk.Progress)) error {
		return &store.KeyringError{Backend: "secret-service", Op: "read", Hint: "Unlock it.", Err: errors.New("locked")}
	}
	d.advance(syncAfterStart)
	d.see("The keys could not be verified: secret-service keyring: cannot read: locked", "Unlock it.")
	d.advance(5 * syncLook)
	if len(fake.calls) != 1 {
		t.Errorf("the desk was asked to %v", fake.calls)
	}
	// Once the person verified with success the clock goes on.
	fake.verify = nil
	d.press("V")
	d.advance(syncLook)
	if len(fake.calls) != 3 {
		t.Errorf("after a success the desk was asked to %v", fake.calls)
	}
}

func TestCancelledVerificationSaysSo(t *testing.T) {
	d, _ := driveProbe(t)
	d.send(verifyDoneMsg{gen: 7, err: context.Canceled})
	d.see("Verification cancelled")
}
