package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// A public key and an IP list as long as they come.
const (
	publicPEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\nAAAAB3NzaC1yc2EAAAADAQABAAABAQC7\n-----END PUBLIC KEY-----\n"
	longIPs   = "203.0.113.7,203.0.113.8,198.51.100.0/24,2001:db8:85a3::8a2e:370:7334,192.0.2.144"
)

func goOrBack() []flow.Choice {
	return []flow.Choice{{ID: flow.Go, Label: "Go on"}, {ID: flow.Back, Label: "Back", Bare: true}}
}

func pastePrompt() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskPaste, Title: "Make the key on Binance's site", Text: []string{"The old key stays as it is."},
		Page: "https://www.binance.com/en/my/settings/api-management",
		Guide: []flow.Line{
			{Text: "Create API → System generated"},
			{Text: "Label", Name: exchanges.PutLabel, Copy: "keyrota-grid-bot-7f3a"},
			{Text: "Tick", Name: exchanges.PutTicks, Many: []string{"Enable Reading", "Enable Spot & Margin Trading"}},
			{Text: "Leave off", Name: exchanges.PutNoTicks, Many: []string{"", "Enable Withdrawals"}},
			{Text: "IP access", Name: exchanges.PutIPs, Copy: longIPs},
		},
		Fields: []flow.Field{{Name: "key", Kind: flow.FieldCredential, Form: fixtureExchanges()[0].Form.Fields, Source: exchanges.FromExchange, Exch: "binance", Env: exchanges.Live}},
		Choices: []flow.Choice{
			{ID: flow.Go, Label: "I have pasted it", Help: "The exchange is asked about it next."}, {ID: flow.Relabel, Label: "Other label", Bare: true},
			{ID: flow.Back, Label: "Back", Bare: true}, {ID: flow.Abandon, Label: "Abandon", Bare: true},
		},
	}
}

func pairPrompt() flow.Prompt {
	q := pastePrompt()
	q.Guide[1] = flow.Line{Text: "Public key", Name: exchanges.PutPublicKey, Copy: publicPEM}
	q.Fields[0].Source = exchanges.FromKeyPair
	return q
}

func permissionsPrompt() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskPurpose, Title: "What is the key for?",
		Fields: []flow.Field{
			{Name: "purpose", Label: "Purpose", Kind: flow.FieldChoice, Default: "spot-bot", Options: []flow.Option{{Value: "tax", Words: "Portfolio and tax", Help: "reads only"}, {Value: "spot-bot", Words: "Spot bot", Help: "reads and trades spot"}}},
			{Name: "permissions", Label: "May do", Help: "what the key is asked to be able to do", Kind: flow.FieldMany, Default: "read spot", Options: []flow.Option{
				{Value: "read", Words: "read"}, {Value: "spot", Words: "spot"}, {Value: "transfer", Words: "transfer"}, {Value: "withdraw", Words: "withdraw", Help: "no bot needs it"}}},
			{Name: "ips", Label: "From", Help: "addresses, or any", Kind: flow.FieldIPs, Default: "203.0.113.7"},
			{Name: "name", Label: "Name", Kind: flow.FieldText},
		},
		Choices: goOrBack(),
	}
}

func dangerPrompt() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskRevoke, Title: "Revoke the old key?", Warn: []string{"2 programs still use it."},
		Fields:  []flow.Field{{Name: "phrase", Label: "The key's name", Kind: flow.FieldPhrase, Want: "grid-bot"}},
		Choices: []flow.Choice{{ID: flow.Back, Label: "Keep it", Bare: true}, {ID: flow.Go, Label: "Revoke it", Dangerous: true}},
	}
}

func reviewPrompt() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskReview, Title: "The new key is wider than planned", Warn: []string{"It may withdraw."},
		Review: []flow.ReviewLine{
			{What: "read", Asked: "on", Found: "on", Mark: "same"}, {What: "spot", Asked: "on", Found: "off", Mark: "narrower"},
			{What: "withdraw", Asked: "off", Found: "on", Mark: "wider"}, {What: "earn", Asked: "off", Found: "not told", Mark: "unknown"},
			{What: "IP whitelist", Asked: longIPs, Found: "any address", Mark: "wider"},
		},
		Choices: []flow.Choice{{ID: flow.Retry, Label: "Look again"}, {ID: flow.Back, Label: "Back", Bare: true}},
	}
}

