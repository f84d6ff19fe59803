package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

const phxKey = `{"key":"phx-0f2c9a1e77b84d","secret":"c4n4ry-of-phemex-0123"}`

// addPhemex adds a key at an exchange without adapter, with more flags.
func (tr *trader) addPhemex(more ...string) result {
	tr.t.Helper()
	return tr.run(phxKey, append([]string{"add", "--exchange", "other", "--env", "live", "--name", "phx-bot", "--stdin"}, more...)...)
}

// allSaid has every flag about what is stated.
var allSaid = []string{
	"--venue", "Phemex", "--keys-page", "https://phemex.example/api", "--permissions", "read,spot", "--no-permissions", "withdraw",
	"--ips", "203.0.113.7, 198.51.100.0/24", "--created", "2026-01-01", "--expires", "2099-01-01",
}

func TestAKeyOfAnyExchangeIsAddedAndListed(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	r := tr.addPhemex(allSaid...)
	if r.code != 0 || !strings.Contains(r.out, "added phx-bot: Phemex live, may do: read,spot (stated)") {
		t.Fatalf("add: %+v", r)
	}
	k := tr.keys(tr.ok("", "list", "--json"))["phx-bot"]
	k.Findings, k.Accepted, k.Deadline, k.Fingerprint, k.Permissions = nil, nil, nil, "", nil // see below
	made, expires := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	want := keyJSON{
		Name: "phx-bot", Exchange: "other", Venue: "Phemex", KeysPage: "https://phemex.example/api", Environment: exchanges.Live, KeyID: "phx-…b84d",
		Status: store.Stated, ExchangePermissions: []string{}, IPWhitelist: ipJSON{"list", []string{"198.51.100.0/24", "203.0.113.7"}},
		Created: &made, CreatedSource: "stated", Expires: &expires, Stated: k.Stated,
	}
	if diff := cmp.Diff(want, k); diff != "" || k.Stated == nil {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestWhatIsStatedOfPermissionsIsListed(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	if r := tr.addPhemex(allSaid...); r.code != 0 {
		t.Fatal(r.err)
	}
	k := tr.keys(tr.ok("", "list", "--json"))["phx-bot"]
	if k.Permissions["read"] != "granted" || k.Permissions["withdraw"] != "denied" || k.Permissions["futures"] != "unknown" {
		t.Errorf("permissions: %v", k.Permissions)
	}
}

func TestWhatIsStatedIsSaidInText(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	if r := tr.addPhemex("--venue", "Phemex", "--permissions", "read", "--ips", "any"); r.code != 0 {
		t.Fatal(r.err)
	}
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"list", []string{"phx-bot", "Phemex", "read (stated)", "any address", "NO IP LIST"}},
		{"show", []string{"Phemex · live", "any address (stated)", "by you, on", "keyrota cannot ask Phemex"}},
		{"check", []string{"phx-bot (Phemex live)", "May be used from any address, as you stated."}},
	} {
		args := []string{c.command}
		if c.command == "show" {
			args = append(args, "phx-bot")
		}
		r := tr.run("", args...)
		for _, w := range c.want {
			if !strings.Contains(r.out, w) {
				t.Errorf("%s says no %q:\n%s%s", c.command, w, r.out, r.err)
			}
		}
	}
	if r := tr.addPhemexNamed("quiet", "--venue", "Bitstamp", "--ips", "203.0.113.7"); r.code != 0 {
		t.Fatal(r.err)
	}
	if out := tr.ok("", "list"); !strings.Contains(out, "stated\n") {
		t.Errorf("the state of a key with which nothing is wrong:\n%s", out)
	}
}

// addPhemexNamed adds another key there.
func (tr *trader) addPhemexNamed(name string, more ...string) result {
	tr.t.Helper()
	return tr.run(phxKey, append([]string{"add", "--exchange", "other", "--env", "live", "--name", name, "--stdin"}, more...)...)
}

func TestWhatCannotBeStatedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "--venue is missing"},
		{[]string{"--venue", "Phemex", "--keys-page", "http://phemex.example"}, "--keys-page"},
		{[]string{"--venue", "Phemex", "--permissions", "fly"}, "--permissions"},
		{[]string{"--venue", "Phemex", "--permissions", "read", "--no-permissions", "read"}, "read is in --permissions and in --no-permissions"},
		{[]string{"--venue", "Phemex", "--ips", "home"}, `"home" is no address`},
		{[]string{"--venue", "Phemex", "--created", "yesterday"}, `"yesterday" is no day`},
		{[]string{"--venue", "Phemex", "--created", "2099-01-01"}, "in the future"},
		{[]string{"--venue", "Phemex", "--expires", "1.1.2027"}, "is no day"},
		{[]string{"--venue", " "}, "--venue"},
	} {
		if r := tr.addPhemex(c.flags...); r.code == 0 || !strings.Contains(r.err, c.want) || strings.Contains(r.err, "c4n4ry") {
			t.Errorf("%v: exit %d\n%s", c.flags, r.code, r.err)
		}
	}
	for i := 0; i < len(allSaid); i += 2 {
		r := tr.run(phxKey, "add", "--exchange", "bybit", "--env", "live", "--name", "x", "--stdin", allSaid[i], allSaid[i+1])
		if r.code == 0 || !strings.Contains(r.err, allSaid[i]+" is for --exchange other only") || !strings.Contains(r.err, "Leave it out") {
			t.Errorf("%s at Bybit: %+v", allSaid[i], r)
		}
	}
}

