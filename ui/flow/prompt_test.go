package flow

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// asks is one question in one situation.
type asks struct {
	name string
	s    State
}

func leaving(s *State) { s.Leaving = true }

var (
	shownReviews = []Review{
		{Wider: []string{"It may do more than planned: withdraw is on."}, Lines: []ReviewLine{{"withdraw", "off", "on", MarkWider}}},
		{Narrower: []string{"Its IP whitelist lacks 203.0.113.7."}, Lines: []ReviewLine{{"IP whitelist", "203.0.113.7", "10.0.0.1", MarkNarrower}}},
	}
	refusals = Proof{Tries: 4, First: noon, Last: noon.Add(3 * time.Minute), Refusals: 4, Kind: "auth", Code: "-2015", NewOK: true}
)

// questions has every prompt, in every situation in which it differs.
func questions() []asks {
	return slices.Concat(questionsOnTheWay(), questionsAtTheEnd(), questionsWithoutAPI())
}

// questionsAtTheEnd are those of a flow that is abandoned.
func questionsAtTheEnd() []asks {
	return []asks{
		{"abandon-plan", stateAt(Rotate, StepPlan, leaving)},
		{"abandon-new-key", stateAt(Rotate, StepVerify, leaving)},
		{"abandon-switched", stateAt(Rotate, StepWatch, leaving)},
		{"abandon-revoked", stateAt(Rotate, StepProve, leaving)},
		{"abandon-revocation", stateAt(Revoke, StepRevoke, leaving)},
		{"undo", stateAt(Create, StepUndo)},
	}
}

// questionsWithoutAPI are those about an exchange that nobody can ask.
func questionsWithoutAPI() []asks {
	return []asks{
		{"venue", stateAt(Create, StepVenue, handOnly)},
		{"works", stateAt(Rotate, StepVerify, handOnly)},
		{"works-nothing-known", stateAt(Rotate, StepVerify, handOnly, func(s *State) { s.Plan.Permissions, s.Plan.IPs = nil, untold })},
		{"paste-no-api", stateAt(Create, StepMake, handOnly)},
		{"watch-no-api", stateAt(Rotate, StepWatch, handOnly)},
		{"revoke-no-api", stateAt(Revoke, StepRevoke, handOnly)},
		{"gone-no-api", stateAt(Revoke, StepRevoke, handOnly, func(s *State) { s.Confirmed = true })},
		{"undo-no-api", stateAt(Create, StepUndo, handOnly)},
	}
}