func codePrompt() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskCode, Title: "Deribit asks for a one-time code", Fields: []flow.Field{{Name: "code", Label: "Code", Kind: flow.FieldCode}},
		Choices: []flow.Choice{{ID: flow.Go, Label: "Send"}, {ID: flow.Without, Label: "Go on without", Bare: true}},
	}
}

func endings() map[string]flow.Update {
	done := rotation(9)
	done.Done, done.State.Step = true, flow.StepDone
	done.State.Outcome, done.State.Notes = "grid-bot has a new key, and the old one is proven dead.", []string{"Binance's clock was 1.2 s ahead."}
	left := done
	left.State.Outcome, left.State.Left = "abandoned", []string{"the key k3Jq…91xZ with the label keyrota-grid-bot-7f3a"}
	busy, halt := rotation(3), rotation(3)
	busy.Busy = flow.DoCreate
	halt.Halt = &flow.Problem{What: "disk full", Hint: "Free some space."}
	return map[string]flow.Update{"done": done, "left": left, "busy": busy, "halt": halt}
}

// prompts has one prompt of each make.
func prompts() map[string]flow.Prompt {
	return map[string]flow.Prompt{
		"paste": pastePrompt(), "pair": pairPrompt(), "permissions": permissionsPrompt(), "danger": dangerPrompt(),
		"review": reviewPrompt(), "code": codePrompt(), "watch": question(), "empty": {ID: flow.AskPlan},
	}
}

func everyFlow() map[string]flow.Update {
	all := endings()
	for name, q := range prompts() {
		all[name] = asks(5, q)
	}
	return all
}

func withCopy(e *Env) { e.Copy = func(string) error { return nil } }

func TestFlowGoldens(t *testing.T) {
	for name, u := range everyFlow() {
		d := openFlow(t, u, withCopy)
		d.resize(100, 30)
		golden(t, "flow-"+name, d.view())
	}
	d := openFlow(t, asks(5, pairPrompt()), withCopy)
	d.resize(60, 20)
	golden(t, "flow-pair-60x20", d.view())
}

func TestFlowFillsEveryFrame(t *testing.T) {
	for name, u := range everyFlow() {
		d := openFlow(t, u, withCopy, func(e *Env) { e.links = true })
		for _, focus := range []string{"", "tab", "tab", "shift+tab"} {
			if focus != "" {
				d.slowly(focus)
			}
			for _, size := range frameSizes {
				d.resize(size[0], size[1])
				checkFrame(t, d.app.View(), size[0], size[1])
				d.see("live")
			}
		}
		if t.Failed() {
			t.Fatalf("flow %s", name)
		}
	}
}

func TestFlowQLeavesEveryPrompt(t *testing.T) {
	for name, u := range everyFlow() {
		d := openFlow(t, u)
		d.advance(time.Second)
		for i := 0; d.top().(*flowPage).Typing() && i < 9; i++ {
			d.slowly("tab")
		}
		d.press("q")
		if d.open() || d.quit {
			t.Errorf("%s: q does not leave", name)
		}
		d.answered()
	}
}

// Whatever is on screen, the choices and the input in use are: also at 60×20.
func TestFlowNarrowKeepsTheFocusInSight(t *testing.T) {
	d := openFlow(t, asks(1, pairPrompt()), withCopy)
	d.resize(60, 20)
	d.see("… · preflight ✓ · create ▸ · verify", "[ I have pasted it ]", "more lines", "enter when that is done")
	d.press("pgdown", "pgdown", "pgdown", "pgdown")
	d.see("API Key", "[ I have pasted it ]")
	d.press("pgup", "pgup", "pgup", "pgup", "down", "k")
	d.see("Make the key on")
	d.wheel(30, 8, 1)
	d.seeNot("Make the key on")
	d.press("enter")
	d.see("> API Key")
	d.typeText("abc")
	d.resize(120, 40) // in the middle
	d.see("> API Key", "abc", "✓ plan")
	d.resize(60, 20)
	d.see("> API Key", "abc")
}

