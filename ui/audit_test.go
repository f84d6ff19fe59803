package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// auditOpen opens the page on a log, from the palette.
func auditOpen(t *testing.T, w, h int, log fakeAudit) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	fake.audit = log
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	d.press(":")
	d.typeText("audit log")
	d.press("enter")
	return d, fake
}

func auditOf(d *driver) *auditPage {
	d.t.Helper()
	p, ok := d.app.page().(*auditPage)
	if !ok {
		d.t.Fatalf("on screen is %T", d.app.page())
	}
	return p
}

// underCursor returns the key of the entry under the cursor.
func underCursor(d *driver) string {
	p := auditOf(d)
	return p.entries[p.list.cursor].Key
}

func TestAuditPageFillsEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := auditOpen(t, size[0], size[1], story(40))
		checkFrame(t, d.view(), size[0], size[1])
		d.see("Audit log", "chain not checked", "> 2026-11-25", "added", "bot-039", "verify-failed", "ip-blocked", "(t)")
		golden(t, fmt.Sprintf("audit-%dx%d", size[0], size[1]), d.view())
	}
	d, _ := auditOpen(t, 120, 40, story(40))
	d.see("40 entries, to the beginning of the log", "ann@box", "bob@box")
	d.press("esc")
	if _, ok := d.top().(*dashboard); !ok {
		t.Errorf("esc leads to %T", d.top())
	}
	d.press("L")
	d.see("Audit log", "bot-039")
}

// TestAuditPageReadsOnAsOneScrolls: the log is read in pieces, no further than
// the cursor goes.
func TestAuditPageReadsOnAsOneScrolls(t *testing.T) {
	d, fake := auditOpen(t, 80, 24, story(3*auditPiece+50))
	if p := auditOf(d); len(p.entries) != auditPiece || fake.audit.reads != 1 {
		t.Fatalf("%d entries after %d reads", len(p.entries), fake.audit.reads)
	}
	d.see("200 entries, back to 2026-10-06; older ones below")
	d.press("j", "pgdown", "pgup", "k", "g")
	if fake.audit.reads != 1 {
		t.Errorf("%d reads for the first screens", fake.audit.reads)
	}
	d.press("G")
	if p := auditOf(d); len(p.entries) != 2*auditPiece || p.list.cursor != auditPiece-1 {
		t.Errorf("%d entries, cursor at %d", len(p.entries), p.list.cursor)
	}
	d.press("G", "G", "G")
	d.see("> 2026-06-16 05:00", "bot-000", "650 entries, to the beginning of the log")
	reads := fake.audit.reads
	d.press("G", "j", "g")
	if fake.audit.reads != reads {
		t.Error("it reads on where the log begins")
	}
	d.wheel(10, 10, 1)
	if underCursor(d) != "bot-646" {
		t.Errorf("the wheel leads to %s", underCursor(d))
	}
	d.click(5, auditTop)
	if underCursor(d) != "bot-649" {
		t.Errorf("the click leads to %s", underCursor(d))
	}
}

func TestAuditFilterReadsUntilTheScreenIsFull(t *testing.T) {
	log := story(1000)
	log.step = 20
	d, fake := auditOpen(t, 80, 24, log)
	before := fake.audit.reads
	d.press("/")
	d.typeText("do:revoked by:bob")
	d.see("/ do:revoked by:bob", "revoked", "kraken")
	d.seeNot("verified ", "bot-999")
	if p := auditOf(d); len(p.entries) < p.list.rows || len(p.entries) > 2*p.list.rows {
		t.Errorf("%d entries for %d rows", len(p.entries), p.list.rows)
	}
	if fake.audit.reads <= before {
		t.Error("it did not read")
	}
	d.press("enter", "G", "G")
	d.see("/ edit · esc clear")
	d.press("esc")
	d.see("bot-999", "older ones below")
	d.seeNot("/ do:")
	d.press("/", "x", "backspace", "backspace")
	if auditOf(d).Typing() {
		t.Error("backspace on an empty filter does not leave it")
	}
	d.press("/", "esc")
	d.paste("ignored")
	d.see("bot-999")
}

