package ui

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

func TestFlowAnswersWithWhatWasFilledIn(t *testing.T) {
	d := openFlow(t, asks(1, permissionsPrompt()))
	d.press("left") // Portfolio and tax
	d.see("[ Portfolio and tax ]", "reads only")
	d.slowly("enter")
	d.press("down", " ", "down", " ", "down") // spot off, transfer on
	d.see("[x] read", "[ ] spot", "[x] transfer")
	d.slowly("enter")
	d.press("ctrl+u")
	d.typeText("any")
	d.slowly("enter")
	d.typeText("  grid-bot ")
	d.press("enter")
	a := d.answered(flow.Go)
	if want := map[string]string{"purpose": "tax", "permissions": "read transfer", "ips": "any", "name": "grid-bot"}; !maps.Equal(a.values, want) {
		t.Errorf("answered %v", a.values)
	}
}

// An input offers what goes with the ones above it, and keeps what it had where
// that is still offered.
func TestFlowOffersWhatGoesWithTheRest(t *testing.T) {
	option := func(value string, when ...string) flow.Option {
		return flow.Option{Value: value, Words: value, When: when}
	}
	q := flow.Prompt{ID: flow.AskWhere, Fields: []flow.Field{
		{Name: "exchange", Label: "Exchange", Kind: flow.FieldChoice, Options: []flow.Option{option("one"), option("two"), option("three")}},
		{Name: "environment", Label: "Environment", Kind: flow.FieldChoice, Options: []flow.Option{option("live", "one", "two", "three"), option("demo", "two", "three")}},
		{Name: "site", Label: "Site", Kind: flow.FieldChoice, Options: []flow.Option{option("only", "one live"), option("world", "two live"), option("eu", "two live"), option("paper", "two demo"), option("eu", "three live")}},
	}}
	d := openFlow(t, asks(1, q))
	d.see("[ one ]", "[ live ]", "[ only ]")
	d.seeNot("demo", "paper")
	d.press("right")
	d.see("[ two ]", "[ live ]  demo", "[ world ]  eu")
	d.seeNot("paper")
	d.press("down", "down", "right")
	d.see("world  [ eu ]")
	d.press("up", "up", "right")
	d.see("[ three ]", "[ eu ]")
	d.seeNot("world")
	d.press("left", "down", "right")
	d.see("live  [ demo ]", "[ paper ]")
	d.becomes(asks(1, q))
	d.see("[ two ]", "live  [ demo ]", "[ paper ]")
	d.press("tab", "enter")
	if a, want := d.answered(flow.Go), map[string]string{"exchange": "two", "environment": "demo", "site": "paper"}; !maps.Equal(a.values, want) {
		t.Errorf("answered %v", a.values)
	}
}

func TestFlowBackNeedsNothingFilledIn(t *testing.T) {
	d := openFlow(t, asks(1, codePrompt()))
	d.clickOn("Go on without")
	if a := d.answered(flow.Without); a.values != nil || a.code != "" {
		t.Errorf("answered %+v", a)
	}
}

func TestFlowManySaysWhatIsDangerous(t *testing.T) {
	d := openFlow(t, asks(1, permissionsPrompt()))
	d.see("[ ] withdraw", "no bot needs it; ! can send money away", "! can move money between accounts")
	d.press("tab", "down", "down", "down", " ") // to the list, and to its end
	d.see("> [x] withdraw")
	d.press("down")
	d.see("> From")
	d.press("up", "up")
	d.see("> [ ] transfer")
	d.clickOn("[x] withdraw")
	d.see("> [ ] withdraw")
	d.clickOn("Name")
	d.see("> Name")
}

func TestFlowManyWithoutOptionsIsNoTrap(t *testing.T) {
	q := flow.Prompt{ID: flow.AskPurpose, Fields: []flow.Field{{Name: "p", Label: "May do", Kind: flow.FieldMany}, {Name: "c", Label: "Which", Kind: flow.FieldChoice}}}
	d := openFlow(t, asks(1, q))
	d.press(" ", "x", "down")
	d.see("> Which")
	d.press("enter")
	d.answered(flow.Go)
}