func TestFlowShowsWhatIsPastedInFull(t *testing.T) {
	for _, size := range frameSizes {
		d := openFlow(t, asks(1, pairPrompt()), withCopy)
		d.resize(size[0], size[1])
		var shown strings.Builder
		for _, line := range d.top().(*flowPage).lay().body.lines {
			shown.WriteString(strings.ReplaceAll(strings.ReplaceAll(ansi.Strip(line), " ", ""), "2copy", "")) // 2: behind the addresses
		}
		text := strings.ReplaceAll(shown.String(), "1copy", "")
		for _, want := range []string{longIPs, strings.NewReplacer("\n", "", " ", "").Replace(publicPEM), "https://www.binance.com/en/my/settings/api-management"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in %s", size, want, text)
			}
		}
	}
}

func TestFlowCopiesAndOpens(t *testing.T) {
	var copied, opened []string
	env := func(e *Env) {
		e.Copy = func(s string) error { copied = append(copied, s); return nil }
		e.OpenPage = func(s string) error { opened = append(opened, s); return nil }
	}
	d := openFlow(t, asks(1, pairPrompt()), env)
	d.press("1", "2", "3", "9", "c", "o")
	page := pairPrompt().Page
	if want := []string{strings.TrimRight(publicPEM, "\n"), longIPs, page}; !slices.Equal(copied, want) {
		t.Errorf("copied %q", copied)
	}
	d.clickOn("2 copy")
	d.see("the addresses: sent to the terminal's clipboard (may be ignored)")
	d.press("enter") // to the input: its keys are text
	d.press("o", "c", "1", "ctrl+o")
	if !slices.Equal(opened, []string{page, page}) || len(copied) != 4 {
		t.Errorf("opened %q, copied %q", opened, copied)
	}
	d.see("o" + "c1")
	d.env.OpenPage = func(string) error { return errors.New("no browser") }
	d.env.Copy = func(string) error { return errors.New("broken pipe") }
	d.press("ctrl+o")
	d.see("the browser did not open: no browser", "Open it by hand: "+page)
	d.press("esc") // the toast
	d.press("shift+tab", "1")
	d.see("copying the public key: broken pipe")
}

func TestFlowOffersNothingThatCannotBeDone(t *testing.T) {
	d := openFlow(t, asks(1, pastePrompt()))
	d.seeNot("open page", "copy", "simulate")
	before := d.view()
	d.press("o", "c", "1", "s", "ctrl+g", "ctrl+o")
	if d.view() != before {
		t.Errorf("something happened:\n%s", d.view())
	}
	d.answered()
}

func TestFlowAddressIsALinkWhereThatIsUnderstood(t *testing.T) {
	const osc = "\x1b]8;"
	q := pastePrompt()
	for _, c := range []struct {
		page  string
		links bool
		want  bool
	}{{q.Page, true, true}, {q.Page, false, false}, {"javascript:alert(1)", true, false}, {"https://x.example/\x1b]52;c;AAAA\x07", true, true}} {
		q.Page = c.page
		d := openFlow(t, asks(1, q), func(e *Env) { e.links = c.links })
		v := d.app.View()
		if got := strings.Contains(v, osc); got != c.want {
			t.Errorf("%q with links %v: link %v", c.page, c.links, got)
		}
		if strings.Contains(v, "\x1b]52") {
			t.Errorf("%q reaches the clipboard", c.page)
		}
	}
	for kind, want := range map[string]bool{"xterm-256color": true, "": true, "dumb": false, "linux": false} {
		if takesLinks(kind) != want {
			t.Errorf("links on %q", kind)
		}
	}
}

func TestFlowCopyIsOneWriteToTheTerminal(t *testing.T) {
	var w countingWriter
	if err := copyTo(&w)("203.0.113.7"); err != nil || w.writes != 1 || w.text != "\x1b]52;c;MjAzLjAuMTEzLjc=\x07" {
		t.Errorf("%d writes, %q, %v", w.writes, w.text, err)
	}
}

type countingWriter struct {
	writes int
	text   string
}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.writes++
	w.text += string(b)
	return len(b), nil
}

func simulator(answer flow.Answer, err error) func(*Env) {
	return func(e *Env) {
		e.Simulate = func(context.Context, flow.Update) (flow.Answer, error) { return answer, err }
	}
}

