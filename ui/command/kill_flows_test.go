//go:build linux

package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/ui/flow"
)

// tale is one flow that is killed again and again until it ends.
type tale struct {
	name                  string
	exchange, environment string
	keys                  []string // of the world, that keyrota knows from the start
	args                  []string // the command, without its answers
	record                string   // that the flow is about
	answers               map[string]any
	ends                  func(*victim) bool // it has done what it is for
}

var tales = []tale{
	{
		name: "rotate by API", exchange: "deribit", environment: "live", keys: []string{"key-admin", "vol-desk"},
		args: []string{"rotate", "vol-desk"}, record: "vol-desk", ends: (*victim).rotated,
		answers: map[string]any{"plan": "go", "watch": "go", "revoke": map[string]string{"choice": "go", "phrase": "vol-desk"}},
	},
	{
		name: "create by API", exchange: "deribit", environment: "live", keys: []string{"key-admin"},
		args: []string{"create", "fresh"}, record: "fresh", ends: (*victim).present,
		answers: map[string]any{
			"where":   map[string]string{"choice": "go", "exchange": "deribit", "environment": "live"},
			"purpose": map[string]string{"choice": "go", "purpose": "spot-bot"},
			"ips":     map[string]string{"choice": "go", "ips": "203.0.113.7"}, "plan": "go",
		},
	},
	{
		name: "revoke by API", exchange: "deribit", environment: "live", keys: []string{"key-admin", "vol-desk"},
		args: []string{"revoke", "vol-desk"}, record: "vol-desk", ends: func(v *victim) bool { return !v.present() },
		answers: map[string]any{"plan": "go", "revoke": map[string]string{"choice": "go", "phrase": "vol-desk"}},
	},
	{
		name: "rotate by hand, a key that revokes itself", exchange: "bybit", environment: "live", keys: []string{"perp-bot"},
		args: []string{"rotate", "perp-bot"}, record: "perp-bot", ends: (*victim).rotated,
		answers: map[string]any{"plan": "go", "watch": "go", "revoke": map[string]string{"choice": "go", "phrase": "perp-bot"}},
	},
	{
		name: "rotate by hand", exchange: "binance", environment: "live", keys: []string{"grid-bot"},
		args: []string{"rotate", "grid-bot"}, record: "grid-bot", ends: (*victim).rotated,
		answers: map[string]any{
			"plan":  map[string]any{"choice": "go", "ips": []string{"203.0.113.7", "198.51.100.20"}}, // Binance does not tell them
			"watch": "go", "revoke": map[string]string{"choice": "hand", "phrase": "grid-bot"}, "prove": "go",
		},
	},
}

// victim is a person whose keyrota is killed.
type victim struct {
	*person
	*tale
	world   *sim.Sim
	inside  *trader // the same home, without a process of its own: for looking
	answers map[string]any
	secrets []string // that no file may hold
	before  string   // fingerprint of the record at the start
	kills   int
}

