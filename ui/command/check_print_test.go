package command

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// nasty is what a name may look like.
const nasty = "a|b `c` \"d\" \\ *e* <f> [g]"

// reported is a report of two keys, the worse one second, and a stray.
func reported() *report {
	finding := func(code string, s policy.Severity, text string) policy.Finding {
		return policy.Finding{Code: code, Severity: s, Word: strings.ToUpper(code), Text: text, Action: "Mend it."}
	}
	first := &store.Record{ID: "r1", Name: nasty, Exchange: "other", Venue: "Ve\\nue", Environment: exchanges.Live, Added: october(1)}
	second := &store.Record{ID: "r2", Name: "grid", Exchange: "bybit", Environment: exchanges.Demo, Facts: store.Facts{Created: exchanges.At(october(3))}}
	return &report{session: &session{}, at: october(20), strays: make([]store.Unmanaged, 1), keys: []judged{
		{first, policy.Assessment{Age: 36 * time.Hour, Findings: []policy.Finding{finding("unused", policy.Info, "tab\there | pipe\x1b[31m\nline"),
			finding("shared", policy.Info, "one"), finding("shared", policy.Info, "two")}}},
		{second, policy.Assessment{Age: 17 * 24 * time.Hour, AgeExact: true, Deadline: policy.Deadline{At: october(31), Reason: policy.ByPolicy},
			Findings: []policy.Finding{finding("overdue", policy.Critical, "old")}}},
		{&store.Record{ID: "r3", Name: "fine", Exchange: "okx", Environment: exchanges.Live, Added: october(2)}, policy.Assessment{}},
	}}
}

// printed prints a report in one of the formats.
func printed(t *testing.T, format string, r *report) string {
	t.Helper()
	show, err := parseCheckFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := show(&App{Stdout: &b}, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCheckTableHasOneAlignedRowAFinding(t *testing.T) {
	r := reported()
	lines := strings.Split(strings.TrimSpace(printed(t, "table", r)), "\n")
	if len(lines) != 8 { // heading, four findings, sum, an empty one, strays
		t.Fatalf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	if !strings.HasPrefix(lines[1], "critical  grid ") || !strings.Contains(lines[1], "2025-10-31 policy") {
		t.Errorf("the worst is not first: %q", lines[1])
	}
	for _, line := range lines[1:5] {
		if at := strings.Index(line, "Mend it."); at != strings.Index(lines[0], "WHAT TO DO") {
			t.Errorf("the last column of %q begins at %d", line, at)
		}
		if strings.ContainsAny(line, "\x1b\t") {
			t.Errorf("the row %q", line)
		}
	}
	if lines[5] != "3 keys, 1 fine" || !strings.HasPrefix(lines[7], "1 key on your accounts is not managed") {
		t.Errorf("it ends with %q", lines[5:])
	}
	r.keys, r.strays = r.keys[2:], nil
	if got := printed(t, "table", r); got != "1 keys, 1 fine\n" {
		t.Errorf("without findings: %q", got)
	}
}

// markdownCells takes a row of a table apart as GitHub Flavored Markdown says.
func markdownCells(row string) []string {
	var cells []string
	cell := ""
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == '\\' && i+1 < len(row):
			i++
			cell += row[i : i+1]
		case row[i] == '|':
			cells = append(cells, strings.TrimSpace(cell))
			cell = ""
		default:
			cell += row[i : i+1]
		}
	}
	return cells[1:] // before the first pipe there is none
}

func TestCheckMarkdownRenders(t *testing.T) {
	r := reported()
	r.asOf = october(30)
	lines := strings.Split(printed(t, "markdown", r), "\n")
	if lines[0] != "as of 2025-10-30T12:00:00Z, by what is known now" || lines[1] != "" {
		t.Errorf("it begins with %q", lines[:2])
	}
	table := lines[2:8]
	for i, row := range table {
		if n := len(markdownCells(row)); n != len(findingHead) || !strings.HasSuffix(row, "|") {
			t.Errorf("row %d has %d cells: %s", i, n, row)
		}
	}
	if lines[8] != "" || lines[9] != "3 keys, 1 fine" {
		t.Errorf("the table is followed by %q", lines[8:])
	}
	cells := markdownCells(table[3])
	if want := []string{"info", nasty, "Ve\\nue", "live", "unused", "none", "tab here | pipe[31m line", "Mend it."}; !slices.Equal(cells, want) {
		t.Errorf("the cells are %q\nwant          %q", cells, want)
	}
	if !strings.Contains(table[3], "\\`c\\`") || !strings.Contains(table[3], `a\|b`) {
		t.Errorf("not escaped: %s", table[3])
	}
}

// families reads metrics with Prometheus's own parser.
func families(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	out, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		series := line[:strings.LastIndexByte(line, ' ')+1]
		if line[0] != '#' && seen[series] {
			t.Errorf("twice: %s", series)
		}
		seen[series] = true
	}
	for name, f := range out {
		if f.GetType() != dto.MetricType_GAUGE || f.GetHelp() == "" {
			t.Errorf("%s is a %s, %q", name, f.GetType(), f.GetHelp())
		}
	}
	return out
}

// series writes a family's samples as "label=text … value".
func series(f *dto.MetricFamily) []string {
	var out []string
	for _, m := range f.GetMetric() {
		var words []string
		for _, l := range m.GetLabel() {
			words = append(words, l.GetName()+"="+l.GetValue())
		}
		out = append(out, strings.Join(append(words, strconv.FormatFloat(m.GetGauge().GetValue(), 'f', -1, 64)), " "))
	}
	return out
}

