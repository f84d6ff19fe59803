package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

// lives makes a person live with findings of a key, as they are now.
func lives(t *testing.T, fake *fakeDesk, name string, codes ...string) {
	t.Helper()
	for _, code := range codes {
		if err := fake.Accept(t.Context(), store.RecordID("id-"+name), code, "because of "+code, noon.Add(37*day)); err != nil {
			t.Fatal(err)
		}
	}
	fake.calls = nil
}

func TestAFindingIsAcceptedInTheDetails(t *testing.T) {
	d, fake := detailPage(t, "treasury", 100, 30)
	d.see("▲ WITHDRAW", ">▲", "a accept")
	keys(d, "tab", "shift+tab", "a")
	d.see("Accept WITHDRAW of treasury", "May withdraw funds.", "2027-02-23", "not counted")
	d.typeText("treasury bot")
	keys(d, "enter", "ctrl+u")
	d.typeText("2027-01-01")
	golden(t, "accept-form", d.view())
	keys(d, "enter")
	if got := fmt.Sprint(fake.calls); got != "[Accept withdraw-enabled treasury bot until 2027-01-01T23:59:59Z]" {
		t.Errorf("calls: %s", got)
	}
	d.see("WITHDRAW is accepted until 2027-01-01", "○ WITHDRAW May withdraw funds.", "accepted until 2027-01-01: treasury bot", "▲ EXPIRING", "A heed again")
	golden(t, "detail-accepted", d.view())
}

func TestWhatIsWrongWithAnAcceptanceIsSaidBelowTheField(t *testing.T) {
	d, fake := detailPage(t, "treasury", 80, 24)
	keys(d, "a", "ctrl+s")
	d.see("✗ no reason is given")
	d.paste("treasury\x1b[2J bot")
	keys(d, "enter", "ctrl+u")
	for text, says := range map[string]string{"soon": `✗ "soon" is no day`, "2026-01-01": "✗ that end has passed", "9999d": "✗ a finding is accepted for two years"} {
		d.typeText(text)
		keys(d, "ctrl+s")
		d.see(says)
		keys(d, "ctrl+u")
	}
	if len(fake.calls) != 0 {
		t.Errorf("calls: %v", fake.calls)
	}
	d.typeText("30d")
	fake.refuse = desk.Refuse("the lock is held", "Close the other one.")
	keys(d, "ctrl+s")
	d.see("✗ the lock is held", "Close the other one.", "Accept WITHDRAW")
	fake.refuse = &desk.AuditError{Deed: "it was accepted", Err: errors.New("no disk")}
	keys(d, "ctrl+s")
	d.see("no disk")
	d.seeNot("Accept WITHDRAW of")
}

func TestAnAcceptanceIsChanged(t *testing.T) {
	d, fake := detailPage(t, "treasury", 100, 30)
	lives(t, fake, "treasury", policy.CodeWithdraw)
	d.send(snapshotMsg{})
	keys(d, "tab", "a")
	d.see("because of withdraw-enabled", "2027-01-01")
	keys(d, "enter", "enter")
	if got := fmt.Sprint(fake.calls); got != "[Accept withdraw-enabled because of withdraw-enabled until 2027-01-01T23:59:59Z]" {
		t.Errorf("calls: %s", got)
	}
}

func TestTheOnlyAcceptanceIsTakenBackAndGivenAgain(t *testing.T) {
	d, fake := detailPage(t, "treasury", 100, 30)
	lives(t, fake, "treasury", policy.CodeWithdraw)
	d.send(snapshotMsg{})
	keys(d, "A")
	d.see("WITHDRAW counts again", "▲ WITHDRAW")
	keys(d, "u")
	d.see("WITHDRAW is accepted as before", "○ WITHDRAW")
	fake.refuse = errors.New("the disk is full")
	keys(d, "A")
	d.see("the disk is full", "○ WITHDRAW")
}

func TestOfSeveralAcceptancesOneIsChosen(t *testing.T) {
	d, fake := detailPage(t, "treasury", 80, 24)
	lives(t, fake, "treasury", policy.CodeWithdraw, policy.CodeExpiresSoon)
	d.send(snapshotMsg{})
	keys(d, "A")
	checkFrame(t, d.view(), 80, 24)
	if !strings.Contains(fmt.Sprint(fake.calls), "Object") { // the first one of the list was chosen already
		t.Errorf("calls: %v", fake.calls)
	}
	d, fake = desktop(t, 120, 40)
	lives(t, fake, "treasury", policy.CodeWithdraw, policy.CodeExpiresSoon)
	d.send(snapshotMsg{})
	d.send(selectMsg{"id-treasury"})
	keys(d, "A")
	d.see("Heed again", "accepted until 2027-01-01: because of withdraw-enabled", "because of expires-soon")
	keys(d, "j", "k", "down", "enter")
	if got := fmt.Sprint(fake.calls); got != "[Object expires-soon]" {
		t.Errorf("calls: %s", got)
	}
	d.seeNot("─ Heed again ─")
	keys(d, "a")
	d.see("Accept EXPIRING of treasury")
}

