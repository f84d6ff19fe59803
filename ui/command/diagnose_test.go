package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// diagnosed runs diagnose --json and decodes strictly what it prints.
func (tr *trader) diagnosed(name string, code int, flags ...string) diagnosisJSON {
	tr.t.Helper()
	r := tr.run("", append([]string{"diagnose", name, "--json"}, flags...)...)
	if r.code != code {
		tr.t.Errorf("diagnose %s exited %d, want %d\n%s%s", name, r.code, code, r.out, r.err)
	}
	var out diagnosisJSON
	d := json.NewDecoder(strings.NewReader(r.out))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		tr.t.Fatalf("%v in\n%s%s", err, r.out, r.err)
	}
	return out
}

// first is the likeliest cause.
func (d diagnosisJSON) first() string {
	if len(d.Causes) == 0 {
		return "nothing"
	}
	return string(d.Causes[0].Code) + " " + string(d.Causes[0].Likelihood)
}

func (d diagnosisJSON) state(code exchanges.Cause) diagnose.State {
	for _, c := range d.Checks {
		if c.Code == code {
			return c.State
		}
	}
	return ""
}

func (d diagnosisJSON) want(t *testing.T, first string, ruledOut ...exchanges.Cause) {
	t.Helper()
	if d.first() != first {
		t.Errorf("the first cause is %q, want %q: %+v", d.first(), first, d.Causes)
	}
	for _, c := range ruledOut {
		if d.state(c) != diagnose.StateRuledOut {
			t.Errorf("%s is %q, want it ruled out", c, d.state(c))
		}
	}
}

// labelled accepts the seeded key of that label.
func labelled(label string) func(sim.Key) bool {
	return func(k sim.Key) bool { return k.Label == label }
}

// unasked is a trader with one seeded key that nobody was asked about.
func unasked(t *testing.T, exchange, env, label string) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("it", exchange, env, tr.seeded(exchange, env, labelled(label)), "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	return tr
}

