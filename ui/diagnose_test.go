package ui

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// vaguely is a refusal that leaves much open, as -2015 of Binance does.
func vaguely(o desk.DiagnoseOptions) *diagnose.Evidence {
	e := &diagnose.Evidence{
		Now: noon, Exchange: "Binance", Environment: exchanges.Live, Read: true, Asked: true, KeyID: "vmPU…uh8A",
		Shape: diagnose.Shape{Swap: diagnose.SwapSame}, Clock: exchanges.Clock{Known: true},
		Err: &exchanges.Error{Kind: exchanges.Auth, Outcome: exchanges.Refused, Code: "-2015: Invalid API-key, IP, or permissions for action",
			Causes: []exchanges.Cause{exchanges.CauseIP, exchanges.CauseEnvironment, exchanges.CauseDeleted}},
		Environments: diagnose.Elsewhere{Names: []string{"testnet", "demo"}},
	}
	if o.Addresses {
		e.Mine = []netip.Addr{netip.MustParseAddr("198.51.100.20")}
	}
	if o.Environments {
		e.Environments.Trials = []diagnose.Trial{{Name: "testnet"}}
	}
	return e
}

// withList is the same of a key that was accepted before, from its list alone.
func withList(o desk.DiagnoseOptions) *diagnose.Evidence {
	e := vaguely(o)
	e.Accepted = noon.Add(-9 * day)
	e.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}
	return e
}

// diagnosisOf opens the page for the first key of the fixture.
func diagnosisOf(t *testing.T, w, h int, evidence func(desk.DiagnoseOptions) *diagnose.Evidence) (*driver, *fakeDesk) {
	t.Helper()
	r := fixtureKey("grid-bot", "binance", exchanges.Live)
	env, fake := testEnv(t, r)
	fake.diagnosis.evidence = evidence
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	keys(d, "d")
	return d, fake
}

func (d *fakeDesk) diagnoses() (n int) {
	for _, c := range d.calls {
		if strings.HasPrefix(c, "Diagnose ") {
			n++
		}
	}
	return n
}

func TestDiagnosisFitsEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := diagnosisOf(t, size[0], size[1], withList)
		checkFrame(t, d.view(), size[0], size[1])
		golden(t, fmt.Sprintf("diagnosis-%dx%d", size[0], size[1]), d.view())
		d.see("Diagnosis", "grid-bot", "Binance · live", "? The cause is not certain", "ip open:", "a tests it", "deleted possible:")
		d.press("G")
		checkFrame(t, d.view(), size[0], size[1])
		d.see("clock ruled out:")
		d.press("g")
		d.see("? The cause is not certain")
	}
}

func TestDiagnosisOfAKeyThatWorks(t *testing.T) {
	d, _ := diagnosisOf(t, 120, 40, nil)
	d.see("✓ Bybit accepts the key.", "ruled out: Bybit accepted the key just now", "· product-not-opened, account-restricted open:")
	for _, key := range []string{"a", "s", "n"} {
		d.press(key)
		d.see("it would tell nothing more")
	}
	d.press("esc")
	d.seeNot("accepts the key")
}

func TestFurtherTestsWantATypedYes(t *testing.T) {
	d, fake := diagnosisOf(t, 120, 40, withList)
	d.press("a")
	d.see("One more test", "ip_echo")
	d.press("enter")
	d.see("One more test") // it was not seen yet
	d.advance(seenAfter)
	d.press("enter")
	if d.seeNot("One more test"); fake.diagnoses() != 1 {
		t.Errorf("nothing was typed, and there were %d looks", fake.diagnoses())
	}
	say := func(key string, words ...string) {
		d.press(key)
		d.advance(seenAfter)
		for _, w := range words {
			d.press(w)
		}
		d.press("enter")
	}
	say("a", "y", "e")
	if fake.diagnoses() != 1 {
		t.Error("half a yes was enough")
	}
	say("a", "y", "e", "s")
	d.see("ip likely:", "this machine's IPv4 is 198.51.100.20", "(not on the list)")
	fake.diagnosis.evidence = vaguely
	d.press("v")
	say("n", "y", "e", "s")
	d.see("wrong-environment cause:", "testnet accepts this key", "The cause was found")
	want := "Diagnose id-grid-bot true false true"
	if last := fake.calls[len(fake.calls)-1]; last != want {
		t.Errorf("the last call is %q, want %q", last, want)
	}
}

