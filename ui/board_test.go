package ui

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func TestBoardReusesRowsOfUnchangedRecords(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	before := newBoard(fake, nil, nil, noon)
	changed := *fake.records[0]
	changed.Purpose = "new"
	fake.replace(&changed)
	after := newBoard(env.Desk, nil, before, noon)
	for id, r := range after.byID {
		if same := r == before.byID[id]; same == (id == changed.ID) {
			t.Errorf("%s: row reused: %v", id, same)
		}
	}
	if fresh := newBoard(env.Desk, nil, nil, noon); fresh.byID[changed.ID] == after.byID[changed.ID] {
		t.Error("a board without an old one reused a row")
	}
}

func TestBoardPrefersTheNewerAnswer(t *testing.T) {
	r := fixtureKey("k", "binance", exchanges.Live)
	env, _ := testEnv(t, r)
	newer, older := *r, *r
	newer.Check.At = r.Check.At.Add(time.Second)
	older.Check.At = r.Check.At.Add(-time.Second)
	for _, c := range []struct {
		name  string
		heard *store.Record
		want  *store.Record
	}{{"newer", &newer, &newer}, {"older", &older, r}} {
		b := newBoard(env.Desk, map[store.RecordID]*store.Record{r.ID: c.heard}, nil, noon)
		if got := b.byID[r.ID].rec; got != c.want {
			t.Errorf("%s: the board shows the record checked at %v", c.name, got.Check.At)
		}
	}
}

func TestBoardCountsAndFreshness(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	b := newBoard(env.Desk, nil, nil, noon)
	if b.counts.Keys != 12 || b.counts.exchanges != 4 || b.counts.Overdue != 2 {
		t.Errorf("counts: %+v", b.counts)
	}
	if !b.counts.checked.Equal(noon.Add(-time.Minute)) {
		t.Errorf("the newest check is of %v", b.counts.checked)
	}
}

func TestBoardOfAnExchangeThatIsNotKnown(t *testing.T) {
	r := fixtureKey("k", "ghost\x1b[2J", exchanges.Live)
	env, _ := testEnv(t, r)
	b := newBoard(env.Desk, nil, nil, noon)
	if got := b.tabs[1].name; got != "ghost[2J" {
		t.Errorf("the tab is called %q", got)
	}
}

func TestTabBarShowsTheChosenTab(t *testing.T) {
	var rows []*row
	for _, name := range []string{"Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel"} {
		rows = append(rows, sortRow("k", name, 1, 1, 1, 0))
	}
	tabs := newTabs(rows)
	for w := 20; w < 120; w++ {
		for chosen := range tabs {
			var bar tabBar
			drawn := text(bar.draw(tabs, chosen, w))
			if cells(drawn) > w {
				t.Fatalf("%d cells for %d: %q", cells(drawn), w, drawn)
			}
			z := bar.zones[chosen]
			if got := string([]rune(drawn)[z.first:z.end]); got != "["+tabs[chosen].label()+"] " {
				t.Fatalf("width %d: tab %d was drawn as %q in %q", w, chosen, got, drawn)
			}
			if i, ok := bar.at(z.first); !ok || i != chosen {
				t.Fatalf("width %d: a click on tab %d finds %d", w, chosen, i)
			}
		}
	}
}