func newVictim(t *testing.T, about *tale) *victim {
	t.Helper()
	world, err := sim.Start(context.Background(), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	v := &victim{person: newPerson(t), tale: about, world: world, answers: map[string]any{}}
	v.config("sync_every = \"0\"\n" + demoConfig(world.Describe()) + quickProof)
	makeQuickKeyring(t, v.home)
	v.inside = &trader{t: t, home: v.home, env: v.env, world: world}
	for id, a := range about.answers {
		v.answers[id] = a
	}
	for _, label := range about.keys {
		k := seededIn(t, world, about.exchange, about.environment, label)
		v.secrets = append(v.secrets, k.Secret)
		if r := v.inside.add(label, about.exchange, about.environment, k); r.code != 0 {
			t.Fatalf("%s was not added: %s", label, r.err)
		}
	}
	v.before = v.key().Fingerprint
	return v
}

// key returns the record as it is now; the zero value when there is none.
func (v *victim) key() keyJSON {
	return v.inside.keys(v.inside.ok("", "list", "--json"))[v.record]
}

func (v *victim) present() bool { return v.key().Name != "" }
func (v *victim) rotated() bool { return v.key().Fingerprint != v.before }

// open returns the flow that is unfinished, or "".
func (v *victim) open() flow.ID {
	v.tb.Helper()
	var open []openJSON
	if err := json.Unmarshal([]byte(v.inside.ok("", "resume", "--json")), &open); err != nil {
		v.tb.Fatal(err)
	}
	switch len(open) {
	case 0:
		return ""
	case 1:
		return open[0].Flow
	}
	v.tb.Fatalf("%d flows are unfinished", len(open))
	return ""
}

// step runs the command, or goes on with what it left unfinished, and kills
// keyrota at a random moment within so long; 0 lets it live. It reports what
// it then asks.
func (v *victim) step(within time.Duration) *promptJSON {
	v.tb.Helper()
	args := v.args
	if id := v.open(); id != "" {
		args = []string{"resume", string(id)}
	}
	answers, err := json.Marshal(v.answers)
	if err != nil {
		v.tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if within > 0 {
		ctx, cancel = context.WithTimeout(ctx, rand.N(within))
		defer cancel()
	}
	cmd := v.command(ctx, append(slices.Clone(args), "--answers", "-", "--json")...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(answers), &out, &errs
	_ = cmd.Run() // what it did is judged by what is there
	if code := cmd.ProcessState.ExitCode(); code == -1 {
		v.kills++
		return nil
	} else if code != exitDone && code != exitWaits {
		v.tb.Fatalf("keyrota %s exited %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
	var said flowJSON
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		v.tb.Fatalf("%v in %q, %s", err, out.String(), errs.String())
	}
	return said.Prompt
}

// live goes on until the flow has ended, killed at random but for the last
// times, and does by hand what is to be done by hand.
func (v *victim) live(within time.Duration) {
	v.tb.Helper()
	for try := range 20 {
		if try >= 5 {
			within = 0
		}
		if p := v.step(within); p != nil {
			v.byHand(p)
		}
		if v.open() == "" && v.ends(v) {
			return
		}
	}
	v.tb.Fatal("it does not come to an end")
}

// byHand does what a person does on the exchange's page.
func (v *victim) byHand(p *promptJSON) {
	v.tb.Helper()
	switch p.ID {
	case flow.AskPaste:
		old := seededIn(v.tb, v.world, v.exchange, v.environment, v.record)
		k, err := v.world.CreateByHand(v.exchange, v.environment, sim.Wanted{Label: p.label(), Permissions: old.Permissions, IPs: old.IPWhitelist})
		if err != nil {
			v.tb.Fatalf("a key labelled %q cannot be made: %v", p.label(), err)
		}
		v.secrets = append(v.secrets, k.Secret)
		v.answers["paste"] = map[string]string{"choice": "go", "key": k.Key, "secret": k.Secret}
	case flow.AskGone:
		old := seededIn(v.tb, v.world, v.exchange, v.environment, v.record)
		if err := v.world.DeleteByHand(v.exchange, v.environment, old.Key); err != nil {
			v.tb.Fatal(err)
		}
		v.answers["gone"] = "go"
	default:
		v.tb.Fatalf("it asks %q: %v %v %s", p.ID, p.Text, p.Warn, p.Title)
	}
}

// killRounds is how often keyrota is to be killed.
func killRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("KEYROTA_KILL_ROUNDS")
	if text == "" {
		return 12
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("KEYROTA_KILL_ROUNDS is %q, not a number of kills", text)
	}
	return n
}

// TestKilledFlowsEndWell kills the real program at random moments of each kind
// of flow, against exchanges that go on living. However often that happens,
// the flow ends with exactly one key that works.
func TestKilledFlowsEndWell(t *testing.T) {
	t.Parallel()
	rounds, kills := killRounds(t), 0
	whole := make([]time.Duration, len(tales))
	for i := range tales { // undisturbed, which also says how long each takes
		v := newVictim(t, &tales[i])
		began := time.Now()
		v.live(0)
		whole[i] = time.Since(began)
		v.judge()
	}
	for i := 0; kills < rounds && !t.Failed(); i++ {
		n := i % len(tales)
		t.Run(fmt.Sprintf("%d %s", i, tales[n].name), func(t *testing.T) {
			v := newVictim(t, &tales[n])
			v.live(whole[n])
			v.judge()
			kills += v.kills
		})
	}
	if kills >= rounds {
		fmt.Printf("flows: %d random kills survived\n", kills)
	}
}

// TestCtrlCLeavesTheFlow interrupts keyrota while it waits for an exchange that
// is down.
func TestCtrlCLeavesTheFlow(t *testing.T) {
	t.Parallel()
	v := newVictim(t, &tales[0])
	down, err := sim.ParseFault("deribit=503")
	if err != nil {
		t.Fatal(err)
	}
	v.world.SetFaults(down)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := v.command(ctx, "rotate", v.record, "--answers", "-", "--wait", "1h")
	cmd.Stdin = strings.NewReader(`{"plan": "go"}`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "… ") {
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	_ = cmd.Wait() // the code says it
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(said, "keyrota resume "+string(v.open())) {
		t.Errorf("exit %d\n%s", code, said)
	}
	v.world.SetFaults()
	v.live(0)
	v.judge()
}
