package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// diary is a store with an anchored audit log.
type diary struct {
	*testing.T
	*Store
	secrets Secrets
	anchor  Anchor
}

func newDiary(t *testing.T) *diary {
	t.Helper()
	secrets := NewMemorySecrets()
	return &diary{t, openStore(t, t.TempDir()), secrets, VaultAnchor{secrets}}
}

func (d *diary) write(events ...Action) {
	d.Helper()
	if err := d.tryWrite(d.anchor, events...); err != nil {
		d.Fatal(err)
	}
}

func (d *diary) tryWrite(a Anchor, actions ...Action) error {
	var events []Event
	for _, action := range actions {
		events = append(events, Event{Action: action, Key: "grid-bot"})
	}
	return d.Audit(context.Background(), a, events...)
}

// restart opens the store anew, as the next start of keyrota does.
func (d *diary) restart() {
	d.Helper()
	home := d.opts.Home
	_ = d.Close()
	d.Store = openStore(d.T, home)
}

func (d *diary) wantState(want AuditState, entries uint64) AuditReport {
	d.Helper()
	r, err := d.VerifyAudit(context.Background(), d.anchor)
	if err != nil {
		d.Fatal(err)
	}
	if r.State != want || r.Entries != entries {
		d.Errorf("state %s with %d entries, want %s with %d: %s", r.State, r.Entries, want, entries, r.Text)
	}
	return r
}

func (d *diary) actions() []Action {
	d.Helper()
	var all []Action
	for e, err := range d.ReadAudit() {
		if err != nil {
			d.Fatal(err)
		}
		all = append(all, e.Action)
	}
	return all
}

func (d *diary) lines() []string {
	return strings.SplitAfter(strings.TrimSuffix(readFile(d.T, d.paths.Audit), "\n"), "\n")
}

func (d *diary) setLines(lines ...string) {
	text := strings.Join(lines, "")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	writeFile(d.T, d.paths.Audit, text)
}

// failingAnchor stands for a keyring that does not answer.
type failingAnchor struct {
	Anchor
	load, save error
}

func (a failingAnchor) Load(ctx context.Context) (Head, error) {
	if a.load != nil {
		return Head{}, a.load
	}
	return a.Anchor.Load(ctx)
}

func (a failingAnchor) Save(ctx context.Context, h Head) error {
	if a.save != nil {
		return a.save
	}
	return a.Anchor.Save(ctx, h)
}

func TestAuditTellsWhoDidWhatWhenAndWhere(t *testing.T) {
	d := newDiary(t)
	d.wantState(AuditIntact, 0)
	for range d.ReadAudit() {
		t.Error("an event before the first")
	}
	if err := d.Audit(context.Background(), d.anchor); err != nil {
		t.Fatal(err)
	}
	want := Event{At: testNow, Actor: "andrea", Host: "box", Action: ActionVerifyFailed, Key: "grid-bot", Record: "abc",
		Exchange: "binance", Environment: exchanges.Live, Result: "ip-blocked", Detail: "-2015 [31m"}
	given := want
	given.At, given.Actor, given.Host, given.Detail = testNow.Local(), "", "", "-2015 \x1b[31m\u202e"
	if err := d.Audit(context.Background(), d.anchor, given, Event{Action: ActionRevealed, Actor: "root", Host: "other"}); err != nil {
		t.Fatal(err)
	}
	var got []Event
	for e, err := range d.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff([]Event{want, {At: testNow, Actor: "root", Host: "other", Action: ActionRevealed}}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for range d.ReadAudit() {
		break // a reader may stop
	}
	d.wantState(AuditIntact, 2)
}

// TestAuditLineFormat pins the format, so that others can check the chain.
func TestAuditLineFormat(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded)
	const want = `e972da8f {"n":1,"batch":1,"at":"2026-11-25T20:40:00Z","actor":"andrea","host":"box","action":"added","key":"grid-bot"}` + "\n"
	line := readFile(t, d.paths.Audit)
	if got := line[:8] + line[64:]; got != want {
		t.Errorf("line = %s, want %s", got, want)
	}
}

func TestTheChainGoesOnAfterARestart(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded)
	d.write(ActionVerified, ActionEdited)
	d.restart()
	d.write(ActionForgotten)
	d.wantState(AuditIntact, 4)
	if diff := cmp.Diff([]Action{ActionAdded, ActionVerified, ActionEdited, ActionForgotten}, d.actions()); diff != "" {
		t.Error(diff)
	}
}