// What was typed stays while the flow asks the same, and goes when it moves on.
func TestFlowRedrawKeepsWhatWasTyped(t *testing.T) {
	d := openFlow(t, asks(1, permissionsPrompt()))
	d.press("shift+tab", "shift+tab", "shift+tab") // last choice, first choice, name
	d.typeText("half a na")
	d.becomes(asks(1, permissionsPrompt()))
	d.see("> Name", "half a na")
	d.becomes(asks(2, permissionsPrompt()))
	d.seeNot("half a na")
	d.see("> Purpose")
}

func TestFlowFieldErrorsAreShownAtTheField(t *testing.T) {
	d := openFlow(t, asks(1, permissionsPrompt()))
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		return &flow.FieldError{Field: "ips", What: "\"any\x1b[2J\" is no address", Hint: "Write 203.0.113.7."}
	}
	d.clickOn("Name")
	d.typeText("kept")
	d.press("enter")
	d.see("> From", "✗ \"any[2J\" is no address", "Write 203.0.113.7.", "kept")
	d.advance(time.Second)
	d.typeText("1")
	d.seeNot("is no address")
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { return &flow.FieldError{What: "not now", Hint: "Later."} }
	d.clickOn("Go on")
	d.see("✗ not now", "Later.", "[ Go on ]")
}

func TestFlowCodeTakesWhatPeoplePaste(t *testing.T) {
	for typed, want := range map[string]string{"123456": "123456", "123 456": "123456", "1234-5678": "12345678", "12345": "", "123456789": "", "12345a": "", "": ""} {
		d := openFlow(t, asks(1, codePrompt()))
		d.paste(typed)
		d.press("enter")
		if want == "" {
			d.answered()
			d.see("✗ a one-time code has 6 to 8 digits")
			continue
		}
		if a := d.answered(flow.Go); a.code != want {
			t.Errorf("%q sent as %q", typed, a.code)
		}
		d.seeNot(want)
	}
}

func TestFlowDangerNeedsThePhraseAndTheChoice(t *testing.T) {
	d := openFlow(t, asks(1, dangerPrompt()))
	d.see("[ Keep it ]", "! Revoke it", "▲ 2 programs still use it.", "type grid-bot exactly")
	d.slowly("enter") // to the choices, of which the harmless one is first
	d.slowly("enter")
	d.answered(flow.Back)

	d = openFlow(t, asks(1, dangerPrompt()))
	d.advance(time.Second)
	d.typeText("Grid-bot")
	d.slowly("enter", "right", "enter")
	d.answered()
	d.see(`✗ "Grid-bot" is not "grid-bot"`, "Type it exactly, or choose Keep it.", "> The key's name")
	d.press("ctrl+u")
	d.typeText("grid-bot")
	d.slowly("enter", "right", "enter")
	d.answered(flow.Go)
}

func TestFlowDangerIsDeafBeforeItWasSeen(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.becomes(asks(2, dangerPrompt()))
	d.typeText("grid-bot")
	d.press("enter", "right", "enter", "esc", "q")
	d.paste("grid-bot")
	d.clickOn("Keep it")
	d.answered()
	if !d.open() {
		t.Fatal("the page was left")
	}
	d.becomes(asks(3, dangerPrompt())) // the time of the prompt before does not count
	d.advance(seenAfter - time.Millisecond)
	d.press("enter")
	d.see("> The key's name")
	d.advance(seenAfter)
	d.typeText("grid-bot")
	d.press("enter")
	d.see("! Revoke it")
	d.clickOn("! Revoke it") // only selects
	d.answered()
	d.clickOn("! Revoke it")
	d.answered(flow.Go)
}

