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

const canary = "c4n4ry-s3cret-0123456789abcdef"

// addKey opens the wizard on a driver whose clock moves with it.
func addKey(t *testing.T, records ...*store.Record) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, records...)
	d := drive(t, env, newAddWizard)
	env.Now = func() time.Time { return noon.Add(d.now) }
	return d, fake
}

// next presses enter as a person does, not within the moment after a submit.
func next(d *driver, times int) {
	d.t.Helper()
	for range times {
		d.advance(time.Second)
		d.press("enter")
	}
	d.advance(time.Second)
}

// toPaste walks to the step that takes the credential.
func toPaste(d *driver, name string) {
	d.t.Helper()
	next(d, 2) // Binance, live
	d.typeText(name)
	next(d, 4)
}

func TestAddWizardAsksTheExchangeBeforeItSaves(t *testing.T) {
	d, fake := addKey(t, fixtureKey("other", "kraken", exchanges.Live)) // the first key of all would replace the bottom page
	d.see("Exchange", "Binance", "step 1 of 5")
	toPaste(d, "grid-bot")
	d.see("Binance · live · grid-bot", "API Key", "https://binance.example/keys")
	d.paste("vmPUZE6mv9SD5VNH")
	next(d, 1)
	d.paste(canary)
	d.see("hidden: 30 bytes")
	d.seeNot(canary)
	next(d, 1)
	d.see("Binance accepted the key", "read ✓", "withdraw –")
	if !slices.Equal(fake.calls, []string{"Try grid-bot"}) {
		t.Fatalf("before saving the desk was asked to %v", fake.calls)
	}
	next(d, 1)
	if !slices.Equal(fake.calls, []string{"Try grid-bot", "Add grid-bot"}) {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.see("grid-bot is stored; where its secret lies: Secret Service")
}

func TestAddWizardPassesOnWhatWasTyped(t *testing.T) {
	d, fake := addKey(t)
	var got desk.NewKey
	fake.add = func(_ context.Context, k desk.NewKey, trial *desk.Trial) (*store.Record, error) {
		got = k
		got.Credential.Secret = exchanges.NewSecret(k.Credential.Secret.Reveal()) // the wizard wipes its own
		if trial == nil {
			t.Error("saved without the trial that was on screen")
		}
		return fixtureKey(k.Name, k.Exchange, k.Environment), nil
	}
	d.press("right")
	next(d, 1)
	d.press("right")
	next(d, 1)
	for _, text := range []string{"hedge", "sub-1", "hedge bot", "bot-a, bot-b,"} {
		d.typeText(text)
		next(d, 1)
	}
	d.typeText("key-id")
	next(d, 1)
	d.typeText("secret")
	next(d, 2)
	if got.Exchange != "bybit" || got.Environment != exchanges.Testnet || got.Name != "hedge" || got.Credential.KeyID != "key-id" || got.Credential.Secret.Reveal() != "secret" {
		t.Errorf("added %+v", got)
	}
	if d := got.Details; d.Account != "sub-1" || d.Purpose != "hedge bot" || len(d.Consumers) != 2 || d.Consumers[1].Name != "bot-b" {
		t.Errorf("details %+v", d)
	}
}

func TestAddWizardKeepsThePEMsLines(t *testing.T) {
	d, fake := addKey(t)
	pem := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\nAAAA\n-----END PRIVATE KEY-----\n"
	var got string
	fake.checkCred = func(_ exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
		got = c.Secret.Reveal()
		return c, nil
	}
	toPaste(d, "ed")
	d.typeText("key-id")
	next(d, 1)
	d.paste(strings.ReplaceAll(pem, "\n", "\r")) // what terminals really send
	d.see("4 lines")
	next(d, 1)
	if got != pem {
		t.Errorf("the check got %q", got)
	}
}

// A terminal without bracketed paste sends each line as keys and an enter.
func TestPasteWithoutBracketsRunsNoCommands(t *testing.T) {
	d, fake := addKey(t)
	toPaste(d, "ed")
	d.typeText("key-id")
	next(d, 1)
	for _, line := range []string{"-----BEGIN PRIVATE KEY-----", "qqVVqqFF", "-----END PRIVATE KEY-----"} {
		d.typeText(line)
		d.press("enter")
	}
	d.typeText("qVq") // what a clumsy clipboard has after it
	if d.quit {
		t.Error("a pasted letter quit the program")
	}
	if !slices.Equal(fake.calls, []string{"Try ed"}) {
		t.Errorf("desk was asked to %v", fake.calls)
	}
}

func TestAddWizardShowsWhatIsWrongWithAField(t *testing.T) {
	d, fake := addKey(t, fixtureKey("taken", "binance", exchanges.Live))
	fake.checkCred = func(_ exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
		return c, &exchanges.Error{Exchange: "binance", Op: "check API Key", Kind: exchanges.Invalid, Code: "API Key has a space inside", Hint: "Copy it again, without the space."}
	}
	next(d, 2)
	d.typeText("taken")
	next(d, 4)
	d.see("there is a key called", "step 2 of 5")
	d.press("ctrl+u")
	d.typeText("free")
	next(d, 4)
	d.typeText("has space")
	next(d, 1)
	d.typeText(canary)
	next(d, 1)
	d.see("API Key has a space inside", "Copy it again, without the space.", "> API Key")
	d.seeNot(canary)
	if len(fake.calls) != 0 {
		t.Errorf("a malformed key went to %v", fake.calls)
	}
}

func TestAddWizardDiagnosesARefusal(t *testing.T) {
	d, fake := addKey(t)
	refuse := true
	fake.try = func(context.Context, desk.NewKey) (desk.Trial, error) {
		if refuse {
			return desk.Trial{Err: &exchanges.Error{Kind: exchanges.IPBlocked, Code: "10010 \x1b[2Junmatched IP", Hint: "Add this machine's address to the list."}}, nil
		}
		return desk.Trial{}, nil
	}
	toPaste(d, "grid-bot")
	d.typeText("key")
	next(d, 1)
	d.typeText(canary)
	next(d, 1)
	d.see("not on the key's IP whitelist", "Add this machine's address", "Nothing was saved")
	next(d, 1) // enter does not save what was refused
	if slices.Contains(fake.calls, "Add grid-bot") {
		t.Error("enter saved a refused key")
	}
	refuse = false
	d.press("r")
	d.see("accepted the key")
}

func TestAddWizardCanSaveWhatCouldNotBeVerified(t *testing.T) {
	d, fake := addKey(t)
	fake.try = func(context.Context, desk.NewKey) (desk.Trial, error) {
		return desk.Trial{Err: &exchanges.Error{Kind: exchanges.Network, Hint: "Check the network."}}, nil
	}
	toPaste(d, "grid-bot")
	d.typeText("key")
	next(d, 1)
	d.typeText("secret")
	next(d, 1)
	d.see("no verdict about the key")
	d.press("S")
	if !slices.Contains(fake.calls, "Add grid-bot") {
		t.Errorf("desk was asked to %v", fake.calls)
	}
}

func TestAddWizardKeepsTheSecretWhenTheKeyringFails(t *testing.T) {
	d, fake := addKey(t)
	locked := true
	fake.add = func(_ context.Context, k desk.NewKey, _ *desk.Trial) (*store.Record, error) {
		if locked {
			return nil, &store.KeyringError{Backend: "secret-service", Op: "store", Locked: true, Hint: "Unlock it.", Err: errors.New("locked")}
		}
		if k.Credential.Secret.Reveal() != canary {
			t.Errorf("the second try had %d bytes", k.Credential.Secret.Len())
		}
		return fixtureKey(k.Name, k.Exchange, k.Environment), nil
	}
	toPaste(d, "grid-bot")
	d.typeText("key")
	next(d, 1)
	d.typeText(canary)
	next(d, 2)
	d.see("locked", "Unlock it.")
	locked = false
	d.press("r")
	d.see("grid-bot is stored")
}

func TestAddWizardGoesBackStepByStep(t *testing.T) {
	d, _ := addKey(t)
	toPaste(d, "grid-bot")
	d.typeText("key")
	d.press("esc")
	d.see("step 2 of 5", "grid-bot")
	d.press("esc")
	d.see("step 1 of 5")
}

func TestAddWizardDropsALateAnswer(t *testing.T) {
	env, fake := testEnv(t)
	w, _ := newAddWizard(env).(*addWizard)
	w.SetSize(120, 40)
	w.takeWhere()
	first := w.try()
	_ = w.back()
	w.Update(first())
	if w.trial.At != (time.Time{}) || w.step != addPaste {
		t.Errorf("step %d has the answer of an attempt that was left", w.step)
	}
	if len(fake.calls) != 1 {
		t.Error("the attempt was not made")
	}
}

func TestAddWizardFillsItsFrame(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {100, 30}, {120, 40}, {200, 60}} {
		env, fake := testEnv(t)
		long := strings.Repeat("日本語 long words ", 40)
		fake.try = func(context.Context, desk.NewKey) (desk.Trial, error) {
			return desk.Trial{Err: &exchanges.Error{Kind: exchanges.Auth, Code: long, Hint: long}}, nil
		}
		w, _ := newAddWizard(env).(*addWizard)
		w.SetSize(size[0], size[1])
		checkFrame(t, w.View(), size[0], size[1])
		w.takeWhere()
		w.step = addPaste
		w.key.Name = strings.Repeat("字", 60)
		checkFrame(t, w.View(), size[0], size[1])
		cmd := w.try()
		checkFrame(t, w.View(), size[0], size[1])
		w.Update(cmd())
		checkFrame(t, w.View(), size[0], size[1])
	}
}

