package store

import (
	"strings"
	"testing"
)

// changesText writes changes as "4: +spot -any (1-3)".
func changesText(r *Record) string {
	var out []string
	for _, c := range r.Changes() {
		text := strings.TrimLeft(c.At.Format("02"), "0") + ": "
		for _, w := range c.Came {
			text += "+" + w + " "
		}
		for _, w := range c.Went {
			text += "-" + w + " "
		}
		if c.Part == PartLabel || c.Part == PartAccount {
			text += string(c.Part) + " "
		}
		out = append(out, text+"("+days(c.Before)+")")
	}
	return strings.Join(out, ", ")
}

func TestChanges(t *testing.T) {
	for what, c := range map[string]struct {
		says []string
		want string
	}{
		"nothing":                         {[]string{"read", "read"}, ""},
		"a right comes and goes":          {[]string{"read -spot", "read -spot", "read spot", "read -spot"}, "4: -spot (3-3), 3: +spot (1-2)"},
		"a list in the place of another":  {[]string{"1.1.1.1", "2.2.2.2"}, "2: +2.2.2.2 -1.1.1.1 (1-1)"},
		"bound to a list":                 {[]string{"any", "any", "1.1.1.1"}, "3: +1.1.1.1 -any address (1-2)"},
		"two parts at once":               {[]string{"read -spot any", "read spot 1.1.1.1"}, "2: +spot (1-1), 2: +1.1.1.1 -any address (1-1)"},
		"another part in between":         {[]string{"read -spot #a", "read -spot #b", "read spot #b"}, "3: +spot (1-2), 2: label (1-1)"},
		"account":                         {[]string{"@a", "@b"}, "2: account (1-1)"},
		"unknown for a while":             {[]string{"read -spot any", "any #x", "read spot any #x"}, "3: +spot (1-1)"},
		"one right unknown for a while":   {[]string{"read -spot", "read -futures", "read spot -futures"}, "3: +spot (1-1)"},
		"unknown for a while, as before":  {[]string{"read -spot 1.1.1.1", "1.1.1.1 #x", "read -spot 1.1.1.1 #x"}, ""},
		"a list that is hidden meanwhile": {[]string{"1.1.1.1", "hidden", "1.1.1.1"}, ""},
		"hidden, and another one then":    {[]string{"1.1.1.1", "hidden", "2.2.2.2"}, "3: +2.2.2.2 -1.1.1.1 (1-2)"},
		"first told":                      {[]string{"read", "read -spot any #a @b"}, ""},
	} {
		if got := changesText(learned(c.says...)); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestWhatIsStatedHasNoChanges(t *testing.T) {
	r := learned("read -spot", "read spot")
	r.Facts.Stated = true
	if got := r.Changes(); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestChangesLeaveThePastAsItIs(t *testing.T) {
	r := learned("1.1.1.1 #a", "hidden #b", "2.2.2.2 #c")
	_ = r.Changes()
	if got := r.Past[0].IPs.State.String() + " " + days(r.Past[0]) + " " + r.Past[1].Label; got != "restricted 2-2 a" {
		t.Errorf("the past is %s now", got)
	}
}