func TestTamperingIsSeen(t *testing.T) {
	for what, c := range map[string]struct {
		change func(d *diary, lines []string)
		line   int
	}{
		"a word is changed":    {func(d *diary, l []string) { l[1] = strings.Replace(l[1], "edited", "viewed", 1); d.setLines(l...) }, 2},
		"a hash is changed":    {func(d *diary, l []string) { l[1] = "00" + l[1][2:]; d.setLines(l...) }, 2},
		"a line is removed":    {func(d *diary, l []string) { d.setLines(slices.Delete(l, 1, 2)...) }, 2},
		"the first is removed": {func(d *diary, l []string) { d.setLines(l[1:]...) }, 1},
		"two are swapped":      {func(d *diary, l []string) { l[1], l[2] = l[2], l[1]; d.setLines(l...) }, 2},
		"a line is doubled":    {func(d *diary, l []string) { d.setLines(slices.Insert(l, 2, l[1])...) }, 3},
		"garbage":              {func(d *diary, l []string) { l[1] = "garbage\n"; d.setLines(l...) }, 2},
		"an endless line":      {func(d *diary, l []string) { l[1] = strings.Repeat("x", 3*maxLine) + "\n"; d.setLines(l...) }, 2},
		"the end is removed":   {func(d *diary, l []string) { d.setLines(l[:3]...) }, 0},
		"the end is cut": {func(d *diary, l []string) {
			writeFile(d.T, d.paths.Audit, strings.Join(l, "")[:len(strings.Join(l, ""))-9])
		}, 0},
		"all lines are removed":  {func(d *diary, _ []string) { d.setLines() }, 0},
		"the file is removed":    {func(d *diary, _ []string) { _ = os.Remove(d.paths.Audit) }, 0},
		"another log is forged":  {func(d *diary, _ []string) { forge(d, 4) }, 0},
		"a longer one is forged": {func(d *diary, _ []string) { forge(d, 6) }, 0},
	} {
		t.Run(what, func(t *testing.T) {
			d := newDiary(t)
			d.write(ActionAdded)
			d.write(ActionEdited, ActionVerified)
			d.write(ActionRevealed)
			c.change(d, d.lines())
			check := func() {
				t.Helper()
				r, err := d.VerifyAudit(context.Background(), d.anchor)
				if err != nil || r.State != AuditTampered || r.Line != c.line || r.Text == "" {
					t.Errorf("%+v, %v; want tampered at line %d", r, err, c.line)
				}
			}
			check()
			// Going on does not cover it up, in this run or the next.
			wantError(t, d.tryWrite(d.anchor, ActionExported), ErrTampered)
			check()
			d.restart()
			wantError(t, d.tryWrite(d.anchor, ActionForgotten), ErrTampered)
			check()
			if all := readFile(t, d.paths.Audit); !strings.Contains(all, string(ActionExported)) || !strings.Contains(all, string(ActionForgotten)) {
				t.Error("what happened since was not written down")
			}
		})
	}
}

// forge writes a log with a sound chain of n entries in place of d's.
func forge(d *diary, n int) {
	other := newDiary(d.T)
	for range n {
		other.write(ActionAdded)
	}
	d.setLines(other.lines()...)
}

func TestACrashBetweenLogAndAnchorIsNoTampering(t *testing.T) {
	crash := errors.New("power cut")
	d := newDiary(t)
	d.write(ActionAdded)
	if err := d.tryWrite(failingAnchor{Anchor: d.anchor, save: crash}, ActionEdited, ActionVerified); !errors.Is(err, crash) {
		t.Errorf("Audit = %v", err)
	}
	d.restart()
	if r := d.wantState(AuditAhead, 3); r.Beyond != 2 {
		t.Errorf("%d entries beyond the anchor, want 2", r.Beyond)
	}
	d.write(ActionForgotten)
	d.wantState(AuditIntact, 4)
	if diff := cmp.Diff([]Action{ActionAdded, ActionEdited, ActionVerified, ActionForgotten}, d.actions()); diff != "" {
		t.Errorf("a crash needs no remark:\n%s", diff)
	}
}

func TestACrashDuringTheFirstEventIsNoTampering(t *testing.T) {
	d := newDiary(t)
	_ = d.tryWrite(failingAnchor{Anchor: d.anchor, save: errors.New("power cut")}, ActionAdded)
	d.restart()
	d.wantState(AuditAhead, 1)
	d.write(ActionEdited)
	d.wantState(AuditIntact, 2)
}

func TestAnUnfinishedLineIsRepairedWithARemark(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded)
	writeFile(t, d.paths.Audit, readFile(t, d.paths.Audit)+"3f2a91 {\"n\":")
	d.restart()
	if r := d.wantState(AuditIntact, 1); r.Torn != 12 {
		t.Errorf("%d bytes of an unfinished line, want 12", r.Torn)
	}
	d.write(ActionEdited)
	d.wantState(AuditIntact, 3)
	if diff := cmp.Diff([]Action{ActionAdded, ActionRepaired, ActionEdited}, d.actions()); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(readFile(t, d.paths.Audit), "12 bytes") {
		t.Error("the remark does not say how much was lost")
	}
}

