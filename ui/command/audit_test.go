package command

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// writes puts events into the trader's audit log, as a keyrota of then would have.
func (tr *trader) writes(events ...store.Event) {
	tr.t.Helper()
	app := tr.app(os.Stdin, &tr.said, &tr.said)
	err := app.withSession(context.Background(), &globals{}, func(s *session) error {
		secrets, err := s.ring(context.Background())
		if err != nil {
			return err
		}
		return s.store.Audit(context.Background(), store.VaultAnchor{Secrets: secrets}, events...)
	})
	if err != nil {
		tr.t.Fatal(err)
	}
}

// october is noon of a day of October 2025, which is past on every clock.
func october(day int) time.Time { return time.Date(2025, 10, day, 12, 0, 0, 0, time.UTC) }

// chronicle is a trader whose log tells of two keys.
func chronicle(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	e := func(day int, a store.Action, key string, change func(*store.Event)) store.Event {
		e := store.Event{At: october(day), Actor: "ann", Host: "box", Action: a, Key: key, Record: store.RecordID("r-" + key),
			Exchange: "binance", Environment: exchanges.Live, Result: "ok", KeyID: "vmPU…uh8A", Purpose: "spot bot", Consumers: []string{"grid-bot"}}
		if change != nil {
			change(&e)
		}
		return e
	}
	old := func(e *store.Event) {
		e.Exchange, e.Actor, e.KeyID, e.Purpose, e.Consumers = "kraken", "bob", "", "", nil
	}
	tr.writes(
		e(1, store.ActionAdded, "grid", nil), e(2, store.ActionAdded, "legacy", old),
		e(3, store.ActionVerifyFailed, "grid", func(e *store.Event) { e.Result, e.Detail = "ip-blocked", "-2015" }),
		e(5, store.ActionEdited, "grid", func(e *store.Event) { e.Consumers = []string{"tax"} }),
		e(7, store.ActionRevoked, "grid", func(e *store.Event) { e.Detail = "vmPU…uh8A by hand" }),
	)
	return tr
}

// actions returns the actions that audit prints for some flags.
func (tr *trader) actions(flags ...string) string {
	tr.t.Helper()
	var events []store.Event
	if err := json.Unmarshal([]byte(tr.ok("", append([]string{"audit", "--format", "json"}, flags...)...)), &events); err != nil {
		tr.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, string(e.Action))
	}
	return strings.Join(out, " ")
}

func TestAuditChoosesEntries(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	for flags, want := range map[string]string{
		"":                                    "added added verify-failed edited revoked",
		"--last 2":                            "edited revoked",
		"--last 99":                           "added added verify-failed edited revoked",
		"--key GRID":                          "added verify-failed edited revoked",
		"--key r-legacy":                      "added",
		"--key nosuch":                        "",
		"--exchange kraken":                   "added",
		"--actor bob@box":                     "added",
		"--consumer Grid-Bot":                 "added verify-failed revoked",
		"--action revoked,edited":             "edited revoked",
		"--action edited --action added":      "added added edited",
		"--since 2025-10-05":                  "edited revoked",
		"--until 2025-10-02":                  "added added",
		"--since 2025-10-03T12:00:00Z":        "verify-failed edited revoked",
		"--until 2025-10-03T14:00:00+02:00":   "added added verify-failed",
		"--since 12h":                         "",
		"--key grid --last 1 --action edited": "edited",
	} {
		if got := tr.actions(strings.Fields(flags)...); got != want {
			t.Errorf("audit %s: %q, want %q", flags, got, want)
		}
	}
	out := tr.ok("", "audit", "--key", "grid", "--since", "2025-10-03")
	for _, want := range []string{"TIME", "2025-10-03T12:00:00Z", "ann@box", "verify-failed", "binance live", "vmPU…uh8A", "ip-blocked", "-2015"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if out := tr.ok("", "audit", "--key", "nosuch"); !strings.Contains(out, "Nothing in the audit log") {
		t.Errorf("nothing is told as %q", out)
	}
	if out := tr.ok("", "audit", "--json", "--key", "nosuch"); out != "[]\n" {
		t.Errorf("nothing in JSON is %q", out)
	}
}

func TestAuditRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	future := time.Now().AddDate(0, 0, 3).UTC().Format(time.DateOnly)
	for flags, want := range map[string][]string{
		"--since yesterday":                     {`--since cannot be "yesterday"`, "2026-11-01", "30d"},
		"--until 2025-02-30":                    {`--until cannot be "2025-02-30"`, "day of UTC"},
		"--as-of 1/2/2025":                      {`--as-of cannot be "1/2/2025"`},
		"--since off":                           {`--since cannot be "off"`},
		"--as-of " + future:                     {"has not come yet"},
		"--action added,sold":                   {`--action cannot be "sold"`, "revoked, proven-dead"},
		"--exchange mtgox":                      {`--exchange cannot be "mtgox"`, "binance, bybit"},
		"--format xml":                          {`--format cannot be "xml"`, "table, json, csv"},
		"--last -1":                             {"--last cannot be -1"},
		"--since 2025-10-05 --until 2025-10-04": {"--since 2025-10-05 is after --until 2025-10-04"},
		"--as-of 2025-10-05 --last 2":           {"--as-of does not go with --last"},
		"--verify --key grid":                   {"--verify does not go with --key"},
		"--verify --format csv":                 {"--verify has no csv"},
		"--as-of=":                              {"--as-of is empty"},
		"--last two":                            {"--last"},
		"grid":                                  {"takes no arguments"},
	} {
		r := tr.run("", append([]string{"audit"}, strings.Fields(flags)...)...)
		if r.code != 2 || r.out != "" {
			t.Errorf("audit %s exits %d and prints %q", flags, r.code, r.out)
		}
		for _, w := range want {
			if !strings.Contains(r.err, w) {
				t.Errorf("audit %s: no %q in %q", flags, w, r.err)
			}
		}
	}
}