func TestCheckMetrics(t *testing.T) {
	r := reported()
	got := families(t, printed(t, "prometheus", r))
	other, grid, fine := "key="+nasty+" exchange=Ve\\nue environment=live ", "key=grid exchange=bybit environment=demo ", "key=fine exchange=okx environment=live "
	at := func(day int) string { return strconv.FormatInt(october(day).Unix(), 10) }
	want := map[string][]string{
		"keyrota_check_timestamp_seconds":        {at(20)},
		"keyrota_keys":                           {"3"},
		"keyrota_unmanaged_keys":                 {"1"},
		"keyrota_key_status":                     {other + "status=unverified 1", grid + "status=unverified 1", fine + "status=unverified 1"},
		"keyrota_key_age_seconds":                {other + "source=first-seen 129600", grid + "source=exchange 1468800", fine + "source=first-seen 0"},
		"keyrota_key_deadline_timestamp_seconds": {grid + "reason=policy " + at(31)},
		"keyrota_finding": {other + "code=unused severity=info 1", other + "code=shared severity=info 1",
			grid + "code=overdue severity=critical 1"},
	}
	for name, samples := range want {
		if s := series(got[name]); !slices.Equal(s, samples) {
			t.Errorf("%s: %q\nwant %q", name, s, samples)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d families, want %d", len(got), len(want))
	}
	if printed(t, "prometheus", r) != printed(t, "prometheus", reported()) {
		t.Error("the order is not the same every time")
	}
	r.asOf = october(30)
	if s := series(families(t, printed(t, "prometheus", r))["keyrota_check_as_of_timestamp_seconds"]); !slices.Equal(s, []string{at(30)}) {
		t.Errorf("as of: %q", s)
	}
}

func TestMetricsOfTheDemo(t *testing.T) {
	t.Parallel()
	r := newTrader(t, sim.Options{World: "empty"}).run("", "--demo", "check", "--offline", "--format", "prometheus")
	if got := families(t, r.out); r.code != 1 || len(got["keyrota_key_status"].GetMetric()) < 60 || len(got["keyrota_finding"].GetMetric()) < 20 {
		t.Errorf("exit %d, %d keys", r.code, len(got["keyrota_key_status"].GetMetric()))
	}
}

func TestCheckAsOfJudgesByThatMoment(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	var keys []checkJSON
	day := time.Now().UTC().AddDate(2, 0, 0).Format(time.DateOnly)
	r := tr.run("", "check", "--offline", "--json", "--as-of", day)
	if err := json.Unmarshal([]byte(r.out), &keys); err != nil || len(keys) != 1 || r.code != 1 {
		t.Fatalf("exit %d, %v: %s%s", r.code, err, r.out, r.err)
	}
	if k := keys[0]; k.AsOf == nil || k.AsOf.Format(time.RFC3339) != day+"T23:59:59Z" ||
		!slices.ContainsFunc(k.Findings, func(f findingJSON) bool { return f.Code == policy.CodeOverdue }) {
		t.Errorf("%+v", keys[0])
	}
	if out := tr.run("", "check", "--offline", "--as-of", day+"T10:00:00+02:00").out; !strings.HasPrefix(out, "as of "+day+"T08:00:00Z, by what is known now:\n") {
		t.Errorf("the text is\n%s", out)
	}
	var now []checkJSON
	if err := json.Unmarshal([]byte(tr.run("", "check", "--offline", "--json").out), &now); err != nil || len(now) != 1 || now[0].AsOf != nil {
		t.Errorf("now is told as %+v, %v", now, err)
	}
	if out := tr.run("", "check", "--offline", "--format", "table", "grid-bot", "grid-bot").out; !strings.Contains(out, "1 keys,") {
		t.Errorf("a key that is named twice:\n%s", out)
	}
}

func TestADayAheadLastsToItsEnd(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"":                          "0001-01-01T00:00:00Z",
		"2026-11-25":                "2026-11-25T23:59:59.999999999Z",
		"2026-11-25T12:00:00Z":      "2026-11-25T12:00:00Z",
		"2027-01-15T01:00:00+09:00": "2027-01-14T16:00:00Z",
		"2026-11-24":                "--as-of 2026-11-24 is past",
		"2026-11-25T11:59:59Z":      "--as-of 2026-11-25T11:59:59Z is past",
		"2128-01-01":                "--as-of 2128-01-01 is more than a hundred years away",
		"9999-12-31":                "--as-of 9999-12-31 is more than a hundred years away",
		"30d":                       `--as-of cannot be "30d"`,
		"2027-02-30":                `--as-of cannot be "2027-02-30"`,
		"tomorrow\n":                `--as-of cannot be "tomorrow\n"`,
	} {
		at, err := parseAhead("--as-of", text, now)
		got := at.Format(time.RFC3339Nano)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestCheckRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	for flags, want := range map[string]string{
		"--format xml":                "text, table, markdown, prometheus, json",
		"--format=":                   `--format cannot be ""`,
		"--json --format table":       "--json does not go with --format table",
		"--as-of 2020-01-01":          "keyrota audit --as-of 2020-01-01",
		"--as-of soon":                `--as-of cannot be "soon"`,
		"--notify --as-of 2099-01-01": "--notify does not go with --as-of",
		"--notify --read-only":        "--notify does not go with --read-only",
		"--fail-on never":             `--fail-on cannot be "never"`,
		"--as-of":                     "--as-of",
	} {
		if r := tr.run("", append([]string{"check"}, strings.Fields(flags)...)...); r.code != 2 || r.out != "" || !strings.Contains(r.err, want) {
			t.Errorf("check %s exits %d: %s%s", flags, r.code, r.out, r.err)
		}
	}
}