func TestATestOfOtherSitesIsAskedForToo(t *testing.T) {
	d, fake := diagnosisOf(t, 120, 40, func(o desk.DiagnoseOptions) *diagnose.Evidence {
		e := vaguely(o)
		e.Err.Causes = []exchanges.Cause{exchanges.CauseSite, exchanges.CauseDeleted}
		e.Sites.Names = []string{"Binance EU"}
		return e
	})
	d.press("s")
	d.see("other sites in the same")
	d.advance(seenAfter)
	keys(d, "y", "e", "s", "enter")
	if last := fake.calls[len(fake.calls)-1]; last != "Diagnose id-grid-bot false true false" {
		t.Errorf("the last call is %q", last)
	}
	d.press("s")
	d.advance(seenAfter)
	keys(d, "esc")
	d.seeNot("One more test")
}

func TestDiagnosisThatCannotLook(t *testing.T) {
	d, fake := diagnosisOf(t, 80, 24, vaguely)
	fake.diagnosis.err = desk.Refuse("the keyring is locked", "unlock it")
	d.press("v")
	d.see("✗ not looked the keyring is locked", "→ Unlock it", "ip possible:")
	fake.diagnosis.err = errors.New("gone")
	fake.readOnly = "another keyrota is open"
	d.press("r")
	d.see("another keyrota is open")
	fake.change(func([]*store.Record) []*store.Record { return nil })
	d.press("v")
	d.see("the key is gone")
}

func TestDiagnosisLeadsToWhatMendsIt(t *testing.T) {
	d, _ := diagnosisOf(t, 120, 40, vaguely)
	d.press("e")
	d.see("Edit")
	d.press("esc")
	d.see("The cause is not certain")
	d.press("r")
	d.see("Rotate")
}

func TestDiagnosisFromTheDetails(t *testing.T) {
	r := fixtureKey("grid-bot", "binance", exchanges.Live)
	env, fake := testEnv(t, r)
	fake.diagnosis.evidence = vaguely
	d := drive(t, env, func(e *Env) Screen { return newDetail(e, r.ID) })
	d.press("d")
	d.see("Diagnosis", "grid-bot", "is not certain")
}

func TestDiagnosisTurnsWhileItAsks(t *testing.T) {
	env, _ := testEnv(t, fixtureKey("grid-bot", "binance", exchanges.Live))
	env.Animate = true
	d := drive(t, env, dashboardPage)
	p, _ := newDiagnosePage(env, "id-grid-bot").(*diagnosePage)
	p.SetSize(80, 24)
	ask := p.look() // and is not run: the exchange takes its time
	if ask == nil || !strings.Contains(p.View(), spinFrames[0]+" asking …") {
		t.Fatalf("it does not say that it asks:\n%s", p.View())
	}
	d.run(p.Update(diagnoseSpinMsg{p, p.gen}))
	if len(d.timers) == 0 || !strings.Contains(p.View(), spinFrames[1]+" asking …") {
		t.Errorf("the spinner stands still:\n%s", p.View())
	}
	p.Update(diagnosedMsg{page: p, gen: p.gen - 1})
	if !p.looking {
		t.Error("the answer to an earlier look ended this one")
	}
	for _, a := range p.Actions() {
		if a.Group == "Diagnosis" && a.Disabled == "" {
			t.Errorf("%s can be done meanwhile", a.Label)
		}
	}
	if p.Update(diagnosedMsg{page: p, gen: p.gen}); p.looking || p.animate() != nil {
		t.Error("it never ends")
	}
}
