package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// demoSession is the demo without its screen, with the keys of one exchange or
// of all.
func demoSession(t *testing.T, only exchanges.ID) *session {
	t.Helper()
	a := &App{Version: "test", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Getenv: func(string) string { return "" }}
	s, err := a.openDemo(t.Context(), pace{proveFor: time.Millisecond, proveEvery: time.Millisecond, only: only, sleep: hasty})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// hasty waits for nobody: what a simulated exchange lets through is not limited.
func hasty(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// exchangeOf says where the keys of the first exchanges' walks are.
var exchangeOf = map[string]exchanges.ID{
	"grid-bot": "binance", "arb-bot": "binance", "treasury": "binance", "mm-bot": "bybit", "perp-bot": "bybit",
	"dca-bot": "kraken", "rebalancer": "kraken", "vol-desk": "deribit", "key-admin": "deribit", "paper-options": "deribit",
}

// walker answers a flow of the demo as a person does who presses s at the
// exchange's page and enter elsewhere.
type walker struct {
	t       testing.TB
	s       *session
	id      flow.ID
	answers map[flow.PromptID]flow.Answer
	asked   []flow.PromptID
}

func (w *walker) walk() flow.State {
	w.t.Helper()
	flows := w.s.desk.Flows()
	now, changed, stop, err := flows.Watch(w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	defer stop()
	if err := flows.Resume(w.id); err != nil {
		w.t.Fatal(err)
	}
	for range 400 {
		u := now()
		switch {
		case u.Done:
			return u.State
		case u.Halt != nil:
			w.t.Fatalf("halted: %+v", u.Halt)
		case u.Prompt == nil || !u.State.Due.IsZero():
			select {
			case <-changed:
			case <-time.After(time.Minute):
				w.t.Fatalf("nothing happens at %s: %+v", u.State.Step, u.Prompt)
			}
			continue
		}
		w.answer(u)
	}
	w.t.Fatalf("no end: %v", w.asked)
	return flow.State{}
}

func (w *walker) answer(u flow.Update) {
	w.t.Helper()
	w.asked = append(w.asked, u.Prompt.ID)
	a, known := w.answers[u.Prompt.ID]
	if !known {
		var err error
		if a, err = w.byHands(u); err != nil {
			w.t.Fatalf("%s: %v", u.Prompt.ID, err)
		}
	}
	err := w.s.desk.Flows().Answer(w.t.Context(), w.id, u.State.Rev, a)
	if err != nil && !errors.Is(err, flow.ErrStale) {
		w.t.Fatalf("%s %q: %v", u.Prompt.ID, a.Choice, err)
	}
}

func (w *walker) byHands(u flow.Update) (flow.Answer, error) {
	switch u.Prompt.ID {
	case flow.AskPaste, flow.AskGone, flow.AskCode, flow.AskWorks:
		return w.s.simulate(w.t.Context(), u)
	case flow.AskRevoke:
		choice := flow.Hand
		if u.State.Plan.Kill == flow.ByAPI {
			choice = flow.Go
		}
		return flow.Answer{Choice: choice, Values: map[string]string{"phrase": u.State.Name}}, nil
	case flow.AskConsumer:
		return flow.Answer{Choice: flow.Done}, nil
	case flow.AskWatch, flow.AskPlan:
		return flow.Answer{Choice: flow.Go}, nil
	case flow.AskProve:
		if u.State.Proof.Verdict == flow.Refused {
			return flow.Answer{Choice: flow.Go}, nil
		}
		return flow.Answer{Choice: flow.Retry}, nil
	default:
		return flow.Answer{}, fmt.Errorf("nobody knows what to say to %+v", *u.Prompt)
	}
}

// begin starts a flow of a record of the demo.
func (s *session) begin(t testing.TB, kind flow.Kind, name string) flow.ID {
	t.Helper()
	r, ok := s.desk.Snapshot().ByName(name)
	if !ok {
		t.Fatalf("the demo has no key %q", name)
	}
	id, err := s.desk.Flows().Start(t.Context(), flow.Request{Kind: kind, Record: r.ID})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestDemoRotations walks a rotation of each exchange to its end, by hand and
// by API where both exist, with the secret made there and with a key pair.
func TestDemoRotations(t *testing.T) {
	plan := func(s *session, manager, source, ips string) map[flow.PromptID]flow.Answer {
		route := "hand"
		if manager != "" {
			r, ok := s.desk.Snapshot().ByName(manager)
			if !ok {
				t.Fatalf("no %s", manager)
			}
			route = "api:" + string(r.ID)
		}
		values := map[string]string{"route": route, "source": source}
		if ips != "" {
			values["ips"] = ips
		}
		return map[flow.PromptID]flow.Answer{flow.AskPlan: {Choice: flow.Go, Values: values}}
	}
	for _, c := range []struct {
		key, manager, source, ips string
		verdict                   flow.Verdict
	}{
		{"grid-bot", "", "secret", "203.0.113.7", flow.Refused}, // Binance's refusal does not say why
		{"grid-bot", "", "key-pair", "203.0.113.7", flow.Refused},
		{"arb-bot", "sub-admin", "key-pair", "203.0.113.7", flow.Proven},
		{"arb-bot", "sub-admin", "secret", "203.0.113.7", flow.Proven},
		{"mm-bot", "subs", "secret", "", flow.Proven},
		{"perp-bot", "", "secret", "", flow.Proven}, // deletes itself
		{"perp-bot", "", "key-pair", "", flow.Proven},
		{"dca-bot", "", "secret", "", flow.Refused},
		{"vol-desk", "key-admin", "secret", "", flow.Proven},
		{"vol-desk", "key-admin", "key-pair", "", flow.Proven},
		{"key-admin", "key-admin", "key-pair", "", flow.Proven},
		{"paper-options", "test-admin", "secret", "", flow.Proven}, // with one-time codes
	} {
		t.Run(c.key+" "+c.manager+" "+c.source, func(t *testing.T) {
			t.Parallel()
			s := demoSession(t, exchangeOf[c.key])
			before, _ := s.desk.Snapshot().ByName(c.key)
			w := &walker{t: t, s: s, id: s.begin(t, flow.Rotate, c.key), answers: plan(s, c.manager, c.source, c.ips)}
			end := w.walk()
			if end.Ended || end.Proof.Verdict != c.verdict {
				t.Errorf("ended %+v: %s %v; asked %v", end.Proof, end.Outcome, end.Notes, w.asked)
			}
			after, _ := s.desk.Snapshot().ByName(c.key)
			if after.Fingerprint == before.Fingerprint || after.Facts.Permissions != before.Facts.Permissions {
				t.Errorf("before %v, after %v", before.Facts.Permissions, after.Facts.Permissions)
			}
			s.checkAfter(t, after)
		})
	}
}

// checkAfter asks the exchange about a key with the secret that is stored, and
// holds everything that is kept against each other.
func (s *session) checkAfter(t *testing.T, r *store.Record) {
	t.Helper()
	ctx := context.Background()
	if err := s.desk.Verify(ctx, []store.RecordID{r.ID}, nil); err != nil {
		t.Fatal(err)
	}
	if now, _ := s.desk.Snapshot().ByID(r.ID); now.Status() != store.OK && now.Status() != store.Stated {
		t.Errorf("%s is %s: %s", r.Name, now.Status(), now.Check.Code)
	}
	s.checkTidy(t)
}

func (s *session) checkTidy(t *testing.T) {
	t.Helper()
	secrets, err := s.ring(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range store.Doctor(context.Background(), s.store, secrets, nil) {
		if f.Level == store.LevelProblem || f.Level == store.LevelWarning {
			t.Errorf("doctor: %s: %s", f.Subject, f.Text)
		}
	}
}

// TestDemoCreates walks a creation at each exchange.
func TestDemoCreates(t *testing.T) {
	for _, c := range []struct {
		exchange, env, sub, manager, source, purpose string
	}{
		{"binance", "live", "", "", "secret", "spot-bot"},
		{"binance", "live", "", "", "key-pair", "futures-bot"},
		{"binance", "live", "yield@example.com", "sub-admin", "key-pair", "spot-bot"},
		{"binance", "testnet", "", "", "secret", "spot-bot"},
		{"bybit", "live", "", "", "key-pair", "futures-bot"},
		{"bybit", "live", "53888001", "subs", "secret", "spot-bot"},
		{"kraken", "live", "", "", "secret", "portfolio"},
		{"kraken", "live", "", "", "secret", "spot-bot"},
		{"deribit", "live", "", "", "secret", "portfolio"},
		{"deribit", "live", "", "key-admin", "key-pair", "futures-bot"},
		{"deribit", "testnet", "", "test-admin", "secret", "spot-bot"},
	} {
		t.Run(c.exchange+" "+c.env+" "+c.manager+" "+c.source+" "+c.purpose, func(t *testing.T) {
			t.Parallel()
			s := demoSession(t, exchanges.ID(c.exchange))
			id, err := s.desk.Flows().Start(t.Context(), flow.Request{Kind: flow.Create, Name: "fresh"})
			if err != nil {
				t.Fatal(err)
			}
			route := "hand"
			if r, ok := s.desk.Snapshot().ByName(c.manager); ok {
				route = "api:" + string(r.ID)
			}
			w := &walker{t: t, s: s, id: id, answers: map[flow.PromptID]flow.Answer{
				flow.AskWhere:   {Choice: flow.Go, Values: map[string]string{"exchange": c.exchange, "environment": c.env, "sub_account": c.sub}},
				flow.AskPurpose: {Choice: flow.Go, Values: map[string]string{"purpose": c.purpose}},
				flow.AskIPs:     {Choice: flow.Go, Values: map[string]string{"ips": "203.0.113.7"}},
				flow.AskPlan:    {Choice: flow.Go, Values: map[string]string{"route": route, "source": c.source, "consumers": "bot-a, bot-b"}},
			}}
			end := w.walk()
			r, ok := s.desk.Snapshot().ByName("fresh")
			if end.Ended || !ok || len(r.Consumers) != 2 {
				t.Fatalf("%s %v; asked %v", end.Outcome, end.Notes, w.asked)
			}
			s.checkAfter(t, r)
		})
	}
}

// TestDemoRevokes walks a revocation at each exchange.
func TestDemoRevokes(t *testing.T) {
	for _, c := range []struct {
		key     string
		verdict flow.Verdict
	}{
		{"treasury", flow.Refused}, {"arb-bot", flow.Proven}, {"perp-bot", flow.Proven}, {"mm-bot", flow.Proven},
		{"rebalancer", flow.Refused}, {"vol-desk", flow.Proven}, {"paper-options", flow.Proven},
	} {
		t.Run(c.key, func(t *testing.T) {
			t.Parallel()
			s := demoSession(t, exchangeOf[c.key])
			w := &walker{t: t, s: s, id: s.begin(t, flow.Revoke, c.key)}
			end := w.walk()
			if end.Ended || end.Proof.Verdict != c.verdict {
				t.Errorf("ended %+v: %s %v; asked %v", end.Proof, end.Outcome, end.Notes, w.asked)
			}
			if _, there := s.desk.Snapshot().ByName(c.key); there {
				t.Error("the record is still there")
			}
			s.checkTidy(t)
		})
	}
}

// TestTheDemoKnowsNoRealExchange: each site that it offers is simulated.
func TestTheDemoKnowsNoRealExchange(t *testing.T) {
	t.Parallel()
	s := demoSession(t, "")
	infos := s.desk.Exchanges()
	if len(infos) < 4 {
		t.Fatalf("the demo has %d exchanges", len(infos))
	}
	for _, i := range infos {
		if i.Manual {
			continue // there is nowhere to go
		}
		for _, site := range i.Sites {
			at := s.store.Config().ExchangeConfig(store.Target{Exchange: i.ID, Environment: site.Environment})
			if !strings.HasPrefix(at.BaseURL, "http://127.0.0.1:") {
				t.Errorf("%s %s goes to %q", i.ID, site.Environment, at.BaseURL)
			}
		}
	}
}
