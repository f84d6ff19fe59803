package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store/policy"
)

// phemex is a trader with phx-bot, of which it is stated that it works from any
// address.
func phemex(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{World: "empty"})
	if r := tr.addPhemex("--venue", "Phemex", "--permissions", "read", "--ips", "any", "--expires", "2099-01-01"); r.code != 0 {
		t.Fatal(r.err)
	}
	return tr
}

// accepted is phemex with its finding accepted, and the last day of that.
func accepted(t *testing.T) (tr *trader, until string) {
	t.Helper()
	tr = phemex(t)
	out := tr.ok("", "accept", "phx-bot", "no-ip-whitelist", "--reason", "phone\x1b bot", "--until", "90d")
	until, found := strings.CutPrefix(strings.TrimSpace(out), "accepted no-ip-whitelist of phx-bot until ")
	if !found {
		t.Fatalf("accept says %q", out)
	}
	return tr, until
}

func TestAFindingIsAcceptedByCommand(t *testing.T) {
	t.Parallel()
	tr, until := accepted(t)
	k := tr.keys(tr.ok("", "list", "--json"))["phx-bot"]
	if len(k.Findings) != 0 || len(k.Accepted) != 1 {
		t.Fatalf("findings %+v, accepted %+v", k.Findings, k.Accepted)
	}
	want := acceptedJSON{Code: "no-ip-whitelist", Severity: "warning", Text: "May be used from any address, as you stated.", Reason: "phone bot", Until: k.Accepted[0].Until}
	if k.Accepted[0] != want || want.Until.Format(time.RFC3339) != until+"T23:59:59Z" {
		t.Errorf("accepted %+v until %s", k.Accepted[0], until)
	}
	if out := tr.ok("", "accept", "phx-bot", "no-ip-whitelist", "--undo"); out != "no-ip-whitelist of phx-bot counts again\n" {
		t.Errorf("--undo says %q", out)
	}
	if k := tr.keys(tr.ok("", "list", "--json"))["phx-bot"]; len(k.Findings) != 1 || len(k.Accepted) != 0 {
		t.Errorf("findings %+v, accepted %+v", k.Findings, k.Accepted)
	}
}

func TestWhatIsAcceptedIsSaidInText(t *testing.T) {
	t.Parallel()
	tr, until := accepted(t)
	for command, want := range map[string][]string{
		"list":         {"accepted\n"},
		"show phx-bot": {"NO IP LIST: May be used from any address", "accepted until " + until + ": phone bot"},
		"check":        {"accepted until " + until + ": phone bot", "1 keys, 1 fine"},
		"audit":        {"finding-accepted", "no-ip-whitelist: phone bot, until " + until},
	} {
		text := tr.ok("", strings.Fields(command)...)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s has no %q:\n%s", command, w, text)
			}
		}
	}
}

func TestWhatAcceptRefuses(t *testing.T) {
	t.Parallel()
	tr := phemex(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"phx-bot"}, 2, "the code of a finding"},
		{[]string{"phx-bot", "no-ip-whitelist"}, 2, "--reason"},
		{[]string{"phx-bot", "no-ip-whitelist", "--reason", "x"}, 2, "--until"},
		{[]string{"phx-bot", "no-ip-whitelist", "--reason", "x", "--until", "soon"}, 2, `--until: "soon" is no day`},
		{[]string{"phx-bot", "no-ip-whitelist", "--reason", "x", "--until", "2020-01-01"}, 2, "has passed"},
		{[]string{"phx-bot", "no-ip-whitelist", "--undo", "--reason", "x"}, 2, "--undo takes no"},
		{[]string{"phx-bot", "no-ip-whitelist", "--undo"}, 1, "is not accepted"},
		{[]string{"phx-bot", "overdue", "--reason", "x", "--until", "3d"}, 1, "There is: no-ip-whitelist."},
		{[]string{"nobody", "overdue", "--reason", "x", "--until", "3d"}, 1, `"nobody"`},
		{[]string{"nobody", "overdue", "--undo"}, 1, `"nobody"`},
	} {
		if r := tr.run("", append([]string{"accept"}, c.args...)...); r.code != c.code || !strings.Contains(r.err, c.says) {
			t.Errorf("accept %v: %+v, want exit %d and %q", c.args, r, c.code, c.says)
		}
	}
}

func TestFindingsSayWhatMendsThem(t *testing.T) {
	t.Parallel()
	tr := phemex(t)
	if f := tr.keys(tr.ok("", "list", "--json"))["phx-bot"].Findings[0]; f.Mend != policy.ByRestricting || f.Began == nil {
		t.Errorf("finding %+v", f)
	}
	if out := tr.ok("", "show", "phx-bot"); !strings.Contains(out, "(since 20") {
		t.Errorf("show says\n%s", out)
	}
}

func TestDeadlinesSayWhatIsBehindThem(t *testing.T) {
	t.Parallel()
	tr := phemex(t)
	for _, c := range []struct{ config, rule, source, text string }{
		{"", "rotate every 90 days", "policy", " policy: rotate every 90 days\n"},
		{"rotate_every = \"off\"\n", "the expiry that the key was given", "stated", "2099-01-01 expiry: the expiry that the key was given (stated, 20"},
	} {
		tr.config(c.config)
		d := tr.keys(tr.ok("", "list", "--json"))["phx-bot"].Deadline
		if d.Rule != c.rule || d.Source != c.source || (d.AsOf != nil) != (c.source == "stated") {
			t.Errorf("deadline %+v", d)
		}
		if out := tr.ok("", "show", "phx-bot"); !strings.Contains(out, c.text) {
			t.Errorf("show says\n%s", out)
		}
	}
}

// grown is stocked with something that the exchange said of the key before.
func grown(t *testing.T) *trader {
	t.Helper()
	tr := stocked(t)
	file := filepath.Join(tr.home, "keys.toml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	past := `
  [[key.past]]
    first = "2026-08-18T12:00:00Z"
    last = "2026-08-19T12:00:00Z"
    granted = "read"
    denied = "spot"
    exchange_label = "before"
`
	if err := os.WriteFile(file, append(text, past...), 0o600); err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestShowTellsWhatWasBefore(t *testing.T) {
	t.Parallel()
	tr := grown(t)
	var k shownJSON
	if err := json.Unmarshal([]byte(tr.ok("", "show", "grid-bot", "--json")), &k); err != nil || len(k.Past) != 1 || k.Since == nil {
		t.Fatalf("%+v, %v", k, err)
	}
	first := time.Date(2026, 8, 18, 12, 0, 0, 0, time.UTC)
	want := sightJSON{
		First: first, Last: first.AddDate(0, 0, 1), Label: "before", IPWhitelist: ipJSON{"unknown", []string{}},
		Permissions: permissionsJSON(exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Spot, exchanges.NotGranted)),
	}
	if diff := cmp.Diff(want, k.Past[0]); diff != "" {
		t.Errorf("past (-want +got):\n%s", diff)
	}
	if out := tr.ok("", "show", "grid-bot"); !strings.Contains(out, "(was so 2026-08-18 … 2026-08-19)") || !strings.Contains(out, "changed") {
		t.Errorf("show says\n%s", out)
	}
}
