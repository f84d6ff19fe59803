package command

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

func TestMain(m *testing.M) {
	// A test must not reach the desktop of whoever runs it.
	_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
	// Most of the tests wait: for limits that exchanges set, and for other
	// processes. So more go on at once than there are processors.
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set(strconv.Itoa(3 * runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	removeBuilds()
	os.Exit(code)
}

// stocked is a trader with one key, grid-bot at Bybit.
func stocked(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	k := tr.seeded("bybit", "live", plain)
	out := tr.ok(stdinOf(k), "add", "--exchange", "bybit", "--env", "live", "--name", "grid-bot", "--account", "main", "--purpose", "spot bot", "--stdin")
	if !strings.Contains(out, "added grid-bot") {
		t.Errorf("add says %q", out)
	}
	return tr
}

func TestWhatWasAddedIsListed(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	listed := tr.keys(tr.ok("", "list", "--json"))["grid-bot"]
	if listed.Status != "ok" || listed.Account != "main" || listed.Purpose != "spot bot" || listed.Permissions["read"] != "granted" || len(listed.Permissions) != 9 {
		t.Errorf("list says %+v", listed)
	}
	if listed.Created == nil || listed.CreatedSource != "exchange" || listed.Verified == nil || listed.Error != nil || listed.Deadline == nil {
		t.Errorf("list says %+v", listed)
	}
}

func TestWhatIsListedIsShownAndChecked(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	listed := tr.keys(tr.ok("", "list", "--json"))["grid-bot"]
	var shown keyJSON
	if err := json.Unmarshal([]byte(tr.ok("", "show", "grid-bot", "--json")), &shown); err != nil || shown.Fingerprint != listed.Fingerprint {
		t.Errorf("show says %+v, %v", shown, err)
	}
	if text := tr.ok("", "show", "grid-bot"); !strings.Contains(text, "exchange says") {
		t.Errorf("show says\n%s", text)
	}
	if r := tr.run("", "check", "grid-bot", "--json"); tr.keys(r.out)["grid-bot"].Status != "ok" {
		t.Errorf("check: %+v", r)
	}
}

func TestForgetWantsTheNameAndLeavesATrace(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	if r := tr.run("", "forget", "grid-bot"); r.code == 0 {
		t.Error("forgotten without a word")
	}
	if r := tr.run("", "forget", "grid-bot", "--confirm", "grid"); r.code == 0 {
		t.Error("forgotten by half a name")
	}
	tr.ok("", "forget", "grid-bot", "--confirm", "grid-bot")
	if left := tr.keys(tr.ok("", "list", "--json")); len(left) != 0 {
		t.Errorf("list still says %v", left)
	}
	if out := tr.ok("", "audit", "--verify"); !strings.HasPrefix(out, "intact") {
		t.Errorf("audit --verify says %q", out)
	}
	for _, word := range []string{"added", "forgotten", "grid-bot"} {
		if out := tr.ok("", "audit"); !strings.Contains(out, word) {
			t.Errorf("the audit log has no %q:\n%s", word, out)
		}
	}
}

func TestJSONHasExactlyTheDocumentedFields(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("a", "kraken", "live", tr.seeded("kraken", "live", plain)); r.code != 0 {
		t.Fatal(r.err)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(tr.ok("", "list", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	want := "name exchange environment account purpose key_id fingerprint status permissions exchange_permissions ip_whitelist created created_source expires last_used last_used_source verified deadline findings accepted error"
	for _, f := range strings.Fields(want) {
		if _, ok := list[0][f]; !ok {
			t.Errorf("no field %q", f)
		}
	}
	if n := len(strings.Fields(want)); len(list[0]) != n {
		t.Errorf("%d fields, want %d: %v", len(list[0]), n, list[0])
	}
	for _, f := range []string{"created", "verified"} {
		text, _ := list[0][f].(string)
		if at, err := time.Parse(time.RFC3339, text); err != nil || at.Location() != time.UTC {
			t.Errorf("%s is %v, want RFC 3339 UTC", f, list[0][f])
		}
	}
}

// wantsWorldRead fails unless a check judges each of n keys.
func wantsWorldRead(t *testing.T, tr *trader, n int, log string) {
	t.Helper()
	r := tr.run("", "check", "--json", "--log", log)
	if r.code != 1 {
		t.Errorf("check exited %d; the demo world has overdue keys\n%s", r.code, r.err)
	}
	keys := tr.keys(r.out)
	if len(keys) != n {
		t.Errorf("check reports %d of %d keys", len(keys), n)
	}
	status := map[store.Status]int{}
	for _, k := range keys {
		status[k.Status]++
		wantsVerdict(t, k)
	}
	if status[store.OK] < 8 || status[store.Rejected] < 1 {
		t.Errorf("statuses %v", status)
	}
	again := tr.keys(tr.ok("", "list", "--json"))
	if len(again) != n {
		t.Errorf("list has %d keys", len(again))
	}
}

// wantsVerdict fails unless the exchange judged a key, and a rejection says why.
func wantsVerdict(t *testing.T, k keyJSON) {
	t.Helper()
	switch k.Status {
	case store.OK:
	case store.Rejected:
		if k.Error == nil || k.Error.Hint == "" || k.Error.Kind == "" {
			t.Errorf("%s was rejected without a reason: %+v", k.Name, k.Error)
		}
	default:
		t.Errorf("%s is %s: %+v", k.Name, k.Status, k.Error)
	}
}

// unverified is a trader with one key that nobody asked about, paper at Bybit.
func unverified(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("paper", "bybit", "testnet", tr.seeded("bybit", "testnet", plain), "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	return tr
}

func TestCheckExitCodes(t *testing.T) {
	t.Parallel()
	if r := newTrader(t, sim.Options{}).run("", "check"); r.code != 0 {
		t.Errorf("no keys: exit %d %s", r.code, r.err)
	}
	tr := unverified(t)
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--fail-on", "sometimes"}, 2, "sometimes"},
		{[]string{"nobody"}, 2, `"nobody"`},
		{[]string{"--offline", "--fail-on", "critical"}, 0, ""},
	} {
		r := tr.run("", append([]string{"check"}, tt.args...)...)
		if r.code != tt.code || !strings.Contains(r.err, tt.says) {
			t.Errorf("check %v: %+v, want exit %d and %q", tt.args, r, tt.code, tt.says)
		}
	}
}

func TestCheckThatReachesNobodyExitsTwo(t *testing.T) {
	t.Parallel()
	tr := unverified(t)
	tr.unplug()
	r := tr.run("", "check", "--json")
	if got := tr.keys(r.out)["paper"]; r.code != 2 || got.Status != store.Unreachable || got.Error == nil || got.Error.Kind != exchanges.Network {
		t.Errorf("exit %d, %+v", r.code, got.Error)
	}
}

func TestASecretOnTheCommandLineIsRefused(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	const canary = "s3cret-c4nary-on-argv"
	for _, args := range [][]string{
		{"add", "--secret", canary}, {"add", "--secret=" + canary}, {"add", "--private-key", canary}, {"add", "--passphrase=" + canary},
		{"add", "--key", canary}, {"add", canary}, {canary}, {"list", canary}, {"add", "--exchange", "bybit", "--env", "live", "--name", "x", canary},
	} {
		r := tr.run("", args...)
		if r.code == 0 {
			t.Errorf("keyrota %v was accepted", args)
		}
		if strings.Contains(r.out+r.err, canary) {
			t.Errorf("keyrota %v repeats the secret: %s", args, r.err)
		}
	}
}

func TestBadInputNamesTheThingAndLosesNothing(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	k := tr.seeded("bybit", "live", plain)
	add := func(more ...string) []string {
		return append([]string{"add", "--exchange", "bybit", "--env", "live", "--name", "x", "--stdin", "--no-verify"}, more...)
	}
	tests := []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"not JSON", "key: secret", add(), "not a JSON object"},
		{"an array", "[]", add(), "not a JSON object"},
		{"null", "null", add(), "not a JSON object"},
		{"a number", `{"key":1}`, add(), "not a JSON object"},
		{"unknown field", `{"key":"a","secret":"b","uid":"c"}`, add(), "does not know"},
		{"nothing", "", add(), "not a JSON object"},
		{"too much", strings.Repeat(" ", 70<<10), add(), "64 KiB"},
		{"unknown exchange", stdinOf(k), []string{"add", "--exchange", "mtgox", "--env", "live", "--name", "x", "--stdin"}, "mtgox"},
		{"unknown environment", stdinOf(k), []string{"add", "--exchange", "bybit", "--env", "prod", "--name", "x", "--stdin"}, "prod"},
		{"missing name", stdinOf(k), []string{"add", "--exchange", "bybit", "--env", "live", "--stdin"}, "--name"},
		{"no stdin", stdinOf(k), []string{"add", "--exchange", "bybit", "--env", "live", "--name", "x"}, "--stdin"},
		{"unknown keyring", "", []string{"list", "--keyring", "postit"}, "postit"},
		{"unknown key", "", []string{"show", "nobody"}, "nobody"},
		{"unknown world", "", []string{"sim", "--world", "narnia"}, "narnia"},
		{"public address", "", []string{"sim", "--listen", "0.0.0.0"}, "0.0.0.0"},
		{"unknown fault", "", []string{"sim", "--fault", "gremlin"}, "gremlin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tr.run(tt.stdin, tt.args...)
			if r.code == 0 || !strings.Contains(r.err, tt.want) {
				t.Errorf("exit %d, %q, want it to name %q", r.code, r.err, tt.want)
			}
			if strings.Count(strings.TrimSpace(r.err), "\n") > 1 {
				t.Errorf("more than two lines:\n%s", r.err)
			}
		})
	}
	if left := tr.keys(tr.ok("", "list", "--json")); len(left) != 0 {
		t.Errorf("bad input stored %v", left)
	}
}

func TestDoctorFindsAWellKeptHome(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("a", "bybit", "live", tr.seeded("bybit", "live", plain)); r.code != 0 {
		t.Fatal(r.err)
	}
	var got doctorJSON
	if err := json.Unmarshal([]byte(tr.ok("", "doctor", "--json")), &got); err != nil || got.Keyring != "file" || len(got.Keyrings) != 6 {
		t.Errorf("doctor says %+v, %v", got, err)
	}
	if err := os.Chmod(filepath.Join(tr.home, "keys.toml"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := tr.run("", "doctor"); !strings.Contains(r.out, "keys.toml") {
		t.Errorf("an open keys.toml goes unnoticed:\n%s", r.out)
	}
}

func TestDemoCommandsLeaveNothingBehind(t *testing.T) {
	tr := newTrader(t, sim.Options{World: "empty"})
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	if keys := tr.keys(tr.ok("", "--demo", "list", "--json")); len(keys) < 8 {
		t.Errorf("the demo has %d keys", len(keys))
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("the demo left %v", left)
	}
}

func TestWithoutATerminalThePlainCommandsAreNamed(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	if r := tr.run(""); r.code != 2 || !strings.Contains(r.err, "keyrota list") {
		t.Errorf("%+v", r)
	}
}

func TestAWrongPassphraseChangesNothing(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	k := tr.seeded("bybit", "live", plain)
	if r := tr.add("a", "bybit", "live", k); r.code != 0 {
		t.Fatal(r.err)
	}
	right := tr.env["KEYROTA_PASSPHRASE_FILE"]
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tr.env["KEYROTA_PASSPHRASE_FILE"] = wrong
	if r := tr.add("b", "bybit", "testnet", tr.seeded("bybit", "testnet", plain), "--no-verify"); r.code == 0 || !strings.Contains(r.err, "passphrase") {
		t.Errorf("%+v", r)
	}
	tr.env["KEYROTA_PASSPHRASE_FILE"] = right
	if r := tr.run("", "check", "a", "--json"); tr.keys(r.out)["a"].Status != "ok" {
		t.Errorf("%+v", r)
	}
	if n := len(tr.keys(tr.ok("", "list", "--json"))); n != 1 {
		t.Errorf("%d keys", n)
	}
}
