package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// dice reads choices from fuzzed bytes; when they are used up, zeros.
type dice struct{ data []byte }

func (d *dice) roll(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	x := int(d.data[0])
	d.data = d.data[1:]
	return x % n
}

func (d *dice) flip() bool { return d.roll(2) == 1 }

func pick[T any](d *dice, xs ...T) T { return xs[d.roll(len(xs))] }

// event is anything that might come, fit or not, with the parts that the
// engine gives it: those of an effect that ended well are always whole.
func (d *dice) event(s State, at time.Time) Event {
	e := Event{At: at, Slot: store.Slot(fmt.Sprintf("key-rec.%d", d.roll(256))), Label: fmt.Sprint("L", d.roll(256)), Can: pick(d, full, byHandOnly, pairs)}
	e.Manual = d.roll(4) == 3
	want := Decide(s)
	effects := []Effect{want.Do, want.Do, want.Do, DoStage, DoCreate, DoHook, DoAudit}
	switch d.roll(6) {
	case 0, 1:
		prompt := want.Ask
		if d.roll(16) == 15 {
			prompt = AskPlan
		}
		e.Answer = &Answered{Prompt: prompt, Choice: pick(d, Go, Go, Go, Back, Lookup, Retry, Hand, Abandon, Paste, Mend, Relabel, There, None, Run, Write, Done, Skip,
			GoneBefore, Look, Again, ByWord, Without, End, UndoNew, KeepKey, "nonsense"),
			Values: map[string]string{"route": pick(d, "hand", "api:boss"), "source": pick(d, "secret", "key-pair"), "consumers": pick(d, "", "bot", "a,b"),
				"permissions": "read spot", "ips": pick(d, "any", "203.0.113.7", ""), "purpose": pick(d, OwnChoice, "spot-bot"), "name": "grid", "venue": "Phemex"}}
	case 2, 3:
		e.Done = pick(d, effects...)
		d.found(&e)
	case 4:
		e.Failed = &Failure{Problem: Problem{Effect: pick(d, effects...), Kind: "network", What: "it failed", Unknown: d.flip()}, Code: d.flip(),
			Ignored: d.flip(), Wait: time.Duration(d.roll(3)) * time.Minute}
		e.Failed.Hook = (e.Failed.Effect == DoHook || e.Failed.Effect == DoFile) && d.flip()
	case 5:
		if e.Due = d.flip(); !e.Due {
			e.Broken = pick(d, effects...)
		}
	}
	return e
}

func (d *dice) found(e *Event) {
	e.Key = Key{Masked: "m", Fingerprint: "f", Accepted: pick(d, noTime, noon), Refused: pick(d, "", "no"), Blind: d.roll(4) == 3}
	e.Kill, e.Found, e.Public, e.Mine = pick(d, ByHand, ByAPI), pick(d, FoundNone, FoundStray, FoundWhole), "PEM", []string{"203.0.113.7"}
	e.Review = &Review{Wider: pick(d, nil, []string{"more"}), Narrower: pick(d, nil, []string{"less"})}
	e.Probe = &Probe{Asked: true, Accepted: d.roll(4) == 3, Verdict: d.flip(), Unknown: d.roll(6) == 5, Listed: d.roll(6) == 5, NewOK: d.flip(), Alone: d.flip(), Every: time.Minute}
}

// FuzzApply lets anything happen to a flow, in any order. Whatever it is, the
// machine stays whole; the world around it is the matter of the crash test.
func FuzzApply(f *testing.F) {
	f.Add(byte(0), []byte{0})
	f.Add(byte(1), []byte("a rotation, 1234567890, that goes on for a while and ends somewhere"))
	f.Add(byte(2), []byte{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3})
	for seed := range 60 { // long ones get far
		long := make([]byte, 400)
		x := uint32(seed + 1)
		for i := range long {
			x = x*1664525 + 1013904223
			long[i] = byte(x >> 24)
		}
		f.Add(byte(seed), long)
	}
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		d := &dice{data: data}
		k := []Kind{Create, Rotate, Revoke}[int(kind)%3]
		s := stateAt(k, paths[k][0])
		for at := noon; len(d.data) > 0; at = at.Add(time.Minute) {
			e := d.event(s, at)
			before := copied(t, s)
			next, err := Apply(s, e)
			checkApplied(t, before, s, next, err)
			s = next
		}
	})
}

