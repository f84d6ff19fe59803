package command

import (
	"context"
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
	"github.com/keyrota/keyrota/ui"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// options is a trader with two keys at Deribit: with key-admin the other one,
// vol-desk, can be managed by API.
func options(t *testing.T) *trader {
	t.Helper()
	return holder(t, "deribit", "live", "key-admin", "vol-desk")
}

// holder is a trader with keys of the world, by label.
func holder(t *testing.T, exchange, env string, labels ...string) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	for _, l := range labels {
		k := tr.seeded(exchange, env, func(k sim.Key) bool { return k.Label == l })
		if r := tr.add(l, exchange, env, k); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	return tr
}

// flow decodes the one object that a command with --json prints.
func (tr *trader) flow(r result) flowJSON {
	tr.t.Helper()
	var f flowJSON
	d := json.NewDecoder(strings.NewReader(r.out))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || d.More() {
		tr.t.Fatalf("%v in\n%s%s", err, r.out, r.err)
	}
	if f.Prompt != nil {
		f.Prompt.known(tr.t)
	}
	return f
}

// ends decodes what a command with --json printed, which must have ended with
// that code and ask that; "" is nothing.
func (tr *trader) ends(r result, code int, asks flow.PromptID) flowJSON {
	tr.t.Helper()
	f := tr.flow(r)
	var got flow.PromptID
	if f.Prompt != nil {
		got = f.Prompt.ID
	}
	if r.code != code || got != asks || f.Done != (asks == "") {
		tr.t.Fatalf("exit %d, it asks %q; want %d and %q\n%s%s", r.code, got, code, asks, r.out, r.err)
	}
	return f
}

// unfinished returns the flows that resume lists.
func (tr *trader) unfinished() []openJSON {
	tr.t.Helper()
	var open []openJSON
	if err := json.Unmarshal([]byte(tr.ok("", "resume", "--json")), &open); err != nil {
		tr.t.Fatal(err)
	}
	return open
}

// known fails unless an answers file may have every field of the prompt.
func (p *promptJSON) known(t *testing.T) {
	t.Helper()
	fields, ok := promptFields[p.ID]
	if !ok {
		t.Errorf("no answers file may answer %q", p.ID)
	}
	for _, f := range p.Fields {
		for _, n := range f.Names {
			if !slices.Contains(anywhere, n) && !slices.Contains(fields, n) {
				t.Errorf("no answers file may have the field %q of %q", n, p.ID)
			}
		}
	}
}

// label returns what the new key is to be called on the exchange's page.
func (p *promptJSON) label() string {
	for _, l := range p.Guide {
		if l.Put == exchanges.PutLabel {
			return l.Copy
		}
	}
	return ""
}

const rotateVolDesk = `{"plan":"go","watch":"go","revoke":{"choice":"go","phrase":"vol-desk"}}`

func TestRotateTellsHowItGoes(t *testing.T) {
	t.Parallel()
	tr := options(t)
	before := tr.keys(tr.ok("", "list", "--json"))["vol-desk"]
	out := tr.ok(rotateVolDesk, "rotate", "vol-desk", "--answers", "-")
	for _, want := range []string{"→ asks: The plan: go", "✓ preflight", "✓ create", "✓ switch", "✓ prove dead", "✓ done", "vol-desk uses "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if after := tr.keys(tr.ok("", "check", "vol-desk", "--json"))["vol-desk"]; after.Fingerprint == before.Fingerprint || after.Status != store.OK {
		t.Errorf("it was %s and is %s, %s", before.KeyID, after.KeyID, after.Status)
	}
	if open := tr.unfinished(); len(open) != 0 {
		t.Errorf("unfinished: %+v", open)
	}
}

// TestCreateStopsWhereNobodyAnswers walks through create with one answer more
// each time; each stop says enough to write the next one.
func TestCreateStopsWhereNobodyAnswers(t *testing.T) {
	t.Parallel()
	tr := options(t)
	r := tr.run("{}", "create", "fresh", "--answers", "-", "--json")
	for _, step := range []struct {
		asks   flow.PromptID
		answer string
	}{
		{"where", `{"where": {"choice": "go", "exchange": "deribit", "environment": "live"}}`},
		{"purpose", `{"purpose": {"choice": "go", "purpose": "own", "permissions": ["read", "spot"]}}`},
		{"ips", `{"ips": {"choice": "go", "ips": ["203.0.113.7"]}}`},
		{"plan", `{"plan": "go"}`},
	} {
		f := tr.ends(r, exitWaits, step.asks)
		if open := tr.unfinished(); len(open) != 1 || open[0].Flow != f.Flow || open[0].Kind != flow.Create {
			t.Fatalf("unfinished: %+v", open)
		}
		r = tr.run(step.answer, "resume", string(f.Flow), "--answers", "-", "--json")
	}
	if f := tr.ends(r, exitDone, ""); f.Name != "fresh" || !strings.Contains(f.Outcome, "fresh") || r.err != "" {
		t.Errorf("%+v\n%s", f, r.err)
	}
	if k := tr.keys(tr.ok("", "check", "fresh", "--json"))["fresh"]; k.Status != store.OK || k.Permissions["spot"] != "granted" || k.IPWhitelist.Entries[0] != "203.0.113.7" {
		t.Errorf("the new key is %+v", k)
	}
}

func TestRevokeWantsTheName(t *testing.T) {
	t.Parallel()
	tr := options(t)
	r := tr.run(`{"plan": "go", "revoke": "go"}`, "revoke", "vol-desk", "--answers", "-")
	if r.code != exitBadInput || !strings.Contains(r.err, "vol-desk") || !strings.Contains(r.out, "field phrase") {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	if k := tr.keys(tr.run("", "check", "vol-desk", "--json").out)["vol-desk"]; k.Status != store.OK {
		t.Errorf("the key is %s", k.Status)
	}
	tr.ok(`{"revoke": {"choice": "go", "phrase": "vol-desk"}}`, "resume", "--answers", "-")
	if _, there := tr.keys(tr.ok("", "list", "--json"))["vol-desk"]; there {
		t.Error("the key is still listed")
	}
}

func TestAbandonedExitsOne(t *testing.T) {
	t.Parallel()
	tr := options(t)
	r := tr.run(`{"plan": "abandon", "abandon": "end"}`, "rotate", "vol-desk", "--answers", "-")
	if r.code != exitFailed || !strings.Contains(r.out, "Abandoned") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	if open := tr.unfinished(); len(open) != 0 {
		t.Errorf("unfinished: %+v", open)
	}
}

func TestASecondFlowForAKeyNamesTheFirst(t *testing.T) {
	t.Parallel()
	tr := options(t)
	tr.run("{}", "rotate", "vol-desk", "--answers", "-")
	id := string(tr.unfinished()[0].Flow)
	r := tr.run(rotateVolDesk, "rotate", "vol-desk", "--answers", "-", "--json")
	if f := tr.flow(r); r.code != exitBadInput || f.Error == nil || !strings.Contains(r.err, "keyrota resume "+id) {
		t.Errorf("exit %d, %+v\n%s", r.code, f.Error, r.err)
	}
	for _, want := range []string{id, "rotate", "vol-desk", "deribit", "plan", "keyrota resume"} {
		if out := tr.ok("", "resume"); !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestBadInputStartsNoFlow(t *testing.T) {
	t.Parallel()
	tr := options(t)
	missing := filepath.Join(t.TempDir(), "nothing.json")
	for _, tt := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{`{"plam": "go"}`, []string{"rotate", "vol-desk", "--answers", "-"}, `"plam"`},
		{`{"plan": {"choice": "go", "wish": "x"}}`, []string{"rotate", "vol-desk", "--answers", "-"}, `"wish"`},
		{"", []string{"rotate", "vol-desk", "--answers", missing}, "nothing.json"},
		{"{}", []string{"rotate", "nobody", "--answers", "-"}, `"nobody"`},
		{"{}", []string{"rotate", "--answers", "-"}, "--all-overdue"},
		{"{}", []string{"rotate", "vol-desk", "--all-overdue", "--answers", "-"}, "--all-overdue"},
		{"{}", []string{"revoke", "--answers", "-"}, "name of one key"},
		{"{}", []string{"create", "a", "b", "--answers", "-"}, "at most"},
		{"{}", []string{"create", "vol-desk", "--answers", "-"}, "vol-desk"},
		{"{}", []string{"resume", "nobody", "--answers", "-"}, `"nobody"`},
		{"{}", []string{"resume", "--answers", "-"}, "0 flows"},
		{"", []string{"rotate", "vol-desk"}, "terminal"},
		{"", []string{"create", "--json"}, "terminal"},
	} {
		r := tr.run(tt.stdin, tt.args...)
		if r.code != exitBadInput || !strings.Contains(r.err, tt.want) {
			t.Errorf("keyrota %v: exit %d, %q, want it to say %q", tt.args, r.code, r.err, tt.want)
		}
	}
	if open := tr.unfinished(); len(open) != 0 {
		t.Errorf("unfinished: %+v", open)
	}
}

func TestSeveralKeysAreABatch(t *testing.T) {
	t.Parallel()
	tr := holder(t, "bybit", "live", "perp-bot", "spare-bybit")
	for _, tt := range []struct {
		args  string
		code  int
		of    int
		begun []string
		left  []string
	}{
		{"--all-overdue", exitDone, 0, nil, nil},
		{"perp-bot spare-bybit perp-bot", exitWaits, 2, []string{"perp-bot"}, []string{"spare-bybit"}},
		{"perp-bot spare-bybit --keep-going", exitWaits, 2, []string{"perp-bot", "spare-bybit"}, nil},
	} {
		r := tr.run("{}", append([]string{"rotate", "--answers", "-", "--json"}, strings.Fields(tt.args)...)...)
		var b batchJSON
		if err := json.Unmarshal([]byte(r.out), &b); err != nil {
			t.Fatalf("%v in %s%s", err, r.out, r.err)
		}
		var begun []string
		for _, f := range b.Flows {
			begun = append(begun, f.Name)
		}
		if r.code != tt.code || b.Of != tt.of || !slices.Equal(begun, tt.begun) || !slices.Equal(b.Left, tt.left) {
			t.Errorf("rotate %s: exit %d, %+v", tt.args, r.code, b)
		}
	}
}

func TestAllOverdueAreRotated(t *testing.T) {
	t.Parallel()
	tr := options(t)
	r := tr.run(rotateVolDesk, "rotate", "--all-overdue", "--answers", "-")
	if r.code != exitDone || !strings.Contains(r.out, "vol-desk uses") || strings.Contains(r.out, "key-admin") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	if out := tr.ok("{}", "rotate", "--all-overdue", "--answers", "-"); out != "No key is overdue.\n" {
		t.Errorf("it says %q", out)
	}
}

func TestAHookRunsOnlyWhenToldTo(t *testing.T) {
	t.Parallel()
	tr := options(t)
	proof := filepath.Join(t.TempDir(), "ran")
	err := tr.app(nil, os.Stdout, os.Stderr).withSession(context.Background(), &globals{}, func(s *session) error {
		r, err := s.find("vol-desk")
		if err != nil {
			return err
		}
		_, err = s.desk.Edit(context.Background(), r.ID, r.Name, desk.Details{Consumers: []store.Consumer{{Name: "grid", OnRotate: "echo yes >" + proof}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := tr.run(rotateVolDesk, "rotate", "vol-desk", "--answers", "-", "--json")
	tr.ends(r, exitWaits, flow.AskConsumer)
	r = tr.run(`{"consumer": {"for": "another", "choice": "run"}}`, "resume", "--answers", "-", "--json")
	if _, err := os.Stat(proof); err == nil || r.code != exitWaits {
		t.Fatalf("exit %d; the hook ran unasked: %v", r.code, err == nil)
	}
	tr.ok(`{"consumer": {"for": "grid", "choice": "run"}, "watch": "go", "revoke": {"choice": "go", "phrase": "vol-desk"}}`, "resume", "--answers", "-")
	if _, err := os.Stat(proof); err != nil {
		t.Errorf("the hook did not run: %v", err)
	}
}

func TestBesideAnOpenDashboardNothingIsBegun(t *testing.T) {
	t.Parallel()
	tr := options(t)
	held, err := store.Open(store.Options{Home: tr.home, Stays: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	for _, args := range [][]string{{"rotate", "vol-desk"}, {"revoke", "vol-desk"}, {"create", "fresh"}} {
		r := tr.run("{}", append(args, "--answers", "-")...)
		if r.code != exitBadInput || !strings.Contains(r.err, "another keyrota is open") || strings.Count(strings.TrimSpace(r.err), "\n") != 1 {
			t.Errorf("%v: exit %d\n%s", args, r.code, r.err)
		}
	}
	if open := tr.unfinished(); len(open) != 0 {
		t.Errorf("unfinished: %+v", open)
	}
}

func TestTheScreenStartsAtTheFlow(t *testing.T) {
	t.Parallel()
	tr := options(t)
	err := tr.app(nil, os.Stdout, os.Stderr).looking(context.Background(), &globals{}, func(s *session) error {
		start := func(names ...string) (*flow.Request, error) {
			c := &ui.Config{}
			err := startOnScreen(s, c, func(s *session) ([]flow.Request, error) { return s.rotations(&flowFlags{}, names, time.Now()) })
			return c.Start, err
		}
		if r, err := start("vol-desk"); err != nil || r == nil || r.Kind != flow.Rotate || r.Name != "vol-desk" || r.Record == "" {
			t.Errorf("one key: %+v, %v", r, err)
		}
		if r, err := start("vol-desk", "key-admin"); err == nil || r != nil {
			t.Errorf("two keys: %+v, %v", r, err)
		}
		if r, err := start("nobody"); err == nil || r != nil {
			t.Errorf("no key: %+v, %v", r, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
