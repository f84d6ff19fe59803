package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// scheduleFlags is what was typed.
type scheduleFlags struct {
	print, every, failOn, output string
	notify                       bool
}

// job is what a scheduler shall run, and how often.
type job struct {
	program string // absolute
	args    []string
	rhythm  rhythm
	uid     int
}

// plan is what a scheduler is given.
type plan struct {
	files    []planFile
	commands []string // that switch it on, once the files are in place
}

type planFile struct{ name, text string }

// schedulers are those that --print knows.
var schedulers = []struct {
	word string
	plan func(*job) (plan, error)
}{{"systemd", systemdPlan}, {"launchd", launchdPlan}, {"cron", cronPlan}, {"windows", windowsPlan}}

func (a *App) scheduleCommand(g *globals) *cobra.Command {
	f := scheduleFlags{}
	c := &cobra.Command{
		Use: "schedule", Short: "Print what makes the system run keyrota check by itself", Args: noSecretArgs,
		Long: "schedule prints files or lines for the scheduler of your system that run keyrota check, with this program's path\n" +
			"and the --home, --keyring, --passphrase-file and --fail-on that you give. Comments in them say where each goes\n" +
			"and what switches it on. keyrota installs nothing: that is for you to do.",
		Example: "  keyrota schedule --print systemd\n" +
			"  keyrota schedule --print systemd --output ~/.config/systemd/user\n" +
			"  keyrota schedule --print cron --every 6h --fail-on warning",
		RunE: func(*cobra.Command, []string) error {
			p, err := f.plan(a, g)
			if err != nil {
				return &Exit{Code: 2, Err: err}
			}
			return a.printPlan(&p, f.output)
		},
	}
	s := c.Flags()
	s.StringVar(&f.print, "print", "", "systemd (a user timer), launchd (macOS), cron or windows (Task Scheduler)")
	s.StringVar(&f.every, "every", "1d", "how often: 5m to 30m, 1h to 12h, 1d or 1w")
	s.BoolVar(&f.notify, "notify", true, "show a desktop notification when a key needs you")
	s.StringVar(&f.failOn, "fail-on", "critical", "the least severity that needs you: info, warning or critical")
	s.StringVar(&f.output, "output", "", "write the files into this folder instead of the terminal")
	return c
}

// plan reads the flags and makes what they ask for.
func (f *scheduleFlags) plan(a *App, g *globals) (plan, error) {
	var words []string
	for _, s := range schedulers {
		words = append(words, s.word)
		if s.word != f.print {
			continue
		}
		j, err := f.job(a, g)
		if err != nil {
			return plan{}, err
		}
		return s.plan(j)
	}
	if f.print == "" {
		return plan{}, desk.Refuse("--print is missing", "Use one of "+strings.Join(words, ", ")+".")
	}
	return plan{}, unknownWord("--print", f.print, words)
}

// job says what is to be run. What the environment chooses now is written
// down, since a scheduler has another one.
func (f *scheduleFlags) job(a *App, g *globals) (*job, error) {
	if g.demo {
		return nil, desk.Refuse("--demo does not go with schedule", "There is nothing to watch in a demo. Leave it out.")
	}
	if _, err := parseSeverity(f.failOn); err != nil {
		return nil, err
	}
	j := &job{args: []string{"check"}, uid: os.Getuid()}
	var known bool
	if every, err := store.ParsePeriod(f.every); err == nil {
		j.rhythm, known = newRhythm(every)
	}
	if !known {
		return nil, desk.Refuse(fmt.Sprintf("--every cannot be %q", f.every),
			"Use minutes that divide an hour (5m, 10m, 15m, 20m, 30m), hours that divide a day (1h, 2h, 3h, 4h, 6h, 8h, 12h), 1d or 1w.")
	}
	if f.notify {
		j.args = append(j.args, "--notify")
	}
	if f.failOn != "critical" {
		j.args = append(j.args, "--fail-on", f.failOn)
	}
	var err error
	if j.program, err = os.Executable(); err != nil {
		return nil, desk.Refuse("cannot tell where this program lies: "+err.Error(), "Start it by its full path.")
	}
	if keyring := first(g.keyring, a.Getenv("KEYROTA_KEYRING")); keyring != "" {
		j.args = append(j.args, "--keyring", keyring)
	}
	for _, p := range [][2]string{
		{"--home", first(g.home, a.Getenv("KEYROTA_HOME"))},
		{"--passphrase-file", first(g.passphraseFile, a.Getenv("KEYROTA_PASSPHRASE_FILE"))},
	} {
		if p[1] == "" {
			continue
		}
		path, err := filepath.Abs(p[1])
		if err != nil {
			return nil, desk.Refuse("cannot tell where "+p[0]+" lies: "+err.Error(), "Give its full path.")
		}
		j.args = append(j.args, p[0], path)
	}
	return j, j.check()
}