func questionsOnTheWay() []asks {
	code := func(e Effect) func(*State) {
		return func(s *State) { s.WantCode, s.CodeRefused = e, "13009 wrong code" }
	}
	review := func(r Review) func(*State) { return func(s *State) { s.Review = &r } }
	consumer := func(c store.Consumer) func(*State) {
		return func(s *State) { s.Consumers = []Handover{{Consumer: c, State: Waiting}} }
	}
	proof := func(p Proof) func(*State) {
		return func(s *State) { p.Judged, p.Since = true, noon; s.Proof = p }
	}
	pair := func(s *State) { s.Plan.Source, s.Plan.Public = exchanges.FromKeyPair, "-----BEGIN PUBLIC KEY-----" }
	half := func(s *State) {
		pair(s)
		s.Plan.Can.KeyPair, s.Plan.Can.KeyIsPublicHalf, s.Plan.Public = exchanges.Secp256k1, true, "0x286edfa08c04f6899dab3bfdecf2dd133f9733b9"
	}
	used := func(m exchanges.Moment) func(*State) { return func(s *State) { s.Watch.Asked, s.Watch.Used = noon, m } }
	wider, narrower := shownReviews[0], shownReviews[1]
	enough := refusals
	enough.Verdict = Refused
	return []asks{
		{"where", stateAt(Create, StepWhere)},
		{"purpose", stateAt(Create, StepPurpose)},
		{"ips", stateAt(Create, StepIPs, func(s *State) { s.Plan.Mine, s.Plan.IPs = []string{"203.0.113.7", "2001:db8::1"}, untold })},
		{"plan-create", stateAt(Create, StepPlan, func(s *State) { s.Plan.Permissions = []string{"read", "earn"}; s.Plan.IPs = anywhere })},
		{"plan-rotate", stateAt(Rotate, StepPlan, consumer(store.Consumer{Name: "bot"}), func(s *State) { s.Plan.IPs, s.Old.Facts.IPs = restricted, restricted })},
		{"old-refused", stateAt(Rotate, StepPreflight, func(s *State) { s.Old.Refused = "toy: inspect: the exchange rejected the key" })},
		{"old-refused-blind", stateAt(Revoke, StepPreflight, func(s *State) { s.Old.Blind = true })},
		{"paste", stateAt(Rotate, StepMake)},
		{"paste-pair", stateAt(Create, StepMake, pair)},
		{"paste-public-half", stateAt(Rotate, StepMake, half)},
		{"plan-public-half", stateAt(Rotate, StepPlan, half)},
		{"look", stateAt(Create, StepReconcile)},
		{"review-wider", stateAt(Rotate, StepVerify, review(wider))},
		{"review-narrower", stateAt(Rotate, StepVerify, review(narrower))},
		{"review-by-api", stateAt(Create, StepVerify, byAPI, review(narrower))},
		{"consumer-by-hand", stateAt(Rotate, StepConsumers, consumer(store.Consumer{Name: "tax"}))},
		{"consumer-run", stateAt(Rotate, StepConsumers, consumer(store.Consumer{Name: "bot", By: store.HandRun}))},
		{"consumer-hook", stateAt(Rotate, StepConsumers, func(s *State) { s.Consumers[0].Error = "exit status 1" })},
		{"consumer-file", stateAt(Rotate, StepConsumers, consumer(store.Consumer{Name: "bot", By: store.HandFile, File: "/etc/bot.env", Template: "/etc/bot.tmpl"}))},
		{"watch-never-used", stateAt(Rotate, StepWatch, used(exchanges.Never()))},
		{"watch-used", stateAt(Rotate, StepWatch, used(exchanges.At(later)))},
		{"watch-not-told", stateAt(Rotate, StepWatch, func(s *State) { s.Plan.Can.LastUsed = false })},
		{"revoke-after-rotation", stateAt(Rotate, StepRevoke, byAPI)},
		{"revoke", stateAt(Revoke, StepRevoke, func(s *State) { s.Batch = Batch{ID: "b", Number: 1, Of: 3, Reason: "3Commas leaked"} })},
		{"gone", stateAt(Revoke, StepRevoke, func(s *State) { s.Confirmed = true })},
		{"prove-alive", stateAt(Rotate, StepProve, proof(Proof{Tries: 1, Alive: true}))},
		{"prove-refusing", stateAt(Rotate, StepProve, proof(Proof{Tries: 1, First: noon, Last: noon, Refusals: 1, Kind: "auth"}))},
		{"prove-refused", stateAt(Rotate, StepProve, proof(enough))},
		{"prove-unreachable", stateAt(Rotate, StepProve, proof(Proof{Tries: 1, Kind: "network"}), func(s *State) { s.Due = later })},
		{"prove-blind", stateAt(Revoke, StepProve, proof(Proof{Tries: 1}), func(s *State) { s.Old.Blind, s.Old.Accepted = true, noTime })},
		{"code-revoke", stateAt(Rotate, StepRevoke, code(DoRevoke))},
		{"code-list", stateAt(Rotate, StepProve, code(DoProve))},
		{"code-reconcile", stateAt(Create, StepReconcile, byAPI, code(DoReconcile))},
		{"problem-label", stateAt(Create, StepMake, byAPI, withProblem(DoCreate), func(s *State) { s.Problem.Kind = string(exchanges.LabelTaken) })},
		{"problem-verify", stateAt(Rotate, StepVerify, withProblem(DoVerify))},
		{"problem-verify-public-half", stateAt(Rotate, StepVerify, withProblem(DoVerify), half)},
		{"problem-revoke", stateAt(Rotate, StepRevoke, byAPI, withProblem(DoRevoke), func(s *State) { s.Problem.Hint = "A hint." })},
		{"problem-audit-at-the-end", stateAt(Revoke, StepDone, withProblem(DoAudit), func(s *State) { s.Old.Gone, s.Audit = true, make([]store.Event, 1) })},
		{"problem-undo", stateAt(Create, StepUndo, withProblem(DoUndo))},
	}
}

// promptWorld has the record that the questions are about, and a managing key.
func promptWorld(t *testing.T) *world {
	w := newWorld(t, full)
	w.addRecord("grid", w.venue.make("orig", exchanges.Read, exchanges.Spot), func(r *store.Record) {
		r.ID, r.Consumers = "rec", []store.Consumer{{Name: "bot"}}
		r.Facts.LastUsed = exchanges.At(noon)
	})
	w.addRecord("manager", w.venue.make("boss", exchanges.Admin), func(r *store.Record) { r.ID = "boss" })
	return w
}

// promptText writes a prompt as the golden files have it.
func promptText(p Prompt) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("%s: %s", p.ID, p.Title)
	for _, x := range p.Warn {
		say("! %s", x)
	}
	for _, x := range p.Text {
		say("%s", x)
	}
	if p.Page != "" {
		say("page: %s", p.Page)
	}
	for i, l := range p.Guide {
		say("%d. %s | copy %q | %s", i+1, l.Text, l.Copy, strings.Join(l.Many, " + "))
	}
	for _, l := range p.Review {
		say("%-12s asked %s, found %s: %s", l.What, l.Asked, l.Found, l.Mark)
	}
	for _, f := range p.Fields {
		say("[%s] %s (%s) = %q%s", f.Name, f.Label, f.Kind, f.Default, f.Want)
		for _, o := range f.Options {
			say("    %s: %s%s", o.Value, o.Words, beside(o.When))
		}
	}
	for _, c := range p.Choices {
		flags := ""
		if c.Dangerous {
			flags += " DANGEROUS"
		}
		if c.Bare {
			flags += " bare"
		}
		say("> %s: %s%s", c.ID, c.Label, flags)
	}
	if !p.Due.IsZero() {
		say("goes on at %s", clock(p.Due))
	}
	return b.String()
}