func TestFlowSimulatorAnswersByItself(t *testing.T) {
	made := flow.Answer{Choice: flow.Go, Credential: exchanges.Credential{KeyID: "made-up", Secret: exchanges.NewSecret(canary)}}
	d := openFlow(t, asks(1, pastePrompt()), simulator(made, nil))
	d.see("s simulate")
	d.press("s")
	if a := d.answered(flow.Go); a.keyID != "made-up" || a.secret != canary || a.rev != 1 {
		t.Errorf("answered %+v", a)
	}
	d = openFlow(t, asks(1, codePrompt()), simulator(flow.Answer{Choice: flow.Go, Code: exchanges.NewSecret("123456")}, nil))
	d.see("ctrl+g simulate") // keys are text
	d.press("ctrl+g")
	if a := d.answered(flow.Go); a.code != "123456" {
		t.Errorf("answered %+v", a)
	}
	d = openFlow(t, asks(1, pastePrompt()), simulator(flow.Answer{}, errors.New("the simulated exchange is down")))
	d.press("s")
	d.see("✗ the simulated exchange is down", "[ I have pasted it ]")
	d.answered()
}

func TestFlowSimulatorIsOfferedWhereItCanHelp(t *testing.T) {
	mend := reviewPrompt()
	mend.Guide = []flow.Line{{Text: "Edit restrictions"}}
	all := prompts()
	all["mend"], all["gone"], all["undo"] = mend, flow.Prompt{ID: flow.AskGone}, flow.Prompt{ID: flow.AskUndo}
	all["works"] = flow.Prompt{ID: flow.AskWorks}
	for name, q := range all {
		d := openFlow(t, asks(1, q), simulator(flow.Answer{}, nil))
		want := slices.Contains([]string{"paste", "pair", "code", "mend", "gone", "undo", "works"}, name)
		if got := strings.Contains(d.view(), "simulate"); got != want {
			t.Errorf("%s: offered %v", name, got)
		}
	}
}

func TestFlowSimulatorCanBeStopped(t *testing.T) {
	var ctx context.Context
	d := openFlow(t, asks(1, pastePrompt()), func(e *Env) {
		e.Simulate = func(c context.Context, _ flow.Update) (flow.Answer, error) { ctx = c; return flow.Answer{}, nil }
	})
	p := d.top().(*flowPage)
	cmd := p.keyPress(KeyMsg{Name: "s", Rune: 's'})
	d.see("◐ the simulated exchange does what was asked for", "esc interrupt")
	d.press("esc")
	d.see("[ I have pasted it ]")
	d.run(cmd) // comes too late
	d.answered()
	if ctx.Err() == nil {
		t.Error("the simulator was not told")
	}
	if len(d.flows.calls) != 0 {
		t.Errorf("the flow was disturbed: %v", d.flows.calls)
	}
}

func TestFlowBatchGoesOnWithTheNext(t *testing.T) {
	u := endings()["done"]
	u.State.Batch = flow.Batch{ID: "b", Number: 2, Of: 5}
	sum := func(id flow.ID, batch string, n int) flow.Summary {
		return flow.Summary{ID: id, Batch: flow.Batch{ID: batch, Number: n, Of: 5}}
	}
	for _, c := range []struct {
		open []flow.Summary
		want flow.ID
	}{
		{[]flow.Summary{sum("f5", "b", 5), sum("f1", "b", 2), sum("f0", "b", 1), sum("f4", "b", 4), sum("x", "other", 3)}, "f4"},
		{[]flow.Summary{sum("f1", "b", 2), sum("f0", "b", 1)}, "f0"},
	} {
		d := openFlow(t, asks(1, question()))
		d.flows.open = c.open
		next := asks(1, question())
		next.State.ID, next.State.Name = c.want, "the-next"
		d.flows.set(next)
		d.becomes(u)
		d.see("grid-bot has a new key", "2 of 5 · enter: next")
		d.press("enter")
		d.see("Rotate the-next")
		if !slices.Contains(d.flows.calls, "Resume "+string(c.want)) {
			t.Errorf("calls %v", d.flows.calls)
		}
		d.press("q")
		if d.open() {
			t.Error("the finished page is still there")
		}
	}
}

func TestFlowEndShowsWhatIsLeft(t *testing.T) {
	d := openFlow(t, endings()["left"])
	d.see("▲ abandoned", "What is left at the exchange", "keyrota-grid-bot-7f3a", "Binance's clock was 1.2 s ahead", "enter: close")
	d.press("enter")
	if d.open() {
		t.Error("enter does not close")
	}
	d.seeNot("resume it")
}