func TestWarnsOfWithdrawAndOpenAddresses(t *testing.T) {
	d, fake := addKey(t)
	fake.try = func(context.Context, desk.NewKey) (desk.Trial, error) {
		return desk.Trial{Info: exchanges.KeyInfo{
			Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw), IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
		}}, nil
	}
	toPaste(d, "treasury")
	d.typeText("key")
	next(d, 1)
	d.typeText("secret")
	next(d, 1)
	d.see("this key may withdraw", "works from any address")
}

func TestTheDemoHasAKeyToAdd(t *testing.T) {
	d, fake := addKey(t)
	d.env.Spare = func(id exchanges.ID, env exchanges.Environment) (exchanges.Credential, bool) {
		return exchanges.Credential{KeyID: "made-up", Secret: exchanges.NewSecret(canary)}, id == "binance" && env == exchanges.Live
	}
	var got exchanges.Credential
	fake.checkCred = func(_ exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
		got = exchanges.Credential{KeyID: c.KeyID, Secret: exchanges.NewSecret(c.Secret.Reveal())}
		return c, nil
	}
	toPaste(d, "first")
	d.see("This is the demo")
	d.press("ctrl+g")
	d.see("made-up")
	d.seeNot(canary)
	next(d, 1)
	if got.KeyID != "made-up" || got.Secret.Reveal() != canary {
		t.Errorf("the check got %q", got.KeyID)
	}
	d.press("esc", "esc", "esc")
	d.press("right")
	next(d, 6)
	d.seeNot("This is the demo")
}