// check refuses what could not be written in any of the forms: a line break
// would begin a line of its own in a crontab or a unit.
func (j *job) check() error {
	for _, s := range append([]string{j.program}, j.args...) {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return desk.Refuse(fmt.Sprintf("%q has signs that a scheduler's file cannot hold", s), "Use a name without control characters.")
		}
	}
	return nil
}

// printPlan prints the files, or writes them into a folder.
func (a *App) printPlan(p *plan, folder string) error {
	if folder == "" {
		var texts []string
		for _, f := range p.files {
			texts = append(texts, f.text)
		}
		return a.say("%s", strings.Join(texts, "\n"))
	}
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return outputError(folder, errors.New("it is no folder"))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return outputError(folder, err)
	}
	for _, f := range p.files {
		path := filepath.Join(folder, f.name)
		if err := a.writeTo(path, nil, func(w io.Writer) error { _, err := io.WriteString(w, f.text); return err }); err != nil {
			return err
		}
		if err := a.say("written: %s\n", path); err != nil {
			return err
		}
	}
	return a.say("What switches it on, where the files lie in their place:\n  %s\n", strings.Join(p.commands, "\n  "))
}

// dailyAt is the hour at which a daily check runs: one at which somebody is
// there to see what it shows.
const dailyAt = 9

// rhythm is a period in the words of each scheduler. All run at the same
// moments, on whole hours or minutes of local time.
type rhythm struct {
	every   time.Duration
	systemd string // OnCalendar
	cron    string // the five fields
	launchd [][]calendarField
	windows string // arguments of New-ScheduledTaskTrigger
}

// calendarField is a condition of launchd's StartCalendarInterval.
type calendarField struct {
	name  string
	value int
}

// newRhythm returns false for a period that a calendar cannot tell: only those
// that divide an hour or a day come at the same times every day.
func newRhythm(every time.Duration) (rhythm, bool) {
	const day = 24 * time.Hour
	r := rhythm{every: every, windows: fmt.Sprintf("-Once -At '00:00' -RepetitionInterval (New-TimeSpan -Minutes %d)", int(every.Minutes()))}
	clock := []calendarField{{"Hour", dailyAt}, {"Minute", 0}}
	switch minutes, hours := int(every/time.Minute), int(every/time.Hour); {
	case every == 7*day:
		r.systemd, r.cron = fmt.Sprintf("Mon *-*-* %02d:00:00", dailyAt), fmt.Sprintf("0 %d * * 1", dailyAt)
		r.launchd = [][]calendarField{append([]calendarField{{"Weekday", 1}}, clock...)}
		r.windows = fmt.Sprintf("-Weekly -DaysOfWeek Monday -At '%02d:00'", dailyAt)
	case every == day:
		r.systemd, r.cron = fmt.Sprintf("*-*-* %02d:00:00", dailyAt), fmt.Sprintf("0 %d * * *", dailyAt)
		r.launchd = [][]calendarField{clock}
		r.windows = fmt.Sprintf("-Daily -At '%02d:00'", dailyAt)
	case divides(every, day, time.Hour):
		r.systemd, r.cron = fmt.Sprintf("*-*-* 00/%d:00:00", hours), fmt.Sprintf("0 */%d * * *", hours)
		for h := 0; h < 24; h += hours {
			r.launchd = append(r.launchd, []calendarField{{"Hour", h}, {"Minute", 0}})
		}
	case every >= 5*time.Minute && divides(every, time.Hour, time.Minute):
		r.systemd, r.cron = fmt.Sprintf("*-*-* *:00/%d:00", minutes), fmt.Sprintf("*/%d * * * *", minutes)
		for m := 0; m < 60; m += minutes {
			r.launchd = append(r.launchd, []calendarField{{"Minute", m}})
		}
	default:
		return rhythm{}, false
	}
	return r, true
}

// divides reports whether a period is a number of units that goes into a longer
// period without rest.
func divides(every, longer, unit time.Duration) bool {
	return every > 0 && every < longer && longer%every == 0 && every%unit == 0
}