func TestAcceptancesArePickedWithTheMouse(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	lives(t, fake, "treasury", policy.CodeWithdraw, policy.CodeExpiresSoon)
	d.send(snapshotMsg{})
	d.send(selectMsg{"id-treasury"})
	keys(d, "A")
	d.wheel(60, 20, 1)
	d.clickOn("because of withdraw-enabled")
	if got := fmt.Sprint(fake.calls); got != "[Object withdraw-enabled]" {
		t.Errorf("calls: %s", got)
	}
}

func TestTheTableMarksKeysThatSomebodyLivesWith(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	d.seeNot("accepted")
	lives(t, fake, "tax-export", policy.CodeNoIPList)
	d.send(snapshotMsg{})
	d.see("○ accepted", "▲ WITHDRAW")
	keys(d, "/")
	d.typeText("state:accepted")
	d.see("tax-export")
	d.seeNot("treasury", "paper")
}

func TestWhatCannotBeAcceptedSaysWhy(t *testing.T) {
	for name, want := range map[string]string{"hedge": "nothing is found about it", "nobody": "the key is gone"} {
		d, _ := detailPage(t, name, 80, 24)
		for _, key := range []string{"a", "A"} {
			if act, ok := findAction(d.top().Actions(), key); !ok || act.Disabled == "" || key == "a" && act.Disabled != want {
				t.Errorf("%s of %s: %+v", key, name, act.Disabled)
			}
		}
	}
	d, fake := detailPage(t, "treasury", 80, 24)
	fake.readOnly = "started with --read-only"
	if act, _ := findAction(d.top().Actions(), "a"); act.Disabled != fake.readOnly {
		t.Errorf("accepting in a read-only store: %q", act.Disabled)
	}
}

func TestAFindingThatIsMendedMeanwhileIsNotAccepted(t *testing.T) {
	env, fake := testEnv(t, fixtureKey("bot", "binance", exchanges.Live))
	d := drive(t, env, func(env *Env) Screen { return newDetail(env, "id-bot") })
	d.run(openOverlay(newAcceptForm(env, "id-bot", policy.CodeWithdraw)))
	d.see("nothing to accept any more")
	keys(d, "ctrl+s")
	if d.seeNot("nothing to accept"); len(fake.calls) != 0 {
		t.Errorf("calls: %v", fake.calls)
	}
}

func TestTheChosenFindingStaysInSight(t *testing.T) {
	d, fake := detailPage(t, "treasury", 60, 20)
	fake.rules.UnusedAfter = 5 * day
	r, _ := fake.Snapshot().ByID("id-treasury")
	many := *r
	many.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw, exchanges.Transfer, exchanges.Admin)
	many.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
	many.Consumers = []store.Consumer{{Name: "one"}, {Name: "two"}}
	fake.replace(&many)
	d.send(snapshotMsg{})
	seen := map[string]bool{}
	for range listedOf(&d.top().(*detail).row.judged) {
		_, after, found := strings.Cut(d.view(), ">")
		if !found {
			t.Fatalf("no finding is chosen in\n%s", d.view())
		}
		seen[strings.Fields(after)[1]] = true
		keys(d, "tab")
		checkFrame(t, d.view(), 60, 20)
	}
	if len(seen) < 6 {
		t.Errorf("only %v were chosen", seen)
	}
}

func TestDetailsTellTheHistoryOfAKey(t *testing.T) {
	r := fixtureKey("bot", "binance", exchanges.Live)
	past := func(first, last int, may exchanges.PermissionSet, ips ...string) store.Sight {
		return store.Sight{First: noon.Add(-time.Duration(first) * day), Last: noon.Add(-time.Duration(last) * day), Permissions: may,
			IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: ips}}
	}
	read := exchanges.NewPermissionSet(exchanges.Read)
	r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw)
	r.Facts.Since = noon.Add(-5 * day)
	r.Past = []store.Sight{past(99, 6, read, "203.0.113.7", "198.51.100.7"), past(110, 100, read, "203.0.113.7")}
	env, _ := testEnv(t, r)
	d := drive(t, env, func(env *Env) Screen { return newDetail(env, "id-bot") })
	d.resize(100, 40)
	d.see("changed   2026-11-20", "+ withdraw", "− 198.51.100.7", "(was so 2026-08-18 … 2026-11-19)", "2026-08-18  + 198.51.100.7  (was so 2026-08-07 … 2026-08-17)")
	golden(t, "detail-history", d.view())
	for i := range 12 {
		r.Past = append(r.Past, past(120+10*i, 112+10*i, read, fmt.Sprintf("192.0.2.%d", i)))
	}
	d.resize(120, 60)
	d.see("… and more before that: keyrota show bot")
}
