package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// matching returns the names of the fixture's keys that pass a filter.
func matching(t *testing.T, text string) []string {
	t.Helper()
	env, _ := testEnv(t, fixture()...)
	b := newBoard(env.Desk, nil, nil, noon)
	f := parseFilter(text)
	var out []string
	for _, r := range b.rows {
		if f.match(r, noon) {
			out = append(out, r.name)
		}
	}
	slices.Sort(out)
	return out
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{"grid", "grid-bot"},
		{"GRID", "grid-bot"},
		{"gdbt", "grid-bot"},                             // letters in their order
		{"krak", "old-bot treasury"},                     // by exchange
		{"kraken treas", "treasury"},                     // all words must hold
		{"spot", "grid-bot"},                             // by purpose
		{"日本", "binance-demo"},                           // other scripts
		{"perm:withdraw", "treasury"},                    //
		{"perm:trans", "due-soon"},                       // as typed so far
		{"perm:unknown", "fresh paper"},                  //
		{"env:testnet", "bybit-test offline paper"},      //
		{"env:demo", "binance-demo"},                     //
		{"ip:any", "tax-export"},                         //
		{"ip:unknown", "fresh paper"},                    //
		{"ip:restricted", "hedge"},                       //
		{"ip:198.51", "treasury"},                        //
		{"age:>90", "grid-bot old-bot"},                  //
		{"age:<5 env:live", "fresh"},                     //
		{"age:97d", "grid-bot"},                          //
		{"used:>5", "treasury"},                          // never used is no number of days
		{"due:<0", "grid-bot old-bot"},                   //
		{"ex:deribit", "fresh offline revoked-bot"},      //
		{"acct:main", "grid-bot"},                        //
		{"status:rejected", "revoked-bot"},               //
		{"status:unreach", "offline"},                    //
		{"status:unverified", "fresh"},                   //
		{"state:overdue", "grid-bot old-bot"},            //
		{"state:overdue ex:kraken", "old-bot"},           //
		{"perm:", strings.Join(allNames(t), " ")},        // nothing to filter by yet
		{"age:>", strings.Join(allNames(t), " ")},        //
		{"grid perm:futures ip:203.0.113.7", "grid-bot"}, //
	} {
		if got := strings.Join(matching(t, c.text), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
		if p := parseFilter(c.text).problem; p != "" {
			t.Errorf("%q: unexpected problem %q", c.text, p)
		}
	}
}

func allNames(t *testing.T) []string {
	t.Helper()
	return matching(t, "")
}

func TestFilterSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"colour:red":  `no column "colour": use perm env ip state status age used due ex acct`,
		"perm:steal":  `no permission "steal"`,
		"env:prod":    `no environment "prod": use live testnet demo`,
		"status:sick": `no status "sick": use ok rejected unreachable unverified stated`,
		"age:>old":    "age wants days: age:>90 or age:<7",
	} {
		if got := parseFilter(text).problem; !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q in it", text, got, want)
		}
	}
}

func TestWhatIsRightStillFiltersBesideAMistake(t *testing.T) {
	if got := matching(t, "grid nope:1"); !slices.Equal(got, []string{"grid-bot"}) {
		t.Errorf("got %v", got)
	}
}

func TestFilterFindsConsumers(t *testing.T) {
	r := fixtureKey("k", "binance", exchanges.Live)
	r.Consumers = []store.Consumer{{Name: "Freqtrade"}}
	env, _ := testEnv(t, r, fixtureKey("other", "binance", exchanges.Live))
	f := parseFilter("freq")
	var got []string
	for _, r := range newBoard(env.Desk, nil, nil, noon).rows {
		if f.match(r, noon) {
			got = append(got, r.name)
		}
	}
	if !slices.Equal(got, []string{"k"}) {
		t.Errorf("got %v", got)
	}
}

func TestFilterLineEditing(t *testing.T) {
	var f filterLine
	f.typing = true
	for _, r := range "env:live grid é" {
		f.key(KeyMsg{Name: string(r), Rune: r})
	}
	steps := []struct {
		key  string
		want string
	}{{"backspace", "env:live grid "}, {"ctrl+w", "env:live "}, {"left", "env:live "}, {"ctrl+w", ""}, {"backspace", ""}, {"ctrl+w", ""}}
	for _, s := range steps {
		f.key(KeyMsg{Name: s.key})
		if f.text != s.want {
			t.Errorf("after %s: %q, want %q", s.key, f.text, s.want)
		}
	}
	f.paste([]byte("perm:withdraw\x1b[2J\nx"))
	if f.text != "perm:withdraw[2J x" {
		t.Errorf("pasted %q", f.text)
	}
	f.key(KeyMsg{Name: "ctrl+u"})
	if f.text != "" || f.shown() != f.typing {
		t.Errorf("ctrl+u left %q", f.text)
	}
}