// spoilsSecondLine puts garbage in the place of the second line of the log.
func (tr *trader) spoilsSecondLine() {
	tr.t.Helper()
	path := filepath.Join(tr.home, "audit.log")
	lines := strings.SplitAfter(fileText(tr.t, path), "\n")
	lines[1] = "garbage\n"
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		tr.t.Fatal(err)
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestADamagedLogIsPrintedAndSaysSo: what can be read is, and the exit code tells.
func TestADamagedLogIsPrintedAndSaysSo(t *testing.T) {
	t.Parallel()
	tr := chronicle(t)
	tr.spoilsSecondLine()
	out := filepath.Join(t.TempDir(), "out.json")
	for flags, names := range map[string]string{
		"--json": "audit.log:2", "--last 9 --json": "audit.log at byte", "--as-of 2025-10-06 --json": "audit.log:2", "--json --output " + out: "audit.log:2",
	} {
		r := tr.run("", append([]string{"audit"}, strings.Fields(flags)...)...)
		if strings.Contains(flags, "output") {
			r.out = fileText(t, out)
		}
		if r.code != 1 || !strings.Contains(r.err, names) || !strings.Contains(r.err, "--verify") || !json.Valid([]byte(r.out)) || !strings.Contains(r.out, "grid") {
			t.Errorf("audit %s exits %d: %s%s", flags, r.code, r.out, r.err)
		}
	}
	if r := tr.run("", "audit", "--verify"); r.code != 1 || !strings.HasPrefix(r.out, "tampered: line 2") {
		t.Errorf("audit --verify exits %d: %s", r.code, r.out)
	}
	if r := tr.run("", "audit", "--verify", "--json"); r.code != 1 || !strings.Contains(r.out, `"line": 2`) {
		t.Errorf("audit --verify --json exits %d: %s", r.code, r.out)
	}
}

func TestAuditCSVIsSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	tr.writes(store.Event{At: october(1), Actor: "=cmd|' /C calc'!A0", Host: "box", Action: store.ActionEdited, Key: "+1", Exchange: "kraken",
		Environment: exchanges.Live, Result: "@SUM(1)", Detail: `-2015 "quoted", and more`, Consumers: []string{"=one", "two"}})
	out := tr.ok("", "audit", "--format", "csv")
	if !strings.HasSuffix(out, "\r\n") || strings.Count(out, "\r\n") != 2 || strings.Count(out, "\n") != 2 {
		t.Errorf("the lines are %q", out)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	if head := strings.Join(rows[0], ","); head != "at,actor,host,action,key,record,exchange,environment,result,detail,flow,key_id,purpose,consumers" {
		t.Errorf("the header is %s", head)
	}
	want := []string{"2025-10-01T12:00:00Z", "'=cmd|' /C calc'!A0", "box", "edited", "'+1", "", "kraken", "live", "'@SUM(1)", `'-2015 "quoted", and more`, "", "", "", "'=one; two"}
	if !slices.Equal(rows[1], want) {
		t.Errorf("the row is %q\nwant       %q", rows[1], want)
	}
}

func TestCSVCells(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "grid": "grid", "a=1": "a=1", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "' =1", "\tx": "' x", "\rx": "' x",
		" =1": "' =1", "＝1": "'＝1", "a\x1b[31m": "a[31m", "\u202e=1": "'=1", "'=1": "'=1", " ": " ",
	} {
		if got := csvCell(in); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}
