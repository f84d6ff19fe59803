package desk

import (
	"context"
	"reflect"
	"testing"

	"github.com/keyrota/keyrota/store"
)

func TestDetailsAreKeptEditedAndUndone(t *testing.T) {
	b := newBench(t)
	k := key("bot", "id-1")
	k.Details = Details{
		Account: "main", SubAccount: "12345", Purpose: "spot bot", Notes: "since May",
		Consumers: []store.Consumer{{Name: "bot", By: store.HandFile, File: "/bot.json", Template: "/bot.t"}},
	}
	r := b.add(t, k)
	if got := detailsOf(r); !reflect.DeepEqual(got, k.Details) {
		t.Errorf("added %+v", got)
	}
	after := Details{Account: "master", Manager: true, Purpose: "manage", Consumers: []store.Consumer{{Name: "bot", By: store.HandRun}}}
	undo, err := b.Edit(context.Background(), r.ID, "bot", after)
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := b.Snapshot().ByID(r.ID); !reflect.DeepEqual(detailsOf(r), after) {
		t.Errorf("edited to %+v", detailsOf(r))
	}
	if err := undo(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r, _ := b.Snapshot().ByID(r.ID); !reflect.DeepEqual(detailsOf(r), k.Details) {
		t.Errorf("undone to %+v", detailsOf(r))
	}
}