func TestAuditFilterThatNothingPassesComesToTheBeginning(t *testing.T) {
	log := story(300)
	log.step = 20
	d, _ := auditOpen(t, 60, 20, log)
	d.press("/")
	d.paste("nosuch\nkey")
	d.see("/ nosuch key", "0 of 300", "0 entries, to the beginning of the log")
	d.press("enter", "enter")
	d.see("details is not possible: there is no entry")
	d.press("esc", "esc")
	d.press("/")
	d.typeText("day:3")
	d.see(`no column "day"`)
	checkFrame(t, d.view(), 60, 20)
}

func TestAuditFilters(t *testing.T) {
	e := store.Event{At: noon.Add(-10 * day), Actor: "ann", Host: "box", Action: store.ActionHandedOver, Key: "Grid-Bot", Exchange: "kraken",
		Environment: exchanges.Demo, Result: "ok", Detail: "moved on the 3rd", KeyID: "vmPU…uh8A", Purpose: "spot", Consumers: []string{"3Commas"}}
	for text, want := range map[string]bool{
		"": true, "grid": true, "gdbt": true, "moved": true, "mvd": false, "3commas spot": true, "kraken bybit": false,
		"do:handed": true, "do:revoked": false, "by:ann@box": true, "by:bob": false, "for:3com": true, "for:grid": false,
		"ex:krak": true, "ex:bin": false, "env:demo": true, "env:live": false, "age:>9": true, "age:<9": false, "age:10": true,
		"result:ok": true, "result:auth": false, "do:": true, "vmpu": true,
	} {
		f := parseAuditFilter(text)
		if got := f.match(&e, noon); got != want || f.problem != "" {
			t.Errorf("%q: %v, %q", text, got, f.problem)
		}
	}
	for text, want := range map[string]string{
		"do:sold": `nothing that is done is called "sold"`, "env:mars": `no environment "mars"`, "age:old": "age wants days", "perm:read": `no column "perm": use do by for ex env age result`,
	} {
		if f := parseAuditFilter(text); !strings.Contains(f.problem, want) || !f.match(&e, noon) {
			t.Errorf("%q: %q", text, f.problem)
		}
	}
	bad := store.Event{}
	if f := parseAuditFilter("age:<9"); f.match(&bad, noon) {
		t.Error("a line without a time has an age")
	}
}

func TestAuditPageFollowsWhatIsWritten(t *testing.T) {
	d, fake := auditOpen(t, 80, 24, story(40))
	added := store.Event{At: noon, Actor: "ann", Action: store.ActionExported, Key: "fresh", Exchange: "binance", Environment: exchanges.Live}
	fake.audit.write(added)
	d.send(snapshotMsg{})
	d.see("> 2026-11-25 12:00", "fresh", "41 entries")
	d.press("j")
	fake.audit.write(added)
	d.send(snapshotMsg{})
	d.send(snapshotMsg{})
	if p := auditOf(d); len(p.entries) != 42 || underCursor(d) != "bot-039" {
		t.Errorf("%d entries, cursor on %s", len(p.entries), underCursor(d))
	}
	for range auditPiece {
		fake.audit.write(added)
	}
	d.send(snapshotMsg{})
	if p := auditOf(d); len(p.entries) != auditPiece || p.next == 0 {
		t.Errorf("after many: %d entries", len(p.entries))
	}
	fake.audit.err = errors.New("cannot read audit.log: disk on fire")
	d.send(snapshotMsg{})
	d.see("✗ cannot read audit.log: disk on fire")
}

