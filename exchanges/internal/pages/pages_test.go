package pages

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// a page with a step of every kind.
func page() *Page {
	return &Page{
		Place: "Menu → Keys",
		Make: Steps{
			{Text: "New"},
			{Text: "Paste", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		},
		Rights: Steps{{Text: "Tick", Put: exchanges.PutTicks}},
		Made:   Steps{{Text: "Copy", Only: exchanges.FromExchange}},
		Edit:   Steps{{Text: "Edit"}},
		Edited: Steps{{Text: "Save"}},
		Delete: Steps{{Text: "Delete"}},
		Takes:  exchanges.Guide{MostKeys: 7},
	}
}

func TestPageLeadsToAKeyAndBack(t *testing.T) {
	g := page().Guide()
	find := exchanges.GuideStep{Text: "Find the key", Put: exchanges.PutKey}
	tick := exchanges.GuideStep{Text: "Tick", Put: exchanges.PutTicks}
	for name, c := range map[string]struct{ got, want Steps }{
		"create": {g.Create, Steps{
			{Text: "Menu → Keys"},
			{Text: "New"},
			{Text: "Paste", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
			tick,
			{Text: "Copy", Only: exchanges.FromExchange},
		}},
		"restrict": {g.Restrict, Steps{{Text: "Menu → Keys"}, find, {Text: "Edit"}, tick, {Text: "Save"}}},
		"delete":   {g.Delete, Steps{{Text: "Menu → Keys"}, find, {Text: "Delete"}}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %+v", name, c.got)
		}
	}
	if g.MostKeys != 7 {
		t.Errorf("%+v", g)
	}
}

// TestAGuideIsItsCallers: adapters word single steps anew.
func TestAGuideIsItsCallers(t *testing.T) {
	p := page()
	g := p.Guide()
	for _, steps := range []Steps{g.Create, g.Restrict, g.Delete} {
		for i := range steps {
			steps[i].Text = "changed"
		}
	}
	if again := p.Guide(); again.Create[1].Text != "New" || again.Restrict[2].Text != "Edit" || again.Delete[2].Text != "Delete" {
		t.Errorf("the page was changed: %+v", again)
	}
}
