//go:build unix

package command

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestCrontabLines: what cron makes of the line, a shell takes apart.
func TestCrontabLines(t *testing.T) {
	j := awkward(t)
	j.args = append(j.args, "100%", `\%`, "", "-n")
	p, err := cronPlan(j)
	if err != nil || len(p.files) != 1 {
		t.Fatal(p, err)
	}
	jobs, settings := crontab(p.files[0].text)
	if want := []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus", "PATH=/usr/local/bin:/usr/bin:/bin"}; !slices.Equal(settings, want) {
		t.Errorf("the settings are %q", settings)
	}
	if len(jobs) != 1 {
		t.Fatalf("%d lines: %q", len(jobs), jobs)
	}
	line, found := strings.CutPrefix(jobs[0], "0 */6 * * * ")
	if !found || strings.Contains(strings.ReplaceAll(line, `\%`, ""), "%") {
		t.Errorf("the line %q", jobs[0])
	}
	show := "show() { for word; do printf '%s\\n' \"$word\"; done; }; show " + strings.ReplaceAll(line, `\%`, "%")
	out, err := exec.Command("sh", "-c", show).Output()
	if got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"); err != nil || !slices.Equal(got, j.words()) {
		t.Errorf("%v: it runs %q\nwant         %q", err, got, j.words())
	}
}

// crontab tells the jobs and the settings of a crontab apart.
func crontab(text string) (jobs, settings []string) {
	for line := range strings.Lines(text) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == "" || line[0] == '#':
		case line[0] >= 'A' && line[0] <= 'Z':
			settings = append(settings, line)
		default:
			jobs = append(jobs, line)
		}
	}
	return jobs, settings
}
