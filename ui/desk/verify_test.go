package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// refuseBad accepts every key but the one called id-bad.
func refuseBad(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	if c.KeyID == "id-bad" {
		return exchanges.KeyInfo{}, &exchanges.Error{Kind: exchanges.Auth, Code: "-2015", Hint: "Look."}
	}
	return accept(ctx, c)
}

func TestVerifyWritesDownWhatTheExchangesSay(t *testing.T) {
	b := newBench(t)
	good, bad := b.add(t, key("good", "id-good")), b.add(t, key("bad", "id-bad"))
	b.toy.answer = refuseBad
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	r, _ := b.Snapshot().ByID(bad.ID)
	if r.Status() != store.Rejected || r.Check.Code != "-2015" || r.Check.Hint != "Look." {
		t.Errorf("refused key: %+v", r.Check)
	}
	if r, _ := b.Snapshot().ByID(good.ID); r.Status() != store.OK {
		t.Errorf("good key: %+v", r.Check)
	}
	want := []store.Action{store.ActionAdded, store.ActionAdded, store.ActionVerified, store.ActionVerifyFailed}
	got := b.actions(t)
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("audit log says %v", got)
	}
}

func TestVerifyReportsEveryPhaseOfEveryKey(t *testing.T) {
	b := newBench(t)
	b.add(t, key("good", "id-good"))
	bad := b.add(t, key("bad", "id-bad"))
	b.toy.answer = refuseBad
	var mu sync.Mutex
	phases := map[store.RecordID][]Phase{}
	err := b.Verify(context.Background(), nil, func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		phases[p.ID] = append(phases[p.ID], p.Phase)
		if p.Phase == Done && p.ID == bad.ID && (p.Status != store.Rejected || p.Err == nil) {
			t.Errorf("progress of the refused key: %+v", p)
		}
	})
	if err != nil || len(phases) != 2 {
		t.Fatalf("%v, %v", phases, err)
	}
	for id, got := range phases {
		if !slices.Equal(got, []Phase{Waiting, Asking, Done}) {
			t.Errorf("%s went through %v", id, got)
		}
	}
}

func TestVerifyAsksOnlyTheGivenKeys(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	two := b.add(t, key("two", "id-2"))
	if err := b.Verify(context.Background(), []store.RecordID{two.ID}, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.toy.asked, []string{"id-2"}) {
		t.Errorf("asked about %v", b.toy.asked)
	}
}

func TestVerifyKeepsFactsOfAKeyThatCannotBeReached(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
		return exchanges.KeyInfo{}, &exchanges.Error{Kind: exchanges.Network}
	}
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	got, _ := b.Snapshot().ByID(r.ID)
	if got.Status() != store.Unreachable || !got.Facts.Permissions.Has(exchanges.Spot) {
		t.Errorf("status %s, facts %+v", got.Status(), got.Facts)
	}
}

func TestUnchangedResultsDoNotFillTheAuditLog(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	for range 5 {
		if err := b.Verify(context.Background(), nil, nil); err != nil {
			t.Fatal(err)
		}
		b.clock = b.clock.Add(time.Hour)
	}
	if got := b.actions(t); len(got) != 2 {
		t.Errorf("five quiet hours wrote %v", got)
	}
	b.clock = b.clock.Add(24 * time.Hour)
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := b.actions(t); len(got) != 3 {
		t.Errorf("a day later: %v", got)
	}
}

func TestVerifyBoundsCallsToOneSite(t *testing.T) {
	b := newBench(t)
	for i := range 25 {
		b.add(t, key(fmt.Sprintf("k%d", i), fmt.Sprintf("id-%d", i)))
	}
	gate := make(chan struct{})
	b.toy.answer = func(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
		<-gate
		return accept(ctx, c)
	}
	done := make(chan error)
	go func() { done <- b.Verify(context.Background(), nil, nil) }()
	for range 25 {
		gate <- struct{}{}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if b.toy.most > perSite || b.toy.most < 2 {
		t.Errorf("%d calls under way at once, want 2 to %d", b.toy.most, perSite)
	}
}

func TestCanceledVerifyKeepsWhatWasLearnedAndJudgesNoOther(t *testing.T) {
	b := newBench(t)
	first := b.add(t, key("first", "id-1"))
	ctx, cancel := context.WithCancel(context.Background())
	b.toy.answer = func(_ context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
		cancel()
		return accept(context.Background(), c)
	}
	if err := b.Verify(ctx, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if r, _ := b.Snapshot().ByID(first.ID); r.Status() != store.OK {
		t.Errorf("the answer that came was lost: %+v", r.Check)
	}
	b.toy.answer = accept
	second := b.add(t, key("second", "id-2"))
	_ = b.Verify(ctx, []store.RecordID{second.ID}, nil)
	if r, _ := b.Snapshot().ByID(second.ID); r.Status() != store.Unverified {
		t.Errorf("nobody asked, and yet: %+v", r.Check)
	}
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	ctx, quit := context.WithCancel(context.Background())
	asked := make(chan struct{})
	b.toy.answer = func(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
		close(asked)
		<-ctx.Done() // the answer comes while the person quits
		return accept(ctx, c)
	}
	go func() { _ = b.Verify(ctx, nil, nil) }()
	<-asked
	quit()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(r.ID); got.Status() != store.OK {
		t.Errorf("the answer was lost: %+v", got.Check)
	}
	if got := b.actions(t); got[len(got)-1] != store.ActionVerified {
		t.Errorf("the audit log says %v", got)
	}
}

func TestVerifyTellsAMissingSecretFromARefusal(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	if err := store.NewVault(b.secrets).DeleteCredential(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	got, _ := b.Snapshot().ByID(r.ID)
	if got.Check.Kind != store.KindNoSecret || got.Status() != store.Unreachable || got.Check.Hint == "" || len(b.toy.asked) != 0 {
		t.Errorf("check %+v, asked %v", got.Check, b.toy.asked)
	}
}

func TestVerifyRefusesASwappedSecret(t *testing.T) {
	b := newBench(t)
	one := b.add(t, key("one", "id-1"))
	vault := store.NewVault(b.secrets)
	if err := vault.DeleteCredential(context.Background(), one); err != nil { // a slot keeps its key
		t.Fatal(err)
	}
	if err := vault.PutCredential(context.Background(), one, key("x", "id-other").Credential); err != nil {
		t.Fatal(err)
	}
	if err := b.Verify(context.Background(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(one.ID); got.Check.Kind != Keyless || len(b.toy.asked) != 0 {
		t.Errorf("check %+v, asked %v", got.Check, b.toy.asked)
	}
}