func TestEventsAreWrittenWhileTheKeyringIsAway(t *testing.T) {
	locked := &KeyringError{Backend: "secret-service", Op: "read", Err: errors.New("locked"), Locked: true}
	d := newDiary(t)
	d.write(ActionAdded)
	for range 3 { // three runs, each without the keyring
		d.restart()
		if err := d.tryWrite(failingAnchor{Anchor: d.anchor, load: locked, save: locked}, ActionVerified); !errors.Is(err, locked) {
			t.Fatalf("Audit = %v", err)
		}
	}
	if r := d.wantState(AuditUnanchored, 4); r.Beyond != 3 {
		t.Errorf("%d entries beyond the anchor, want 3", r.Beyond)
	}
	// The next run takes them over, and the log says so for ever.
	d.restart()
	d.write(ActionEdited)
	d.wantState(AuditIntact, 6)
	if diff := cmp.Diff([]Action{ActionAdded, ActionVerified, ActionVerified, ActionVerified, ActionAnchored, ActionEdited}, d.actions()); diff != "" {
		t.Error(diff)
	}

	// Within one run keyrota knows its own entries.
	for range 2 {
		if err := d.tryWrite(failingAnchor{Anchor: d.anchor, save: locked}, ActionVerified); !errors.Is(err, locked) {
			t.Fatalf("Audit = %v", err)
		}
	}
	d.write(ActionForgotten)
	d.wantState(AuditIntact, 9)
	if n := len(slices.DeleteFunc(d.actions(), func(a Action) bool { return a != ActionAnchored })); n != 1 {
		t.Errorf("%d remarks, want the one from before", n)
	}
}

func TestWithoutAnAnchorTheChainIsStillChecked(t *testing.T) {
	d := newDiary(t)
	d.anchor = nil
	d.write(ActionAdded)
	d.write(ActionEdited)
	d.wantState(AuditUnanchored, 2)
	lines := d.lines()
	d.setLines(strings.Replace(lines[0], "added", "moved", 1), lines[1])
	d.wantState(AuditTampered, 2)
}

func TestAnAnchorThatIsSpoiltIsAnError(t *testing.T) {
	ctx := context.Background()
	for what, c := range map[string]struct {
		item string
		want error
	}{
		"garbage": {"garbage", ErrCorrupt},
		"short":   {`{"v":1,"count":1,"hash":"00"}`, ErrCorrupt},
		"not hex": {`{"v":1,"count":1,"hash":"` + strings.Repeat("xy", 32) + `"}`, ErrCorrupt},
		"newer":   {`{"v":2,"count":1,"hash":"` + strings.Repeat("00", 32) + `"}`, ErrNewer},
	} {
		d := newDiary(t)
		d.write(ActionAdded)
		if err := d.secrets.Put(ctx, anchorSlot, []byte(c.item)); err != nil {
			t.Fatal(err)
		}
		_, err := d.VerifyAudit(ctx, d.anchor)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
		d.restart()
		wantError(t, d.tryWrite(d.anchor, ActionEdited), c.want)
		if n := len(d.actions()); n != 2 {
			t.Errorf("%s: %d events, the new one must be written all the same", what, n)
		}
	}
}

func TestALogThatCannotBeWrittenStaysAsItWas(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the numbers of these errors are those of unix")
	}
	for _, op := range []string{"write", "sync"} {
		d := newDiary(t)
		d.write(ActionAdded)
		before := readFile(t, d.paths.Audit)
		d.disk = brokenDisk(realDisk(), op, syscall.ENOSPC)
		wantError(t, d.tryWrite(d.anchor, ActionEdited), syscall.ENOSPC)
		if readFile(t, d.paths.Audit) != before {
			t.Errorf("%s: the log changed", op)
		}
		d.disk = realDisk()
		d.write(ActionVerified)
		d.wantState(AuditIntact, 2)
	}
	d := newDiary(t)
	if err := os.Mkdir(d.paths.Audit, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := d.tryWrite(d.anchor, ActionAdded); err == nil || !strings.Contains(err.Error(), d.paths.Audit) {
		t.Errorf("a folder in place of the log: %v", err)
	}
	for _, err := range d.ReadAudit() {
		if err == nil {
			t.Error("an event out of a folder")
		}
	}
}

func TestReadingGoesOnBehindABadLine(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded, ActionEdited, ActionForgotten)
	lines := d.lines()
	d.setLines(lines[0], "garbage\n", lines[2])
	var got []string
	for e, err := range d.ReadAudit() {
		if err != nil && !strings.Contains(err.Error(), "audit.log:2") {
			t.Errorf("%v does not name the line", err)
		}
		got = append(got, fmt.Sprintf("%s %v", e.Action, err != nil))
	}
	if diff := cmp.Diff([]string{"added false", " true", "forgotten false"}, got); diff != "" {
		t.Error(diff)
	}
}
