package flow

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// judged asks the engine what it thinks of an answer in a state.
func (w *world) judged(s State, a Answer) (Answer, error) {
	return w.engine.check(&s, w.engine.prompt(&s), a)
}

// wrong wants a refusal of one field, with words that say what is wrong.
func (w *world) wrong(t *testing.T, name string, s State, a Answer, field, words string) {
	t.Helper()
	_, err := w.judged(s, a)
	f, ok := errors.AsType[*FieldError](err)
	if !ok {
		t.Errorf("%s: %v", name, err)
		return
	}
	if f.Field != field || !strings.Contains(f.What, words) || f.Hint == "" || f.Error() != f.What {
		t.Errorf("%s: %+v", name, f)
	}
}

func values1(choice string, kv ...string) Answer { return values(choice, kv...)(Update{}) }

func TestChoicesThatAreNotOffered(t *testing.T) {
	w := newWorld(t, full)
	for name, a := range map[string]Answer{"unknown": {Choice: "fly"}, "later": {Choice: Later}, "of another prompt": {Choice: Mend}, "hostile": {Choice: "\x1b[31mgo"}} {
		s := stateAt(Rotate, StepRevoke)
		_, err := w.judged(s, a)
		f, ok := errors.AsType[*FieldError](err)
		if !ok || f.Field != "" || strings.Contains(f.What, "\x1b") || strings.Contains(f.Hint, Later) || !strings.Contains(f.Hint, Abandon) {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
	w.wrong(t, "no answer at all to a dangerous question", stateAt(Rotate, StepRevoke), Answer{}, "", "no answer")
}

func TestAnswersAreFilledIn(t *testing.T) {
	w := newWorld(t, full)
	a, err := w.judged(stateAt(Rotate, StepPlan), Answer{Values: map[string]string{"ips": " 203.0.113.7 ", "nonsense": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"route": "hand", "source": "secret", "permissions": "read spot", "ips": "203.0.113.7"} {
		if a.Values[field] != want {
			t.Errorf("%s is %q, want %q", field, a.Values[field], want)
		}
	}
	if _, there := a.Values["nonsense"]; there || a.Choice != Go {
		t.Errorf("answer: %+v", a)
	}
	if a, err = w.judged(stateAt(Create, StepPlan), values1(Back, "route", "nonsense")); err != nil || len(a.Values) != 0 {
		t.Errorf("fields do not matter to going back: %+v %v", a, err)
	}
}

func TestWhereIsChecked(t *testing.T) {
	w := newWorld(t, full)
	w.addRecord("taken", w.venue.make("orig", exchanges.Read), nil)
	s := stateAt(Create, StepWhere)
	where := func(kv ...string) Answer {
		return values1(Go, append([]string{"exchange", "toy", "environment", "live", "name", "fresh"}, kv...)...)
	}
	w.wrong(t, "exchange", s, where("exchange", "nowhere"), "exchange", "not one of the choices")
	w.wrong(t, "environment", s, where("environment", "demo"), "environment", "no such environment")
	w.wrong(t, "site", s, where("site", "mars"), "site", "no such site")
	w.wrong(t, "no name", s, where("name", " "), "name", "a name is needed")
	w.wrong(t, "taken name", s, where("name", "TAKEN"), "name", "already a key named")
	w.wrong(t, "hostile name", s, where("name", "a\u202eb"), "name", "cannot be shown")
	w.wrong(t, "hostile account", s, where("sub_account", "a\x1b[2J"), "sub_account", "cannot be shown")
	if _, err := w.judged(s, where("site", "global", "environment", "testnet")); err != nil {
		t.Error(err)
	}
}

// What can be chosen of a site and its environment hangs on the exchange.
func TestSitesAreThoseOfTheExchange(t *testing.T) {
	w := newWorld(t, full)
	w.info.Sites = append(w.info.Sites, exchanges.Site{ID: "eu", Name: "Toy EU", Environment: exchanges.Live})
	s := stateAt(Create, StepWhere)
	offered := func(s *State, name, above string) (words []string) {
		for _, f := range w.engine.prompt(s).Fields {
			if f.Name == name {
				for _, o := range f.Offered(above) {
					words = append(words, o.Value+"="+o.Words)
				}
			}
		}
		return words
	}
	named := s
	named.Plan.Site = "global"
	for _, tt := range []struct {
		s           *State
		name, above string
		want        []string
	}{
		{&s, "exchange", "", []string{"toy=Toy"}},
		{&s, "environment", "toy", []string{"live=live", "testnet=testnet"}},
		{&s, "environment", "nowhere", nil},
		{&s, "site", "toy live", []string{"=Toy", "eu=Toy EU"}},
		{&s, "site", "toy testnet", []string{"=Toy test"}},
		{&s, "site", "toy demo", nil},
		{&named, "site", "toy live", []string{"global=Toy", "eu=Toy EU"}}, // as the plan has it
	} {
		if got := offered(tt.s, tt.name, tt.above); !slices.Equal(got, tt.want) {
			t.Errorf("%s beside %q: %q, want %q", tt.name, tt.above, got, tt.want)
		}
	}
}

func TestPermissionsAreChecked(t *testing.T) {
	w := newWorld(t, full)
	w.wrong(t, "nothing", stateAt(Create, StepPurpose), values1(Go, "purpose", OwnChoice, "permissions", " "), "permissions", "may do nothing")
	w.wrong(t, "unknown", stateAt(Create, StepPurpose), values1(Go, "purpose", OwnChoice, "permissions", "read fly"), "permissions", `"fly"`)
	w.wrong(t, "no purpose", stateAt(Create, StepPurpose), values1(Go, "purpose", "world peace"), "purpose", "not one of the choices")
	w.wrong(t, "nothing for a rotation", stateAt(Rotate, StepPlan), values1(Go, "permissions", " "), "permissions", "may do nothing")
	w.wrong(t, "wider than the old key", stateAt(Rotate, StepPlan), values1(Go, "permissions", "read withdraw"), "permissions", `"withdraw"`)
	if _, err := w.judged(stateAt(Rotate, StepPlan), values1(Go, "permissions", "read")); err != nil {
		t.Errorf("narrower is fine: %v", err)
	}
}

func TestAddressesAreChecked(t *testing.T) {
	w := newWorld(t, full)
	create := stateAt(Create, StepIPs)
	for ips, words := range map[string]string{
		"":                "is needed",
		"office":          `"office" is no address`,
		"203.0.113.0/99":  "is no address",
		"any,203.0.113.7": `"any" is no address`,
		"10.0.0.1":        "not a public address",
		"127.0.0.1":       "not a public address",
		"::1":             "an IPv6 address",
		"2001:db8::1":     "an IPv6 address",
		"203.0.113.1,203.0.113.2,203.0.113.3,203.0.113.4,203.0.113.5,203.0.113.6": "6 addresses, and Toy takes 5",
	} {
		w.wrong(t, ips, create, values1(Go, "ips", ips), "ips", words)
	}
	for _, ips := range []string{"any", "203.0.113.7", "203.0.113.0/24", "::ffff:203.0.113.7"} {
		if _, err := w.judged(create, values1(Go, "ips", ips)); err != nil {
			t.Errorf("%s: %v", ips, err)
		}
	}
	w.info.Guide.IPs.CIDR = false
	w.wrong(t, "range", create, values1(Go, "ips", "203.0.113.0/24"), "ips", "is a range")
	if _, err := w.judged(create, values1(Go, "ips", "203.0.113.7/32")); err != nil {
		t.Errorf("a range of one is an address: %v", err)
	}
	w.info.Guide.IPs.IPv6 = true
	if _, err := w.judged(create, values1(Go, "ips", "2001:db8::1")); err != nil {
		t.Error(err)
	}
}

func TestARotationMakesNoKeyUsableFromElsewhere(t *testing.T) {
	w := newWorld(t, full)
	was := func(x exchanges.IPWhitelist) State {
		return stateAt(Rotate, StepPlan, func(s *State) { s.Old.Facts.IPs, s.Plan.IPs = x, x })
	}
	w.wrong(t, "open", was(ipList("203.0.113.7")), values1(Go, "ips", "any"), "ips", "would have none")
	w.wrong(t, "open instead of some list", was(restricted), values1(Go, "ips", "any"), "ips", "would have none")
	w.wrong(t, "another", was(ipList("203.0.113.7")), values1(Go, "ips", "198.51.100.2"), "ips", "198.51.100.2 is not on the old key's list")
	w.wrong(t, "nothing where some list was", was(restricted), values1(Go), "ips", "is needed")
	for ips, old := range map[string]exchanges.IPWhitelist{"203.0.113.7": restricted, "198.51.100.2": anywhere, "any": anywhere, "203.0.113.9": ipList("203.0.113.9/32", "203.0.113.7"), "": untold} {
		if _, err := w.judged(was(old), values1(Go, "ips", ips)); err != nil {
			t.Errorf("%q where %+v was: %v", ips, old, err)
		}
	}
}

func TestRouteAndSourceAreChecked(t *testing.T) {
	can := full
	can.KeyPair = exchanges.Ed25519
	w := newWorld(t, can)
	boss := w.addRecord("boss", w.venue.make("boss", exchanges.Admin), nil)
	s := stateAt(Create, StepPlan, func(s *State) { s.Plan.Can = can })
	api := "api:" + string(boss.ID)
	w.wrong(t, "a pair by API", s, values1(Go, "route", api, "source", "key-pair"), "source", "on its page only")
	w.wrong(t, "a stranger", s, values1(Go, "route", "api:stranger"), "route", "not one of the choices")
	w.wrong(t, "no such source", s, values1(Go, "source", "carrier pigeon"), "source", "not one of the choices")
	for _, kv := range [][]string{{"route", api, "source", "secret"}, {"route", "hand", "source", "key-pair"}} {
		if _, err := w.judged(s, values1(Go, kv...)); err != nil {
			t.Errorf("%v: %v", kv, err)
		}
	}
}

func TestPastedKeysAreChecked(t *testing.T) {
	w := newWorld(t, byHandOnly)
	old, other, fresh := w.venue.make("orig", exchanges.Read), w.venue.make("tax", exchanges.Read), w.venue.make("new", exchanges.Read)
	w.addRecord("tax", other, nil)
	s := stateAt(Rotate, StepMake, func(s *State) { s.Old.Fingerprint = store.Fingerprint(old.id) })
	paste := func(c exchanges.Credential) Answer { return Answer{Choice: Go, Credential: c} }
	w.wrong(t, "half a key", s, paste(exchanges.Credential{KeyID: "x"}), "credential", "does not look right")
	w.wrong(t, "the old one", s, paste(old.credential()), "credential", "the old key again")
	w.wrong(t, "another record's", s, paste(other.credential()), "credential", `stored already, as "tax"`)
	if _, err := w.judged(s, paste(fresh.credential())); err != nil {
		t.Error(err)
	}
	pair := s
	pair.Plan.Source = exchanges.FromKeyPair
	w.wrong(t, "no ID", pair, paste(exchanges.Credential{}), "credential", "ID is missing")
	w.wrong(t, "two words", pair, paste(exchanges.Credential{KeyID: "a b"}), "credential", "white space")
	a, err := w.judged(pair, paste(exchanges.Credential{KeyID: " new-key ", Secret: exchanges.NewSecret("x")}))
	if err != nil || a.Credential.KeyID != "new-key" || !a.Credential.Secret.IsZero() {
		t.Errorf("%+v %v", a, err)
	}
}

func TestDangerAndCodesAreChecked(t *testing.T) {
	w := newWorld(t, full)
	for _, phrase := range []string{"", "Grid", "grid2", "yes"} {
		w.wrong(t, phrase, stateAt(Rotate, StepRevoke), values1(Hand, "phrase", phrase), "phrase", "not the one")
	}
	a, err := w.judged(stateAt(Rotate, StepRevoke), values1(Hand, "phrase", " grid "))
	if err != nil || len(a.Values) != 0 {
		t.Errorf("the phrase is kept: %+v %v", a, err)
	}
	s := stateAt(Rotate, StepRevoke, byAPI, func(s *State) { s.WantCode = DoRevoke })
	for _, code := range []string{"", "12345", "123456789", "12345a", "１２３４５６"} {
		w.wrong(t, code, s, Answer{Choice: Go, Code: exchanges.NewSecret(code)}, "code", "6 to 8 digits")
	}
	a, err = w.judged(s, Answer{Choice: Go, Code: exchanges.NewSecret("123456"), Values: map[string]string{"code": "123456"}})
	if err != nil || len(a.Values) != 0 {
		t.Errorf("the code is kept: %+v %v", a, err)
	}
}

// Where the exchange tells nothing of the old key's rights, nobody but the
// person knows what the new one needs: it is asked, and not begun without.
func TestAKeyOfUnknownRightsIsNotRotatedIntoNothing(t *testing.T) {
	w := newWorld(t, full)
	s := stateAt(Rotate, StepPlan, func(s *State) {
		s.Old.Facts.Permissions, s.Plan.Permissions = exchanges.PermissionSet{}, nil
	})
	p := w.engine.prompt(&s)
	if text := promptText(p); !strings.Contains(text, "does not tell what the old key may do") {
		t.Errorf("it says:\n%s", text)
	}
	w.wrong(t, "nothing chosen", s, values1(Go, "ips", "203.0.113.7"), "permissions", "may do nothing")
	if _, err := w.judged(s, values1(Go, "ips", "203.0.113.7", "permissions", "read spot")); err != nil {
		t.Error(err)
	}
}
