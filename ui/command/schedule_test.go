package command

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
)

// awkward is a job whose words have every sign that some form gives a meaning.
func awkward(t *testing.T) *job {
	t.Helper()
	r, ok := newRhythm(6 * time.Hour)
	if !ok {
		t.Fatal("six hours are no rhythm")
	}
	return &job{program: `/opt/key rota$x;&<é>`, args: []string{"check", "--home", `a "b" 'c' \d\ $HOME ${X} #;&|<]]>~ é`}, rhythm: r, uid: 1000}
}

func (j *job) words() []string { return append([]string{j.program}, j.args...) }

// unit reads a systemd unit: what is before the sections, and every setting.
func unit(t *testing.T, text string) map[string]string {
	t.Helper()
	out, section := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, value, setting := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]") + "."
		case !setting || section == "" || strings.TrimSpace(name) != name || out[section+name] != "" || strings.HasSuffix(value, `\`):
			t.Fatalf("the line %q", line)
		default:
			out[section+name] = value
		}
	}
	return out
}

// execWords takes an ExecStart apart: words in double quotes.
func execWords(t *testing.T, line string) []string {
	t.Helper()
	var words []string
	for line != "" {
		m := regexp.MustCompile(`^"((?:[^"\\]|\\.)*)"(?: |$)`).FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("the words %q", line)
		}
		line = line[len(m[0]):]
		word := regexp.MustCompile(`\\(.)`).ReplaceAllString(m[1], "$1")
		if strings.Contains(strings.ReplaceAll(word, "%%", ""), "%") {
			t.Errorf("a specifier in %q", word)
		}
		word = strings.ReplaceAll(word, "%%", "%")
		if len(words) > 0 { // the program's path has no variables
			if strings.Contains(strings.ReplaceAll(word, "$$", ""), "$") {
				t.Errorf("a variable in %q", word)
			}
			word = strings.ReplaceAll(word, "$$", "$")
		}
		words = append(words, word)
	}
	return words
}

// has fails unless a unit has these settings.
func has(t *testing.T, unit, want map[string]string) {
	t.Helper()
	for setting, value := range want {
		if unit[setting] != value {
			t.Errorf("%s is %q, want %q", setting, unit[setting], value)
		}
	}
}

func TestSystemdUnits(t *testing.T) {
	j := awkward(t)
	j.program, j.args = j.program+"%h", append(j.args, "100%", "%%")
	p, err := systemdPlan(j)
	if err != nil || len(p.files) != 2 || len(p.commands) != 2 {
		t.Fatal(p, err)
	}
	service, timer := unit(t, p.files[0].text), unit(t, p.files[1].text)
	if got := execWords(t, service["Service.ExecStart"]); !slices.Equal(got, j.words()) {
		t.Errorf("it runs %q\nwant    %q", got, j.words())
	}
	has(t, service, map[string]string{
		"Service.Type": "oneshot", "Service.SuccessExitStatus": "1", "Service.NoNewPrivileges": "yes",
		"Service.RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
	})
	has(t, timer, map[string]string{
		"Timer.OnCalendar": "*-*-* 00/6:00:00", "Timer.Persistent": "true", "Timer.RandomizedDelaySec": "900", "Install.WantedBy": "timers.target",
	})
	for i, f := range p.files {
		if !strings.HasPrefix(f.text, "# ~/.config/systemd/user/"+f.name+"\n") || !strings.Contains(p.files[0].text, "#   "+p.commands[i]+"\n") {
			t.Errorf("%s does not say where it goes and what switches it on", f.name)
		}
	}
	j.program = `/opt/o'brien/keyrota`
	if _, err := systemdPlan(j); err == nil || !strings.Contains(err.Error(), "quotes in its path") {
		t.Errorf("quotes in the path: %v", err)
	}
}

// plist is a node of a property list.
type plist struct {
	XMLName xml.Name
	Text    string  `xml:",chardata"`
	Nodes   []plist `xml:",any"`
}

// dict returns the values of a dictionary by their keys.
func (p plist) dict(t *testing.T) map[string]plist {
	t.Helper()
	out := map[string]plist{}
	if p.XMLName.Local != "dict" || len(p.Nodes)%2 != 0 {
		t.Fatalf("%+v is no dictionary", p)
	}
	for pair := range slices.Chunk(p.Nodes, 2) {
		if pair[0].XMLName.Local != "key" {
			t.Fatalf("%+v is no key", pair[0])
		}
		out[pair[0].Text] = pair[1]
	}
	return out
}

