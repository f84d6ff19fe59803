package command

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// exchangeWalk is what can be done at an exchange in the demo.
type exchangeWalk struct {
	key     string // which is managed on the exchange's page
	verdict flow.Verdict

	bot, manager string // a key of a sub-account, and the one that manages it by API
	killed       flow.Verdict
}

// exchangeWalks are those of the exchanges beyond the first four, which have
// tests of their own.
var exchangeWalks = map[string]exchangeWalk{
	"okx/live":            {"okx-tax", flow.Proven, "carry-bot", "okx-master", flow.Proven},
	"okx/demo":            {key: "okx-paper", verdict: flow.Proven},
	"coinbase/live":       {key: "treasury-view", verdict: flow.Refused},
	"kraken-futures/live": {key: "kf-reader", verdict: flow.Refused},
	"gate/live":           {"lend-bot", flow.Proven, "scout-bot", "gate-admin", flow.Proven},
	"kucoin/live":         {"ku-export", flow.Proven, "mm2-bot", "ku-master", flow.Proven},
	"bitget/live":         {"signal-bot", flow.Proven, "mirror-bot", "bg-master", flow.Proven},
	"htx/live":            {"dip-bot", flow.Proven, "spread-bot", "htx-admin", flow.Proven},
	"gemini/live":         {key: "fund-audit", verdict: flow.Refused},
	"bitfinex/live":       {key: "bfx-reports", verdict: flow.Refused},
	"mexc/live":           {"alt-bot", flow.Refused, "sniper-bot", "mexc-master", flow.Proven},
	"bingx/live":          {"hedge2-bot", flow.Proven, "scalp2-bot", "bx-master", flow.Proven},
	"upbit/live":          {key: "krw-bot", verdict: flow.Refused},
	"hyperliquid/live":    {key: "hl-perp-bot", verdict: flow.Proven},
	"other/live":          {key: "phx-bot", verdict: flow.Stated},
}

// TestEveryExchangeOfTheDemo walks a creation, a rotation and a revocation by
// hand and, where keys of sub-accounts are managed there, by API.
func TestEveryExchangeOfTheDemo(t *testing.T) {
	t.Parallel()
	for at, w := range exchangeWalks {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			exchange, _, _ := strings.Cut(at, "/")
			s := demoSession(t, exchanges.ID(exchange))
			t.Run("rotate by hand", func(t *testing.T) { s.rotateIn(t, w.key, "", w.verdict) })
			t.Run("revoke by hand", func(t *testing.T) { s.revokeIn(t, w.key, w.verdict) })
			if w.manager == "" {
				return
			}
			t.Run("rotate by API", func(t *testing.T) { s.rotateIn(t, w.bot, w.manager, w.killed) })
			t.Run("revoke by API", func(t *testing.T) { s.revokeIn(t, w.bot, w.killed) })
		})
	}
}

func (s *session) rotateIn(t *testing.T, key, manager string, want flow.Verdict) {
	t.Helper()
	before, ok := s.desk.Snapshot().ByName(key)
	if !ok {
		t.Fatalf("the demo has no %s", key)
	}
	route := "hand"
	if m, ok := s.desk.Snapshot().ByName(manager); ok {
		route = "api:" + string(m.ID)
	}
	values := map[string]string{"route": route, "ips": "203.0.113.7"}
	if s.desk.World(before.Added).Terms(before).NoIPLists {
		values["ips"] = "any"
	}
	if !before.Facts.Permissions.Known() {
		values["permissions"] = "read" // nobody else can say
	}
	w := &walker{t: t, s: s, id: s.begin(t, flow.Rotate, key), answers: map[flow.PromptID]flow.Answer{
		flow.AskPlan: {Choice: flow.Go, Values: values}, flow.AskOldDead: {Choice: flow.Go},
	}}
	end := w.walk()
	after, _ := s.desk.Snapshot().ByName(key)
	if end.Ended || end.Proof.Verdict != want || after.Fingerprint == before.Fingerprint {
		t.Errorf("ended %+v: %s %v; asked %v", end.Proof, end.Outcome, end.Notes, w.asked)
	}
	s.checkAfter(t, after)
}

func (s *session) revokeIn(t *testing.T, key string, want flow.Verdict) {
	t.Helper()
	w := &walker{t: t, s: s, id: s.begin(t, flow.Revoke, key), answers: map[flow.PromptID]flow.Answer{flow.AskOldDead: {Choice: flow.Go}}}
	end := w.walk()
	if end.Ended || end.Proof.Verdict != want {
		t.Errorf("ended %+v: %s %v; asked %v", end.Proof, end.Outcome, end.Notes, w.asked)
	}
	if _, there := s.desk.Snapshot().ByName(key); there {
		t.Error("the record is still there")
	}
	s.checkTidy(t)
}
