package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// notifyWithin is how long a notifier may take. One that waits for a desktop
// that is not there would wait for ever.
const notifyWithin = 10 * time.Second

// notify shows a desktop notification of what is at or above a severity, if any
// of it is news. A check stays what it is when that fails.
func (a *App) notify(ctx context.Context, r *report, limit policy.Severity) {
	n, due := newNotice(r, limit)
	if !due {
		return
	}
	told := readTold(r.session.toldPath(), r.at)
	if !told.lack(n.about) {
		return
	}
	if err := n.show(ctx, runtime.GOOS); err != nil {
		fmt.Fprintf(a.Stderr, "keyrota: no notification: %v\n", err)
		return
	}
	told.add(n.about, r.at)
	if err := told.write(r.session.toldPath()); err != nil {
		fmt.Fprintf(a.Stderr, "keyrota: the notification will come again: %v\n", err)
	}
}

// notice is a notification: what is shown, and what that is about.
type notice struct {
	title, body string
	urgent      bool
	about       []string // see tellable
}

// noticeLines is how many keys a notification names; more are never shown.
const noticeLines = 5

// newNotice words what a person has to be told of; nothing is due when no key
// has a finding at or above the limit.
func newNotice(r *report, limit policy.Severity) (n notice, due bool) {
	var lines []string
	for _, k := range r.keys {
		var words []string
		for _, f := range k.assessment.Findings {
			if f.Severity < limit {
				continue
			}
			n.urgent = n.urgent || f.Severity == policy.Critical
			n.about = append(n.about, tellable(k.record.ID, f))
			if !slices.Contains(words, f.Word) {
				words = append(words, f.Word)
			}
		}
		if len(words) > 0 {
			lines = append(lines, fmt.Sprintf("%s (%s %s): %s", k.record.Name, placeOf(k.record), k.record.Environment, strings.Join(words, ", ")))
		}
	}
	name := "keyrota"
	if r.session.demo {
		name = "keyrota DEMO"
	}
	n.title = fmt.Sprintf("%s: %s need you", name, count(len(lines), "key"))
	if len(lines) == 1 {
		n.title = name + ": 1 key needs you"
	}
	if more := len(lines) - noticeLines; more > 0 {
		lines = append(lines[:noticeLines], fmt.Sprintf("and %d more", more))
	}
	for i, l := range lines {
		lines[i] = noMarkup.Replace(exchanges.Clean(l))
	}
	n.body = strings.Join(lines, "\n")
	return n, len(n.about) > 0
}

// noMarkup replaces what some desktops take for markup, and others show as it
// is, so that neither quoting nor leaving alone would do.
var noMarkup = strings.NewReplacer("<", "‹", ">", "›", "&", "＆")

// show hands the notice to the program that shows notifications on a system.
//
// The program gets the session bus that keyrota itself would use: the address
// that the guard found to answer, or one that leads nowhere, on which it gives
// up. Left to itself it may start a bus of its own, and leave it behind.
func (n *notice) show(ctx context.Context, system string) error {
	ctx, cancel := context.WithTimeout(ctx, notifyWithin)
	defer cancel()
	name, args := n.command(system)
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // a fixed program; texts are arguments, or in its environment
	cmd.Env = append(os.Environ(), noticeTitle+"="+n.title, noticeBody+"="+n.body)
	cmd.WaitDelay = time.Second // for what it started and left
	said := &head{}
	cmd.Stdout, cmd.Stderr = io.Discard, said
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("there is no %s on this machine", name)
	case ctx.Err() != nil:
		return fmt.Errorf("%s did not end", name)
	case err != nil && said.text() != "":
		return fmt.Errorf("%s: %s", name, said.text())
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// command is what shows the notice. No text of it is part of a script.
func (n *notice) command(system string) (name string, args []string) {
	switch system {
	case "darwin":
		return "osascript", []string{"-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)",
			"-e", "end run", n.title, n.body}
	case "windows":
		return "powershell", []string{"-NoProfile", "-NonInteractive", "-Command", toast}
	}
	urgency := "normal"
	if n.urgent {
		urgency = "critical"
	}
	return "notify-send", []string{"--app-name=keyrota", "--urgency=" + urgency, "--", n.title, n.body}
}

// The environment variables in which PowerShell finds the texts.
const (
	noticeTitle = "KEYROTA_NOTICE_TITLE"
	noticeBody  = "KEYROTA_NOTICE_BODY"
)

// toast shows a notification in the name of PowerShell: Windows shows those of
// installed programs only, and keyrota is a file that lies somewhere. See
// https://learn.microsoft.com/en-us/uwp/api/windows.ui.notifications.toastnotificationmanager.
const toast = `$ErrorActionPreference = 'Stop'
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($xml.CreateTextNode($env:` + noticeTitle + `))
$null = $texts.Item(1).AppendChild($xml.CreateTextNode($env:` + noticeBody + `))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`

// head keeps the beginning of what a program says.
type head struct{ b []byte }

func (h *head) Write(p []byte) (int, error) {
	h.b = append(h.b, p[:min(len(p), 300-len(h.b))]...)
	return len(p), nil
}

func (h *head) text() string { return strings.TrimSpace(exchanges.Clean(string(h.b))) }