func TestPromptsAreAsTheyWere(t *testing.T) {
	w := promptWorld(t)
	for _, q := range questions() {
		t.Run(q.name, func(t *testing.T) {
			got := promptText(w.engine.prompt(&q.s))
			path := filepath.Join("testdata", "prompts", q.name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.ReplaceAll(string(want), "\r\n", "\n"); got != text {
				t.Errorf("got:\n%s\nwant:\n%s", got, text)
			}
		})
	}
}

func TestEveryPromptIsAmongTheQuestions(t *testing.T) {
	seen := map[PromptID]bool{}
	for _, q := range questions() {
		if ask := Decide(q.s).Ask; ask == "" {
			t.Errorf("%s asks nothing: %+v", q.name, Decide(q.s))
		} else {
			seen[ask] = true
		}
	}
	for id := range answers {
		if !seen[id] || askers[id] == nil {
			t.Errorf("%s is never asked here", id)
		}
	}
}

func TestWhatEveryPromptHas(t *testing.T) {
	w := promptWorld(t)
	for _, q := range questions() {
		p := w.engine.prompt(&q.s)
		if p.Title == "" || len(p.Text)+len(p.Warn) == 0 {
			t.Errorf("%s says nothing: %+v", q.name, p)
		}
		for _, x := range slices.Concat(p.Text, p.Warn) {
			if strings.TrimSpace(x) == "" || strings.Contains(x, "%!") || strings.Contains(x, "  ") {
				t.Errorf("%s: text %q", q.name, x)
			}
		}
		checkChoices(t, q.name, p.Choices)
	}
}

// checkChoices wants choices that differ, none dangerous by default, and one
// that leads out.
func checkChoices(t *testing.T, name string, all []Choice) {
	t.Helper()
	if len(all) < 2 || all[0].Dangerous {
		t.Errorf("%s: choices %+v", name, all)
	}
	ids := map[string]bool{}
	for _, c := range all {
		if c.ID == "" || c.Label == "" || ids[c.ID] {
			t.Errorf("%s: choice %+v", name, c)
		}
		ids[c.ID] = true
	}
	if !ids[Abandon] && !ids[Back] && !ids[Skip] {
		t.Errorf("%s has no way out: %+v", name, all)
	}
}

// TestEveryChoiceIsTaken gives each choice of each prompt to Apply: what is
// offered must never be refused.
func TestEveryChoiceIsTaken(t *testing.T) {
	w := promptWorld(t)
	for _, q := range questions() {
		for _, c := range w.engine.prompt(&q.s).Choices {
			isPaste := Decide(q.s).Ask == AskPaste && c.ID == Go // comes as DoStage
			if c.ID == Later || isPaste {
				continue
			}
			next := after(t, q.s, says(Decide(q.s).Ask, c.ID, "route", "hand", "source", "secret", "permissions", "read", "ips", "any", "purpose", "own"))
			if a := Decide(next); a == (Action{}) {
				t.Errorf("%s: after %s nothing is next", q.name, c.ID)
			}
		}
	}
}

func TestNamesFromOutsideAreHarmless(t *testing.T) {
	const hostile = "bot\x1b[2J\u202e\nx"
	w := newWorld(t, full)
	r := w.addRecord("grid", w.venue.make("orig", exchanges.Read), func(r *store.Record) {
		r.Consumers = []store.Consumer{{Name: hostile, OnRotate: "run " + hostile}, {Name: "b" + hostile}}
		r.Facts.ExchangePermissions = []string{hostile}
		r.Facts.Label, r.Facts.Account, r.Purpose = hostile, hostile, hostile
	})
	for _, kind := range []Kind{Rotate, Revoke} {
		id := w.begin(Request{Kind: kind, Record: r.ID, Batch: Batch{ID: "b", Number: 1, Of: 1, Reason: hostile}})
		now, _, stop, err := w.engine.Watch(id)
		if err != nil {
			t.Fatal(err)
		}
		stop()
		s := now().State
		for _, step := range []Step{StepPlan, StepMake, StepConsumers, StepRevoke} {
			s.Step, s.Old.Accepted = step, noon
			if len(s.Consumers) == 0 && step == StepConsumers {
				continue
			}
			for _, bad := range []string{"\x1b", "\u202e"} {
				if text := promptText(w.engine.prompt(&s)); strings.Contains(text, bad) {
					t.Errorf("%s %s: %q", kind, step, text)
				}
			}
		}
		w.engine.mu.Lock()
		delete(w.engine.flows, id)
		w.engine.mu.Unlock()
	}
}

func beside(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return " beside " + strings.Join(values, ", ")
}