func TestFlowTakesAPastedKey(t *testing.T) {
	d := openFlow(t, asks(1, pastePrompt()))
	d.paste("vmPUZE6mv9SD5VNH\r\n")            // while the guide has the focus
	d.see("> API Key", "vmPU…  16 characters") // it might have been the secret
	d.seeNot("vmPUZE6mv9SD5VNH")
	d.slowly("enter")
	d.paste(canary)
	d.see("hidden: 30 bytes")
	d.press("enter")
	if a := d.answered(flow.Go); a.keyID != "vmPUZE6mv9SD5VNH" || a.secret != canary {
		t.Errorf("answered %+v", a)
	}
	if strings.Contains(d.app.View(), canary) {
		t.Error("the secret is on screen")
	}
}

func TestFlowAsksForTheKeyIDOnlyOfAPairMadeHere(t *testing.T) {
	d := openFlow(t, asks(1, pairPrompt()))
	d.see("API Key")
	d.seeNot("Secret Key")
	d.desk.checkCred = func(exchanges.ID, exchanges.Credential) (exchanges.Credential, error) {
		return exchanges.Credential{}, errors.New("the private half is missing")
	}
	d.slowly("enter", "enter")
	d.see("✗ API Key is empty")
	d.typeText(" abc ")
	d.press("enter")
	if a := d.answered(flow.Go); a.keyID != "abc" {
		t.Errorf("answered %+v", a)
	}
}

// approvePrompt is of a key pair whose public half is the key.
func approvePrompt() flow.Prompt {
	q := pairPrompt()
	q.Guide[1].Copy, q.Fields = "0x286edfa08c04f6899dab3bfdecf2dd133f9733b9", nil
	q.Choices[0].Label = "it is done"
	return q
}

func TestFlowAsksForNothingOfAPublicHalfThatIsTheKey(t *testing.T) {
	d := openFlow(t, asks(1, approvePrompt()))
	d.desk.checkCred = func(exchanges.ID, exchanges.Credential) (exchanges.Credential, error) {
		return exchanges.Credential{}, errors.New("there is nothing to check")
	}
	d.see("0x286edfa08c04f6899dab3bfdecf2dd133f9733b9", "[ it is done ]")
	d.seeNot("API Key")
	d.press("enter")
	if a := d.answered(flow.Go); a.keyID != "" || a.secret != "" {
		t.Errorf("answered %+v", a)
	}
}

func TestFlowChecksAPastedKeyBeforeItIsSent(t *testing.T) {
	d := openFlow(t, asks(1, pastePrompt()))
	var held exchanges.Secret
	d.desk.checkCred = func(id exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
		held = c.Secret
		if id != "binance" {
			t.Errorf("checked as %s", id)
		}
		return c, errors.New("Secret Key looks like an API Key")
	}
	d.slowly("enter")
	d.typeText("key")
	d.slowly("enter")
	d.paste(canary)
	d.press("enter")
	d.answered()
	d.see("> Secret Key", "✗ Secret Key looks like an API Key", "hidden: 30 bytes")
	if strings.Contains(held.Reveal(), canary) {
		t.Error("a refused copy of the secret was not cleared")
	}
	d.desk.checkCred = nil
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		return &flow.FieldError{Field: "key", What: "this API Key is the old one", Hint: "Paste the new one."}
	}
	d.slowly("enter")
	d.see("> API Key", "✗ this API Key is the old one")
}