func TestChainIsVerifiedOnlyWhenAsked(t *testing.T) {
	for want, c := range map[string]struct {
		report store.AuditReport
		err    error
		toast  string
	}{
		"✓ verified up to entry 40":               {store.AuditReport{State: store.AuditIntact, Entries: 40, Text: "40 entries, as the keyring remembers them"}, nil, "40 entries, as"},
		"✓ verified up to entry 38 ▲ +2":          {store.AuditReport{State: store.AuditAhead, Entries: 40, Beyond: 2, Text: "2 more"}, nil, "2 more"},
		"▲ chain holds, keyring vouches for 0 of": {store.AuditReport{State: store.AuditUnanchored, Entries: 40, Beyond: 40, Text: "no keyring"}, nil, "no keyring"},
		"✗ CHANGED at line 7":                     {store.AuditReport{State: store.AuditTampered, Line: 7, Text: "line 7 was changed"}, nil, "the audit log was changed: line 7"},
		"✗ CHANGED: the end":                      {store.AuditReport{State: store.AuditTampered, Text: "40 are there"}, nil, "40 are there"},
		"▲ the chain could not be checked":        {store.AuditReport{}, errors.New("the keyring is locked"), "the keyring is locked"},
	} {
		d, fake := auditOpen(t, 60, 20, story(40))
		d.see("chain not checked")
		fake.audit.report, fake.audit.failure = c.report, c.err
		d.press("v")
		d.see(want, c.toast)
		checkFrame(t, d.view(), 60, 20)
	}
	d, _ := auditOpen(t, 60, 20, story(40))
	auditOf(d).chain.checking = true
	d.see("checking the chain")
	d.press("v")
	d.see("verify is not possible: the chain is being checked")
}

func TestAuditEntryTellsEverything(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := auditOpen(t, size[0], size[1], story(40))
		d.press("enter")
		checkFrame(t, d.view(), size[0], size[1])
		d.see("─ Entry 40 ─", "2026-11-25 11:00:00 UTC · 1h ago", "ann@box", "vmPU…uh8A", "spot bot", "grid, tax tool", "binance · live")
		d.press("enter")
		d.seeNot("─ Entry 40 ─")
	}
	d, _ := auditOpen(t, 80, 24, story(40))
	d.press("enter")
	golden(t, "audit-entry", d.view())
	d.press("esc", "j")
	d.clickOn("bot-038") // the row under the cursor
	d.see("─ Entry 39 ─", "not written down")
	d.press("q")

	long := story(1)
	long.entries[0].Detail, long.entries[0].Consumers = strings.Repeat("evidence ", 100), []string{}
	d, _ = auditOpen(t, 60, 20, long)
	d.press("enter")
	d.seeNot("consumers")
	d.press("j", "k")
	for range 30 {
		d.press("j")
	}
	d.see("consumers none", "id-bot")
	d.wheel(30, 10, -1)
	checkFrame(t, d.view(), 60, 20)
}

func TestAuditPageOfAnEmptyOrDamagedLog(t *testing.T) {
	d, _ := auditOpen(t, 60, 20, fakeAudit{})
	d.see("Nothing was written down yet.")
	checkFrame(t, d.view(), 60, 20)
	d.press("enter", "G", "j")

	log := story(3)
	log.entries[2] = store.AuditEntry{Place: 500}
	d, _ = auditOpen(t, 60, 20, log)
	d.see("unreadable line", "at byte 500", "bot-001")
	d.press("enter")
	d.see("─ Unreadable line ─", "The line at byte 500")
	checkFrame(t, d.view(), 60, 20)
}

func TestHostileEntriesKeepTheFrame(t *testing.T) {
	const evil = "evil\x1b]52;c;eA==\x07\u202e日本語\r\n"
	log := story(1)
	log.write(store.Event{At: time.Time{}.Add(1), Actor: evil, Host: evil, Action: evil, Key: evil + strings.Repeat("x", 300), Record: evil,
		Exchange: evil, Environment: evil, Result: evil, Detail: evil, Flow: evil, KeyID: evil, Purpose: evil, Consumers: []string{evil, evil}})
	for _, size := range frameSizes {
		d, _ := auditOpen(t, size[0], size[1], log)
		for range 2 {
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\x07\u202e\r") {
				t.Fatalf("it reached the terminal raw at %v", size)
			}
			d.press("enter")
		}
	}
}

func TestAuditPageInASCII(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	env.ASCII, fake.audit = true, story(40)
	d := drive(t, env, dashboardPage)
	d.press("L")
	for _, r := range d.view() {
		if r > '~' {
			t.Fatalf("%q is on screen:\n%s", r, d.view())
		}
	}
}
