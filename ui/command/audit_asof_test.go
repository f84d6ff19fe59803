package command

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// held returns what --as-of prints in JSON.
func (tr *trader) held(flags ...string) []holdingRow {
	tr.t.Helper()
	var rows []holdingRow
	d := json.NewDecoder(strings.NewReader(tr.ok("", append([]string{"audit", "--json", "--as-of"}, flags...)...)))
	d.DisallowUnknownFields()
	if err := d.Decode(&rows); err != nil {
		tr.t.Fatal(err)
	}
	return rows
}

func TestAsOfAnswersInOneTable(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	out := tr.ok("", "audit", "--as-of", "2025-10-04", "--consumer", "grid-bot")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines in\n%s", len(lines), out)
	}
	for i, want := range []string{
		"KEY|EXCHANGE|ENV|KEY ID|USED BY|PURPOSE|ISSUED|BY|UNTIL",
		"grid|binance|live|vmPU…uh8A|grid-bot|spot bot|2025-10-01 12:00 added|ann@box|2025-10-05 12:00 edited",
		"legacy|kraken|live|not in the log|not in the log|not in the log|2025-10-02 12:00 added|bob@box|no end in the log",
	} {
		if got := strings.Join(splitCells(lines[i]), "|"); got != want {
			t.Errorf("line %d is\n%s, want\n%s", i+1, got, want)
		}
	}
	if out := tr.ok("", "audit", "--as-of", "2025-09-30"); !strings.Contains(out, "knows of no such key") {
		t.Errorf("before the log: %q", out)
	}
}

// splitCells takes a line of a table apart at two spaces or more.
func splitCells(line string) []string {
	var out []string
	for cell := range strings.SplitSeq(line, "  ") {
		if cell = strings.TrimSpace(cell); cell != "" {
			out = append(out, cell)
		}
	}
	return out
}

func TestAsOfFollowsConsumersAndKeys(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	for flags, want := range map[string]string{
		"2025-10-01":                              "grid",
		"2025-10-02":                              "grid legacy",
		"2025-10-06":                              "grid legacy",
		"2025-10-08":                              "legacy",
		"2025-10-01T11:59:59Z":                    "",
		"2025-10-01T12:00:00Z":                    "grid",
		"2025-10-04 --exchange kraken":            "legacy",
		"2025-10-04 --key GRID":                   "grid",
		"2025-10-04 --key r-grid":                 "grid",
		"2025-10-04 --consumer GRID-bot":          "grid legacy",
		"2025-10-06 --consumer grid-bot":          "legacy",
		"2025-10-04 --consumer tax":               "legacy",
		"2025-10-06 --consumer tax --key grid":    "grid",
		"2025-10-04 --consumer nobody --key grid": "",
	} {
		var names []string
		for _, r := range tr.held(strings.Fields(flags)...) {
			names = append(names, r.Key)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("--as-of %s: %q, want %q", flags, got, want)
		}
	}
}

