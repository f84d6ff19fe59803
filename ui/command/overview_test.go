package command

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// judgedKeys are three keys as a session judges them: old is overdue and may
// withdraw, which is accepted of treasury; new is well.
func judgedKeys(now time.Time) []judged {
	const day = 24 * time.Hour
	key := func(name string, age int, may ...exchanges.Permission) *store.Record {
		return &store.Record{
			ID: store.RecordID(name), Name: name, Exchange: "kraken", Environment: exchanges.Live, Rotated: now.Add(-time.Duration(age) * day),
			Facts: store.Facts{
				Seen: now, Permissions: exchanges.NewPermissionSet(may...), IPs: exchanges.IPWhitelist{State: exchanges.IPRestricted},
				LastUsed: exchanges.At(now), Created: exchanges.At(now.Add(-time.Duration(age) * day)),
			},
			Check: store.Check{At: now},
		}
	}
	records := []*store.Record{key("new", 5, exchanges.Read), key("treasury", 30, exchanges.Read, exchanges.Withdraw), key("old", 97, exchanges.Read, exchanges.Withdraw)}
	world := policy.World{Now: now}
	f, _ := world.Judge(records[1], records).Find(policy.CodeWithdraw)
	records[1].Accept(store.Acceptance{Code: f.Code, Fact: f.Fact, Reason: "pays the\x1b[2J taxes", At: now, Until: now.Add(20 * day)})
	out := make([]judged, len(records))
	for i, r := range records {
		out[i] = judged{r, world.Judge(r, records)}
	}
	return out
}

var overviewNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func overviewOf(t *testing.T, keys []judged, asJSON bool) string {
	t.Helper()
	var out strings.Builder
	a := &App{Stdout: &out}
	if err := a.printOverview(keys, overviewNow, asJSON); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOverviewInText(t *testing.T) {
	want := `Score 81 of 100
  +13 if 1 key is rotated (overdue)
  +5 if 1 key is restricted (withdraw enabled)

Deadlines of the next 90 days
  7 days late  2026-11-18  old (kraken live)       policy
  in 60 days   2027-01-24  treasury (kraken live)  policy
  in 85 days   2027-02-18  new (kraken live)       policy

Rotate 1 key
old (kraken live)
  critical OVERDUE: 97 days old, your policy says 90.

Restrict 1 key on the exchange's page
old (kraken live)
  warning  WITHDRAW: May withdraw funds.

Accepted (1)
treasury (kraken live)
  WITHDRAW until 2026-12-15: pays the[2J taxes
`
	if diff := cmp.Diff(want, overviewOf(t, judgedKeys(overviewNow), false)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := overviewOf(t, judgedKeys(overviewNow)[:1], false); !strings.HasPrefix(got, "Score 100 of 100\n\n") || !strings.HasSuffix(got, "\nNothing is to be done.\n") {
		t.Errorf("all well:\n%s", got)
	}
	if got := overviewOf(t, nil, false); !strings.HasPrefix(got, "No keys yet.") {
		t.Errorf("no keys: %s", got)
	}
}

func TestOverviewInJSON(t *testing.T) {
	var o overviewJSON
	d := json.NewDecoder(strings.NewReader(overviewOf(t, judgedKeys(overviewNow), true)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		t.Fatal(err)
	}
	for i := range o.Groups { // what the rules say is theirs to test
		for n := range o.Groups[i].Keys {
			for f := range o.Groups[i].Keys[n].Findings {
				x := &o.Groups[i].Keys[n].Findings[f]
				x.Text, x.Action, x.Began = "", "", nil
			}
		}
	}
	o.Accepted[0].Text, o.Accepted[0].Action, o.Accepted[0].Began = "", "", nil
	at := func(name string) namedJSON {
		return namedJSON{Name: name, Exchange: "kraken", Environment: exchanges.Live}
	}
	due := func(name, day string, late bool) dueJSON {
		when, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return dueJSON{at(name), deadlineJSON{At: when.Add(12 * time.Hour), Reason: policy.ByPolicy, Rule: "rotate every 90 days", Source: "policy"}, late}
	}
	group := func(by policy.Mend, title, code, severity string) todoJSON {
		return todoJSON{by, title, []todoItemJSON{{at("old"), []findingJSON{{Code: code, Severity: severity, Mend: by}}}}}
	}
	want := overviewJSON{
		Score: 81.6,
		Gains: []gainJSON{
			{policy.CodeOverdue, policy.ByRotating, 1, 13.33, "+13 if 1 key is rotated (overdue)"},
			{policy.CodeWithdraw, policy.ByRestricting, 1, 5, "+5 if 1 key is restricted (withdraw enabled)"},
		},
		Deadlines: []dueJSON{due("old", "2026-11-18", true), due("treasury", "2027-01-24", false), due("new", "2027-02-18", false)},
		Groups: []todoJSON{
			group(policy.ByRotating, "Rotate 1 key", policy.CodeOverdue, "critical"),
			group(policy.ByRestricting, "Restrict 1 key on the exchange's page", policy.CodeWithdraw, "warning"),
		},
		Accepted: []acceptedItemJSON{{at("treasury"), findingJSON{Code: policy.CodeWithdraw, Severity: "warning", Mend: policy.ByRestricting}, "pays the\x1b[2J taxes", overviewNow.AddDate(0, 0, 20)}},
	}
	if diff := cmp.Diff(want, o, cmp.AllowUnexported(dueJSON{}, todoItemJSON{}, acceptedItemJSON{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := overviewOf(t, nil, true); strings.Contains(got, "null") || !strings.Contains(got, `"score": 100`) {
		t.Errorf("no keys: %s", got)
	}
}

// TestOverviewCommand runs it on a real home: it asks nobody, and needs no lock.
func TestOverviewCommand(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if out := tr.ok("", "overview"); !strings.HasPrefix(out, "No keys yet.") {
		t.Errorf("without keys: %s", out)
	}
	if r := tr.add("paper", "bybit", "testnet", tr.seeded("bybit", "testnet", plain), "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	if out := tr.ok("", "overview"); !strings.Contains(out, "Verify 1 key\npaper (bybit testnet)\n") {
		t.Errorf("overview says\n%s", out)
	}
	var o overviewJSON
	if err := json.Unmarshal([]byte(tr.ok("", "overview", "--json")), &o); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(o.Groups, func(g todoJSON) bool { return g.Mend == policy.ByVerifying && g.Keys[0].Name == "paper" }) {
		t.Errorf("overview --json says %+v", o)
	}
	if r := tr.run("", "overview", "grid-bot"); r.code != 2 {
		t.Errorf("with a name: %+v", r)
	}
}