// No way out of the page leaves a secret behind.
func TestFlowSecretsAreClearedOnTheWayOut(t *testing.T) {
	for name, leave := range map[string]func(*flowDriver){
		"back":   func(d *flowDriver) { d.press("esc"); d.becomes(asks(2, question())) },
		"leave":  func(d *flowDriver) { d.press("tab"); d.press("q") },
		"moved":  func(d *flowDriver) { d.becomes(asks(2, pastePrompt())) },
		"answer": func(d *flowDriver) { d.press("enter") },
		"done":   func(d *flowDriver) { d.becomes(endings()["done"]) },
	} {
		d := openFlow(t, asks(1, pastePrompt()))
		p := d.top().(*flowPage)
		secret := p.ask.inputs[1].field.(*secretField)
		d.clickOn("Secret Key")
		d.paste(canary)
		buf := secret.buf[:cap(secret.buf)]
		if !strings.Contains(string(buf), canary) {
			t.Fatalf("%s: nothing was typed", name)
		}
		leave(d)
		if strings.Contains(string(buf), canary) || len(secret.buf) > 0 {
			t.Errorf("%s: the secret is still there", name)
		}
	}
}

// A terminal without bracketed paste sends lines as keys and enters: they must
// not fall through to the next question.
func TestFlowLinesBehindAPasteRunNothing(t *testing.T) {
	d := openFlow(t, asks(1, codePrompt()))
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { d.flows.set(asks(2, question())); return nil }
	d.typeText("123456")
	d.press("enter")
	d.see("Is the old key still used?")
	for _, line := range []string{"qqq", "scot1", "?:t"} {
		d.typeText(line)
		d.press("enter")
	}
	d.answered(flow.Go)
	if !d.open() || d.quit {
		t.Error("a pasted letter left the page")
	}
	d.seeNot("─ Help ─", "─ Commands ─")
}

func TestFlowGarbageDrawsNothingElse(t *testing.T) {
	const garbage = "a\x1b]52;c;cm0gLXJm\x07\nb\x1b[2J\r\n\u202egnp.exe\x00\x9b31m"
	q := permissionsPrompt()
	q.Title, q.Text, q.Warn, q.Page = garbage, []string{garbage}, []string{garbage}, garbage
	q.Guide = []flow.Line{{Text: garbage, Copy: garbage, Many: []string{garbage}}}
	q.Review = []flow.ReviewLine{{What: garbage, Asked: garbage, Found: garbage, Mark: garbage}}
	for i := range q.Fields {
		q.Fields[i].Label, q.Fields[i].Help, q.Fields[i].Default = garbage, garbage, garbage
		for j := range q.Fields[i].Options {
			q.Fields[i].Options[j].Words, q.Fields[i].Options[j].Help = garbage, garbage
		}
	}
	q.Choices = []flow.Choice{{ID: garbage, Label: garbage, Help: garbage}}
	u := asks(1, q)
	u.State.Name, u.State.Old.Masked, u.State.Plan.Exchange, u.State.Plan.Environment = garbage, garbage, garbage, garbage
	u.State.Outcome, u.State.Notes, u.State.Left = garbage, []string{garbage}, []string{garbage}
	done, halt := u, u
	done.Done, halt.Halt = true, &flow.Problem{What: garbage, Hint: garbage}
	for _, u := range []flow.Update{u, done, halt} {
		d := openFlow(t, u, withCopy, func(e *Env) { e.links = true })
		for range 8 {
			d.paste(garbage)
			d.slowly("tab")
			for _, size := range frameSizes {
				d.resize(size[0], size[1])
				v := d.app.View()
				checkFrame(t, v, size[0], size[1])
				for _, bad := range []string{"\x1b]52", "\x1b[2J", "\u202e", "\x00", "\x9b", "\r"} {
					if strings.Contains(v, bad) {
						t.Fatalf("%q reaches the terminal", bad)
					}
				}
			}
		}
	}
}

func TestFlowASCIIDrawsNothingElse(t *testing.T) {
	for name, u := range everyFlow() {
		u.State.Old.Masked = "vmPU"
		d := openFlow(t, u, func(e *Env) { e.ASCII = true })
		d.resize(60, 20)
		for _, r := range d.view() {
			if r > '~' && !strings.Contains("k3Jq…91xZ", string(r)) {
				t.Fatalf("%s has %q:\n%s", name, r, d.view())
			}
		}
	}
}
