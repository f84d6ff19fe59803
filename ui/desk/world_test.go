package desk

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// findings judges a key by the desk's world, and returns the codes.
func (b *bench) findings(t *testing.T, id store.RecordID) []string {
	t.Helper()
	r, ok := b.Snapshot().ByID(id)
	if !ok {
		t.Fatal("no such key")
	}
	var codes []string
	for _, f := range b.World(b.clock).Judge(r, b.Snapshot().Records()).Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// TestWhatAnExchangeSaysOtherwiseIsFound: from one verification to the next.
func TestWhatAnExchangeSaysOtherwiseIsFound(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	verify := func(info exchanges.KeyInfo) {
		b.clock = b.clock.Add(time.Hour)
		b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) { return info, nil }
		if err := b.Verify(t.Context(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	info := exchanges.KeyInfo{KeyID: "id-1", Account: "1", Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: list("203.0.113.7")}
	verify(info)
	verify(info)
	if got := b.findings(t, r.ID); len(got) > 0 {
		t.Fatalf("nothing changed, and there is %v", got)
	}
	info.Permissions, info.IPs = exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), list("203.0.113.7", "198.51.100.9")
	info.Clock = exchanges.Clock{Known: true, Offset: 2 * time.Second}
	verify(info)
	want := []string{policy.CodeClock, policy.CodePermissions, policy.CodeIPChanged}
	if got := b.findings(t, r.ID); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	saved, _ := b.Snapshot().ByID(r.ID)
	if len(saved.Past) != 1 || saved.Source != exchanges.FromExchange || !saved.Facts.Since.IsZero() {
		t.Errorf("past %+v, source %q", saved.Past, saved.Source)
	}
}

func TestFailuresAreCountedFromTheFirst(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("bad", "id-bad"))
	b.toy.answer = refuseBad
	first := b.clock.Add(time.Hour)
	for range 3 {
		b.clock = b.clock.Add(time.Hour)
		if err := b.Verify(t.Context(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if saved, _ := b.Snapshot().ByID(r.ID); !saved.Check.Failing.Equal(first) {
		t.Errorf("failing since %v, want %v", saved.Check.Failing, first)
	}
}

func TestStraysAreTheirListersFinding(t *testing.T) {
	b, x := newRegistry(t, exchanges.Capabilities{List: true, Reach: exchanges.OwnKeys, Survey: true})
	b.add(t, key("one", "id-1"))
	x.rows[""] = rows("id-1", "id-of-stranger")
	if _, err := b.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := b.Unmanaged()
	if err != nil || len(all) == 0 {
		t.Fatalf("unmanaged %v, %v", all, err)
	}
	by := all[0].By
	if !slices.Contains(b.findings(t, by), policy.CodeUnmanaged) {
		t.Errorf("found %v", b.findings(t, by))
	}
	for _, u := range all {
		if err := b.Ignore(t.Context(), u.Fingerprint, "well as it is"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Unmanaged(); err != nil || slices.Contains(b.findings(t, by), policy.CodeUnmanaged) {
		t.Errorf("ignored ones are found: %v, %v", b.findings(t, by), err)
	}
}

func TestAnUnfinishedFlowIsAFinding(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	if _, err := b.Flows().Start(t.Context(), flow.Request{Kind: flow.Revoke, Record: r.ID}); err != nil {
		t.Fatal(err)
	}
	open := b.Flows().Open()
	found := slices.Contains(b.findings(t, r.ID), policy.CodeFlow)
	if len(open) != 1 || found == open[0].Untouched {
		t.Errorf("flows %+v, found %v", open, b.findings(t, r.ID))
	}
}

func TestTermsAreThoseOfTheSite(t *testing.T) {
	b := newBench(t)
	config := "[exchange.toy.live]\nproxy = \"http://10.0.0.1:3128\"\n[[exchange.toy.facts.lifetime]]\nafter = \"30d\"\nsince = \"used\"\nthen = \"deleted\"\n"
	if err := os.WriteFile(filepath.Join(b.home, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = b.store.Close()
	b = reopen(t, b, "")
	terms := b.World(b.clock).Terms
	live := terms(&store.Record{Exchange: "toy", Environment: exchanges.Live})
	if !live.ByProxy || len(live.Lifetimes) != 1 || live.KeyPairs || live.NoIPLists {
		t.Errorf("live: %+v", live)
	}
	if test := terms(&store.Record{Exchange: "toy", Environment: exchanges.Testnet}); test.ByProxy {
		t.Errorf("testnet: %+v", test)
	}
	if none := terms(&store.Record{Exchange: "ghost"}); len(none.Lifetimes) > 0 {
		t.Errorf("an exchange that there is no adapter for: %+v", none)
	}
}

func TestASeverityOfNoFindingIsAWarning(t *testing.T) {
	b := newBench(t)
	config := "[findings]\nunused = \"off\"\nwithdrawal-on = \"critical\"\n"
	if err := os.WriteFile(filepath.Join(b.home, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = b.store.Close()
	b = reopen(t, b, "")
	var texts []string
	for _, w := range b.Warnings() {
		texts = append(texts, w.Text)
	}
	if len(texts) != 1 || !strings.Contains(texts[0], "withdrawal-on") {
		t.Errorf("warnings: %q", texts)
	}
}
