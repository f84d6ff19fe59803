//go:build unix

package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store/policy"
)

// desktop is a folder with a notifier in it that writes down what it is told.
type desktop struct {
	t   *testing.T
	dir string
}

// newDesktop puts a notifier, which then does what the script says, before all
// other programs.
func newDesktop(t *testing.T, script string) desktop {
	t.Helper()
	d := desktop{t, t.TempDir()}
	name, _ := (&notice{}).command(runtime.GOOS)
	text := "#!/bin/sh\n{ for word; do printf '%s\\n' \"$word\"; done; printf 'bus %s\\n' \"$DBUS_SESSION_BUS_ADDRESS\"; } >>'" + d.dir + "/told'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", d.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return d
}

// told returns what was shown since it was last asked.
func (d desktop) told() string {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "told"))
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(d.dir, "told"))
	return string(text)
}

func TestCheckNotifiesOnceADay(t *testing.T) {
	d := newDesktop(t, "exit 0")
	tr := unverified(t)
	check := func(flags ...string) string {
		t.Helper()
		r := tr.run("", append([]string{"check", "--offline", "--notify"}, flags...)...)
		if r.err != "" {
			t.Errorf("it complains: %s", r.err)
		}
		return d.told()
	}
	if got := check(); got != "" {
		t.Errorf("below --fail-on it tells %q", got)
	}
	got := check("--fail-on", "info")
	if !strings.Contains(got, "keyrota: 1 key needs you\npaper (bybit testnet): UNVERIFIED\n") || !strings.Contains(got, "\nbus disabled:\n") {
		t.Errorf("it tells %q", got)
	}
	if got := check("--fail-on", "info"); got != "" {
		t.Errorf("no news: %q", got)
	}
	path := filepath.Join(tr.home, "notified.json")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	said := fileText(t, path)
	stamp := said[strings.LastIndex(said, `: "`)+3 : strings.LastIndex(said, `"`)]
	for what, text := range map[string]string{
		"yesterday":       strings.ReplaceAll(said, stamp, time.Now().Add(-tellAgain).UTC().Format(time.RFC3339)),
		"a clock ahead":   strings.ReplaceAll(said, stamp, time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339)),
		"damaged":         said[:len(said)/2],
		"nothing":         "",
		"null":            "null",
		"of another form": "[1]",
		"other news":      strings.ReplaceAll(said, "unverified", "overdue"),
		"grew worse":      strings.ReplaceAll(said, " info", " debug"),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := check("--fail-on", "info"); got == "" {
			t.Errorf("%s: nothing is told", what)
		}
		if got := check("--fail-on", "info"); got != "" {
			t.Errorf("%s: it is told again: %q", what, got)
		}
	}
}

func TestANotifierThatFailsChangesNoExitCode(t *testing.T) {
	tr := unverified(t)
	check := func(want string) {
		t.Helper()
		if r := tr.run("", "check", "--offline", "--notify", "--fail-on", "info"); r.code != 1 || !strings.Contains(r.err, want) || !strings.Contains(r.out, "paper") {
			t.Errorf("exit %d, %q, want %q", r.code, r.err, want)
		}
		if _, err := os.Stat(filepath.Join(tr.home, "notified.json")); err == nil {
			t.Error("what nobody saw is remembered")
		}
	}
	d := newDesktop(t, `printf 'no\033[31m bus' >&2; exit 3`)
	check("keyrota: no notification: " + notifierName() + ": no[31m bus\n")
	if d.told() == "" {
		t.Error("it was not asked")
	}
	newDesktop(t, "exit 3")
	check(notifierName() + ": exit status 3")
	t.Setenv("PATH", t.TempDir())
	check("there is no " + notifierName() + " on this machine")
}

func notifierName() string {
	name, _ := (&notice{}).command(runtime.GOOS)
	return name
}

// TestANotifierThatHangsIsStopped: it says that it runs, and then nothing more.
func TestANotifierThatHangsIsStopped(t *testing.T) {
	up := filepath.Join(t.TempDir(), "up")
	if err := syscall.Mkfifo(up, 0o600); err != nil {
		t.Fatal(err)
	}
	newDesktop(t, "echo up >'"+up+"'; exec sleep 3600")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = os.ReadFile(up)
		cancel()
	}()
	if err := (&notice{title: "a", body: "b"}).show(ctx, runtime.GOOS); err == nil || err.Error() != notifierName()+" did not end" {
		t.Errorf("it says %v", err)
	}
}

func TestTheDemoSaysThatItIsOne(t *testing.T) {
	d := newDesktop(t, "exit 0")
	r := newTrader(t, sim.Options{World: "empty"}).run("", "--demo", "check", "--offline", "--notify")
	got := d.told()
	if r.code != 1 || !strings.Contains(got, "keyrota DEMO: ") || strings.Count(got, "): ") != noticeLines || !strings.Contains(got, " more\n") {
		t.Errorf("exit %d, %q", r.code, got)
	}
}

func TestANoticeIsTextAlone(t *testing.T) {
	r := reported()
	r.keys[0].record.Name = `$(rm -rf ~) "; <b>x</b> & 'y' --urgency=low`
	n, due := newNotice(r, policy.Info)
	if !due || n.title != "keyrota: 2 keys need you" || !n.urgent || len(n.about) != 4 {
		t.Errorf("%+v", n)
	}
	if want := "$(rm -rf ~) \"; ‹b›x‹/b› ＆ 'y' --urgency=low (Ve\\nue live): UNUSED, SHARED\ngrid (bybit demo): OVERDUE"; n.body != want {
		t.Errorf("the body is %q", n.body)
	}
	if n, due := newNotice(r, policy.Critical); !due || n.title != "keyrota: 1 key needs you" || strings.Contains(n.body, "SHARED") {
		t.Errorf("critical only: %+v", n)
	}
	r.keys = r.keys[2:]
	if _, due := newNotice(r, policy.Info); due {
		t.Error("a key that is fine is told of")
	}
}

func TestNoTextIsPartOfAScript(t *testing.T) {
	n := notice{title: "keyrota: 1 key needs you", body: "'; rm -rf ~; $(x)", urgent: true}
	for system, want := range map[string][]string{
		"linux":  {"notify-send", "--app-name=keyrota", "--urgency=critical", "--", n.title, n.body},
		"darwin": {"osascript", "-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", n.title, n.body},
	} {
		name, args := n.command(system)
		if got := append([]string{name}, args...); !slices.Equal(got, want) {
			t.Errorf("%s: %q", system, got)
		}
	}
	name, args := n.command("windows")
	if line := fmt.Sprint(args); name != "powershell" || strings.Contains(line, "rm -rf") || !strings.Contains(line, "$env:KEYROTA_NOTICE_BODY") {
		t.Errorf("windows: %s %s", name, line)
	}
}
