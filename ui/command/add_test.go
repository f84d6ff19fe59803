package command

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/store"
)

func TestConsumersOfAFlag(t *testing.T) {
	got, err := consumersOf([]string{"a,b", "bot: echo 1,2", "c = run", ""})
	want := []store.Consumer{{Name: "a"}, {Name: "b"}, {Name: "bot", By: store.HandHook, OnRotate: "echo 1,2"}, {Name: "c", By: store.HandRun}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"bot:", "= run", "bot > here from there"} {
		if got, err := consumersOf([]string{bad}); err == nil {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}

func TestAManagerIsOfNoSubAccount(t *testing.T) {
	f := addFlags{exchange: "binance", env: "live", name: "x", stdin: true, manager: true}
	if k, err := f.key(); err != nil || !k.Details.Manager {
		t.Errorf("%+v, %v", k.Details, err)
	}
	f.subAccount = "arb@example.com"
	if _, err := f.key(); err == nil {
		t.Error("a key of a sub-account is marked as managing")
	}
}
