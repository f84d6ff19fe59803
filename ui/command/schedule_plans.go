package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/ui/desk"
)

// systemdPlan is a user service with its timer. See systemd.service(5),
// systemd.exec(5) and systemd.timer(5).
//
// The service is locked in as far as a user's own manager can without a
// namespace, and no further: the keyring and the desktop are reached through
// sockets of the session.
func systemdPlan(j *job) (plan, error) {
	const service, timer = "keyrota-check.service", "keyrota-check.timer"
	if strings.ContainsAny(j.program, `"'\`) {
		return plan{}, desk.Refuse(fmt.Sprintf("systemd starts no program with quotes in its path, as in %s", j.program), "Put keyrota into another folder.")
	}
	commands := []string{"systemctl --user daemon-reload", "systemctl --user enable --now " + timer}
	line := []string{systemdWord(j.program, false)}
	for _, arg := range j.args {
		line = append(line, systemdWord(arg, true))
	}
	return plan{commands: commands, files: []planFile{
		{service, `# ~/.config/systemd/user/` + service + `
# It goes there with ` + timer + `. Then:
#   ` + strings.Join(commands, "\n#   ") + `
# What it said: journalctl --user -u ` + service + `

[Unit]
Description=keyrota: which exchange API keys need you

[Service]
Type=oneshot
ExecStart=` + strings.Join(line, " ") + `
# 1 says that a key needs you, which is no failure of the service.
SuccessExitStatus=1
TimeoutStartSec=10min
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
`}, {timer, `# ~/.config/systemd/user/` + timer + `

[Unit]
Description=keyrota: look at the exchange API keys

[Timer]
OnCalendar=` + j.rhythm.systemd + `
# What was missed while the machine was off comes after the next login, by
# some time later: the keyring is opened by then.
Persistent=true
RandomizedDelaySec=` + fmt.Sprintf("%.0f", min(15*time.Minute, j.rhythm.every/10).Seconds()) + `

[Install]
WantedBy=timers.target
`}}}, nil
}

// systemdWord quotes a word of ExecStart. % begins a specifier everywhere, and
// $ a variable in arguments, though not in the path of the program.
func systemdWord(s string, argument bool) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`).Replace(s)
	if argument {
		s = strings.ReplaceAll(s, "$", "$$")
	}
	return `"` + s + `"`
}

// launchdPlan is a property list of a user's agent. See launchd.plist(5). A
// comment in it may not have two dashes.
func launchdPlan(j *job) (plan, error) {
	const label = "io.github.keyrota.check"
	const place = "~/Library/LaunchAgents/" + label + ".plist"
	commands := []string{"launchctl bootstrap gui/$(id -u) " + place, "launchctl kickstart gui/$(id -u)/" + label}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ` + place + `
     It goes there. Then, the second to try it at once:
       ` + strings.Join(commands, "\n       ") + `
     What the Mac slept through comes when it wakes. -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + label + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, word := range append([]string{j.program}, j.args...) {
		b.WriteString("\t\t<string>" + xmlText.Replace(word) + "</string>\n")
	}
	b.WriteString("\t</array>\n\t<key>ProcessType</key>\n\t<string>Background</string>\n\t<key>StartCalendarInterval</key>\n\t<array>\n")
	for _, moment := range j.rhythm.launchd {
		b.WriteString("\t\t<dict>\n")
		for _, f := range moment {
			fmt.Fprintf(&b, "\t\t\t<key>%s</key>\n\t\t\t<integer>%d</integer>\n", f.name, f.value)
		}
		b.WriteString("\t\t</dict>\n")
	}
	b.WriteString("\t</array>\n</dict>\n</plist>\n")
	return plan{[]planFile{{label + ".plist", b.String()}}, commands}, nil
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// cronPlan is lines for a crontab. See crontab(5).
func cronPlan(j *job) (plan, error) {
	commands := []string{"crontab -e     add the lines", "crontab -l     see that they are there"}
	words := []string{j.rhythm.cron, shellWord(j.program)}
	for _, arg := range j.args {
		words = append(words, shellWord(arg))
	}
	return plan{[]planFile{{"keyrota.cron", `# Lines for your own crontab:
#   ` + strings.Join(commands, "\n#   ") + `
#
# cron knows nothing of your desktop. Both a keyring of the desktop and its
# notifications are reached over the session bus, which is there while you are
# logged in; without one, use the keyring "file" with --passphrase-file.
DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/` + fmt.Sprint(j.uid) + `/bus
# Programs that keyrota starts (notify-send; pass and gpg) are looked for here.
PATH=/usr/local/bin:/usr/bin:/bin
# cron mails what a line prints, as this one does at every run. To get no mail
# from the lines below, take away the #.
#MAILTO=""
` + strings.ReplaceAll(strings.Join(words, " "), "%", `\%`) + "\n"}}, commands}, nil // cron makes a bare % a line break
}

// shellWord quotes a word for sh, where it needs that.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("/._-+:@%,", r))
	}
	if s != "" && strings.TrimLeftFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// windowsPlan is a PowerShell script that registers a task. See
// https://learn.microsoft.com/en-us/powershell/module/scheduledtasks/.
func windowsPlan(j *job) (plan, error) {
	const name = "keyrota-check.ps1"
	words := []string{}
	for _, w := range append([]string{j.program}, j.args...) {
		if strings.Contains(w, "%") {
			return plan{}, desk.Refuse(fmt.Sprintf("the Task Scheduler would expand the %% in %s", w), "Use a path without it.")
		}
		words = append(words, windowsWord(w))
	}
	commands := []string{"powershell -ExecutionPolicy Bypass -File " + name, "Start-ScheduledTask -TaskName 'keyrota check'"}
	text := `# ` + name + `
# It may lie anywhere. These register the task for you, and try it at once:
#   ` + strings.Join(commands, "\n#   ") + `
# What takes it away: Unregister-ScheduledTask -TaskName 'keyrota check'

$action = New-ScheduledTaskAction -Execute ` + powerShellText(j.program) + ` -Argument ` + powerShellText(strings.Join(words[1:], " ")) + `
$trigger = New-ScheduledTaskTrigger ` + j.rhythm.windows + `
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName 'keyrota check' -Description 'Which exchange API keys need you' -Action $action -Trigger $trigger -Settings $settings
`
	if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		text = "\uFEFF" + text // else Windows PowerShell reads it in the code page of old
	}
	return plan{[]planFile{{name, text}}, commands}, nil
}

// windowsWord quotes an argument in the way in which programs on Windows take
// their command line apart.
func windowsWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\"") {
		return s
	}
	var b strings.Builder
	slashes := 0
	for _, r := range s {
		switch r {
		case '\\':
			slashes++
			continue
		case '"':
			slashes = 2*slashes + 1
		}
		b.WriteString(strings.Repeat(`\`, slashes))
		slashes = 0
		b.WriteRune(r)
	}
	return `"` + b.String() + strings.Repeat(`\`, 2*slashes) + `"`
}

// powerShellText quotes a text for PowerShell, to which the typographic
// apostrophes are apostrophes, too.
func powerShellText(s string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
}