func TestDiagnoseAKeyThatWorks(t *testing.T) {
	t.Parallel()
	tr := unasked(t, "bybit", "live", "perp-bot")
	d := tr.diagnosed("it", 0)
	d.want(t, "nothing", exchanges.CauseClock, exchanges.CauseIP, exchanges.CauseDeleted, exchanges.CauseNetwork, exchanges.CauseSwapped)
	if !d.Works || !d.Asked || d.Error != nil || d.ClockOffsetMS == nil || d.state(exchanges.CauseProduct) != diagnose.StateUntested {
		t.Errorf("%+v", d)
	}
	if k := tr.keys(tr.ok("", "list", "--json"))["it"]; k.Status != "ok" {
		t.Errorf("a diagnosis is a verification: %s", k.Status)
	}
	out := tr.ok("", "diagnose", "it")
	for _, want := range []string{"Bybit accepts the key.", "✓ ruled out  clock", "measured: this machine's clock is", "· open       product-not-opened"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestDiagnoseRefusalsOfTheSimulatedExchanges(t *testing.T) {
	for _, tt := range []struct {
		exchange, env, label, first string
		ruledOut                    exchanges.Cause
	}{
		{"bybit", "live", "hedge-bot", "ip certain", exchanges.CauseDeleted},
		{"bitget", "live", "mirror-bot", "ip certain", exchanges.CauseEnvironment},
		{"htx", "live", "htx-old", "expired certain", exchanges.CauseDeleted},
	} {
		t.Run(tt.label, func(t *testing.T) {
			t.Parallel()
			d := unasked(t, tt.exchange, tt.env, tt.label).diagnosed("it", 1)
			d.want(t, tt.first, tt.ruledOut, exchanges.CauseNetwork, exchanges.CauseClock)
			if d.Error == nil || d.Error.Code == "" || d.Causes[0].Action == "" {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestDiagnoseFaultsOnTheWay(t *testing.T) {
	for fault, tt := range map[sim.FaultKind]struct {
		first string
		code  int
	}{
		sim.FaultSkew:        {"clock likely", 1},
		sim.FaultHTML:        {"blocked possible", 1},
		sim.FaultRateLimit:   {"rate-limited certain", 1},
		sim.FaultUnavailable: {"exchange-down certain", 1},
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			tr := unasked(t, "bybit", "live", "perp-bot")
			tr.world.SetFaults(sim.Fault{Kind: fault, Rate: 1})
			d := tr.diagnosed("it", tt.code)
			d.want(t, tt.first)
			if off := d.ClockOffsetMS; fault == sim.FaultSkew && (off == nil || *off < 590_000 || *off > 610_000) {
				t.Errorf("the clock is off by %v ms", off)
			}
			if fault != sim.FaultSkew && d.state(exchanges.CauseDeleted) != diagnose.StateUntested {
				t.Errorf("deleted is %q, and nobody judged the key", d.state(exchanges.CauseDeleted))
			}
		})
	}
}

func TestDiagnoseWithoutAWayToTheExchange(t *testing.T) {
	t.Parallel()
	tr := unasked(t, "bybit", "live", "perp-bot")
	tr.unplug()
	d := tr.diagnosed("it", 1)
	d.want(t, "network certain", exchanges.CauseDamaged)
	if d.state(exchanges.CauseIP) != diagnose.StateUntested || d.Works {
		t.Errorf("%+v", d)
	}
	if again := tr.diagnosed("it", 1, "--offline"); again.Asked || again.first() != "network certain" {
		t.Errorf("offline: %s", again.first())
	}
}

// TestDiagnoseAKeyOfAnotherEnvironment: it is shown there only when the person
// says so, and that is written down.
func TestDiagnoseAKeyOfAnotherEnvironment(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	k := tr.seeded("bybit", "testnet", labelled("paper-perp"))
	if r := tr.add("it", "bybit", "live", k, "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	before := tr.asked("testnet")
	d := tr.diagnosed("it", 1, "--other-sites", "--addresses")
	d.want(t, "wrong-environment possible", exchanges.CauseSwapped, exchanges.CauseNetwork)
	if d.state(exchanges.CauseEnvironment) != diagnose.StateUntested || tr.asked("testnet") != before {
		t.Errorf("the testnet was asked unasked: %+v", d.Checks)
	}
	if len(d.Addresses) != 1 || d.Addresses[0] != sim.DefaultCaller.String() {
		t.Errorf("addresses %v", d.Addresses)
	}
	tr.diagnosed("it", 1, "--other-environments").want(t, "wrong-environment certain")
	if out := tr.ok("", "audit"); !strings.Contains(out, "diagnosis: asked at testnet") {
		t.Errorf("the audit log does not say so:\n%s", out)
	}
}

// asked is how many requests an environment of Bybit has got.
func (tr *trader) asked(env string) (n int) {
	for r, count := range tr.world.Requests() {
		if r.Exchange == "bybit" && r.Environment == env {
			n += count
		}
	}
	return n
}

// answering puts an exchange behind base_url whose every answer, but that about
// the time, is the one in say.
func (tr *trader) answering(exchange string, say *atomic.Pointer[string]) {
	tr.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(strings.ToLower(r.URL.Path), "time") {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprint(w, *say.Load())
	}))
	tr.t.Cleanup(server.Close)
	tr.config(fmt.Sprintf("[exchange.%s.live]\nbase_url = %q\n", exchange, server.URL))
}

func TestDiagnoseWhatExchangesSay(t *testing.T) {
	for _, tt := range []struct{ exchange, say, first string }{
		{"binance", `{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}`, "clock certain"},
		{"binance", `{"code":-1022,"msg":"Signature for this request is not valid."}`, "wrong-secret possible"},
		{"binance", `{"code":-2008,"msg":"Invalid Api-Key ID."}`, "wrong-environment possible"},
		{"binance", `{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action, request ip: 198.51.100.9"}`, "ip possible"},
		{"bybit", `{"retCode":10003,"retMsg":"API key is invalid."}`, "wrong-environment possible"},
		{"bybit", `{"retCode":10004,"retMsg":"error sign!"}`, "wrong-secret likely"},
		{"bybit", `{"retCode":33004,"retMsg":"Your api key has expired."}`, "expired certain"},
		{"bybit", `{"retCode":10005,"retMsg":"Permission denied"}`, "missing-right certain"},
		{"bybit", `{"retCode":10028,"retMsg":"The API can only be accessed by unified account users."}`, "product-not-opened certain"},
		{"kraken", `{"error":["EAPI:Invalid nonce"]}`, "nonce likely"},
		{"kraken", `{"error":["EAPI:Invalid key"]}`, "deleted possible"},
		{"gate", `{"label":"IP_FORBIDDEN","message":"IP not in whitelist"}`, "ip certain"},
	} {
		t.Run(tt.exchange+" "+tt.say, func(t *testing.T) {
			t.Parallel()
			tr := newTrader(t, sim.Options{})
			if r := tr.add("it", tt.exchange, "live", tr.seeded(tt.exchange, "live", withSecret), "--no-verify"); r.code != 0 {
				t.Fatal(r.err)
			}
			var say atomic.Pointer[string]
			say.Store(&tt.say)
			tr.answering(tt.exchange, &say)
			d := tr.diagnosed("it", 1)
			d.want(t, tt.first, exchanges.CauseNetwork)
			if seen := d.SeenAddress; strings.Contains(tt.say, "request ip") != (seen == "198.51.100.9") {
				t.Errorf("seen address %q", seen)
			}
		})
	}
}

func withSecret(k sim.Key) bool { return k.PrivateKey == "" }

// TestDiagnoseAKeyThatWorkedBefore: what was accepted here before is of no other
// place, and neither cut nor swapped.
func TestDiagnoseAKeyThatWorkedBefore(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("it", "bybit", "live", tr.seeded("bybit", "live", labelled("perp-bot"))); r.code != 0 {
		t.Fatal(r.err)
	}
	gone := `{"retCode":10003,"retMsg":"API key is invalid."}`
	var say atomic.Pointer[string]
	say.Store(&gone)
	tr.answering("bybit", &say)
	tr.diagnosed("it", 1).want(t, "deleted certain", exchanges.CauseEnvironment, exchanges.CauseSite, exchanges.CauseSwapped, exchanges.CauseDamaged)
	out := tr.run("", "diagnose", "it")
	if out.code != 1 || !strings.Contains(out.out, "The cause is deleted.") || !strings.Contains(out.out, "✗ cause      deleted") {
		t.Errorf("%+v", out)
	}
}

func TestDiagnoseThatCannotLook(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if r := tr.run("", "diagnose", "nobody"); r.code != 2 || !strings.Contains(r.err, `"nobody"`) {
		t.Errorf("%+v", r)
	}
	if r := tr.run("", "diagnose"); r.code != 2 {
		t.Errorf("%+v", r)
	}
}
