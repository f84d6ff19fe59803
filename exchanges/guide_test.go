package exchanges

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// page is an exchange's page with a box of one right, one of several and one
// that moves money out.
var page = Guide{Boxes: []Box{
	{"Reading", []Permission{Read}},
	{"Trading", []Permission{Spot, Margin}},
	{"Wallet", []Permission{Transfer, Withdraw}},
	{"Futures", []Permission{Futures}},
}}

func ticked(boxes []Box) string {
	var out []string
	for _, b := range boxes {
		out = append(out, b.Words)
	}
	return strings.Join(out, ",")
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		asked   []Permission
		on, off string
		will    []Permission
		missing []Permission
	}{
		{nil, "", "Reading,Trading,Wallet,Futures", nil, nil},
		{[]Permission{Read}, "Reading", "Trading,Wallet,Futures", []Permission{Read}, nil},
		{[]Permission{Spot}, "Trading", "Reading,Wallet,Futures", []Permission{Spot, Margin}, nil},
		{[]Permission{Futures, Read}, "Reading,Futures", "Trading,Wallet", []Permission{Read, Futures}, nil},
		{[]Permission{Read, Earn}, "Reading", "Trading,Wallet,Futures", []Permission{Read}, []Permission{Earn}},
		{[]Permission{Withdraw}, "Wallet", "Reading,Trading,Futures", []Permission{Transfer, Withdraw}, nil},
		// The right to withdraw never comes along with another one.
		{[]Permission{Transfer}, "", "Reading,Trading,Wallet,Futures", nil, []Permission{Transfer}},
		{[]Permission{Transfer, Withdraw}, "Wallet", "Reading,Trading,Futures", []Permission{Transfer, Withdraw}, nil},
	} {
		on, off, will, missing := page.Plan(c.asked)
		if ticked(on) != c.on || ticked(off) != c.off {
			t.Errorf("%v: on %s, off %s", c.asked, ticked(on), ticked(off))
		}
		if will != NewPermissionSet(c.will...) || !slices.Equal(missing, c.missing) {
			t.Errorf("%v: the key will have %v and lacks %v", c.asked, will.All(Granted), missing)
		}
	}
}

func TestAPlanOfNoPageGivesNothing(t *testing.T) {
	on, off, will, missing := Guide{}.Plan([]Permission{Read})
	if on != nil || off != nil || will != NewPermissionSet() || !slices.Equal(missing, []Permission{Read}) {
		t.Errorf("%v, %v, %v, %v", on, off, will, missing)
	}
}

func TestSteps(t *testing.T) {
	all := []GuideStep{
		{Text: "go there"}, {Text: "paste", Put: PutPublicKey, Only: FromKeyPair}, {Text: "copy the secret", Only: FromExchange}, {Text: "confirm"},
	}
	before := slices.Clone(all)
	for source, want := range map[KeySource]string{
		FromExchange: "go there, copy the secret, confirm",
		FromKeyPair:  "go there, paste, confirm",
	} {
		var got []string
		for _, s := range source.Steps(all) {
			got = append(got, s.Text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
	if !slices.Equal(all, before) {
		t.Error("the guide itself was changed")
	}
}

func TestJoin(t *testing.T) {
	for want, c := range map[string]struct {
		separator string
		entries   []string
	}{
		"192.0.2.1,192.0.2.2":   {"", []string{"192.0.2.1", "192.0.2.2"}},
		"192.0.2.1 192.0.2.2":   {" ", []string{"192.0.2.1", "192.0.2.2"}},
		"192.0.2.0/24\n2001::1": {"\n", []string{"192.0.2.0/24", "2001::1"}},
		"192.0.2.9":             {", ", []string{"192.0.2.9"}},
		"":                      {",", nil},
	} {
		if got := (IPRule{Separator: c.separator}).Join(c.entries); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		rule LabelRule
		name string
		want string
	}{
		{LabelRule{Max: 32, Chars: "-_"}, "grid-bot", "keyrota-grid-bot-a1b2c3"},
		{LabelRule{Max: 32, Chars: "-_"}, "Grid Bot", "keyrota-grid-bot-a1b2c3"},
		{LabelRule{Max: 32, Chars: "_"}, "grid-bot", "keyrota_grid_bot_a1b2c3"},
		{LabelRule{Max: 32}, "grid-bot", "keyrotagridbota1b2c3"},
		{LabelRule{Max: 16, Chars: "_"}, "", "keyrota_a1b2c3"},
		{LabelRule{Max: 16, Chars: "_"}, "bot", "bot_a1b2c3"},
		{LabelRule{Max: 16, Chars: "_"}, "options-hedger-2", "options_h_a1b2c3"},
		{LabelRule{Max: 16, Chars: "_"}, "eight-ly-bot", "eight_ly_a1b2c3"},
		{LabelRule{Chars: "-"}, "no limit is known", "keyrota-no-limit-is-known-a1b2c3"},
		{LabelRule{Chars: "-"}, strings.Repeat("x", 99), strings.Repeat("x", 25) + "-a1b2c3"},
	} {
		if got := c.rule.Make(c.name, "a1b2c3"); got != c.want {
			t.Errorf("%+v of %q: %q, want %q", c.rule, c.name, got, c.want)
		}
	}
}

// A label goes into forms and calls of an exchange, whatever a key is called
// here.
func TestLabelsOfHostileNames(t *testing.T) {
	names := []string{
		"\x1b]52;c;aGk=\x07", "\u202eevil\u2066", "a\x00b", "名前", "\xff\xfe", "'; DROP TABLE keys; --", "../../etc", "=cmd()", "<b>", "___", "---",
		"a\r\nX-Evil: 1", strings.Repeat("é", 500), "ﬀ", "İ", "",
	}
	for _, rule := range []LabelRule{{Max: 16, Chars: "_"}, {Max: 16}, {Max: 20, Chars: "-"}, {Max: 32, Chars: "-_ ."}, {}} {
		for _, name := range names {
			label := rule.Make(name, "a1b2c3")
			if err := fits(rule, label); err != nil {
				t.Errorf("%+v of %q: %v", rule, name, err)
			}
			if other := rule.Make(name, "a1b2c4"); other == label {
				t.Errorf("%+v of %q: %q twice", rule, name, label)
			}
		}
	}
}

func fits(rule LabelRule, label string) error {
	const plain = "abcdefghijklmnopqrstuvwxyz0123456789"
	most := rule.Max
	if most == 0 {
		most = 32
	}
	if len(label) > most || strings.Trim(label, plain+rule.Chars) != "" || !strings.HasSuffix(label, "a1b2c3") {
		return fmt.Errorf("the label %q of %d characters", label, len(label))
	}
	return nil
}

func FuzzLabels(f *testing.F) {
	f.Add("grid bot", 16, true)
	f.Add("\u202e\x1b[2J", 20, false)
	f.Fuzz(func(t *testing.T, name string, most int, underscore bool) {
		if most < len("a1b2c3")+1 || most > 1000 {
			return // no room for the unique end, or no exchange
		}
		rule := LabelRule{Max: most}
		if underscore {
			rule.Chars = "_"
		}
		if err := fits(rule, rule.Make(name, "a1b2c3")); err != nil {
			t.Error(err)
		}
	})
}