func TestAFlowWithoutAPIByAnswers(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	r := tr.run(`{"where": {"choice": "go", "environment": "live"}, "purpose": {"choice": "go", "purpose": "futures-bot"},
		"ips": {"choice": "go", "ips": "203.0.113.7"}, "plan": "go"}`, "create", "phx-bot", "--venue", "Phemex", "--keys-page", "https://phemex.example/api", "--answers", "-", "--json")
	if f := tr.ends(r, exitWaits, flow.AskPaste); f.Prompt.Page != "https://phemex.example/api" || !strings.Contains(f.Prompt.Title, "Phemex") {
		t.Errorf("it asks %+v", f.Prompt)
	}
	if open := tr.unfinished(); len(open) != 1 || open[0].Venue != "Phemex" {
		t.Errorf("unfinished: %+v", open)
	}
	r = tr.run(`{"paste": {"choice": "go", "key": "phx-1", "secret": "c4n4ry-1"}, "works": "later"}`, "resume", "--answers", "-", "--json")
	tr.ends(r, exitWaits, flow.AskWorks)
	r = tr.run(`{"works": "go"}`, "resume", "--answers", "-", "--json")
	if f := tr.ends(r, exitDone, ""); !strings.Contains(f.Outcome, "works by your word") {
		t.Errorf("the outcome is %q", f.Outcome)
	}
	k := tr.keys(tr.ok("", "list", "--json"))["phx-bot"]
	if k.Status != store.Stated || k.Venue != "Phemex" || k.Permissions["futures"] != "granted" || k.Permissions["withdraw"] != "denied" || k.CreatedSource != "stated" {
		t.Errorf("%+v", k)
	}
	r = tr.run(`{"revoke": {"choice": "hand", "phrase": "phx-bot"}, "gone": "go"}`, "revoke", "phx-bot", "--answers", "-", "--json")
	if f := tr.ends(r, exitDone, ""); !strings.Contains(f.Outcome, "deleted by your word") {
		t.Errorf("the outcome is %q", f.Outcome)
	}
}

func TestTheExchangeOfANewKeyMustBeOne(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	for _, flags := range [][]string{{"--keys-page", "https://phemex.example"}, {"--venue", "Phemex", "--keys-page", "phemex"}, {"--venue", "\x1b"}} {
		r := tr.run(`{}`, append([]string{"create", "x", "--answers", "-"}, flags...)...)
		if r.code != exitBadInput || !strings.Contains(r.err, "--") {
			t.Errorf("%v: %+v", flags, r)
		}
	}
}

func TestDemoFlowsWithoutAPI(t *testing.T) {
	s := demoSession(t, "other")
	before, _ := s.desk.Snapshot().ByName("phx-bot")
	w := &walker{t: t, s: s, id: s.begin(t, flow.Rotate, "phx-bot")}
	if end := w.walk(); end.Ended || end.Proof.Verdict != flow.Stated {
		t.Errorf("%s %v; asked %v", end.Outcome, end.Notes, w.asked)
	}
	after, _ := s.desk.Snapshot().ByName("phx-bot")
	if after.Fingerprint == before.Fingerprint || after.Status() != store.Stated || !after.Facts.Permissions.Has(exchanges.Futures) || after.Venue != "Phemex" {
		t.Errorf("rotated to %+v", after)
	}
	w = &walker{t: t, s: s, id: s.begin(t, flow.Revoke, "bitstamp-tax")}
	if end := w.walk(); end.Ended || end.Proof.Verdict != flow.Stated {
		t.Errorf("%s %v; asked %v", end.Outcome, end.Notes, w.asked)
	}
	if _, there := s.desk.Snapshot().ByName("bitstamp-tax"); there {
		t.Error("the record is still there")
	}
	if err := s.desk.Verify(context.Background(), nil, nil); err != nil {
		t.Error(err)
	}
	s.checkTidy(t)
}

func TestTheDemoShowsKeysThatAreStated(t *testing.T) {
	s := demoSession(t, "other")
	for name, venue := range map[string]string{"phx-bot": "Phemex", "bitstamp-tax": "Bitstamp"} {
		r, ok := s.desk.Snapshot().ByName(name)
		if !ok || r.Venue != venue || r.Status() != store.Stated {
			t.Errorf("%s: %+v", name, r)
		}
	}
	c, ok := s.spare("other", exchanges.Live)
	if !ok || c.KeyID == "" || c.Secret.IsZero() {
		t.Error("there is no made-up key to add")
	}
	if _, err := vouch(flow.AskPlan); err == nil {
		t.Error("the plan is answered for the person")
	}
}
