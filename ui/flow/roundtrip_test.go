package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// fill sets every field of a value to something that is not zero, and another
// thing each time.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	if fillWhole(v, *n) {
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("the state has a %s: teach this test about it", v.Type())
	}
}

// fillWhole fills what is not made of parts.
func fillWhole(v reflect.Value, n int) bool {
	at := noon.Add(time.Duration(n) * time.Second)
	for _, x := range []any{
		at, exchanges.At(at), exchanges.NewPermissionSet(exchanges.Read, exchanges.Permission(n%10)), ipList(fmt.Sprintf("203.0.113.%d", n%256)),
		fmt.Sprintf("text %d ä→\"", n), true, n, int64(n), uint64(n), map[string]string{fmt.Sprint(n): "value"},
	} {
		if whole := reflect.ValueOf(x); whole.Kind() == v.Kind() && whole.CanConvert(v.Type()) {
			v.Set(whole.Convert(v.Type()))
			return true
		}
	}
	return false
}

// roundTrips wants a value to be the same after it was in a journal.
func roundTrips[T any](t *testing.T, name string, v T) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var again T
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !reflect.DeepEqual(v, again) {
		t.Errorf("%s: is read as\n%+v\nand was\n%+v", name, again, v)
	}
}

func TestTheJournalKeepsEveryField(t *testing.T) {
	var l line
	n := 0
	fill(t, reflect.ValueOf(&l).Elem(), &n)
	roundTrips(t, "a full line", l)
	if n < 200 {
		t.Errorf("only %d values were filled in", n)
	}
}

// TestTheJournalKeepsEachField has each field alone, so that none is kept only
// because of another one.
func TestTheJournalKeepsEachField(t *testing.T) {
	kind := reflect.TypeFor[State]()
	for i := range kind.NumField() {
		var s State
		n := 40 + i
		fill(t, reflect.ValueOf(&s).Elem().Field(i), &n)
		roundTrips(t, kind.Field(i).Name, s)
	}
}

func TestTheJournalKeepsStatesOfEveryStep(t *testing.T) {
	for _, k := range []Kind{Create, Rotate, Revoke} {
		for step := range stageNames {
			roundTrips(t, string(k)+" "+string(step), stateAt(k, step))
		}
	}
	for _, q := range questions() {
		roundTrips(t, q.name, q.s)
	}
}

// TestCopiesShareNothing changes everything that Apply may append to or write
// into, and looks whether the state before has changed.
func TestCopiesShareNothing(t *testing.T) {
	var s State
	n := 0
	fill(t, reflect.ValueOf(&s).Elem(), &n)
	s.Kind, s.Step = Rotate, StepConsumers
	// Room behind the ends, so that an append would write into a shared array.
	s.Notes, s.Left, s.Plan.Earlier = append(make([]string, 0, 9), s.Notes...), append(make([]string, 0, 9), s.Left...), append(make([]string, 0, 9), s.Plan.Earlier...)
	before := copied(t, s)
	a, b := s.clone(), s.clone()
	for i, c := range []*State{&a, &b} {
		word := fmt.Sprint("change ", i)
		c.Consumers[0].State, c.Review.Accepted = word, false
		c.Notes, c.Left, c.Plan.Earlier = append(c.Notes, word), append(c.Left, word), append(c.Plan.Earlier, word)
		c.note(Event{At: later}, "changed", word, word)
		c.Trash = append(c.Trash, "key-x")
	}
	if !reflect.DeepEqual(copied(t, s), before) {
		t.Error("a change of a copy shows in the original")
	}
	for _, l := range [][2][]string{{a.Notes, b.Notes}, {a.Left, b.Left}, {a.Plan.Earlier, b.Plan.Earlier}} {
		if l[0][len(l[0])-1] == l[1][len(l[1])-1] {
			t.Errorf("two copies share what is appended: %q", l)
		}
	}
}