func checkApplied(t *testing.T, before, s, next State, err error) {
	t.Helper()
	again := copied(t, next)
	switch {
	case !reflect.DeepEqual(copied(t, s), before):
		t.Fatal("Apply changed its argument")
	case !reflect.DeepEqual(again, copied(t, again)) || Decide(again) != Decide(next):
		t.Fatalf("the journal would not keep %+v", next)
	case err != nil && !reflect.DeepEqual(again, before):
		t.Fatalf("a refusal (%v) changed the state", err)
	case err == nil && next.Rev != s.Rev+1:
		t.Fatalf("revision %d after %d", next.Rev, s.Rev)
	case s.Step == StepDone && next.Step != StepDone:
		t.Fatalf("a flow that is done goes on at %s", next.Step)
	}
	checkWholeState(t, next)
}

// checkWholeState wants a state from which a flow can go on.
func checkWholeState(t *testing.T, s State) {
	t.Helper()
	switch a := Decide(s); {
	case a == (Action{}):
		t.Fatalf("nothing comes after %s", s.Step)
	case a.Done && s.Outcome == "":
		t.Fatalf("a %s ends without a word", s.Kind)
	case a.Ask != "" && askers[a.Ask] == nil:
		t.Fatalf("nobody can ask %s", a.Ask)
	case s.Proof.Verdict == Proven && !s.Proof.Unknown && !s.Proof.Unlisted:
		t.Fatalf("proven without the exchange's word: %+v", s.Proof)
	}
	if len(s.Stages()) == 0 {
		t.Fatalf("%s has no stages", s.Step)
	}
	for _, x := range s.Evidence() {
		if x == "" {
			t.Fatalf("evidence that says nothing: %+v", s.Proof)
		}
	}
}

// FuzzLoad reads journals that somebody else wrote.
func FuzzLoad(f *testing.F) {
	for _, s := range []State{stateAt(Rotate, StepWatch), stateAt(Create, StepConsumers), stateAt(Revoke, StepDone)} {
		text, err := json.Marshal(line{At: noon, State: &s})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{`{}`, `[]`, `null`, `{"intent":"create-key"}`, `{"state":{"id":"abc","kind":"walk","step":"plan"}}`, `{"state":{"id":"abc","kind":"rotate","step":"jump"}}`,
		`{"state":{"id":"abc","kind":"rotate","step":"consumers"}}`, `{"state":{"id":"other","kind":"rotate","step":"plan"}}`, "{\"state\":{\"id\":\"abc\",\"kind\":\"\x1b[2J\"}}", `{"state":{"rev":-1}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		w := &world{}
		j := &oneJournal{id: "abc", lines: [][]byte{text}}
		e := New(Deps{Journal: j, Records: records{w}, Infos: func() []exchanges.Info { return nil }, ReadOnly: func() string { return "reading" }, Now: w.now, After: w.after})
		err := e.Load()
		if err != nil && !strings.Contains(err.Error(), "abc") {
			t.Fatalf("the error does not name the flow: %v", err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\u202e") {
			t.Fatalf("the error writes on the screen: %q", err)
		}
		for _, open := range e.Open() {
			now, _, stop, err := e.Watch(open.ID)
			if err != nil {
				t.Fatal(err)
			}
			stop()
			s := now().State
			if a := Decide(s); a == (Action{}) {
				t.Fatalf("nothing comes after %s", s.Step)
			}
			_ = s.Stages()
		}
	})
}

// oneJournal is a journal in memory, of one flow.
type oneJournal struct {
	id    string
	lines [][]byte
}

func (j *oneJournal) FlowIDs() ([]string, error) { return []string{j.id}, nil }

func (j *oneJournal) AppendFlow(_ string, line []byte) error {
	j.lines = append(j.lines, line)
	return nil
}

func (j *oneJournal) TailFlow(_ string, most int) ([][]byte, error) {
	return j.lines[max(0, len(j.lines)-most):], nil
}

func (j *oneJournal) RemoveFlow(string) error { j.lines = nil; return nil }