// TestAsOfInJSON: null is what the log does not tell.
func TestAsOfInJSON(t *testing.T) {
	t.Parallel()
	id, purpose, since := "vmPU…uh8A", "spot bot", october(5)
	want := []holdingRow{
		{Key: "grid", Record: "r-grid", Exchange: "binance", Environment: exchanges.Live, KeyID: &id, Consumers: []string{"tax"}, AllConsumers: true,
			Purpose: &purpose, Issued: &deedJSON{october(1), store.ActionAdded, "ann", "box"}, Since: &since,
			Until: &deedJSON{october(7), store.ActionRevoked, "ann", "box"}},
		{Key: "legacy", Record: "r-legacy", Exchange: "kraken", Environment: exchanges.Live, Consumers: []string{},
			Issued: &deedJSON{october(2), store.ActionAdded, "bob", "box"}},
	}
	if diff := cmp.Diff(want, chronicle(t).held("2025-10-06", "--consumer", "tax")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAsOfInCSV(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	rows, err := csv.NewReader(strings.NewReader(tr.ok("", "audit", "--as-of", "2025-10-06", "--format", "csv"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	want := "grid,r-grid,binance,live,vmPU…uh8A,tax,yes,spot bot,2025-10-01T12:00:00Z,added,ann@box,2025-10-07T12:00:00Z,revoked,ann@box"
	if got := strings.Join(rows[1], ","); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := strings.Join(rows[2], ","); got != "legacy,r-legacy,kraken,live,,,no,,2025-10-02T12:00:00Z,added,bob@box,,," {
		t.Errorf("%s", got)
	}
}

func TestWhatTheLogDoesNotTellHasWords(t *testing.T) {
	none := ""
	for _, c := range []struct {
		row           holdingRow
		used, purpose string
	}{
		{holdingRow{}, notInLog, notInLog},
		{holdingRow{Consumers: []string{"a", "b"}, Purpose: &none}, "a, b; others " + notInLog, "none stated"},
		{holdingRow{AllConsumers: true}, "nobody", notInLog},
	} {
		if cells := c.row.table(); cells[4] != c.used || cells[5] != c.purpose || cells[6] != notInLog || cells[7] != notInLog {
			t.Errorf("%q", cells)
		}
	}
}

// TestWhoHadAKeyIsAnsweredAfterARotation: with what keyrota itself writes down.
func TestWhoHadAKeyIsAnsweredAfterARotation(t *testing.T) {
	t.Parallel()
	tr := options(t)
	k := tr.seeded("bybit", "live", plain)
	if r := tr.add("grid", "bybit", "live", k, "--consumer", "grid-bot", "--purpose", "spot bot"); r.code != 0 {
		t.Fatal(r.err)
	}
	tr.ok(rotateVolDesk, "rotate", "vol-desk", "--answers", "-")
	today := time.Now().UTC().Format(time.DateOnly)
	rows := tr.held(today, "--consumer", "grid-bot")
	if len(rows) != 1 || rows[0].Key != "grid" || rows[0].KeyID == nil || *rows[0].Purpose != "spot bot" || !rows[0].AllConsumers {
		t.Errorf("%+v", rows)
	}
	var how []string
	for _, r := range tr.held(today, "--key", "vol-desk") {
		how = append(how, string(r.Issued.Action))
		if r.Until != nil {
			how = append(how, "until", string(r.Until.Action))
		}
	}
	if got := strings.Join(how, " "); got != "added until revoked created" {
		t.Errorf("the two keys of vol-desk: %s", got)
	}
	if out := tr.ok("", "audit", "--verify"); !strings.HasPrefix(out, "intact") {
		t.Errorf("audit --verify says %q", out)
	}
}

func TestOutputGoesToAFile(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	dir := t.TempDir()
	path, link := filepath.Join(dir, "out.csv"), filepath.Join(dir, "link.csv")
	if out := tr.ok("", "audit", "--output", path, "--format", "csv"); out != "" {
		t.Errorf("it prints %q", out)
	}
	if text := fileText(t, path); strings.Count(text, "\r\n") != 6 {
		t.Errorf("%q", text)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if err := os.Symlink(path, link); err != nil {
		link = path // links are not for everybody on Windows
	}
	tr.ok("", "audit", "--output", link, "--last", "1")
	if text := fileText(t, path); !strings.HasPrefix(text, "TIME") {
		t.Errorf("what the link names was not replaced: %q", text)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestOutputIsRefusedWhereItWouldHurt(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	dir := t.TempDir()
	for to, want := range map[string]string{
		filepath.Join(tr.home, "audit.log"): "is a file that keyrota needs", dir: "it is a folder", filepath.Join(dir, "no", "where"): "cannot write",
	} {
		if r := tr.run("", "audit", "--output", to); r.code != 1 || !strings.Contains(r.err, want) {
			t.Errorf("--output %s exits %d: %s", to, r.code, r.err)
		}
	}
	if got := tr.actions("--last", "1"); got != "revoked" {
		t.Errorf("the log ends with %q", got)
	}
	if r := tr.run("", "audit", "--output", os.DevNull); r.code != 0 {
		t.Errorf("a device: %s", r.err)
	}
}
