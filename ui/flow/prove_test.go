package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// probes feeds a rotation's proof with tries, one each minute, until it has a
// verdict or the tries are used up.
func probes(t *testing.T, s State, tries ...Probe) State {
	t.Helper()
	at := s.Proof.Since
	for i, p := range tries {
		if at = at.Add(time.Minute); s.Proof.Judged {
			s = after(t, s, Event{Answer: &Answered{Prompt: AskProve, Choice: Retry}, At: at})
		}
		if s.Step != StepProve {
			t.Fatalf("try %d comes after the proof", i+1)
		}
		s = after(t, s, Event{Done: DoProve, Probe: &p, At: at})
	}
	return s
}

// vague is a refusal that does not say why, beside a key that works.
func vague(change ...func(*Probe)) Probe {
	p := Probe{Asked: true, Kind: string(exchanges.Auth), Code: "-2015", Verdict: true, NewOK: true, For: 3 * time.Minute, Every: time.Minute}
	for _, f := range change {
		f(&p)
	}
	return p
}

func TestOneWordOfTheExchangeProvesTheDeath(t *testing.T) {
	for name, p := range map[string]Probe{
		"it knows no such key":       {Asked: true, Kind: "auth", Code: "13004", Verdict: true, Unknown: true},
		"its list does not have it":  {Asked: true, Kind: "auth", Verdict: true, Unlisted: true},
		"the list, asked blindfold":  {Unlisted: true},
		"the list, without a secret": {Kind: "", Unlisted: true, Every: time.Minute},
	} {
		s := probes(t, stateAt(Rotate, StepProve, func(s *State) { s.Old.Listed = true }), p)
		if s.Step != StepForget || s.Proof.Verdict != Proven || !noted(s, store.ActionProvenDead) {
			t.Errorf("%s: %s with verdict %q", name, s.Step, s.Proof.Verdict)
		}
		if text := strings.Join(s.Evidence(), " "); !strings.Contains(text, "knows no such key") && !strings.Contains(text, "own list of keys does not have it") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestAListThatNeverHadTheKeyProvesNothing: it may be that of another account.
func TestAListThatNeverHadTheKeyProvesNothing(t *testing.T) {
	never := func(s *State) { s.Old.Accepted = noTime }
	for name, p := range map[string]Probe{
		"nothing was asked":       {Unlisted: true, Every: time.Minute},
		"the way was blocked":     {Asked: true, Kind: "network", Unlisted: true, Every: time.Minute},
		"refused, as ever before": vague(func(p *Probe) { p.Unlisted = true }),
	} {
		s := probes(t, stateAt(Rotate, StepProve, never), p)
		if s.Step != StepProve || s.Proof.Verdict != Open || s.Proof.Unlisted {
			t.Errorf("%s: %s, %+v", name, s.Step, s.Proof)
		}
	}
	// It worked before, it is refused now, and the list does not have it.
	if s := probes(t, stateAt(Rotate, StepProve), vague(func(p *Probe) { p.Unlisted = true })); s.Proof.Verdict != Proven {
		t.Errorf("%+v", s.Proof)
	}
}

func TestAVagueRefusalIsEvidenceOnly(t *testing.T) {
	s := probes(t, stateAt(Rotate, StepProve), vague(), vague(), vague())
	if s.Proof.Verdict != Open || s.Due.IsZero() {
		t.Fatalf("after two minutes: %+v", s.Proof)
	}
	s = probes(t, stateAt(Rotate, StepProve), vague(), vague(), vague(), vague())
	if s.Step != StepProve || s.Proof.Verdict != Refused || Decide(s).Ask != AskProve || !s.Due.IsZero() {
		t.Fatalf("after three minutes: %s %+v", s.Step, s.Proof)
	}
	text := strings.Join(s.Evidence(), " ")
	for _, want := range []string{"accepted it from this machine on 2026-11-20 12:00:00 UTC", "refused it 4 times in a row, for 3m0s (-2015)", "accepts another key from this machine meanwhile"} {
		if !strings.Contains(text, want) {
			t.Errorf("evidence lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "no such key") || noted(s, store.ActionProvenDead) {
		t.Errorf("it says more than is known: %s", text)
	}
}

func TestWhatVagueRefusalsNeedBesides(t *testing.T) {
	four := func(p Probe) []Probe { return []Probe{p, p, p, p} }
	never := func(s *State) { s.Old.Accepted = noTime }
	for _, c := range []struct {
		name  string
		s     State
		tries []Probe
		want  Verdict
	}{
		{"another key that works", stateAt(Rotate, StepProve), four(vague(func(p *Probe) { p.NewOK = false })), Open},
		{"or no other key at all", stateAt(Revoke, StepProve), four(vague(func(p *Probe) { p.NewOK, p.Alone = false, true })), Refused},
		{"that the key was accepted before", stateAt(Rotate, StepProve, never), four(vague()), Open},
		{"time", stateAt(Rotate, StepProve), four(vague(func(p *Probe) { p.For = time.Hour })), Open},
		{"three refusals, however quick", stateAt(Rotate, StepProve), []Probe{vague(func(p *Probe) { p.For = 0 }), vague(func(p *Probe) { p.For = 0 })}, Open},
		{"three refusals are enough then", stateAt(Rotate, StepProve), four(vague(func(p *Probe) { p.For = 0 }))[:3], Refused},
	} {
		if s := probes(t, c.s, c.tries...); s.Proof.Verdict != c.want {
			t.Errorf("%s: verdict %q, want %q", c.name, s.Proof.Verdict, c.want)
		}
	}
}

func TestAFailureOnTheWayProvesNothing(t *testing.T) {
	for _, kind := range []exchanges.Kind{exchanges.Network, exchanges.Unavailable, exchanges.RateLimited, exchanges.IPBlocked, exchanges.Denied, exchanges.ClockSkew, exchanges.Blocked} {
		if deadly(kind) {
			t.Errorf("%s counts as a sign of death", kind)
		}
		p := Probe{Asked: true, Kind: string(kind), For: 0, Every: time.Minute}
		s := probes(t, stateAt(Rotate, StepProve), p, p, p, p, p)
		if s.Step != StepProve || s.Proof.Verdict != Open || s.Proof.Refusals != 0 {
			t.Errorf("%s: %s %+v", kind, s.Step, s.Proof)
		}
		if s.Due.Sub(s.Moved) != time.Minute {
			t.Errorf("%s: looked at again on %s", kind, s.Due)
		}
		want := "did not reach a verdict (" + string(kind) + ")"
		if livingRefusal(string(kind)) {
			want = "refuses the old key as one that lives"
		}
		if text := strings.Join(s.Evidence(), " "); !strings.Contains(text, want) {
			t.Errorf("%s: %s", kind, text)
		}
	}
	between := probes(t, stateAt(Rotate, StepProve), vague(), Probe{Asked: true, Kind: "network", Every: time.Minute}, vague())
	if between.Proof.Refusals != 2 || between.Proof.Verdict != Open {
		t.Errorf("a failure between refusals counts: %+v", between.Proof)
	}
}

func TestAKeyThatWorksAgainBeginsAnew(t *testing.T) {
	alive := Probe{Asked: true, Accepted: true}
	s := probes(t, stateAt(Rotate, StepProve), vague(), vague(), alive)
	if q := s.Proof; !q.Alive || q.Refusals != 0 || !q.First.IsZero() || q.NewOK {
		t.Errorf("after an acceptance: %+v", q)
	}
	if text := strings.Join(s.Evidence(), " "); !strings.Contains(text, "still accepts the old key") {
		t.Error(text)
	}
	s = probes(t, stateAt(Rotate, StepProve), vague(), vague(), alive, vague(), vague(), vague())
	if s.Proof.Verdict != Open || s.Proof.Refusals != 3 || s.Proof.Tries != 6 {
		t.Errorf("the refusals before count: %+v", s.Proof)
	}
	if s = probes(t, stateAt(Rotate, StepProve), Probe{Asked: true, Kind: "auth", Verdict: true, Listed: true}); !s.Proof.Alive {
		t.Error("a key in the list is dead")
	}
}

func TestARevokedKeyHasAMinuteToDie(t *testing.T) {
	s := stateAt(Rotate, StepProve)
	s = after(t, s, Event{Done: DoProve, Probe: &Probe{Asked: true, Accepted: true}, At: noon.Add(time.Second)})
	if s.Due.Sub(s.Moved) != settleLook || Decide(s).Ask != AskProve {
		t.Errorf("due %s", s.Due)
	}
	s = after(t, s, Event{Due: true, At: noon.Add(settles)})
	s = after(t, s, Event{Done: DoProve, Probe: &Probe{Asked: true, Accepted: true}, At: noon.Add(settles)})
	if !s.Due.IsZero() {
		t.Errorf("after a minute it is still waited for: %s", s.Due)
	}
}

func TestNothingCanBeAskedWithoutASecret(t *testing.T) {
	s := probes(t, stateAt(Revoke, StepProve, func(s *State) { s.Old.Blind, s.Old.Accepted = true, noTime }), Probe{Every: time.Minute})
	if !s.Due.IsZero() || s.Proof.Verdict != Open || len(s.Evidence()) != 0 {
		t.Errorf("%+v %q", s.Proof, s.Evidence())
	}
	s = after(t, s, says(AskProve, ByWord))
	if got := s.Evidence(); !slices.Equal(got, []string{"You say that it is deleted; keyrota could not ask."}) {
		t.Errorf("%q", got)
	}
}

func TestEvidenceOfOneRefusalWithoutAnotherKey(t *testing.T) {
	s := probes(t, stateAt(Revoke, StepProve), vague(func(p *Probe) { p.NewOK, p.Alone, p.Code = false, true, "" }))
	if text := strings.Join(s.Evidence(), " "); !strings.Contains(text, "refused it once. There is no other key here to hold against that.") {
		t.Error(text)
	}
}

func TestWhatIsLeftIsTrue(t *testing.T) {
	for _, c := range []struct {
		name string
		s    State
		want string // "": nothing is left
	}{
		{"a plan", stateAt(Rotate, StepPlan), ""},
		{"a revocation that has not begun", stateAt(Revoke, StepRevoke), "is live, and its record stays"},
		{"of a key that was never accepted", stateAt(Revoke, StepPreflight, func(s *State) { s.Old.Accepted = noTime }), "is perhaps live"},
		{"a revocation without proof", stateAt(Revoke, StepProve), "was revoked, but that is not proven"},
		{"of a key that the person deleted", stateAt(Revoke, StepProve, func(s *State) { s.Old.Gone, s.Old.Dead = false, true }), "deleted, by your word"},
		{"a creation that was stored", stateAt(Create, StepConsumers), "bot does not have it yet"},
		{"a paste that never came", stateAt(Create, StepMake), "labelled keyrota-grid-0001"},
		{"a creation by API that was not sent", stateAt(Create, StepMake, byAPI), ""},
		{"a creation that nobody heard of", stateAt(Create, StepReconcile, byAPI), "labelled keyrota-grid-0001"},
		{"earlier attempts by hand", stateAt(Create, StepVerify, func(s *State) { s.Plan.Earlier = []string{"L1", "L2"} }), "one of these labels, delete it there: L1, L2."},
		{"earlier attempts that were looked up", stateAt(Create, StepVerify, byAPI, func(s *State) { s.Plan.Earlier = []string{"L1"} }), ""},
	} {
		got := strings.Join(c.s.leftovers(), " ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