// readPlist returns the dictionary that a property list is.
func readPlist(t *testing.T, text string) map[string]plist {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; { // all of it is well formed
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	var root plist
	if err := xml.Unmarshal([]byte(text), &root); err != nil || root.XMLName.Local != "plist" || len(root.Nodes) != 1 {
		t.Fatalf("%v: %+v", err, root)
	}
	return root.Nodes[0].dict(t)
}

func TestLaunchdPropertyList(t *testing.T) {
	j := awkward(t)
	p, err := launchdPlan(j)
	if err != nil || len(p.files) != 1 {
		t.Fatal(p, err)
	}
	d := readPlist(t, p.files[0].text)
	var words []string
	for _, n := range d["ProgramArguments"].Nodes {
		words = append(words, n.Text)
	}
	if !slices.Equal(words, j.words()) {
		t.Errorf("it runs %q\nwant    %q", words, j.words())
	}
	if d["Label"].Text+".plist" != p.files[0].name {
		t.Errorf("the label is %q, the file %q", d["Label"].Text, p.files[0].name)
	}
	var hours []string
	for _, n := range d["StartCalendarInterval"].Nodes {
		at := n.dict(t)
		hours = append(hours, at["Hour"].Text+":"+at["Minute"].Text)
	}
	if got := strings.Join(hours, " "); got != "0:0 6:0 12:0 18:0" {
		t.Errorf("it runs at %s", got)
	}
	for _, c := range p.commands {
		if !strings.Contains(p.files[0].text, c+"\n") && !strings.Contains(p.files[0].text, c+" ") {
			t.Errorf("the file does not say %q", c)
		}
	}
}

// powerShellWord takes a text of PowerShell apart.
func powerShellWord(t *testing.T, text string) string {
	t.Helper()
	const marks = "['‘’‚‛]"
	m := regexp.MustCompile(`^'((?:[^'‘’‚‛]|` + marks + marks + `)*)'`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the text %q", text)
	}
	return regexp.MustCompile(marks+"("+marks+")").ReplaceAllString(m[1], "$1")
}

func TestWindowsTask(t *testing.T) {
	j := awkward(t)
	j.program = `C:\Users\J. O'Neil’s\keyrota.exe`
	p, err := windowsPlan(j)
	if err != nil || len(p.files) != 1 {
		t.Fatal(p, err)
	}
	text := p.files[0].text
	_, rest, _ := strings.Cut(text, "-Execute ")
	if got := powerShellWord(t, rest); got != j.program {
		t.Errorf("it runs %q", got)
	}
	_, rest, _ = strings.Cut(rest, "-Argument ")
	if got, want := powerShellWord(t, rest), `check --home "a \"b\" 'c' \d\ $HOME ${X} #;&|<]]>~ é"`; got != want {
		t.Errorf("with %s\nwant %s", got, want)
	}
	if !strings.HasPrefix(text, "\uFEFF#") || !strings.Contains(text, "-StartWhenAvailable") || !strings.Contains(text, "-Minutes 360)") {
		t.Errorf("the script is\n%s", text)
	}
	j.program, j.args = `C:\100%\keyrota.exe`, nil
	if _, err := windowsPlan(j); err == nil || !strings.Contains(err.Error(), "would expand the %") {
		t.Errorf("%v", err)
	}
	for word, want := range map[string]string{
		`plain`: `plain`, ``: `""`, `C:\a b\`: `"C:\a b\\"`, `a"b`: `"a\"b"`, `a\"b c`: `"a\\\"b c"`, `a\b`: `a\b`, `x \\ y`: `"x \\ y"`,
	} {
		if got := windowsWord(word); got != want {
			t.Errorf("%s is written %s, want %s", word, got, want)
		}
	}
}

func TestRhythms(t *testing.T) {
	const day = 24 * time.Hour
	for every, want := range map[time.Duration]string{
		5 * time.Minute:  "*-*-* *:00/5:00 | */5 * * * * | 12 | -Once -At '00:00' -RepetitionInterval (New-TimeSpan -Minutes 5)",
		30 * time.Minute: "*-*-* *:00/30:00 | */30 * * * * | 2 | -Once -At '00:00' -RepetitionInterval (New-TimeSpan -Minutes 30)",
		time.Hour:        "*-*-* 00/1:00:00 | 0 */1 * * * | 24 | -Once -At '00:00' -RepetitionInterval (New-TimeSpan -Minutes 60)",
		12 * time.Hour:   "*-*-* 00/12:00:00 | 0 */12 * * * | 2 | -Once -At '00:00' -RepetitionInterval (New-TimeSpan -Minutes 720)",
		day:              "*-*-* 09:00:00 | 0 9 * * * | 1 | -Daily -At '09:00'",
		7 * day:          "Mon *-*-* 09:00:00 | 0 9 * * 1 | 1 | -Weekly -DaysOfWeek Monday -At '09:00'",
	} {
		r, ok := newRhythm(every)
		got := strings.Join([]string{r.systemd, r.cron, strconv.Itoa(len(r.launchd)), r.windows}, " | ")
		if !ok || got != want {
			t.Errorf("%s: %s\nwant %s", every, got, want)
		}
	}
	for _, every := range []time.Duration{0, time.Second, time.Minute, 7 * time.Minute, 90 * time.Second, 40 * time.Minute, 90 * time.Minute, 5 * time.Hour, 2 * day, 14 * day} {
		if r, ok := newRhythm(every); ok {
			t.Errorf("%s is taken for %+v", every, r)
		}
	}
}

func TestScheduleRunsThisProgramOnThisHome(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(tr.ok("", "schedule", "--print", "systemd"), "ExecStart=")
	line, _, _ = strings.Cut(line, "\n")
	want := []string{self, "check", "--notify", "--keyring", "file", "--home", tr.home, "--passphrase-file", tr.env["KEYROTA_PASSPHRASE_FILE"]}
	if got := execWords(t, line); !slices.Equal(got, want) {
		t.Errorf("it runs %q\nwant    %q", got, want)
	}
	tr.env = map[string]string{}
	out := tr.ok("", "schedule", "--print", "cron", "--notify=false", "--fail-on", "warning", "--home", "rel")
	if rel, _ := filepath.Abs("rel"); !strings.HasSuffix(out, " check --fail-on warning --home "+shellWord(rel)+"\n") || strings.Contains(out, "check --notify") {
		t.Errorf("it prints\n%s", out)
	}
}

func TestScheduleWritesIntoAFolder(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 { // the second time it replaces them
		out := tr.ok("", "schedule", "--print", "systemd", "--output", dir)
		if !strings.Contains(out, "systemctl --user enable --now keyrota-check.timer") {
			t.Errorf("it says %s", out)
		}
	}
	both := fileText(t, filepath.Join(dir, "keyrota-check.service")) + "\n" + fileText(t, filepath.Join(dir, "keyrota-check.timer"))
	if printed := tr.ok("", "schedule", "--print", "systemd"); printed != both {
		t.Errorf("the files have\n%s\nand it prints\n%s", both, printed)
	}
	if r := tr.run("", "schedule", "--print", "systemd", "--output", filepath.Join(dir, "keyrota-check.timer")); r.code != 1 || !strings.Contains(r.err, "no folder") {
		t.Errorf("a file for a folder: exit %d, %s", r.code, r.err)
	}
}

func TestScheduleRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	for flags, want := range map[string]string{
		"": "--print is missing", "--print upstart": "systemd, launchd, cron, windows", "--print cron --every 7m": `--every cannot be "7m"`,
		"--print cron --every off": `--every cannot be "off"`, "--print cron --every x": "5m, 10m", "--print cron --fail-on x": `--fail-on cannot be "x"`,
		"--print cron --demo": "--demo does not go", "--print cron now": "takes no arguments", "--print cron --home a\x01b": "control characters",
		"--print launchd --home \xff": "control characters",
	} {
		if r := tr.run("", append([]string{"schedule"}, strings.Fields(flags)...)...); r.code != 2 || r.out != "" || !strings.Contains(r.err, want) {
			t.Errorf("schedule %s exits %d: %s%s", flags, r.code, r.out, r.err)
		}
	}
}
